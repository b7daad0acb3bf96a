-- on berlin
ALTER TABLE public.orders ENABLE TRIGGER "00_polarity_deny";
