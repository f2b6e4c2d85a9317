import Logging

/// One connection for administration: migrations, creating databases. Scripts run as they are, outside pipelines.
final class Session: ConnectionOwner, @unchecked Sendable {
    private let loop: EventLoop
    private let opened = Promise<Void>()
    // Confined to the loop, and set before anything else runs there:
    private var connection: Connection?

    private init(loop: EventLoop) {
        self.loop = loop
    }

    /// Opens a session, runs `body` and closes the session in any case.
    static func with<R: Sendable>(
        _ conninfo: String, options: [(name: String, value: String)] = [], logger: Logger,
        _ body: @Sendable (Session) async throws -> R
    ) async throws -> R {
        let settings = try ConnectionSettings(
            conninfo: conninfo, options: options, applicationName: "trellis-admin", connectTimeout: .seconds(5),
            allowsStandby: false)
        let loop = EventLoop(name: "postgres-admin")
        defer { loop.stop() }
        let session = Session(loop: loop)
        loop.submit {
            let connection = Connection(
                loop: loop, settings: settings, owner: session, logger: logger, cachedStatements: 20)
            session.connection = connection
            connection.open(preferring: nil)
        }
        defer { loop.submit { session.connection?.close(Closed()) } }
        try await session.opened.value()
        return try await body(session)
    }

    /// Runs SQL of one or more statements, and waits as long as it takes up to the limit.
    @discardableResult
    func script(_ sql: String, limit: Duration = .seconds(3_600)) async throws -> [ResultSet] {
        let script = Script(sql, limit: limit)
        guard
            loop.submit({ [self] in
                run {
                    $0.run(script)
                } orFail: {
                    script.promise.fail($0)
                }
            })
        else { throw Closed() }
        return try await script.promise.value()
    }

    /// Runs one statement with bound values.
    func rows(_ query: Query) async throws -> [Row] {
        let promise = Promise<[ResultSet]>()
        let unit = Unit([query], prepares: false, limit: .seconds(60)) { _, result in promise.settle(result) }
        guard
            loop.submit({ [self] in
                run {
                    $0.run(unit)
                } orFail: {
                    promise.fail($0)
                }
            })
        else { throw Closed() }
        return try await promise.value().last?.rows ?? []
    }

    /// Whether a transaction block is open and well.
    func isInTransaction() async throws -> Bool {
        try await loop.ask { self.connection?.isInTransaction ?? false }
    }

    private func run(_ body: (Connection) -> Void, orFail fail: (any Error) -> Void) {
        if let connection { body(connection) } else { fail(Closed()) }
    }

    func connectionDidOpen(_ connection: Connection) {
        opened.succeed(())
    }

    func connectionDidClose(_ connection: Connection, because error: any Error) {
        opened.fail(error)
    }

    func connectionDidFinishWork(_ connection: Connection) {}

    func connection(_ connection: Connection, didReceive notification: Notification) {}
}
