-- Classic inheritance: a child is a table of its own, not a partition.
SELECT i.inhparent, n.nspname, c.relname
  FROM pg_catalog.pg_inherits AS i
  JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE NOT c.relispartition AND c.relkind IN ('r', 'f');
