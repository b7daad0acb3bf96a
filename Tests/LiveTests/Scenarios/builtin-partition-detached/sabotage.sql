-- on paris
ALTER TABLE public.events DETACH PARTITION public.events_1;
ALTER TABLE public.events DETACH PARTITION public.events_3;
