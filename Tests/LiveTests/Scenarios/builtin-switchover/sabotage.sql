-- on berlin
INSERT INTO public.orders VALUES (1, 'Ada'), (2, 'Grace');
-- on paris, tokyo
SET session_replication_role = replica;
INSERT INTO public.orders VALUES (1, 'Ada'), (2, 'Grace');
INSERT INTO polarity.applied (origin, seq) VALUES ('berlin', 2);
-- on berlin, tokyo
INSERT INTO polarity.applied (origin, seq) VALUES ('paris', 0);
