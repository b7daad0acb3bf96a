-- on berlin
INSERT INTO public.numbered (note) SELECT 'x' FROM generate_series(1, 42);
