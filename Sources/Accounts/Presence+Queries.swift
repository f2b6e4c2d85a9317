public import Postgres

extension Statements {
    /// Whether the tenant has been founded, as far as the context reaches.
    public func knowsTenant(_ id: Tenant.ID) async throws -> Bool {
        try await first("/* knowsTenant */ SELECT id FROM tenants WHERE id = \(id)") != nil
    }

    /// Whether the person has an account, as far as the context reaches.
    public func knowsPerson(_ id: Person.ID) async throws -> Bool {
        try await first("/* knowsPerson */ SELECT id FROM people WHERE id = \(id)") != nil
    }
}
