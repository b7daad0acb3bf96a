-- What keeps polarity.log from taking or keeping what is logged: rules (r) and triggers (t) of someone else's, that it is not
-- logged by the server itself (u), and that nothing numbers its rows (i).
SELECT f.fault, f.name
  FROM pg_catalog.pg_namespace AS n
  JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = 'log' AND c.relkind = 'r'
 CROSS JOIN LATERAL (
       SELECT 'r', r.rulename::text FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = c.oid AND r.ev_enabled <> 'D'
        UNION ALL
       SELECT 't', t.tgname::text FROM pg_catalog.pg_trigger AS t
        WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D'
        UNION ALL
       SELECT 'u', '' WHERE c.relpersistence <> 'p'
        UNION ALL
       SELECT 'i', ''
        WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                           WHERE a.attrelid = c.oid AND a.attname = 'seq' AND a.attidentity <> '')) AS f (fault, name)
 WHERE n.nspname = 'polarity'
 ORDER BY 1, 2;
