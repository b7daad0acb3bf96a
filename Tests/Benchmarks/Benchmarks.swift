// How fast is Polarity, beside the least that the same work can cost here and now?
//
// Every figure is a ratio: what Polarity does over a floor that somebody has to pay anyway (the catalog's bytes through
// libpq, libyaml's events, the very same DDL from one session, psql's own start). Both are timed in the same run, turn
// by turn, and the ratio is that of the medians; milliseconds are beside it to be read, not compared. Nothing here
// passes or fails by a time: the table is for people.

/// `polarity-bench [--quick] [file] [version] [looking] [observing] [applying]`: prints the table of the documentation's
/// page "Speed", or the named parts of it.
@main
struct Benchmarks {
    static func main() async throws {
        let arguments = CommandLine.arguments
        if arguments.count > 2, arguments[1] == "--weigh" { return weigh(Array(arguments[2...])) }
        let sizes = arguments.contains("--quick") ? Sizes.quick : .full
        let named = arguments.dropFirst().filter { $0 != "--quick" }
        func wants(_ parts: String...) -> Bool { named.isEmpty || !Set(parts).isDisjoint(with: named) }
        let commands = await Commands()
        var results: [Measurement] = []
        if wants("file") { results += try await measureFile(sizes) }
        if wants("version") { results.append(try await commands.version(sizes)) }
        if wants("looking", "observing", "applying") {
            say("making three nodes of \(sizes.tables) tables, and two of \(sizes.half)")
            let nodes = try await BenchNodes.made(sizes)
            if wants("looking") {
                for cluster in [nodes.single, nodes.whole] { results.append(try await commands.memory(of: cluster)) }
                results += try await commands.looking(at: nodes.half, sizes)
            }
            if wants("observing") { results += try await measureObserving(nodes, sizes) }
            if wants("applying") { results += try await measureApply(nodes, sizes) }
        }
        print(table(of: results, withTargets: !arguments.contains("--quick")))
    }
}

/// How much is measured.
struct Sizes {
    /// Tables on each of three nodes.
    let tables: Int
    /// Tables on each of two nodes, for whole processes.
    let half: Int
    /// Tables in the file that is only read.
    let written: Int
    /// How often everything is done.
    let rounds: Int

    static let full = Sizes(tables: 10_000, half: 5_000, written: 50_000, rounds: 11)
    /// Shows that the benchmark works, and says nothing about speed.
    static let quick = Sizes(tables: 60, half: 40, written: 500, rounds: 2)
}
