-- on paris
ALTER TABLE public.items DISABLE TRIGGER "00_polarity_deny";
