-- Those that fire for DDL in a session of an application; `login` is the only other event.
SELECT e.evtname FROM pg_catalog.pg_event_trigger AS e WHERE e.evtenabled IN ('O', 'A') AND e.evtevent <> 'login';
