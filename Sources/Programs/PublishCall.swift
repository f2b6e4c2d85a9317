import API
package import Accounts
package import Foundation
import Letters
package import Postgres
package import Vocabulary

extension Transaction {
    /// Publishes a draft: from now on everybody with a seat in the tenant reads it, or whoever it lets in, and it opens by
    /// itself. Those who are invited are written to.
    ///
    /// Throws `CallRefusal`, or not found; refused by the constraint `calls_open_while_their_mou_is_in_force`.
    package func publishCall(_ id: CallForApplications.ID, by person: Person.ID) async throws -> CallForApplications {
        guard var call = try await lockCall(id) else { throw Problem.notFound }
        try call.publish(at: now)
        try await save(call, publishedBy: person)
        if call.access == .invitation {
            try await announceInvitations(of: try await admissions(to: id).map(\.startup), to: call)
        }
        return call
    }

    /// Moves the closing of a published call later, or that of one of its streams that closes before it, and says why. Those
    /// who have read the call read that, too. Streams with a closing of their own keep it when the call moves.
    ///
    /// Throws `CallRefusal`, or not found.
    package func extendCall(
        _ id: CallForApplications.ID, stream: ProgramStream.ID? = nil, to closing: Date, because reason: ShortText,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> CallForApplications {
        guard var call = try await lockCall(id) else { throw Problem.notFound }
        let closed: Date
        if let stream {
            closed = call.deadline(of: stream).instant
            try call.extend(stream, to: closing, at: now)
            try await saveDeadline(of: stream, in: call)
        } else {
            closed = call.deadline.instant
            try call.extend(to: closing, at: now)
            try await saveDeadline(of: call)
        }
        let made = CallExtension(stream: stream, at: now, closedAt: closed, closesAt: closing, reason: reason)
        try await insert(made, of: id, in: tenant, by: person)
        return call
    }

    /// Replaces the cut-offs of a rolling call that are to come, after `matching` has looked at the version being replaced.
    ///
    /// Throws `CallRefusal`, or not found; refused by the constraint `cutoffs_stand_in_the_window`.
    package func planBatches(
        _ cutoffs: [Date], of id: CallForApplications.ID, matching: (CallForApplications) throws -> Void
    ) async throws -> CallForApplications {
        guard var call = try await lockCall(id) else { throw Problem.notFound }
        try matching(call)
        try call.plan(cutoffs, at: now)
        try await saveCutoffs(of: call)
        return call
    }

    /// Chooses the cohort that a call leads into, or none, after `matching` has looked at the version being replaced; also once
    /// it is published, since it binds nobody.
    ///
    /// Throws `CallRefusal.cancelled`, or not found; refused by the constraints `calls_tenant_id_cohort_id_fkey`,
    /// `calls_lead_into_a_cohort_of_their_streams` and `calls_close_before_their_cohort_ends`.
    package func leadCall(
        _ id: CallForApplications.ID, into cohort: Cohort.ID?, matching: (CallForApplications) throws -> Void
    ) async throws -> CallForApplications {
        guard let current = try await lockCall(id) else { throw Problem.notFound }
        try matching(current)
        guard current.cancelledAt == nil else { throw CallRefusal.cancelled }
        try await save(cohort, of: id)
        guard let call = try await call(id) else { throw Problem.notFound }
        return call
    }

    /// Calls a call off, and says why. It stays to be read; nothing can be handed in any more, and no invitation goes out.
    ///
    /// Throws `CallRefusal.cancelled`, or not found.
    package func cancelCall(
        _ id: CallForApplications.ID, because reason: ShortText, by person: Person.ID
    ) async throws -> CallForApplications {
        guard var call = try await lockCall(id) else { throw Problem.notFound }
        try call.cancel(because: reason, at: now)
        try await save(call, cancelledBy: person)
        try await cancelLetters(try await lettersOfInvitations(to: id))
        return call
    }
}
