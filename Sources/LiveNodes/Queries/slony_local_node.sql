-- Slony's tables are found through search_path, which is pg_catalog first and then Slony's schema.
SELECT last_value FROM sl_local_node_id;
