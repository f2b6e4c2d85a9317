import Accounts
package import Postgres
import Vocabulary

extension Statements {
    /// A program; nil when it does not exist or the principal may not know of it.
    package func program(_ id: Program.ID) async throws -> Program? {
        try await first(
            """
            -- program
            SELECT id, kind, name, summary FROM programs
            WHERE tenant_id = acting_tenant() AND \(fragment: reachOfPrograms) AND id = \(id)
            """
        ).map(Program.init)
    }

    /// Programs in the order of their ids.
    ///
    /// - Parameters:
    ///   - kind: only programs of this kind; nil for all.
    ///   - cursor: the id after which to go on.
    ///   - limit: how many at the most; nil for all.
    package func programs(
        of kind: Program.Kind? = nil, after cursor: Program.ID? = nil, limit: Int? = nil
    ) async throws -> [Program] {
        try await rows(
            """
            -- programs
            SELECT id, kind, name, summary FROM programs
            WHERE tenant_id = acting_tenant() AND \(fragment: reachOfPrograms)
              \(given: kind?.rawValue, { "AND kind = \($0)" })
              \(given: cursor, { "AND id > \($0)" })
            ORDER BY id
            LIMIT \(limit)
            """
        ).map(Program.init)
    }
}

extension Transaction {
    func insert(_ new: NewProgram, as id: Program.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- addProgram
            INSERT INTO programs (tenant_id, id, kind, name, summary)
            VALUES (\(tenant), \(id), \(new.kind), \(new.name), \(new.summary))
            """)
    }
}

extension Transaction {
    /// The program, with its row locked until the transaction ends; nil when the principal may not write it.
    func lockProgram(_ id: Program.ID) async throws -> Program? {
        let locked = try await first(
            "/* lockProgram */ SELECT id FROM programs WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE")
        return locked == nil ? nil : try await program(id)
    }

    func update(_ id: Program.ID, to revised: NewProgram) async throws {
        try await execute(
            """
            -- reviseProgram
            UPDATE programs SET kind = \(revised.kind), name = \(revised.name), summary = \(revised.summary)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }
}

extension Program {
    fileprivate init(_ row: Row) throws {
        try self.init(id: row("id"), kind: row("kind"), name: row("name"), summary: row("summary"))
    }
}

extension Program.Kind: PostgresCodable {}
