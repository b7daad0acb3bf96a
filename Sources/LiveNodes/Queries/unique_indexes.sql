-- Indexes that can serve as a key, with the columns in them; 0 is an expression.
SELECT i.indrelid, c.relname, i.indkey
  FROM pg_catalog.pg_index AS i
  JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
 WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL;
