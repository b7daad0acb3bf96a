-- on tokyo
SELECT setval('_shopcl.sl_local_node_id', 2);
UPDATE _shopcl.sl_table SET tab_reloid = (tab_reloid::bigint + 100000)::oid;
ALTER TABLE public.orders DISABLE TRIGGER _shopcl_denyaccess;
-- on paris
ALTER TABLE public.orders DISABLE TRIGGER _shopcl_denyaccess;
