CREATE TABLE public.counted (id serial PRIMARY KEY, note text);
CREATE TABLE public.identified (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
