-- on paris
DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET session_replication_role = replica', current_database()); END$$;
-- on tokyo
DO $$BEGIN EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET session_replication_role = local', current_database()); END$$;
