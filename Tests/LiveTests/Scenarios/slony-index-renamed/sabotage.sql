-- on berlin
ALTER INDEX public.orders_pkey RENAME TO orders_key;
DROP TRIGGER _shopcl_logtrigger ON public.orders;
