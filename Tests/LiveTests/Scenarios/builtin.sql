CREATE TABLE public.orders (id integer PRIMARY KEY, customer text);
CREATE TABLE public.items (order_id integer, place integer, article text, PRIMARY KEY (order_id, place));
