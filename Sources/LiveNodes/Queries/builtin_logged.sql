-- The greatest seq of each set, looked for in the newest rows only: a log that nobody ships on may be of any size.
-- A set without a row among them gets the seq below them, which none of its rows exceeds.
WITH RECURSIVE replicated (set_name, schema_name, table_name, oid) AS (
    SELECT r.set_name, r.schema_name COLLATE "C", r.table_name COLLATE "C", c.oid
      FROM polarity.replicated AS r
      LEFT JOIN (pg_catalog.pg_namespace AS n
                 JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid)
        ON n.nspname = r.schema_name::name AND c.relname = r.table_name::name
     WHERE r.cluster = current_setting('polarity.cluster')
     UNION
    SELECT r.set_name, n.nspname::text COLLATE "C", c.relname::text COLLATE "C", c.oid
      FROM replicated AS r
      JOIN pg_catalog.pg_inherits AS i ON i.inhparent = r.oid
      JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid AND c.relispartition
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
), newest AS (
    SELECT l.seq, l.schema_name, l.table_name FROM polarity.log AS l ORDER BY l.seq DESC LIMIT 100000
), below AS (
    SELECT CASE WHEN pg_catalog.count(*) = 100000 THEN pg_catalog.min(n.seq) - 1 END AS seq FROM newest AS n
), greatest_of_table AS (
    SELECT n.schema_name COLLATE "C" AS schema_name, n.table_name COLLATE "C" AS table_name,
           pg_catalog.max(n.seq) AS seq
      FROM newest AS n
     GROUP BY 1, 2
)
SELECT s.set_name, s.seq
  FROM (SELECT r.set_name, coalesce(pg_catalog.max(g.seq), (SELECT b.seq FROM below AS b)) AS seq
          FROM replicated AS r
          LEFT JOIN greatest_of_table AS g ON g.schema_name = r.schema_name AND g.table_name = r.table_name
         GROUP BY r.set_name) AS s
 WHERE s.seq IS NOT NULL;
