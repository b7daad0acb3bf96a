import CLibYAML
import ClusterFile

/// A cluster file of many tables: read into a declared cluster, against libyaml's events alone.
func measureFile(_ sizes: Sizes) async throws -> [Measurement] {
    let head =
        "version: 1\ncluster: shop\nengine: builtin\nnodes: {berlin: service=a, paris: service=b}\norigin: berlin\n"
    let short = head + "tables:\n" + (1...sizes.written).map { "  - public.orders_\($0)\n" }.joined()
    let long =
        head + "tables:\n" + (1...sizes.written).map { "  - {name: public.orders_\($0)}\n" }.joined()
    return [
        try await measure("read a file of \(sizes.written) tables", short, target: 2, sizes),
        try await measure("the same, every table a mapping", long, target: 2, sizes),
    ]
}

private func measure(_ what: String, _ text: String, target: Double, _ sizes: Sizes) async throws -> Measurement {
    let bytes = Array(text.utf8)
    let turns = try await Turns(
        sizes.rounds,
        [
            { precondition(events(of: bytes) > sizes.written) },
            {
                let declared = try readCluster(bytes, file: "shop.yaml", environment: [:])
                precondition(declared.sets[0].tables.count == sizes.written)
            },
        ])
    return Measurement(
        what: what, floor: "libyaml's events of the same text, each deleted at once", target: target, reached: turns[1],
        floorValue: turns[0], unit: .milliseconds)
}

/// Counts libyaml's events.
private func events(of bytes: [UInt8]) -> Int {
    var parser = yaml_parser_t()
    precondition(yaml_parser_initialize(&parser) == 1)
    defer { yaml_parser_delete(&parser) }
    return bytes.withUnsafeBufferPointer { text in
        yaml_parser_set_input_string(&parser, text.baseAddress, text.count)
        var count = 0
        while true {
            var event = yaml_event_t()
            precondition(yaml_parser_parse(&parser, &event) == 1)
            let isLast = event.type == YAML_STREAM_END_EVENT
            yaml_event_delete(&event)
            count += 1
            if isLast { return count }
        }
    }
}
