internal import Accounts
package import Foundation
internal import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// The blocks that stand, the latest first: all for the park, for a side those it set.
    package func blocks(after cursor: BlockPosition? = nil, limit: Int) async throws -> [Block] {
        try await rows(
            """
            -- blocks
            \(fragment: .blocks) \(given: cursor, { "AND (b.set_at, b.id) < (\($0.setAt), \($0.id))" })
            ORDER BY b.set_at DESC, b.id DESC
            LIMIT \(limit)
            """
        ).map(Block.init)
    }

    /// A block that stands; nil when it does not, or is not the seat's to know.
    package func block(_ id: Block.ID) async throws -> Block? {
        try await first("/* block */ \(fragment: .blocks) AND b.id = \(id)").map(Block.init)
    }

    /// Whether the seat knows of an institution: by the directory, by dealing with it, or as a founder who may find it by name.
    func knows(_ institution: Institution.ID) async throws -> Bool {
        if try await self.institution(institution) != nil { return true }
        return try await value(
            """
            -- knows an institution
            SELECT acting_institution_deals_with(\(institution))
                OR acts_as('founder') AND EXISTS (SELECT FROM investor_in_a_line(\(institution)))
            """)
    }
}

/// Where a list of blocks goes on.
package struct BlockPosition: Codable, Sendable {
    /// When the last one of the page was set.
    package let setAt: Date
    /// That one.
    package let id: Block.ID

    /// Behind a block.
    package init(_ block: Block) {
        setAt = block.setAt
        id = block.id
    }
}

extension Query {
    fileprivate static var blocks: Query {
        """
        SELECT b.id, b.investor_id, i.names AS investor_names, b.startup_id, s.names AS startup_names, b.side, b.reason,
               b.set_at
        FROM blocks AS b
        LEFT JOIN institutions AS i ON i.tenant_id = b.tenant_id AND i.id = b.investor_id
        LEFT JOIN institutions AS s ON s.tenant_id = b.tenant_id AND s.id = b.startup_id
        WHERE b.tenant_id = acting_tenant() AND b.lifted_at IS NULL
          AND (acts_as('manager', 'system')
               OR acts_as('investor') AND b.side = 'investor' AND b.investor_id = acting_institution()
               OR acts_as('founder') AND b.side = 'startup' AND b.startup_id = acting_institution())
        """
    }
}

extension Block {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), investor: row("investor_id"), investorName: row("investor_names"),
            startup: row("startup_id"),
            startupName: row("startup_names"), side: row("side"), reason: row("reason"), setAt: row("set_at"))
    }
}

extension Transaction {
    func insert(_ new: NewBlock, by actor: IntroductionActor, as id: Block.ID) async throws {
        try await execute(
            """
            -- blockPair
            INSERT INTO blocks (tenant_id, id, investor_id, startup_id, side, reason, set_by)
            VALUES (acting_tenant(), \(id), \(new.investor), \(new.startup), \(actor.side), \(new.reason), \(actor.person))
            """)
    }

    /// Whether there was one to lift.
    func lift(_ id: Block.ID, by person: Person.ID) async throws -> Bool {
        try await execute(
            """
            -- liftBlock
            UPDATE blocks SET lifted_at = now(), lifted_by = \(person)
            WHERE tenant_id = acting_tenant() AND id = \(id) AND lifted_at IS NULL
            """) == 1
    }
}
