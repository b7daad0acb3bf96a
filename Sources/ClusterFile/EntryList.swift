/// The entries of one mapping, each key once by its bytes; a dictionary stands by only where they are many.
struct EntryList {
    private(set) var all: [Node.Entry] = []
    /// Copies of the keys: a slice would share the text, which is still growing and would be copied at every value.
    private var places: [[UInt8]: Int] = [:]
    private static let few = 16

    /// Adds an entry, or answers the entry that already has its key.
    mutating func add(_ entry: Node.Entry, _ text: [UInt8]) -> Node.Entry? {
        let key = text[entry.key.range]
        if all.count <= Self.few {
            if let first = all.first(where: { text[$0.key.range] == key }) { return first }
        } else {
            if places.isEmpty { places = Dictionary(uniqueKeysWithValues: keys(text).enumerated().map { ($1, $0) }) }
            let key = Array(key)
            if let first = places[key] { return all[first] }
            places[key] = all.count
        }
        all.append(entry)
        return nil
    }

    mutating func removeMergeKey(_ text: [UInt8]) {
        all.removeAll { $0.key.isPlain && text[$0.key.range].elementsEqual("<<".utf8) }
        places = [:]
    }

    private func keys(_ text: [UInt8]) -> [[UInt8]] { all.map { Array(text[$0.key.range]) } }
}
