import Testing

// Every rule of the cluster file, once at least: the text as someone wrote it, a marker where the error must stand.

/// A valid file around one part that is not.
func file(
    engine: String = "", nodes: String = "{berlin: service=a, paris: service=b}", sets: String = "",
    policy: String = ""
) -> String {
    let sets = sets.isEmpty ? "origin: berlin\ntables: [public.orders]" : sets
    return ["version: 1", "cluster: shop", engine, "nodes: \(nodes)", sets, policy].filter { !$0.isEmpty }
        .joined(separator: "\n")
}

@Suite struct `keys` {
    @Test func `an unknown key is an error, with the key that was probably meant`() {
        expect(
            file(policy: "1️⃣polcy: {}"),
            Expected(1, "unknown key 'polcy' in the cluster file", notes: [(1, "did you mean 'policy'?")]))
    }

    @Test func `an unknown key that is near to nothing shows the keys that are known`() {
        expect(
            file(policy: "policy: {1️⃣speed: 7}"),
            Expected(
                1, "unknown key 'speed' in policy",
                notes: [(1, "known here: lock_timeout, retries, apply_timeout, max_changes, sequences")]))
    }

    @Test func `a key given twice is an error at the second`() {
        expect(
            file(nodes: "{1️⃣berlin: service=a, paris: service=b, 2️⃣berlin: service=c}"),
            Expected(2, "key 'berlin' is given twice", notes: [(1, "first given here")]))
    }

    @Test func `a key given twice is found among many, each with a mapping of its own`() {
        let nodes = (1...40).map { place in
            let marker = place == 3 ? "1️⃣" : place == 17 ? "2️⃣" : ""
            return "\(marker)node_\(place): {id: \(place), conninfo: service=a}"
        }
        let again = ["3️⃣node_3: {conninfo: service=b}", "4️⃣node_17: {conninfo: service=b}"]
        expect(
            file(
                nodes: "{\((nodes + again).joined(separator: ", "))}", sets: "origin: node_1\ntables: [public.orders]"),
            Expected(3, "key 'node_3' is given twice", notes: [(1, "first given here")]),
            Expected(4, "key 'node_17' is given twice", notes: [(2, "first given here")]))
    }

    @Test func `a key must be a text`() {
        expect(
            file(policy: "? 1️⃣[a, b]\n: c"), Expected(1, "a key must be a text, not a list or a mapping"))
    }

    @Test func `what is required is named`() {
        expect(
            "1️⃣engine: bruce",
            Expected(1, "the cluster file needs origin and tables, or sets"),
            Expected(1, "the cluster file needs the key 'cluster'"),
            Expected(1, "the cluster file needs the key 'nodes'"),
            Expected(1, "the cluster file needs the key 'version'"))
    }

    @Test func `a key without a value says that nothing is there`() {
        expect(
            "version: 1\ncluster: shop\nnodes:1️⃣\norigin: berlin\ntables:2️⃣\npolicy:3️⃣\n",
            Expected(1, "expected a mapping of nodes by name, found nothing"),
            Expected(2, "expected a list, found nothing"), Expected(3, "expected policy, found nothing"))
    }

    @Test func `a wrong shape says what was expected and what was found`() {
        expect(
            """
            version: 1
            cluster: 1️⃣[shop]
            nodes: 2️⃣berlin
            origin: 3️⃣{}
            tables: 4️⃣public.orders
            policy: 5️⃣[]
            """,
            Expected(1, "expected a text, found a list"),
            Expected(2, "expected a mapping of nodes by name, found a text"),
            Expected(3, "expected a text, found a mapping"),
            Expected(4, "expected a list, found a text"),
            Expected(5, "expected policy, found a list"))
        expect("1️⃣just a text", Expected(1, "expected the cluster file, found a text"))
        expect(file(sets: "origin: berlin\ntables: 1️⃣{a: b}"), Expected(1, "expected a list, found a mapping"))
    }
}

@Suite struct `the file` {
    @Test func `an empty file and a file of comments are empty`() {
        for text in ["1️⃣", "1️⃣# nothing\n\n", "1️⃣---\n", "1️⃣\u{FEFF}"] {
            expect(text, Expected(1, "the file is empty"))
        }
    }

    @Test func `a byte order mark is no part of the text`() throws {
        let cluster = try read("\u{FEFF}" + file()).get()
        #expect(cluster == (try read(file()).get()))
    }

    @Test func `there is one document`() {
        expect(
            file() + "\n1️⃣---\nversion: 1\n",
            Expected(1, "a second document begins here; a cluster file is one document"))
    }

    @Test func `what libyaml cannot read is said in its words at its place`() {
        expect(
            "version: 1\nnodes: 1️⃣{berlin: x\ncluster2️⃣: shop\n",
            Expected(2, "did not find expected ',' or '}'", notes: [(1, "while parsing a flow mapping")]))
        expect(
            "version: 1️⃣1\n2️⃣\tcluster: shop\n",
            Expected(
                2, "found a tab character that violates indentation", notes: [(1, "while scanning a plain scalar")]))
    }

    @Test func `a second document is told of behind an empty one, too`() {
        expect(
            "---\n1️⃣---\nversion: 1\n",
            Expected(1, "a second document begins here; a cluster file is one document"))
    }

    @Test func `the version must be known`() {
        expect(
            file().replacing("version: 1", with: "version: 1️⃣2"),
            Expected(1, "version '2' is not known", notes: [(1, "this polarity reads version 1")]))
    }

    @Test func `a tag means nothing`() throws {
        expect(
            file(nodes: "{berlin: 1️⃣!vault abc=, paris: service=b}").replacing("abc=", with: "service=a"),
            Expected(1, "the tag '!vault' means nothing in a cluster file"))
        for tag in ["!!binary", "!!timestamp", "!!set", "!!python/name:os.system"] {
            expect(
                file(nodes: "{berlin: 1️⃣\(tag) service=a, paris: service=b}"),
                Expected(
                    1, "the tag 'tag:yaml.org,2002:\(tag.dropFirst(2))' means nothing in a cluster file"))
        }
        expect(
            file(sets: "origin: berlin\ntables: 1️⃣!!set [public.a]"),
            Expected(1, "the tag 'tag:yaml.org,2002:set' means nothing in a cluster file"))
        let cluster = try read(file(nodes: "{berlin: !!str service=a, paris: ! service=b}")).get()
        #expect(cluster.nodes.map(\.conninfo) == ["service=a", "service=b"])
    }
}

@Suite struct `anchors and merge keys` {
    @Test func `an alias to nothing is an error`() {
        expect(
            file(nodes: "{berlin: &home service=a, paris: 1️⃣*hom}"),
            Expected(1, "alias '*hom' refers to nothing", notes: [(1, "did you mean '*home'?")]))
        expect(file(nodes: "{berlin: 1️⃣*x, paris: service=b}"), Expected(1, "alias '*x' refers to nothing"))
    }

    @Test func `an alias cannot stand for what it stands in`() {
        expect(
            file(sets: "origin: berlin\ntables: &all [public.a, 1️⃣*all]"),
            Expected(1, "alias '*all' refers to what it stands in"))
    }

    @Test func `an error in what an alias stands for is shown at the alias where it is one text`() {
        expect(
            file(nodes: "{berlin: &a service=a, paris: *a}", sets: "origin: 1️⃣*a\ntables: [public.orders]"),
            Expected(1, "set 'default' has origin 'service=a', which is not a node"))
    }

    @Test func `merge keys fill in what a mapping does not say itself, the first of a list first`() throws {
        let text = file(
            nodes: """

                  berlin: &berlin {id: 1, conninfo: service=a, role: owner}
                  paris: &paris {<<: *berlin, id: 2, conninfo: service=b}
                  tokyo: {<<: [*paris, *berlin], id: 3}
                """)
        let nodes = try read(text).get().nodes
        #expect(nodes.map(\.id) == [1, 2, 3])
        #expect(nodes.map(\.conninfo) == ["service=a", "service=b", "service=b"])
        #expect(nodes.map(\.role) == ["owner", "owner", "owner"])
    }

    @Test func `a merge key fills in many values around those that the mapping says itself`() throws {
        let many = (1...40).map { "t\($0): {origin: always}" }.joined(separator: ", ")
        let tables = """
            origin: berlin
            tables:
              - {name: public.a, triggers: &many {\(many)}}
              - {name: public.b, triggers: {u: {origin: replica}, <<: *many, t7: {origin: disabled}}}
            """
        let set = try #require(try read(file(sets: tables)).get().sets.first)
        let own = set.tables.map { Dictionary(uniqueKeysWithValues: $0.triggers.map { ($0.name, $0.modes[.origin]) }) }
        #expect(own[0].count == 40 && own[0].values.allSatisfy { $0 == .always })
        #expect(own[1].count == 41 && own[1].values.count { $0 == .always } == 39)
        #expect(own[1]["u"] == .replica && own[1]["t7"] == .disabled)
    }

    @Test func `a merge key takes mappings only`() {
        expect(
            file(policy: "policy: {<<: 1️⃣fast}"), Expected(1, "'<<' takes a mapping or a list of mappings"))
        expect(
            file(policy: "policy: {<<: 1️⃣[fast]}"), Expected(1, "'<<' takes a mapping or a list of mappings"))
    }

    @Test func `a quoted merge key is a key`() throws {
        let nodes = try read(file(nodes: "{berlin: service=a, \"<<\": service=b}")).get().nodes
        #expect(nodes.map(\.name) == ["<<", "berlin"])
    }
}

@Suite struct `nodes` {
    @Test func `a node may be called no`() throws {
        let text = file(nodes: "{no: service=a, 007: service=b}", sets: "origin: no\ntables: [public.orders]")
        let cluster = try read(text).get()
        #expect(cluster.nodes.map(\.name) == ["007", "no"])
        #expect(cluster.sets.map(\.origin) == ["no"])
    }

    @Test func `a node cannot be called none`() {
        expect(
            file(nodes: "{berlin: service=a, 1️⃣none: service=b}"),
            Expected(1, "a node cannot be named 'none': origin: none means no node at all"))
    }

    @Test func `a name is 1 to 63 bytes without control characters`() {
        let long = String(repeating: "ä", count: 32)
        expect(
            file(nodes: "{berlin: service=a, 1️⃣'': service=b, 2️⃣\"a\\tb\": service=c, 3️⃣\(long): service=d}"),
            Expected(1, "expected a name, found nothing"),
            Expected(2, "the name 'a\\u{9}b' holds a control character"),
            Expected(3, "the name '\(long)' is longer than 63 bytes"))
        expect(
            file().replacing("cluster: shop", with: "cluster: 1️⃣\"a\\0b\""),
            Expected(1, "the name 'a\\u{0}b' holds a control character"))
    }

    @Test func `two nodes cannot have one id`() {
        expect(
            file(nodes: "{1️⃣berlin: {id: 1, conninfo: service=a}, 2️⃣paris: {id: 1, conninfo: service=b}}"),
            Expected(2, "nodes 'berlin' and 'paris' both have the id 1", notes: [(1, "first given here")]))
    }

    @Test func `a cluster has nodes, and a node a conninfo`() {
        expect(file(nodes: "1️⃣{}"), Expected(1, "a cluster needs at least one node"))
        expect(
            file(nodes: "{berlin: 1️⃣, paris: 2️⃣{id: 3}}"), Expected(1, "expected a text, found nothing"),
            Expected(2, "a node needs the key 'conninfo'"))
    }

    @Test(arguments: ["0", "07", "0000000000000000000000007"])
    func `a system identifier that no server writes so would never be found`(text: String) {
        expect(
            file(nodes: "{berlin: {conninfo: service=a, expect: {system_identifier: 1️⃣\(text)}}}"),
            Expected(
                1, "'\(text)' is not a system identifier",
                notes: [(1, "SELECT system_identifier FROM pg_control_system() answers one")]))
    }

    @Test func `numbers and identifiers are checked`() {
        expect(
            file(
                nodes: """
                    {berlin: {id: 1️⃣0, conninfo: service=a, role: 2️⃣'', expect: {system_identifier: 3️⃣7x}},
                     paris: {id: 4️⃣+5, conninfo: service=b, expect: {system_identifier: 5️⃣99999999999999999999}}}
                    """),
            Expected(1, "'0' is not a whole number from 1 to 2147483647"),
            Expected(2, "expected a name, found nothing"),
            Expected(
                3, "'7x' is not a system identifier",
                notes: [(3, "SELECT system_identifier FROM pg_control_system() answers one")]),
            Expected(4, "'+5' is not a whole number from 1 to 2147483647"),
            Expected(
                5, "'99999999999999999999' is not a system identifier",
                notes: [(5, "SELECT system_identifier FROM pg_control_system() answers one")]))
    }

    @Test(arguments: [
        "host=a password=sesame", "postgresql://u:sesame@h/shop", "postgresql://h/shop?password=sesame",
        "host=a sslpassword = 'sesame'", "${SECRET}", "dbname='host=b password=sesame'",
    ])
    func `a password in a conninfo is an error and never shown`(conninfo: String) {
        expect(
            file(nodes: "{berlin: 1️⃣\"\(conninfo)\", paris: service=b}"),
            environment: ["SECRET": "host=h password=sesame"],
            Expected(
                1, "the conninfo holds a password",
                notes: [(1, "keep it in .pgpass, in a service file or in PGPASSWORD")]))
    }

    @Test func `what libpq does not take is no conninfo, and a password in it is not shown`() {
        expect(
            file(nodes: "{berlin: 1️⃣bogus=1, paris: 2️⃣host=b password='ses ame}"),
            Expected(1, "not a libpq connection string: invalid connection option \"bogus\""),
            Expected(2, "not a libpq connection string: unterminated quoted string in connection info string"))
    }
}
