-- All triggers but internal ones. Clones on partitions were internal before PostgreSQL 15, foreign keys' are not clones.
SELECT t.tgrelid, t.tgname, t.tgfoid, t.tgtype, t.tgenabled, t.tgargs, t.tgattr, t.tgqual IS NOT NULL,
       t.tgconstraint <> 0, t.tgparentid <> 0
  FROM pg_catalog.pg_trigger AS t
 WHERE NOT t.tgisinternal
    OR (t.tgparentid <> 0 AND current_setting('server_version_num')::integer < 150000);
