-- on berlin
UPDATE _shopcl.sl_set SET set_locked = NULL WHERE set_id = 1
-- on berlin
DO $$DECLARE refused boolean := false; BEGIN
    BEGIN
        PERFORM _shopcl.unlockSet(1);
    EXCEPTION WHEN raise_exception THEN
        refused := true;
    END;
    ASSERT refused, 'UNLOCK SET did not refuse';
END$$
-- on paris
ALTER TABLE public.orders DISABLE TRIGGER _shopcl_denyaccess
