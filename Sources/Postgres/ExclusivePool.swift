import Logging

/// Lends connections to transactions, one at a time each. Confined to the loop.
final class ExclusivePool: ConnectionOwner, @unchecked Sendable {
    final class Waiter: @unchecked Sendable {
        let promise = Promise<Connection>()
        let deadline: ContinuousClock.Instant

        init(deadline: ContinuousClock.Instant) {
            self.deadline = deadline
        }
    }

    private let loop: EventLoop
    private let source: ConnectionSource
    private let capacity: Int
    private let queueLimit: Int
    private let counters: Counters
    private let logger: Logger
    private var idle: [Connection] = []
    private var lent: [Connection] = []
    private var opening: [Connection] = []
    private var waiters = FIFO<Waiter>()
    private var backoff = Backoff()
    private var isBackingOff = false
    private var lastFailure: (any Error)?
    private var isSweeping = false
    private var closing: Promise<Void>?

    init(
        loop: EventLoop, source: ConnectionSource, configuration: Database.Configuration, counters: Counters,
        logger: Logger
    ) {
        self.loop = loop
        self.source = source
        capacity = max(1, configuration.transactionConnections)
        queueLimit = configuration.queue
        self.counters = counters
        self.logger = logger
    }

    func acquire(_ waiter: Waiter) {
        guard closing == nil else {
            waiter.promise.fail(Closed())
            return
        }
        guard waiters.count < queueLimit else {
            counters.add(to: \.rejections)
            waiter.promise.fail(PoolBusy())
            return
        }
        waiters.append(waiter)
        serve()
        if !waiters.isEmpty { sweepLater() }
    }

    /// Takes a connection back. One that is not as new is closed instead of lent again.
    func release(_ connection: Connection) {
        lent.removeAll { $0 === connection }
        if !connection.isClosed {
            let isOld = connection.openedAt + source.maximumAge < loop.now
            if connection.isIdle, !connection.isOnStandby, !isOld, closing == nil {
                idle.append(connection)
            } else {
                connection.close(Closed())
            }
        }
        count()
        serve()
        settleClosing()
    }

    /// The server has become a standby: nothing can be written there.
    func dropIdle() {
        source.forgetHost()
        for connection in idle { connection.close(Closed()) }
    }

    func close(_ done: Promise<Void>) {
        closing = done
        for waiter in waiters.takeAll() { waiter.promise.fail(Closed()) }
        for connection in idle + opening { connection.close(Closed()) }
        settleClosing()
    }

    func closeNow() {
        for connection in idle + opening + lent { connection.close(Closed()) }
        settleClosing()
    }

    private func serve() {
        while let waiter = waiters.first {
            if waiter.promise.isSettled {
                _ = waiters.popFirst()
                continue
            }
            guard let connection = idle.popLast() else { break }
            _ = waiters.popFirst()
            if waiter.promise.settle(.success(connection)) {
                lent.append(connection)
            } else {
                idle.append(connection)
            }
        }
        count()
        grow()
    }

    private func grow() {
        guard closing == nil, !isBackingOff else { return }
        while opening.count < waiters.count, idle.count + lent.count + opening.count < capacity {
            let connection = source.make(owner: self)
            opening.append(connection)
            connection.open(preferring: source.lastHost)
        }
    }

    private func count() {
        counters.update {
            $0.transactionConnections = idle.count + lent.count
            $0.transactionsActive = lent.count
            $0.transactionsWaiting = waiters.count
        }
    }

    private func sweepLater() {
        guard !isSweeping else { return }
        isSweeping = true
        loop.schedule(after: .milliseconds(50)) { self.sweep() }
    }

    private func sweep() {
        isSweeping = false
        let now = ContinuousClock.now
        waiters.removeAll { waiter in
            guard waiter.deadline <= now || waiter.promise.isSettled else { return false }
            // Who holds no connection because none can be opened learns why; everybody else learns that it is full.
            let error: any Error = idle.isEmpty && lent.isEmpty ? lastFailure ?? PoolBusy() : PoolBusy()
            if waiter.promise.settle(.failure(error)) { counters.add(to: \.rejections) }
            return true
        }
        count()
        if !waiters.isEmpty { sweepLater() }
    }

    // MARK: ConnectionOwner

    func connectionDidOpen(_ connection: Connection) {
        backoff.succeeded()
        lastFailure = nil
        source.opened(connection)
        opening.removeAll { $0 === connection }
        idle.append(connection)
        counters.add(to: \.connectionsOpened)
        serve()
    }

    func connectionDidClose(_ connection: Connection, because error: any Error) {
        let wasOpening = opening.contains { $0 === connection }
        opening.removeAll { $0 === connection }
        idle.removeAll { $0 === connection }
        if !(error is Closed || error is CancellationError) {
            counters.add(to: \.connectionsLost)
            logger.warning("a transaction connection was lost", metadata: ["reason": "\(debug(error))"])
        }
        if wasOpening, !(error is Closed) {
            lastFailure = error
            isBackingOff = true
            loop.schedule(after: backoff.failed()) { [self] in
                isBackingOff = false
                serve()
            }
        }
        count()
        settleClosing()
    }

    func connectionDidFinishWork(_ connection: Connection) {}

    func connection(_ connection: Connection, didReceive notification: Notification) {}

    private func settleClosing() {
        if let closing, idle.isEmpty, opening.isEmpty, lent.allSatisfy(\.isClosed) { closing.succeed(()) }
    }
}
