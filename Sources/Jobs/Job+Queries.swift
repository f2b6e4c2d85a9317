public import Foundation
public import Postgres

// What may be seen and changed is the database's to say: tenants see their own jobs and may ask for cancellation,
// operators see all and may also retry and discard.

extension Statements {
    /// How a job is getting on, or `nil` if there is none or it is not the asker's to see.
    public func jobStatus(_ id: UUID) async throws -> JobStatus? {
        try await first(
            """
            -- Jobs.jobStatus
            SELECT \(fragment: .jobColumns) FROM jobs WHERE id = \(id)
            """
        ).map(JobStatus.init)
    }

    /// Jobs in a state, latest first, all kinds unless one is named. For the next page, pass the last one of this page.
    public func jobs(
        in state: JobState, of kind: String? = nil, after last: JobRecord? = nil, limit: Int = 50
    ) async throws -> [JobRecord] {
        try await rows(
            """
            -- Jobs.jobs(in:)
            SELECT \(fragment: .jobColumns), \(fragment: .operatorColumns)
            FROM jobs
            WHERE \(fragment: .condition(of: state))
                \(given: kind, { "AND kind = \($0)" })
                \(given: last?.status, { "AND (created_at, id) < (\($0.createdAt), \($0.id))" })
            ORDER BY created_at DESC, id DESC
            LIMIT \(limit)
            """
        ).map(JobRecord.init)
    }

    /// A job that failed for good, with its last error; `nil` if there is none or it is not the asker's to see.
    public func deadJob(_ id: UUID) async throws -> JobRecord? {
        try await first(
            """
            -- Jobs.deadJob
            SELECT \(fragment: .jobColumns), \(fragment: .operatorColumns)
            FROM jobs WHERE id = \(id) AND outcome = 'dead'
            """
        ).map(JobRecord.init)
    }

    /// The jobs that failed for good, with their last errors.
    public func deadJobs(after last: JobRecord? = nil, limit: Int = 50) async throws -> [JobRecord] {
        try await jobs(in: .dead, after: last, limit: limit)
    }

    /// Unfinished and dead jobs by kind and state, for gauges and the operator's overview.
    public func jobCounts() async throws -> [JobCount] {
        try await rows(
            """
            -- Jobs.jobCounts
            SELECT kind, \(fragment: .jobState) AS state, count(*) AS count,
                CASE WHEN \(fragment: .jobState) = 'waiting' THEN min(run_at) END AS waiting_since
            FROM jobs
            WHERE finished_at IS NULL OR outcome = 'dead'
            GROUP BY 1, 2
            ORDER BY 1, 2
            """
        ).map { row in
            JobCount(
                kind: try row("kind"), state: try row("state"), count: try row("count"),
                waitingSince: try row("waiting_since"))
        }
    }

    /// Events that wait for a dispatcher. A topic that stays here has no subscriber in any running worker.
    public func outboxBacklog() async throws -> [OutboxBacklog] {
        try await rows(
            """
            -- Jobs.outboxBacklog
            SELECT topic, count(*) AS count, min(created_at) AS oldest
            FROM outbox_events WHERE dispatched_at IS NULL
            GROUP BY topic ORDER BY topic
            """
        ).map { OutboxBacklog(topic: try $0("topic"), count: try $0("count"), oldest: try $0("oldest")) }
    }
}

extension Transaction {
    /// Asks for a job's cancellation: a waiting one ends at once, a running one when its handler notices. False if there
    /// is nothing to cancel, or nothing the asker may.
    @discardableResult
    public func cancelJob(_ id: UUID) async throws -> Bool {
        try await execute(
            """
            -- Jobs.cancelJob
            UPDATE jobs SET cancel_requested_at = now()
            WHERE id = \(id) AND finished_at IS NULL AND cancel_requested_at IS NULL
            """) == 1
    }

    /// Lets a dead or cancelled job start over with all its attempts. False if there is no such job.
    ///
    /// If a newer job with its key is on the way, that refuses with the constraint `jobs_once_per_key_while_unfinished`.
    @discardableResult
    public func retryJob(_ id: UUID) async throws -> Bool {
        let retried = try await execute(
            """
            -- Jobs.retryJob
            UPDATE jobs SET attempt = 0, run_at = now(), cancel_requested_at = NULL, finished_at = NULL, outcome = NULL
            WHERE id = \(id) AND outcome IN ('dead', 'cancelled')
            """)
        if retried == 1 { try await giveHint() }
        return retried == 1
    }

    /// Takes a dead letter off the list without doing it. It stays on record as cancelled, with its error. False if
    /// there is no such dead letter.
    @discardableResult
    public func discardJob(_ id: UUID) async throws -> Bool {
        try await execute(
            """
            -- Jobs.discardJob
            UPDATE jobs SET outcome = 'cancelled', cancel_requested_at = coalesce(cancel_requested_at, now())
            WHERE id = \(id) AND outcome = 'dead'
            """) == 1
    }
}

extension Query {
    /// Where jobs are and how far, as rows of `id`, `state`, `done` and `total`, for a room to join to what they work on:
    /// asked for in two statements, a job could end between them and its work look undone.
    public static var jobStates: Query {
        "SELECT id, \(fragment: .jobState) AS state, progress_done AS done, progress_total AS total FROM jobs"
    }
}

extension Query {
    fileprivate static var jobColumns: Query {
        """
        id, kind, \(fragment: jobState) AS state, attempt, max_attempts, progress_done, progress_total, progress_note, \
        cancel_requested_at, created_at, run_at, finished_at
        """
    }

    fileprivate static var operatorColumns: Query {
        """
        tenant_id, (context ->> 'person')::uuid AS person, key, priority, \
        CASE WHEN acts_as('operator', 'system') THEN last_error END AS last_error
        """
    }

    /// Must agree with `condition(of:)`.
    fileprivate static var jobState: Query {
        """
        CASE WHEN finished_at IS NOT NULL THEN outcome WHEN lease_until >= now() THEN 'running' \
        WHEN run_at > now() THEN 'scheduled' ELSE 'waiting' END
        """
    }

    /// The same as a condition, in a form for which the indexes of finished and unfinished jobs can be used.
    fileprivate static func condition(of state: JobState) -> Query {
        switch state {
        case .scheduled:
            "finished_at IS NULL AND (lease_until IS NULL OR lease_until < now()) AND run_at > now()"
        case .waiting: "finished_at IS NULL AND (lease_until IS NULL OR lease_until < now()) AND run_at <= now()"
        case .running: "finished_at IS NULL AND lease_until >= now()"
        case .succeeded, .cancelled, .dead: "finished_at IS NOT NULL AND outcome = \(state)"
        }
    }
}

extension JobStatus {
    fileprivate init(_ row: Row) throws {
        self.init(
            id: try row("id"), kind: try row("kind"), state: try row("state"), attempt: try row("attempt"),
            maxAttempts: try row("max_attempts"), done: try row("progress_done"), total: try row("progress_total"),
            note: try row("progress_note"),
            isCancelRequested: try row.value("cancel_requested_at", as: Date?.self) != nil,
            createdAt: try row("created_at"), runAt: try row("run_at"), finishedAt: try row("finished_at"))
    }
}

extension JobRecord {
    fileprivate init(_ row: Row) throws {
        self.init(
            status: try JobStatus(row), tenant: try row("tenant_id"), person: try row("person"),
            key: try row("key"), priority: try row("priority"), lastError: try row("last_error"))
    }
}
