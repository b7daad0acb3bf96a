-- on tokyo
SELECT pg_catalog.count(*) FROM _shopcl.sl_table
