import CLibPQ

// What libpq has read, copied into values of our own.

/// What the server says beside its answers; libpq calls back on the thread that reads from it.
final class Said {
    var notices: [Notice] = []

    static func listen(_ context: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {
        guard let context else { return }
        let notice = Notice(
            severity: field("V", of: result) ?? "", sqlState: field("C", of: result) ?? "",
            message: field("M", of: result) ?? trimmed(PQresultErrorMessage(result)))
        Unmanaged<Said>.fromOpaque(context).takeUnretainedValue().notices.append(notice)
    }
}

extension PostgresError {
    init(_ result: OpaquePointer) {
        self.init(
            sqlState: field("C", of: result) ?? "08006",
            message: field("M", of: result) ?? trimmed(PQresultErrorMessage(result)), hint: field("H", of: result))
    }
}

extension Rows {
    init(_ result: OpaquePointer) {
        let width = PQnfields(result)
        let height = PQntuples(result)
        var fields: [String?] = []
        fields.reserveCapacity(Int(width) * Int(height))
        for row in 0..<height {
            for column in 0..<width {
                let value = PQgetisnull(result, row, column) == 1 ? nil : PQgetvalue(result, row, column)
                fields.append(value.map { String(cString: $0) })
            }
        }
        self.init(
            columns: (0..<width).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }, fields: fields,
            count: Int(height), commandTag: PQcmdStatus(result).map { String(cString: $0) } ?? "")
    }
}

/// One field of an error or notice, by the letter the protocol gives it (libpq-fe.h's PG_DIAG_… macros).
private func field(_ letter: Unicode.Scalar, of result: OpaquePointer?) -> String? {
    PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
}

/// What libpq says of a connection: its own words and, in lines of their own, those of servers.
///
/// A server's severity and message are in its own language; where libpq is to be verbose, the SQLSTATE stands between them
/// (`FATAL:  28000: …`), and a line follows that says where in the server's source.
struct Complaint {
    let words: String
    let refusals: [PostgresError.Refusal]

    init(_ text: String) {
        var lines: [String] = []
        var refusals: [PostgresError.Refusal] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("LOCATION:  ") {
            guard let severity = line.firstRange(of: ":  ")?.upperBound else {
                lines.append(String(line))
                continue
            }
            let said = line[severity...]
            let isCoded = said.dropFirst(5).hasPrefix(": ") && said.utf8.prefix(5).allSatisfy(isOfSQLState)
            lines.append(String(line[..<severity]) + (isCoded ? said.dropFirst(7) : said))
            if isCoded { refusals.append(.init(sqlState: String(said.prefix(5)), message: lines[lines.count - 1])) }
        }
        words = lines.joined(separator: "\n")
        self.refusals = refusals
    }
}

private func isOfSQLState(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    default: false
    }
}

func trimmed(_ words: UnsafeMutablePointer<CChar>?) -> String {
    guard let words else { return "" }
    return String(cString: words).split(separator: "\n").joined(separator: "\n")
}
