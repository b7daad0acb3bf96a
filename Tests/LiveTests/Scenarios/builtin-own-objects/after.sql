-- on every node
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'public.orders'::regclass AND NOT tgisinternal ORDER BY 1
-- on every node
SELECT rulename, ev_enabled FROM pg_rewrite WHERE ev_class = 'public.orders'::regclass ORDER BY 1
