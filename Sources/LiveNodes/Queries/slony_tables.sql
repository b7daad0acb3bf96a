SELECT tab_reloid, tab_id, tab_set, tab_nspname, tab_relname, tab_idxname FROM sl_table;
