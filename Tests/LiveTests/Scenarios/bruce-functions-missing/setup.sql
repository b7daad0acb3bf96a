-- on paris
DROP SCHEMA bruce CASCADE;
