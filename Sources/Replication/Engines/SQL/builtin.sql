-- The schema `polarity`: what the builtin engine needs on every node. `apply` runs this text as one message inside a
-- transaction of its own making; it installs, upgrades, and run again changes nothing. PostgreSQL 10 to 18.
--
-- Order. `polarity.log.seq` is drawn when the change is logged, in an uncached sequence: for one row, and for rows that
-- wait for each other (unique keys, foreign keys), a lower seq is the earlier change. It is no order of commits: a
-- transaction that is still open may hold a lower seq than one that is visible. A shipper therefore takes what became
-- visible between two snapshots, in the order of seq, and advances `polarity.applied.seq` only past rows whose every
-- predecessor is below the xmin of its snapshot: no lower seq is outstanding. Its statements: BuiltinEngine.md.
--
-- Values. Each value in `key` and `row` is a string, as the output function of its column's type writes it under the
-- settings pinned on `log_change`, or null: what COPY would write, and what the input function reads back unchanged.
-- Not to_jsonb: that loses the bounds of arrays, the sign of zero, the difference between SQL NULL and jsonb null, and
-- calls casts which the owner of a type wrote, here with the rights of this schema's owner. The way is the text of the
-- whole record, read back into a composite type of text fields: no statement is built per row, at 5 us for both steps.
--
-- Rights. Nothing here is for PUBLIC. A table owner who is no superuser needs USAGE on the schema and EXECUTE on the
-- four trigger functions to create triggers with them (firing needs nothing): `apply` grants that to the roles it is
-- told. A shipper needs USAGE, SELECT on `polarity.log`, `polarity.replicated` and `polarity.member`, and on a subscriber
-- SELECT, INSERT and UPDATE on `polarity.applied` and the right to set `session_replication_role`.
--
-- Locks. On an installed node only rows of the catalogs: no lock that a writer of a user's table or of the log meets.
-- `search_path` stays `pg_catalog, pg_temp` until the transaction ends.

SET LOCAL search_path = pg_catalog, pg_temp;

DO $install$
DECLARE
    this_version CONSTANT integer := 2;
    owner name;
    intruder text;
    installed integer;
    other regprocedure;
BEGIN
    -- One installer at a time: two clusters may share a database. The class is "polr" in ASCII.
    PERFORM pg_advisory_xact_lock(1886350450, 1);

    SELECT pg_get_userbyid(n.nspowner) INTO owner FROM pg_namespace AS n WHERE n.nspname = 'polarity';
    IF owner IS NULL THEN
        CREATE SCHEMA polarity;
        COMMENT ON SCHEMA polarity IS 'Polarity''s builtin replication engine: log, progress and recorded cluster';
    ELSIF owner <> current_user THEN
        RAISE EXCEPTION 'schema polarity belongs to %, not to %', owner, current_user
            USING ERRCODE = 'insufficient_privilege', HINT = 'Connect or SET ROLE as its owner.';
    END IF;

    -- What runs with the owner's rights must be the owner's.
    SELECT string_agg(o.name, ', ' ORDER BY o.name) INTO intruder
      FROM (SELECT c.relname::text, c.relowner FROM pg_class AS c WHERE c.relnamespace = 'polarity'::regnamespace
            UNION ALL
            SELECT p.proname::text, p.proowner FROM pg_proc AS p WHERE p.pronamespace = 'polarity'::regnamespace
            UNION ALL
            SELECT t.typname::text, t.typowner FROM pg_type AS t
             WHERE t.typnamespace = 'polarity'::regnamespace AND t.typrelid = 0 AND t.typelem = 0)
           AS o (name, owner)
     WHERE pg_get_userbyid(o.owner) <> current_user;
    IF intruder IS NOT NULL THEN
        RAISE EXCEPTION 'schema polarity holds objects of other owners: %', intruder
            USING ERRCODE = 'insufficient_privilege', HINT = 'Drop them, or give them to the owner of the schema.';
    END IF;

    IF to_regprocedure('polarity.version()') IS NOT NULL THEN
        EXECUTE 'SELECT polarity.version()' INTO installed;
        IF installed > this_version THEN
            RAISE EXCEPTION 'schema polarity is of version %, newer than %', installed, this_version
                USING ERRCODE = 'feature_not_supported', HINT = 'Use the polarity that installed it, or a newer one.';
        END IF;
    END IF;

    -- What CREATE OR REPLACE refuses to make of a function that is there: other names of arguments, another result.
    FOR other IN
        SELECT p.oid
          FROM (VALUES ('version()', '', 'integer'),
                       ('lineage(oid)', 'relation oid',
                        'TABLE(level integer, schema_name text, table_name text)'),
                       ('texts(text, integer)', 'record text, width integer', 'text[]'),
                       ('refuse(oid, text, text)', 'relation oid, schema_name text, table_name text', 'void'))
               AS w (signature, arguments, result)
          JOIN pg_proc AS p ON p.oid = to_regprocedure('polarity.' || w.signature)
         WHERE pg_get_function_arguments(p.oid) <> w.arguments
            OR pg_get_function_result(p.oid) IS DISTINCT FROM w.result
    LOOP
        EXECUTE format('DROP FUNCTION %s', other);
    END LOOP;

    IF to_regclass('polarity.log') IS NULL THEN
        CREATE TABLE polarity.log (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            xid bigint NOT NULL,
            at timestamptz NOT NULL,
            operation "char" NOT NULL CHECK (operation IN ('I', 'U', 'D', 'T')),
            schema_name text NOT NULL,
            table_name text NOT NULL,
            root_schema text NOT NULL,
            root_table text NOT NULL,
            key jsonb,
            row jsonb
        );
        REVOKE ALL ON polarity.log FROM PUBLIC;
        COMMENT ON TABLE polarity.log IS
            'One row per row changed and per table truncated on this node while it was the origin';
        COMMENT ON COLUMN polarity.log.seq IS 'Order of the changes to one row; no order of commits';
        COMMENT ON COLUMN polarity.log.xid IS 'txid_current() of the top-level transaction';
        COMMENT ON COLUMN polarity.log.at IS 'clock_timestamp() when the change was logged';
        COMMENT ON COLUMN polarity.log.operation IS 'I insert, U update, D delete, T truncate';
        COMMENT ON COLUMN polarity.log.schema_name IS 'Schema of the table; of the leaf, where it is a partition';
        COMMENT ON COLUMN polarity.log.table_name IS 'The table; the leaf, where it is a partition';
        COMMENT ON COLUMN polarity.log.root_schema IS 'Schema of the root of the partition tree, else schema_name';
        COMMENT ON COLUMN polarity.log.root_table IS 'Root of the partition tree, else table_name';
        COMMENT ON COLUMN polarity.log.key IS
            'Primary key before U and D, of the new row for I; without a primary key the whole old row, and NULL for I';
        COMMENT ON COLUMN polarity.log.row IS 'The row after I and U; NULL for D and T';
    END IF;

    IF to_regtype('polarity.fields') IS NULL THEN
        EXECUTE (
            SELECT format('CREATE TYPE polarity.fields AS (%s)', string_agg(format('f%s text', n), ', ' ORDER BY n))
              FROM generate_series(1, 64) AS n);
        REVOKE ALL ON TYPE polarity.fields FROM PUBLIC;
        COMMENT ON TYPE polarity.fields IS 'A row of up to 64 columns as text, for polarity.texts';
    END IF;

    IF to_regclass('polarity.applied') IS NULL THEN
        CREATE TABLE polarity.applied (
            origin text PRIMARY KEY,
            seq bigint NOT NULL DEFAULT 0,
            snapshot txid_snapshot NOT NULL DEFAULT '1:1:',
            at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        REVOKE ALL ON polarity.applied FROM PUBLIC;
        COMMENT ON TABLE polarity.applied IS 'How far a shipper has brought this node, for each origin';
        COMMENT ON COLUMN polarity.applied.origin IS 'The node whose log was applied';
        COMMENT ON COLUMN polarity.applied.seq IS 'No row of that log with this seq or a lower one is outstanding';
        COMMENT ON COLUMN polarity.applied.snapshot IS
            'What that node''s log showed to this txid_current_snapshot() is applied, rows above seq included';
        COMMENT ON COLUMN polarity.applied.at IS 'When this row was last written';
    END IF;

    IF to_regclass('polarity.node') IS NULL THEN
        CREATE TABLE polarity.node (
            cluster text PRIMARY KEY,
            node text NOT NULL
        );
        REVOKE ALL ON polarity.node FROM PUBLIC;
        COMMENT ON TABLE polarity.node IS 'What this database is called in each cluster it takes part in';
        COMMENT ON COLUMN polarity.node.cluster IS 'Name of the cluster';
        COMMENT ON COLUMN polarity.node.node IS 'Name of this node in that cluster';
    END IF;

    IF to_regclass('polarity.origin') IS NULL THEN
        CREATE TABLE polarity.origin (
            cluster text NOT NULL REFERENCES polarity.node ON DELETE CASCADE,
            set_name text NOT NULL,
            origin text,
            PRIMARY KEY (cluster, set_name)
        );
        REVOKE ALL ON polarity.origin FROM PUBLIC;
        COMMENT ON TABLE polarity.origin IS 'Every recorded set and the node that it was last written on';
        COMMENT ON COLUMN polarity.origin.cluster IS 'Name of the cluster';
        COMMENT ON COLUMN polarity.origin.set_name IS 'Name of the set';
        COMMENT ON COLUMN polarity.origin.origin IS 'Last origin of the set; NULL for none: closed on every node';
    END IF;

    IF to_regclass('polarity.member') IS NULL THEN
        CREATE TABLE polarity.member (
            cluster text NOT NULL,
            set_name text NOT NULL,
            node text NOT NULL,
            PRIMARY KEY (cluster, set_name, node),
            FOREIGN KEY (cluster, set_name) REFERENCES polarity.origin ON DELETE CASCADE
        );
        REVOKE ALL ON polarity.member FROM PUBLIC;
        COMMENT ON TABLE polarity.member IS
            'The members of every recorded set: its origin, and all others are subscribers; bystanders are no members';
        COMMENT ON COLUMN polarity.member.cluster IS 'Name of the cluster';
        COMMENT ON COLUMN polarity.member.set_name IS 'Name of the set';
        COMMENT ON COLUMN polarity.member.node IS 'Name of a node that takes part in the set';
    END IF;

    IF to_regclass('polarity.replicated') IS NULL THEN
        CREATE TABLE polarity.replicated (
            schema_name text NOT NULL,
            table_name text NOT NULL,
            cluster text NOT NULL,
            set_name text NOT NULL,
            PRIMARY KEY (schema_name, table_name),
            FOREIGN KEY (cluster, set_name) REFERENCES polarity.origin ON DELETE CASCADE
        );
        REVOKE ALL ON polarity.replicated FROM PUBLIC;
        COMMENT ON TABLE polarity.replicated IS
            'The tables of every recorded set; a partition is found through any of its parents';
        COMMENT ON COLUMN polarity.replicated.schema_name IS 'Schema of the table';
        COMMENT ON COLUMN polarity.replicated.table_name IS 'Name of the table';
        COMMENT ON COLUMN polarity.replicated.cluster IS 'Name of the cluster';
        COMMENT ON COLUMN polarity.replicated.set_name IS 'Name of the one set that the table belongs to';
    END IF;

    REVOKE ALL ON SCHEMA polarity FROM PUBLIC;
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA polarity FROM PUBLIC;
END
$install$;

CREATE OR REPLACE FUNCTION polarity.version() RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS 'SELECT 2';
COMMENT ON FUNCTION polarity.version() IS 'Version of the schema polarity';

CREATE OR REPLACE FUNCTION polarity.lineage(relation oid) RETURNS TABLE(level integer, schema_name text, table_name text)
LANGUAGE plpgsql STABLE
AS $lineage$
DECLARE
    parent oid := relation;
    partition boolean;
BEGIN
    -- A snapshot may be older than the table or its place in the tree; these functions see both as they are.
    IF current_setting('server_version_num')::integer >= 120000 THEN
        RETURN QUERY
        SELECT line.place::integer - 1, name.object_names[1], name.object_names[2]
          FROM unnest(relation || ARRAY(SELECT p.oid::oid FROM pg_partition_ancestors(relation) AS p (oid) OFFSET 1))
               WITH ORDINALITY AS line (oid, place)
         CROSS JOIN LATERAL pg_identify_object_as_address('pg_class'::regclass, line.oid, 0) AS name;
        RETURN;
    END IF;
    level := 0;
    LOOP
        SELECT n.nspname, c.relname, c.relispartition INTO schema_name, table_name, partition
          FROM pg_class AS c
          JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE c.oid = parent;
        RETURN NEXT;
        -- NULL where the snapshot does not show it: the last names are then NULL, too.
        EXIT WHEN partition IS NOT TRUE;
        parent := (SELECT i.inhparent FROM pg_inherits AS i WHERE i.inhrelid = parent);
        level := level + 1;
    END LOOP;
END
$lineage$;
COMMENT ON FUNCTION polarity.lineage(oid) IS 'A table (level 0) and, for a partition, its parents up to the root';

CREATE OR REPLACE FUNCTION polarity.texts(record text, width integer) RETURNS text[]
LANGUAGE plpgsql STABLE
AS $texts$
DECLARE
    -- As many fields as the type has: commas after the last one add NULLs.
    r CONSTANT polarity.fields := (left(record, -1) || repeat(',', least(64 - width, 63)) || ')')::polarity.fields;
BEGIN
    RETURN (ARRAY[
        r.f1, r.f2, r.f3, r.f4, r.f5, r.f6, r.f7, r.f8, r.f9, r.f10, r.f11, r.f12, r.f13, r.f14, r.f15, r.f16,
        r.f17, r.f18, r.f19, r.f20, r.f21, r.f22, r.f23, r.f24, r.f25, r.f26, r.f27, r.f28, r.f29, r.f30, r.f31, r.f32,
        r.f33, r.f34, r.f35, r.f36, r.f37, r.f38, r.f39, r.f40, r.f41, r.f42, r.f43, r.f44, r.f45, r.f46, r.f47, r.f48,
        r.f49, r.f50, r.f51, r.f52, r.f53, r.f54, r.f55, r.f56, r.f57, r.f58, r.f59, r.f60, r.f61, r.f62, r.f63, r.f64
    ])[1:width];
END
$texts$;
COMMENT ON FUNCTION polarity.texts(text, integer) IS 'The fields of a record that was written as text; at most 64';

CREATE OR REPLACE FUNCTION polarity.log_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET DateStyle = 'ISO, YMD'
SET IntervalStyle = 'postgres'
SET TimeZone = 'UTC'
SET bytea_output = 'hex'
SET extra_float_digits = 3
SET lc_monetary = 'C'
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $log_change$
DECLARE
    root_schema text := TG_TABLE_SCHEMA;
    root_table text := TG_TABLE_NAME;
    partition boolean;
    key_index oid;
    key_numbers smallint[];
    by_number text[];       -- names by attnum, NULL where a column was dropped
    columns text[];         -- names in the order of the row
    columns_now text[];
    may_be_older CONSTANT boolean := current_setting('transaction_isolation') IN ('repeatable read', 'serializable');
    wide_row text;
    number smallint;
    key_columns text[];
    key_texts text[];
    old_texts text[];
    new_texts text[];
BEGIN
    IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' THEN
        RAISE EXCEPTION 'polarity.log_change() must be fired AFTER, FOR EACH ROW'
            USING ERRCODE = 'trigger_protocol_violated';
    END IF;
    IF current_setting('session_replication_role') = 'local' THEN
        RETURN NULL;
    END IF;

    -- Looked up for every row: a list kept anywhere else would be wrong after ALTER TABLE.
    SELECT c.relispartition, k.conkey, k.conindid,
           ARRAY(SELECT CASE WHEN NOT a.attisdropped THEN a.attname::text END
                   FROM pg_attribute AS a WHERE a.attrelid = TG_RELID AND a.attnum > 0 ORDER BY a.attnum)
      INTO partition, key_numbers, key_index, by_number
      FROM pg_class AS c
      LEFT JOIN pg_constraint AS k ON k.conrelid = TG_RELID AND k.contype = 'p'
     WHERE c.oid = TG_RELID;
    columns := array_remove(by_number, NULL);

    IF partition OR may_be_older THEN
        SELECT l.schema_name, l.table_name INTO root_schema, root_table
          FROM polarity.lineage(TG_RELID) AS l ORDER BY l.level DESC LIMIT 1;
    END IF;

    -- The catalogs as an old snapshot shows them may be older than the row, or than the table.
    IF may_be_older THEN
        EXECUTE 'SELECT ARRAY(SELECT json_object_keys(to_json(r))) FROM (SELECT (CASE WHEN false THEN $1 END).*) AS r'
            INTO columns_now USING CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        IF columns_now IS DISTINCT FROM columns OR root_table IS NULL
           OR (key_index IS NOT NULL AND pg_relation_filenode(key_index) IS NULL)
           OR (key_index IS NULL AND pg_get_replica_identity_index(TG_RELID) IS NOT NULL
               AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indexrelid = pg_get_replica_identity_index(TG_RELID)))
        THEN
            RAISE EXCEPTION '% was altered after the snapshot of this transaction was taken',
                format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME)
                USING ERRCODE = 'serialization_failure', HINT = 'Run the transaction again.';
        END IF;
    END IF;

    IF cardinality(columns) > 64 THEN
        wide_row := (
            SELECT format('SELECT %s FROM (SELECT ($1).* OFFSET 0) AS r', string_agg(c.texts, ' || ' ORDER BY c.chunk))
              FROM (SELECT (u.place - 1) / 64 AS chunk,
                           format('polarity.texts(concat(ROW(%s)), %s)',
                                  string_agg(format('r.%I', u.name), ', ' ORDER BY u.place), count(*)) AS texts
                      FROM unnest(columns) WITH ORDINALITY AS u (name, place)
                     GROUP BY 1) AS c);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF wide_row IS NULL THEN
            new_texts := polarity.texts(concat(NEW), cardinality(columns));
        ELSE
            EXECUTE wide_row INTO new_texts USING NEW;
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        old_texts := new_texts;
    ELSIF wide_row IS NULL THEN
        old_texts := polarity.texts(concat(OLD), cardinality(columns));
    ELSE
        EXECUTE wide_row INTO old_texts USING OLD;
    END IF;

    IF key_index IS NOT NULL THEN
        FOREACH number IN ARRAY key_numbers LOOP
            key_columns := key_columns || by_number[number];
            key_texts := key_texts || old_texts[array_position(columns, by_number[number])];
        END LOOP;
    ELSIF TG_OP <> 'INSERT' THEN
        key_columns := columns;
        key_texts := old_texts;
    END IF;

    INSERT INTO polarity.log (xid, at, operation, schema_name, table_name, root_schema, root_table, key, row)
    VALUES (txid_current(), clock_timestamp(), left(TG_OP, 1)::"char", TG_TABLE_SCHEMA, TG_TABLE_NAME,
            root_schema, root_table, jsonb_object(key_columns, key_texts), jsonb_object(columns, new_texts));
    RETURN NULL;
END
$log_change$;
COMMENT ON FUNCTION polarity.log_change() IS 'AFTER INSERT OR UPDATE OR DELETE, FOR EACH ROW: logs the change';

CREATE OR REPLACE FUNCTION polarity.log_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET DateStyle = 'ISO, YMD'
SET IntervalStyle = 'postgres'
SET TimeZone = 'UTC'
SET bytea_output = 'hex'
SET extra_float_digits = 3
SET lc_monetary = 'C'
AS $log_truncate$
DECLARE
    root_schema text;
    root_table text;
BEGIN
    -- AFTER: what BEFORE triggers still wrote is gone, what later AFTER triggers write stays, and the log says so.
    IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'STATEMENT' OR TG_OP <> 'TRUNCATE' THEN
        RAISE EXCEPTION 'polarity.log_truncate() must be fired AFTER TRUNCATE, FOR EACH STATEMENT'
            USING ERRCODE = 'trigger_protocol_violated';
    END IF;
    IF current_setting('session_replication_role') = 'local' THEN
        RETURN NULL;
    END IF;
    SELECT l.schema_name, l.table_name INTO root_schema, root_table
      FROM polarity.lineage(TG_RELID) AS l ORDER BY l.level DESC LIMIT 1;
    IF root_table IS NULL THEN
        RAISE EXCEPTION '% is newer than the snapshot of this transaction', format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME)
            USING ERRCODE = 'serialization_failure', HINT = 'Run the transaction again.';
    END IF;
    INSERT INTO polarity.log (xid, at, operation, schema_name, table_name, root_schema, root_table)
    VALUES (txid_current(), clock_timestamp(), 'T', TG_TABLE_SCHEMA, TG_TABLE_NAME, root_schema, root_table);
    RETURN NULL;
END
$log_truncate$;
COMMENT ON FUNCTION polarity.log_truncate() IS 'AFTER TRUNCATE, FOR EACH STATEMENT: logs that the table was emptied';

CREATE OR REPLACE FUNCTION polarity.refuse(relation oid, schema_name text, table_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $refuse$
DECLARE
    shown CONSTANT text := format('%I.%I', schema_name, table_name);
    place record;
BEGIN
    SELECT n.node, r.set_name, o.origin INTO place
      FROM polarity.lineage(relation) AS l
      JOIN polarity.replicated AS r ON r.schema_name = l.schema_name AND r.table_name = l.table_name
      JOIN polarity.origin AS o ON o.cluster = r.cluster AND o.set_name = r.set_name
      JOIN polarity.node AS n ON n.cluster = r.cluster
     ORDER BY l.level
     LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is read-only: it is replicated, but this node has no record of its set', shown
            USING ERRCODE = 'read_only_sql_transaction',
                  HINT = 'polarity apply records the set and its origin; polarity status shows what is declared.';
    ELSIF place.origin IS NULL THEN
        RAISE EXCEPTION '% on node % is closed: its set "%" has no origin on record',
            shown, place.node, place.set_name
            USING ERRCODE = 'read_only_sql_transaction',
                  HINT = 'It is closed for maintenance on every node, or no apply has opened it yet: see polarity status.';
    ELSIF place.origin = place.node THEN
        RAISE EXCEPTION '% is closed on node %, the origin of its set "%"', shown, place.node, place.set_name
            USING ERRCODE = 'read_only_sql_transaction',
                  HINT = 'The set is being moved, or its triggers have drifted: see polarity status.';
    ELSE
        RAISE EXCEPTION '% is read-only on node %: its set "%" is written on node %',
            shown, place.node, place.set_name, place.origin
            USING ERRCODE = 'read_only_sql_transaction',
                  HINT = format('Write on node %s, or move the origin of the set.', place.origin);
    END IF;
END
$refuse$;
COMMENT ON FUNCTION polarity.refuse(oid, text, text) IS 'Always raises 25006: says where the table is written instead';

CREATE OR REPLACE FUNCTION polarity.deny_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $deny_change$
BEGIN
    IF TG_WHEN <> 'BEFORE' OR TG_LEVEL <> 'ROW' THEN
        RAISE EXCEPTION 'polarity.deny_change() must be fired BEFORE, FOR EACH ROW'
            USING ERRCODE = 'trigger_protocol_violated';
    END IF;
    IF current_setting('session_replication_role') <> 'local' THEN
        PERFORM polarity.refuse(TG_RELID, TG_TABLE_SCHEMA, TG_TABLE_NAME);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$deny_change$;
COMMENT ON FUNCTION polarity.deny_change() IS 'BEFORE INSERT OR UPDATE OR DELETE, FOR EACH ROW: raises 25006';

CREATE OR REPLACE FUNCTION polarity.deny_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $deny_truncate$
BEGIN
    IF TG_WHEN <> 'BEFORE' OR TG_LEVEL <> 'STATEMENT' OR TG_OP <> 'TRUNCATE' THEN
        RAISE EXCEPTION 'polarity.deny_truncate() must be fired BEFORE TRUNCATE, FOR EACH STATEMENT'
            USING ERRCODE = 'trigger_protocol_violated';
    END IF;
    IF current_setting('session_replication_role') <> 'local' THEN
        PERFORM polarity.refuse(TG_RELID, TG_TABLE_SCHEMA, TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END
$deny_truncate$;
COMMENT ON FUNCTION polarity.deny_truncate() IS 'BEFORE TRUNCATE, FOR EACH STATEMENT: raises 25006';

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA polarity FROM PUBLIC;
