CREATE FUNCTION public.swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
-- on berlin
CREATE TRIGGER a_late_update AFTER INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION public.swallow();
-- on paris
CREATE TRIGGER a_swallow BEFORE INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION public.swallow();
