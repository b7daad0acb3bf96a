-- Relations that a custom engine's evidence asks, as far as its text names them, and that the login role may not read.
SELECT n.nspname, c.relname, NOT pg_catalog.has_schema_privilege(session_user, n.oid, 'USAGE'),
       NOT pg_catalog.has_table_privilege(session_user, c.oid, 'SELECT')
  FROM ROWS FROM (unnest(current_setting('polarity.evidence_schemas')::name[]),
                  unnest(current_setting('polarity.evidence')::name[])) AS w (schema, name)
  JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
  JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
 WHERE NOT (pg_catalog.has_schema_privilege(session_user, n.oid, 'USAGE')
            AND pg_catalog.has_table_privilege(session_user, c.oid, 'SELECT'));
