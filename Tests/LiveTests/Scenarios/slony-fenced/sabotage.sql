-- on paris, tokyo
-- What failedNode and failoverSet_int leave in the survivors' catalogs.
UPDATE _shopcl.sl_node SET no_failed = true, no_active = false WHERE no_id = 1;
DELETE FROM _shopcl.sl_subscribe WHERE sub_receiver = 2 AND sub_set = 1;
UPDATE _shopcl.sl_set SET set_origin = 2 WHERE set_id = 1;
-- on paris
SELECT _shopcl.alterTableConfigureTriggers(tab_id) FROM _shopcl.sl_table WHERE tab_set = 1;
