-- on berlin
INSERT INTO public.counted SELECT FROM generate_series(1, 50);
INSERT INTO public.identified SELECT FROM generate_series(1, 5);
TRUNCATE polarity.log;
