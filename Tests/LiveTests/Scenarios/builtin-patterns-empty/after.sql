-- on every node
INSERT INTO billing.invoice_1 VALUES (1)
-- on every node
INSERT INTO billing.invoice_tmp VALUES (1)
-- on every node
INSERT INTO billing.part_1 VALUES (1)
