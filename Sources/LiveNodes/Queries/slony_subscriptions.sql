-- FAILOVER takes none but direct receivers that pass the set on (sl_failover_targets).
SELECT s.sub_set, s.sub_receiver,
       s.sub_forward AND s.sub_provider = (SELECT o.set_origin FROM sl_set AS o WHERE o.set_id = s.sub_set)
  FROM sl_subscribe AS s;
