-- Tables without recorded pages that have some nevertheless. The size opens the table, so a locked one counts as filled.
SELECT c.oid
  FROM pg_catalog.pg_class AS c
 WHERE c.relkind = 'r' AND c.relpages = 0
   AND (c.oid IN (SELECT l.relation
                    FROM pg_catalog.pg_locks AS l
                   WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock')
        OR pg_catalog.pg_relation_size(c.oid) > 0);
