import CLibYAML
import Replication

/// What makes the rest of the text unreadable.
struct Refusal: Error {
    let diagnostic: Diagnostic
}

/// libyaml's events of one text, one after the other. Owns the parser and the event that it is at.
struct EventStream: ~Copyable {
    /// The event at hand; before the first ``advance(in:)`` there is none.
    let event: UnsafeMutablePointer<yaml_event_t>
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// - Parameter input: Must outlive this.
    init(_ input: UnsafeBufferPointer<UInt8>) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        event = .allocate(capacity: 1)
        event.initialize(to: yaml_event_t())
        precondition(yaml_parser_initialize(parser) == 1, "out of memory")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_event_delete(event)
        yaml_parser_delete(parser)
        event.deallocate()
        parser.deallocate()
    }

    /// Where the event at hand begins.
    var place: Place { Place(event.pointee.start_mark) }

    /// Whether the event at hand is the empty scalar that stands for a document without content.
    var isAtNothing: Bool {
        guard event.pointee.type == YAML_SCALAR_EVENT else { return false }
        let scalar = event.pointee.data.scalar
        return scalar.length == 0 && scalar.style == YAML_PLAIN_SCALAR_STYLE && scalar.anchor == nil
    }

    /// Goes on to the next event.
    ///
    /// - Parameter source: The same text, in which errors have their places.
    func advance(in source: SourceText) throws(Refusal) {
        yaml_event_delete(event)
        guard yaml_parser_parse(parser, event) == 1 else { throw Refusal(diagnostic: syntaxError(in: source)) }
    }

    /// What libyaml says, where it says it.
    private func syntaxError(in source: SourceText) -> Diagnostic {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "out of memory"
        switch parser.pointee.error {
        case YAML_READER_ERROR:
            return source.error(problem, atByte: Int(parser.pointee.problem_offset))
        case YAML_SCANNER_ERROR, YAML_PARSER_ERROR:
            let notes = parser.pointee.context.map {
                [Diagnostic(.note, at: source.positionInside(Place(parser.pointee.context_mark)), String(cString: $0))]
            }
            return Diagnostic(
                at: source.positionInside(Place(parser.pointee.problem_mark)), problem, notes: notes ?? [])
        default:
            return Diagnostic(at: source.position(.start), problem)
        }
    }
}

extension Place {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: UInt32(mark.line + 1), column: UInt32(mark.column + 1))
    }
}
