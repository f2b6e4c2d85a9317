public import Postgres

extension Statements {
    /// Whether the tenant has been founded, as far as the context reaches.
    public func knowsTenant(_ id: Tenant.ID) async throws -> Bool {
        try await first("/* knowsTenant */ SELECT id FROM tenants WHERE id = \(id)") != nil
    }

    /// The tenant of this short name, as far as the context reaches.
    public func tenant(called slug: String) async throws -> Tenant? {
        try await first("/* tenant */ SELECT id, slug, name, time_zone FROM tenants WHERE slug = \(slug)").map { row in
            try Tenant(id: row("id"), slug: row("slug"), name: row("name"), timeZone: row("time_zone"))
        }
    }

    /// Whether the person has an account, as far as the context reaches.
    public func knowsPerson(_ id: Person.ID) async throws -> Bool {
        try await first("/* knowsPerson */ SELECT id FROM people WHERE id = \(id)") != nil
    }
}
