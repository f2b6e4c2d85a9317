import Synchronization

/// The numbers of one database, written by the loop and by callers, read by anybody.
final class Counters: Sendable {
    private let statistics = Mutex(Statistics())

    var current: Statistics {
        statistics.withLock { $0 }
    }

    func add(_ count: Int = 1, to path: any WritableKeyPath<Statistics, Int> & Sendable) {
        statistics.withLock { $0[keyPath: path] += count }
    }

    func update(_ change: (inout Statistics) -> Void) {
        statistics.withLock { change(&$0) }
    }
}

/// What a database is doing, for metrics. Gauges show this moment, counters only grow.
public struct Statistics: Sendable, Hashable {
    /// Gauge: open connections for pipelined reads
    public internal(set) var readConnections = 0
    /// Gauge: reads sent and unanswered
    public internal(set) var readsInFlight = 0
    /// Gauge: reads that wait for a place in a pipeline
    public internal(set) var readsWaiting = 0
    /// Gauge: open connections for transactions
    public internal(set) var transactionConnections = 0
    /// Gauge: transactions under way
    public internal(set) var transactionsActive = 0
    /// Gauge: callers that wait for a transaction's connection
    public internal(set) var transactionsWaiting = 0
    /// Counter: statements answered, with or without error
    public internal(set) var statements = 0
    /// Counter: statements the server refused
    public internal(set) var errors = 0
    /// Counter: reads and transactions run again after a serialization failure, a stale plan or a lost connection
    public internal(set) var retries = 0
    /// Counter: callers turned away with `PoolBusy`
    public internal(set) var rejections = 0
    /// Counter: connections opened
    public internal(set) var connectionsOpened = 0
    /// Counter: connections that broke or could not be opened
    public internal(set) var connectionsLost = 0
    /// Counter: commits of which nobody knows whether they happened
    public internal(set) var commitsUnknown = 0
}
