-- on paris, tokyo
INSERT INTO public.orders VALUES (100, 'Ada')
