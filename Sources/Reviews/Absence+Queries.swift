package import Accounts
internal import Foundation
package import Postgres
internal import Vocabulary

extension Statements {
    /// When somebody is away, the earliest first. A manager sees everybody's, a reviewer their own.
    package func absences(of person: Person.ID) async throws -> [Absence] {
        try await rows(
            """
            -- absences
            SELECT id, first_day, last_day FROM reviewer_absences
            WHERE tenant_id = acting_tenant() AND person_id = \(person)
              AND (acts_as('manager', 'system') OR person_id = acting_person())
            ORDER BY first_day, id
            """
        ).map { try Absence(id: $0("id"), firstDay: $0("first_day"), lastDay: $0("last_day")) }
    }
}

extension Transaction {
    /// Says whether the principal may speak for the person.
    func insert(_ absence: Absence, of person: Person.ID, in tenant: Tenant.ID) async throws -> Bool {
        try await execute(
            """
            -- noteAbsence
            INSERT INTO reviewer_absences (tenant_id, person_id, id, first_day, last_day)
            SELECT \(tenant), \(person), \(absence.id), \(absence.firstDay), \(absence.lastDay)
            WHERE acts_as('manager', 'system') OR \(person) = acting_person()
            """) == 1
    }

    /// Says whether there was such an absence.
    func delete(_ id: Absence.ID, of person: Person.ID) async throws -> Bool {
        try await execute(
            """
            -- forgetAbsence
            DELETE FROM reviewer_absences
            WHERE tenant_id = acting_tenant() AND person_id = \(person) AND id = \(id)
              AND (acts_as('manager', 'system') OR person_id = acting_person())
            """) == 1
    }
}
