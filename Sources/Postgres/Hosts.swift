/// The hosts of a connection, of which libpq takes the first that lets it in.
///
/// It goes on by itself to the next where one refuses. One that says nothing is to be given up by whoever waits: each gets
/// its share of the time, at most what `connect_timeout` grants a host. A name with several addresses is one host.
struct Hosts: Hashable, Sendable {
    struct Host: Hashable, Sendable {
        let name: String
        let address: String
        let port: String
    }

    let all: [Host]
    /// What `connect_timeout` grants each host: two seconds at least, as in libpq.
    let patience: Duration?

    private init(_ all: [Host], patience: Duration?) {
        self.all = all
        self.patience = patience
    }

    /// Reads what libpq has found out for its keywords, with commas between what it says of several hosts.
    init(_ value: (_ keyword: String) -> String?) {
        func list(_ keyword: String) -> [String] {
            value(keyword)?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
        }
        let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        let count = max(names.count, addresses.count, 1)
        all = (0..<count).map { place in
            Host(
                name: names.count == count ? names[place] : "",
                address: addresses.count == count ? addresses[place] : "",
                port: ports.count == count ? ports[place] : ports.first ?? "")
        }
        let seconds = value("connect_timeout").flatMap { Int($0) } ?? 0
        patience = seconds > 0 ? .seconds(max(2, seconds)) : nil
    }

    /// How long the host at a place is waited for when this much time is left for it and those behind it.
    func share(of time: Duration, at place: Int) -> Duration {
        min(time / max(1, all.count - place), patience ?? time)
    }

    /// All but one.
    func without(_ place: Int) -> Hosts {
        Hosts(all.enumerated().filter { $0.offset != place }.map(\.element), patience: patience)
    }

    /// What stands behind a connection string to have libpq try these alone.
    var text: String {
        func setting(_ keyword: String, _ part: (Host) -> String) -> String {
            ConnectionString.Setting(keyword: keyword, value: all.map(part).joined(separator: ",")).text
        }
        return [setting("host", \.name), setting("hostaddr", \.address), setting("port", \.port)]
            .joined(separator: " ")
    }
}
