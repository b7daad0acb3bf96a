import CustomDump
import Testing

@testable import Replication

private let builtin = Engine.builtin(cluster: "shop")

@Suite struct `a move that never opened` {
    /// The move of `world` from berlin to paris, after protect alone, which got stuck on some nodes.
    private func reopened(_ world: World, stuckOn stuck: Set<NodeName> = []) -> [Step] {
        let plan = world.plan
        let outcomes = plan.steps.map { step in
            let isDone = step.stage == .protect && !stuck.contains(step.node)
            return StepOutcome(step: step, outcome: isDone ? .done(tries: 1, took: .zero) : .notBegun)
        }
        return plan.reopening(after: Outcomes(steps: outcomes), from: world.observed)
    }

    @Test func `is led back on the node that wrote last`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        let before = world.observed
        expectNoDifference(
            reopened(world).map(\.statements),
            [
                [
                    "ALTER TABLE ONLY \"public\".\"orders\" ENABLE TRIGGER \"00_polarity_log\", "
                        + "DISABLE TRIGGER \"00_polarity_deny\", ENABLE TRIGGER \"00_polarity_truncate_log\", "
                        + "DISABLE TRIGGER \"00_polarity_truncate_deny\""
                ]
            ])
        for step in world.plan.stages[0].steps + reopened(world) { world.observed.apply(step) }
        expectNoDifference(world.observed, before)
    }

    @Test func `is led back to an origin that logs, though its log stood under the deny's name`() {
        var world = World(builtin)
        world.trigger(.log, on: "berlin") { $0.name = "00_polarity_deny" }
        world.trigger(.deny, on: "berlin") { $0.name = "00_polarity_log" }
        world.declare(origin: "paris")
        for step in world.plan.stages[0].steps + reopened(world) { world.observed.apply(step) }
        world.declare(origin: "berlin")
        expectNoDifference(world.difference.changes.filter { $0.table != nil }, [])
    }

    @Test func `whose new origin was recorded already is recorded as it was before it is led back`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        let (before, plan) = (world.observed, world.plan)
        let outcomes = plan.steps.map { step in
            StepOutcome(
                step: step, outcome: step.table == nil || step.stage < .open ? .done(tries: 1, took: .zero) : .notBegun)
        }
        let back = plan.reopening(after: Outcomes(steps: outcomes), from: before)
        expectNoDifference(
            back.map { "\($0.node) \($0.table?.description ?? "record")" },
            ["berlin record", "paris record", "tokyo record", "berlin public.orders"])
        for step in outcomes.filter(\.outcome.changedSomething).map(\.step) + back { world.observed.apply(step) }
        expectNoDifference(world.observed, before)
    }

    @Test func `is led back on the node that wrote last, also where closing it was committed and not verified`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        let plan = world.plan
        let outcomes = plan.steps.map { step in
            StepOutcome(step: step, outcome: step.stage == .protect ? .unverified(message: "lost") : .notBegun)
        }
        expectNoDifference(
            plan.reopening(after: Outcomes(steps: outcomes), from: world.observed).map(\.node), ["berlin"])
    }

    @Test func `is not led back on a subscriber that should never have been open`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.set(.deny, .disabled, on: "tokyo")
        expectNoDifference(reopened(world).map(\.node), ["berlin"])
    }

    @Test func `is not led back beside another node that was found open and could not be closed`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.set(.deny, .disabled, on: "tokyo")
        expectNoDifference(reopened(world, stuckOn: ["tokyo"]).map(\.node), [])
    }

    @Test func `is not led back beside one whose deny trigger is another, or gone, and could not be made`() {
        for isGone in [true, false] {
            var world = World(builtin)
            world.declare(origin: "paris")
            if isGone {
                world.remove(.deny, on: "tokyo")
            } else {
                world.trigger(.deny, on: "tokyo") { $0.hasCondition = true }
            }
            expectNoDifference(reopened(world, stuckOn: ["tokyo"]).map(\.node), [])
            expectNoDifference(reopened(world).map(\.node), ["berlin"])
        }
    }

    @Test func `is not led back where the declared origin was open already`() {
        var world = World(builtin, tables: ["public.items", "public.orders"])
        world.declare(origin: "paris")
        world.turn("paris", into: .origin, "public.items")
        expectNoDifference(reopened(world).map { "\($0.node) \($0.table?.name.text ?? "")" }, ["berlin orders"])
    }

    @Test func `is led back though a new subscriber could not be given its triggers`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        for purpose in Purpose.allCases { world.remove(purpose, on: "tokyo") }
        expectNoDifference(reopened(world, stuckOn: ["tokyo"]).map(\.node), ["berlin"])
    }

    @Test func `of a trigger that was made disables it again`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.remove(.deny, on: "berlin")
        world.trigger(.truncateDeny, on: "berlin") { $0.hasCondition = true }
        world.table(on: "berlin") { $0.rules = [ObservedRule(name: "shadow", mode: .enabled, isInstead: false)] }
        expectNoDifference(
            reopened(world).flatMap(\.statements),
            [
                "ALTER TABLE ONLY \"public\".\"orders\" ENABLE TRIGGER \"00_polarity_log\", "
                    + "DISABLE TRIGGER \"00_polarity_deny\", ENABLE TRIGGER \"00_polarity_truncate_log\", "
                    + "DISABLE TRIGGER \"00_polarity_truncate_deny\""
            ])
    }

    @Test func `is nothing to lead back where nothing was done`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        expectNoDifference(world.plan.reopening(after: Outcomes(), from: world.observed), [])
        expectNoDifference(Outcomes().changedAnything, false)
        let step = world.plan.steps[0]
        let ends: [Outcome] = [
            .done(tries: 1, took: .zero), .unknown(message: "lost"), .busy(tries: 1, blockers: []),
            .stale(message: ""), .failed(sqlState: "", message: ""), .notBegun,
        ]
        expectNoDifference(
            ends.map { Outcomes(steps: [StepOutcome(step: step, outcome: $0)]).changedAnything },
            [true, true, false, false, false, false])
    }
}

@Suite struct `a selection` {
    @Test func `of one node never opens alone, and never leaves a set closed`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        for node in ["paris", "berlin"] {
            let limited = Plan(world.difference.limited(to: Selection(nodes: [node])))
            expectNoDifference(limited.steps, [])
        }
        let tokyo = Plan(world.difference.limited(to: Selection(nodes: ["tok*"])))
        expectNoDifference(tokyo.steps, [])
    }

    @Test func `of a set or a table changes that alone, and records nothing as done`() {
        var world = World(builtin, nodes: ["berlin", "paris"], tables: ["public.items", "public.orders"])
        world.declare(origin: "paris")
        let limited = Plan(world.difference.limited(to: Selection(tables: ["public.or*"])))
        expectNoDifference(
            limited.steps.map { "\($0.stage) \($0.node) \($0.table?.description ?? "record")" },
            [
                "protect berlin public.orders", "open paris public.orders",
            ])
        expectNoDifference(Plan(world.difference.limited(to: Selection(sets: ["other"]))).steps, [])
        expectNoDifference(world.difference.limited(to: Selection()), world.difference)
    }

    @Test(arguments: [
        #"sales."Order Line""#, "sales.Order Line", #"sales."Order*""#, "sales.Order*", #"*"Order Line""#,
    ])
    func `of a table knows it as the file writes it, and without quotes`(glob: String) {
        var world = World(
            builtin, nodes: ["berlin", "paris"], tables: ["sales.Order Line", "public.orders"])
        world.declare(origin: "paris")
        let selection = Selection(tables: [glob])
        expectNoDifference(
            selection.unmatched(by: DesiredState(world.declared, world.observed)).map { "\($0.what) \($0.glob)" }, [])
        expectNoDifference(
            Plan(world.difference.limited(to: selection)).steps.map {
                "\($0.stage) \($0.table?.name.text ?? "record")"
            },
            ["protect Order Line", "open Order Line"])
    }

    @Test func `names the globs that select nothing, slips of the pen`() {
        let world = World(builtin, tables: ["public.items", "public.orders"])
        let selection = Selection(
            nodes: ["ber*", "pari"], sets: ["def?ult", "Default"], tables: ["*.orders", "orders"])
        expectNoDifference(
            selection.unmatched(by: DesiredState(world.declared, world.observed)).map { "\($0.what) \($0.glob)" },
            ["node pari", "set Default", "table orders"])
    }

    @Test func `of one node opens nothing there while another one is open for TRUNCATE alone`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.set(.deny, .enabled, on: "berlin")
        expectNoDifference(Plan(world.difference.limited(to: Selection(nodes: ["paris"]))).steps, [])
    }

    @Test func `of a new table installs what it needs`() {
        var world = World(builtin, nodes: ["berlin", "paris"])
        world.node("paris") { ($0.builtin, $0.functions) = (nil, []) }
        world.table(on: "paris") { $0.triggers = [] }
        let limited = Plan(world.difference.limited(to: Selection(tables: ["public.orders"])))
        expectNoDifference(limited.steps.map { $0.table?.description ?? "schema" }, ["schema", "public.orders"])
    }
}

extension `a move that never opened` {
    @Test func `has its deny trigger alone disabled again where its log trigger was missing`() {
        var world = World(.custom([.log(subscriber: .enabled), .deny()]))
        world.declare(origin: "paris")
        world.remove(.log, on: "berlin")
        expectNoDifference(
            reopened(world).flatMap(\.statements),
            ["ALTER TABLE ONLY \"public\".\"orders\" DISABLE TRIGGER \"orders_deny\""])
    }

    @Test func `is none where a set is closed for maintenance`() {
        var world = World(builtin)
        world.declare(origin: nil)
        expectNoDifference(reopened(world), [])
    }

    @Test func `is led back beside a node that refused all along, though its mode could not be set`() {
        var world = World(builtin)
        world.declare(origin: "paris")
        world.set(.deny, .always, on: "tokyo")
        expectNoDifference(reopened(world, stuckOn: ["tokyo"]).map(\.node), ["berlin"])
    }
}
