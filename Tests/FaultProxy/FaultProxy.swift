import Foundation
import Postgres

// A proxy that speaks just enough of the frontend protocol to know where one request ends and the next begins. It asks
// its owner at every such boundary what is to happen there. To call back, kill or stop something at a boundary, do so in
// that closure: the connection stands still until it returns, and the others go on.

/// Stands between a client and one server, and produces faults at the boundaries of requests.
///
/// It listens on a unix socket of its own, knows no encryption (`sslmode=prefer` goes on without) and takes any number of
/// connections, each on a thread of its own. It ends with ``stop()`` or with the value.
public final class FaultProxy: Sendable {
    /// How to come through the proxy: what the server's own connection string says, by way of the proxy's socket.
    public let conninfo: String
    private let listener: Listener

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - address: The server, with `host` (a directory or an address of the loopback interface) and `port`.
    ///   - node: What boundaries call it.
    ///   - decide: Asked at every boundary, on the connection's thread; may block and may end processes.
    public init(
        to address: ConnectionString, as node: String = "", deciding decide: @escaping @Sendable (Boundary) -> Fault
    ) throws(FaultProxyError) {
        let listener = try Listener(to: Place(address), as: node, deciding: decide)
        self.listener = listener
        // What is said last counts.
        conninfo = "\(address.text) host=\(listener.directory) port=\(Listener.port)"
        Thread.detachNewThread { listener.listen() }
    }

    /// How many connections were made up to now.
    public var connections: Int { listener.connections }

    /// Leads new connections to another server: the name was given to it.
    public func lead(to address: ConnectionString) throws(FaultProxyError) { listener.lead(to: try Place(address)) }

    /// Closes the connections that a ``Fault/blackhole`` holds open: the network is mended.
    public func letGo() { listener.letGo() }

    /// Listens no longer and closes every connection, also those that a ``Fault/blackhole`` holds open.
    public func stop() { listener.stop() }

    deinit { listener.stop() }
}

/// Why a proxy could not be made.
public struct FaultProxyError: Error, Hashable, Sendable {
    /// What was tried and what the system said.
    public let message: String
}

/// Where a server listens.
struct Place: Sendable {
    let host: String
    let port: String

    init(_ address: ConnectionString) throws(FaultProxyError) {
        guard let host = address.value(of: "host"), let port = address.value(of: "port") else {
            throw FaultProxyError(message: "the address names no host and port")
        }
        self.host = host
        self.port = port
    }

    /// A new connection; nil where there is none to be had.
    func connect() -> Int32? {
        if host.hasPrefix("/") { return Socket.connect(path: "\(host)/.s.PGSQL.\(port)") }
        return UInt16(port).flatMap { Socket.connect(port: $0) }
    }
}

/// The listening socket and everything that came in through it.
final class Listener: Sendable {
    static let port = 5432
    let directory: String
    private let node: String
    private let decide: @Sendable (Boundary) -> Fault
    private let descriptor: Int32
    private let state: Guarded<State>

    private struct State {
        var place: Place
        var isStopped = false
        var connections = 0
        /// What a thread reads from, and closes.
        var open: Set<Int32> = []
        /// What nobody reads from any more, open until the proxy stops.
        var kept: Set<Int32> = []
    }

    init(
        to place: Place, as node: String, deciding decide: @escaping @Sendable (Boundary) -> Fault
    ) throws(FaultProxyError) {
        state = Guarded(State(place: place))
        self.node = node
        self.decide = decide
        guard let directory = Socket.temporaryDirectory() else {
            throw FaultProxyError(message: "no directory for the proxy's socket")
        }
        guard let descriptor = Socket.listen(path: "\(directory)/.s.PGSQL.\(Self.port)") else {
            throw FaultProxyError(message: "could not listen in \(directory)")
        }
        self.directory = directory
        self.descriptor = descriptor
    }

    var connections: Int { state.withLock { $0.connections } }

    func listen() {
        while let client = Socket.accept(descriptor) {
            guard let number = note(client) else { return }
            Thread.detachNewThread { [self] in
                guard let server = state.withLock({ $0.place }).connect(), note(server, isNew: false) != nil else {
                    return forget(client)
                }
                let ended = Passage(client: client, server: server) { [decide, node] request, moment in
                    decide(Boundary(node: node, connection: number, request: request, moment: moment))
                }.run()
                switch ended {
                case .closed:
                    forget(client)
                    forget(server)
                case .blackhole: keep(client, server)
                }
            }
        }
    }

    func lead(to place: Place) { state.withLock { $0.place = place } }

    func letGo() {
        state.withLock { state in
            for descriptor in state.kept { Socket.close(descriptor) }
            state.kept = []
        }
    }

    func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            Socket.shut(descriptor)
            for descriptor in state.open { Socket.shut(descriptor) }
        }
        letGo()
        try? FileManager.default.removeItem(atPath: directory)
    }

    deinit { Socket.close(descriptor) }

    /// - Returns: The connection's number; nil when the proxy is stopped.
    private func note(_ descriptor: Int32, isNew: Bool = true) -> Int? {
        state.withLock { state in
            guard !state.isStopped else {
                Socket.close(descriptor)
                return nil
            }
            state.open.insert(descriptor)
            if isNew { state.connections += 1 }
            return state.connections
        }
    }

    private func forget(_ descriptor: Int32) {
        state.withLock { state in
            state.open.remove(descriptor)
            Socket.close(descriptor)
        }
    }

    private func keep(_ descriptors: Int32...) {
        state.withLock { state in
            state.open.subtract(descriptors)
            if state.isStopped {
                for descriptor in descriptors { Socket.close(descriptor) }
            } else {
                state.kept.formUnion(descriptors)
            }
        }
    }
}
