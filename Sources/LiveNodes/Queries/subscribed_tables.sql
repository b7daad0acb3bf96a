-- Tables that a native logical subscription writes into.
SELECT s.srrelid FROM pg_catalog.pg_subscription_rel AS s;
