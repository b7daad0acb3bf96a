-- on berlin
INSERT INTO public.orders VALUES (1, 'Ada')
-- on paris
SET session_replication_role = local; INSERT INTO public.orders VALUES (1, 'Ada')
-- on paris
INSERT INTO public.items VALUES (1, 1)
-- on berlin
SET session_replication_role = local; INSERT INTO public.items VALUES (1, 1)
-- on berlin
DELETE FROM public.orders
