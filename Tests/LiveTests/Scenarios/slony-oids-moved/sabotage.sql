-- on tokyo
DROP TRIGGER _shopcl_truncatetrigger ON public.orders;
CREATE TEMP TABLE dumped AS SELECT tab_id, tab_reloid FROM _shopcl.sl_table;
UPDATE _shopcl.sl_table SET tab_reloid = tab_id;
UPDATE _shopcl.sl_table AS t SET tab_reloid = d.tab_reloid FROM dumped AS d
 WHERE d.tab_id = CASE t.tab_id WHEN 101 THEN 102 WHEN 102 THEN 103 WHEN 103 THEN 101 ELSE t.tab_id END
