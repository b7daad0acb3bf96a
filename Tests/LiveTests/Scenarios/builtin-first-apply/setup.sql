CREATE SCHEMA "Weird Schema";
CREATE TABLE "Weird Schema"."Mixed ""Case"" T" (id integer PRIMARY KEY, note text);
CREATE TABLE "Weird Schema".orders (id integer PRIMARY KEY);
CREATE TABLE public."a.b" (id integer PRIMARY KEY);
CREATE TABLE public."1 select
naïve" (id integer PRIMARY KEY);
