-- The replicated tables of the cluster with their sets, and those of other clusters with theirs.
SELECT r.schema_name, r.table_name, r.set_name,
       CASE WHEN r.cluster <> (SELECT current_setting('polarity.cluster')) THEN r.cluster END
  FROM polarity.replicated AS r;
