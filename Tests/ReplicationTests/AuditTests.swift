import CustomDump
import Testing

@testable import Replication

private let slony = Engine.slony(cluster: "shopcl")
private let builtin = Engine.builtin(cluster: "shop")
private let pair: [NodeName] = ["berlin", "paris"]

@Suite struct `a node` {
    @Test func `that is another database than declared is not read`() {
        var world = World(slony, nodes: pair)
        world.nodes[1] = DeclaredNode(
            name: "paris", conninfo: "service=paris", id: 3, expectedDatabase: "store", expectedSystemIdentifier: "7",
            because: line(11))
        world.set(.deny, .disabled, on: "paris")
        expectNoDifference(
            world.story,
            """
            error, blocking: WRONG_NODE [paris] node 'paris' is not what was declared: Slony's local node number \
            there is 2, not 3
            error, blocking: WRONG_NODE [paris] node 'paris' is not what was declared: its database is shop, not \
            store
            error, blocking: WRONG_NODE [paris] node 'paris' is not what was declared: its system identifier is 2, \
            not 7
            """)
    }

    @Test func `that is a standby or read-only is read and not changed`() {
        var world = World(builtin)
        world.node("paris") { $0.identity.inRecovery = true }
        world.node("tokyo") { $0.identity.readOnly = true }
        world.set(.deny, .disabled, on: "paris")
        world.set(.deny, .disabled, on: "tokyo")
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and tokyo; writes on tokyo \
            are not logged
            error, blocking: READ_ONLY [tokyo] node 'tokyo' has default_transaction_read_only on
            error, blocking: STANDBY [paris] node 'paris' is a standby
            held back paris public.orders 00_polarity_deny disabled to enabled
            held back tokyo public.orders 00_polarity_deny disabled to enabled
            """)
    }

    @Test func `that is a standby and read-only is told as a standby alone`() {
        var world = World(builtin, nodes: pair)
        world.node("paris") { ($0.identity.inRecovery, $0.identity.readOnly) = (true, true) }
        world.set(.deny, .disabled, on: "paris")
        expectNoDifference(world.findings, "error, blocking: STANDBY [paris] node 'paris' is a standby")
    }

    @Test func `that is a standby accepts nothing, whatever its triggers say`() {
        var world = World(builtin, nodes: pair)
        world.node("paris") { $0.identity.inRecovery = true }
        world.turn("paris", into: .origin)
        expectNoDifference(
            world.findings,
            """
            error, blocking: STANDBY [paris] node 'paris' is a standby
            """)
        let paris = world.difference.roles[1]
        expectNoDifference(
            [paris.acceptsWrites, paris.logsWrites, paris.acceptsTruncate].map(\.rawValue), ["none", "all", "none"])
    }

    @Test func `that is the same database as another is neither`() {
        var world = World(builtin, nodes: pair)
        world.observed.sameDatabase = [["paris", "berlin"]]
        world.set(.deny, .disabled, on: "paris")
        expectNoDifference(
            world.story,
            """
            error, blocking: SAME_DATABASE [berlin] nodes berlin, paris are one and the same database
            """)
    }

    @Test func `that was not asked is not known, and one that takes no part holds nothing back`() {
        var world = World(builtin, subscribers: ["paris"])
        world.observed.nodes.removeValue(forKey: "tokyo")
        world.set(.deny, .disabled, on: "paris")
        expectNoDifference(
            world.story,
            """
            critical: SPLIT_BRAIN [public.orders] public.orders accepts writes on berlin and paris; writes on paris \
            are not logged
            error, blocking: NODE_UNREACHABLE [tokyo] node 'tokyo' could not be read: it was not asked
            protect paris public.orders SHARE ROW EXCLUSIVE
              ALTER TABLE ONLY "public"."orders" ENABLE TRIGGER "00_polarity_deny"
            """)
        expectNoDifference(
            world.difference.roles.map { "\($0.node) \($0.declared) \($0.observed) \($0.acceptsWrites)" },
            ["berlin origin origin all", "paris subscriber unlogged all", "tokyo bystander unknown unknown"])
    }

    @Test func `with a deadlock_timeout above lock_timeout never waits for an autovacuum`() {
        var world = World(builtin, nodes: pair)
        world.node("paris") { $0.rights.deadlockTimeout = .seconds(5) }
        expectNoDifference(
            world.story,
            """
            warning: LOCK_TIMEOUT_SHORT [paris] lock_timeout is shorter than deadlock_timeout on node 'paris'
            """)
    }

    @Test func `with event triggers says so where it is to be changed`() {
        var world = World(builtin, nodes: pair)
        for node in pair { world.node(node) { $0.eventTriggers = ["frozen"] } }
        world.set(.log, .enabled, on: "paris")
        expectNoDifference(
            world.findings,
            """
            error: EVENT_TRIGGER [paris frozen] event trigger frozen on 'paris' fires for DDL
            """)
    }

    @Test func `with sessions that begin in another session role says whose, and how to take it back`() {
        var world = World(builtin, nodes: pair)
        world.node("paris") {
            $0.sessionRoles = [
                SessionRoleSetting(.sessions(of: "app", isHere: false), .replica),
                SessionRoleSetting(.sessions(of: "\"Night", isHere: true), .local),
                SessionRoleSetting(.sessions(of: nil, isHere: false), .replica),
                SessionRoleSetting(.sessions(of: nil, isHere: true), .replica),
                SessionRoleSetting(.server, .replica),
            ]
        }
        #expect(world.story.split(separator: "\n").count == 5, "advisory: \(world.story)")
        expectNoDifference(
            Set(world.difference.findings.map { "\($0.message): \($0.next)" }),
            [
                """
                role app on 'paris' has session_replication_role = replica: ALTER ROLE "app" RESET \
                session_replication_role, unless only the replication itself logs in that way
                """,
                #"""
                role """Night" in this database on 'paris' has session_replication_role = local: ALTER ROLE """Night" \#
                IN DATABASE "shop" RESET session_replication_role, unless only the replication itself logs in that way
                """#,
                """
                every role on 'paris' has session_replication_role = replica: ALTER ROLE ALL RESET \
                session_replication_role, unless only the replication itself logs in that way
                """,
                """
                every session in this database on 'paris' has session_replication_role = replica: ALTER DATABASE "shop" \
                RESET session_replication_role, unless only the replication itself logs in that way
                """,
                """
                the server's configuration, or PGOPTIONS, on 'paris' has session_replication_role = replica: ALTER SYSTEM \
                RESET session_replication_role, or take it out of postgresql.conf or PGOPTIONS, and reload, unless only \
                the replication itself logs in that way
                """,
            ])
    }

    @Test func `with triggers of the engine elsewhere says so`() {
        var world = World(builtin, nodes: pair)
        world.node("paris") {
            $0.stray = [
                StrayTrigger(
                    table: tableName("public.old"), trigger: "00_polarity_deny",
                    function: FunctionName("polarity", "deny_change"))
            ]
        }
        expectNoDifference(
            world.story,
            """
            warning: STRAY_TRIGGER [paris public.old 00_polarity_deny] "00_polarity_deny" on public.old on 'paris' \
            is the engine's, and the file does not declare the table
            """)
        // Another cluster's in the same database are its own affair.
        world.node("paris") { $0.builtin?.otherClusters[tableName("public.old")] = "stock" }
        expectNoDifference(world.story, "in sync")
    }
}

@Suite struct `a table's surroundings` {
    @Test func `are not told where a table that inherits is declared, too`() {
        var world = World(builtin, nodes: pair, tables: ["public.orders", "public.orders_old"])
        world.table(on: "berlin") { $0.inheritanceChildren = [tableName("public.orders_old")] }
        expectNoDifference(world.story, "in sync")
    }

    @Test func `are told where they make replication lie`() {
        var world = World(builtin, nodes: pair)
        world.table(on: "berlin") {
            $0.persistence = .unlogged
            $0.hasPrimaryKey = false
            $0.inheritanceChildren = [tableName("public.orders_old")]
            $0.isLogicalTarget = true
            $0.triggers.append(
                ObservedTrigger(name: "00_a", function: FunctionName("public", "touch"), type: 21, mode: .enabled))
        }
        world.table(on: "paris") {
            $0.triggers.append(
                ObservedTrigger(name: "00_a", function: FunctionName("public", "swallow"), type: 23, mode: .enabled))
            $0.triggers.append(
                ObservedTrigger(name: "00_b", function: FunctionName("public", "silent"), type: 23, mode: .disabled))
            $0.triggers.append(
                ObservedTrigger(name: "late", function: FunctionName("public", "late"), type: 23, mode: .enabled))
        }
        expectNoDifference(
            world.story,
            """
            error: NO_PRIMARY_KEY [berlin public.orders] public.orders on 'berlin' has no primary key
            warning: INHERITANCE_CHILD [berlin public.orders] public.orders_old inherits from public.orders on \
            'berlin'
            warning: LOGICAL_TARGET [berlin public.orders] public.orders on 'berlin' is written by a native \
            subscription
            warning: LOG_ORDER [berlin public.orders 00_a] "00_a" on public.orders on 'berlin' fires before \
            "00_polarity_log"
            warning: TRIGGER_BEFORE_DENY [paris public.orders 00_a] "00_a" on public.orders on 'paris' fires before \
            "00_polarity_deny"
            warning: UNLOGGED_TABLE [berlin public.orders] public.orders on 'berlin' is UNLOGGED
            """)
    }

    @Test func `are told before the first apply, and where a trigger of the user's takes the place of an absent one`() {
        for engine in [builtin, Engine.bruce(cluster: "shop")] {
            for isFirst in [true, false] {
                var world = World(engine, nodes: pair)
                for (node, type) in [("berlin", 5), ("paris", 7)] as [(NodeName, Int16)] {
                    if isFirst { world.node(node) { $0.builtin?.tables = [:] } }
                    world.table(on: node) {
                        if isFirst { $0.triggers = [] }
                        $0.triggers.append(
                            ObservedTrigger(
                                name: "00_a", function: FunctionName("public", "own"), type: type, mode: .enabled))
                    }
                }
                let codes = world.difference.findings.map(\.code).filter { $0 != .truncateUnguarded }
                expectNoDifference(codes, [.logOrder, .triggerBeforeDeny], "\(engine.name)")
            }
        }
    }

    @Test func `are another cluster's log triggers under Slony, which nobody is told to rename`() {
        var world = World(slony, nodes: pair)
        for node in pair {
            world.table(on: node) {
                $0.triggers.append(
                    ObservedTrigger(
                        name: "_other_denyaccess", function: FunctionName("_other", "denyaccess"), type: 31,
                        mode: node == "berlin" ? .disabled : .enabled, arguments: TriggerArguments(["_other"])))
                $0.triggers.append(
                    ObservedTrigger(
                        name: "_other_logtrigger", function: FunctionName("_other", "logtrigger"), type: 29,
                        mode: .enabled, arguments: TriggerArguments(["_other", "7", "k"])))
            }
        }
        expectNoDifference(
            world.story,
            """
            warning: OTHER_CLUSTER [berlin public.orders _other_logtrigger] _other_logtrigger on public.orders on \
            'berlin' logs for another cluster
            """)
    }

    @Test func `are an origin's deny of another Slony cluster, which lets nobody write`() {
        var world = World(slony, nodes: pair)
        world.table(on: "berlin") {
            $0.triggers.append(
                ObservedTrigger(
                    name: "_other_denyaccess", function: FunctionName("_other", "denyaccess"), type: 31, mode: .enabled,
                    arguments: TriggerArguments(["_other"])))
        }
        expectNoDifference(
            world.story,
            """
            critical: ORIGIN_CLOSED [berlin public.orders _other_denyaccess] public.orders on its origin \
            'berlin' refuses writes: by _other_denyaccess it is a subscriber's table in another Slony cluster
            """)
    }

    @Test func `are tables that the schema polarity records as another cluster's`() {
        var world = World(builtin, nodes: pair)
        world.node("paris") { $0.builtin?.otherClusters = [tableName("public.orders"): "stock"] }
        world.table(on: "berlin") { $0.triggers[0].mode = .always }
        expectNoDifference(
            world.story,
            """
            critical: ORIGIN_CLOSED [berlin public.orders] public.orders on its origin 'berlin' refuses writes
            error, blocking: TABLE_OF_OTHER_CLUSTER [paris public.orders] public.orders on 'paris' belongs to cluster \
            'stock'
            warning: INAPPROPRIATE_MODE [berlin public.orders 00_polarity_deny] "00_polarity_deny" on public.orders is \
            in mode always, not disabled
            held back berlin public.orders 00_polarity_deny always to disabled
            """)
        #expect(world.plan.isEmpty)
    }

    @Test func `are no tables of another cluster's to be closed, and none where the node takes no part`() {
        var world = World(builtin, subscribers: ["paris"])
        world.node("tokyo") {
            $0.tables[tableName("public.orders")] = ObservedTable(oid: 1, name: tableName("public.orders"))
            $0.builtin?.otherClusters = [tableName("public.orders"): "stock"]
        }
        #expect(!world.findings.contains("TABLE_OF_OTHER_CLUSTER"))
        world = World(builtin)
        world.node("paris") { $0.builtin?.otherClusters = [tableName("public.orders"): "stock"] }
        world.set(.deny, .disabled, on: "tokyo")
        expectNoDifference(world.plan.steps, [])
    }

    @Test func `are nodes that share their name with another cluster's, which is another database`() {
        var world = World(builtin, nodes: pair)
        world.node("paris") {
            $0.builtin?.otherMembers = [
                OtherMember(cluster: "stock", node: "berlin", isHere: false),
                OtherMember(cluster: "stock", node: "lager", isHere: true),
                OtherMember(cluster: "stock", node: "paris", isHere: false),
            ]
        }
        let shared = """
            NODE_NAME_SHARED [paris] cluster 'stock', which 'paris' is a member of, too, has a 'berlin' of its own: \
            polarity.applied on 'paris' has one row for both
            """
        expectNoDifference(world.story, "error: " + shared)
        world.node("paris") { $0.builtin?.applied["berlin"] = 7 }
        expectNoDifference(world.story, "error, blocking: " + shared)
        world.failover = "berlin"
        world.observed.nodes["berlin"] = .failed(NodeFailure(sort: .unreachable, sqlState: "", message: "no route"))
        #expect(world.story.contains("error: " + shared))
    }

    @Test func `are names that are not UTF-8, which bringing the node back does not mend`() {
        var world = World(builtin)
        let message = "invalid byte sequence for encoding \"UTF8\": 0xe9"
        world.observed.nodes["paris"] = .failed(NodeFailure(sort: .unusable, sqlState: "22021", message: message))
        let finding = world.difference.findings.first { $0.code == .nodeUnreachable }
        #expect(
            finding?.message
                == "node 'paris' could not be read: its database holds names or definitions that are not UTF-8: "
                + message)
        #expect(finding?.next == "rename what is not UTF-8, or take the node out of the file")
    }

    @Test func `are no nodes that both clusters call by one name`() {
        var world = World(builtin, nodes: pair)
        for node in pair {
            world.node(node) {
                $0.builtin?.otherMembers = Set(
                    pair.map { OtherMember(cluster: "stock", node: $0, isHere: $0 == node) })
                $0.builtin?.applied = ["berlin": 7, "paris": 7]
            }
        }
        expectNoDifference(world.story, "in sync")
    }

    @Test func `are shared names, for which a set that would move is not shut and one that is split is`() {
        var world = World(builtin, nodes: pair)
        world.node("paris") {
            $0.builtin?.otherMembers = [OtherMember(cluster: "stock", node: "berlin", isHere: false)]
            $0.builtin?.applied["berlin"] = 7
        }
        var moving = world
        moving.declare(origin: "paris", subscribers: ["berlin"])
        #expect(moving.plan.isEmpty && !moving.difference.changes.isEmpty)
        world.set(.deny, .disabled, on: "paris")
        #expect(world.plan.steps.map(\.node) == ["paris"])
    }

    @Test func `are an origin that refuses TRUNCATE alone`() {
        var world = World(builtin)
        world.set(.truncateDeny, .enabled, on: "berlin")
        expectNoDifference(
            world.findings,
            "critical: ORIGIN_CLOSED [berlin public.orders] public.orders on its origin 'berlin' refuses TRUNCATE")
    }

    @Test func `are no subscribers without a primary key, from which nothing is logged`() {
        var world = World(builtin)
        world.table(on: "paris") { $0.hasPrimaryKey = false }
        expectNoDifference(world.findings, "")
        world.table(on: "berlin") { $0.hasPrimaryKey = false }
        #expect(world.findings.contains("NO_PRIMARY_KEY [berlin public.orders]"))
    }

    @Test func `are no tables of a new set that a run recorded before it died, and that have no triggers yet`() {
        var world = World(builtin)
        for node in ["berlin", "paris", "tokyo"] as [NodeName] {
            world.table(on: node) { $0.triggers = [] }
            world.node(node) {
                $0.builtin?.recorded.sets["default"] = RecordedSet(origin: nil, members: ["berlin", "paris", "tokyo"])
            }
        }
        expectNoDifference(world.findings, "")
    }

    @Test func `are shared names, for which a set that is new is not recorded either`() {
        var world = World(builtin, nodes: pair)
        for node in pair { world.node(node) { $0.builtin?.recorded.sets = [:] } }
        world.node("paris") {
            $0.builtin?.otherMembers = [OtherMember(cluster: "stock", node: "berlin", isHere: false)]
            $0.builtin?.applied["berlin"] = 7
        }
        world.set(.deny, .disabled, on: "paris")
        #expect(world.plan.isEmpty)
    }

    @Test func `are no shared names while the record of the node that has the name cannot be read`() {
        var world = World(builtin, nodes: pair)
        world.node("paris") {
            $0.builtin?.otherMembers = [OtherMember(cluster: "stock", node: "berlin", isHere: false)]
        }
        #expect(world.findings.contains("NODE_NAME_SHARED"))
        world.node("berlin") {
            $0.rights.engineSchema = EngineSchemaRights(mayUse: false)
            $0.builtin = nil
        }
        #expect(!world.findings.contains("NODE_NAME_SHARED"))
    }

    @Test func `are foreign keys that cross sets or end outside of them`() {
        var world = World(
            builtin, nodes: pair,
            sets: [
                World.set("a", origin: "berlin", subscribers: ["paris"], tables: ["public.orders"]),
                World.set("b", origin: "paris", subscribers: ["berlin"], tables: ["public.items"]),
            ])
        for node in pair {
            world.node(node) {
                $0.foreignKeys = [
                    ForeignKey(
                        name: "items_orders", child: tableName("public.items"), parent: tableName("public.orders"),
                        cascades: node == "berlin"),
                    ForeignKey(
                        name: "memos_orders", child: tableName("public.memos"), parent: tableName("public.orders"),
                        cascades: false),
                    ForeignKey(
                        name: "notes_users", child: tableName("public.notes"), parent: tableName("public.users"),
                        cascades: true),
                ]
            }
        }
        world.node("paris") {
            $0.foreignKeys.append(
                ForeignKey(
                    name: "notes_orders", child: tableName("public.notes"), parent: tableName("public.orders"),
                    cascades: false))
        }
        expectNoDifference(
            world.story,
            """
            warning: FOREIGN_KEY_CROSSES_SETS [berlin public.items] foreign key items_orders on 'berlin' joins \
            public.items of set 'b' to public.orders of set 'a', which has another origin
            warning: FOREIGN_KEY_ONLY_ON_SUBSCRIBER [paris public.notes] foreign key notes_orders joins \
            public.notes, which is not replicated, to public.orders on subscriber 'paris'
            """)
    }

    @Test func `are a bystander that has the table and accepts writes`() {
        var world = World(builtin, subscribers: ["paris"])
        world.node("tokyo") {
            $0.tables[tableName("public.orders")] = ObservedTable(oid: 1, name: tableName("public.orders"))
        }
        expectNoDifference(
            world.story,
            """
            warning: UNPROTECTED_BYSTANDER [tokyo public.orders] public.orders on bystander 'tokyo' accepts writes
            """)
        world.table(on: "tokyo") { $0.kind = .view }
        expectNoDifference(world.story, "in sync")
    }

    @Test func `are a bystander that writes what was the set's, and none that never took part`() {
        var world = World(builtin)
        world.declare(origin: "berlin", subscribers: ["paris"])
        world.set(.deny, .disabled, on: "tokyo")
        world.set(.log, .enabled, on: "tokyo")
        #expect(world.findings.contains("blocking: UNPROTECTED_BYSTANDER [tokyo public.orders]"))

        var left = World(builtin)
        left.declare(origin: "paris", subscribers: ["tokyo"])
        left.set(.log, .disabled, on: "berlin")
        #expect(left.findings.contains("blocking: UNPROTECTED_BYSTANDER [berlin public.orders]"))

        var never = World(builtin, subscribers: ["paris"])
        let written = never.observed.node("berlin")?.tables[tableName("public.orders")]
        never.node("tokyo") { $0.tables[tableName("public.orders")] = written }
        #expect(never.findings.contains("warning: UNPROTECTED_BYSTANDER [tokyo public.orders]"))
    }

    @Test func `decide what a role says: mixed tables are counted`() {
        var world = World(builtin, tables: ["public.a", "public.b", "public.c", "public.d"])
        world.set(.log, .disabled, of: "public.a", on: "berlin")
        world.set(.deny, .enabled, of: "public.b", on: "berlin")
        world.table("public.a", on: "paris") { $0.triggers = [] }
        world.node("tokyo") { node in for table in node.tables.keys { node.tables[table]?.triggers = [] } }
        expectNoDifference(
            world.difference.roles,
            [
                SetRole(
                    set: "default", node: "berlin", declared: .origin, observed: .mixed, acceptsWrites: .some,
                    logsWrites: .some, acceptsTruncate: .all, tables: [.origin: 2, .unlogged: 1, .fenced: 1]),
                SetRole(
                    set: "default", node: "paris", declared: .subscriber, observed: .mixed, acceptsWrites: .some,
                    logsWrites: .none, acceptsTruncate: .some, tables: [.subscriber: 3, .missing: 1]),
                SetRole(
                    set: "default", node: "tokyo", declared: .subscriber, observed: .missing, acceptsWrites: .all,
                    logsWrites: .none, acceptsTruncate: .all, tables: [.missing: 4]),
            ])
    }

    @Test func `decide nothing where no table is read`() {
        var world = World(builtin, nodes: pair)
        world.node("paris") { $0.tables = [:] }
        expectNoDifference(world.difference.roles.map(\.observed), [.origin, .missing])
        world = World(builtin, subscribers: ["paris"])
        expectNoDifference(world.difference.roles.map(\.observed), [.origin, .subscriber, .bystander])
        expectNoDifference(world.difference.isInSync, true)
    }

    @Test func `hold impostors of every sort, shown with both definitions`() {
        var world = World(slony, tables: ["public.a", "public.b", "public.c", "public.d"])
        world.trigger(.deny, of: "public.a", on: "paris") { $0.function = FunctionName("public", "denyaccess") }
        world.trigger(.deny, of: "public.b", on: "paris") { $0.columns = [2, 3] }
        world.trigger(.deny, of: "public.c", on: "paris") { $0.hasCondition = true }
        world.trigger(.deny, of: "public.d", on: "paris") {
            $0.type = 29
            $0.isConstraint = true
        }
        expectNoDifference(
            world.story,
            """
            critical: IMPOSTOR [paris public.a _shopcl_denyaccess] _shopcl_denyaccess on public.a is BEFORE INSERT \
            OR UPDATE OR DELETE FOR EACH ROW public.denyaccess('_shopcl'), not BEFORE INSERT OR UPDATE OR DELETE FOR \
            EACH ROW _shopcl.denyaccess('_shopcl')
            critical: IMPOSTOR [paris public.b _shopcl_denyaccess] _shopcl_denyaccess on public.b is BEFORE INSERT \
            OR UPDATE OR DELETE of columns 2, 3 FOR EACH ROW _shopcl.denyaccess('_shopcl'), not BEFORE INSERT OR \
            UPDATE OR DELETE FOR EACH ROW _shopcl.denyaccess('_shopcl')
            critical: IMPOSTOR [paris public.c _shopcl_denyaccess] _shopcl_denyaccess on public.c is BEFORE INSERT \
            OR UPDATE OR DELETE FOR EACH ROW with a WHEN condition _shopcl.denyaccess('_shopcl'), not BEFORE INSERT \
            OR UPDATE OR DELETE FOR EACH ROW _shopcl.denyaccess('_shopcl')
            critical: IMPOSTOR [paris public.d _shopcl_denyaccess] _shopcl_denyaccess on public.d is CONSTRAINT \
            AFTER INSERT OR UPDATE OR DELETE FOR EACH ROW _shopcl.denyaccess('_shopcl'), not BEFORE INSERT OR UPDATE \
            OR DELETE FOR EACH ROW _shopcl.denyaccess('_shopcl')
            critical: SPLIT_BRAIN [public.a] public.a accepts writes on berlin and paris; writes on paris are not \
            logged
            critical: SPLIT_BRAIN [public.b] public.b accepts writes on berlin and paris; writes on paris are not \
            logged
            critical: SPLIT_BRAIN [public.c] public.c accepts writes on berlin and paris; writes on paris are not \
            logged
            critical: SPLIT_BRAIN [public.d] public.d accepts writes on berlin and paris; writes on paris are not \
            logged
            protect paris public.a SHARE ROW EXCLUSIVE
              CREATE OR REPLACE TRIGGER "_shopcl_denyaccess" BEFORE INSERT OR UPDATE OR DELETE ON "public"."a" FOR \
            EACH ROW EXECUTE FUNCTION "_shopcl"."denyaccess"('_shopcl')
            protect paris public.b SHARE ROW EXCLUSIVE
              CREATE OR REPLACE TRIGGER "_shopcl_denyaccess" BEFORE INSERT OR UPDATE OR DELETE ON "public"."b" FOR \
            EACH ROW EXECUTE FUNCTION "_shopcl"."denyaccess"('_shopcl')
            protect paris public.c SHARE ROW EXCLUSIVE
              CREATE OR REPLACE TRIGGER "_shopcl_denyaccess" BEFORE INSERT OR UPDATE OR DELETE ON "public"."c" FOR \
            EACH ROW EXECUTE FUNCTION "_shopcl"."denyaccess"('_shopcl')
            protect paris public.d ACCESS EXCLUSIVE
              DROP TRIGGER "_shopcl_denyaccess" ON "public"."d"
              CREATE TRIGGER "_shopcl_denyaccess" BEFORE INSERT OR UPDATE OR DELETE ON "public"."d" FOR EACH ROW \
            EXECUTE FUNCTION "_shopcl"."denyaccess"('_shopcl')
            needs REPLACE_TRIGGER
            """)
    }
}
