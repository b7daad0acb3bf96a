SELECT i.indrelid FROM pg_catalog.pg_index AS i WHERE i.indisprimary;
