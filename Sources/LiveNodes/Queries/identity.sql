-- The timeline is that of the log that is being written: a promoted standby's last checkpoint tells its old one for as long as
-- its first checkpoint takes.
SELECT s.system_identifier,
       CASE WHEN pg_catalog.pg_is_in_recovery() THEN k.timeline_id
            ELSE ('x' || substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8))::bit(32)::integer
       END, d.datname, d.oid, current_setting('server_version_num'), pg_catalog.pg_is_in_recovery(),
       current_setting('default_transaction_read_only') = 'on'
  FROM pg_catalog.pg_control_system() AS s, pg_catalog.pg_control_checkpoint() AS k, pg_catalog.pg_database AS d
 WHERE d.datname = pg_catalog.current_database();
