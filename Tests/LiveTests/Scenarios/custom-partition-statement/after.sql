-- on every node
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('public.orders'::regclass, 'public.orders_1'::regclass)
