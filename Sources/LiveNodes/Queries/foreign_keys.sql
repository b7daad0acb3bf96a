SELECT k.oid, k.conname, k.conrelid, cn.nspname, c.relname, k.confrelid, pn.nspname, p.relname, k.confdeltype,
       k.confupdtype
  FROM pg_catalog.pg_constraint AS k
  JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace AS cn ON cn.oid = c.relnamespace
  JOIN pg_catalog.pg_class AS p ON p.oid = k.confrelid
  JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
 WHERE k.contype = 'f';
