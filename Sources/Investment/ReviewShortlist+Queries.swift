internal import Accounts
internal import Foundation
internal import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// What managers keep back of a list, the best first; nothing for anybody else.
    package func withheldItems(of id: Shortlist.ID) async throws -> [WithheldItem] {
        try await rows(
            """
            -- withheldItems(of shortlist)
            \(fragment: .withheldItems) AND x.shortlist_id = \(id)
            ORDER BY x.rank
            """
        ).map(WithheldItem.init)
    }

    /// One of them; nil where it is not withheld.
    func withheldItem(_ startup: Startup.ID, of id: Shortlist.ID) async throws -> WithheldItem? {
        try await first(
            """
            -- withheldItem(of shortlist)
            \(fragment: .withheldItems) AND x.shortlist_id = \(id) AND x.startup_id = \(startup)
            """
        ).map(WithheldItem.init)
    }

    /// The block that an earlier withholding of the pair has set, and that still stands.
    func blockOfWithholding(_ startup: Startup.ID, _ investor: Institution.ID) async throws -> Block.ID? {
        try await first(
            """
            -- blockOfWithholding
            SELECT b.id FROM withheld_items AS w
            JOIN blocks AS b ON b.tenant_id = w.tenant_id AND b.id = w.block_id
            WHERE w.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND w.startup_id = \(startup)
              AND b.investor_id = \(investor) AND b.lifted_at IS NULL
            LIMIT 1
            """
        ).map { try $0("id") }
    }

    /// Whether something is withheld still for which a block was set.
    func isHeld(_ block: Block.ID) async throws -> Bool {
        try await value(
            """
            -- isHeld
            SELECT EXISTS (
                SELECT FROM withheld_items AS w
                WHERE w.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND w.block_id = \(block))
            """)
    }

    /// Whether the park itself keeps a pair apart.
    func isBlockedByPark(_ startup: Startup.ID, _ investor: Institution.ID) async throws -> Bool {
        try await value(
            """
            -- isBlockedByPark
            SELECT EXISTS (
                SELECT FROM blocks AS b
                WHERE b.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND b.investor_id = \(investor)
                  AND b.startup_id = \(startup) AND b.side = 'park' AND b.lifted_at IS NULL)
            """)
    }
}

extension Query {
    fileprivate static var withheldItems: Query {
        """
        SELECT x.startup_id, x.rank, x.score, x.parts, \(fragment: .startupCard), NULL::uuid AS answer_id,
               CASE WHEN l.declined_at IS NULL THEN 'withheld' ELSE 'declined' END AS state,
               x.reason AS withheld_because, x.note AS withheld_note, x.withheld_at, x.withheld_by
        FROM withheld_items AS x
        JOIN shortlists AS l ON l.tenant_id = x.tenant_id AND l.id = x.shortlist_id
        JOIN startups AS t ON t.tenant_id = x.tenant_id AND t.id = x.startup_id
        JOIN institutions AS i ON i.tenant_id = x.tenant_id AND i.id = x.startup_id
        WHERE x.tenant_id = acting_tenant() AND acts_as('manager', 'system')
        """
    }
}

extension WithheldItem {
    fileprivate init(_ row: Row) throws {
        try self.init(
            item: ShortlistItem(row), reason: row("withheld_because"), note: row("withheld_note"),
            withheldAt: row("withheld_at"), withheldBy: row("withheld_by"))
    }
}

extension Decline {
    /// Whether and why a list was declined, by its columns.
    init?(_ row: Row) throws {
        guard let at: Date = try row("declined_at") else { return nil }
        try self.init(at: at, by: row("declined_by"), reason: row("declined_reason"), note: row("declined_note"))
    }
}

extension WithholdingReason: PostgresCodable {}
extension DeclineReason: PostgresCodable {}

extension Transaction {
    func withhold(
        _ startup: Startup.ID, of shortlist: Shortlist.ID, _ withholding: NewWithholding, block: Block.ID?,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- withholdShortlistItem
            WITH taken AS (
                DELETE FROM shortlist_items
                WHERE tenant_id = acting_tenant() AND shortlist_id = \(shortlist) AND startup_id = \(startup)
                RETURNING shortlist_id, startup_id, rank, score, parts, profile)
            INSERT INTO withheld_items (
                tenant_id, shortlist_id, startup_id, rank, score, parts, profile, reason, note, block_id, withheld_by)
            SELECT acting_tenant(), x.shortlist_id, x.startup_id, x.rank, x.score, x.parts, x.profile,
                   \(withholding.reason), \(withholding.note), \(block), \(person)
            FROM taken AS x
            """)
    }

    /// Puts an item back; says which block was set with its withholding.
    func putBack(_ startup: Startup.ID, of shortlist: Shortlist.ID) async throws -> Block.ID? {
        try await one(
            """
            -- putBackShortlistItem
            WITH back AS (
                DELETE FROM withheld_items
                WHERE tenant_id = acting_tenant() AND shortlist_id = \(shortlist) AND startup_id = \(startup)
                RETURNING shortlist_id, startup_id, rank, score, parts, profile, block_id),
            put AS (
                INSERT INTO shortlist_items (tenant_id, shortlist_id, startup_id, rank, score, parts, profile)
                SELECT acting_tenant(), shortlist_id, startup_id, rank, score, parts, profile FROM back)
            SELECT block_id FROM back
            """)("block_id")
    }

    func decline(_ id: Shortlist.ID, because decline: NewDecline, by person: Person.ID) async throws {
        try await execute(
            """
            -- declineShortlist
            UPDATE shortlists
            SET declined_at = now(), declined_by = \(person), declined_reason = \(decline.reason),
                declined_note = \(decline.note)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }
}
