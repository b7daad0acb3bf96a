-- on paris
CREATE OR REPLACE FUNCTION polarity.deny_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
-- on tokyo
DROP FUNCTION polarity.deny_truncate() CASCADE;
