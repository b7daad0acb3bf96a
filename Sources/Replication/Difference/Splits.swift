/// Tables of one set that more than one member accepts row changes for.
struct Splits {
    private(set) var tables: Set<TableName> = []
    private(set) var findings: [Finding] = []

    /// - Parameter judged: The set's tables in the order of their names: a table stands beside itself on the other nodes.
    init(_ set: ReplicationSet, _ judged: [TableJudgement]) {
        var open: [Int] = []
        for index in judged.indices {
            if let first = open.first, judged[first].desired.name != judged[index].desired.name {
                if open.count > 1 { add(open.map { judged[$0] }, set) }
                open.removeAll(keepingCapacity: true)
            }
            guard let doors = judged[index].doors, judged[index].isKnown, doors.rows.canClose,
                !judged[index].refusesRows,
                judged[index].kind != .partitionedTable, judged[index].desired.role != .bystander
            else { continue }
            open.append(index)
        }
        if open.count > 1 { add(open.map { judged[$0] }, set) }
    }

    /// - Parameter open: One table on every member that accepts row changes.
    private mutating func add(_ open: [TableJudgement], _ set: ReplicationSet) {
        guard let table = open.first?.desired else { return }
        tables.insert(table.name)
        let nodes = open.map(\.desired.node).sorted().map(\.text).joined(separator: " and ")
        let unlogged = open.filter { !($0.doors?.rows.isLogged ?? true) }.map(\.desired.node.text).sorted()
        let lost = unlogged.isEmpty ? "" : "; writes on \(unlogged.joined(separator: " and ")) are not logged"
        findings.append(
            Finding(
                .splitBrain, set: set.name, table: table.name, "\(table.name) accepts writes on \(nodes)\(lost)",
                because: table.because))
    }
}
