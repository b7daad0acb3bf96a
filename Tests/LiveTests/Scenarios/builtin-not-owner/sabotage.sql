-- on paris
GRANT USAGE ON SCHEMA polarity TO polarity_guest;
GRANT SELECT ON ALL TABLES IN SCHEMA polarity TO polarity_guest;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA polarity TO polarity_guest;
ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny";
-- on tokyo
ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny";
