package import Postgres
package import Vocabulary

extension Statements {
    /// What these institutions are called, as far as the principal may know of them: for rooms that speak of
    /// institutions and list many of them at once.
    package func institutionNames(_ ids: some Sequence<Institution.ID>) async throws -> [Institution.ID: LocalizedName]
    {
        let distinct = Array(Set(ids))
        guard !distinct.isEmpty else { return [:] }
        let rows = try await rows(
            """
            -- institutionNames
            SELECT i.id, i.names FROM institutions AS i
            WHERE i.tenant_id = acting_tenant() AND \(fragment: reachOfInstitutions) AND i.id = ANY (\(distinct))
            """)
        return try Dictionary(uniqueKeysWithValues: rows.map { try ($0("id"), $0("names")) })
    }

    /// Institutions to choose from where an agreement or an event names one: all but startups, investors after the
    /// others, by name.
    package func institutionsToChooseFrom(limit: Int = 400) async throws -> [(id: Institution.ID, name: LocalizedName)]
    {
        try await rows(
            """
            -- institutionsToChooseFrom
            SELECT i.id, i.names FROM institutions AS i
            WHERE i.tenant_id = acting_tenant() AND \(fragment: reachOfInstitutions) AND i.kind <> 'startup'
            ORDER BY i.kind = 'investor',
                     lower(coalesce(i.names ->> 'en', i.names ->> 'zh-Hant', i.names ->> 'ja')), i.id
            LIMIT \(limit)
            """
        ).map { row in try (row("id"), row("names")) }
    }
}
