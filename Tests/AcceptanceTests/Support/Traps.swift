import Foundation
import Postgres
import Sandbox

/// Functions that tell on whoever calls them, through the server's log, which no rollback takes back.
enum Traps {
    /// The body of a trap; whatever it calls, it calls by its full name.
    ///
    /// - Parameter end: What it does when it has told.
    static func body(_ end: String) -> String {
        """
        BEGIN
            RAISE LOG 'trapped %: % became % in % by %', pg_catalog.current_database(), session_user, current_user,
                pg_catalog.current_setting('application_name'), pg_catalog.current_query();
            \(end);
        END
        """
    }

    /// A schema `evil` with a trap for nearly every function, operator, catalog and type that a query may mean.
    static var everywhere: String {
        let body = literal(body("RAISE EXCEPTION 'trapped'"))
        return """
            CREATE SCHEMA evil;
            GRANT USAGE ON SCHEMA evil TO PUBLIC;
            DO $traps$
            DECLARE trap record;
            BEGIN
                FOR trap IN SELECT p.proname, p.prorettype::regtype AS result, p.proretset,
                                   (SELECT string_agg(format_type(a.type, NULL), ', ' ORDER BY a.place)
                                      FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place)) AS arguments
                              FROM pg_proc AS p
                             WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind IN ('f', 'a')
                               AND p.proargmodes IS NULL
                               AND NOT EXISTS (SELECT FROM pg_type AS t
                                                WHERE t.oid = ANY (p.proargtypes::oid[] || nullif(p.prorettype, 2278))
                                                  AND t.typtype = 'p' AND t.typname !~ '^(any.+|record)$')
                LOOP
                    EXECUTE format('CREATE OR REPLACE FUNCTION evil.%I(%s) RETURNS %s %s LANGUAGE plpgsql AS %L',
                        trap.proname, trap.arguments,
                        CASE WHEN trap.proretset THEN 'SETOF' END, trap.result, \(body));
                END LOOP;
                FOR trap IN SELECT o.oid, o.oprname, nullif(o.oprleft, 0)::regtype AS left, o.oprright::regtype AS right,
                                   o.oprresult::regtype AS result
                              FROM pg_operator AS o
                             WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprright <> 0 AND o.oprcode <> 0
                               AND NOT EXISTS (SELECT FROM pg_type AS t
                                                WHERE t.oid IN (o.oprleft, o.oprright, o.oprresult)
                                                  AND t.typtype = 'p' AND t.typname !~ '^(any.+|record)$')
                LOOP
                    EXECUTE format('CREATE FUNCTION evil.operator_%s(%s) RETURNS %s LANGUAGE plpgsql AS %L',
                        trap.oid, concat_ws(', ', trap.left, trap.right), trap.result, \(body));
                    EXECUTE format('CREATE OPERATOR evil.%s (%s RIGHTARG = %s, FUNCTION = evil.operator_%s)',
                        trap.oprname, 'LEFTARG = ' || trap.left || ',', trap.right, trap.oid);
                END LOOP;
            END $traps$;
            CREATE FUNCTION evil.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS \(body);
            CREATE FUNCTION evil.concat(VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS \(body);
            CREATE FUNCTION evil.concat_ws(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS \(body);
            CREATE FUNCTION evil.told() RETURNS boolean LANGUAGE plpgsql AS \(body);
            DO $lookalikes$
            DECLARE trap record;
            BEGIN
                FOR trap IN SELECT c.relname, string_agg(quote_ident(a.attname), ', ') AS columns
                              FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
                             WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v')
                               AND a.atttypid NOT IN ('anyarray'::regtype, 'pg_statistic[]'::regtype)
                             GROUP BY c.relname LOOP
                    EXECUTE format('CREATE VIEW evil.%I AS SELECT %s FROM pg_catalog.%1$I WHERE evil.told()',
                        trap.relname, trap.columns);
                END LOOP;
                FOR trap IN SELECT t.typname FROM pg_type AS t
                             WHERE t.typname IN ('name', 'text', 'oid', 'regclass', 'char', 'jsonb', 'regtype', 'bool', 'int8')
                LOOP
                    EXECUTE format('CREATE DOMAIN evil.%I AS pg_catalog.%1$I CHECK (evil.told())', trap.typname);
                END LOOP;
            END $lookalikes$;
            """
    }

    /// Everything that was told in a database, but by those who may have told it: one line for each call.
    static func sprung(in database: String) async throws -> [String] {
        var lines: [String] = []
        for server in try await SharedServers.three().servers {
            let log = try String(contentsOfFile: server.logFile, encoding: .utf8)
            lines += log.split(separator: "\n").filter { $0.contains("LOG:  trapped \(database): ") }.map(String.init)
        }
        return lines
    }
}
