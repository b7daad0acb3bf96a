-- on berlin
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "00_polarity_log";
ALTER TABLE public.items ENABLE REPLICA TRIGGER "00_polarity_log";
ALTER TABLE public.items ENABLE REPLICA TRIGGER "00_polarity_deny";
-- on paris
ALTER TABLE public.orders ENABLE REPLICA TRIGGER "00_polarity_deny";
ALTER TABLE public.items ENABLE ALWAYS TRIGGER "00_polarity_deny";
ALTER TABLE public.items ENABLE ALWAYS TRIGGER "00_polarity_truncate_deny";
-- on tokyo
ALTER TABLE public.orders ENABLE REPLICA TRIGGER "00_polarity_log";
ALTER TABLE public.items ENABLE REPLICA TRIGGER "00_polarity_truncate_deny";
