SELECT set_id, set_origin, set_locked IS NOT NULL FROM sl_set;
