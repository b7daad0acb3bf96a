-- All triggers but internal ones. PostgreSQL 11 and 12 know a clone on a partition by its dependency on another trigger.
-- What sets few triggers apart is in one column, NULL for all others: w a condition, c a constraint, p a parent.
SELECT t.tgrelid, t.tgname, t.tgfoid, t.tgtype, t.tgenabled, t.tgargs, t.tgattr,
       CASE WHEN t.tgqual IS NOT NULL OR t.tgconstraint <> 0 OR t.tgisinternal
            THEN concat(CASE WHEN t.tgqual IS NOT NULL THEN 'w' END, CASE WHEN t.tgconstraint <> 0 THEN 'c' END,
                        CASE WHEN t.tgisinternal THEN 'p' END)
       END
  FROM pg_catalog.pg_trigger AS t
 WHERE NOT t.tgisinternal
    OR EXISTS (SELECT
                 FROM pg_catalog.pg_depend AS d
                WHERE d.classid = 'pg_catalog.pg_trigger'::regclass AND d.objid = t.oid
                  AND d.refclassid = 'pg_catalog.pg_trigger'::regclass);
