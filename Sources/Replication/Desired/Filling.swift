/// Fills an engine's templates in for the tables of one set.
struct Filling {
    private let engine: Engine
    private let set: ReplicationSet
    /// The triggers of each role, where neither a template nor the engine's catalog makes tables differ.
    private let shared: [Role: [DesiredTrigger]]?

    init(_ engine: Engine, _ set: ReplicationSet) {
        self.engine = engine
        self.set = set
        let templates = engine.templates
        let dependsOnTable =
            engine.catalog.listsTables
            || templates.contains { template in
                ([template.name, template.functionSchema, template.functionName] + template.arguments)
                    .contains(where: \.dependsOnTable)
            }
        var shared: [Role: [DesiredTrigger]] = [:]
        for role in Role.allCases where !dependsOnTable {
            shared[role] = templates.compactMap { $0.filled(for: role) { $0 == .cluster ? engine.cluster : nil } }
        }
        self.shared = dependsOnTable ? nil : shared
    }

    /// The triggers of every table; `nil` where tables differ.
    func shared(as role: Role) -> [DesiredTrigger]? { shared.map { $0[role] ?? [] } }

    /// The triggers of one table; `nil` where a name is not known.
    ///
    /// Slony's `origin: none` refuses writes on the catalog's origin and leaves its log as it is.
    func triggers(
        _ table: TableName, _ found: ObservedTable?, on node: ObservedNode, as role: Role
    ) -> [DesiredTrigger]? {
        if let shared = shared(as: role) { return shared }
        let registration = found.flatMap { node.slony?.registration(of: $0, beside: node.tables) }
        var result: [DesiredTrigger] = []
        result.reserveCapacity(engine.templates.count)
        for template in engine.templates {
            let filled = template.filled(for: roleOfLog(template, role, registration, node)) { word in
                switch word {
                case .cluster: engine.cluster
                case .schema: table.schema.text
                case .table: table.name.text
                case .tableID: registration.map { String($0.id) }
                case .keyMask: registration?.keyMask
                }
            }
            guard let filled else { return nil }
            result.append(filled)
        }
        return result
    }

    private func roleOfLog(
        _ template: TriggerTemplate, _ role: Role, _ registration: SlonyTable?, _ node: ObservedNode
    ) -> Role {
        guard set.origin == nil, !template.purpose.refuses, let slony = node.slony, let registration,
            let local = slony.localNode, slony.sets[registration.set]?.origin == local
        else { return role }
        return .origin
    }

    /// Tables on which two triggers would get one name once it is filled in and cut, be it each in a role of its own: in a
    /// move the one stands where the other should.
    func collisions(_ tables: [DeclaredTable]) -> [Finding] {
        if shared != nil, tables.first.flatMap(collision) == nil { return [] }
        return tables.compactMap(collision)
    }

    private func collision(_ table: DeclaredTable) -> Finding? {
        var seen: Set<TriggerName> = []
        for template in engine.templates {
            guard let name = engine.name(of: template, on: table.name) else { continue }
            if !seen.insert(name).inserted {
                return Finding(
                    .nameCollision, set: set.name, table: table.name, trigger: name,
                    "two triggers of \(table.name) would both be called \(name.shown); names are cut at 63 bytes",
                    because: table.because)
            }
        }
        return nil
    }
}

extension TriggerTemplate {
    /// The trigger with its names filled in; `nil` where one is not known. Arguments need not be known.
    func filled(for role: Role, _ value: (Pattern.Placeholder) -> String?) -> DesiredTrigger? {
        guard let name = name.filled(value), let schema = functionSchema.filled(value),
            let function = functionName.filled(value)
        else { return nil }
        let texts = arguments.map { $0.filled(value) }.prefix { $0 != nil }.compactMap(\.self)
        let areKnown = texts.count == arguments.count
        return DesiredTrigger(
            purpose: purpose, name: TriggerName(name.cutAsIdentifier),
            function: FunctionName(Identifier(schema.cutAsIdentifier), Identifier(function.cutAsIdentifier)),
            type: type, arguments: TriggerArguments(texts), mode: mode(for: role), match: match,
            isDecisive: isDecisive, hasKnownArguments: areKnown)
    }
}
