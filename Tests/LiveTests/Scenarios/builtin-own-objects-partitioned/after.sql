-- on every node
SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgfoid = 'public.noted'::regproc ORDER BY 1, 2
