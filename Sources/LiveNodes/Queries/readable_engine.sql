-- Whether all tables of the engine's own catalog are there and may be read. Reading a table can run its owner's code (an index
-- on an expression, a policy), so a superuser does not read what an ordinary role owns, unless the file names that role.
SELECT pg_catalog.count(*) = pg_catalog.cardinality(current_setting('polarity.engine_tables')::name[])
  FROM pg_catalog.pg_namespace AS n
  JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
  JOIN pg_catalog.pg_roles AS owner ON owner.oid = c.relowner
 WHERE n.nspname = current_setting('polarity.engine_schema')::name
   AND c.relname = ANY (current_setting('polarity.engine_tables')::name[])
   AND c.relkind IN ('r', 'S')
   AND (owner.rolsuper OR owner.rolname = current_setting('polarity.role')::name
        OR NOT (SELECT login.rolsuper FROM pg_catalog.pg_roles AS login WHERE login.rolname = session_user))
   AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
   AND pg_catalog.has_table_privilege(c.oid, 'SELECT');
