CREATE TABLE public.events (day integer, id integer, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE public.events_1 PARTITION OF public.events FOR VALUES FROM (1) TO (10);
CREATE TABLE public.events_2 PARTITION OF public.events FOR VALUES FROM (10) TO (20) PARTITION BY LIST (id);
CREATE TABLE public.events_2a PARTITION OF public.events_2 FOR VALUES IN (1);
CREATE TABLE public.events_2b PARTITION OF public.events_2 FOR VALUES IN (2);
