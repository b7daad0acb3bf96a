-- on paris, tokyo
ALTER TABLE public.orders DISABLE TRIGGER "00_polarity_deny";
-- on paris
CREATE FUNCTION public.frozen() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'DDL frozen'; END$$;
CREATE EVENT TRIGGER frozen ON ddl_command_start EXECUTE FUNCTION public.frozen();
