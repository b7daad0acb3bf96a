-- on paris, tokyo
SELECT current_setting('session_replication_role')
-- on paris, tokyo
INSERT INTO public.orders VALUES (31, 'past the triggers') RETURNING id
