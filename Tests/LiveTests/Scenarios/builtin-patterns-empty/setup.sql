CREATE SCHEMA billing;
CREATE TABLE billing.invoice_1 (id integer PRIMARY KEY);
CREATE TABLE billing.invoice_2 (id integer PRIMARY KEY);
CREATE TABLE billing.invoice_tmp (id integer PRIMARY KEY);
CREATE TABLE billing."Invoice" (id integer PRIMARY KEY);
CREATE TABLE billing.other (id integer PRIMARY KEY);
-- on paris
CREATE TABLE billing.part_1 (id integer PRIMARY KEY);
