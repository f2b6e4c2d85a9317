package import API
package import Accounts
package import Postgres

extension Transaction {
    /// Enters an institution into the tenant's directory.
    ///
    /// Refused with `InstitutionRefusal` for a startup and for a registration named twice, and by the constraints
    /// `institution_identifiers_pkey` (another entry has this registration) and
    /// `identifier_has_the_form_of_its_scheme`.
    package func addInstitution(
        _ new: NewInstitution, as id: Institution.ID, in tenant: Tenant.ID
    ) async throws -> Institution {
        guard new.kind != .startup else { throw InstitutionRefusal.startupsHaveTheirOwnDoor }
        try new.registrations?.check()
        try await insert(new, as: id, in: tenant)
        return Institution(
            id: id, kind: new.kind, name: new.name, country: new.country, website: new.website,
            registrations: new.registrations ?? [])
    }
}

/// Why the directory refuses.
package enum InstitutionRefusal: Refusal, Equatable {
    /// A startup is entered with its profile, not as a bare institution.
    case startupsHaveTheirOwnDoor
    /// The registration at this place of the list stands before it already.
    case registrationTwice(index: Int)

    package var problem: Problem {
        switch self {
        case .startupsHaveTheirOwnDoor:
            .invalid("/kind", "A startup is entered with its profile, by POST /v1/startups.")
        case .registrationTwice(let index): .invalid("/registrations/\(index)", "Name each registration once.")
        }
    }
}
