-- on berlin
CREATE TRIGGER old_log AFTER INSERT OR UPDATE OR DELETE ON public.orders FOR EACH ROW EXECUTE FUNCTION polarity.log_change();
-- on paris
ALTER TABLE public.items RENAME CONSTRAINT items_pkey TO items_key;
ALTER TRIGGER "00_polarity_deny" ON public.orders RENAME TO old_deny;
