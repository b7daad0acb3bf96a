-- What the other queries read, as settings of the transaction: they hold no values and run in psql as they stand.
SELECT pg_catalog.set_config('polarity.schemas', $1, true),
       pg_catalog.set_config('polarity.names', $2, true),
       pg_catalog.set_config('polarity.pattern_schemas', $3, true),
       pg_catalog.set_config('polarity.patterns', $4, true),
       pg_catalog.set_config('polarity.function_schemas', $5, true),
       pg_catalog.set_config('polarity.functions', $6, true),
       pg_catalog.set_config('polarity.cluster', $7, true),
       pg_catalog.set_config('polarity.engine_schema', $8, true),
       pg_catalog.set_config('polarity.engine_tables', $9, true),
       pg_catalog.set_config('polarity.role', coalesce($10, current_user::text), true),
       pg_catalog.set_config('polarity.evidence_schemas', $11, true),
       pg_catalog.set_config('polarity.evidence', $12, true),
       pg_catalog.set_config('polarity.daemon_mode', $13, true);
