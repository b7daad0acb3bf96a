-- How far the sequence of polarity.log has come: 0 where it was never used, NULL where the login role may not read it; no row
-- where there is none. It never goes back by itself, and belongs to no snapshot.
SELECT CASE WHEN pg_catalog.has_sequence_privilege(s.oid, 'SELECT')
            THEN coalesce(pg_catalog.pg_sequence_last_value(s.oid), 0) END
  FROM pg_catalog.pg_namespace AS n
  JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = 'log'
  JOIN pg_catalog.pg_depend AS d
    ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid AND d.refobjsubid > 0
   AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'i'
  JOIN pg_catalog.pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
 WHERE n.nspname = 'polarity';
