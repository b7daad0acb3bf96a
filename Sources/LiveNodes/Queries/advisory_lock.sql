-- Takes a lock that nobody else knows of, until the transaction ends.
SELECT pg_catalog.pg_try_advisory_xact_lock($1::integer, $2::integer);
