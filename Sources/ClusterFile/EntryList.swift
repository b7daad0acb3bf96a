/// The entries of one mapping that is being read, each key once by its bytes; a dictionary stands by only where they are
/// many. The entries lie on a stack above those of the mappings that this one stands in.
struct EntryList {
    private let base: Int
    /// Copies of the keys: a slice would share the text, which is still growing and would be copied at every value.
    private var places: [[UInt8]: Int] = [:]
    private static let few = 16

    init(on stack: [Node.Entry]) { base = stack.count }

    /// Adds an entry, or answers the entry that already has its key.
    mutating func add(_ entry: Node.Entry, to stack: inout [Node.Entry], _ text: [UInt8]) -> Node.Entry? {
        if stack.count - base <= Self.few {
            let key = text[entry.key.range]
            if let first = stack[base...].first(where: { text[$0.key.range] == key }) { return first }
        } else {
            if places.isEmpty {
                for place in stack.indices[base...] { places[Array(text[stack[place].key.range])] = place }
            }
            let key = Array(text[entry.key.range])
            if let first = places[key] { return stack[first] }
            places[key] = stack.count
        }
        stack.append(entry)
        return nil
    }

    mutating func removeMergeKey(from stack: inout [Node.Entry], _ text: [UInt8]) {
        let others = stack[base...].filter { !$0.key.isMergeKey(in: text) }
        stack.replaceSubrange(base..., with: others)
        places = [:]
    }

    /// Takes the entries off the stack to where they stay.
    consuming func close(_ stack: inout [Node.Entry], into entries: inout [Node.Entry]) -> Node.Part {
        let start = entries.count
        entries += stack[base...]
        stack.removeSubrange(base...)
        return Node.Part(start..<entries.count)
    }
}
