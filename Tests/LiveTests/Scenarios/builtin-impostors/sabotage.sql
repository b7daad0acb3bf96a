-- on paris
DROP TRIGGER "00_polarity_deny" ON public.other_function;
CREATE TRIGGER "00_polarity_deny" BEFORE INSERT OR UPDATE OR DELETE ON public.other_function FOR EACH ROW EXECUTE FUNCTION public.deny_change();
DROP TRIGGER "00_polarity_deny" ON public.fewer_events;
CREATE TRIGGER "00_polarity_deny" BEFORE INSERT OR UPDATE ON public.fewer_events FOR EACH ROW EXECUTE FUNCTION polarity.deny_change();
DROP TRIGGER "00_polarity_deny" ON public.one_column;
CREATE TRIGGER "00_polarity_deny" BEFORE INSERT OR UPDATE OF id OR DELETE ON public.one_column FOR EACH ROW EXECUTE FUNCTION polarity.deny_change();
DROP TRIGGER "00_polarity_deny" ON public.condition;
CREATE TRIGGER "00_polarity_deny" BEFORE INSERT OR UPDATE OR DELETE ON public.condition FOR EACH ROW WHEN (pg_catalog.pg_backend_pid() < 0) EXECUTE FUNCTION polarity.deny_change();
DROP TRIGGER "00_polarity_deny" ON public.statement;
CREATE TRIGGER "00_polarity_deny" BEFORE INSERT OR UPDATE OR DELETE ON public.statement FOR EACH STATEMENT EXECUTE FUNCTION polarity.deny_change();
DROP TRIGGER "00_polarity_deny" ON public.after_row;
CREATE TRIGGER "00_polarity_deny" AFTER INSERT OR UPDATE OR DELETE ON public.after_row FOR EACH ROW EXECUTE FUNCTION polarity.deny_change();
DROP TRIGGER "00_polarity_deny" ON public.arguments;
CREATE TRIGGER "00_polarity_deny" BEFORE INSERT OR UPDATE OR DELETE ON public.arguments FOR EACH ROW EXECUTE FUNCTION polarity.deny_change('all');
-- on berlin
DROP TRIGGER "00_polarity_log" ON public.a_constraint;
CREATE CONSTRAINT TRIGGER "00_polarity_log" AFTER INSERT OR UPDATE OR DELETE ON public.a_constraint
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION polarity.log_change();
DROP TRIGGER "00_polarity_truncate_log" ON public.a_constraint;
CREATE TRIGGER "00_polarity_truncate_log" BEFORE TRUNCATE ON public.a_constraint
    FOR EACH STATEMENT EXECUTE FUNCTION polarity.log_truncate();
