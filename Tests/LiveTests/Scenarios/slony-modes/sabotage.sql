-- on berlin
ALTER TABLE public.orders DISABLE TRIGGER _shopcl_logtrigger;
ALTER TABLE "Weird Schema"."Mixed ""Case"" T" ENABLE TRIGGER ALL;
ALTER TABLE sales."Order Line" ENABLE REPLICA TRIGGER _shopcl_denyaccess;
-- on paris
ALTER TABLE public.orders ENABLE TRIGGER _shopcl_logtrigger;
ALTER TABLE public.order_items DISABLE TRIGGER USER;
ALTER TABLE sales.orders ENABLE ALWAYS TRIGGER _shopcl_denyaccess;
-- on tokyo
ALTER TABLE public.orders ENABLE REPLICA TRIGGER _shopcl_denyaccess;
ALTER TABLE sales.orders ENABLE ALWAYS TRIGGER _shopcl_truncatedeny;
ALTER TABLE public.order_items ENABLE TRIGGER ALL;
