import CustomDump
import Foundation
import LiveNodes
import Postgres
import Replication
import Testing

/// What a session of one role saw of one table.
private struct Seen: Equatable {
    let role: SessionRole
    let door: Door
    let answer: WriteMatrix.Answer
}

@Suite struct `Forms and session roles under Slony` {
    private static let table = TableName("sales", "orders")
    private static let forms: [(text: String, mode: FiringMode)] = [
        ("DISABLE", .disabled), ("ENABLE", .enabled), ("ENABLE REPLICA", .replica), ("ENABLE ALWAYS", .always),
    ]

    @Test func `of a real node are what the write matrix says, for log and deny, rows and TRUNCATE, and for rules`()
        async throws
    {
        try await SlonyCluster.lend(as: "slony_forms") { cluster in
            cluster.endDaemons(of: [1, 2, 3])
            let declared = try Scenario.slony(on: cluster.addresses)
            let session = try await Session.connect(to: cluster.addresses[0], timeout: .seconds(10))
            try await session.prepareRule()
            for form in Self.forms {
                for names in [("logtrigger", "truncatetrigger"), ("denyaccess", "truncatedeny")] {
                    try await session.bring(names, into: form.text)
                    try await Self.compare(session, declared, "\(form.text) \(names)")
                }
                for role in SessionRole.allCases {
                    let fires = try await session.ruleFires(in: role)
                    #expect(fires == form.mode.fires(in: role), "\(form.text) in \(role)")
                }
            }
            try await session.bring(("logtrigger", "truncatetrigger"), into: "ENABLE")
            _ = try await session.run(
                """
                CREATE TRIGGER _shopcl_lockedset BEFORE INSERT OR UPDATE OR DELETE ON sales.orders
                    FOR EACH ROW EXECUTE FUNCTION _shopcl.lockedset('_shopcl')
                """)
            for form in Self.forms {
                _ = try await session.run("ALTER TABLE sales.orders \(form.text) TRIGGER _shopcl_lockedset")
                try await Self.compare(session, declared, "\(form.text) lockedset")
            }
            await session.close()
        }
    }

    /// What the write matrix says of berlin beside what its sessions see.
    private static func compare(_ session: Session, _ declared: DeclaredCluster, _ what: String) async throws {
        let read = await observe(
            Array(declared.nodes.prefix(1)), reading: declared.scope, connectTimeout: .seconds(5))
        guard case .observed(let node)? = read[NodeName("berlin")] else {
            Issue.record("berlin could not be read")
            return
        }
        let matrix = WriteMatrix(try #require(node.tables[table]), engine: declared.engine)
        let seen = try await session.lookAtEverything()
        // What would be captured is not where it is refused.
        let answers = everything { role, door in
            let answer = matrix[role, door]
            return WriteMatrix.Answer(isAccepted: answer.isAccepted, isLogged: answer.isAccepted && answer.isLogged)
        }
        expectNoDifference(seen, answers, "\(what)")
    }

    private static func everything(_ answer: (SessionRole, Door) -> WriteMatrix.Answer) -> [Seen] {
        SessionRole.allCases.flatMap { role in
            Door.allCases.map { Seen(role: role, door: $0, answer: answer(role, $0)) }
        }
    }
}

extension Session {
    fileprivate func prepareRule() async throws {
        _ = try await run(
            """
            CREATE TABLE public.told (word text);
            CREATE TABLE public.ruled (id integer);
            CREATE RULE told AS ON INSERT TO public.ruled DO ALSO INSERT INTO public.told VALUES ('rule')
            """)
    }

    /// Two of the engine's triggers take the form, as the rule does; the two others are disabled.
    fileprivate func bring(_ names: (String, String), into form: String) async throws {
        let others = ["logtrigger", "truncatetrigger", "denyaccess", "truncatedeny"]
        let actions =
            others.map { "DISABLE TRIGGER _shopcl_\($0)" }
            + [names.0, names.1].map { "\(form) TRIGGER _shopcl_\($0)" }
        for action in actions { _ = try await run("ALTER TABLE sales.orders \(action)") }
        _ = try await run("ALTER TABLE public.ruled \(form) RULE told")
    }

    fileprivate func lookAtEverything() async throws -> [Seen] {
        var seen: [Seen] = []
        for role in SessionRole.allCases {
            for door in Door.allCases {
                seen.append(Seen(role: role, door: door, answer: try await look(door, in: role)))
            }
        }
        return seen
    }

    /// Writes, looks what Slony captured of it, and takes it back.
    ///
    /// What log_truncate captures in the role replica meets the trigger logApply on Slony's log itself, which knows what
    /// to do with a row on subscribers alone: on an origin that error says that the row was captured.
    private func look(_ door: Door, in role: SessionRole) async throws -> WriteMatrix.Answer {
        let write =
            switch door {
            case .rows: "INSERT INTO sales.orders (id) VALUES (1)"
            case .truncate: "TRUNCATE sales.orders"
            }
        let captured = """
            SELECT count(*) FROM (SELECT log_txid FROM _shopcl.sl_log_1 UNION ALL SELECT log_txid FROM _shopcl.sl_log_2)
                AS log WHERE log_txid = txid_current()
            """
        let answer = try await message("BEGIN; SET LOCAL session_replication_role = \(role.rawValue); \(write)")
        let meetsLogApply = answer.error?.message.hasPrefix("forwarding lookup for table") ?? false
        let isLogged = answer.error == nil ? try await run(captured).last?[0, 0] != "0" : meetsLogApply
        _ = try await run("ROLLBACK")
        return WriteMatrix.Answer(isAccepted: answer.error == nil || meetsLogApply, isLogged: isLogged)
    }

    fileprivate func ruleFires(in role: SessionRole) async throws -> Bool {
        let answer = try await run(
            """
            BEGIN; SET LOCAL session_replication_role = \(role.rawValue); INSERT INTO public.ruled VALUES (1);
            SELECT count(*) FROM public.told; ROLLBACK
            """)
        return answer.contains { $0.values.first?.first == "1" }
    }
}
