-- on berlin
DROP TRIGGER _shopcl_logtrigger ON "Weird Schema"."Mixed ""Case"" T";
DROP TRIGGER _shopcl_truncatetrigger ON sales.orders;
DROP TRIGGER _shopcl_denyaccess ON public.orders;
-- on paris
DROP TRIGGER _shopcl_truncatedeny ON public.orders;
DROP TRIGGER _shopcl_denyaccess ON "Weird Schema"."Mixed ""Case"" T";
-- on tokyo
DROP TRIGGER _shopcl_logtrigger ON public.orders;
DROP TRIGGER _shopcl_denyaccess ON public.orders;
DROP TRIGGER _shopcl_truncatetrigger ON public.orders;
DROP TRIGGER _shopcl_truncatedeny ON public.orders;
