-- Everything in the declared schemas, and every partition and partitioned table elsewhere. The schema is looked at
-- first: most rows of pg_class are indexes and TOAST tables, the latter in a schema of their own.
SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relowner,
       CASE WHEN c.relispartition THEN
           (SELECT i.inhparent FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid LIMIT 1)
       END,
       c.relpages > 0
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE (c.relispartition OR c.relkind = 'p'
        OR c.relnamespace = ANY (ARRAY(SELECT s.oid
                                         FROM pg_catalog.pg_namespace AS s
                                        WHERE s.nspname = ANY (current_setting('polarity.schemas')::name[]))))
   AND c.relkind NOT IN ('i', 'I', 't', 'c');
