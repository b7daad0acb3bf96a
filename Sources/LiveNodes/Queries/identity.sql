SELECT s.system_identifier, k.timeline_id, d.datname, d.oid, current_setting('server_version_num'),
       pg_catalog.pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on'
  FROM pg_catalog.pg_control_system() AS s, pg_catalog.pg_control_checkpoint() AS k, pg_catalog.pg_database AS d
 WHERE d.datname = pg_catalog.current_database();
