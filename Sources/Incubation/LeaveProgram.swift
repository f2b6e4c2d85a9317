internal import API
package import Accounts
package import Postgres
package import Vocabulary

extension Transaction {
    /// Lets a startup graduate that has earned every milestone.
    ///
    /// Throws `EnrolmentRefusal.milestonesOpen`, which names what is missing, or not found.
    package func graduate(_ id: Enrolment.ID, by person: Person.ID) async throws -> Enrolment {
        guard var enrolment = try await lockEnrolment(id) else { throw Problem.notFound }
        try enrolment.graduate(with: try await milestones(of: id), now: now)
        try await saveEnding(of: enrolment, by: person)
        return enrolment
    }

    /// Ends an enrolment before graduation. The startup reads the reason; its place becomes free.
    ///
    /// Throws `EnrolmentRefusal.isOver`, or not found.
    package func endEnrolment(
        _ id: Enrolment.ID, because reason: LongText, by person: Person.ID
    ) async throws -> Enrolment {
        guard var enrolment = try await lockEnrolment(id) else { throw Problem.notFound }
        try enrolment.end(because: reason, now: now)
        try await saveEnding(of: enrolment, by: person)
        return enrolment
    }
}
