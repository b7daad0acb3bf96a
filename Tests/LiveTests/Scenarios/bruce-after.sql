-- on berlin, paris
INSERT INTO public.orders VALUES (1, 'Ada')
-- on berlin, paris
INSERT INTO "Mixed Case"."T" VALUES (1)
-- on berlin, paris
SELECT cmdtype, tabname FROM bruce.transactionlog_1 ORDER BY rowid
-- on berlin, paris
SELECT count(*) FROM bruce.snapshotlog_1
-- on paris
SELECT bruce.daemonmode(); INSERT INTO public.orders VALUES (1, 'Ada'); SELECT bruce.normalmode()
