-- Tables that are the acting role's own and that it may not find by name, lock, or make a trigger on: an owner may have
-- given that away. From PostgreSQL 17 on MAINTAIN is enough for a lock. Roles and schemas are asked about once, and tables
-- only where something was ever granted or revoked.
SELECT c.oid, s.hidden, r.unlockable, r.untriggerable
  FROM (SELECT n.oid, a.oid AS role, NOT pg_catalog.has_schema_privilege(a.oid, n.oid, 'USAGE') AS hidden
          FROM pg_catalog.pg_roles AS a
         CROSS JOIN pg_catalog.pg_namespace AS n
         WHERE a.rolname = current_setting('polarity.role')::name AND NOT a.rolsuper
        OFFSET 0) AS s
  JOIN pg_catalog.pg_class AS c ON c.relnamespace = s.oid AND c.relkind IN ('r', 'p') AND (s.hidden OR c.relacl IS NOT NULL)
   AND c.relowner IN (SELECT o.oid
                        FROM pg_catalog.pg_roles AS a
                        JOIN pg_catalog.pg_roles AS o ON pg_catalog.pg_has_role(a.oid, o.oid, 'USAGE')
                       WHERE a.rolname = current_setting('polarity.role')::name)
 CROSS JOIN LATERAL (SELECT NOT pg_catalog.has_table_privilege(
                                   s.role, c.oid,
                                   'UPDATE, DELETE, TRUNCATE'
                                   || CASE WHEN current_setting('server_version_num')::integer < 170000 THEN ''
                                           ELSE ', MAINTAIN' END) AS unlockable,
                            NOT pg_catalog.has_table_privilege(s.role, c.oid, 'TRIGGER') AS untriggerable
                     OFFSET 0) AS r
 WHERE s.hidden OR r.unlockable OR r.untriggerable;
