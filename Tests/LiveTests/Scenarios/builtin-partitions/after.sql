-- on every node
INSERT INTO public.events VALUES (1, '2024-01-05')
-- on every node
INSERT INTO public.events_4 VALUES (1, '2024-04-05')
-- on every node
TRUNCATE public.events_2
-- on every node
TRUNCATE public.events
-- on every node
INSERT INTO public.events_3 VALUES (1, '2024-03-05')
-- on berlin
SELECT operation, table_name, root_table, key FROM polarity.log ORDER BY seq
