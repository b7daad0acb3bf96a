/// Bytes that say a value without doubt: every text and list with its length in front, so that no two values share them.
///
/// Only their digest is kept: a big node would be megabytes.
struct CanonicalBytes {
    private var pending: [UInt8] = []
    private let fed = SHA256()

    /// The SHA-256 digest of everything that was added, 32 bytes long; nothing can be added after it.
    consuming func digest() -> [UInt8] {
        fed.feed(pending)
        return fed.finished()
    }

    /// In pieces that make a call of C worth its while.
    private mutating func feed() {
        guard pending.count >= 64 * 1024 else { return }
        fed.feed(pending)
        pending.removeAll(keepingCapacity: true)
    }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            add(utf8.count)
            pending.append(contentsOf: utf8)
        }
        feed()
    }

    mutating func add(_ content: [UInt8]) {
        add(content.count)
        pending.append(contentsOf: content)
        feed()
    }

    /// Eight bytes, the highest first.
    mutating func add(_ number: some BinaryInteger) {
        withUnsafeBytes(of: UInt64(truncatingIfNeeded: number).bigEndian) { pending.append(contentsOf: $0) }
    }

    mutating func add(_ flag: Bool) { pending.append(flag ? 1 : 0) }

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
