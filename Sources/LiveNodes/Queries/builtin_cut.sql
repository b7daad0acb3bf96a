-- The greatest seq that must be applied before some tables ($1 their schemas, $2 their names) open elsewhere: theirs, that of
-- whatever is recorded in a set of theirs, and that of what no set has on record, which a table may have logged under the name
-- it had before. Looked for in the newest rows only; where it is not among them, the seq below them.
WITH listed AS (
    SELECT w.schema, w.name FROM ROWS FROM (unnest($1::text[]), unnest($2::text[])) AS w (schema, name)
), others AS (
    SELECT r.schema_name, r.table_name
      FROM polarity.replicated AS r
     WHERE (r.cluster, r.set_name) NOT IN (
           SELECT s.cluster, s.set_name
             FROM polarity.replicated AS s
            WHERE (s.schema_name, s.table_name) IN (SELECT w.schema, w.name FROM listed AS w))
), newest AS (
    SELECT l.seq, l.schema_name, l.table_name, l.root_schema, l.root_table
      FROM polarity.log AS l
     ORDER BY l.seq DESC
     LIMIT 100000
)
SELECT coalesce(
       (SELECT n.seq
          FROM newest AS n
         WHERE (n.schema_name, n.table_name) IN (SELECT w.schema, w.name FROM listed AS w)
            OR (n.root_schema, n.root_table) IN (SELECT w.schema, w.name FROM listed AS w)
            OR NOT ((n.schema_name, n.table_name) IN (SELECT o.schema_name, o.table_name FROM others AS o)
                    OR (n.root_schema, n.root_table) IN (SELECT o.schema_name, o.table_name FROM others AS o))
         ORDER BY n.seq DESC
         LIMIT 1),
       (SELECT pg_catalog.min(n.seq) - 1 FROM newest AS n HAVING pg_catalog.count(*) = 100000));
