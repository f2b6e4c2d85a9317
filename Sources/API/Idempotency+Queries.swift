public import Foundation
public import Postgres

/// One use of an idempotency key.
struct IdempotencyClaim: Sendable {
    let person: UUID
    let membership: UUID
    let key: String
    let operation: String
    let fingerprint: [UInt8]
}

extension Transaction {
    /// Claims a key before its effect, in the effect's own transaction: there is no "in progress" to repair, because a
    /// claim exists exactly when its effect does. A concurrent duplicate waits here for the other one's COMMIT.
    func claim(_ claim: IdempotencyClaim) async throws -> Rendered? {
        let inserted: Int
        do {
            inserted = try await execute(
                """
                -- API: claim an idempotency key
                INSERT INTO idempotency_keys (person_id, membership_id, key, operation, fingerprint)
                VALUES (\(claim.person), \(claim.membership), \(claim.key), \(claim.operation), \(claim.fingerprint))
                ON CONFLICT DO NOTHING
                """)
        } catch let error as DatabaseError where error.kind == .lockTimeout {
            throw Problem(.inProgress, "Repeat the request with the same key in a moment.", retryAfter: 2)
        }
        if inserted == 1 { return nil }
        let row = try await one(
            """
            -- API: the answer kept under an idempotency key
            SELECT fingerprint, status, header_names, header_values, body
            FROM idempotency_keys
            WHERE person_id = \(claim.person) AND membership_id = \(claim.membership)
                AND key = \(claim.key) AND operation = \(claim.operation)
            """)
        let (fingerprint, status, names, values, body) = try row.decode(
            [UInt8].self, Int32?.self, [String].self, [String].self, [UInt8].self)
        guard fingerprint == claim.fingerprint else {
            throw Problem(.idempotencyKeyReused, "Use a fresh key for another request.")
        }
        guard let status else { throw Problem(.inProgress, retryAfter: 2) }
        var headers = zip(names, values).map { HeaderField($0, $1) }
        headers.append(HeaderField("Idempotent-Replayed", "true"))
        return Rendered(status: Int(status), headers: headers, body: body)
    }

    /// Keeps an answer beside its effect.
    func keep(_ rendered: Rendered, for claim: IdempotencyClaim) async throws {
        let status = Int32(clamping: rendered.status)
        let names = rendered.headers.map(\.name)
        let values = rendered.headers.map(\.value)
        try await execute(
            """
            -- API: keep the answer of an idempotency key
            UPDATE idempotency_keys
            SET status = \(status), header_names = \(names), header_values = \(values), body = \(rendered.body)
            WHERE person_id = \(claim.person) AND membership_id = \(claim.membership)
                AND key = \(claim.key) AND operation = \(claim.operation)
            """)
    }

    /// Forgets keys older than an instant, at most `limit` at a time. For housekeeping acting as `system`.
    @discardableResult
    public func forgetIdempotencyKeys(before instant: Date, limit: Int = 1_000) async throws -> Int {
        try await execute(
            """
            -- API: forget old idempotency keys
            DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM idempotency_keys WHERE created_at < \(instant) ORDER BY created_at LIMIT \(limit)))
            """)
    }
}
