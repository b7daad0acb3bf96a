CREATE SCHEMA _other;
CREATE FUNCTION _other.logtrigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION _other.denyaccess() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER _other_logtrigger AFTER INSERT OR UPDATE OR DELETE ON public.orders
    FOR EACH ROW EXECUTE FUNCTION _other.logtrigger('_other', '7', 'k');
CREATE TRIGGER _other_denyaccess BEFORE INSERT OR UPDATE OR DELETE ON public.orders
    FOR EACH ROW EXECUTE FUNCTION _other.denyaccess('_other');
-- on paris
ALTER TABLE public.orders DISABLE TRIGGER _shopcl_denyaccess;
