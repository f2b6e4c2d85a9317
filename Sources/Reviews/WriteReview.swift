internal import API
package import Accounts
package import Postgres

extension Transaction {
    /// Saves a review as far as it has come; what is not mentioned is taken back. `matching` looks at what is there now.
    ///
    /// Throws `ReviewRefusal`, or not found when the application is not the person's to judge; refused by the constraints
    /// `reviews_are_written_while_assigned` and `submitted_reviews_stand`.
    package func saveReview(
        _ draft: ReviewDraft, of id: ReviewAssignment.ID, by person: Person.ID,
        matching: (Review?) async throws -> Void = { _ in }
    ) async throws -> Review {
        try await write(draft, of: id, by: person, submits: false, matching: matching)
    }

    /// Saves a review that scores every criterion and hands it in. It stands until a manager reopens it.
    ///
    /// Throws and is refused as `saveReview` is, and throws `ReviewRefusal.unscored`.
    package func submitReview(
        _ draft: ReviewDraft, of id: ReviewAssignment.ID, by person: Person.ID,
        matching: (Review?) async throws -> Void = { _ in }
    ) async throws -> Review {
        try await write(draft, of: id, by: person, submits: true, matching: matching)
    }

    /// Gives a submitted review back to its reviewer, who may change and submit it again.
    ///
    /// Throws `ReviewRefusal.reviewNotSubmitted`, or not found; refused by `reviews_are_written_while_assigned` once the
    /// round is closed or the assignment has ended.
    package func reopenReview(of id: ReviewAssignment.ID) async throws {
        guard try await assignment(id) != nil else { throw Problem.notFound }
        guard try await reopen(id) else { throw ReviewRefusal.reviewNotSubmitted }
    }

    private func write(
        _ draft: ReviewDraft, of id: ReviewAssignment.ID, by person: Person.ID, submits: Bool,
        matching: (Review?) async throws -> Void
    ) async throws -> Review {
        guard let assignment = try await assignment(id), assignment.person == person,
            let round = try await round(assignment.round)
        else { throw Problem.notFound }
        let current = try await review(of: id)
        try await matching(current)
        guard current?.submittedAt == nil else { throw ReviewRefusal.reviewSubmitted }
        try draft.check(against: round.criteria)
        if submits { try draft.checkComplete(for: round.criteria) }
        try await store(draft, of: assignment, submits: submits)
        guard let review = try await review(of: id) else { throw Problem.notFound }
        return review
    }
}
