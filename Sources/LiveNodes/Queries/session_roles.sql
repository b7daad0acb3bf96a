-- What this session began in, and everything that is set for a role, a database, one in the other, or all; as it stands
-- there: to take it apart on the server costs a new backend ten times as much.
SELECT current_setting('session_replication_role'), s.setrole, pg_catalog.pg_get_userbyid(s.setrole), s.setdatabase,
       pg_catalog.array_to_string(s.setconfig, pg_catalog.chr(31))
  FROM (SELECT 1) AS one
  LEFT JOIN pg_catalog.pg_db_role_setting AS s ON true;
