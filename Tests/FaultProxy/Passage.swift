import Foundation

/// One connection on its way through the proxy, on one thread.
struct Passage {
    enum End { case closed, blackhole }

    private let client: Int32
    private let server: Int32
    private let decide: (Request, Boundary.Moment) -> Fault
    private var reader = FrontendReader()
    private var answers = BackendReader()
    /// What the server has and has not answered yet.
    private var unanswered: [Request] = []

    init(client: Int32, server: Int32, deciding decide: @escaping (Request, Boundary.Moment) -> Fault) {
        self.client = client
        self.server = server
        self.decide = decide
    }

    /// Passes everything on until one side is gone or a fault ends it.
    func run() -> End {
        var passage = self
        while true {
            guard let ready = Socket.readable(client, server) else { return .closed }
            if ready.second, let end = passage.passAnswers() { return end }
            if ready.first, let end = passage.passRequests() { return end }
        }
    }

    /// - Returns: How it ended, if it did.
    private mutating func passRequests() -> End? {
        guard let bytes = Socket.read(client) else { return .closed }
        for piece in reader.take(bytes) {
            switch piece {
            case .refuseEncryption: guard Socket.write([UInt8(ascii: "N")], to: client) else { return .closed }
            case .bare(let bytes): guard Socket.write(bytes, to: server) else { return .closed }
            case .request(let request, let bytes):
                if let end = end(request, .before) { return end }
                guard Socket.write(bytes, to: server) else { return .closed }
                switch request {
                case .startup, .query, .extended: unanswered.append(request)
                case .terminate, .cancel: break
                }
                if let end = end(request, .sent) { return end }
            }
        }
        return nil
    }

    private mutating func passAnswers() -> End? {
        guard let bytes = Socket.read(server) else { return .closed }
        for (piece, isReady) in answers.take(bytes) {
            guard Socket.write(piece, to: client) else { return .closed }
            if isReady, !unanswered.isEmpty, let end = end(unanswered.removeFirst(), .answered) { return end }
        }
        return nil
    }

    private func end(_ request: Request, _ moment: Boundary.Moment) -> End? {
        switch decide(request, moment) {
        case .forward: return nil
        case .cut: return .closed
        case .blackhole: return .blackhole
        case .delay(let time):
            Thread.sleep(forTimeInterval: time / .seconds(1))
            return nil
        }
    }
}

/// Cuts what a client says into requests.
struct FrontendReader {
    enum Piece {
        case refuseEncryption
        /// Belongs to no request that has an answer of its own: a password, the rows of a COPY.
        case bare([UInt8])
        case request(Request, [UInt8])
    }

    private var buffer: [UInt8] = []
    private var hasBegun = false
    /// Parse to Sync, as far as it has come.
    private var extended: [UInt8] = []
    private var parsed = ""

    mutating func take(_ bytes: [UInt8]) -> [Piece] {
        buffer += bytes
        var pieces: [Piece] = []
        while let piece = hasBegun ? nextMessage() : nextStartup() {
            if let piece = piece.value { pieces.append(piece) }
        }
        return pieces
    }

    /// A piece, or nothing to show yet for a message that was read.
    private struct Step { let value: Piece? }

    private mutating func nextStartup() -> Step? {
        guard buffer.count >= 8, buffer.count >= buffer.number(at: 0) else { return nil }
        let length = max(8, buffer.number(at: 0))
        let code = buffer.number(at: 4)
        let message = Array(buffer[..<length])
        buffer.removeFirst(length)
        switch code {
        case 80_877_103, 80_877_104: return Step(value: .refuseEncryption)
        case 80_877_102: return Step(value: .request(.cancel, message))
        default:
            hasBegun = true
            let words = message[8...].split(separator: 0, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            let pairs = zip(words, words.dropFirst()).enumerated().filter {
                $0.offset % 2 == 0 && !$0.element.0.isEmpty
            }
            let parameters = Dictionary(pairs.map(\.element)) { $1 }
            return Step(value: .request(.startup(parameters), message))
        }
    }

    private mutating func nextMessage() -> Step? {
        guard buffer.count >= 5, buffer.count >= 1 + buffer.number(at: 1) else { return nil }
        let message = Array(buffer[...buffer.number(at: 1)])
        buffer.removeFirst(message.count)
        switch message[0] {
        case UInt8(ascii: "Q"): return Step(value: .request(.query(message.text(after: 5)), message))
        case UInt8(ascii: "X"): return Step(value: .request(.terminate, message))
        case UInt8(ascii: "S"):
            defer { (extended, parsed) = ([], "") }
            return Step(value: .request(.extended(parsed), extended + message))
        case UInt8(ascii: "P"), UInt8(ascii: "B"), UInt8(ascii: "D"), UInt8(ascii: "E"), UInt8(ascii: "C"):
            if message[0] == UInt8(ascii: "P") {
                let name = message[5...].prefix { $0 != 0 }
                parsed = message.text(after: name.endIndex + 1)
            }
            extended += message
            return Step(value: nil)
        default: return Step(value: .bare(message))
        }
    }
}

/// Cuts what a server says after every ReadyForQuery.
struct BackendReader {
    private var buffer: [UInt8] = []

    /// Whole messages, in as few pieces as there are answers.
    mutating func take(_ bytes: [UInt8]) -> [(bytes: [UInt8], isReady: Bool)] {
        buffer += bytes
        var pieces: [(bytes: [UInt8], isReady: Bool)] = []
        var (start, end) = (0, 0)
        while buffer.count >= end + 5, buffer.count >= end + 1 + buffer.number(at: end + 1) {
            let isReady = buffer[end] == UInt8(ascii: "Z")
            end += 1 + max(4, buffer.number(at: end + 1))
            guard isReady else { continue }
            pieces.append((Array(buffer[start..<end]), true))
            start = end
        }
        if end > start { pieces.append((Array(buffer[start..<end]), false)) }
        buffer.removeFirst(end)
        return pieces
    }
}

extension [UInt8] {
    /// The 32-bit number in network order.
    fileprivate func number(at offset: Int) -> Int {
        self[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    /// What stands between an offset and the next NUL.
    fileprivate func text(after offset: Int) -> String {
        String(decoding: self[offset...].prefix { $0 != 0 }, as: UTF8.self)
    }
}
