-- All triggers but internal ones. Clones on partitions were internal before PostgreSQL 15, foreign keys' are not clones.
-- What sets few triggers apart is in one column, NULL for all others: w a condition, c a constraint, p a parent.
SELECT t.tgrelid, t.tgname, t.tgfoid, t.tgtype, t.tgenabled, t.tgargs, t.tgattr,
       CASE WHEN t.tgqual IS NOT NULL OR t.tgconstraint <> 0 OR t.tgparentid <> 0
            THEN concat(CASE WHEN t.tgqual IS NOT NULL THEN 'w' END, CASE WHEN t.tgconstraint <> 0 THEN 'c' END,
                        CASE WHEN t.tgparentid <> 0 THEN 'p' END)
       END
  FROM pg_catalog.pg_trigger AS t
 WHERE NOT t.tgisinternal
    OR (t.tgparentid <> 0 AND current_setting('server_version_num')::integer < 150000);
