-- Sequences owned by columns (serial: a, identity: i). A last value needs a right on the sequence, and, on a standby, a
-- sequence that is written to WAL.
SELECT d.refobjid,
       (SELECT a.attname
          FROM pg_catalog.pg_attribute AS a
         WHERE a.attrelid = d.refobjid AND a.attnum = d.refobjsubid),
       n.nspname, s.relname, q.seqincrement, q.seqmin, q.seqmax,
       CASE WHEN pg_catalog.has_sequence_privilege(s.oid, 'SELECT, USAGE')
                 AND (s.relpersistence = 'p' OR NOT pg_catalog.pg_is_in_recovery())
            THEN pg_catalog.pg_sequence_last_value(s.oid)
       END,
       pg_catalog.has_sequence_privilege(s.oid, 'SELECT, USAGE'), pg_catalog.has_sequence_privilege(s.oid, 'UPDATE')
  FROM pg_catalog.pg_sequence AS q
  JOIN pg_catalog.pg_class AS s ON s.oid = q.seqrelid AND s.relpersistence <> 't'
  JOIN pg_catalog.pg_namespace AS n ON n.oid = s.relnamespace
  JOIN pg_catalog.pg_depend AS d
    ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = s.oid
   AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i');
