-- on every node
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO shop_owner', current_database()); END $$;
GRANT shop_owner TO shop_member;
GRANT TRIGGER ON public.orders, public.items TO shop_stranger;
-- on berlin, paris
ALTER TABLE public.orders OWNER TO shop_owner;
ALTER TABLE public.items OWNER TO shop_owner;
-- on tokyo
ALTER TABLE public.orders OWNER TO shop_owner;
