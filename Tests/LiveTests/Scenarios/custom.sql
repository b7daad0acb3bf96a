CREATE SCHEMA repl;
CREATE TABLE repl.log (seq bigserial PRIMARY KEY, what text);
CREATE TABLE repl.progress (applied_seq bigint);
CREATE FUNCTION repl.capture_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO repl.log (what) VALUES (TG_OP || ' ' || TG_ARGV[0]); RETURN NULL; END$$;
CREATE FUNCTION repl.capture_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO repl.log (what) VALUES (TG_OP || ' ' || TG_TABLE_NAME); RETURN NULL; END$$;
CREATE FUNCTION repl.deny_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE '% is read-only here', TG_TABLE_NAME; END$$;
CREATE TABLE public.orders (id integer PRIMARY KEY, customer text);
