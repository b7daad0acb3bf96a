/// The candidate that was probably meant by a misspelled text; nil where none is near.
///
/// Near is one slip (a letter more, fewer, another, or two swapped) for every three letters, letter case aside.
func nearest(to text: String, among candidates: [String]) -> String? {
    let folded = Array(text.lowercased().unicodeScalars)
    guard folded.count <= 63, candidates.count <= 1_000 else { return nil }
    let slips = max(1, folded.count / 3)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates where abs(candidate.unicodeScalars.count - folded.count) <= slips {
        let distance = distance(folded, Array(candidate.lowercased().unicodeScalars))
        guard distance <= slips, distance < max(folded.count, 2), distance < best?.distance ?? .max else { continue }
        best = (candidate, distance)
    }
    return best?.candidate
}

/// The number of slips between two texts: optimal string alignment.
private func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
        var next = [row + 1]
        for column in right.indices {
            let same = left[row] == right[column]
            var least = min(last[column] + (same ? 0 : 1), last[column + 1] + 1, next[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                least = min(least, beforeLast[column - 1] + 1)
            }
            next.append(least)
        }
        (beforeLast, last) = (last, next)
    }
    return last[right.count]
}
