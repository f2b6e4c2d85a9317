import Logging

/// Runs reads on a few connections, many at a time on each. Confined to the loop.
///
/// Reads of one person that reach the loop in the same turn travel in company: one statement says who acts, and one
/// transaction serves them all, each with a snapshot of its own.
final class PipelinePool: ConnectionOwner, @unchecked Sendable {
    /// One read on its way: it may be sent a second time when its connection breaks.
    final class Read: @unchecked Sendable {
        let query: Query
        let context: Context
        let promise = Promise<ResultSet>()
        let deadline: ContinuousClock.Instant
        var wasRetried = false
        /// Set when its company failed, by its own fault or another's.
        var goesAlone = false

        init(_ query: Query, context: Context, deadline: ContinuousClock.Instant) {
            self.query = query
            self.context = context
            self.deadline = deadline
        }

        func mayJoin(_ other: Read) -> Bool {
            !goesAlone && !other.goesAlone && context == other.context
        }
    }

    /// More on one connection would make the last wait for too many others; fewer would not fill a round trip.
    private static let depth = 16
    /// More reads together would make the first wait for too many others.
    private static let company = 4
    /// A connection whose oldest read takes longer than this gets no further ones while others are free.
    private static let patience = Duration.milliseconds(50)

    private let loop: EventLoop
    private let source: ConnectionSource
    private let capacity: Int
    private let queueLimit: Int
    private let limit: Duration
    private let counters: Counters
    private let logger: Logger
    private var connections: [Connection] = []
    private var retiring: [Connection] = []
    private var queue = FIFO<Read>()
    private var backoff = Backoff()
    private var isBackingOff = false
    private var lastFailure: (any Error)?
    private var isSweeping = false
    private var isDraining = false
    private var closing: Promise<Void>?

    init(
        loop: EventLoop, source: ConnectionSource, configuration: Database.Configuration, counters: Counters,
        logger: Logger
    ) {
        self.loop = loop
        self.source = source
        capacity = max(1, configuration.readConnections)
        queueLimit = configuration.queue
        limit = configuration.statementTimeout + .seconds(2)
        self.counters = counters
        self.logger = logger
    }

    func submit(_ read: Read) {
        guard closing == nil else {
            read.promise.fail(Closed())
            return
        }
        if queue.count >= queueLimit { drain() }
        guard queue.count < queueLimit else {
            counters.add(to: \.rejections)
            read.promise.fail(PoolBusy())
            return
        }
        queue.append(read)
        drainSoon()
    }

    /// Lets what is under way come to its end, and refuses everything else.
    func close(_ done: Promise<Void>) {
        closing = done
        for read in queue.takeAll() { read.promise.fail(Closed()) }
        for connection in connections + retiring where connection.load == 0 { connection.close(Closed()) }
        settleClosing()
    }

    func closeNow() {
        for read in queue.takeAll() { read.promise.fail(Closed()) }
        for connection in connections + retiring { connection.close(Closed()) }
        settleClosing()
    }

    // MARK: Sending

    /// May find the connection broken, and then puts the reads, and others that were under way, back into the queue.
    private func send(_ company: [Read], on connection: Connection) {
        let context = company[0].context
        let unit = Unit(
            (context.statement().map { [$0] } ?? []) + company.map(\.query), prepares: true,
            limit: limit * company.count, context: context, callers: company.count
        ) { [self] _, result in
            received(result.map { $0.suffix(company.count) }, for: company)
        }
        counters.update { $0.readsInFlight += company.count }
        // The one chosen is the least busy: while all are, one more helps.
        let isBusy = connection.load > 0
        connection.run(unit)
        if isBusy { grow() }
    }

    private func choose() -> Connection? {
        let now = loop.now
        var best: (connection: Connection, isPrompt: Bool, load: Int)?
        for connection in connections where connection.isReady {
            let load = connection.load
            guard load < Self.depth else { continue }
            let isPrompt = connection.headAge(at: now) < Self.patience
            if let best, best.isPrompt && !isPrompt || best.isPrompt == isPrompt && best.load <= load { continue }
            best = (connection, isPrompt, load)
        }
        return best?.connection
    }

    private func received(_ result: Result<ArraySlice<ResultSet>, any Error>, for company: [Read]) {
        counters.update {
            $0.readsInFlight -= company.count
            $0.statements += company.count
        }
        switch result {
        case .success(let results):
            for (read, result) in zip(company, results) { read.promise.succeed(result) }
        case .failure(let error):
            // Whose error a company's is shows when each goes alone.
            let isShared = error is DatabaseError && company.count > 1
            for read in company.reversed() {
                if isShared, closing == nil {
                    read.goesAlone = true
                } else if !isShared, mayRetry(read, after: error) {
                    read.wasRetried = true
                    counters.add(to: \.retries)
                } else {
                    counters.add(to: \.errors)
                    read.promise.fail(isShared ? Closed() : error)
                    continue
                }
                queue.prepend(read)
            }
            // Not from within the connection, which may be just closing.
            drainSoon()
        }
    }

    private func mayRetry(_ read: Read, after error: any Error) -> Bool {
        guard !read.wasRetried, !read.promise.isSettled, closing == nil else { return false }
        if let error = error as? DatabaseError { return error.isTransient }
        return (error as? ConnectionLost)?.mayRetry ?? false
    }

    /// Sends what waits when all that came in this turn of the loop is there.
    private func drainSoon() {
        guard !isDraining else { return }
        isDraining = true
        loop.submit { [self] in
            isDraining = false
            drain()
        }
    }

    private func drain() {
        while let connection = choose() {
            let company = nextCompany(of: min(Self.company, Self.depth - connection.load))
            guard !company.isEmpty else { break }
            send(company, on: connection)
        }
        counters.update { $0.readsWaiting = queue.count }
        guard !queue.isEmpty else { return }
        sweepLater()
        grow()
    }

    /// The read that has waited longest, and those behind it that may go along. Empty when nothing waits.
    private func nextCompany(of limit: Int) -> [Read] {
        var company: [Read] = []
        while company.count < limit, let next = queue.first {
            // Its caller may have been cancelled meanwhile.
            if !next.promise.isSettled {
                if let first = company.first, !next.mayJoin(first) { break }
                company.append(next)
            }
            _ = queue.popFirst()
        }
        return company
    }

    /// Turns away those who have waited too long.
    private func sweepLater() {
        guard !isSweeping else { return }
        isSweeping = true
        loop.schedule(after: .milliseconds(50)) { self.sweep() }
    }

    private func sweep() {
        isSweeping = false
        let now = ContinuousClock.now
        let hasConnection = connections.contains(where: \.isReady)
        queue.removeAll { read in
            guard read.deadline <= now || read.promise.isSettled else { return false }
            let error = hasConnection ? PoolBusy() : lastFailure ?? PoolBusy()
            if read.promise.settle(.failure(error)) { counters.add(to: \.rejections) }
            return true
        }
        counters.update { $0.readsWaiting = queue.count }
        if !queue.isEmpty { sweepLater() }
    }

    // MARK: Connections

    private func grow() {
        guard connections.count < capacity, !isBackingOff, closing == nil else { return }
        // One at a time: a crowd of reads at the start shall not open more than it turns out to need.
        guard connections.allSatisfy(\.isReady) else { return }
        let connection = source.make(owner: self)
        connections.append(connection)
        connection.open(preferring: source.lastHost)
    }

    func connectionDidOpen(_ connection: Connection) {
        backoff.succeeded()
        lastFailure = nil
        source.opened(connection)
        counters.update {
            $0.connectionsOpened += 1
            $0.readConnections = connections.count
        }
        drain()
    }

    func connectionDidClose(_ connection: Connection, because error: any Error) {
        connections.removeAll { $0 === connection }
        retiring.removeAll { $0 === connection }
        counters.update { $0.readConnections = connections.count }
        if !(error is Closed) {
            counters.add(to: \.connectionsLost)
            logger.warning("a read connection was lost", metadata: ["reason": "\(debug(error))"])
            lastFailure = error
            let delay = backoff.failed()
            if connections.isEmpty, backoff.hasRepeated {
                isBackingOff = true
                loop.schedule(after: delay) { [self] in
                    isBackingOff = false
                    drain()
                }
            }
        }
        settleClosing()
        drainSoon()
    }

    func connectionDidFinishWork(_ connection: Connection) {
        if closing != nil {
            if connection.load == 0 { connection.close(Closed()) }
            return
        }
        retireIfOld(connection)
        if !queue.isEmpty { drain() }
    }

    func connection(_ connection: Connection, didReceive notification: Notification) {}

    private func retireIfOld(_ connection: Connection) {
        if connection.openedAt + source.maximumAge < loop.now, connections.contains(where: { $0 === connection }) {
            connections.removeAll { $0 === connection }
            retiring.append(connection)
        }
        if connection.load == 0, retiring.contains(where: { $0 === connection }) { connection.close(Closed()) }
    }

    private func settleClosing() {
        if let closing, connections.isEmpty, retiring.isEmpty { closing.succeed(()) }
    }
}

/// The full text of an error for a log.
func debug(_ error: any Error) -> String {
    String(reflecting: error)
}
