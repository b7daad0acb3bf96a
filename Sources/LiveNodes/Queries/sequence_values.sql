-- Where the named sequences stand; NULL where one was never used.
SELECT n.nspname, s.relname, pg_catalog.pg_sequence_last_value(s.oid)
  FROM ROWS FROM (unnest($1::name[]), unnest($2::name[])) AS w (schema, name)
  JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
  JOIN pg_catalog.pg_class AS s ON s.relnamespace = n.oid AND s.relname = w.name AND s.relkind = 'S'
 ORDER BY n.nspname, s.relname
