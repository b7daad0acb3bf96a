-- on every node
INSERT INTO public.numbered (note) VALUES ('y') RETURNING id
