-- on berlin, paris
SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal
