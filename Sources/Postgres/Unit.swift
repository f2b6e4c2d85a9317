/// Statements that travel together and end with one Sync: outside a transaction block they are one transaction.
/// Made by the caller, then confined to the loop.
final class Unit: @unchecked Sendable {
    enum Step {
        case prepare(StatementCache.Key, name: String)
        case query(StatementCache.Key?, name: String)
    }

    let queries: [Query]
    /// Whether the statements are worth keeping prepared.
    let prepares: Bool
    /// How long the unit may be at the head of its connection before the connection counts as dead.
    let limit: Duration
    private var completion: Completion?
    typealias Completion = (Unit, Result<[ResultSet], any Error>) -> Void

    var steps: [Step] = []
    var step = 0
    var hasStepResult = false
    var results: [ResultSet] = []
    var error: DatabaseError?
    /// Whose settings the first statement makes and returns.
    let context: Context
    /// How many callers wait for it.
    let callers: Int
    /// Whether it ends a transaction for good, and so must never be cancelled.
    let isCommit: Bool
    /// Whether any byte of it may have reached the server.
    var wasSent = false
    /// Whether the server said that it stopped waiting for its standby: see `Transaction.commit`.
    var lostStandby = false

    init(
        _ queries: [Query], prepares: Bool, limit: Duration, isCommit: Bool = false, context: Context = .none,
        callers: Int = 1, completion: @escaping Completion
    ) {
        self.queries = queries
        self.prepares = prepares
        self.limit = limit
        self.isCommit = isCommit
        self.context = context
        self.callers = callers
        self.completion = completion
    }

    func finish(_ result: Result<[ResultSet], any Error>) {
        let completion = completion
        self.completion = nil
        completion?(self, result)
    }

    /// Whether the server says that it worked under the context of this very unit: a second wall against handing one
    /// person's rows to another, should the order of answers ever be confused.
    var answersItsContext: Bool {
        results.first.map { context.isAnswered(by: $0) } ?? true
    }

    /// Why the server would never accept the unit; such a unit is not sent, because libpq could not tell its refusal
    /// from a broken connection.
    var flaw: DatabaseError? {
        for query in queries where query.parameterCount > 65_535 || query.parameters.isTooLong {
            return DatabaseError(sqlState: "54000", message: "too many or too long parameters", sql: query.sql)
        }
        return nil
    }
}

/// Plain SQL of one or more statements, outside pipeline mode.
final class Script: @unchecked Sendable {
    let sql: String
    let limit: Duration
    var results: [ResultSet] = []
    var error: DatabaseError?
    let promise = Promise<[ResultSet]>()

    init(_ sql: String, limit: Duration) {
        self.sql = sql
        self.limit = limit
    }
}

/// A running `COPY … FROM STDIN`. The caller feeds one chunk at a time and waits until libpq has passed it on.
final class CopyIn: @unchecked Sendable {
    enum Phase {
        case starting
        case feeding
        case ending
    }

    let sql: String
    let limit: Duration
    var phase = Phase.starting
    var error: DatabaseError?
    var count = 0
    /// Chunk or end not yet accepted by libpq.
    var pending: Pending?
    /// Settled when the server asks for data.
    let started = Promise<Void>()
    /// Settled with the number of rows when the server has confirmed.
    let finished = Promise<Int>()

    struct Pending {
        /// `nil` ends the copy.
        var bytes: [UInt8]?
        /// With the end: why the server shall discard everything.
        var failure: String?
        var accepted: Promise<Void>
        var isQueued = false
    }

    init(_ sql: String, limit: Duration) {
        self.sql = sql
        self.limit = limit
    }

    func fail(_ error: any Error) {
        started.fail(error)
        finished.fail(error)
        pending?.accepted.fail(error)
        pending = nil
    }
}

/// A running `COPY … TO STDOUT`. Rows are handed over in pieces of about 256 KiB.
final class CopyOut: @unchecked Sendable {
    enum Phase {
        case starting
        case reading
        case ending
    }

    private static let piece = 1 << 18

    let sql: String
    let limit: Duration
    var phase = Phase.starting
    var error: DatabaseError?
    private var rows: [UInt8] = []
    private var asked: Promise<[UInt8]?>?
    private var ending: Result<Void, any Error>?

    init(_ sql: String, limit: Duration) {
        self.sql = sql
        self.limit = limit
    }

    var isFull: Bool { asked == nil && rows.count >= Self.piece }

    func append(_ row: UnsafeRawBufferPointer) {
        if rows.isEmpty { rows.reserveCapacity(Self.piece + row.count) }
        rows.append(contentsOf: row)
        if rows.count >= Self.piece { deliver() }
    }

    /// Remembers who asks for the next piece, or gives what there is at the end.
    func ask(_ promise: Promise<[UInt8]?>) {
        asked = promise
        if rows.count >= Self.piece || ending != nil { deliver() }
    }

    func finish() {
        ending = error.map { .failure($0) } ?? .success(())
        deliver()
    }

    func fail(_ error: any Error) {
        rows = []
        ending = .failure(error)
        deliver()
    }

    private func deliver() {
        guard let asked else { return }
        self.asked = nil
        if !rows.isEmpty {
            let piece = rows
            rows = []
            asked.succeed(piece)
        } else {
            asked.settle((ending ?? .success(())).map { nil })
        }
    }
}
