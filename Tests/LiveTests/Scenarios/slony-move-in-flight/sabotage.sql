-- on berlin
SELECT _shopcl.lockSet(1)
-- on berlin
DO $$BEGIN
    LOOP
        BEGIN
            PERFORM _shopcl.moveSet(1, 2);
            EXIT;
        EXCEPTION WHEN raise_exception THEN
            PERFORM pg_sleep(0.1); -- older transactions of the server are still in progress
        END;
    END LOOP;
END$$
