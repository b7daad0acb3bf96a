DROP TABLE public.orders;
CREATE TABLE public.orders (id integer PRIMARY KEY, customer text) PARTITION BY RANGE (id);
CREATE TABLE public.orders_1 PARTITION OF public.orders FOR VALUES FROM (0) TO (1000);
CREATE TABLE public.orders_2 PARTITION OF public.orders FOR VALUES FROM (1000) TO (2000);
CREATE FUNCTION public.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER audit AFTER INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION public.noted();
CREATE TRIGGER untouched AFTER INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION public.noted();
