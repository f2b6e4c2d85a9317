public import Foundation
import Synchronization

/// A transaction under way, on a connection of its own. Statements may be started concurrently; the server runs them in
/// the order in which they were started.
public final class Transaction: Statements {
    private struct State {
        var now = Date.distantPast
        var isOpen = true
        /// A statement failed in a way that dooms the transaction, whatever the closure makes of it.
        var transient: DatabaseError?
        var commitWasSent = false
        var hasBegun = false
        var names = 0
    }

    let core: Core
    let connection: Connection
    /// Who is acting.
    public let context: Context
    /// How long a statement may take before its connection counts as dead: longer than the server's own limit.
    let limit: Duration
    private let state = Mutex(State())

    init(core: Core, connection: Connection, context: Context, statementTimeout: Duration) {
        self.core = core
        self.connection = connection
        self.context = context
        limit = statementTimeout + .seconds(2)
    }

    /// When the transaction began, by the database's clock: the same instant as `now()` in its SQL.
    public var now: Date {
        state.withLock { $0.now }
    }

    /// Runs a statement.
    public func rows(_ query: Query) async throws -> [Row] {
        try await result(of: query).rows
    }

    /// Runs a statement and counts the rows it concerned.
    @discardableResult
    public func execute(_ query: Query) async throws -> Int {
        try await result(of: query).affected
    }

    /// Runs `body` so that its failure undoes only what it did. Statements of the same transaction must not run beside
    /// it.
    @discardableResult
    public func savepoint<R: Sendable>(_ body: @Sendable (Transaction) async throws -> R) async throws -> R {
        let name = nextName("savepoint")
        _ = try await run([Query(unchecked: "SAVEPOINT \(name)")], prepares: false)
        do {
            let value = try await body(self)
            _ = try await run([Query(unchecked: "RELEASE SAVEPOINT \(name)")], prepares: false)
            return value
        } catch {
            guard !(error is CancellationError) else { throw error }
            // What failed inside may be tried again by the caller, so it no longer dooms the whole.
            _ = try await run(
                [Query(unchecked: "ROLLBACK TO SAVEPOINT \(name)"), Query(unchecked: "RELEASE SAVEPOINT \(name)")],
                prepares: false)
            state.withLock { $0.transient = nil }
            throw error
        }
    }

    // MARK: For the parts of this module

    func nextName(_ kind: String) -> String {
        state.withLock { state in
            state.names += 1
            return "\(kind)_\(state.names)"
        }
    }

    private func result(of query: Query) async throws -> ResultSet {
        guard let result = try await run([query], prepares: true).last else {
            throw ConnectionLost(reason: "a statement without a result")
        }
        return result
    }

    /// Runs statements in one round trip. When the task is cancelled the session is given up, since it may be busy for
    /// long, and the server is told to stop.
    func run(_ queries: [Query], prepares: Bool) async throws -> [ResultSet] {
        try Task.checkCancellation()
        guard state.withLock(\.isOpen) else { throw Closed() }
        return try await value(of: start(queries, prepares: prepares, limit: limit))
    }

    /// What the server answers; a task that is cancelled gives the session up.
    func value<Value>(of promise: Promise<Value>) async throws -> Value {
        do {
            return try await promise.value { [core, connection] in
                core.loop.submit { connection.abandon(CancellationError()) }
            }
        } catch let error as DatabaseError {
            state.withLock { if error.isTransient { $0.transient = error } }
            throw error
        }
    }

    private func start(_ queries: [Query], prepares: Bool, limit: Duration) -> Promise<[ResultSet]> {
        let promise = Promise<[ResultSet]>()
        let counters = core.counters
        let unit = Unit(queries, prepares: prepares, limit: limit) { _, result in
            counters.update {
                $0.statements += 1
                if case .failure = result { $0.errors += 1 }
            }
            promise.settle(result)
        }
        if !core.loop.submit({ [connection] in connection.run(unit) }) { promise.fail(Closed()) }
        return promise
    }

    /// Whether statements can still be sent.
    var isOpen: Bool {
        state.withLock(\.isOpen)
    }

    // MARK: Beginning and ending

    /// BEGIN, the context and the clock in one round trip.
    func begin(_ mode: String, ownTimeout: Duration?) async throws {
        var context = context
        if let ownTimeout { context = context.setting("statement_timeout", to: ownTimeout.postgresMilliseconds) }
        let opening = context.statement(selecting: "now()") ?? .empty
        let results = try await run([Query(unchecked: mode), opening], prepares: true)
        guard let cell = results.last?.rows.first?.cell(at: 0) else {
            throw ConnectionLost(reason: "the transaction did not begin")
        }
        let now = try Date(postgres: cell)
        state.withLock {
            $0.now = now
            $0.hasBegun = true
        }
    }

    /// Ends the transaction with one of three outcomes: done, not done (`DatabaseError`, `ConnectionLost`), or unknown.
    /// COMMIT is never cancelled: a server that waits for its standby would answer a cancel with success.
    func commit() async throws {
        state.withLock { $0.isOpen = false }
        let promise = Promise<CommitOutcome>()
        let unit = Unit(
            [Query(unchecked: "COMMIT")], prepares: true, limit: core.configuration.commitTimeout, isCommit: true
        ) { unit, result in
            switch result {
            case .success(let results):
                promise.succeed(unit.lostStandby ? .unconfirmed : .ended(tag: results.last?.commandTag ?? ""))
            case .failure(let error as DatabaseError):
                promise.succeed(.refused(error))
            case .failure(let error):
                promise.succeed(unit.wasSent ? .lost(error) : .notSent(error))
            }
        }
        guard core.loop.submit({ [connection] in connection.run(unit) }) else { throw Closed() }
        switch try await promise.value() {
        case .ended("COMMIT"): return
        case .ended: throw state.withLock(\.transient) ?? DatabaseError.rolledBack
        case .refused(let error): throw error
        case .notSent(let error): throw error
        case .lost(let error): throw unknown(debug(error))
        case .unconfirmed: throw unknown("the server stopped waiting for its standby")
        }
    }

    private func unknown(_ reason: String) -> CommitUnknown {
        core.counters.add(to: \.commitsUnknown)
        state.withLock { $0.commitWasSent = true }
        return CommitUnknown(reason: reason)
    }

    /// Undoes everything; a connection on which that fails is closed, which undoes it as well.
    func rollBack(after error: any Error) async {
        state.withLock { $0.isOpen = false }
        let connection = connection
        guard !(error is CommitUnknown) else {
            core.loop.submit { connection.close(error) }
            return
        }
        let needsRollback = (try? await core.loop.ask { connection.isReady && !connection.isIdle }) ?? false
        guard needsRollback else { return }
        do {
            _ = try await start([Query(unchecked: "ROLLBACK")], prepares: true, limit: limit).value()
        } catch {
            core.loop.submit { connection.close(error) }
        }
    }

    /// Whether the whole transaction can be run again without doing anything twice.
    func mayRunAgain(after error: any Error) -> Bool {
        let (transient, commitWasSent) = state.withLock { ($0.transient, $0.commitWasSent) }
        if commitWasSent || error is CancellationError { return false }
        if transient != nil { return true }
        if let error = error as? DatabaseError { return error.isTransient }
        return (error as? ConnectionLost)?.mayRetry ?? false
    }
}

private enum CommitOutcome: Sendable {
    /// The server completed the command; a tag other than COMMIT means that it rolled back.
    case ended(tag: String)
    case refused(DatabaseError)
    case notSent(any Error)
    case lost(any Error)
    case unconfirmed
}

extension DatabaseError {
    /// What COMMIT amounts to when the closure swallowed an error of a statement.
    fileprivate static var rolledBack: DatabaseError {
        DatabaseError(sqlState: "25P02", message: "a statement had failed, so COMMIT rolled back", sql: "COMMIT")
    }
}
