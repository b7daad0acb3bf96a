-- Where the named sequences stand; NULL where one was never used, or may not be read.
SELECT n.nspname, s.relname,
       CASE WHEN pg_catalog.has_sequence_privilege(s.oid, 'SELECT, USAGE')
                 AND (s.relpersistence = 'p' OR NOT pg_catalog.pg_is_in_recovery())
            THEN pg_catalog.pg_sequence_last_value(s.oid)
       END
  FROM ROWS FROM (unnest($1::name[]), unnest($2::name[])) AS w (schema, name)
  JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
  JOIN pg_catalog.pg_class AS s ON s.relnamespace = n.oid AND s.relname = w.name AND s.relkind = 'S'
 ORDER BY n.nspname, s.relname
