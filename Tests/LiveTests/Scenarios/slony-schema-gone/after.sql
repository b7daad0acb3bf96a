-- on paris, tokyo
SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgrelid IN ('public.orders'::regclass, 'sales."Order Line"'::regclass) AND NOT tgisinternal ORDER BY 1, 2
