-- on every node
SET session_replication_role = local; ALTER TABLE public.items ADD COLUMN amount integer
