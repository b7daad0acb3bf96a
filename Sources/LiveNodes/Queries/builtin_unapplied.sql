-- How many changes of each table the log holds beyond a seq; those of partitions under their root.
SELECT coalesce(l.root_schema, l.schema_name), coalesce(l.root_table, l.table_name), pg_catalog.count(*)
  FROM polarity.log AS l
 WHERE l.seq > $1::bigint
 GROUP BY 1, 2
 ORDER BY 1, 2
