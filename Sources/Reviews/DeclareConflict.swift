internal import API
package import Accounts
package import Institutions
package import Postgres
package import Vocabulary

extension Transaction {
    /// A reviewer says that something stands between them and an application they were to judge. It is taken from them
    /// at once, and they see it no more.
    ///
    /// Not found when it is not theirs to judge.
    package func declareConflict(
        over assignment: ReviewAssignment.ID, note: LongText?, as id: ConflictDeclaration.ID, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws {
        guard let own = try await self.assignment(assignment), own.state == .assigned, own.person == person else {
            throw Problem.notFound
        }
        try await insert(id, of: person, with: own.application, nil, note: note, in: tenant, by: person)
    }

    /// A manager says that something stands between somebody and a startup. What they were to judge of it is taken from
    /// them at once.
    ///
    /// Refused by the constraints `conflicts_are_declared_once`, `conflicts_are_of_people_with_a_seat_here` and
    /// `conflict_declarations_tenant_id_startup_id_fkey`.
    package func declareConflict(
        of person: Person.ID, with startup: Startup.ID, note: LongText?, as id: ConflictDeclaration.ID,
        in tenant: Tenant.ID, by manager: Person.ID
    ) async throws {
        try await insert(id, of: person, with: nil, startup, note: note, in: tenant, by: manager)
    }

    /// Takes a declaration back, and says why. What is on record by itself, such as an investment, stands.
    ///
    /// Throws `ReviewRefusal.conflictLifted`, or not found.
    package func liftConflict(
        _ id: ConflictDeclaration.ID, because reason: ShortText, by manager: Person.ID
    ) async throws {
        guard let lifted = try await lift(id, because: reason, by: manager) else { throw Problem.notFound }
        guard lifted else { throw ReviewRefusal.conflictLifted }
    }
}
