-- The engine's functions that the acting role cannot make a trigger with, and why.
SELECT n.nspname, p.proname, NOT pg_catalog.has_schema_privilege(a.oid, n.oid, 'USAGE'),
       NOT pg_catalog.has_function_privilege(a.oid, p.oid, 'EXECUTE')
  FROM pg_catalog.pg_roles AS a
 CROSS JOIN ROWS FROM (unnest(current_setting('polarity.function_schemas')::name[]),
                       unnest(current_setting('polarity.functions')::name[])) AS w (schema, name)
  JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
  JOIN pg_catalog.pg_proc AS p ON p.pronamespace = n.oid AND p.proname = w.name AND p.pronargs = 0
 WHERE a.rolname = current_setting('polarity.role')::name
   AND NOT (pg_catalog.has_schema_privilege(a.oid, n.oid, 'USAGE')
            AND pg_catalog.has_function_privilege(a.oid, p.oid, 'EXECUTE'));
