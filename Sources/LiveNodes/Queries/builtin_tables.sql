SELECT r.schema_name, r.table_name, r.set_name
  FROM polarity.replicated AS r
 WHERE r.cluster = current_setting('polarity.cluster');
