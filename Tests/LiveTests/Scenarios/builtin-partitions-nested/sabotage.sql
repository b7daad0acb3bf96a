-- on berlin
ALTER TABLE public.events_1 ENABLE TRIGGER "00_polarity_deny";
ALTER TABLE public.events_2a DISABLE TRIGGER "00_polarity_log";
-- on paris
ALTER TABLE public.events_2 DISABLE TRIGGER "00_polarity_truncate_deny";
ALTER TABLE public.events DETACH PARTITION public.events_1;
ALTER TABLE public.events ATTACH PARTITION public.events_1 FOR VALUES FROM (1) TO (10);
ALTER TABLE public.events_2 DETACH PARTITION public.events_2b;
-- on tokyo
CREATE TABLE public.events_3 PARTITION OF public.events FOR VALUES FROM (20) TO (30);
CREATE TABLE public.events_2c PARTITION OF public.events_2 FOR VALUES IN (3);
