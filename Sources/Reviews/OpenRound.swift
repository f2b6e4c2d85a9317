internal import API
package import Accounts
package import Postgres
package import Programs

extension Transaction {
    /// Drafts a round of review for a call, behind the rounds it has.
    ///
    /// Not found when there is no such call; refused by the constraints `round_wants_a_reasonable_number_of_reviews`,
    /// `quorum_is_within_the_reviews_wanted`, `criterion_weight_is_a_percentage`, `criterion_scale_runs_upward` and
    /// `review_criteria_pkey`.
    package func draftRound(
        _ draft: RoundDraft, as id: ReviewRound.ID, of call: CallForApplications.ID, in tenant: Tenant.ID
    ) async throws -> ReviewRound {
        try await insert(draft, as: id, of: call, in: tenant)
        guard try await round(id) != nil else { throw Problem.notFound }
        try await replaceCriteria(of: id, with: draft.criteria, in: tenant)
        guard let round = try await round(id) else { throw Problem.notFound }
        return round
    }

    /// Replaces a draft as a whole, after `matching` has looked at the version being replaced.
    ///
    /// Throws `ReviewRefusal.roundOpened`, or not found; refused by the constraints of `draftRound`.
    package func reviseRound(
        _ id: ReviewRound.ID, to draft: RoundDraft, in tenant: Tenant.ID, matching: (ReviewRound) throws -> Void
    ) async throws -> ReviewRound {
        try await lockRounds(besides: id)
        guard let current = try await lockRound(id) else { throw Problem.notFound }
        try matching(current)
        try current.admitsRevision()
        try await update(id, to: draft)
        try await replaceCriteria(of: id, with: draft.criteria, in: tenant)
        guard let round = try await round(id) else { throw Problem.notFound }
        return round
    }

    /// Opens a round: its rubric stands from now on, and every application to the call that is in review enters it.
    ///
    /// Throws `ReviewRefusal`, or not found.
    package func openRound(
        _ id: ReviewRound.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> ReviewRound {
        guard var round = try await lockRound(id) else { throw Problem.notFound }
        try round.open(at: now)
        try await checkNoneIsTheirOwn(in: round)
        try await save(round, by: person)
        try await insert(try await entrants(to: round, among: nil), into: id, in: tenant, by: person)
        return round
    }

    /// Closes a round: nothing more is assigned, written or reopened.
    ///
    /// Throws `ReviewRefusal.roundNotOpen`, or not found.
    package func closeRound(_ id: ReviewRound.ID, by person: Person.ID) async throws -> ReviewRound {
        guard var round = try await lockRound(id) else { throw Problem.notFound }
        try round.close(at: now)
        try await save(round, by: person)
        return round
    }
}
