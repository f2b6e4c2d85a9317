internal import Accounts
internal import Foundation
package import Postgres
internal import Vocabulary

extension Statements {
    /// Who owns a startup, the largest holder first: for managers and its founders, nobody else.
    package func holders(of startup: Startup.ID) async throws -> [Holder] {
        try await rows(
            """
            -- holders
            SELECT name, institution_id, person_id, share FROM startup_holders
            WHERE tenant_id = acting_tenant() AND startup_id = \(startup)
              AND (acts_as('manager', 'system')
                   OR acts_as('founder') AND startup_id = acting_institution())
            ORDER BY share DESC, name, id
            """
        ).map { row in
            try Holder(
                row("name"), institution: row("institution_id"), person: row("person_id"), basisPoints: row("share"))
        }
    }
}

extension Statements {
    /// Institutions that a holder may mean, by name, as far as the seat reaches: all but startups and the park itself.
    func institutionsThatHold() async throws -> [(id: Institution.ID, name: LocalizedName)] {
        try await rows(
            """
            -- institutionsThatHold
            SELECT i.id, i.names FROM institutions AS i
            WHERE i.tenant_id = acting_tenant() AND \(fragment: reachOfInstitutions)
              AND i.kind <> 'startup' AND i.id <> i.tenant_id
            ORDER BY lower(coalesce(i.names ->> 'en', i.names ->> 'zh-Hant', i.names ->> 'ja')), i.id
            LIMIT 2000
            """
        ).map { try (id: $0("id"), name: $0("names")) }
    }
}

extension Transaction {
    func deleteHolders(of startup: Startup.ID) async throws {
        try await execute(
            """
            -- recordHolders: earlier ones
            DELETE FROM startup_holders WHERE tenant_id = acting_tenant() AND startup_id = \(startup)
            """)
    }

    func insert(_ holders: [Holder], of startup: Startup.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- recordHolders
            INSERT INTO startup_holders (tenant_id, startup_id, id, name, institution_id, person_id, share)
            SELECT \(tenant), \(startup), gen_random_uuid(), h.name, h.institution, h.person, h.share
            FROM unnest(\(holders.map(\.name)), \(holders.map(\.institution)), \(holders.map(\.person)),
                        \(holders.map(\.basisPoints))) AS h (name, institution, person, share)
            """)
    }
}
