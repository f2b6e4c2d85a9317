internal import API
package import Accounts
package import Postgres
package import Vocabulary

/// What a startup shows for a milestone.
package struct NewEvidence: Sendable {
    /// What was done, in the startup's words.
    package let text: LongText
    /// Where more of it is.
    package let link: WebAddress?

    /// Evidence in words, and where more of it is.
    package init(_ text: LongText, link: WebAddress? = nil) {
        self.text = text
        self.link = link
    }
}

extension Transaction {
    /// Adds evidence to a milestone. Nothing that was shown before is replaced.
    ///
    /// Not found when the principal may not know of the milestone; refused by `evidence_is_for_a_running_enrolment` and
    /// `a_met_milestone_needs_no_evidence`.
    package func showEvidence(
        _ new: NewEvidence, for milestone: Milestone.ID, as id: Evidence.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> Enrolment.ID {
        // No row is locked: a founder may not, and the constraints hold whatever happens meanwhile.
        guard let enrolment = try await enrolment(ofMilestone: milestone) else { throw Problem.notFound }
        try await insert(new, for: milestone, as: id, in: tenant, by: person)
        return enrolment
    }

    /// Judges a milestone on the evidence that was shown. The latest judgement counts; one that was met stays met.
    ///
    /// Throws `EnrolmentRefusal`, or not found; refused by `mentors_do_not_assess_their_mentees`,
    /// `assessment_follows_evidence` and `a_met_milestone_stays_met`.
    package func assessMilestone(
        _ milestone: Milestone.ID, _ outcome: Assessment.Outcome, note: LongText, as id: Assessment.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> Enrolment.ID {
        if case .partlyMet(let credit) = outcome, !(1...99).contains(credit) { throw EnrolmentRefusal.creditOutOfRange }
        guard let owner = try await enrolment(ofMilestone: milestone),
            let enrolment = try await lockEnrolment(owner)
        else { throw Problem.notFound }
        try enrolment.checkIsActive()
        try await insert(outcome, note: note, of: milestone, as: id, in: tenant, by: person)
        return owner
    }
}
