-- on every node
INSERT INTO public.events VALUES (1, 1), (11, 1)
-- on every node
INSERT INTO public.events_2b VALUES (11, 2)
-- on every node
TRUNCATE public.events_2a
-- on every node
UPDATE public.events SET day = 12 WHERE day = 1
-- on every node
TRUNCATE public.events
-- on every node
SELECT operation, table_name, root_table, key FROM polarity.log ORDER BY seq
-- on every node
SELECT tgname, string_agg(tgrelid::regclass || ' ' || tgenabled::text, ', ' ORDER BY tgrelid::regclass::text) FROM pg_trigger WHERE tgrelid::regclass::text LIKE 'events%' GROUP BY tgname ORDER BY tgname
