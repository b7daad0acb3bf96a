-- The named relations, those that match a pattern, all partitions below them, and the parents of partitions.
-- Pages, as of the last VACUUM or ANALYZE, may hold rows; where there were none, filled_tables.sql asks for the size.
WITH RECURSIVE wanted (oid) AS (
    (SELECT c.oid
       FROM ROWS FROM (unnest(current_setting('polarity.schemas')::name[]),
                       unnest(current_setting('polarity.names')::name[])) AS w (schema, name)
       JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
       JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.name
      UNION
     SELECT c.oid
       FROM ROWS FROM (unnest(current_setting('polarity.pattern_schemas')::name[]),
                       unnest(current_setting('polarity.patterns')::text[])) AS w (schema, pattern)
       JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
       JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname LIKE w.pattern)
     UNION
    SELECT c.oid
      FROM wanted AS w
      JOIN pg_catalog.pg_inherits AS i ON i.inhparent = w.oid
      JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid AND c.relispartition
), with_parents (oid) AS (
    SELECT w.oid FROM wanted AS w
     UNION
    SELECT i.inhparent
      FROM wanted AS w
      JOIN pg_catalog.pg_class AS c ON c.oid = w.oid AND c.relispartition
      JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = c.oid
)
SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relowner,
       CASE WHEN c.relispartition THEN
           (SELECT i.inhparent FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid LIMIT 1)
       END,
       c.relpages > 0
  FROM with_parents AS w
  JOIN pg_catalog.pg_class AS c ON c.oid = w.oid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind NOT IN ('i', 'I', 't', 'c');
