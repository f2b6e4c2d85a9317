internal import Foundation
internal import Postgres

/// A job as it was fetched: leased to us, with its attempt counted.
struct Claim: Sendable {
    let id: UUID
    let token: UUID
    let kind: String
    let arguments: String
    let context: [String: String]
    let attempt: Int
    let maxAttempts: Int
}

/// How a run ended, to be written down.
struct Ending: Codable, Sendable {
    enum Manner: String, Codable {
        case succeeded, cancelled, failed, abandoned
        /// Given back unfinished, as good as never fetched.
        case released
    }

    let id: UUID
    let token: UUID
    let manner: Manner
    var error: String?
    var done: Int?
    var total: Int?
    var note: String?
}

/// What a heartbeat found.
struct Heartbeat: Sendable {
    let token: UUID
    let cancelRequested: Bool
}

extension Transaction {
    /// Fetches what is due, most urgent first, and leases it. In passing it buries what died with its last attempt and
    /// what was cancelled while its worker died; those are not returned.
    func claimJobs(of kinds: [String], upTo limit: Int, for lease: Duration) async throws -> [Claim] {
        let rows = try await rows(
            """
            -- Jobs.claimJobs
            WITH due AS MATERIALIZED (
                SELECT id, cancel_requested_at IS NOT NULL AS cancelled, attempt >= max_attempts AS spent
                FROM jobs
                WHERE finished_at IS NULL AND run_at <= now() AND (lease_until IS NULL OR lease_until < now())
                    AND kind = ANY (\(kinds))
                ORDER BY priority, run_at, id
                LIMIT \(limit)
                FOR UPDATE SKIP LOCKED
            )
            UPDATE jobs SET
                attempt = CASE WHEN cancelled OR spent THEN attempt ELSE attempt + 1 END,
                key = CASE WHEN key_freed_at_start THEN NULL ELSE key END,
                -- Always a new token, so that a worker that wakes up late finds itself fenced off.
                lease_token = gen_random_uuid(),
                lease_until = CASE WHEN cancelled OR spent THEN NULL ELSE now() + \(lease.interval) * interval '1 s' END,
                finished_at = CASE WHEN cancelled OR spent THEN now() END,
                outcome = CASE WHEN cancelled THEN 'cancelled' WHEN spent THEN 'dead' END,
                last_error = CASE WHEN spent AND NOT cancelled
                    THEN 'The worker of the last attempt disappeared; this job may be why.' ELSE last_error END
            FROM due
            WHERE jobs.id = due.id
            RETURNING jobs.id, kind, arguments::text AS arguments, context::text AS context, attempt, max_attempts,
                lease_token, outcome
            """)
        return try rows.compactMap { row in
            if try row.value("outcome", as: String?.self) != nil { return nil }
            return Claim(
                id: try row("id"), token: try row("lease_token"), kind: try row("kind"),
                arguments: try row("arguments"),
                // A context that is not of our making must not keep the rest of the queue from being fetched; nobody it
                // is, then, and the policies let that job do nothing.
                context: (try? decoded([String: String].self, from: try row("context"))) ?? [:],
                attempt: try row("attempt"),
                maxAttempts: try row("max_attempts"))
        }
    }

    /// Prolongs leases and answers which of them are still ours. Rows that are locked are being finished or progressed
    /// by us at this moment: they are passed over rather than waited for, and answered all the same.
    func renewLeases(_ tokens: [UUID: UUID], for lease: Duration) async throws -> [Heartbeat] {
        let (ids, tokens) = (Array(tokens.values), Array(tokens.keys))
        let rows = try await rows(
            """
            -- Jobs.renewLeases
            WITH held AS MATERIALIZED (
                SELECT held.id, held.token FROM unnest(\(ids), \(tokens)) AS held (id, token)
            ), free AS MATERIALIZED (
                SELECT jobs.id FROM jobs JOIN held ON jobs.id = held.id AND jobs.lease_token = held.token
                WHERE jobs.lease_until IS NOT NULL
                FOR UPDATE OF jobs SKIP LOCKED
            ), renewed AS (
                UPDATE jobs SET lease_until = now() + \(lease.interval) * interval '1 s'
                FROM free WHERE jobs.id = free.id
            )
            SELECT held.token, jobs.cancel_requested_at IS NOT NULL AS cancel_requested
            FROM jobs JOIN held ON jobs.id = held.id AND jobs.lease_token = held.token
            WHERE jobs.lease_until IS NOT NULL
            """)
        return try rows.map { Heartbeat(token: try $0("token"), cancelRequested: try $0("cancel_requested")) }
    }

    /// Writes down how runs ended, all in one statement. Runs that lost their lease are passed over: their job is
    /// somebody else's now.
    func settle(_ endings: [Ending], retryingAfter pause: Duration, atMost longest: Duration) async throws -> Int {
        try await execute(
            """
            -- Jobs.settle
            WITH ended AS MATERIALIZED (
                SELECT ended.id, ended.token, ended.manner, ended.error, ended.done, ended.total, ended.note
                FROM jsonb_to_recordset(\(try encoded(endings))::text::jsonb) AS ended (
                    id uuid, token uuid, manner text, error text, done bigint, total bigint, note text)
            ), ours AS MATERIALIZED (
                SELECT jobs.id, ended.manner, ended.error, ended.done, ended.total, ended.note,
                    CASE
                        WHEN ended.manner IN ('succeeded', 'cancelled') THEN ended.manner
                        WHEN ended.manner = 'abandoned' THEN 'dead'
                        WHEN jobs.cancel_requested_at IS NOT NULL THEN 'cancelled'
                        WHEN ended.manner = 'failed' AND jobs.attempt >= jobs.max_attempts THEN 'dead'
                    END AS outcome
                FROM jobs JOIN ended ON jobs.id = ended.id AND jobs.lease_token = ended.token
                WHERE jobs.lease_until IS NOT NULL
                -- In one order for all, or two workers could wait for each other.
                ORDER BY jobs.id
                FOR UPDATE OF jobs
            )
            UPDATE jobs SET
                lease_until = NULL,
                lease_token = CASE WHEN ours.manner = 'released' THEN NULL ELSE lease_token END,
                attempt = attempt - (ours.manner = 'released')::int,
                -- Twice as long each time, and not all at once: what failed together shall not come back together.
                run_at = CASE WHEN ours.manner = 'failed' AND ours.outcome IS NULL
                    THEN now() + least(\(longest.interval), \(pause.interval) * power(2, least(attempt, 30) - 1))
                        * (0.75 + 0.5 * random()) * interval '1 s'
                    ELSE run_at END,
                outcome = ours.outcome,
                finished_at = CASE WHEN ours.outcome IS NOT NULL THEN clock_timestamp() END,
                last_error = coalesce(ours.error, last_error),
                progress_done = coalesce(ours.done, progress_done),
                progress_total = coalesce(ours.total, progress_total),
                progress_note = coalesce(ours.note, progress_note)
            FROM ours
            WHERE jobs.id = ours.id
            """)
    }

    /// Deletes a batch of jobs that ended well or were cancelled longer ago than `age`. Dead letters stay until somebody
    /// has decided about them.
    func forgetJobs(endedBefore age: Duration, upTo limit: Int) async throws -> Int {
        try await execute(
            """
            -- Jobs.forgetJobs
            DELETE FROM jobs WHERE id IN (
                SELECT id FROM jobs
                WHERE outcome IN ('succeeded', 'cancelled') AND finished_at < now() - \(age.interval) * interval '1 s'
                LIMIT \(limit)
                FOR UPDATE SKIP LOCKED)
            """)
    }
}

extension Duration {
    /// In seconds, to be multiplied by an interval of one.
    var interval: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

/// Text as PostgreSQL takes it: bounded, and without the one character it refuses. One such text would otherwise fail
/// the statement that writes down the endings of many jobs.
func storable(_ text: String, upTo limit: Int) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.lazy.filter { $0 != "\0" }.prefix(limit)))
}
