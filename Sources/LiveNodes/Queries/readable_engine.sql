-- Whether all tables of the engine's own catalog are there and may be read.
SELECT pg_catalog.count(*) = pg_catalog.cardinality(current_setting('polarity.engine_tables')::name[])
  FROM pg_catalog.pg_namespace AS n
  JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
 WHERE n.nspname = current_setting('polarity.engine_schema')::name
   AND c.relname = ANY (current_setting('polarity.engine_tables')::name[])
   AND c.relkind IN ('r', 'S')
   AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
   AND pg_catalog.has_table_privilege(c.oid, 'SELECT');
