-- on every node
INSERT INTO public.orders VALUES (1, 'Ada')
-- on every node
INSERT INTO "Weird Schema"."Mixed ""Case"" T" VALUES (1, 'hello')
-- on every node
TRUNCATE "Weird Schema".orders
-- on every node
SELECT operation, schema_name, table_name, key, row FROM polarity.log ORDER BY seq
