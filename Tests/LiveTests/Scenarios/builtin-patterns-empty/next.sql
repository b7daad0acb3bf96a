-- on berlin, tokyo
CREATE TABLE billing.part_1 (id integer PRIMARY KEY);
-- on every node
CREATE TABLE billing."no such table" (id integer PRIMARY KEY);
