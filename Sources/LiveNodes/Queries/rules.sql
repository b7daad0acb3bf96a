-- All rules but those that make a view. Event 1 is SELECT.
SELECT r.ev_class, r.rulename, r.ev_enabled, r.is_instead AND r.ev_type <> '1'
  FROM pg_catalog.pg_rewrite AS r
 WHERE r.rulename <> '_RETURN';
