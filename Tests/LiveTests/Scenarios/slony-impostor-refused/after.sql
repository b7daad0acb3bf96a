-- on every node
SELECT tgname, tgqual IS NOT NULL AS when, tgattr, tgenabled FROM pg_trigger WHERE tgrelid = 'public.orders'::regclass AND NOT tgisinternal ORDER BY 1
