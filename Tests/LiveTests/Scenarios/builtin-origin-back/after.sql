-- on every node
INSERT INTO public.items VALUES (1, 1, 'apple', 3)
-- on every node
TRUNCATE public.orders
-- on every node
SELECT operation, table_name, key FROM polarity.log ORDER BY seq
