-- on paris
DROP FUNCTION polarity.deny_change() CASCADE;
-- on tokyo
DROP SCHEMA polarity CASCADE;
