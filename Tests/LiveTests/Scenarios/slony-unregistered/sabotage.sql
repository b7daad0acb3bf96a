-- on paris
ALTER TABLE public.orders DISABLE TRIGGER _shopcl_denyaccess;
ALTER TABLE sales."Order Line" DISABLE TRIGGER _shopcl_logtrigger;
CREATE TRIGGER old_log AFTER INSERT ON public.order_items
    FOR EACH ROW EXECUTE FUNCTION _shopcl.logtrigger('_shopcl', '102', 'k');
CREATE TRIGGER _shopcl_denyaccess BEFORE INSERT OR UPDATE OR DELETE ON public.invoices
    FOR EACH ROW EXECUTE FUNCTION _shopcl.denyaccess('_shopcl');
-- on tokyo
CREATE TRIGGER _shopcl_denyaccess BEFORE INSERT OR UPDATE OR DELETE ON sales."Order Line"
    FOR EACH ROW EXECUTE FUNCTION _shopcl.denyaccess('_shopcl')
