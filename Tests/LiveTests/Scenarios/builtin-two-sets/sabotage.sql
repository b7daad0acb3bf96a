-- on berlin
ALTER TABLE public.items DISABLE TRIGGER "00_polarity_deny";
-- on tokyo
ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_truncate_deny";
