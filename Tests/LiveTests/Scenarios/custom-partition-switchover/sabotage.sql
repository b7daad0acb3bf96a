-- on every node
INSERT INTO repl.progress VALUES (0);
