public import Foundation
public import Logging
public import Postgres

/// One attempt at a job: what a handler may know of it and do with it.
///
/// ```swift
/// worker.register(AcknowledgeSubmission.self) { job, run in
///     let application = try await run.reader.application(job.application)
///     try await run.finish { transaction in
///         try await transaction.acknowledge(application)
///     }
/// }
/// ```
public struct JobRun: Sendable {
    /// The job, over all its attempts: a message to the outside that carries it can be recognized as a repetition.
    public let id: UUID
    /// Which attempt this is, counted from 1.
    public let attempt: Int
    /// How many there will be at most.
    public let maxAttempts: Int
    /// With whose rights this run reads and writes; its action is the kind of the job.
    public let context: Context
    /// Knows the job's id, kind and attempt.
    public let logger: Logger

    let lease: Lease
    let database: Database
    let keeper: Database
    let progressInterval: Duration

    /// Reads with the rights of this run.
    public var reader: Reader { database.reader(as: context) }

    /// Writes with the rights of this run before it ends: what is written here stays written if the job fails
    /// afterwards. Meant for long work in batches. A run that lost its lease is rolled back with `LeaseLost`, as by
    /// `finish`, so that two workers never write for the same job at a time.
    public func write<Result: Sendable>(
        _ body: @Sendable (Transaction) async throws -> Result
    ) async throws -> Result {
        try lease.check()
        return try await database.write(as: context) { transaction in
            let result = try await body(transaction)
            // Weak enough to let the job be finished or cancelled meanwhile, strong enough to keep it from being fetched.
            let held = try await transaction.execute(
                """
                -- Jobs.write
                SELECT FROM jobs WHERE id = \(id) AND lease_token = \(lease.token) AND lease_until IS NOT NULL
                FOR KEY SHARE
                """)
            guard held == 1 else { throw LeaseLost() }
            return result
        }
    }

    /// Says how far the work is, for whoever watches the job.
    ///
    /// Cheap enough for an inner loop: it is written twice a second at most. Throws `JobCancelled` once somebody asked
    /// for the job's cancellation, and `LeaseLost` if another worker has taken it over.
    public func progress(_ done: Int, of total: Int, note: String? = nil) async throws {
        // What does not fit the constraint is not worth a failed job.
        let progress = Lease.Progress(
            done: max(0, min(done, total)), total: max(0, total), note: note.map { storable($0, upTo: 500) })
        guard lease.record(progress, every: progressInterval) else { return try checkCancellation() }
        let row = try await keeper.write(as: Worker.renewingContext) { transaction in
            try await transaction.first(
                """
                -- Jobs.progress
                UPDATE jobs SET progress_done = \(progress.done), progress_total = \(progress.total),
                    progress_note = \(progress.note)
                WHERE id = \(id) AND lease_token = \(lease.token) AND lease_until IS NOT NULL
                RETURNING cancel_requested_at IS NOT NULL AS cancel_requested
                """)
        }
        guard let row else {
            lease.lose()
            throw LeaseLost()
        }
        if try row("cancel_requested") { lease.cancel() }
        try checkCancellation()
    }

    /// Throws what `progress` would, without saying anything, from what the last heartbeat learned.
    public func checkCancellation() throws {
        try lease.check()
        try Task.checkCancellation()
    }

    /// Makes the effect of the job and its success one transaction: both or neither.
    ///
    /// The last thing a handler does. If this run has lost its lease meanwhile (its process stood still, say, and another
    /// worker took over), the transaction is rolled back with `LeaseLost`, however long ago the body ran. A handler that
    /// never calls this succeeds by returning, and its effects may then be repeated.
    @discardableResult
    public func finish<Result: Sendable>(
        _ body: @Sendable (Transaction) async throws -> Result
    ) async throws -> Result {
        try lease.check()
        let progress = lease.lastProgress
        let result = try await database.write(as: context) { transaction in
            let result = try await body(transaction)
            // The row itself is the fence: a later lease has another token. Its lock is taken last, so that heartbeats
            // are not held up by a long body. Own rights suffice, see the policy jobs_are_finished_by_their_run.
            let finished = try await transaction.execute(
                """
                -- Jobs.finish
                UPDATE jobs SET lease_until = NULL, finished_at = clock_timestamp(), outcome = 'succeeded',
                    progress_done = coalesce(\(progress?.done), progress_done),
                    progress_total = coalesce(\(progress?.total), progress_total),
                    progress_note = coalesce(\(progress?.note), progress_note)
                WHERE id = \(id) AND lease_token = \(lease.token) AND lease_until IS NOT NULL
                """)
            guard finished == 1 else { throw LeaseLost() }
            return result
        }
        lease.finish()
        return result
    }
}
