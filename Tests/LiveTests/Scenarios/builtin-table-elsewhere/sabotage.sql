-- on paris
DROP TABLE public.items;
-- on tokyo
CREATE TABLE public.local (id integer PRIMARY KEY);
ALTER TABLE public.orders DISABLE TRIGGER ALL;
