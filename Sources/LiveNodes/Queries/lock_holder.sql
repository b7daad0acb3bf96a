-- Who holds the advisory lock of the key whose upper half is $1 and whose lower half is $2 in this database.
SELECT l.pid, a.usename, a.application_name,
       (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000000)::bigint AS age
  FROM pg_catalog.pg_locks AS l
  LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
   AND l.classid = $1::bigint::oid AND l.objid = $2::bigint::oid
   AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
 ORDER BY l.pid
