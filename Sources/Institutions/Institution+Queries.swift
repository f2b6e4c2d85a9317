internal import Accounts
package import Postgres
internal import Vocabulary

extension Statements {
    /// An entry of the directory; nil when it does not exist or the principal may not know of it.
    package func institution(_ id: Institution.ID) async throws -> Institution? {
        try await first(
            """
            -- institution
            \(fragment: selectInstitutions())
            WHERE i.tenant_id = acting_tenant() AND \(fragment: reachOfInstitutions) AND i.id = \(id)
            """
        ).map(Institution.init)
    }

    /// Entries of the directory in the order of their ids, so that a cursor is stable while entries come and go.
    ///
    /// - Parameters:
    ///   - kind: only institutions of this kind; nil for all.
    ///   - search: a part of the name in any language, in any case.
    ///   - cursor: the id after which to go on.
    ///   - limit: how many at the most.
    package func institutions(
        of kind: Institution.Kind?, named search: String?, after cursor: Institution.ID?, limit: Int
    ) async throws -> [Institution] {
        try await rows(
            """
            -- institutions
            \(fragment: selectInstitutions())
            WHERE i.tenant_id = acting_tenant() AND \(fragment: reachOfInstitutions)
              \(given: kind?.rawValue, { "AND i.kind = \($0)" })
              \(given: search, { "AND \(fragment: .anyText(of: "i.names", contains: $0))" })
              \(given: cursor, { "AND i.id > \($0)" })
            ORDER BY i.id
            LIMIT \(limit)
            """
        ).map(Institution.init)
    }

    private func selectInstitutions() -> Query {
        """
        SELECT i.id, i.kind, i.names, i.country, i.website,
               ARRAY(SELECT r.scheme FROM institution_identifiers AS r
                     WHERE r.tenant_id = i.tenant_id AND r.institution_id = i.id
                       AND (acts_as('manager', 'system') OR r.institution_id = acting_institution())
                     ORDER BY r.scheme, r.value) AS schemes,
               ARRAY(SELECT r.value FROM institution_identifiers AS r
                     WHERE r.tenant_id = i.tenant_id AND r.institution_id = i.id
                       AND (acts_as('manager', 'system') OR r.institution_id = acting_institution())
                     ORDER BY r.scheme, r.value) AS values
        FROM institutions AS i
        """
    }
}

extension Institution {
    fileprivate init(_ row: Row) throws {
        let schemes: [Registration.Scheme] = try row("schemes")
        let values: [ShortText] = try row("values")
        try self.init(
            id: row("id"), kind: row("kind"), name: row("names"), country: row("country"), website: row("website"),
            registrations: zip(schemes, values).map(Registration.init))
    }
}

extension Institution.Kind: PostgresCodable {}
extension Institution.Registration.Scheme: PostgresCodable {}

extension Transaction {
    func insert(_ new: NewInstitution, as id: Institution.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- addInstitution
            INSERT INTO institutions (tenant_id, id, kind, names, country, website)
            VALUES (\(tenant), \(id), \(new.kind), \(new.name), \(new.country), \(new.website))
            """)
        try await insert(new.registrations ?? [], of: id, in: tenant)
    }

    func insert(
        _ registrations: [Institution.Registration], of id: Institution.ID, in tenant: Tenant.ID
    ) async throws {
        try await execute(
            """
            -- addInstitution and recordRegistrations
            INSERT INTO institution_identifiers (tenant_id, institution_id, scheme, value)
            SELECT \(tenant), \(id), scheme, value
            FROM unnest(\(registrations.map(\.scheme)), \(registrations.map(\.value))) AS given (scheme, value)
            """)
    }

    func deleteRegistrations(of id: Institution.ID) async throws {
        try await execute(
            """
            -- recordRegistrations
            DELETE FROM institution_identifiers WHERE tenant_id = acting_tenant() AND institution_id = \(id)
            """)
    }

    /// The entry, with its row locked until the transaction ends; nil when the principal may not write it.
    func lockInstitution(_ id: Institution.ID) async throws -> Institution? {
        let locked = try await first(
            """
            -- lockInstitution
            SELECT id FROM institutions WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE
            """)
        return locked == nil ? nil : try await institution(id)
    }
}
