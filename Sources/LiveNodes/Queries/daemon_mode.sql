-- Whether anybody may make a session of his the daemon's. By name: to_regprocedure asks for USAGE on the schema.
SELECT p.oid
  FROM pg_catalog.pg_namespace AS n
  JOIN pg_catalog.pg_proc AS p ON p.pronamespace = n.oid
 WHERE ARRAY[n.nspname, p.proname] = current_setting('polarity.daemon_mode')::name[] AND p.pronargs = 0
   AND pg_catalog.has_schema_privilege('public', n.oid, 'USAGE')
   AND pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE');
