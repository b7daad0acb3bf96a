-- on berlin
INSERT INTO public.orders VALUES (1, 'Ada');
-- on berlin, paris
INSERT INTO repl.progress VALUES (1);
-- on tokyo
INSERT INTO repl.progress VALUES (0);
