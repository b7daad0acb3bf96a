-- Stands in for Bruce 1.0: what its C functions do to pg_trigger, and to whoever writes.
CREATE SCHEMA bruce;
GRANT USAGE ON SCHEMA bruce TO PUBLIC;
CREATE TABLE bruce.currentlog (id integer PRIMARY KEY, create_time timestamp DEFAULT now());
INSERT INTO bruce.currentlog VALUES (1);
CREATE TABLE bruce.transactionlog_1 (rowid bigserial, xaction bigint, cmdtype text, tabname text, info text);
CREATE TABLE bruce.snapshotlog_1 (current_xaction bigint, min_xaction bigint, max_xaction bigint);
CREATE TABLE bruce.slavesnapshotstatus (clusterid bigint PRIMARY KEY, slave_xaction bigint, master_current_xaction bigint);
CREATE FUNCTION bruce.logtransactiontrigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bruce.transactionlog_1 (xaction, cmdtype, tabname, info)
    VALUES (txid_current(), left(TG_OP, 1), TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, '');
    RETURN NULL;
END$$;
CREATE FUNCTION bruce.logsnapshottrigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bruce.snapshotlog_1 SELECT txid_current(), txid_snapshot_xmin(s), txid_snapshot_xmax(s) FROM txid_current_snapshot() AS s;
    RETURN NULL;
END$$;
CREATE FUNCTION bruce.denyaccesstrigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('bruce.mode', true) = 'daemon' THEN RETURN coalesce(NEW, OLD); END IF;
    RAISE 'denyAccessTrigger: operation is not permitted on this node' USING ERRCODE = 'XX000';
END$$;
CREATE FUNCTION bruce.daemonmode() RETURNS integer LANGUAGE sql AS $$SELECT 1 FROM set_config('bruce.mode', 'daemon', false)$$;
CREATE FUNCTION bruce.normalmode() RETURNS integer LANGUAGE sql AS $$SELECT 0 FROM set_config('bruce.mode', 'normal', false)$$;

CREATE TABLE public.orders (id integer PRIMARY KEY, customer text);
CREATE SCHEMA "Mixed Case";
CREATE TABLE "Mixed Case"."T" (id integer PRIMARY KEY);
