-- on every node
INSERT INTO public.orders VALUES (100, 'Ada')
-- on every node
TRUNCATE public.items
-- on every node
SELECT operation, table_name, key FROM polarity.log ORDER BY seq
-- on every node
SELECT * FROM public.orders ORDER BY id
