SELECT a.attrelid, a.attnum FROM pg_catalog.pg_attribute AS a WHERE a.attisdropped;
