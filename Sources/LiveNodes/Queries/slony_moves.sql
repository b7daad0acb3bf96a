-- The sets that an event moves which waits for a node: Slony keeps events for minutes after every node has confirmed
-- them. A failover, which takes every set of a node, stands for all, and so does an event that names no set.
SELECT DISTINCT s.set_id
  FROM sl_event AS e
  JOIN sl_node AS n ON n.no_active AND n.no_id <> e.ev_origin
  JOIN sl_set AS s ON e.ev_type IN ('FAILOVER_SET', 'FAILOVER_NODE')
                   OR s.set_id::text = coalesce(e.ev_data1, s.set_id::text)
 WHERE e.ev_type IN ('MOVE_SET', 'ACCEPT_SET', 'FAILOVER_SET', 'FAILOVER_NODE')
   AND NOT coalesce((pg_catalog.to_jsonb(n) ->> 'no_failed')::boolean, false)
   AND NOT EXISTS (SELECT
                     FROM sl_confirm AS c
                    WHERE c.con_origin = e.ev_origin AND c.con_received = n.no_id AND c.con_seqno >= e.ev_seqno)
 ORDER BY s.set_id;
