-- on tokyo
CREATE TABLE public.notes (id integer PRIMARY KEY, "order" integer REFERENCES public.orders);
-- on every node
ALTER TABLE public.items ADD CONSTRAINT items_of_orders FOREIGN KEY (order_id) REFERENCES public.orders ON DELETE CASCADE;
