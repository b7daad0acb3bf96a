/// One line of the table.
struct Measurement {
    /// What was measured.
    let what: String
    /// What it is measured against.
    let floor: String
    /// The ratio that is aimed at; nil for a line that only informs.
    let target: Double?
    let reached: Double
    let floorValue: Double
    let unit: Unit
    /// By what the floor is multiplied before it is compared.
    var allowance = 1.0

    enum Unit: String { case milliseconds = "ms", megabytes = "MB" }

    var ratio: Double { reached / (floorValue * allowance) }
}

/// Times taken turn by turn, and their medians.
struct Turns {
    private var times: [[Duration]]

    /// Does everything once to warm up, then all of them in turn, `rounds` times.
    init(_ rounds: Int, _ works: [() async throws -> Void]) async throws {
        times = works.map { _ in [] }
        for round in 0...rounds {
            for (index, work) in works.enumerated() {
                let start = ContinuousClock.now
                try await work()
                if round > 0 { times[index].append(ContinuousClock.now - start) }
            }
        }
    }

    /// The median of one work's times, in milliseconds.
    subscript(index: Int) -> Double { median(times[index].map { $0 / .milliseconds(1) }) }
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// All lines, columns aligned; without targets where the sizes mean nothing.
func table(of results: [Measurement], withTargets: Bool) -> String {
    let lines =
        [["what", "reached", "floor", "ratio", "target", "the floor is"]]
        + results.map { result in
            let target =
                (withTargets ? result.target : nil).map {
                    "≤ " + decimal($0, 1) + (result.ratio <= $0 ? "" : "  MISSED")
                } ?? ""
            return [
                result.what, decimal(result.reached, 1) + " " + result.unit.rawValue,
                decimal(result.floorValue, 1) + " " + result.unit.rawValue, decimal(result.ratio, 2), target,
                result.floor,
            ]
        }
    let widths = (0..<6).map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
        zip(line, widths).map { text, width in text + String(repeating: " ", count: width - text.count) }
            .joined(separator: "   ")
    }.joined(separator: "\n")
}

private func decimal(_ value: Double, _ places: Int) -> String {
    let scale = places == 1 ? 10 : 100
    let scaled = Int((value * Double(scale)).rounded())
    let fraction = String(scaled % scale)
    return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
}
