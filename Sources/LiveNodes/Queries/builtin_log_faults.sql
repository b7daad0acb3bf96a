-- What keeps polarity.log from taking, keeping or showing what is logged: rules (r) and triggers (t) of someone else's, that it
-- is not logged by the server itself (u), that nothing numbers its rows (i), or not one by one without end (n), and children
-- (h). Of every table: row security (s), columns that are missing (c) or of another type (y), and the primary key (p). Of the type that rows
-- are read into: that it is missing (m) or another (f).
WITH shipped (relname, columns, key) AS (
    VALUES ('log', ARRAY['seq bigint', 'xid bigint', 'at timestamp with time zone', 'operation "char"', 'schema_name text',
                         'table_name text', 'root_schema text', 'root_table text', 'key jsonb', 'row jsonb'], 'seq'),
           ('applied', ARRAY['origin text', 'seq bigint', 'snapshot txid_snapshot', 'at timestamp with time zone'], 'origin'),
           ('node', ARRAY['cluster text', 'node text'], 'cluster'),
           ('origin', ARRAY['cluster text', 'set_name text', 'origin text'], 'cluster, set_name'),
           ('member', ARRAY['cluster text', 'set_name text', 'node text'], 'cluster, set_name, node'),
           ('replicated', ARRAY['schema_name text', 'table_name text', 'cluster text', 'set_name text'],
            'schema_name, table_name')
), inside AS (
    SELECT c.oid, s.relname, s.columns, s.key, c.relpersistence, c.relrowsecurity
      FROM pg_catalog.pg_namespace AS n
     CROSS JOIN shipped AS s
      JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = s.relname::name AND c.relkind = 'r'
     WHERE n.nspname = 'polarity'
), faults (fault, name) AS (
    SELECT f.fault, f.name
      FROM inside AS c
     CROSS JOIN LATERAL (
           SELECT 'r', r.rulename::text FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = c.oid AND r.ev_enabled <> 'D'
            UNION ALL
           SELECT 't', t.tgname::text FROM pg_catalog.pg_trigger AS t
            WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D'
            UNION ALL
           SELECT 'u', '' WHERE c.relpersistence <> 'p'
            UNION ALL
           SELECT 'i', ''
            WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                               WHERE a.attrelid = c.oid AND a.attname = 'seq' AND a.attidentity <> '')
            UNION ALL
           SELECT 'n', ''
             FROM pg_catalog.pg_depend AS d
             JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = d.objid
             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
            WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid AND d.refobjsubid > 0
              AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'i'
              AND (s.seqcache <> 1 OR s.seqincrement <> 1 OR s.seqcycle OR s.seqmax < 9223372036854775807
                   OR a.attidentity <> 'a')
            UNION ALL
           SELECT 'h', i.inhrelid::regclass::text FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = c.oid)
           AS f (fault, name)
     WHERE c.relname = 'log'
     UNION ALL
    SELECT 's', c.relname FROM inside AS c WHERE c.relrowsecurity
     UNION ALL
    SELECT CASE WHEN a.attname IS NULL THEN 'c' ELSE 'y' END, c.relname || '.' || w.wanted
      FROM inside AS c
     CROSS JOIN LATERAL pg_catalog.unnest(c.columns) AS w (wanted)
      LEFT JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = c.oid AND a.attname = pg_catalog.split_part(w.wanted, ' ', 1)::name AND a.attnum > 0
     WHERE (a.attname || ' ' || pg_catalog.format_type(a.atttypid, NULL)) IS DISTINCT FROM w.wanted
     UNION ALL
    SELECT 'p', c.relname || '.' || c.key
      FROM inside AS c
     WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k
                        WHERE k.conrelid = c.oid AND k.contype = 'p'
                          AND pg_catalog.pg_get_constraintdef(k.oid) = 'PRIMARY KEY (' || c.key || ')')
     UNION ALL
    SELECT CASE WHEN t.oid IS NULL THEN 'm' ELSE 'f' END, ''
      FROM pg_catalog.pg_namespace AS n
      LEFT JOIN pg_catalog.pg_type AS t ON t.typnamespace = n.oid AND t.typname = 'fields'
     WHERE n.nspname = 'polarity'
       AND (SELECT pg_catalog.count(*)
              FROM pg_catalog.pg_attribute AS a
             WHERE a.attrelid = t.typrelid AND a.attnum BETWEEN 1 AND 64 AND a.attname = 'f' || a.attnum
               AND a.atttypid = 'pg_catalog.text'::regtype) <> 64
)
SELECT f.fault, f.name FROM faults AS f ORDER BY 1, 2;
