-- on berlin
INSERT INTO public.orders VALUES (1, 'Ada');
-- on every node
INSERT INTO repl.progress VALUES (NULL);
