-- on berlin, paris
SELECT tgname, octet_length(tgname::text) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname COLLATE "C"
