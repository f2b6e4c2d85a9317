import Logging

/// Makes the connections of one database and remembers which host answered. Confined to the loop.
final class ConnectionSource: @unchecked Sendable {
    private let loop: EventLoop
    private let settings: ConnectionSettings
    private let cachedStatements: Int
    private let logger: Logger
    /// The host that served last: after a failover all connections should find the new primary soon.
    private(set) var lastHost: ConnectionSettings.Host?
    /// Old sessions hold memory and stale plans; they end at different times so that not all are opened anew at once.
    let maximumAge = Duration.seconds(.random(in: 1_500...2_100))

    init(loop: EventLoop, settings: ConnectionSettings, cachedStatements: Int, logger: Logger) {
        self.loop = loop
        self.settings = settings
        self.cachedStatements = cachedStatements
        self.logger = logger
    }

    func make(owner: any ConnectionOwner) -> Connection {
        Connection(loop: loop, settings: settings, owner: owner, logger: logger, cachedStatements: cachedStatements)
    }

    func opened(_ connection: Connection) {
        lastHost = connection.host
    }

    func forgetHost() {
        lastHost = nil
    }
}
