-- Whether anybody may make a session of his the daemon's.
SELECT p.oid
  FROM pg_catalog.pg_proc AS p
 WHERE p.oid = pg_catalog.to_regprocedure(current_setting('polarity.daemon_mode'))
   AND pg_catalog.has_schema_privilege('public', p.pronamespace, 'USAGE')
   AND pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE');
