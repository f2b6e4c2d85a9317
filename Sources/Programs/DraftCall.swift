import API
package import Accounts
package import Postgres

extension Transaction {
    /// Drafts a call with its form. It begins by requiring what its stream is designed to require. Nobody but managers sees
    /// it before it is published.
    ///
    /// Refused by the constraints `calls_tenant_id_stream_id_fkey`, `calls_tenant_id_cohort_id_fkey`,
    /// `calls_lead_into_a_cohort_of_their_streams`, `calls_close_before_their_cohort_ends`, `call_closes_after_it_opens`,
    /// `call_grace_is_at_most_an_hour`, `call_questions_pkey` and `question_length_is_reasonable`; invalid where a question
    /// cannot be asked, or not of whom it is, or a stream not be offered so.
    package func draftCall(
        _ draft: CallDraft, as id: CallForApplications.ID, in tenant: Tenant.ID
    ) async throws -> CallForApplications {
        try CallDraft.check(draft.questions) { "/questions/\($0)" }
        try draft.checkAsked()
        try await insert(draft, as: id, in: tenant)
        try await replaceQuestions(of: id, with: draft.questions, in: tenant)
        try await replaceOffered(of: id, by: draft)
        if let required = try await design(of: draft.stream)?.required, !required.isEmpty {
            try await replaceConditions(of: id, with: required, in: tenant)
        }
        guard let call = try await call(id) else { throw Problem.notFound }
        return call
    }

    /// Replaces a draft as a whole, after `matching` has looked at the version being replaced. What is published
    /// stands: startups are answering it.
    ///
    /// Throws `CallRefusal`, or not found; refused by the constraints of `draftCall`.
    package func reviseCall(
        _ id: CallForApplications.ID, to draft: CallDraft, in tenant: Tenant.ID,
        matching: (CallForApplications) throws -> Void
    ) async throws -> CallForApplications {
        guard let current = try await lockCall(id) else { throw Problem.notFound }
        try matching(current)
        try current.admitsRevision()
        try CallDraft.check(draft.questions) { "/questions/\($0)" }
        try draft.checkAsked()
        try await update(id, to: draft)
        try await replaceQuestions(of: id, with: draft.questions, in: tenant)
        try await replaceOffered(of: id, by: draft)
        guard let call = try await call(id) else { throw Problem.notFound }
        return call
    }

    private func replaceOffered(of id: CallForApplications.ID, by draft: CallDraft) async throws {
        if !draft.offered.isEmpty, let own = try await stream(draft.stream) {
            try draft.checkOffered(among: Set(try await streams(of: own.program).map(\.id)))
        }
        try await replaceOffered(of: id, with: draft.offered)
    }
}
