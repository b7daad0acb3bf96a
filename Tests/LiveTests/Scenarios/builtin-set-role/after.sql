-- on every node
INSERT INTO public.orders VALUES (100, 'Ada')
-- on every node
INSERT INTO public.items VALUES (1, 1)
-- on every node
SELECT relname, relowner::regrole FROM pg_class WHERE relname IN ('orders', 'items') ORDER BY 1
