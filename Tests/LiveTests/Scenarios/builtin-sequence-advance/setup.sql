CREATE TABLE public.numbered (id serial PRIMARY KEY, note text);
