CREATE SCHEMA billing;
CREATE TABLE billing.invoices (id integer PRIMARY KEY);
CREATE TABLE billing.invoice_lines (id integer PRIMARY KEY);
CREATE TABLE billing.invoice_tmp_1 (id integer PRIMARY KEY);
CREATE TABLE billing.other (id integer PRIMARY KEY);
-- on berlin, paris
CREATE TABLE billing.invoice_notes (id integer PRIMARY KEY);
