-- Tables with a primary key. In pg_index every TOAST table has one, too.
SELECT k.conrelid FROM pg_catalog.pg_constraint AS k WHERE k.contype = 'p';
