-- on every node
INSERT INTO public.orders (id, customer) VALUES (1, 'Ada')
-- on every node
INSERT INTO "Weird Schema"."Mixed ""Case"" T" ("Key A", "key b", x) VALUES (1, 'one', 'x'), (2, 'two', 'x')
-- on every node when replicated
UPDATE "Weird Schema"."Mixed ""Case"" T" SET x = 'changed' WHERE "Key A" = 2
-- on every node
TRUNCATE sales.orders
-- on every node
INSERT INTO sales."Order Line" VALUES (1, 'hello')
-- on every node when replicated
SELECT id, customer FROM public.orders
-- on every node
SELECT "Key A", "key b", x FROM "Weird Schema"."Mixed ""Case"" T"
-- on every node
SELECT * FROM sales."Order Line"
