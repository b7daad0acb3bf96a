-- Functions that a trigger can call.
SELECT p.oid, n.nspname, p.proname
  FROM pg_catalog.pg_proc AS p
  JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
 WHERE p.prorettype = 'pg_catalog.trigger'::regtype AND p.pronargs = 0;
