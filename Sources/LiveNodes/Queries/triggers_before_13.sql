-- All triggers but internal ones. PostgreSQL 11 and 12 know a clone on a partition by its dependency on another trigger.
SELECT t.tgrelid, t.tgname, t.tgfoid, t.tgtype, t.tgenabled, t.tgargs, t.tgattr, t.tgqual IS NOT NULL,
       t.tgconstraint <> 0, t.tgisinternal
  FROM pg_catalog.pg_trigger AS t
 WHERE NOT t.tgisinternal
    OR EXISTS (SELECT
                 FROM pg_catalog.pg_depend AS d
                WHERE d.classid = 'pg_catalog.pg_trigger'::regclass AND d.objid = t.oid
                  AND d.refclassid = 'pg_catalog.pg_trigger'::regclass);
