-- on paris, tokyo
ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny";
-- on tokyo
DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END$$;
