-- on berlin
DROP TRIGGER _shopcl_lockedset ON public.orders;
DROP TRIGGER _shopcl_lockedset ON public.order_items;
DROP TRIGGER _shopcl_lockedset ON "Weird Schema"."Mixed ""Case"" T";
DROP TRIGGER _shopcl_lockedset ON sales.orders
