-- on every node
UPDATE public.other_function SET id = 2
-- on paris
INSERT INTO public.fewer_events VALUES (1)
-- on paris
INSERT INTO public.condition VALUES (1)
-- on berlin
INSERT INTO public.a_constraint VALUES (1)
-- on berlin
SELECT operation, table_name, key, row FROM polarity.log ORDER BY seq
-- on berlin
SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE tgrelid = 'public.a_constraint'::regclass ORDER BY tgname
-- on paris
SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE tgname = '00_polarity_deny' ORDER BY tgrelid::regclass::text
