internal import API
package import Accounts
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Replaces what registers call an entry of the directory, startups included, after `matching` has looked at the
    /// version being replaced.
    ///
    /// Throws not found when the principal may not write the entry and `InstitutionRefusal.registrationTwice`, and is
    /// refused by the constraints `institution_identifiers_pkey` (another entry has this registration) and
    /// `identifier_has_the_form_of_its_scheme`.
    package func recordRegistrations(
        _ registrations: [Institution.Registration], of id: Institution.ID, in tenant: Tenant.ID,
        matching: (Institution) throws -> Void
    ) async throws -> Institution {
        guard let current = try await lockInstitution(id) else { throw Problem.notFound }
        try matching(current)
        try registrations.check()
        try await deleteRegistrations(of: id)
        try await insert(registrations, of: id, in: tenant)
        guard let changed = try await institution(id) else { throw Problem.notFound }
        return changed
    }
}

extension [Institution.Registration] {
    /// Refuses a list that names a registration twice; the database would blame another institution for it.
    func check() throws(InstitutionRefusal) {
        for (index, registration) in enumerated() where self[..<index].contains(registration) {
            throw .registrationTwice(index: index)
        }
    }
}
