-- One snapshot for everything that is read; whatever schemas the login role would search are out of sight.
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
-- What the role or the database has set would end it before its time; the statements' own follows.
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 60000;
SET LOCAL search_path = pg_catalog, pg_temp;
-- Rows that a policy would hide are an error, and none that is not there.
SET LOCAL row_security = off;
SET LOCAL bytea_output = hex;
SET LOCAL standard_conforming_strings = on;
SET LOCAL quote_all_identifiers = off;
