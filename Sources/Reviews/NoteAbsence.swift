internal import API
package import Accounts
package import Postgres
package import Vocabulary

extension Transaction {
    /// Notes that a reviewer is away, from one day to another, both counted. What they have been assigned stays theirs.
    ///
    /// Not found when a reviewer says it of somebody else; refused by the constraints `absences_end_after_they_begin`, `absences_do_not_begin_on_one_day` and
    /// `absences_are_of_people_with_a_seat_here`.
    package func noteAbsence(
        of person: Person.ID, from firstDay: CalendarDate, to lastDay: CalendarDate, as id: Absence.ID,
        in tenant: Tenant.ID
    ) async throws -> Absence {
        let absence = Absence(id: id, firstDay: firstDay, lastDay: lastDay)
        guard try await insert(absence, of: person, in: tenant) else { throw Problem.notFound }
        return absence
    }

    /// Forgets that a reviewer is away: they are back earlier, or do not go.
    ///
    /// Not found when there is no such absence of theirs.
    package func forgetAbsence(_ id: Absence.ID, of person: Person.ID) async throws {
        guard try await delete(id, of: person) else { throw Problem.notFound }
    }
}
