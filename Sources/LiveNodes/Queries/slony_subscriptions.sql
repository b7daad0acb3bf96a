SELECT sub_set, sub_receiver FROM sl_subscribe;
