-- polarity: cluster shop, fingerprint 0e3e409b4dcedbf7d7118fee0c94a48d4e07ca83321f01790a4c0b3cf1bb3041
-- Run with psql --no-psqlrc --file THIS_FILE DATABASE, any that psql can reach: the script goes to each node itself.
-- Unlike polarity apply it does not compare the nodes with the plan again.
-- This plan needs  --allow ORIGIN_CHANGE
\set ON_ERROR_STOP on
SET client_encoding = 'UTF8';

-- Stage protect

-- Node berlin
\connect -reuse-previous=off 'service=shop-berlin'
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET quote_all_identifiers = off;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
DO 'BEGIN
IF EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS owner ON owner.oid = c.relowner
            WHERE c.relnamespace = ''polarity''::pg_catalog.regnamespace
              AND owner.rolname <> current_user AND NOT owner.rolsuper) THEN
  RAISE EXCEPTION ''schema polarity holds objects of other owners than %'', current_user
    USING ERRCODE = ''insufficient_privilege'', HINT = ''Connect or SET ROLE as its owner.'';
END IF;
END';
INSERT INTO polarity.node (cluster, node) VALUES ('shop', 'berlin') ON CONFLICT (cluster) DO UPDATE SET node = EXCLUDED.node;
INSERT INTO polarity.origin (cluster, set_name, origin) VALUES ('shop', 'billing', 'paris') ON CONFLICT (cluster, set_name) DO UPDATE SET origin = EXCLUDED.origin;
DELETE FROM polarity.member WHERE (cluster, set_name) = ('shop', 'billing');
INSERT INTO polarity.member (cluster, set_name, node) VALUES ('shop', 'billing', 'berlin'), ('shop', 'billing', 'paris');
WITH named (schema_name, table_name) AS (VALUES ('billing', 'Tax Rate'), ('billing', 'invoice'), ('billing', 'ledger')), found AS (SELECT schema_name, table_name FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'billing')), gone AS (DELETE FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'billing') AND (schema_name, table_name) IN (TABLE found EXCEPT TABLE named)) INSERT INTO polarity.replicated (schema_name, table_name, cluster, set_name) SELECT schema_name, table_name, 'shop', 'billing' FROM (TABLE named EXCEPT TABLE found) AS new ON CONFLICT (schema_name, table_name) DO UPDATE SET set_name = EXCLUDED.set_name WHERE replicated.cluster = EXCLUDED.cluster;
DO 'BEGIN
IF (SELECT pg_catalog.count(*) FROM polarity.replicated WHERE (cluster, set_name) = (''shop'', ''billing'')) <> 3 THEN
  RAISE EXCEPTION ''another cluster has recorded a table of the set as its own'' USING ERRCODE = ''POL02'';
END IF;
END';
GRANT USAGE ON SCHEMA polarity TO "postgres";
GRANT EXECUTE ON FUNCTION "polarity"."deny_change"(), "polarity"."deny_truncate"(), "polarity"."log_change"(), "polarity"."log_truncate"() TO "postgres";
COMMIT;

-- Node paris
\connect -reuse-previous=off 'service=shop-paris'
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET quote_all_identifiers = off;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
DO 'BEGIN
IF EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS owner ON owner.oid = c.relowner
            WHERE c.relnamespace = ''polarity''::pg_catalog.regnamespace
              AND owner.rolname <> current_user AND NOT owner.rolsuper) THEN
  RAISE EXCEPTION ''schema polarity holds objects of other owners than %'', current_user
    USING ERRCODE = ''insufficient_privilege'', HINT = ''Connect or SET ROLE as its owner.'';
END IF;
END';
INSERT INTO polarity.node (cluster, node) VALUES ('shop', 'paris') ON CONFLICT (cluster) DO UPDATE SET node = EXCLUDED.node;
INSERT INTO polarity.origin (cluster, set_name, origin) VALUES ('shop', 'billing', 'paris') ON CONFLICT (cluster, set_name) DO UPDATE SET origin = EXCLUDED.origin;
DELETE FROM polarity.member WHERE (cluster, set_name) = ('shop', 'billing');
INSERT INTO polarity.member (cluster, set_name, node) VALUES ('shop', 'billing', 'berlin'), ('shop', 'billing', 'paris');
WITH named (schema_name, table_name) AS (VALUES ('billing', 'Tax Rate'), ('billing', 'invoice'), ('billing', 'ledger')), found AS (SELECT schema_name, table_name FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'billing')), gone AS (DELETE FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'billing') AND (schema_name, table_name) IN (TABLE found EXCEPT TABLE named)) INSERT INTO polarity.replicated (schema_name, table_name, cluster, set_name) SELECT schema_name, table_name, 'shop', 'billing' FROM (TABLE named EXCEPT TABLE found) AS new ON CONFLICT (schema_name, table_name) DO UPDATE SET set_name = EXCLUDED.set_name WHERE replicated.cluster = EXCLUDED.cluster;
DO 'BEGIN
IF (SELECT pg_catalog.count(*) FROM polarity.replicated WHERE (cluster, set_name) = (''shop'', ''billing'')) <> 3 THEN
  RAISE EXCEPTION ''another cluster has recorded a table of the set as its own'' USING ERRCODE = ''POL02'';
END IF;
END';
GRANT USAGE ON SCHEMA polarity TO "postgres";
GRANT EXECUTE ON FUNCTION "polarity"."deny_change"(), "polarity"."deny_truncate"(), "polarity"."log_change"(), "polarity"."log_truncate"() TO "postgres";
COMMIT;

-- Node tokyo
\connect -reuse-previous=off 'service=shop-tokyo'
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET quote_all_identifiers = off;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
DO 'BEGIN
IF EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS owner ON owner.oid = c.relowner
            WHERE c.relnamespace = ''polarity''::pg_catalog.regnamespace
              AND owner.rolname <> current_user AND NOT owner.rolsuper) THEN
  RAISE EXCEPTION ''schema polarity holds objects of other owners than %'', current_user
    USING ERRCODE = ''insufficient_privilege'', HINT = ''Connect or SET ROLE as its owner.'';
END IF;
END';
INSERT INTO polarity.node (cluster, node) VALUES ('shop', 'tokyo') ON CONFLICT (cluster) DO UPDATE SET node = EXCLUDED.node;
INSERT INTO polarity.origin (cluster, set_name, origin) VALUES ('shop', 'billing', 'paris') ON CONFLICT (cluster, set_name) DO UPDATE SET origin = EXCLUDED.origin;
DELETE FROM polarity.member WHERE (cluster, set_name) = ('shop', 'billing');
INSERT INTO polarity.member (cluster, set_name, node) VALUES ('shop', 'billing', 'berlin'), ('shop', 'billing', 'paris');
DELETE FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'billing');
COMMIT;

-- Node berlin
\connect -reuse-previous=off 'service=shop-berlin'
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET quote_all_identifiers = off;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
DO 'BEGIN
IF EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS owner ON owner.oid = c.relowner
            WHERE c.relnamespace = ''polarity''::pg_catalog.regnamespace
              AND owner.rolname <> current_user AND NOT owner.rolsuper) THEN
  RAISE EXCEPTION ''schema polarity holds objects of other owners than %'', current_user
    USING ERRCODE = ''insufficient_privilege'', HINT = ''Connect or SET ROLE as its owner.'';
END IF;
END';
INSERT INTO polarity.node (cluster, node) VALUES ('shop', 'berlin') ON CONFLICT (cluster) DO UPDATE SET node = EXCLUDED.node;
INSERT INTO polarity.origin (cluster, set_name, origin) VALUES ('shop', 'orders', 'berlin') ON CONFLICT (cluster, set_name) DO UPDATE SET origin = EXCLUDED.origin;
DELETE FROM polarity.member WHERE (cluster, set_name) = ('shop', 'orders');
INSERT INTO polarity.member (cluster, set_name, node) VALUES ('shop', 'orders', 'berlin'), ('shop', 'orders', 'paris'), ('shop', 'orders', 'tokyo');
WITH named (schema_name, table_name) AS (VALUES ('public', 'carts'), ('public', 'customers'), ('public', 'order_items'), ('public', 'orders')), found AS (SELECT schema_name, table_name FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'orders')), gone AS (DELETE FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'orders') AND (schema_name, table_name) IN (TABLE found EXCEPT TABLE named)) INSERT INTO polarity.replicated (schema_name, table_name, cluster, set_name) SELECT schema_name, table_name, 'shop', 'orders' FROM (TABLE named EXCEPT TABLE found) AS new ON CONFLICT (schema_name, table_name) DO UPDATE SET set_name = EXCLUDED.set_name WHERE replicated.cluster = EXCLUDED.cluster;
DO 'BEGIN
IF (SELECT pg_catalog.count(*) FROM polarity.replicated WHERE (cluster, set_name) = (''shop'', ''orders'')) <> 4 THEN
  RAISE EXCEPTION ''another cluster has recorded a table of the set as its own'' USING ERRCODE = ''POL02'';
END IF;
END';
GRANT USAGE ON SCHEMA polarity TO "postgres";
GRANT EXECUTE ON FUNCTION "polarity"."deny_change"(), "polarity"."deny_truncate"(), "polarity"."log_change"(), "polarity"."log_truncate"() TO "postgres";
COMMIT;

-- Node paris
\connect -reuse-previous=off 'service=shop-paris'
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET quote_all_identifiers = off;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
DO 'BEGIN
IF EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS owner ON owner.oid = c.relowner
            WHERE c.relnamespace = ''polarity''::pg_catalog.regnamespace
              AND owner.rolname <> current_user AND NOT owner.rolsuper) THEN
  RAISE EXCEPTION ''schema polarity holds objects of other owners than %'', current_user
    USING ERRCODE = ''insufficient_privilege'', HINT = ''Connect or SET ROLE as its owner.'';
END IF;
END';
INSERT INTO polarity.node (cluster, node) VALUES ('shop', 'paris') ON CONFLICT (cluster) DO UPDATE SET node = EXCLUDED.node;
INSERT INTO polarity.origin (cluster, set_name, origin) VALUES ('shop', 'orders', 'berlin') ON CONFLICT (cluster, set_name) DO UPDATE SET origin = EXCLUDED.origin;
DELETE FROM polarity.member WHERE (cluster, set_name) = ('shop', 'orders');
INSERT INTO polarity.member (cluster, set_name, node) VALUES ('shop', 'orders', 'berlin'), ('shop', 'orders', 'paris'), ('shop', 'orders', 'tokyo');
WITH named (schema_name, table_name) AS (VALUES ('public', 'carts'), ('public', 'customers'), ('public', 'order_items'), ('public', 'orders')), found AS (SELECT schema_name, table_name FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'orders')), gone AS (DELETE FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'orders') AND (schema_name, table_name) IN (TABLE found EXCEPT TABLE named)) INSERT INTO polarity.replicated (schema_name, table_name, cluster, set_name) SELECT schema_name, table_name, 'shop', 'orders' FROM (TABLE named EXCEPT TABLE found) AS new ON CONFLICT (schema_name, table_name) DO UPDATE SET set_name = EXCLUDED.set_name WHERE replicated.cluster = EXCLUDED.cluster;
DO 'BEGIN
IF (SELECT pg_catalog.count(*) FROM polarity.replicated WHERE (cluster, set_name) = (''shop'', ''orders'')) <> 4 THEN
  RAISE EXCEPTION ''another cluster has recorded a table of the set as its own'' USING ERRCODE = ''POL02'';
END IF;
END';
GRANT USAGE ON SCHEMA polarity TO "postgres";
GRANT EXECUTE ON FUNCTION "polarity"."deny_change"(), "polarity"."deny_truncate"(), "polarity"."log_change"(), "polarity"."log_truncate"() TO "postgres";
COMMIT;

-- Node tokyo
\connect -reuse-previous=off 'service=shop-tokyo'
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET quote_all_identifiers = off;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
DO 'BEGIN
IF EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS owner ON owner.oid = c.relowner
            WHERE c.relnamespace = ''polarity''::pg_catalog.regnamespace
              AND owner.rolname <> current_user AND NOT owner.rolsuper) THEN
  RAISE EXCEPTION ''schema polarity holds objects of other owners than %'', current_user
    USING ERRCODE = ''insufficient_privilege'', HINT = ''Connect or SET ROLE as its owner.'';
END IF;
END';
INSERT INTO polarity.node (cluster, node) VALUES ('shop', 'tokyo') ON CONFLICT (cluster) DO UPDATE SET node = EXCLUDED.node;
INSERT INTO polarity.origin (cluster, set_name, origin) VALUES ('shop', 'orders', 'berlin') ON CONFLICT (cluster, set_name) DO UPDATE SET origin = EXCLUDED.origin;
DELETE FROM polarity.member WHERE (cluster, set_name) = ('shop', 'orders');
INSERT INTO polarity.member (cluster, set_name, node) VALUES ('shop', 'orders', 'berlin'), ('shop', 'orders', 'paris'), ('shop', 'orders', 'tokyo');
WITH named (schema_name, table_name) AS (VALUES ('public', 'carts'), ('public', 'customers'), ('public', 'order_items'), ('public', 'orders')), found AS (SELECT schema_name, table_name FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'orders')), gone AS (DELETE FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'orders') AND (schema_name, table_name) IN (TABLE found EXCEPT TABLE named)) INSERT INTO polarity.replicated (schema_name, table_name, cluster, set_name) SELECT schema_name, table_name, 'shop', 'orders' FROM (TABLE named EXCEPT TABLE found) AS new ON CONFLICT (schema_name, table_name) DO UPDATE SET set_name = EXCLUDED.set_name WHERE replicated.cluster = EXCLUDED.cluster;
DO 'BEGIN
IF (SELECT pg_catalog.count(*) FROM polarity.replicated WHERE (cluster, set_name) = (''shop'', ''orders'')) <> 4 THEN
  RAISE EXCEPTION ''another cluster has recorded a table of the set as its own'' USING ERRCODE = ''POL02'';
END IF;
END';
GRANT USAGE ON SCHEMA polarity TO "postgres";
GRANT EXECUTE ON FUNCTION "polarity"."deny_change"(), "polarity"."deny_truncate"(), "polarity"."log_change"(), "polarity"."log_truncate"() TO "postgres";
COMMIT;

-- Node berlin
\connect -reuse-previous=off 'service=shop-berlin'
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET quote_all_identifiers = off;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
LOCK TABLE ONLY "public"."carts" IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE ONLY "public"."carts" DISABLE TRIGGER "00_polarity_log", ENABLE TRIGGER "00_polarity_deny", DISABLE TRIGGER "00_polarity_truncate_log", ENABLE TRIGGER "00_polarity_truncate_deny";
COMMIT;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
LOCK TABLE ONLY "public"."customers" IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE ONLY "public"."customers" DISABLE TRIGGER "00_polarity_log", ENABLE TRIGGER "00_polarity_deny", DISABLE TRIGGER "00_polarity_truncate_log", ENABLE TRIGGER "00_polarity_truncate_deny";
COMMIT;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
LOCK TABLE ONLY "public"."order_items" IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE ONLY "public"."order_items" DISABLE TRIGGER "00_polarity_log", ENABLE TRIGGER "00_polarity_deny", DISABLE TRIGGER "00_polarity_truncate_log", ENABLE TRIGGER "00_polarity_truncate_deny";
COMMIT;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
LOCK TABLE ONLY "public"."orders" IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE ONLY "public"."orders" DISABLE TRIGGER "00_polarity_log", ENABLE TRIGGER "00_polarity_deny", DISABLE TRIGGER "00_polarity_truncate_log", ENABLE TRIGGER "00_polarity_truncate_deny";
COMMIT;

-- Stage drain
-- Set orders: does every subscriber have everything from berlin, paris, before tokyo is opened?
-- Evidence: proven by polarity.applied.
\prompt 'Set orders: does every subscriber have everything from berlin, paris, before tokyo is opened? Type yes to go on: ' polarity_drained

SELECT :'polarity_drained' OPERATOR(pg_catalog.=) 'yes' AS polarity_drained \gset
\if :polarity_drained
\else
DO 'BEGIN RAISE EXCEPTION ''not confirmed, so nothing is opened''; END';
\endif

-- Stage open

-- Node berlin
\connect -reuse-previous=off 'service=shop-berlin'
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET quote_all_identifiers = off;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
DO 'BEGIN
IF EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS owner ON owner.oid = c.relowner
            WHERE c.relnamespace = ''polarity''::pg_catalog.regnamespace
              AND owner.rolname <> current_user AND NOT owner.rolsuper) THEN
  RAISE EXCEPTION ''schema polarity holds objects of other owners than %'', current_user
    USING ERRCODE = ''insufficient_privilege'', HINT = ''Connect or SET ROLE as its owner.'';
END IF;
END';
INSERT INTO polarity.node (cluster, node) VALUES ('shop', 'berlin') ON CONFLICT (cluster) DO UPDATE SET node = EXCLUDED.node;
INSERT INTO polarity.origin (cluster, set_name, origin) VALUES ('shop', 'orders', 'tokyo') ON CONFLICT (cluster, set_name) DO UPDATE SET origin = EXCLUDED.origin;
DELETE FROM polarity.member WHERE (cluster, set_name) = ('shop', 'orders');
INSERT INTO polarity.member (cluster, set_name, node) VALUES ('shop', 'orders', 'berlin'), ('shop', 'orders', 'paris'), ('shop', 'orders', 'tokyo');
WITH named (schema_name, table_name) AS (VALUES ('public', 'carts'), ('public', 'customers'), ('public', 'order_items'), ('public', 'orders')), found AS (SELECT schema_name, table_name FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'orders')), gone AS (DELETE FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'orders') AND (schema_name, table_name) IN (TABLE found EXCEPT TABLE named)) INSERT INTO polarity.replicated (schema_name, table_name, cluster, set_name) SELECT schema_name, table_name, 'shop', 'orders' FROM (TABLE named EXCEPT TABLE found) AS new ON CONFLICT (schema_name, table_name) DO UPDATE SET set_name = EXCLUDED.set_name WHERE replicated.cluster = EXCLUDED.cluster;
DO 'BEGIN
IF (SELECT pg_catalog.count(*) FROM polarity.replicated WHERE (cluster, set_name) = (''shop'', ''orders'')) <> 4 THEN
  RAISE EXCEPTION ''another cluster has recorded a table of the set as its own'' USING ERRCODE = ''POL02'';
END IF;
END';
COMMIT;

-- Node paris
\connect -reuse-previous=off 'service=shop-paris'
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET quote_all_identifiers = off;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
DO 'BEGIN
IF EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS owner ON owner.oid = c.relowner
            WHERE c.relnamespace = ''polarity''::pg_catalog.regnamespace
              AND owner.rolname <> current_user AND NOT owner.rolsuper) THEN
  RAISE EXCEPTION ''schema polarity holds objects of other owners than %'', current_user
    USING ERRCODE = ''insufficient_privilege'', HINT = ''Connect or SET ROLE as its owner.'';
END IF;
END';
INSERT INTO polarity.node (cluster, node) VALUES ('shop', 'paris') ON CONFLICT (cluster) DO UPDATE SET node = EXCLUDED.node;
INSERT INTO polarity.origin (cluster, set_name, origin) VALUES ('shop', 'orders', 'tokyo') ON CONFLICT (cluster, set_name) DO UPDATE SET origin = EXCLUDED.origin;
DELETE FROM polarity.member WHERE (cluster, set_name) = ('shop', 'orders');
INSERT INTO polarity.member (cluster, set_name, node) VALUES ('shop', 'orders', 'berlin'), ('shop', 'orders', 'paris'), ('shop', 'orders', 'tokyo');
WITH named (schema_name, table_name) AS (VALUES ('public', 'carts'), ('public', 'customers'), ('public', 'order_items'), ('public', 'orders')), found AS (SELECT schema_name, table_name FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'orders')), gone AS (DELETE FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'orders') AND (schema_name, table_name) IN (TABLE found EXCEPT TABLE named)) INSERT INTO polarity.replicated (schema_name, table_name, cluster, set_name) SELECT schema_name, table_name, 'shop', 'orders' FROM (TABLE named EXCEPT TABLE found) AS new ON CONFLICT (schema_name, table_name) DO UPDATE SET set_name = EXCLUDED.set_name WHERE replicated.cluster = EXCLUDED.cluster;
DO 'BEGIN
IF (SELECT pg_catalog.count(*) FROM polarity.replicated WHERE (cluster, set_name) = (''shop'', ''orders'')) <> 4 THEN
  RAISE EXCEPTION ''another cluster has recorded a table of the set as its own'' USING ERRCODE = ''POL02'';
END IF;
END';
COMMIT;

-- Node tokyo
\connect -reuse-previous=off 'service=shop-tokyo'
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET quote_all_identifiers = off;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
DO 'BEGIN
IF EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS owner ON owner.oid = c.relowner
            WHERE c.relnamespace = ''polarity''::pg_catalog.regnamespace
              AND owner.rolname <> current_user AND NOT owner.rolsuper) THEN
  RAISE EXCEPTION ''schema polarity holds objects of other owners than %'', current_user
    USING ERRCODE = ''insufficient_privilege'', HINT = ''Connect or SET ROLE as its owner.'';
END IF;
END';
INSERT INTO polarity.node (cluster, node) VALUES ('shop', 'tokyo') ON CONFLICT (cluster) DO UPDATE SET node = EXCLUDED.node;
INSERT INTO polarity.origin (cluster, set_name, origin) VALUES ('shop', 'orders', 'tokyo') ON CONFLICT (cluster, set_name) DO UPDATE SET origin = EXCLUDED.origin;
DELETE FROM polarity.member WHERE (cluster, set_name) = ('shop', 'orders');
INSERT INTO polarity.member (cluster, set_name, node) VALUES ('shop', 'orders', 'berlin'), ('shop', 'orders', 'paris'), ('shop', 'orders', 'tokyo');
WITH named (schema_name, table_name) AS (VALUES ('public', 'carts'), ('public', 'customers'), ('public', 'order_items'), ('public', 'orders')), found AS (SELECT schema_name, table_name FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'orders')), gone AS (DELETE FROM polarity.replicated WHERE (cluster, set_name) = ('shop', 'orders') AND (schema_name, table_name) IN (TABLE found EXCEPT TABLE named)) INSERT INTO polarity.replicated (schema_name, table_name, cluster, set_name) SELECT schema_name, table_name, 'shop', 'orders' FROM (TABLE named EXCEPT TABLE found) AS new ON CONFLICT (schema_name, table_name) DO UPDATE SET set_name = EXCLUDED.set_name WHERE replicated.cluster = EXCLUDED.cluster;
DO 'BEGIN
IF (SELECT pg_catalog.count(*) FROM polarity.replicated WHERE (cluster, set_name) = (''shop'', ''orders'')) <> 4 THEN
  RAISE EXCEPTION ''another cluster has recorded a table of the set as its own'' USING ERRCODE = ''POL02'';
END IF;
END';
COMMIT;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
LOCK TABLE ONLY "public"."carts" IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE ONLY "public"."carts" ENABLE TRIGGER "00_polarity_log", DISABLE TRIGGER "00_polarity_deny", ENABLE TRIGGER "00_polarity_truncate_log", DISABLE TRIGGER "00_polarity_truncate_deny";
COMMIT;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
LOCK TABLE ONLY "public"."customers" IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE ONLY "public"."customers" ENABLE TRIGGER "00_polarity_log", DISABLE TRIGGER "00_polarity_deny", ENABLE TRIGGER "00_polarity_truncate_log", DISABLE TRIGGER "00_polarity_truncate_deny";
COMMIT;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
LOCK TABLE ONLY "public"."order_items" IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE ONLY "public"."order_items" ENABLE TRIGGER "00_polarity_log", DISABLE TRIGGER "00_polarity_deny", ENABLE TRIGGER "00_polarity_truncate_log", DISABLE TRIGGER "00_polarity_truncate_deny";
COMMIT;

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL lock_timeout = '2000ms';
LOCK TABLE ONLY "public"."orders" IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "00_polarity_log", DISABLE TRIGGER "00_polarity_deny", ENABLE TRIGGER "00_polarity_truncate_log", DISABLE TRIGGER "00_polarity_truncate_deny";
COMMIT;
