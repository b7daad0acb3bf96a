INSERT INTO public.orders VALUES (7, 'Grace');
