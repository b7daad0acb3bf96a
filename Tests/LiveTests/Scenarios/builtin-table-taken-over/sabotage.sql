-- on every node
CREATE TABLE public.local (id integer PRIMARY KEY);
