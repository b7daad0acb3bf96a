CREATE FUNCTION public.deny_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE public.other_function (id integer PRIMARY KEY);
CREATE TABLE public.fewer_events (id integer PRIMARY KEY);
CREATE TABLE public.one_column (id integer PRIMARY KEY);
CREATE TABLE public.condition (id integer PRIMARY KEY);
CREATE TABLE public.statement (id integer PRIMARY KEY);
CREATE TABLE public.after_row (id integer PRIMARY KEY);
CREATE TABLE public.arguments (id integer PRIMARY KEY);
CREATE TABLE public.a_constraint (id integer PRIMARY KEY);
