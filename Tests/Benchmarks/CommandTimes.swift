import Sandbox

/// Whole processes, from start to end.
struct Commands {
    /// The release binary, beside this one.
    private let polarity: String
    private let psql: String

    init() async {
        let own = CommandLine.arguments[0]
        polarity = (own.lastIndex(of: "/").map { String(own[...$0]) } ?? "") + "polarity"
        let binaries = await Binaries.find()
        psql = (binaries.map { $0.directory + "/" } ?? "") + "psql"
    }

    func version(_ sizes: Sizes) async throws -> Measurement {
        let turns = try await Turns(
            sizes.rounds * 2,
            [{ Program.finish([Program(psql, "--version")]) }, { Program.finish([Program(polarity, "--version")]) }])
        return Measurement(
            what: "polarity --version", floor: "psql --version, the program itself", target: 2, reached: turns[1],
            floorValue: turns[0], unit: .milliseconds)
    }

    /// `status` and `apply --dry-run` of two nodes.
    func looking(at cluster: BenchCluster, _ sizes: Sizes) async throws -> [Measurement] {
        let whole = copies(RawCopy.catalog, cluster)
        let triggers = copies(RawCopy.triggers, cluster)
        let status = Program(polarity, "status", "-f", cluster.file)
        let dryRun = Program(polarity, "apply", "--dry-run", "-f", cluster.file)
        precondition(Program.finish([status, dryRun]) == [0, 0], "\(cluster.name) is not in sync")
        let turns = try await Turns(
            sizes.rounds,
            [
                { Program.finish(whole) }, { Program.finish([status]) }, { Program.finish(triggers) },
                { Program.finish([dryRun]) },
            ])
        let names = ["polarity status", "polarity apply --dry-run"]
        return zip(names, [turns[1], turns[3]]).flatMap { name, time in
            [
                Measurement(
                    what: "\(name), 2 nodes × \(cluster.tables) tables",
                    floor: "two psql side by side, each the raw COPYs of namespaces, relations, triggers", target: 3,
                    reached: time, floorValue: turns[0], unit: .milliseconds),
                Measurement(
                    what: "  the same", floor: "two psql side by side, each the raw COPY of triggers alone",
                    target: nil,
                    reached: time, floorValue: turns[2], unit: .milliseconds),
            ]
        }
    }

    private func copies(_ sql: String, _ cluster: BenchCluster) -> [Program] {
        cluster.servers.indices.map { Program(psql, "-X", "-q", "-d", cluster.conninfo($0), "-c", sql) }
    }

    /// The peak memory of `status`, against 300 bytes a trigger and 30 MB.
    func memory(of cluster: BenchCluster) async throws -> Measurement {
        let peak = try await Program(polarity, "status", "-f", cluster.file).peakMemory()
        let triggers = cluster.tables * 4 * cluster.servers.count
        return Measurement(
            what: "peak memory of status, \(triggers) triggers", floor: "300 bytes a trigger and 30 MB", target: 1,
            reached: peak, floorValue: 30 + Double(triggers) * 0.0003, unit: .megabytes)
    }
}
