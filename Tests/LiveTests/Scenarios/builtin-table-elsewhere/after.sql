-- on every node
INSERT INTO public.orders VALUES (100, 'Ada')
-- on tokyo
INSERT INTO public.local VALUES (1)
