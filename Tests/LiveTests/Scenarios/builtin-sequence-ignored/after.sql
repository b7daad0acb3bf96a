-- on every node
INSERT INTO public.counted (note) VALUES ('next') RETURNING id
-- on every node
SELECT last_value, is_called FROM public.counted_id_seq
-- on every node
SELECT last_value, is_called FROM public.identified_id_seq
