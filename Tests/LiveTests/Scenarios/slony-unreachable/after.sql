-- on berlin, paris
INSERT INTO public.orders (id, customer) VALUES (1, 'Ada')
-- on berlin, paris
INSERT INTO sales."Order Line" VALUES (1, 'hello')
-- on berlin when replicated
SELECT * FROM sales."Order Line"
