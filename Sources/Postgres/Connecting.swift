import CLibPQ

// How a connection comes to stand, host after host.

extension Connection {
    /// Goes on connecting until the session stands; nil, or why it does not.
    mutating func establish(within timeout: Duration) -> PostgresError? {
        let deadline = ContinuousClock.now + timeout
        var hosts = hosts
        var silent = ""
        while true {
            do throws(Interruption) {
                try connect(to: hosts, until: deadline)
                guard PQsetnonblocking(pointer, 1) == 0 else { throw .lost }
                return nil
            } catch {
                switch error {
                case .lost: return failure(silent + complaint.words)
                case .cancelled: return PostgresError(sqlState: "57014", message: "connecting was cancelled")
                case .deadline:
                    guard hosts.all.count > 1 else {
                        let words = "no connection within \(hosts.share(of: timeout, at: 0))"
                        return failure(silent + words)
                    }
                    // What the others said stays: one of them may be up. libpq has begun a line on the one that is silent.
                    guard .now < deadline else {
                        return failure("\(silent)\(complaint.words) no connection within \(timeout)")
                    }
                    silent += "nothing heard from \(giveUp(&hosts))\n"
                }
            }
        }
    }

    private func failure(_ words: String) -> PostgresError {
        PostgresError(sqlState: "08001", message: words, refusals: complaint.refusals)
    }

    /// Goes on with libpq, which goes from host to host, until the session stands or one host has had its share of the time.
    private mutating func connect(
        to hosts: Hosts, until deadline: ContinuousClock.Instant
    ) throws(Interruption) {
        var next = PQstatus(pointer) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        var place = place(in: hosts)
        var end = ContinuousClock.now + hosts.share(of: deadline - .now, at: place)
        while next != PGRES_POLLING_OK {
            guard next != PGRES_POLLING_FAILED else { throw .lost }
            let reading = next == PGRES_POLLING_READING
            try wait(reading: reading, writing: !reading, until: end, heeding: true)
            next = PQconnectPoll(pointer)
            let now = self.place(in: hosts)
            guard now != place else { continue }
            place = now
            end = .now + hosts.share(of: deadline - .now, at: place)
        }
    }

    /// Begins anew without the host that is being tried, since libpq is not to be told to pass over it.
    ///
    /// - Returns: Its name.
    private mutating func giveUp(_ hosts: inout Hosts) -> String {
        let place = place(in: hosts)
        let host = hosts.all[place]
        hosts = hosts.without(place)
        PQfinish(pointer)
        pointer = PQconnectStart("\(conninfo) \(hosts.text)")
        listen()
        return [host.name, host.address].first { !$0.isEmpty } ?? "port \(host.port)"
    }

    /// The hosts by all that libpq goes by: the text, a service file, the environment.
    private var hosts: Hosts {
        let options = PQconninfo(pointer)
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let next = option, let keyword = next.pointee.keyword {
            values[String(cString: keyword)] = next.pointee.val.map { String(cString: $0) }
            option = next + 1
        }
        return Hosts { values[$0] }
    }

    /// The place of the host that is being tried; the first where it is not told.
    private func place(in hosts: Hosts) -> Int {
        let (name, port) = (PQhost(pointer).map { String(cString: $0) }, PQport(pointer).map { String(cString: $0) })
        return hosts.all.firstIndex { [$0.name, $0.address].contains(name) && ["", port].contains($0.port) } ?? 0
    }
}
