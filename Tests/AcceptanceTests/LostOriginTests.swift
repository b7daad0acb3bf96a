import Foundation
import Postgres
import SafetyTally
import Sandbox
import TestSupport
import Testing

private let everyWord = [
    "--allow", "ORIGIN_CHANGE,UNPROVEN_HANDOVER,OPEN_BYSTANDER,DROP_TRIGGER,REPLACE_TRIGGER,MASS_CHANGE",
]

/// A shop whose berlin is a server of its own, to be stopped.
private func lendMortal(_ name: String, _ body: (Shop, Server) async throws -> Void) async throws {
    let directory = try temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let berlin = try await Server.create(name: "berlin")
    try await SharedServers.three().withDatabases(named: name) { addresses in
        let shop = Shop(
            directory: directory,
            addresses: [
                "berlin": try ConnectionString(berlin.connectionString()), "paris": addresses[1], "tokyo": addresses[2],
            ])
        for node in Shop.nodes { try await shop.ask(node, Sandbox.exampleSchema) }
        try shop.declare(more: "policy: {sequences: ignore}")
        let first = try await shop.polarity("apply", "--yes", "--quiet")
        guard first.status == 0 else { throw SandboxError(message: first.output + first.errorOutput) }
        try await body(shop, berlin)
    }
    try await berlin.remove()
}

extension Shop {
    /// The nodes that take a row, tried and rolled back.
    fileprivate func writable(among nodes: [String] = Shop.nodes) async -> [String] {
        var writable: [String] = []
        for node in nodes {
            let isOpen = try? await ask(
                node, "BEGIN; INSERT INTO public.orders (customer) VALUES ('nobody'); ROLLBACK; SELECT 'open'")
            if isOpen == "open" { writable.append(node) }
        }
        return writable
    }

    /// Says on a node how far berlin's log was applied there.
    fileprivate func applied(_ seq: Int, on node: String) async throws {
        try await ask(
            node,
            """
            INSERT INTO polarity.applied (origin, seq) VALUES ('berlin', \(seq))
                ON CONFLICT (origin) DO UPDATE SET seq = EXCLUDED.seq
            """)
    }

    /// The cluster's file in one set, without or with berlin, as a bystander or not at all.
    fileprivate func edited(set: String, namesBerlin: Bool) -> String {
        let nodes = Shop.nodes.filter { namesBerlin || $0 != "berlin" }
            .map { "  \($0): \"\(addresses[$0]?.text ?? "")\"\n" }
        return """
            version: 1
            cluster: shop
            nodes:
            \(nodes.joined())sets:
              - name: \(set)
                origin: paris
                subscribers: [tokyo]
                tables: [public.orders, public.order_items, sales."Order Line"]
            policy: {sequences: ignore}
            """
    }
}

@Suite struct `a lost origin` {
    @Test func `opens nothing by being left out of the file, dead or alive`() async throws {
        try await lendMortal("omitted") { shop, berlin in
            var tried = 0
            for isAlive in [true, false] {
                if !isAlive { try await berlin.stop(.immediate) }
                let others = isAlive ? Shop.nodes : ["paris", "tokyo"]
                for (set, namesBerlin) in [("default", false), ("moved", false), ("default", true), ("moved", true)] {
                    try shop.write(shop.edited(set: set, namesBerlin: namesBerlin), to: "polarity.yaml")
                    for _ in 0..<2 {
                        let answer = try await shop.start(["apply", "--yes", "--quiet"] + everyWord).wait()
                        let words = "\(set), berlin named: \(namesBerlin), alive: \(isAlive): \(answer.output)"
                        #expect([4, 69].contains(answer.status), "\(answer.status) \(words)")
                        #expect(await shop.writable(among: others) == (isAlive ? ["berlin"] : []), "\(words)")
                        tried += 1
                    }
                }
            }
            try await berlin.start()
            try shop.declare(more: "policy: {sequences: ignore}")
            let answer = try await shop.polarity("apply", "--yes", "--allow", "ORIGIN_CHANGE")
            #expect(answer.status == 0, "\(answer.output)\(answer.errorOutput)")
            #expect(await shop.writable() == ["berlin"])
            #expect(try await shop.polarity("apply", "--dry-run", "--detailed-exitcode").status == 0)
            tally(
                .doors,
                "an apply with every --allow, whose file leaves the origin out, renames its set, makes it a "
                    + "bystander, or all at once", times: tried, seen: "no other node was opened")
        }
    }

    @Test(arguments: ["its schema is altered", "its login is refused", "a catalog is locked"])
    func `that answers and cannot be read is not given up: it takes writes still`(fault: String) async throws {
        try await Shop.lend("answering") { shop in
            let isRefused = fault == "its login is refused"
            let other = try await shop.connect("berlin")
            switch fault {
            case "its schema is altered":
                try await shop.ask("berlin", "ALTER TABLE polarity.applied RENAME COLUMN seq TO s")
            case "a catalog is locked": _ = try await other.run("BEGIN; LOCK TABLE pg_proc IN ACCESS EXCLUSIVE MODE")
            default: break
            }
            let berlin = (shop.addresses["berlin"]?.text ?? "") + (isRefused ? " user=nobody" : "")
            try shop.declare(
                origin: "paris", conninfos: ["berlin": berlin], more: "policy: {sequences: ignore}")
            let words = ["apply", "--yes", "--failover", "berlin", "--connect-timeout", "3s"] + everyWord
            let refused = try await shop.start(words).wait()
            await other.close()
            #expect(refused.status == 69, "\(refused.output)\(refused.errorOutput)")
            #expect(refused.output.contains("FAILOVER_REFUSED"), "\(refused.output)")
            #expect(!refused.output.contains("give it up by its name"), "\(refused.output)")
            #expect(await shop.writable() == ["berlin"])
        }
    }

    @Test func `is given up by name, by the survivor that has most, and closed before all else when it returns`()
        async throws
    {
        try await lendMortal("given") { shop, berlin in
            for name in ["Ada", "Grace", "Mary"] {
                try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('\(name)')")
            }
            try await shop.applied(2, on: "paris")
            try await shop.applied(3, on: "tokyo")
            try await berlin.stop(.immediate)
            try shop.declare(origin: "paris", more: "policy: {sequences: ignore}")
            let unnamed = try await shop.start(["apply", "--yes"] + everyWord).wait()
            #expect(unnamed.status == 69, "\(unnamed.output)\(unnamed.errorOutput)")
            #expect(await shop.writable(among: ["paris", "tokyo"]) == [])
            let failover = ["apply", "--yes", "--failover", "berlin"] + everyWord
            let behind = try await shop.start(failover).wait()
            #expect(behind.status == 4, "\(behind.output)\(behind.errorOutput)")
            #expect(behind.output.contains("'paris' has applied 2 of 'berlin', and 'tokyo' 3"), "\(behind.output)")
            #expect(await shop.writable(among: ["paris", "tokyo"]) == [])
            try await shop.applied(3, on: "paris")
            // A node that was given up is missed by a dry run no more than by the apply.
            let planned = try await shop.polarity("apply", "--dry-run", "--failover", "berlin")
            #expect(planned.status == 0, "\(planned.output)\(planned.errorOutput)")
            let opened = try await shop.start(failover).wait()
            #expect(opened.status == 0, "\(opened.output)\(opened.errorOutput)")
            #expect(await shop.writable(among: ["paris", "tokyo"]) == ["paris"])
            #expect(try await shop.start(failover).wait().status == 0)

            try await berlin.start()
            try await shop.ask("berlin", "INSERT INTO public.orders (customer) VALUES ('Lost')")
            try await shop.ask("berlin", "UPDATE public.orders SET total = 7 WHERE id = 1")
            let runs = try shop.read("state/polarity/shop.jsonl").split(separator: "\n").count
            let fenced = try await shop.polarity("apply", "--yes")
            #expect(fenced.status == 0, "\(fenced.output)\(fenced.errorOutput)")
            let words = fenced.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(
                words.contains("LEFT_BEHIND 'berlin' logged 2 changes that 'paris' has not applied: public.orders 2"),
                "\(fenced.output)")
            #expect(await shop.writable() == ["paris"])
            let sent = try shop.read("state/polarity/shop.jsonl").split(separator: "\n").dropFirst(runs)
                .filter { $0.contains(#""event":"sending""#) }
            #expect(sent.allSatisfy { $0.contains(#""node":"berlin""#) })
            #expect(sent.first?.contains(#""stage":"protect""#) ?? false)
            #expect(try await shop.polarity("apply", "--dry-run", "--detailed-exitcode").status == 0)
            tally(
                .doors, "an origin stopped for real, given up with --failover, and started again", times: 1,
                seen: "nothing opened without the word, nor on a survivor that lacks rows; the returned one was closed "
                    + "first, and what it took in was counted by table")
        }
    }
}
