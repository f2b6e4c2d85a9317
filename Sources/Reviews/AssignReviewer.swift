internal import API
package import Accounts
package import Applications
package import Postgres
package import Vocabulary

extension Transaction {
    /// Gives a panelist an application to judge.
    ///
    /// Refused by the constraints `open_rounds_are_assigned`, `reviewers_have_accepted`, `reviewers_have_no_conflict`,
    /// `reviewers_keep_to_their_load`, `reviewers_judge_an_application_once`, and the foreign keys to the file and the
    /// panel.
    package func assignReviewer(
        _ person: Person.ID, to application: Application.ID, in round: ReviewRound.ID, as id: ReviewAssignment.ID,
        in tenant: Tenant.ID, by manager: Person.ID
    ) async throws -> ReviewAssignment {
        try await insert(id, of: application, in: round, to: person, in: tenant, by: manager)
        guard let assignment = try await assignment(id) else { throw Problem.notFound }
        return assignment
    }

    /// Takes an assignment back, and says why. A review that was written stays on record and counts no more.
    ///
    /// Throws `ReviewRefusal.assignmentEnded`, or not found.
    package func withdrawAssignment(_ id: ReviewAssignment.ID, because reason: ShortText?) async throws {
        guard try await assignment(id) != nil else { throw Problem.notFound }
        guard try await end(id, as: .withdrawn, because: reason) else { throw ReviewRefusal.assignmentEnded }
    }

    /// A reviewer would rather not judge an application, and may say why.
    ///
    /// Not found when it is not theirs to judge.
    package func abstain(
        from id: ReviewAssignment.ID, because reason: ShortText?, by person: Person.ID
    ) async throws {
        guard let own = try await assignment(id), own.person == person else { throw Problem.notFound }
        guard try await end(id, as: .abstained, because: reason) else { throw ReviewRefusal.assignmentEnded }
    }
}
