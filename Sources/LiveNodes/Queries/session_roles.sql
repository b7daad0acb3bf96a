-- Whose sessions begin in another session role than `origin`, and in which: as set for a role, for this database, for one in
-- the other, or for all roles; or in the server's own configuration, where nothing else explains what this session began in.
WITH settings AS (
    SELECT s.setrole, s.setdatabase, lower(pg_catalog.split_part(c.setting, '=', 2)) AS value
      FROM pg_catalog.pg_db_role_setting AS s
     CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c (setting)
     WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database AS d
                                  WHERE d.datname = pg_catalog.current_database()))
       AND pg_catalog.split_part(c.setting, '=', 1) = 'session_replication_role'
)
SELECT coalesce(r.rolname, ''), s.setdatabase <> 0, false, s.value
  FROM settings AS s
  LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
 WHERE s.value <> 'origin'
 UNION ALL
SELECT '', false, true, current_setting('session_replication_role')
 WHERE current_setting('session_replication_role') <> 'origin'
   AND NOT EXISTS (SELECT
                     FROM settings AS s
                     LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
                    WHERE s.setrole = 0 OR r.rolname = session_user);
