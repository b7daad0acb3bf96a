-- The replicated tables with their sets and clusters.
SELECT r.schema_name, r.table_name, r.set_name, r.cluster FROM polarity.replicated AS r;
