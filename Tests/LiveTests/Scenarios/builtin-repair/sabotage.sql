-- on berlin
ALTER TABLE public.orders DISABLE TRIGGER ALL;
CREATE TRIGGER second_log AFTER INSERT OR UPDATE OR DELETE ON public.items
    FOR EACH ROW EXECUTE FUNCTION polarity.log_change();
-- on paris
ALTER TABLE public.orders ENABLE REPLICA TRIGGER "00_polarity_deny";
DROP TRIGGER "00_polarity_deny" ON public.items;
CREATE TRIGGER "00_polarity_deny" BEFORE INSERT OR UPDATE OR DELETE ON public.items
    FOR EACH ROW WHEN (pg_trigger_depth() > 5) EXECUTE FUNCTION polarity.deny_change();
-- on tokyo
ALTER TRIGGER "00_polarity_deny" ON public.orders RENAME TO deny;
DROP TRIGGER "00_polarity_truncate_deny" ON public.orders;
ALTER TABLE public.items ENABLE TRIGGER ALL;
