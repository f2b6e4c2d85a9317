import Accounts
package import Postgres
import Vocabulary

extension Statements {
    /// A cohort; nil when it does not exist or the principal may not know of it.
    package func cohort(_ id: Cohort.ID) async throws -> Cohort? {
        try await first(
            """
            -- cohort
            SELECT id, stream_id, name, starts_on, ends_on, capacity FROM cohorts
            WHERE tenant_id = acting_tenant() AND \(fragment: reachOfCohorts) AND id = \(id)
            """
        ).map(Cohort.init)
    }

    /// Cohorts in the order of their ids.
    ///
    /// - Parameters:
    ///   - stream: only cohorts of this stream; nil for all.
    ///   - cursor: the id after which to go on.
    ///   - limit: how many at the most; nil for all.
    package func cohorts(
        of stream: ProgramStream.ID? = nil, after cursor: Cohort.ID? = nil, limit: Int? = nil
    ) async throws -> [Cohort] {
        try await rows(
            """
            -- cohorts
            SELECT id, stream_id, name, starts_on, ends_on, capacity FROM cohorts
            WHERE tenant_id = acting_tenant() AND \(fragment: reachOfCohorts)
              \(given: stream, { "AND stream_id = \($0)" })
              \(given: cursor, { "AND id > \($0)" })
            ORDER BY id
            LIMIT \(limit)
            """
        ).map(Cohort.init)
    }

    /// The cohorts of all streams of a program, the first to begin first.
    func cohorts(in program: Program.ID) async throws -> [Cohort] {
        try await rows(
            """
            -- cohorts of a program
            SELECT id, stream_id, name, starts_on, ends_on, capacity FROM cohorts
            WHERE tenant_id = acting_tenant() AND \(fragment: reachOfCohorts)
              AND stream_id IN (SELECT s.id FROM streams AS s
                                WHERE s.tenant_id = acting_tenant() AND s.program_id = \(program))
            ORDER BY starts_on, id
            """
        ).map(Cohort.init)
    }
}

extension Transaction {
    func insert(_ new: NewCohort, as id: Cohort.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- addCohort
            INSERT INTO cohorts (tenant_id, id, stream_id, name, starts_on, ends_on, capacity)
            VALUES (\(tenant), \(id), \(new.stream), \(new.name), \(new.startsOn), \(new.endsOn), \(new.capacity))
            """)
    }
}

extension Transaction {
    /// The cohort, with its row locked until the transaction ends; nil when the principal may not write it.
    func lockCohort(_ id: Cohort.ID) async throws -> Cohort? {
        let locked = try await first(
            "/* lockCohort */ SELECT id FROM cohorts WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE")
        return locked == nil ? nil : try await cohort(id)
    }

    func update(_ id: Cohort.ID, to revised: RevisedCohort) async throws {
        try await execute(
            """
            -- reviseCohort
            UPDATE cohorts SET
                name = \(revised.name), starts_on = \(revised.startsOn), ends_on = \(revised.endsOn),
                capacity = \(revised.capacity)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }
}

extension Cohort {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), stream: row("stream_id"), name: row("name"), startsOn: row("starts_on"),
            endsOn: row("ends_on"), capacity: row("capacity"))
    }
}
