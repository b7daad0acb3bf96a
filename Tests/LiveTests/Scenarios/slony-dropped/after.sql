-- on every node
SELECT no_id FROM _shopcl.sl_node ORDER BY 1;
SELECT sub_set, sub_receiver FROM _shopcl.sl_subscribe ORDER BY 1, 2
