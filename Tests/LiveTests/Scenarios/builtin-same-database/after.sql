-- on every node
SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal
