-- polarity: cluster shop, fingerprint 5a14e131676aa79034b82bb5688073eb0d3a1863ed088283ff73f2825382b80f
-- Run with psql --no-psqlrc --file THIS_FILE DATABASE, any that psql can reach: the script goes to each node itself.
-- Unlike polarity apply it does not compare the nodes with the plan again.
\set ON_ERROR_STOP on
SET client_encoding = 'UTF8';

-- Stage protect

-- Node paris
\connect -reuse-previous=off 'service=shop-paris'
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET quote_all_identifiers = off;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
LOCK TABLE ONLY "public"."orders" IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "_shopcl_denyaccess", ENABLE TRIGGER "_shopcl_truncatedeny";
COMMIT;
