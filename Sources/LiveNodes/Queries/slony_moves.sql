-- Whether an event that moves a set waits for a node: Slony keeps events for minutes after every node has confirmed them.
SELECT EXISTS (
    SELECT
      FROM sl_event AS e
      JOIN sl_node AS n ON n.no_active AND n.no_id <> e.ev_origin
     WHERE e.ev_type IN ('MOVE_SET', 'ACCEPT_SET', 'FAILOVER_SET', 'FAILOVER_NODE')
       AND NOT coalesce((pg_catalog.to_jsonb(n) ->> 'no_failed')::boolean, false)
       AND NOT EXISTS (SELECT
                         FROM sl_confirm AS c
                        WHERE c.con_origin = e.ev_origin AND c.con_received = n.no_id AND c.con_seqno >= e.ev_seqno));
