DROP TABLE public.orders;
CREATE TABLE public.orders (id integer PRIMARY KEY, customer text) PARTITION BY RANGE (id);
CREATE TABLE public.orders_1 PARTITION OF public.orders FOR VALUES FROM (0) TO (1000);
CREATE TABLE public.orders_2 PARTITION OF public.orders FOR VALUES FROM (1000) TO (2000);
