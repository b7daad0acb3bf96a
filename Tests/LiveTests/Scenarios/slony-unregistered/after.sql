-- on every node
SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgrelid::regclass::text ~ '^(invoices|measure|orders|sales."O)' AND NOT tgisinternal ORDER BY tgrelid::regclass::text COLLATE "C", tgname
