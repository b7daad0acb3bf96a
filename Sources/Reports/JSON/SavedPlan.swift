/// What a kept plan says: which file to walk the whole route on again, and which fingerprint to require.
public struct SavedPlan: Hashable, Sendable {
    /// The cluster file that a plan was made from.
    public struct Source: Hashable, Sendable {
        /// Its path as it was given, `-` for standard input.
        public let path: String
        /// Its text, variables not yet filled in.
        public let text: String
        /// What else chose the plan: `--node`, `--set`, `--table`, `--failover` and theirs, as they were given.
        public let arguments: [String]

        /// Describes where a plan comes from.
        public init(path: String, text: String, arguments: [String]) {
            self.path = path
            self.text = text
            self.arguments = arguments
        }
    }

    /// The cluster's name.
    public let cluster: String
    /// The fingerprint that has to be found again, 64 hexadecimal digits.
    public let fingerprint: String
    /// The cluster file.
    public let source: Source

    /// Describes a kept plan.
    public init(cluster: String, fingerprint: String, source: Source) {
        self.cluster = cluster
        self.fingerprint = fingerprint
        self.source = source
    }
}

/// Why a text is no kept plan.
public enum InvalidSavedPlan: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is not the JSON document it should be: how not.
    case notADocument(String)
    /// It was written in a format that this program does not read.
    case unknownFormat(String)
    /// It is a report of another kind, such as `status`.
    case otherKind(String)
    /// Its fingerprint is not 64 hexadecimal digits.
    case noFingerprint

    /// One sentence, lower case, without a full stop.
    public var description: String {
        switch self {
        case .notADocument(let why): "this is not a saved plan: " + visible(why)
        case .unknownFormat(let version): "the saved plan has format \(visible(version)), this program reads 1.x"
        case .otherKind(let kind): "this is a report of kind \(visible(kind)), not a plan"
        case .noFingerprint: "the saved plan has no fingerprint of 64 hexadecimal digits"
        }
    }
}

/// The keys that are read of a kept plan.
struct SavedDocument: Decodable {
    let formatVersion, kind, cluster, fingerprint: String
    let source: JSONDocument.Source?

    func checked() throws(InvalidSavedPlan) -> SavedPlan {
        guard formatVersion.hasPrefix("1."), UInt(formatVersion.dropFirst(2)) != nil else {
            throw .unknownFormat(formatVersion)
        }
        guard kind == "plan" else { throw .otherKind(kind) }
        guard let source else { throw .notADocument("the key 'source' is missing; write it with --out") }
        guard fingerprint.utf8.count == 64, fingerprint.allSatisfy({ "0123456789abcdef".contains($0) }) else {
            throw .noFingerprint
        }
        return SavedPlan(
            cluster: cluster, fingerprint: fingerprint,
            source: SavedPlan.Source(path: source.path, text: source.text, arguments: source.arguments ?? []))
    }
}
