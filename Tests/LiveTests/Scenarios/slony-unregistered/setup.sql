CREATE TABLE public.invoices (id integer PRIMARY KEY);
CREATE TABLE public.measurements (id integer, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE public.measurements_2024 PARTITION OF public.measurements FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
