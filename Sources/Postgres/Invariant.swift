public import Foundation

/// What holds in every sound database and no constraint can say, because it is about several rows, about history, or about
/// what something else counts.
///
/// Rooms list theirs beside their queries; `trellis check-data` proves them all. They are asked by whom no policy binds, since
/// a wall between tenants would hide the rows that reach over it.
public struct Invariant: Sendable {
    /// The sentence it says, as constraints are named: `applications_stand_where_their_history_says`.
    public let name: String
    let violating: Query

    /// An invariant by the query for the rows that violate it.
    ///
    /// - Parameters:
    ///   - name: the sentence, in lower case with underscores.
    ///   - violating: selects `tenant_id`, `id` (whatever names the row) and `detail` (what is wrong with it).
    public init(_ name: StaticString, violatedBy violating: Query) {
        self.name = name.description
        self.violating = violating
    }

    /// Every row of these tables, which have a `tenant_id` and an `id`, was written on the trail when it was inserted.
    public static func trail(_ name: StaticString, of tables: [SQLIdentifier]) -> Invariant {
        Invariant(
            name,
            violatedBy: tables.map { table in
                """
                SELECT r.tenant_id, \(table.name) || ' ' || r.id AS id, 'its insertion is not on the trail' AS detail
                FROM \(identifier: table) AS r
                WHERE NOT EXISTS (
                    SELECT FROM audit_events AS e
                    WHERE e.tenant_id = r.tenant_id AND e.object_id = r.id AND e.noun = \(table.name) AND e.deed = 'insert')
                """ as Query
            }.joined(separator: "\nUNION ALL\n"))
    }

    /// These tables, whose rows have no `id`, hold as many rows of each tenant as the trail says were inserted and not
    /// deleted.
    public static func trailCounts(_ name: StaticString, of tables: [SQLIdentifier]) -> Invariant {
        Invariant(
            name,
            violatedBy: tables.map { table in
                """
                SELECT tenant_id, \(table.name) AS id,
                       coalesce(kept.rows, 0) || ' rows, ' || coalesce(told.rows, 0) || ' on the trail' AS detail
                FROM (SELECT r.tenant_id, count(*) AS rows FROM \(identifier: table) AS r GROUP BY r.tenant_id) AS kept
                FULL JOIN (
                    SELECT e.tenant_id,
                           count(*) FILTER (WHERE e.deed = 'insert') - count(*) FILTER (WHERE e.deed = 'delete') AS rows
                    FROM audit_events AS e WHERE e.noun = \(table.name) GROUP BY e.tenant_id
                ) AS told USING (tenant_id)
                WHERE coalesce(kept.rows, 0) <> coalesce(told.rows, 0)
                """ as Query
            }.joined(separator: "\nUNION ALL\n"))
    }
}

/// A row that breaks an invariant.
public struct Violation: Sendable, Hashable, Codable {
    /// Whose row it is; nil for what belongs to no tenant.
    public let tenant: UUID?
    /// What names the row.
    public let id: String
    /// What is wrong with it.
    public let detail: String
}

extension Transaction {
    /// The rows that break an invariant, as they are found.
    ///
    /// Throws `DatabaseError` where a policy would hide rows from whoever asks: half an answer would pass for a proof.
    public func violations(of invariant: Invariant) async throws -> AsyncThrowingMapSequence<
        AsyncThrowingStream<Row, any Error>, Violation
    > {
        try await execute("SET LOCAL row_security = off")
        return stream(
            """
            -- violations of \(fragment: Query(unchecked: invariant.name))
            SELECT v.tenant_id::uuid AS tenant_id, v.id::text AS id, v.detail::text AS detail
            FROM (\(fragment: invariant.violating)) AS v
            """
        ).map { row in try Violation(tenant: row("tenant_id"), id: row("id"), detail: row("detail")) }
    }
}
