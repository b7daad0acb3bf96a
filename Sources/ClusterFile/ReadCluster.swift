import Replication

/// Reads a cluster file.
///
/// The file is one YAML document in UTF-8 of at most 64 MiB, nested at most 64 deep, with at most 1,000,000 values once
/// aliases are expanded. Every scalar is text; `${VAR}`, `${VAR:-default}` and `${VAR:?message}` are filled in values, not
/// in keys and not in one another. Where one text holds a schema and a name it is written as in SQL, so that unquoted A to
/// Z mean a to z; every other name stands for itself. Names of clusters, nodes and sets are 1 to 63 bytes without control
/// characters. No node is asked anything.
///
/// - Parameters:
///   - bytes: The text.
///   - file: The path as it was given, for positions; `-` for standard input.
///   - environment: What fills variables.
/// - Throws: ``InvalidClusterFile`` with everything that is wrong.
public func readCluster(
    _ bytes: [UInt8], file: String, environment: [String: String]
) throws(InvalidClusterFile) -> DeclaredCluster {
    var diagnostics: [Diagnostic] = []
    guard let document = YAMLDocument(bytes, file: file, diagnostics: &diagnostics) else {
        throw InvalidClusterFile(diagnostics)
    }
    var reader = Reader(document, file: file, environment: environment)
    let declared = ClusterKeys.form.read(document.root, &reader).flatMap { reader.resolved($0) }
    let secrets = secrets(in: environment)
    diagnostics += secrets.isEmpty ? reader.diagnostics : reader.diagnostics.map { $0.hiding(secrets) }
    guard let declared, diagnostics.isEmpty else { throw InvalidClusterFile(diagnostics) }
    return declared
}

/// What the variables hold that are named like a secret: a message that quotes a value shows where it came from, and no
/// more. Longest first, since one may hold another; words too short to be found again in a message are left.
private func secrets(in environment: [String: String]) -> [String] {
    environment.filter { name, value in
        let name = name.uppercased()
        return value.utf8.count >= 4 && ["PASSW", "PASSPHRASE", "SECRET", "TOKEN"].contains { name.contains($0) }
    }.map(\.value).sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
}
