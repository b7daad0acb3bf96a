-- Tries the run's locks in a transaction that stays open. taken is NULL where the run itself is here already under another
-- name, false where another run is; own is the key that belongs to this one transaction.
SELECT CASE WHEN pg_catalog.pg_try_advisory_xact_lock($1::bigint)
            THEN pg_catalog.pg_try_advisory_xact_lock($2::bigint)
       END AS taken, pg_catalog.pg_try_advisory_xact_lock($3::bigint) AS own
