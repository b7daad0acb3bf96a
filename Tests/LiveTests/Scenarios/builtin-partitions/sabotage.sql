-- on paris
ALTER TABLE public.events_1 DISABLE TRIGGER "00_polarity_deny";
-- on every node
CREATE TABLE public.events_4 PARTITION OF public.events FOR VALUES FROM ('2024-04-01') TO ('2024-05-01');
ALTER TABLE public.events DETACH PARTITION public.events_3;
