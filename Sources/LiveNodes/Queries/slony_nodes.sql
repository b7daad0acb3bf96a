-- no_failed came with Slony-I 2.2.
SELECT n.no_id, coalesce((pg_catalog.to_jsonb(n) ->> 'no_failed')::boolean, false) FROM sl_node AS n;
