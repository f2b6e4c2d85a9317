public import Logging

/// A PostgreSQL database: pipelined reads, transactions, notifications. One is enough for a process.
///
/// ```swift
/// let database = Database(.init(conninfo: "postgresql:///trellis", role: "trellis_app"), logger: logger)
/// let open: Int = try await database.reader(as: context).value("SELECT count(*) FROM programs")
/// try await database.write(as: context) { transaction in
///     try await transaction.execute("UPDATE programs SET name = \(name) WHERE id = \(id)")
/// }
/// await database.close()
/// ```
public final class Database: Sendable {
    let core: Core

    /// Connects to nothing yet: connections are opened when they are needed.
    public init(_ configuration: Configuration, logger: Logger) {
        core = Core(configuration, logger: logger)
    }

    /// Runs single statements under a context. Each is one round trip shared with the reads of others, so it should be
    /// short (50 ms); several statements that must agree with one another, or long ones, belong into `snapshot`.
    public func reader(as context: Context) -> Reader {
        Reader(core: core, context: context)
    }

    /// Runs `body` in a transaction and commits. It is run again, up to three times, when PostgreSQL asks for it
    /// (serialization failure, deadlock) or when the connection breaks before COMMIT was sent: it must have no effect
    /// outside the transaction.
    ///
    /// - Throws: `CommitUnknown` when nobody knows whether COMMIT happened, `PoolBusy` when no connection came free,
    ///   and whatever `body` throws, after which everything is rolled back.
    @discardableResult
    public func write<R: Sendable>(
        as context: Context, isolation: Isolation = .readCommitted, statementTimeout: Duration? = nil,
        _ body: @Sendable (Transaction) async throws -> R
    ) async throws -> R {
        try await core.transaction(
            mode: "BEGIN ISOLATION LEVEL \(isolation.sql) READ WRITE", mayWrite: true, context: context,
            statementTimeout: statementTimeout, body)
    }

    /// Runs several statements on one unchanging view of the data. Writing is refused.
    @discardableResult
    public func snapshot<R: Sendable>(
        as context: Context, statementTimeout: Duration? = nil,
        _ body: @Sendable (Transaction) async throws -> R
    ) async throws -> R {
        try await core.transaction(
            mode: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", mayWrite: false, context: context,
            statementTimeout: statementTimeout, body)
    }

    /// Listens on a connection of its own for as long as the stream is read. A consumer that falls behind loses the
    /// oldest notifications: they are hints.
    public func notifications(on channels: [String]) -> AsyncStream<Notification> {
        core.notifications(on: channels)
    }

    /// Whether the server answers at all, even when callers are turned away.
    public func ping() async throws {
        try await core.ping()
    }

    /// What is going on, for metrics.
    public var statistics: Statistics {
        core.counters.current
    }

    /// Lets transactions and reads under way come to their end, for at most ten seconds, and closes all connections.
    public func close() async {
        await core.close()
    }

    /// How strictly a transaction is kept apart from others.
    public enum Isolation: Sendable, Hashable {
        /// Each statement sees what is committed when it begins.
        case readCommitted
        /// All statements see one view; a conflicting write fails with 40001.
        case repeatableRead
        /// As if transactions ran one after another; fails with 40001 where that is not possible.
        case serializable

        var sql: String {
            switch self {
            case .readCommitted: "READ COMMITTED"
            case .repeatableRead: "REPEATABLE READ"
            case .serializable: "SERIALIZABLE"
            }
        }
    }
}
