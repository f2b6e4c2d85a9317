internal import Accounts
internal import Institutions
internal import Matching
internal import Postgres

extension Statements {
    /// What matching knows of a startup, for a manager or its founder.
    func hintFacts(of startup: Startup.ID) async throws -> World.Startup? {
        try await startupFacts(
            of: [startup], for: " AND (acts_as('manager') OR acts_as('founder') AND s.id = acting_institution())"
        ).first
    }
}

extension LiveIndexes {
    /// The mandates that would get a list today. Asked by the service: of most of them the reader may not know.
    func mandatesTakingLists(in tenant: Tenant.ID) async throws -> [Mandate.ID] {
        try await database.reader(as: .system(in: tenant)).rows(
            """
            -- mandatesTakingLists
            SELECT m.id FROM mandates AS m
            WHERE m.tenant_id = acting_tenant() AND m.withdrawn_at IS NULL AND m.deploying AND why_no_list(m.id) IS NULL
            """
        ).map { try $0("id") }
    }
}
