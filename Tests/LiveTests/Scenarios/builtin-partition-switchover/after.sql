-- on every node
INSERT INTO public.events VALUES (1, '2024-01-05')
-- on every node
TRUNCATE public.events_2
