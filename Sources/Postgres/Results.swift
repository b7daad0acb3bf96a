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

func trimmed(_ words: UnsafeMutablePointer<CChar>?) -> String {
    guard let words else { return "" }
    return String(cString: words).split(separator: "\n").joined(separator: "\n")
}
