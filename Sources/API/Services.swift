import Foundation
import HTTPTypes
import Postgres
import Synchronization

/// What exchanges share.
final class Services: Sendable {
    let database: Database
    let authenticator: any Authenticator
    let configuration: Edge.Configuration
    let constraints: ConstraintProblems
    let principals: PrincipalCache
    let cursors: CursorSeal
    let cookies: Cookies
    private let ownOrigin: String?
    /// The name of the documents' host, without its port: cookies know no ports, so neither does this.
    let documentsHost: String?

    init(
        database: Database, authenticator: any Authenticator, constraints: ConstraintProblems,
        configuration: Edge.Configuration
    ) {
        self.database = database
        self.authenticator = authenticator
        self.configuration = configuration
        self.constraints = constraints
        principals = PrincipalCache(lifetime: configuration.principalLifetime)
        cursors = CursorSeal(secret: configuration.secret)
        cookies = Cookies(isSecure: configuration.isSecure)
        ownOrigin = configuration.publicURL.map(Services.origin)
        documentsHost = configuration.documentsURL.flatMap(Services.host(ofURL:))
    }

    func isOwnOrigin(_ origin: String, _ incoming: Incoming) -> Bool {
        if let ownOrigin { return origin.utf8.elementsEqual(ownOrigin.utf8) }
        guard let host = incoming.head.authority ?? incoming.header(.host) else { return false }
        return origin.utf8.elementsEqual("http://\(host)".utf8)
    }

    /// The host that a URL names, in small letters; nil for what is none of `http` or `https`.
    static func host(ofURL url: String) -> String? {
        let rest: Substring.UTF8View
        if url.utf8.starts(with: "https://".utf8) {
            rest = url.utf8.dropFirst(8)
        } else if url.utf8.starts(with: "http://".utf8) {
            rest = url.utf8.dropFirst(7)
        } else {
            return nil
        }
        let authority = String(rest.prefix { $0 != UInt8(ascii: "/") }) ?? ""
        return authority.isEmpty || authority.utf8.contains(UInt8(ascii: "@")) ? nil : host(of: authority)
    }

    /// The host of `host:port`, in small letters, without the dot that a full name may end with.
    static func host(of authority: String) -> String {
        let small = authority.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        let isAddress = small.first == UInt8(ascii: "[")
        let end = small.firstIndex(of: UInt8(ascii: isAddress ? "]" : ":")) ?? small.endIndex
        let host = small[..<end]
        return String(decoding: host.last == UInt8(ascii: ".") ? host.dropLast() : host, as: UTF8.self)
    }

    /// Scheme and authority of a URL.
    private static func origin(_ url: String) -> String {
        var slashes = 0
        let end = url.utf8.firstIndex { byte in
            if byte == UInt8(ascii: "/") { slashes += 1 }
            return slashes == 3
        }
        return String(url.utf8[..<(end ?? url.utf8.endIndex)]) ?? url
    }
}

/// Whether the process is well, asked by machines.
final class Health: Sendable {
    let draining = Atomic<Bool>(false)
    private let database: Database
    private let last = Locked<(well: Bool, until: UInt64)?>(nil)

    init(database: Database) {
        self.database = database
    }

    /// One look at the database a second at most, however often somebody asks.
    func isReady() async -> Bool {
        if draining.load(ordering: .relaxed) { return false }
        let now = DispatchTime.now().uptimeNanoseconds
        if let last = last.value, last.until > now { return last.well }
        let well: Bool
        do {
            try await database.ping()
            well = true
        } catch {
            well = false
        }
        last.value = (well, now &+ 1_000_000_000)
        return well
    }
}

/// Cancels requests that are older than the deadline. All deadlines have one length, so a queue in order of arrival and
/// one thread that looks at its head do the work of a timer a request.
final class DeadlineKeeper: Sendable {
    private struct Watched: Sendable {
        let task: Task<Outgoing, Never>
        let until: UInt64
    }

    private struct State: Sendable {
        var watched: [UInt64: Watched] = [:]
        var next: UInt64 = 0
        var oldest: UInt64 = 0
        var sweeper: Task<Void, Never>?
    }

    private let state = Locked(State())
    private let limit: UInt64

    init(limit: Duration) {
        let parts = max(limit, .milliseconds(1)).components
        self.limit = UInt64(min(parts.seconds, 86_400)) * 1_000_000_000 + UInt64(parts.attoseconds / 1_000_000_000)
    }

    deinit { state.value.sweeper?.cancel() }

    func watch(_ task: Task<Outgoing, Never>) -> UInt64 {
        let until = DispatchTime.now().uptimeNanoseconds &+ limit
        return state.withLock { state in
            let ticket = state.next
            state.next += 1
            state.watched[ticket] = Watched(task: task, until: until)
            if state.sweeper == nil {
                let pause = min(limit / 8, 250_000_000)
                state.sweeper = Task { [weak self] in
                    while !Task.isCancelled {
                        try? await Task.sleep(nanoseconds: pause)
                        guard let self else { return }
                        sweep()
                    }
                }
            }
            return ticket
        }
    }

    func release(_ ticket: UInt64) {
        state.withLock { state in
            state.watched[ticket] = nil
            if state.watched.isEmpty { state.oldest = state.next }
        }
    }

    private func sweep() {
        let now = DispatchTime.now().uptimeNanoseconds
        let late: [Task<Outgoing, Never>] = state.withLock { state in
            var late: [Task<Outgoing, Never>] = []
            while state.oldest < state.next {
                guard let watched = state.watched[state.oldest] else {
                    state.oldest += 1
                    continue
                }
                guard watched.until <= now else { break }
                late.append(watched.task)
                state.watched[state.oldest] = nil
                state.oldest += 1
            }
            return late
        }
        for task in late { task.cancel() }
    }
}
