-- The functions of the schema polarity, with all that changes what they do.
SELECT p.proname || '(' || pg_catalog.pg_get_function_arguments(p.oid) || ')',
       coalesce(pg_catalog.pg_get_function_result(p.oid), ''), l.lanname, p.prosecdef,
       coalesce(pg_catalog.array_to_string(p.proconfig, pg_catalog.chr(31)), ''), p.proowner = n.nspowner, p.prosrc
  FROM pg_catalog.pg_proc AS p
  JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
 WHERE n.nspname = 'polarity';
