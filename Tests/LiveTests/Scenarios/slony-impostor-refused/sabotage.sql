-- on berlin
DROP TRIGGER _shopcl_logtrigger ON public.orders;
CREATE TRIGGER _shopcl_logtrigger AFTER INSERT OR UPDATE OR DELETE ON public.orders
    FOR EACH ROW EXECUTE FUNCTION _shopcl.logtrigger('_shopcl', '999', 'k');
-- on paris
DROP TRIGGER _shopcl_denyaccess ON public.orders;
CREATE TRIGGER _shopcl_denyaccess BEFORE INSERT OR UPDATE OR DELETE ON public.orders
    FOR EACH ROW WHEN (false) EXECUTE FUNCTION _shopcl.denyaccess('_shopcl');
DROP TRIGGER _shopcl_denyaccess ON public.order_items;
CREATE TRIGGER _shopcl_denyaccess BEFORE INSERT OR UPDATE OF quantity OR DELETE ON public.order_items
    FOR EACH ROW EXECUTE FUNCTION _shopcl.denyaccess('_shopcl');
-- on tokyo
CREATE FUNCTION public.denyaccess() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
DROP TRIGGER _shopcl_denyaccess ON public.orders;
CREATE TRIGGER _shopcl_denyaccess BEFORE INSERT OR UPDATE OR DELETE ON public.orders
    FOR EACH ROW EXECUTE FUNCTION public.denyaccess();
DROP TRIGGER _shopcl_truncatedeny ON sales.orders;
CREATE TRIGGER _shopcl_truncatedeny AFTER TRUNCATE ON sales.orders
    FOR EACH STATEMENT EXECUTE FUNCTION _shopcl.deny_truncate();
