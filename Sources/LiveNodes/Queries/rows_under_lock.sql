-- The triggers and rules of the table $oid as one text, exactly as `ObservedTable.rowsUnderLock` says it.
SELECT pg_catalog.array_to_string(ARRAY(
    SELECT r.line
      FROM (SELECT 't:' || pg_catalog.encode(pg_catalog.convert_to(t.tgname::text, 'UTF8'), 'hex')
                   || ':' || t.tgenabled::text || ':' || t.tgtype::text
                   || ':' || pg_catalog.encode(pg_catalog.convert_to(pg_catalog.array_to_json(
                                 (pg_catalog.pg_identify_object_as_address(
                                     'pg_catalog.pg_proc'::regclass, t.tgfoid, 0)).object_names)::text, 'UTF8'), 'hex')
                   || ':' || pg_catalog.encode(t.tgargs, 'hex') || ':' || t.tgattr::text
                   || CASE WHEN t.tgqual IS NULL THEN ':0' ELSE ':1' END
                   || CASE WHEN t.tgconstraint = 0 THEN ':0' ELSE ':1' END
                   || CASE WHEN t.tgparentid = 0 THEN ':0' ELSE ':1' END
              FROM pg_catalog.pg_trigger AS t
             WHERE t.tgrelid = $oid
               AND (NOT t.tgisinternal
                    OR (t.tgparentid <> 0 AND pg_catalog.current_setting('server_version_num')::integer < 150000))
             UNION ALL
            SELECT 'r:' || pg_catalog.encode(pg_catalog.convert_to(w.rulename::text, 'UTF8'), 'hex')
                   || ':' || w.ev_enabled::text
                   || CASE WHEN w.is_instead AND w.ev_type <> '1' THEN ':1' ELSE ':0' END
              FROM pg_catalog.pg_rewrite AS w
             WHERE w.ev_class = $oid AND w.rulename <> '_RETURN') AS r (line)
     ORDER BY r.line COLLATE "C"), pg_catalog.chr(10));
