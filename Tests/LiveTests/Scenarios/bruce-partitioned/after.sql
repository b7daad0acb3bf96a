-- on berlin, paris
INSERT INTO public.events VALUES (1, '2024-01-05')
-- on berlin, paris
SELECT tgrelid::regclass, tgname, tgenabled, tgparentid <> 0 FROM pg_trigger WHERE tgrelid::regclass::text ~ 'events' AND (NOT tgisinternal OR tgparentid <> 0) ORDER BY 1, 2
