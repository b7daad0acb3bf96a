-- on paris
DROP FUNCTION repl.deny_write();
