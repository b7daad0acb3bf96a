-- on berlin
ALTER TRIGGER _shopcl_logtrigger ON sales.orders RENAME TO "Old name";
CREATE TRIGGER _shopcl_logtrigger_old AFTER INSERT OR UPDATE OR DELETE ON public.orders
    FOR EACH ROW EXECUTE FUNCTION _shopcl.logtrigger('_shopcl', '101', 'k');
-- on paris
ALTER TRIGGER _shopcl_denyaccess ON public.orders RENAME TO aaa;
