-- Whom the worker waits for: the backend $1, or behind a pooler the one whose query begins with $2.
-- A prepared transaction has no backend: pg_blocking_pids() says 0, and the holder is looked up by the relation.
-- An autovacuum worker says in its query whether it gives way; where that is hidden, it counts as one that does.
-- It has no role; to whom its backend_type is hidden, that alone gives it away.
SELECT w.relation, b.pid,
       coalesce(p.owner, a.usename) AS usename,
       coalesce(p.gid, a.application_name) AS application,
       CASE WHEN p.gid IS NOT NULL THEN 'prepared transaction'
            WHEN a.backend_type = 'autovacuum worker' OR (a.backend_type IS NULL AND a.usesysid IS NULL AND a.pid IS NOT NULL)
            THEN CASE WHEN a.query LIKE '%(to prevent wraparound)' THEN 'autovacuum worker (to prevent wraparound)'
                      ELSE 'autovacuum worker' END
            ELSE a.state
       END AS state,
       (extract(epoch FROM clock_timestamp() - coalesce(p.prepared, a.xact_start)) * 1000000)::bigint AS age
  FROM (SELECT s.pid, waited.relation
          FROM pg_catalog.pg_stat_activity AS s
         CROSS JOIN LATERAL (SELECT l.relation FROM pg_catalog.pg_locks AS l
                              WHERE l.pid = s.pid AND NOT l.granted LIMIT 1) AS waited
         WHERE s.wait_event_type = 'Lock' AND s.datname = pg_catalog.current_database()
           AND (s.pid = $1::integer OR pg_catalog.left(s.query, pg_catalog.length($2)) = $2)) AS w
 CROSS JOIN LATERAL (SELECT DISTINCT unnest FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids(w.pid))) AS b (pid)
  LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = b.pid AND b.pid <> 0
  LEFT JOIN LATERAL (SELECT x.gid, x.owner, x.prepared
                       FROM pg_catalog.pg_locks AS h
                       JOIN pg_catalog.pg_locks AS own ON own.virtualtransaction = h.virtualtransaction
                        AND own.locktype = 'transactionid' AND own.granted AND own.pid IS NULL
                       JOIN pg_catalog.pg_prepared_xacts AS x ON x.transaction = own.transactionid
                      WHERE b.pid = 0 AND h.granted AND h.pid IS NULL AND h.relation = w.relation
                        AND x.database = pg_catalog.current_database()
                      GROUP BY x.gid, x.owner, x.prepared) AS p ON true
 ORDER BY b.pid, p.gid
