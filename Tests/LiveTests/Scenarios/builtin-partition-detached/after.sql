-- on every node
INSERT INTO public.events_1 VALUES (1, '2024-01-05')
-- on every node
INSERT INTO public.events_3 VALUES (1, '2024-03-05')
