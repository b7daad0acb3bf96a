-- on every node
INSERT INTO public.orders (id, customer) VALUES (1, 'Ada')
