-- The engine's own schema: whether it is there, whose it is, which of its tables are not there, which the login role
-- may not read, whether it may take Slony's lock on its configuration, which asks for a right to write, and what in the
-- schema polarity has another owner. Of the log, which holds every row, only where a change happened need be readable.
-- Reading a table can run its owner's code (an index on an expression, a policy), and so can writing to it, whatever role was
-- set before: a superuser trusts nothing there that an ordinary role owns, unless the file names that role.
-- What is in the schema is looked up by what depends on it: pg_class has no index that begins with the schema.
WITH inside AS (
    SELECT d.classid, d.objid
      FROM pg_catalog.pg_depend AS d
     WHERE d.refclassid = 'pg_catalog.pg_namespace'::regclass
       AND d.refobjid = (SELECT n.oid FROM pg_catalog.pg_namespace AS n
                          WHERE n.nspname = current_setting('polarity.engine_schema')::name)
), relations AS (
    SELECT c.oid, c.relname, c.relkind, c.relowner
      FROM inside AS i
      JOIN pg_catalog.pg_class AS c ON i.classid = 'pg_catalog.pg_class'::regclass AND c.oid = i.objid
)
SELECT n.oid IS NOT NULL, coalesce(owner.rolname, ''), coalesce(owner.rolsuper, false),
       coalesce(pg_catalog.pg_has_role(session_user, owner.oid,
                                       CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER'
                                            ELSE 'SET' END), false),
       coalesce(pg_catalog.has_schema_privilege(session_user, n.oid, 'USAGE'), false),
       pg_catalog.array_to_string(ARRAY(
           SELECT t.name::text
             FROM pg_catalog.unnest(current_setting('polarity.engine_tables')::name[]) AS t (name)
            WHERE NOT EXISTS (SELECT FROM relations AS c WHERE c.relname = t.name AND c.relkind IN ('r', 'S'))
            ORDER BY 1), pg_catalog.chr(31)),
       pg_catalog.array_to_string(ARRAY(
           SELECT c.relname::text
             FROM relations AS c
            WHERE (c.relname = ANY (current_setting('polarity.engine_tables')::name[]) AND c.relkind IN ('r', 'S')
                   OR n.nspname = 'polarity' AND c.relname = 'log_seq_seq' AND c.relkind = 'S')
              AND NOT pg_catalog.has_table_privilege(session_user, c.oid, 'SELECT')
              AND NOT (c.relname = 'log'
                       AND (SELECT bool_and(pg_catalog.has_column_privilege(session_user, c.oid, a.attnum, 'SELECT'))
                              FROM pg_catalog.pg_attribute AS a
                             WHERE a.attrelid = c.oid
                               AND a.attname IN ('seq', 'schema_name', 'table_name', 'root_schema', 'root_table')))
            ORDER BY 1), pg_catalog.chr(31)),
       coalesce((SELECT pg_catalog.has_table_privilege(
                              session_user, c.oid,
                              'UPDATE, DELETE, TRUNCATE'
                              || CASE WHEN current_setting('server_version_num')::integer < 170000 THEN ''
                                      ELSE ', MAINTAIN' END)
                   FROM relations AS c WHERE c.relname = 'sl_config_lock'), true),
       pg_catalog.array_to_string(ARRAY(
           SELECT o.object
             FROM (SELECT 'TABLE ' || c.oid::regclass::text, c.relowner
                     FROM relations AS c WHERE c.relkind = 'r'
                   UNION ALL
                   SELECT 'FUNCTION ' || p.oid::regprocedure::text, p.proowner
                     FROM inside AS i
                     JOIN pg_catalog.pg_proc AS p ON i.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = i.objid)
                  AS o (object, owner)
            WHERE n.nspname = 'polarity' AND o.owner <> n.nspowner
            ORDER BY 1), pg_catalog.chr(31)),
       coalesce((SELECT pg_catalog.has_language_privilege(owner.oid, l.oid, 'USAGE')
                   FROM pg_catalog.pg_language AS l WHERE l.lanname = 'plpgsql'), true),
       NOT (SELECT login.rolsuper FROM pg_catalog.pg_roles AS login WHERE login.rolname = session_user)
       OR NOT EXISTS (SELECT
                        FROM pg_catalog.pg_roles AS o
                       WHERE NOT o.rolsuper AND o.rolname <> current_setting('polarity.role')::name
                         AND (o.oid = n.nspowner
                              OR o.oid IN (SELECT c.relowner FROM relations AS c)))
  FROM (SELECT 1) AS one
  LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = current_setting('polarity.engine_schema')::name
  LEFT JOIN pg_catalog.pg_roles AS owner ON owner.oid = n.nspowner;
