import Logging
import Synchronization

/// What a database consists of. Readers and transactions hold it, so that it serves them until the last one is gone.
final class Core: Sendable {
    let loop: EventLoop
    let counters = Counters()
    let configuration: Database.Configuration
    let logger: Logger
    /// Why nothing can work: the connection string is wrong.
    private let flaw: (any Error)?
    private let pipeline: PipelinePool?
    let exclusive: ExclusivePool?
    private let listener: Listener?
    private let health: PipelinePool?

    init(_ configuration: Database.Configuration, logger: Logger) {
        let loop = EventLoop(name: "postgres")
        self.loop = loop
        self.configuration = configuration
        self.logger = logger
        func source(_ settings: ConnectionSettings) -> ConnectionSource {
            ConnectionSource(
                loop: loop, settings: settings, cachedStatements: configuration.preparedStatements, logger: logger)
        }
        do {
            let forHealth = try configuration.settings(allowsStandby: true, readsOnly: true)
            let forReading = try configuration.settings(allowsStandby: false, readsOnly: true)
            let forWriting = try configuration.settings(allowsStandby: false)
            var one = configuration
            one.readConnections = 1
            pipeline = PipelinePool(
                loop: loop, source: source(forReading), configuration: configuration, counters: counters, logger: logger
            )
            exclusive = ExclusivePool(
                loop: loop, source: source(forWriting), configuration: configuration, counters: counters, logger: logger
            )
            health = PipelinePool(
                loop: loop, source: source(forHealth), configuration: one, counters: Counters(), logger: logger)
            listener = Listener(loop: loop, source: source(forWriting), logger: logger)
            flaw = nil
        } catch {
            (pipeline, exclusive, health, listener) = (nil, nil, nil, nil)
            flaw = error
        }
    }

    deinit {
        closeNow()
    }

    private func failure() -> any Error {
        flaw ?? Closed()
    }

    // MARK: Reading

    func read(_ query: Query, as context: Context) async throws -> ResultSet {
        guard let pipeline else { throw failure() }
        return try await read(query, as: context, on: pipeline)
    }

    private func read(_ query: Query, as context: Context, on pool: PipelinePool) async throws -> ResultSet {
        try Task.checkCancellation()
        let read = PipelinePool.Read(query, context: context, deadline: .now + configuration.maximumWait)
        guard loop.submit({ pool.submit(read) }) else { throw Closed() }
        // A cancelled read is left to run out: its answer is awaited by the connection and by nobody else.
        return try await read.promise.value(onCancel: {})
    }

    func ping() async throws {
        guard let health else { throw failure() }
        _ = try await read("SELECT 1", as: .none, on: health)
    }

    // MARK: Transactions

    func transaction<R: Sendable>(
        mode: String, mayWrite: Bool, context: Context, statementTimeout: Duration?,
        _ body: @Sendable (Transaction) async throws -> R
    ) async throws -> R {
        guard let exclusive else { throw failure() }
        var attempt = 0
        while true {
            try Task.checkCancellation()
            let transaction = Transaction(
                core: self, connection: try await acquire(from: exclusive), context: context,
                statementTimeout: statementTimeout ?? configuration.statementTimeout)
            do {
                try await transaction.begin(mode, ownTimeout: statementTimeout)
                let value = try await body(transaction)
                try await transaction.commit()
                release(transaction, to: exclusive)
                return value
            } catch {
                await transaction.rollBack(after: error)
                release(transaction, to: exclusive)
                if (error as? DatabaseError)?.sqlState == "25006", mayWrite { loop.submit { exclusive.dropIdle() } }
                attempt += 1
                guard attempt <= 3, transaction.mayRunAgain(after: error) else { throw error }
                counters.add(to: \.retries)
                try await Task.sleep(for: .milliseconds(Int.random(in: 5...(25 << attempt))))
            }
        }
    }

    private func acquire(from pool: ExclusivePool) async throws -> Connection {
        let waiter = ExclusivePool.Waiter(deadline: .now + configuration.maximumWait)
        guard loop.submit({ pool.acquire(waiter) }) else { throw Closed() }
        return try await waiter.promise.value(onCancel: {})
    }

    private func release(_ transaction: Transaction, to pool: ExclusivePool) {
        loop.submit { pool.release(transaction.connection) }
    }

    // MARK: Listening

    func notifications(on channels: [String]) -> AsyncStream<Notification> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1_000)) { continuation in
            guard let listener else {
                continuation.finish()
                return
            }
            let subscriber = Listener.Subscriber(channels: Set(channels), continuation: continuation)
            continuation.onTermination = { [loop] _ in
                loop.submit { listener.remove(subscriber) }
            }
            if !loop.submit({ listener.add(subscriber) }) { continuation.finish() }
        }
    }

    // MARK: Closing

    func close() async {
        let reads = Promise<Void>()
        let transactions = Promise<Void>()
        let isTaken = loop.submit { [self] in
            listener?.close()
            health?.closeNow()
            pipeline?.close(reads)
            exclusive?.close(transactions)
            loop.schedule(after: .seconds(10)) {
                reads.succeed(())
                transactions.succeed(())
            }
        }
        if isTaken, flaw == nil {
            try? await reads.value()
            try? await transactions.value()
        }
        closeNow()
    }

    private func closeNow() {
        // Not through `self`, which may be going away.
        loop.submit { [listener, health, pipeline, exclusive] in
            listener?.close()
            health?.closeNow()
            pipeline?.closeNow()
            exclusive?.closeNow()
        }
        loop.stop()
    }
}
