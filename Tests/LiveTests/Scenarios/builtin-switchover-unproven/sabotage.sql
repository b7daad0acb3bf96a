-- on berlin
INSERT INTO public.orders VALUES (1, 'Ada');
