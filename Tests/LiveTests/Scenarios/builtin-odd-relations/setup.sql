CREATE VIEW public.a_view AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW public.a_matview AS SELECT 1 AS one;
CREATE SEQUENCE public.a_sequence;
CREATE UNLOGGED TABLE public.an_unlogged (id integer PRIMARY KEY);
CREATE TABLE public.no_key (id integer);
CREATE TABLE public.a_parent (id integer PRIMARY KEY);
CREATE TABLE public.a_child () INHERITS (public.a_parent);
CREATE TABLE public.swallowed (id integer PRIMARY KEY);
CREATE RULE nothing AS ON INSERT TO public.swallowed DO INSTEAD NOTHING;
-- on paris
CREATE TABLE public.local_notes (order_id integer REFERENCES public.orders ON DELETE CASCADE);
