SELECT set_id, set_origin, set_locked IS NOT NULL, coalesce(set_comment, '') FROM sl_set;
