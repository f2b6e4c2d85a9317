package import API
package import Accounts
internal import Applications
package import Foundation
package import Postgres
internal import Reviews
internal import Vocabulary

extension Statements {
    /// Everything that keeps a batch from being released at this moment; empty where it can be.
    package func releaseFaults(
        of batch: DecisionBatch, _ decisions: [PreparedDecision], at now: Date
    ) async throws -> [Problem.FieldError] {
        guard let tally = try await tallies(of: [batch.id])[batch.id] else { throw Problem.notFound }
        return faults(
            of: decisions, in: batch, tally, short: try await shortOfQuorum(in: batch.call, offering: decisions.places),
            waived: try await quorumWaivers(in: batch.id).confirmed(for: decisions),
            partners: try await partnerSays(on: batch.id),
            today: CalendarDate(now, in: batch.zone))
    }
}

extension Transaction {
    /// Releases a batch: every application moves as was prepared, and its founders are written to. Releasing is the look that
    /// the letters need; they go out with this transaction. All or nothing.
    ///
    /// Throws `DecisionRefusal` with every reason at once, or not found; refused by `offers_keep_to_the_places`,
    /// `offers_keep_to_the_places_of_their_partner` and `batches_are_released_with_their_partners`.
    package func releaseBatch(
        _ id: DecisionBatch.ID, by person: Person.ID, matching: (DecisionBatch) async throws -> Void = { _ in }
    ) async throws -> DecisionBatch {
        guard let batch = try await lockBatch(id) else { throw Problem.notFound }
        try await matching(batch)
        try batch.checkOpen()
        try await lockApplications(of: id)
        let prepared = try await preparedDecisions(in: id)
        guard !prepared.isEmpty else { throw DecisionRefusal.nothingPrepared }
        let faults = try await releaseFaults(of: batch, prepared, at: now)
        guard faults.isEmpty else { throw DecisionRefusal.notReleasable(faults) }
        try await release(batch, by: person)
        for decision in prepared {
            let meant = decision.preparation
            guard let told = meant.outcome.decision(until: meant.lastDay) else { continue }
            _ = try await decideApplication(
                decision.application, told, note: meant.note, on: .release, by: person, held: false)
        }
        guard let released = try await decisionBatch(id) else { throw Problem.notFound }
        return released
    }
}
