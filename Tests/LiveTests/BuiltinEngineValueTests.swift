import Postgres
import Testing

@Suite struct `Values in the builtin log` {
    /// Column type and a value that is easily lost on the way.
    static let values: [(type: String, value: String)] = [
        ("numeric", "'1.500'"), ("numeric", "'NaN'"), ("numeric", "-1e-300"), ("numeric", "1e1000 + 0.10"),
        ("float8", "'-0'"), ("float8", "'NaN'"), ("float8", "'-Infinity'"), ("float8", "0.1::float8 + 0.2::float8"),
        ("float8", "5e-324"), ("float8", "1.7976931348623157e308"), ("float4", "'3.4028235e38'"), ("bool", "true"),
        ("date", "'infinity'"), ("date", "'0044-03-15 BC'"), ("date", "'5874897-12-31'"), ("date", "'2001-02-03'"),
        ("timestamp", "'-infinity'"), ("timestamp", "'294276-12-31 23:59:59.999999'"),
        ("timestamp", "'4713-01-01 00:00:00 BC'"), ("timestamptz", "'2001-02-03 04:05:06.789012+05:30'"),
        ("time", "'24:00:00'"), ("timetz", "'04:05:06.7+13:59'"), ("interval", "'-1 mons +2 days -03:04:05.678901'"),
        ("bytea", "'\\x00ff27'"), ("money", "'-1234567.89'"), ("jsonb", "'null'"), ("jsonb", "'\"x\"'"),
        ("json", "'{\"b\":1, \"a\" : 2,\"a\":3}'"), ("int[]", "'[0:2]={1,NULL,3}'"), ("int[]", "'{}'"),
        ("text[]", "ARRAY['a,b', 'NULL', NULL, '\"\\', '']"), ("int[]", "'{{1,2},{3,4}}'"), ("mood", "'so so'"),
        ("pair", "ROW(NULL, NULL)"), ("pair", "ROW('-0', 'a\"b')"), ("pair[]", "ARRAY[ROW(1, '{}')]::pair[]"),
        ("short", "'ab'"), ("int4range", "'[1,10)'"), ("tstzrange", "'[2001-01-01 00:00+00,)'"),
        ("inet", "'10.1.2.3/8'"), ("inet", "'::1'"), ("bit(3)", "B'101'"), ("char(5)", "'ab'"), ("\"char\"", "'x'"),
        ("text", "''"), ("text", "NULL"), ("text", "E' a,b(\"c\")\\\\ \\n\\t\\'é😀'"), ("name", "'n'"),
        ("uuid", "'123e4567-e89b-12d3-a456-426614174000'"), ("text", "'<a b=\"1\"/>'"), ("tsvector", "'a:1A b''c:2'"),
        ("tsquery", "'a & !b'"), ("point", "'(-0,1e300)'"), ("regclass", "'public.odd'"), ("pg_lsn", "'16/B374D848'"),
        ("oid", "4294967295"), ("macaddr8", "'08:00:2b:01:02:03:04:05'"), ("varbit", "B''"),
    ]

    /// Settings of a session that has reason to hate whoever reads its log.
    static let hostile = """
        SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'sql_standard'; SET TimeZone = 'Asia/Kolkata';
        SET bytea_output = 'escape'; SET extra_float_digits = -15; SET enable_indexscan = off;
        SET quote_all_identifiers = on; SET standard_conforming_strings = on;
        CREATE FUNCTION public.concat(VARIADIC anyarray) RETURNS text LANGUAGE sql AS $$ SELECT 'fake' $$;
        CREATE FUNCTION public.txid_current() RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint';
        CREATE FUNCTION public.jsonb_object(text[], text[]) RETURNS jsonb LANGUAGE sql AS $$ SELECT '"fake"'::jsonb $$;
        CREATE FUNCTION public.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT 'local'::text $$;
        CREATE FUNCTION public.fake(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
        CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, PROCEDURE = public.fake);
        CREATE OPERATOR public.<> (LEFTARG = text, RIGHTARG = text, PROCEDURE = public.fake);
        CREATE TEMP TABLE pg_class AS SELECT 1 AS oid; CREATE TEMP TABLE pg_attribute AS SELECT 1 AS attrelid;
        SET search_path = pg_temp, public, pg_catalog
        """

    /// Below, at and above the 64 columns that need no statement of their own, and in a transaction with a snapshot.
    @Test(arguments: [0, 63 - values.count, 64 - values.count, 190], ["READ COMMITTED", "REPEATABLE READ"])
    func `are read back unchanged, whatever the session has set`(padding: Int, level: String) async throws {
        try await withBuiltinNodes("values") { sessions, addresses in
            let node = sessions[0]
            try await node.createOdd(padding: padding)
            try await node.attachLog("odd")
            let writer = try await Session.connect(to: addresses[0], timeout: .seconds(10))
            let places = Self.values.indices
            let values = Self.values.map(\.value).joined(separator: ", ")
            _ = try await writer.run("INSERT INTO prepared VALUES (1, \(values))")
            _ = try await writer.run(Self.hostile)
            _ = try await writer.run(
                """
                BEGIN ISOLATION LEVEL \(level);
                INSERT INTO public.odd (id, \(places.map { "c\($0)" }.joined(separator: ", "))) TABLE public.prepared;
                UPDATE public.odd SET id = 2; COMMIT
                """)
            await writer.close()

            for operation in ["I", "U"] {
                _ = try await node.run("TRUNCATE copy")
                let insert = try await node.texts(
                    """
                    SELECT format('INSERT INTO copy (%s) VALUES (%s)',
                                  string_agg(quote_ident(c.key), ', '), string_agg(quote_nullable(c.value), ', '))
                      FROM polarity.log AS l CROSS JOIN LATERAL jsonb_each_text(l.row) AS c
                     WHERE l.operation = '\(operation)'
                    """)
                _ = try await node.run("SET TimeZone = 'UTC'; \(insert[0])")
                let columns = places.map { "num_nulls(x.c\($0)) || pg_catalog.concat(x.c\($0))" }
                let all = "SELECT pg_catalog.unnest(ARRAY[\(columns.joined(separator: ", "))]) FROM"
                let written = try await node.texts("\(all) prepared AS x")
                let read = try await node.texts("\(all) copy AS x")
                #expect(written.count == places.count && read.count == places.count)
                for (value, (before, after)) in zip(Self.values, zip(written, read)) {
                    #expect(before == after, "\(value)")
                }
            }
            let keys = try await node.texts("SELECT pg_catalog.concat(key, xid > 0) FROM polarity.log ORDER BY seq")
            #expect(keys == [#"{"id": "1"}t"#, #"{"id": "1"}t"#])
        }
    }

    @Test func `of a type whose owner wrote casts do not run them with the rights of the schema's owner`() async throws
    {
        try await withBuiltinNodes("values_casts") { sessions, _ in
            let node = sessions[0]
            _ = try await node.run(
                """
                CREATE TABLE trap (who text); GRANT ALL ON trap TO PUBLIC;
                CREATE TYPE mine AS ENUM ('a'); CREATE TYPE both_mine AS (m mine);
                CREATE FUNCTION evil_json(mine) RETURNS json LANGUAGE sql AS
                    $$ INSERT INTO public.trap VALUES ('json') RETURNING '{}'::json $$;
                CREATE FUNCTION evil_text(mine) RETURNS text LANGUAGE sql AS
                    $$ INSERT INTO public.trap VALUES ('text') RETURNING 'evil'::text $$;
                CREATE CAST (mine AS json) WITH FUNCTION evil_json(mine) AS IMPLICIT;
                CREATE CAST (mine AS text) WITH FUNCTION evil_text(mine) AS IMPLICIT;
                CREATE TABLE t (id mine PRIMARY KEY, m both_mine, a mine[]);
                CREATE FUNCTION evil_row(t) RETURNS text LANGUAGE sql AS
                    $$ INSERT INTO public.trap VALUES ('row') RETURNING 'evil'::text $$;
                CREATE CAST (t AS text) WITH FUNCTION evil_row(t) AS IMPLICIT
                """)
            try await node.attachLog("t")
            _ = try await node.run("INSERT INTO t VALUES ('a', ROW('a'), '{a}'); UPDATE t SET m = NULL; DELETE FROM t")
            let log = try await node.log()
            #expect(
                log == [
                    #"I public.t/public.t {"id": "a"} {"a": "{a}", "m": "(a)", "id": "a"}"#,
                    #"U public.t/public.t {"id": "a"} {"a": "{a}", "m": null, "id": "a"}"#,
                    #"D public.t/public.t {"id": "a"} -"#,
                ])
            #expect(try await node.texts("SELECT who FROM trap") == [])
        }
    }
}

extension Session {
    /// Tables `odd` (logged), `copy` and `prepared` with a column for every odd value and `padding` columns more.
    fileprivate func createOdd(padding: Int) async throws {
        let odd = `Values in the builtin log`.values.enumerated().map { "c\($0.offset) \($0.element.type)" }
        let more = (0..<padding).map { "p\($0) int DEFAULT \($0)" }
        _ = try await run(
            """
            CREATE TYPE mood AS ENUM ('so so'); CREATE TYPE pair AS (f float8, t text); CREATE DOMAIN short AS char(3);
            CREATE TABLE odd (id int PRIMARY KEY); DROP TABLE odd;
            CREATE TABLE odd (gone int, id int PRIMARY KEY, \((odd + more).joined(separator: ", ")));
            ALTER TABLE odd DROP COLUMN gone;
            CREATE TABLE copy (id int PRIMARY KEY, \((odd + more).joined(separator: ", ")));
            CREATE TABLE prepared (id int, \(odd.joined(separator: ", ")))
            """)
    }
}
