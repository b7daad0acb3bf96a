import CustomDump
import Replication
import Testing

private let builtin = Engine.builtin(cluster: "shop")

/// What is said where a role may not do what apply would do with it, and the statements that give it the right.
@Suite struct `a role that may not` {
    /// A world in which deploy logs in everywhere.
    private func world(_ engine: Engine = builtin, tables: [String] = ["public.orders"]) -> World {
        var world = World(engine, nodes: ["berlin", "paris"], tables: tables)
        for node in ["berlin", "paris"] as [NodeName] { world.node(node) { $0.rights.loginRole = "deploy" } }
        return world
    }

    /// The same, in which paris has nothing of the engine yet.
    private func fresh() -> World {
        var world = world()
        world.node("paris") { ($0.builtin, $0.functions) = (nil, []) }
        world.table(on: "paris") { $0.triggers = [] }
        return world
    }

    /// What is missing, a line for what is said and a line for what to do.
    private func story(_ world: World) -> String {
        let found = world.difference.missingRights.map { finding in
            let place = [finding.node?.text, finding.table?.description].compactMap { $0 }.joined(separator: " ")
            return "\(finding.code.rawValue) [\(place)] \(finding.message)\n  \(finding.next)"
        }
        return found.joined(separator: "\n")
    }

    // MARK: - On a node

    @Test func `call what every apply calls is told on each node, changed or not`() {
        var world = world()
        world.set(.log, .disabled, on: "berlin")
        world.node("paris") {
            $0.rights.closedServerFunctions = ["pg_is_in_recovery()", "set_config(text, text, boolean)"]
        }
        expectNoDifference(
            story(world),
            """
            PRIVILEGE_MISSING [paris] deploy on 'paris' may not execute pg_catalog.pg_is_in_recovery(), which apply calls
              run on 'paris': GRANT EXECUTE ON FUNCTION pg_catalog.pg_is_in_recovery() TO "deploy"
            PRIVILEGE_MISSING [paris] deploy on 'paris' may not execute \
            pg_catalog.set_config(text, text, boolean), which apply calls
              run on 'paris': GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO "deploy"
            """)
        world.set(.log, .enabled, on: "berlin")
        expectNoDifference(story(world), "")
    }

    @Test func `make triggers as a declared role that owns nothing yet is given the engine's functions`() {
        var world = World(builtin, nodes: ["berlin", "paris"])
        world.nodes[1] = DeclaredNode(name: "paris", conninfo: "service=paris", role: "shop", because: line(11))
        world.node("paris") { ($0.builtin, $0.functions) = (nil, []) }
        world.table(on: "paris") { $0.triggers = [] }
        let schema = world.plan.steps.first { $0.node == "paris" && $0.table == nil }
        expectNoDifference(schema?.statements.contains("GRANT USAGE ON SCHEMA polarity TO \"shop\""), true)
    }

    @Test func `read a sequence is told of a member on which nothing changes, too`() {
        var world = World(builtin)
        world.policy.sequences = .check
        for node in ["berlin", "paris", "tokyo"] as [NodeName] {
            world.table(on: node) {
                $0.sequences = [
                    ObservedSequence(name: QualifiedName("public", "orders_id_seq"), column: "id", lastValue: 1)
                ]
            }
        }
        world.table(on: "tokyo") { $0.sequences[0].mayRead = false }
        world.declare(origin: "paris")
        expectNoDifference(world.difference.missingRights.map(\.node), ["tokyo"])
    }

    @Test func `alter a table is told nothing of it where a selection leaves it out`() {
        var world = world()
        world.set(.log, .disabled, on: "berlin")
        world.set(.deny, .disabled, on: "paris")
        world.table(on: "paris") { $0.mayAlter = false }
        expectNoDifference(world.difference.missingRights.map(\.node), ["paris"])
        expectNoDifference(world.difference.limited(to: Selection(nodes: ["berlin"])).missingRights, [])
    }

    @Test func `read the engine's schema is told before another node is changed`() {
        var world = world()
        world.set(.log, .disabled, on: "berlin")
        world.node("paris") {
            $0.rights.engineSchema = EngineSchemaRights(mayUse: false)
            $0.builtin = nil
        }
        expectNoDifference(world.difference.missingRights.map(\.node), ["paris"])
    }

    @Test func `become a role that does not exist is told to make it`() {
        var world = world()
        world.set(.deny, .disabled, on: "paris")
        world.nodes[1] = DeclaredNode(name: "paris", conninfo: "service=paris", role: "Owner", because: line(11))
        world.node("paris") { ($0.rights.mayBecomeRole, $0.rights.roleExists) = (false, false) }
        world.table(on: "paris") { $0.mayAlter = false }
        expectNoDifference(
            story(world),
            """
            NOT_OWNER [paris] there is no role "Owner" on 'paris' for deploy to become
              create the role, or correct role: in the file
            """)
    }

    @Test func `read the engine's schema is told which of it, and the node is left alone`() {
        let all: [Identifier] = ["log", "member", "origin"]
        let columns = #"GRANT SELECT (seq, schema_name, table_name, root_schema, root_table) ON TABLE "polarity"."log""#
        for (schema, next) in [
            (EngineSchemaRights(mayUse: false), #"GRANT USAGE ON SCHEMA "polarity" TO "deploy""#),
            (EngineSchemaRights(unreadable: ["log"]), columns + #" TO "deploy""#),
            (
                EngineSchemaRights(mayUse: false, unreadable: all),
                #"GRANT USAGE ON SCHEMA "polarity" TO "deploy"; "# + columns + #" TO "deploy"; "#
                    + #"GRANT SELECT ON TABLE "polarity"."member", "polarity"."origin" TO "deploy""#
            ),
        ] {
            var world = world()
            world.set(.deny, .disabled, on: "paris")
            world.node("paris") { $0.rights.engineSchema = schema }
            let found = world.difference.findings.filter { $0.code == .privilegeMissing }
            expectNoDifference(
                found.map(\.message), ["deploy may not read the engine's schema polarity on 'paris'"])
            expectNoDifference(found.map(\.next), ["run on 'paris': " + next])
            expectNoDifference(world.plan.steps, [])
        }
    }

    @Test func `read Slony's schema is told its sequence apart from its tables`() {
        var world = world(.slony(cluster: "shopcl"))
        world.node("paris") {
            $0.slony = nil
            $0.rights.engineSchema = EngineSchemaRights(mayUse: false, unreadable: ["sl_local_node_id", "sl_set"])
        }
        expectNoDifference(
            world.difference.findings.filter { $0.code == .privilegeMissing }.map { $0.message + "\n" + $0.next },
            [
                """
                deploy may not read the engine's schema _shopcl on 'paris'
                run on 'paris': GRANT USAGE ON SCHEMA "_shopcl" TO "deploy"; GRANT SELECT ON TABLE "_shopcl"."sl_set" \
                TO "deploy"; GRANT SELECT ON SEQUENCE "_shopcl"."sl_local_node_id" TO "deploy"
                """
            ])
    }

    @Test func `be trusted with a superuser's rights beside a stranger's code changes nothing`() {
        var world = world()
        world.set(.deny, .disabled, on: "paris")
        world.node("paris") {
            $0.rights.engineSchema = EngineSchemaRights(owner: "mallory", ownerIsSuperuser: false, isTrusted: false)
        }
        expectNoDifference(
            world.difference.findings.filter { $0.code == .privilegeMissing }.map { $0.message + "\n" + $0.next },
            [
                """
                deploy on 'paris' is a superuser, and would run the code of whoever owns what is in the schema polarity
                log in as mallory, or declare role: with it; hand the schema over only after reading it
                """
            ])
        expectNoDifference(world.plan.steps, [])
    }

    // MARK: - In the engine's schema

    @Test func `make the schema polarity is told both rights that it takes`() {
        var world = fresh()
        world.node("paris") { ($0.rights.mayCreateSchema, $0.rights.mayUseLanguage) = (false, false) }
        expectNoDifference(
            story(world),
            """
            PRIVILEGE_MISSING [paris] deploy on 'paris' may not create the schema polarity: CREATE on database shop \
            is missing
              run on 'paris': GRANT CREATE ON DATABASE "shop" TO "deploy"
            PRIVILEGE_MISSING [paris] deploy on 'paris' may not use the language plpgsql
              run on 'paris': GRANT USAGE ON LANGUAGE plpgsql TO "deploy"
            """)
        expectNoDifference(world.plan.steps.filter { $0.node == "paris" }, [])
    }

    @Test func `change the schema polarity becomes its owner, and what is not the owner's becomes his`() {
        var world = fresh()
        world.node("paris") {
            $0.rights.engineSchema = EngineSchemaRights(
                owner: "Keeper", ownerIsSuperuser: false, mayBecomeOwner: false,
                foreign: ["FUNCTION polarity.version()", "TABLE polarity.log"], ownerMayUseLanguage: false)
        }
        expectNoDifference(
            story(world),
            """
            PRIVILEGE_MISSING [paris] "Keeper" on 'paris', as whom deploy changes the schema polarity, may not use \
            the language plpgsql
              run on 'paris': GRANT USAGE ON LANGUAGE plpgsql TO "Keeper"
            PRIVILEGE_MISSING [paris] schema polarity on 'paris' belongs to "Keeper", and deploy may not become it
              run on 'paris': GRANT "Keeper" TO "deploy"
            PRIVILEGE_MISSING [paris] schema polarity on 'paris' holds what is not its owner's, so that deploy cannot \
            change it: FUNCTION polarity.version(), TABLE polarity.log
              run on 'paris': ALTER FUNCTION polarity.version() OWNER TO "Keeper"; ALTER TABLE polarity.log OWNER TO \
            "Keeper"
            """)
    }

    @Test func `change a superuser's schema polarity is given the schema, never the superuser`() {
        var world = fresh()
        world.node("paris") {
            $0.rights.engineSchema = EngineSchemaRights(mayBecomeOwner: false, foreign: ["TABLE polarity.node"])
        }
        let found = world.difference.missingRights.map(\.next)
        expectNoDifference(found.count, 2)
        expectNoDifference(
            found.first?.split(separator: "; ").prefix(2).map(String.init),
            [
                #"run on 'paris': ALTER SCHEMA polarity OWNER TO "deploy""#,
                #"ALTER TABLE polarity.log OWNER TO "deploy""#,
            ])
        expectNoDifference(
            found.first?.split(separator: "; ").allSatisfy { $0.hasSuffix(#" OWNER TO "deploy""#) }, true)
        expectNoDifference(found.last, #"run on 'paris': ALTER TABLE polarity.node OWNER TO "deploy""#)
    }

    @Test func `lock Slony's configuration is told what its commands need`() {
        var world = world(.slony(cluster: "shopcl"))
        world.set(.deny, .disabled, on: "paris")
        world.node("paris") { $0.rights.engineSchema = EngineSchemaRights(mayLock: false) }
        expectNoDifference(
            story(world),
            """
            PRIVILEGE_MISSING [paris] deploy on 'paris' may not lock _shopcl.sl_config_lock, as Slony's own commands do
              run on 'paris': GRANT UPDATE ON TABLE "_shopcl"."sl_config_lock" TO "deploy"
            """)
    }

    @Test func `make a trigger with the engine's function is told which right of two is missing`() {
        let deny = FunctionName("_shopcl", "denyaccess")
        for (isHidden, isClosed, statements) in [
            (true, false, #"GRANT USAGE ON SCHEMA "_shopcl" TO "Owner""#),
            (false, true, #"GRANT EXECUTE ON FUNCTION "_shopcl"."denyaccess"() TO "Owner""#),
            (
                true, true,
                #"GRANT USAGE ON SCHEMA "_shopcl" TO "Owner"; "#
                    + #"GRANT EXECUTE ON FUNCTION "_shopcl"."denyaccess"() TO "Owner""#
            ),
        ] {
            var world = world(.slony(cluster: "shopcl"))
            world.nodes[1] = DeclaredNode(name: "paris", conninfo: "service=paris", role: "Owner", because: line(11))
            world.remove(.deny, on: "paris")
            world.node("paris") {
                $0.rights.closedFunctions = [
                    ClosedObject(name: deny, isHidden: isHidden, isClosed: isClosed),
                    ClosedObject(name: FunctionName("_shopcl", "logtrigger"), isHidden: true, isClosed: true),
                ]
            }
            expectNoDifference(
                story(world),
                """
                PRIVILEGE_MISSING [paris] "Owner" on 'paris' may not make triggers with _shopcl.denyaccess()
                  run on 'paris': \(statements)
                """)
        }
    }

    // MARK: - On a table

    @Test(
        arguments: [
            (.usage, "USAGE on its schema", #"USAGE ON SCHEMA "public""#),
            (
                .lock, "UPDATE, DELETE and TRUNCATE on it, one of which LOCK TABLE needs",
                #"UPDATE ON TABLE "public"."orders""#
            ),
            (.trigger, "TRIGGER on it", #"TRIGGER ON TABLE "public"."orders""#),
        ] as [(TableRight, String, String)])
    func `use its own table is given back what it gave away`(right: TableRight, words: String, grant: String) {
        var world = world()
        world.set(.deny, .disabled, on: "paris")
        world.table(on: "paris") { $0.lacks = [right] }
        expectNoDifference(
            story(world),
            """
            PRIVILEGE_MISSING [paris public.orders] deploy owns public.orders on 'paris' and lacks \(words)
              run on 'paris': GRANT \(grant) TO "deploy"
            """)
        expectNoDifference(Plan(world.difference).steps, [])
    }

    // MARK: - Where a set opens

    @Test func `read what the custom engine's evidence asks is told before a move, on every member`() {
        let query = DrainQuery(sql: "select true", originPosition: "select 1", timeout: .seconds(60))
        var world = world(
            .custom([.deny()], drained: query))
        world.node("paris") {
            $0.rights.closedEvidence = [
                ClosedObject(name: QualifiedName("repl", "Log"), isHidden: true, isClosed: true),
                ClosedObject(name: QualifiedName("repl", "progress"), isHidden: true, isClosed: false),
            ]
        }
        world.set(.deny, .disabled, on: "paris")
        expectNoDifference(story(world), "")
        world.set(.deny, .enabled, on: "paris")
        world.declare(origin: "paris")
        expectNoDifference(
            story(world),
            """
            PRIVILEGE_MISSING [paris] deploy on 'paris' may not read repl."Log", repl.progress, which drained: asks
              run on 'paris': GRANT USAGE ON SCHEMA "repl" TO "deploy"; GRANT SELECT ON TABLE "repl"."Log" TO "deploy"
            """)
    }

    @Test(
        arguments: [
            (.ignore, "paris", [:]),
            (.check, "berlin", [:]),
            (.check, "paris", ["berlin": "SELECT", "paris": "SELECT"]),
            (.advance, "paris", ["berlin": "SELECT", "paris": "SELECT, UPDATE"]),
        ] as [(SequencePolicy, NodeName, [String: String])])
    func `use a table's sequence is told before the table opens`(
        policy: SequencePolicy, origin: NodeName, rights: [String: String]
    ) {
        var world = world()
        world.policy = Policy(sequences: policy)
        for node in ["berlin", "paris"] as [NodeName] {
            world.table(on: node) {
                $0.sequences = [
                    ObservedSequence(
                        name: QualifiedName("public", "orders_id_seq"), column: "id", lastValue: nil, mayRead: false,
                        mayAdvance: false)
                ]
            }
        }
        world.set(.deny, .enabled, on: "berlin")
        world.declare(origin: origin)
        expectNoDifference(
            story(world),
            rights.sorted { $0.key < $1.key }.map { node, list in
                """
                PRIVILEGE_MISSING [\(node) public.orders] deploy on '\(node)' lacks \(list) on sequence \
                public.orders_id_seq
                  run on '\(node)': GRANT \(list) ON SEQUENCE "public"."orders_id_seq" TO "deploy"
                """
            }.joined(separator: "\n"))
    }

    @Test func `make a trigger with the engine's function is told so, though a record is to be concluded besides`() {
        var world = World(builtin, nodes: ["berlin", "paris"])
        world.remove(.log, on: "paris")
        world.node("paris") {
            $0.builtin?.recorded.sets["default"]?.members.insert("berlin")
            $0.builtin?.record(tableName("public.gone"), in: "default")
            $0.rights.closedFunctions = [
                ClosedObject(name: FunctionName("polarity", "log_change"), isHidden: false, isClosed: true)
            ]
        }
        expectNoDifference(world.difference.missingRights.map(\.code), [.privilegeMissing])
    }
}
