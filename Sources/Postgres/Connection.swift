import CLibPQ
import Foundation
import Glibc
import Logging

/// Hears what becomes of a connection. All calls are made on the loop.
protocol ConnectionOwner: AnyObject {
    func connectionDidOpen(_ connection: Connection)
    /// Called once; everything that was under way on the connection has been told before.
    func connectionDidClose(_ connection: Connection, because error: any Error)
    /// A unit came to its end and the connection is still well.
    func connectionDidFinishWork(_ connection: Connection)
    func connection(_ connection: Connection, didReceive notification: Notification)
}

/// One session with PostgreSQL, confined to the loop. It is in pipeline mode, so that units follow one another without
/// waiting; only COPY and scripts leave that mode while they last.
final class Connection: PolledSocket, @unchecked Sendable {
    private enum Phase {
        case resolving
        case connecting(PostgresPollingStatusType)
        case ready
        case closed
    }

    private enum Special {
        case script(Script)
        case copy(CopyIn)
        case copyOut(CopyOut)

        var limit: Duration {
            switch self {
            case .script(let script): script.limit
            case .copy(let copy): copy.limit
            case .copyOut(let copy): copy.limit
            }
        }
    }

    private enum Work {
        case unit(Unit)
        case special(Special)

        var callers: Int {
            if case .unit(let unit) = self { unit.callers } else { 1 }
        }
    }

    let loop: EventLoop
    private let settings: ConnectionSettings
    private let logger: Logger
    private weak var owner: (any ConnectionOwner)?
    private var pg: OpaquePointer?
    private var phase = Phase.resolving
    private var candidates: [ConnectionSettings.Host] = []
    private(set) var host: ConnectionSettings.Host?
    private var attemptDeadline = ContinuousClock.now
    private var lastFailure = "no address for the host"
    private(set) var openedAt = ContinuousClock.now
    private var statements: StatementCache
    private let preparesStatements: Bool
    private var backlog = FIFO<Work>()
    private var inFlight = FIFO<Unit>()
    private var special: Special?
    private var needsFlush = false
    private var headSince = ContinuousClock.now
    private var isWatched = false
    private var emptyResults = 0
    /// Set while libpq runs a function of ours, which must then not free the connection.
    private var lastFatalNotice: String?

    init(
        loop: EventLoop, settings: ConnectionSettings, owner: any ConnectionOwner, logger: Logger,
        cachedStatements: Int
    ) {
        self.loop = loop
        self.settings = settings
        self.owner = owner
        self.logger = logger
        statements = StatementCache(capacity: max(1, cachedStatements))
        preparesStatements = cachedStatements > 0
    }

    deinit {
        if let pg { PQfinish(pg) }
    }

    // MARK: State

    var isReady: Bool {
        if case .ready = phase { true } else { false }
    }

    var isClosed: Bool {
        if case .closed = phase { true } else { false }
    }

    /// How many callers wait for what is sent and unanswered, or waits to be sent.
    var load: Int {
        let sent = inFlight.reduce(0) { $0 + $1.callers }
        return backlog.reduce(sent + (special == nil ? 0 : 1)) { $0 + $1.callers }
    }

    /// How long the oldest unanswered unit has been waiting.
    func headAge(at now: ContinuousClock.Instant) -> Duration {
        inFlight.isEmpty ? .zero : now - headSince
    }

    /// Whether a next user would find the session as new.
    var isIdle: Bool {
        isReady && load == 0 && PQtransactionStatus(pg) == PQTRANS_IDLE
    }

    var isInTransaction: Bool {
        isReady && PQtransactionStatus(pg) == PQTRANS_INTRANS
    }

    var isOnStandby: Bool {
        PQparameterStatus(pg, "in_hot_standby").map { String(cString: $0) == "on" } ?? false
    }

    var processID: Int32 { PQbackendPID(pg) }

    var serverVersion: Int32 { PQserverVersion(pg) }

    // MARK: Opening

    /// Tries the hosts in turn, the one that served last first.
    func open(preferring last: ConnectionSettings.Host?) {
        attemptDeadline = .now + settings.connectTimeout
        watch()
        settings.resolvedHosts { [loop] hosts in
            loop.submit { self.resolved(hosts, preferring: last) }
        }
    }

    private func resolved(_ hosts: [ConnectionSettings.Host], preferring last: ConnectionSettings.Host?) {
        guard case .resolving = phase else { return }
        candidates = hosts.shuffled()
        if let last, let index = candidates.firstIndex(of: last) { candidates.swapAt(0, index) }
        tryNextHost()
    }

    private func tryNextHost() {
        discard()
        guard !candidates.isEmpty else {
            close(ConnectionLost(reason: lastFailure))
            return
        }
        let host = candidates.removeFirst()
        self.host = host
        let parameters = settings.parameters(for: host)
        // A nil ends the list.
        let keys = parameters.map { strdup($0.key) } + [nil]
        let values = parameters.map { strdup($0.value) } + [nil]
        defer { for text in keys + values { free(text) } }
        pg = PQconnectStartParams(keys.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 0)
        guard let pg, PQstatus(pg) != CONNECTION_BAD else {
            failAttempt()
            return
        }
        setUpNotices()
        attemptDeadline = .now + settings.connectTimeout
        phase = .connecting(PGRES_POLLING_WRITING)
        loop.add(self)
    }

    private func pollConnecting() {
        let status = PQconnectPoll(pg)
        switch status {
        case PGRES_POLLING_OK: opened()
        case PGRES_POLLING_FAILED: failAttempt()
        default: phase = .connecting(status)
        }
    }

    private func failAttempt() {
        lastFailure = message
        tryNextHost()
    }

    private func opened() {
        guard PQserverVersion(pg) >= 150_000 else {
            close(ConfigurationError(description: "PostgreSQL 15 or later is needed"))
            return
        }
        guard settings.allowsStandby || !isOnStandby else {
            lastFailure = "the server is a standby"
            tryNextHost()
            return
        }
        guard PQsetnonblocking(pg, 1) == 0, PQenterPipelineMode(pg) == 1 else {
            failAttempt()
            return
        }
        phase = .ready
        openedAt = .now
        candidates = []
        owner?.connectionDidOpen(self)
        pump()
    }

    private func setUpNotices() {
        let receive: PQnoticeReceiver = { context, result in
            guard let context else { return }
            Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().noticed(result)
        }
        PQsetNoticeReceiver(pg, receive, Unmanaged.passUnretained(self).toOpaque())
    }

    /// The result belongs to libpq and is freed by it.
    private func noticed(_ result: OpaquePointer?) {
        func field(_ code: Character) -> String? {
            guard let code = code.asciiValue, let text = PQresultErrorField(result, Int32(code)) else { return nil }
            return String(cString: text)
        }
        // Told by the function that raised it: the text of the message depends on the server's language.
        if field("R") == "SyncRepWaitForLSN" { inFlight.first?.lostStandby = true }
        if let severity = field("V"), severity == "FATAL" || severity == "PANIC" {
            lastFatalNotice = "SQLSTATE \(field("C") ?? "?"): \(field("M") ?? "")"
        }
    }

    // MARK: Closing

    /// Ends the session and tells everyone who waits for something on it.
    func close(_ error: any Error) {
        guard !isClosed else { return }
        phase = .closed
        discard()
        let waiting = inFlight.takeAll()
        let unsent = backlog.takeAll()
        let interrupted = special
        special = nil
        for unit in waiting { unit.finish(.failure(error)) }
        if let interrupted { fail(interrupted, error) }
        for work in unsent {
            switch work {
            case .unit(let unit): unit.finish(.failure(error))
            case .special(let special): fail(special, error)
            }
        }
        owner?.connectionDidClose(self, because: error)
    }

    private func fail(_ special: Special, _ error: any Error) {
        switch special {
        case .script(let script): script.promise.fail(error)
        case .copy(let copy): copy.fail(error)
        case .copyOut(let copy): copy.fail(error)
        }
    }

    private func discard() {
        loop.remove(self)
        if let pg { PQfinish(pg) }
        pg = nil
        needsFlush = false
    }

    /// Ends the session in the middle of a statement, and asks the server to stop working on it. The request travels on
    /// a connection of its own, which libpq opens and waits for: hence the thread. A COMMIT is never asked to stop, since
    /// one that waits for its standby would stop waiting and count as done.
    func abandon(_ error: any Error) {
        if isReady, !inFlight.contains(where: \.isCommit), let cancel = PQgetCancel(pg) {
            let carrier = CancelCarrier(cancel)
            Thread.detachNewThread { carrier.send() }
        }
        close(error)
    }

    private func lost() {
        var reason = message
        if let fatal = inFlight.first?.error?.debugDescription ?? lastFatalNotice { reason = fatal }
        close(ConnectionLost(reason: reason))
    }

    private var message: String {
        guard let pg, let text = PQerrorMessage(pg) else { return "out of memory" }
        let message = String(cString: text).trimmingCharacters(in: .whitespacesAndNewlines)
        return message.isEmpty ? "the connection broke" : message
    }

    // MARK: Working

    func run(_ unit: Unit) {
        guard !isClosed else {
            unit.finish(.failure(ConnectionLost(reason: "the connection had broken")))
            return
        }
        if let flaw = unit.flaw {
            unit.finish(.failure(flaw))
            return
        }
        backlog.append(.unit(unit))
        pump()
    }

    func run(_ script: Script) {
        run(.script(script))
    }

    func run(_ copy: CopyIn) {
        run(.copy(copy))
    }

    func run(_ copy: CopyOut) {
        run(.copyOut(copy))
    }

    private func run(_ special: Special) {
        guard !isClosed else {
            fail(special, ConnectionLost(reason: "the connection had broken"))
            return
        }
        backlog.append(.special(special))
        pump()
    }

    /// Sends what can be sent: units at once, a script or COPY when nothing else is under way.
    private func pump() {
        while isReady, special == nil, let next = backlog.first {
            switch next {
            case .unit(let unit):
                _ = backlog.popFirst()
                if inFlight.isEmpty { headSince = .now }
                inFlight.append(unit)
                send(unit)
            case .special(let next):
                guard inFlight.isEmpty else { return }
                _ = backlog.popFirst()
                special = next
                headSince = .now
                start(next)
            }
        }
        if load > 0 { watch() }
    }

    private func send(_ unit: Unit) {
        unit.wasSent = true
        var isSent = true
        for query in unit.queries {
            isSent = isSent && send(query, of: unit)
        }
        // libpq 15 pushes the bytes out here.
        isSent = isSent && PQpipelineSync(pg) == 1
        guard isSent, flush() else {
            lost()
            return
        }
        if let evicted = statements.evict() { deallocate(evicted) }
    }

    private func send(_ query: Query, of unit: Unit) -> Bool {
        guard unit.prepares, preparesStatements else { return sendUnnamed(query, of: unit) }
        let key = StatementCache.Key(sql: query.sql, types: query.parameters.types)
        let name: String
        switch statements.use(key) {
        case .unnamed: return sendUnnamed(query, of: unit)
        case .prepared(let known): name = known
        case .prepare(let new):
            name = new
            unit.steps.append(.prepare(key, name: name))
            let sent = PQsendPrepare(pg, name, query.sql, Int32(key.types.count), key.types)
            guard sent == 1 else { return false }
        }
        unit.steps.append(.query(key, name: name))
        return query.withParameters { count, values, lengths, formats in
            PQsendQueryPrepared(pg, name, count, values, lengths, formats, 1) == 1
        }
    }

    private func sendUnnamed(_ query: Query, of unit: Unit) -> Bool {
        unit.steps.append(.query(nil, name: ""))
        return query.withParameters { count, values, lengths, formats in
            PQsendQueryParams(pg, query.sql, count, query.parameters.types, values, lengths, formats, 1) == 1
        }
    }

    /// Frees a prepared statement in a unit of its own, whose outcome matters to nobody.
    private func deallocate(_ name: String) {
        run(Unit([Query(unchecked: "DEALLOCATE \(name)")], prepares: false, limit: .seconds(10)) { _, _ in })
    }

    private func start(_ special: Special) {
        let sql =
            switch special {
            case .script(let script): script.sql
            case .copy(let copy): copy.sql
            case .copyOut(let copy): copy.sql
            }
        guard PQexitPipelineMode(pg) == 1, PQsendQuery(pg, sql) == 1, flush() else {
            lost()
            return
        }
    }

    private func flush() -> Bool {
        let status = PQflush(pg)
        needsFlush = status == 1
        return status >= 0
    }

    // MARK: Feeding a COPY

    func feed(_ pending: CopyIn.Pending, to copy: CopyIn) {
        guard case .copy(let current) = special, current === copy, copy.phase == .feeding else {
            pending.accepted.fail(copy.error ?? ConnectionLost(reason: "the copy has ended"))
            return
        }
        copy.pending = pending
        feedPending(copy)
    }

    private func feedPending(_ copy: CopyIn) {
        guard var pending = copy.pending else { return }
        if !pending.isQueued {
            let status: Int32
            if let bytes = pending.bytes {
                status = bytes.withUnsafeBytes { bytes in
                    PQputCopyData(
                        pg, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count))
                }
            } else {
                status = PQputCopyEnd(pg, pending.failure)
                if status == 1 { copy.phase = .ending }
            }
            guard status >= 0 else {
                lost()
                return
            }
            pending.isQueued = status == 1
            copy.pending = pending
        }
        guard flush() else {
            lost()
            return
        }
        headSince = .now
        // The next chunk is asked for when this one has left, so that no more than one is ever in memory.
        if pending.isQueued, !needsFlush {
            copy.pending = nil
            pending.accepted.succeed(())
            // A server that gave up earlier has answered already, and will not make the socket readable again.
            if copy.phase == .ending { receive(copy) }
        }
    }

    // MARK: Asking a COPY

    /// Gives the next piece of a copy to who asks; one piece is read ahead, and no more, however slow the asker.
    func ask(_ copy: CopyOut, _ asked: Promise<[UInt8]?>) {
        copy.ask(asked)
        guard case .copyOut(let current) = special, current === copy else { return }
        headSince = .now
        receive(copy)
        // What OpenSSL has decrypted while nobody asked makes no socket readable.
        if isReady, PQsslInUse(pg) == 1 { readAndWrite() }
    }

    // MARK: Events

    var interest: (descriptor: Int32, events: Int16) {
        switch phase {
        case .resolving, .closed: (-1, 0)
        case .connecting(PGRES_POLLING_READING): (PQsocket(pg), Int16(POLLIN))
        case .connecting: (PQsocket(pg), Int16(POLLOUT))
        case .ready: (PQsocket(pg), (isFull ? 0 : Int16(POLLIN)) | (needsFlush ? Int16(POLLOUT) : 0))
        }
    }

    /// Whether a copy has more rows than anybody has asked for: the server has to wait.
    private var isFull: Bool {
        if case .copyOut(let copy) = special { copy.isFull } else { false }
    }

    func isReady(events: Int16) {
        switch phase {
        case .resolving, .closed: return
        case .connecting: pollConnecting()
        case .ready: readAndWrite()
        }
    }

    private func readAndWrite() {
        // Always read first: a server that cannot send stops reading, and both would wait for ever.
        var reads = 0
        repeat {
            let alive = PQconsumeInput(pg) == 1
            receive()
            guard !isClosed else { return }
            guard alive else {
                lost()
                return
            }
            reads += 1
            // OpenSSL may hold decrypted bytes of which the socket knows nothing.
        } while reads < 4 && PQsslInUse(pg) == 1 && load > 0
        guard flush() else {
            lost()
            return
        }
        if case .copy(let copy) = special { feedPending(copy) }
    }

    private func receive() {
        switch special {
        case .script(let script): receive(script)
        case .copy(let copy): receive(copy)
        case .copyOut(let copy): receive(copy)
        case nil: receiveUnits()
        }
        guard !isClosed else { return }
        while let note = PQnotifies(pg) {
            let channel = String(cString: note.pointee.relname)
            let payload = note.pointee.extra.map { String(cString: $0) } ?? ""
            PQfreemem(note)
            owner?.connection(self, didReceive: .message(channel: channel, payload: payload))
            guard !isClosed else { return }
        }
    }

    private func receiveUnits() {
        while let unit = inFlight.first, PQisBusy(pg) == 0 {
            guard let pointer = PQgetResult(pg) else {
                endStep(of: unit)
                guard !isClosed else { return }
                continue
            }
            emptyResults = 0
            let result = ResultSet(owning: pointer)
            let isSync = result.status == PGRES_PIPELINE_SYNC
            // One result for each step, then the Sync. Anything else means that server and client no longer speak of the
            // same statement, and then every further answer would go to the wrong caller.
            guard isSync == (unit.step == unit.steps.count), !unit.hasStepResult || isLastWord(result) else {
                close(ConnectionLost(reason: "the answers do not match the statements"))
                return
            }
            switch result.status {
            case PGRES_PIPELINE_SYNC:
                finish(unit)
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                unit.hasStepResult = true
                switch unit.currentStep {
                case .query: unit.results.append(result)
                case .prepare(let key, let name): statements.confirm(key, name: name)
                case nil: break
                }
            case PGRES_PIPELINE_ABORTED:
                unit.hasStepResult = true
                unit.stepFailed(&statements)
            case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
                unit.hasStepResult = true
                failStep(of: unit, result)
            default:
                // A COPY in pipeline mode cannot be ended.
                let error = DatabaseError(
                    sqlState: "0A000", message: "COPY needs its own method", sql: unit.currentSQL)
                abandon(error)
            }
            guard !isClosed else { return }
        }
    }

    /// Whether the result is the one with which libpq reports that the connection broke in the middle of a statement.
    private func isLastWord(_ result: ResultSet) -> Bool {
        result.status == PGRES_FATAL_ERROR
    }

    private func failStep(of unit: Unit, _ result: ResultSet) {
        guard PQstatus(pg) == CONNECTION_OK || result.errorField("C") != nil else {
            lost()
            return
        }
        let error = DatabaseError(result, sql: unit.currentSQL)
        if unit.error == nil { unit.error = error }
        if case .query(let key?, let name) = unit.currentStep {
            guard error.isStalePlan else { return }
            if error.sqlState == "26000" {
                // Where one is missing the others are as well, after DISCARD ALL for instance.
                statements.forgetAll()
            } else {
                statements.forget(key, name: name)
                deallocate(name)
            }
        } else {
            unit.stepFailed(&statements)
        }
    }

    /// A NULL ends each statement. When the server goes away the Sync never comes and NULLs follow without end.
    private func endStep(of unit: Unit) {
        if unit.hasStepResult {
            unit.hasStepResult = false
            unit.step += 1
            return
        }
        emptyResults += 1
        if emptyResults > 3 { lost() }
    }

    private func finish(_ unit: Unit) {
        _ = inFlight.popFirst()
        headSince = .now
        if let error = unit.error {
            unit.finish(.failure(error))
        } else if unit.results.count == unit.queries.count, unit.answersItsContext {
            unit.finish(.success(unit.results))
        } else {
            let error = ConnectionLost(reason: "the answers do not match the statements")
            unit.finish(.failure(error))
            close(error)
            return
        }
        guard !isClosed else { return }
        pump()
        if !isClosed { owner?.connectionDidFinishWork(self) }
    }

    private func receive(_ script: Script) {
        while PQisBusy(pg) == 0 {
            guard let pointer = PQgetResult(pg) else {
                endSpecial()
                script.promise.settle(script.error.map { .failure($0) } ?? .success(script.results))
                resume()
                return
            }
            let result = ResultSet(owning: pointer)
            switch result.status {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: script.results.append(result)
            case PGRES_FATAL_ERROR:
                guard PQstatus(pg) == CONNECTION_OK else {
                    lastFatalNotice = lastFatalNotice ?? DatabaseError(result, sql: nil).debugDescription
                    lost()
                    return
                }
                if script.error == nil { script.error = DatabaseError(result, sql: script.sql) }
            default:
                abandon(DatabaseError(sqlState: "0A000", message: "COPY has no place in a script", sql: script.sql))
                return
            }
        }
    }

    private func receive(_ copy: CopyIn) {
        while PQisBusy(pg) == 0 {
            // Outside `ending`, PQgetResult would answer COPY_IN again and again.
            if copy.phase == .feeding { return }
            guard let pointer = PQgetResult(pg) else {
                endSpecial()
                copy.pending?.accepted.succeed(())
                copy.pending = nil
                if let error = copy.error {
                    copy.fail(error)
                } else {
                    copy.started.succeed(())
                    copy.finished.succeed(copy.count)
                }
                resume()
                return
            }
            let result = ResultSet(owning: pointer)
            switch result.status {
            case PGRES_COPY_IN:
                copy.phase = .feeding
                copy.started.succeed(())
            case PGRES_COMMAND_OK: copy.count = result.affected
            case PGRES_FATAL_ERROR:
                guard PQstatus(pg) == CONNECTION_OK else {
                    lost()
                    return
                }
                copy.error = DatabaseError(result, sql: copy.sql)
            default:
                abandon(DatabaseError(sqlState: "0A000", message: "not a COPY FROM STDIN", sql: copy.sql))
                return
            }
        }
    }

    private func receive(_ copy: CopyOut) {
        while !copy.isFull {
            if copy.phase == .reading {
                var row: UnsafeMutablePointer<CChar>?
                let length = PQgetCopyData(pg, &row, 1)
                if length == 0 { return }
                guard length > 0, let bytes = row else {
                    copy.phase = .ending
                    continue
                }
                copy.append(UnsafeRawBufferPointer(start: bytes, count: Int(length)))
                PQfreemem(bytes)
                headSince = .now
                continue
            }
            guard PQisBusy(pg) == 0 else { return }
            guard let pointer = PQgetResult(pg) else {
                endSpecial()
                copy.finish()
                resume()
                return
            }
            let result = ResultSet(owning: pointer)
            switch result.status {
            case PGRES_COPY_OUT: copy.phase = .reading
            case PGRES_COMMAND_OK: continue
            case PGRES_FATAL_ERROR:
                guard PQstatus(pg) == CONNECTION_OK else {
                    lost()
                    return
                }
                copy.error = DatabaseError(result, sql: copy.sql)
            default:
                abandon(DatabaseError(sqlState: "0A000", message: "not a COPY TO STDOUT", sql: copy.sql))
                return
            }
        }
    }

    private func endSpecial() {
        special = nil
        if PQenterPipelineMode(pg) != 1 { lost() }
    }

    private func resume() {
        guard !isClosed else { return }
        pump()
        if !isClosed { owner?.connectionDidFinishWork(self) }
    }

    // MARK: Watching

    /// Looks four times a second whether the server still answers, as long as it owes an answer. `statement_timeout`
    /// makes a healthy server answer earlier.
    private func watch() {
        guard !isWatched, !isClosed else { return }
        isWatched = true
        loop.schedule(after: .milliseconds(250)) { self.look() }
    }

    private func look() {
        isWatched = false
        let now = ContinuousClock.now
        switch phase {
        case .closed: return
        case .resolving, .connecting:
            if now > attemptDeadline {
                lastFailure = "no answer while connecting"
                if case .resolving = phase { candidates = [] }
                tryNextHost()
            }
            watch()
        case .ready:
            guard load > 0 else { return }
            // It is not the server that keeps anybody waiting.
            if isFull { headSince = now }
            let limit = special?.limit ?? inFlight.first?.limit
            if let limit, now - headSince > limit {
                abandon(ConnectionLost(reason: "no answer within \(limit)", mayRetry: false))
                return
            }
            watch()
        }
    }
}

extension Unit {
    fileprivate var currentStep: Step? {
        step < steps.count ? steps[step] : nil
    }

    /// The SQL of the statement whose result is being read.
    fileprivate var currentSQL: String? {
        let index = steps.prefix(step).count { if case .query = $0 { true } else { false } }
        return index < queries.count ? queries[index].sql : nil
    }

    /// A statement that was to be prepared in this step is not.
    fileprivate func stepFailed(_ statements: inout StatementCache) {
        if case .prepare(let key, let name) = currentStep { statements.forget(key, name: name) }
    }
}
