-- The greatest seq of each set, looked for in the newest rows only: a log that nobody ships on may be of any size.
-- A set without a row among them gets the seq below them, which none of its rows exceeds.
-- From the few tables that are logged up to those that are replicated; a partition is found through any of its parents.
-- What is in no recorded set, of any cluster, counts for every set, as it is shipped to every node: a table may have logged
-- it under the name it had before.
WITH RECURSIVE newest AS (
    SELECT l.seq, l.schema_name, l.table_name FROM polarity.log AS l ORDER BY l.seq DESC LIMIT 100000
), below AS (
    SELECT pg_catalog.min(n.seq) - 1 AS seq FROM newest AS n HAVING pg_catalog.count(*) = 100000
), greatest_of_table AS (
    SELECT n.schema_name COLLATE "C" AS schema_name, n.table_name COLLATE "C" AS table_name,
           pg_catalog.max(n.seq) AS seq
      FROM newest AS n
     GROUP BY 1, 2
), logged (seq, schema_name, table_name, oid) AS (
    (SELECT g.seq, g.schema_name, g.table_name, c.oid
       FROM greatest_of_table AS g
       LEFT JOIN (pg_catalog.pg_namespace AS n
                  JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid)
         ON n.nspname = g.schema_name::name AND c.relname = g.table_name::name
      UNION ALL
     SELECT g.seq, root.schema_name COLLATE "C", root.table_name COLLATE "C", NULL
       FROM greatest_of_table AS g
      CROSS JOIN LATERAL (SELECT l.root_schema, l.root_table FROM polarity.log AS l WHERE l.seq = g.seq OFFSET 0)
                 AS root (schema_name, table_name))
     UNION
    SELECT l.seq, n.nspname::text COLLATE "C", c.relname::text COLLATE "C", c.oid
      FROM logged AS l
      JOIN pg_catalog.pg_class AS partition ON partition.oid = l.oid AND partition.relispartition
      JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = partition.oid
      JOIN pg_catalog.pg_class AS c ON c.oid = i.inhparent
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
), recorded AS (
    SELECT l.seq, r.cluster, r.set_name
      FROM logged AS l
      JOIN polarity.replicated AS r ON r.schema_name = l.schema_name AND r.table_name = l.table_name
), of_all (seq) AS (
    SELECT b.seq FROM below AS b
     UNION ALL
    SELECT g.seq FROM greatest_of_table AS g WHERE g.seq NOT IN (SELECT r.seq FROM recorded AS r)
), found (set_name, seq) AS (
    SELECT r.set_name, r.seq
      FROM recorded AS r
     WHERE r.cluster = current_setting('polarity.cluster')
     UNION ALL
    SELECT s.set_name, a.seq
      FROM (SELECT pg_catalog.max(a.seq) AS seq FROM of_all AS a HAVING pg_catalog.count(*) > 0) AS a
     CROSS JOIN (SELECT DISTINCT r.set_name
                   FROM polarity.replicated AS r
                  WHERE r.cluster = current_setting('polarity.cluster')) AS s
)
SELECT f.set_name, pg_catalog.max(f.seq)
  FROM found AS f
 GROUP BY f.set_name;
