-- on tokyo
ALTER TABLE public.items OWNER TO shop_owner
