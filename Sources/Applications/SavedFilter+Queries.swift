package import Accounts
internal import Foundation
package import Postgres
package import Programs
package import Vocabulary

extension Statements {
    /// The manager's own filters and those the team shares, by name.
    package func savedFilters() async throws -> [SavedFilter] {
        try await rows(
            """
            -- savedFilters
            SELECT f.id, f.name, f.filter, f.is_shared, f.owner_id = acting_person() AS is_own, f.created_at
            FROM saved_filters AS f
            WHERE f.tenant_id = acting_tenant() AND acts_as('manager')
              AND (f.owner_id = acting_person() OR f.is_shared)
            ORDER BY f.name, f.id
            LIMIT 200
            """
        ).map { row in
            try SavedFilter(
                id: row("id"), name: row("name"), filter: (row("filter") as JSONB<ApplicationFilter>).value,
                isShared: row("is_shared"), isOwn: row("is_own"), createdAt: row("created_at"))
        }
    }

    /// The days of each stage of a stream, in the order of the stages.
    package func serviceLevels(of stream: ProgramStream.ID) async throws -> [ServiceLevel] {
        try await serviceLevels(of: stream as ProgramStream.ID?)[stream] ?? []
    }

    /// The same of every stream.
    package func serviceLevels() async throws -> [ProgramStream.ID: [ServiceLevel]] {
        try await serviceLevels(of: nil)
    }

    private func serviceLevels(of stream: ProgramStream.ID?) async throws -> [ProgramStream.ID: [ServiceLevel]] {
        try await rows(
            """
            -- serviceLevels
            SELECT s.id, stage.state, service_days(stage.state, l.days) AS days, l.days IS NULL AS is_usual
            FROM streams AS s
            CROSS JOIN unnest(\(Application.State.clocked)::text[]) WITH ORDINALITY AS stage (state, position)
            LEFT JOIN service_levels AS l ON l.tenant_id = s.tenant_id AND l.stream_id = s.id AND l.state = stage.state
            WHERE s.tenant_id = acting_tenant() \(given: stream, { "AND s.id = \($0)" })
            ORDER BY stage.position
            """
        ).reduce(into: [:]) { levels, row in
            let (stream, level) = try (
                row("id") as ProgramStream.ID,
                ServiceLevel(state: row("state"), days: row("days"), isUsual: row("is_usual"))
            )
            levels[stream, default: []].append(level)
        }
    }
}

extension Transaction {
    /// Keeps a filter under a name; refused by `saved_filters_have_distinct_names` when the manager has one of that name.
    package func saveFilter(
        _ filter: ApplicationFilter, as id: SavedFilter.ID, named name: ShortText, isShared: Bool, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- saveFilter
            INSERT INTO saved_filters (tenant_id, id, owner_id, name, filter, is_shared)
            VALUES (\(tenant), \(id), \(person), \(name), \(JSONB(filter)), \(isShared))
            """)
    }

    /// Gives a filter of the manager's own another name; false when there is none. Refused by
    /// `saved_filters_have_distinct_names`.
    package func renameFilter(_ id: SavedFilter.ID, to name: ShortText) async throws -> Bool {
        try await execute(
            """
            -- renameFilter
            UPDATE saved_filters SET name = \(name)
            WHERE tenant_id = acting_tenant() AND acts_as('manager') AND id = \(id)
              AND owner_id = acting_person()
            """) > 0
    }

    /// Forgets a filter of the manager's own; false when there is none.
    package func forgetFilter(_ id: SavedFilter.ID) async throws -> Bool {
        try await execute(
            """
            -- forgetFilter
            DELETE FROM saved_filters
            WHERE tenant_id = acting_tenant() AND id = \(id) AND owner_id = acting_person()
            """) > 0
    }

    /// Says how long the stages of a stream may take; the others are as usual again.
    package func setServiceLevels(
        _ levels: [Application.State: Int], of stream: ProgramStream.ID, in tenant: Tenant.ID
    ) async throws {
        let said = levels.sorted { $0.key.rawValue < $1.key.rawValue }
        try await execute(
            """
            -- setServiceLevels: as usual again
            DELETE FROM service_levels
            WHERE tenant_id = acting_tenant() AND stream_id = \(stream) AND state <> ALL (\(said.map(\.key)))
            """)
        try await execute(
            """
            -- setServiceLevels
            INSERT INTO service_levels (tenant_id, stream_id, state, days)
            SELECT \(tenant), \(stream), said.state, said.days
            FROM unnest(\(said.map(\.key))::text[], \(said.map(\.value))::integer[]) AS said (state, days)
            ON CONFLICT (tenant_id, stream_id, state) DO UPDATE SET days = excluded.days
            """)
    }
}
