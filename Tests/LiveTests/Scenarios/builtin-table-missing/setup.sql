-- on paris
DROP TABLE public.items;
