/// Answers "did you mean", as long as that is cheap: a file with many mistakes among many names has the first ones helped.
struct Guesses {
    /// How many candidates may still be looked at.
    private var left = 20_000

    /// See ``nearest(to:among:)``; the candidates may come in any order.
    mutating func nearest(
        to text: String, among candidates: some Collection<String>, besides words: [String] = []
    ) -> String? {
        guard candidates.count <= left else { return nil }
        left -= candidates.count
        return ClusterFile.nearest(to: text, among: (candidates + words).sorted())
    }
}

/// The candidate that was probably meant by a misspelled text; nil where none is near.
///
/// Near is one slip (a letter more, fewer, another, or two swapped) for every three letters, letter case aside, and at
/// least a letter in common.
public func nearest(to text: String, among candidates: [String]) -> String? {
    guard text.utf8.count <= 252 else { return nil }
    let folded = Array(text.lowercased().unicodeScalars)
    guard folded.count <= 63 else { return nil }
    let slips = max(1, folded.count / 3)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
        guard candidate.utf8.count <= 4 * (folded.count + slips),
            abs(candidate.unicodeScalars.count - folded.count) <= slips
        else { continue }
        let letters = Array(candidate.lowercased().unicodeScalars)
        let distance = distance(folded, letters)
        guard distance <= slips, distance < max(folded.count, letters.count), distance < best?.distance ?? .max
        else { continue }
        best = (candidate, distance)
    }
    return best?.candidate
}

/// The number of slips between two texts: optimal string alignment.
private func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast = Array(0...right.count)
    var last = beforeLast
    var next = beforeLast
    for row in left.indices {
        next[0] = row + 1
        for column in right.indices {
            let same = left[row] == right[column]
            var least = min(last[column] + (same ? 0 : 1), last[column + 1] + 1, next[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                least = min(least, beforeLast[column - 1] + 1)
            }
            next[column + 1] = least
        }
        (beforeLast, last, next) = (last, next, beforeLast)
    }
    return last[right.count]
}
