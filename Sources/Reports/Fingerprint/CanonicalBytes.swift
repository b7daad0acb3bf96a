/// Bytes that say a value without doubt: every text and list with its length in front, so that no two values share them.
struct CanonicalBytes {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            add(utf8.count)
            bytes.append(contentsOf: utf8)
        }
    }

    mutating func add(_ content: [UInt8]) {
        add(content.count)
        bytes.append(contentsOf: content)
    }

    /// Eight bytes, the highest first.
    mutating func add(_ number: some BinaryInteger) {
        let number = UInt64(truncatingIfNeeded: number)
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    mutating func add(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    /// Whether there is one, then the value.
    mutating func add<Value>(_ value: Value?, _ body: (inout CanonicalBytes, Value) -> Void) {
        add(value != nil)
        if let value { body(&self, value) }
    }

    /// How many there are, then each; the caller sorts what has no order.
    mutating func add<Values: Collection>(_ values: Values, _ body: (inout CanonicalBytes, Values.Element) -> Void) {
        add(values.count)
        for value in values { body(&self, value) }
    }
}
