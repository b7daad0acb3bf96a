-- on every node
INSERT INTO public.orders VALUES (1, 'Ada'), (1001, 'Bob')
-- on every node
UPDATE public.orders_2 SET customer = 'Eve'
-- on every node
SELECT what FROM repl.log ORDER BY seq
