public import Foundation
public import Postgres

extension Transaction {
    /// Asks for work to follow this transaction: if it is rolled back, nothing was asked for.
    ///
    /// There is no way to enqueue outside a transaction, because the job would then run for a change that was never
    /// made, or be missing for one that was.
    ///
    /// - Parameters:
    ///   - job: What to do. It is performed on behalf of the context of this transaction.
    ///   - key: What is wanted once: while a job of the tenant with this kind and key is in the way (`Job.keyHold`), none
    ///     is added.
    ///   - runAt: The earliest start; at once unless given.
    ///   - priority: As in a queue of people, the lower number goes first.
    /// - Returns: The job's id, or the id of the one in the way. Before sign-in that one cannot be seen; its id is then
    ///   not known, and the returned one stands for nothing.
    @discardableResult
    public func enqueue<J: Job>(
        _ job: J, key: String? = nil, runAt: Date? = nil, priority: Int = 0
    ) async throws -> UUID {
        let arguments = try encoded(job)
        let id = UUID()
        // Between looking and adding, the job in the way can end or another come in its place; each is worth a new try.
        for _ in 1...3 {
            let added = try await execute(
                """
                -- Jobs.enqueue
                INSERT INTO jobs (id, kind, key, key_freed_at_start, arguments, run_at, priority, max_attempts)
                VALUES (
                    \(id), \(J.kind), \(key), \(J.keyHold == .untilStarted), \(arguments)::text::jsonb,
                    coalesce(\(runAt), now()), \(priority), \(J.maxAttempts))
                -- Without naming the index, since that would require the right to read the row.
                ON CONFLICT DO NOTHING
                """)
            if added == 1 {
                try await giveHint(for: runAt)
                return id
            }
            if let key, let obstacle = try await jobInTheWay(kind: J.kind, key: key) { return obstacle }
        }
        return id
    }

    /// Asks for many jobs of one kind in one statement, for work that is split up. They have no keys.
    @discardableResult
    public func enqueue<J: Job>(
        contentsOf jobs: some Collection<J>, runAt: Date? = nil, priority: Int = 0
    ) async throws -> [UUID] {
        guard !jobs.isEmpty else { return [] }
        let ids = jobs.map { _ in UUID() }
        let arguments = try jobs.map(encoded)
        _ = try await execute(
            """
            -- Jobs.enqueue(contentsOf:)
            INSERT INTO jobs (id, kind, arguments, run_at, priority, max_attempts)
            SELECT fresh.id, \(J.kind), fresh.arguments::jsonb, coalesce(\(runAt), now()), \(priority), \(J.maxAttempts)
            FROM unnest(\(ids), \(arguments)) AS fresh (id, arguments)
            """)
        try await giveHint(for: runAt)
        return ids
    }

    /// The unfinished job of this tenant with the kind and key, kept from starting before this transaction ends.
    private func jobInTheWay(kind: String, key: String) async throws -> UUID? {
        // A job that starts between now and our commit would not see what we are about to commit, although we left it
        // to that job to deal with it. The shared lock makes claims skip it until then.
        let waiting = try await first(
            """
            -- Jobs.jobInTheWay (waiting)
            SELECT id FROM jobs
            WHERE tenant_id IS NOT DISTINCT FROM acting_tenant() AND kind = \(kind) AND key = \(key)
                AND finished_at IS NULL AND lease_until IS NULL
            FOR SHARE
            """)
        // A running job is not locked: its worker would wait for us with all it has to report.
        let obstacle =
            if let waiting { waiting } else {
                try await first(
                    """
                    -- Jobs.jobInTheWay (running)
                    SELECT id FROM jobs
                    WHERE tenant_id IS NOT DISTINCT FROM acting_tenant() AND kind = \(kind) AND key = \(key)
                        AND finished_at IS NULL
                    """)
            }
        return try obstacle?("id")
    }

    func giveHint(for runAt: Date? = nil) async throws {
        guard (runAt ?? now) <= now, Hint.isDue() else { return }
        _ = try await rows("SELECT pg_notify(\(Hint.channel), '')")
    }
}

/// Arguments as JSON text. Dates keep their full precision, which the ISO format of Foundation would cut to seconds.
func encoded(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
}

/// The counterpart of `encoded`.
func decoded<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
}
