-- Whether this very database shows the lock.
SELECT EXISTS (SELECT
                 FROM pg_catalog.pg_locks AS l
                 JOIN pg_catalog.pg_database AS d ON d.oid = l.database
                WHERE l.locktype = 'advisory' AND d.datname = pg_catalog.current_database() AND l.granted
                  AND l.classid::bigint = $1::bigint AND l.objid::bigint = $2::bigint AND l.objsubid = 2);
