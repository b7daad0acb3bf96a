-- on every node
INSERT INTO public.orders VALUES (100, 'Ada')
-- on every node
TRUNCATE public.orders
-- on every node
SELECT what FROM repl.log ORDER BY seq
