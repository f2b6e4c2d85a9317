/// No connection came free in time, or too many callers already wait. Nothing was done; come again.
public struct PoolBusy: Error, Sendable, CustomStringConvertible {
    /// When another attempt is worth it, spread so that callers do not return all at once.
    public let retryAfter: Duration

    /// Asks the caller to wait between one and three seconds.
    public init(retryAfter: Duration = .milliseconds(Int.random(in: 1_000...3_000))) {
        self.retryAfter = retryAfter
    }

    /// What happened, in words fit for anybody.
    public var description: String { "the database is busy" }
}

/// The connection broke while COMMIT was under way, or the server could not confirm that the commit is safe: the
/// transaction may have happened or not. Only repeating the operation under the same idempotency key finds out.
public struct CommitUnknown: Error, Sendable, CustomStringConvertible {
    /// What is known about the circumstances; for operators.
    public let reason: String

    init(reason: String) {
        self.reason = reason
    }

    /// What happened, in words fit for anybody.
    public var description: String { "it is not known whether the change was stored" }
}

/// The connection broke, or none could be opened. What the transaction did is undone.
public struct ConnectionLost: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What libpq or the server said; for operators.
    public let reason: String

    /// Whether the same read may be tried on another connection: not after waiting in vain for long.
    let mayRetry: Bool

    init(reason: String, mayRetry: Bool = true) {
        self.reason = reason
        self.mayRetry = mayRetry
    }

    /// What happened, in words fit for anybody.
    public var description: String { "the connection to the database was lost" }

    /// The same with the reason.
    public var debugDescription: String { "connection lost: \(reason)" }
}

/// The database was closed, or a transaction was used after its closure returned.
public struct Closed: Error, Sendable, CustomStringConvertible {
    init() {}

    /// What happened, in words fit for anybody.
    public var description: String { "the database connection is closed" }
}

/// A query that must yield a row yielded none.
public struct RowMissing: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The SQL, without values.
    public let sql: String

    /// What happened, in words fit for anybody.
    public var description: String { "no such row" }

    /// The same with the SQL.
    public var debugDescription: String { "no row from: \(sql)" }
}

/// The connection string or an option in it cannot be used. Found when connecting, and not cured by waiting.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// What to change.
    public let description: String
}
