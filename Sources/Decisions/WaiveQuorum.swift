internal import API
package import Accounts
package import Applications
internal import Foundation
package import Postgres
internal import Reviews
package import Vocabulary

extension Transaction {
    /// Asks that a prepared decision be released although its reviews are too few. Nothing follows from it before a second
    /// manager confirms it.
    ///
    /// Throws `DecisionRefusal`, or not found; refused by `a_quorum_is_waived_once`.
    package func proposeWaiver(
        of application: Application.ID, in batch: DecisionBatch.ID, because reason: LongText, as id: QuorumWaiver.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> QuorumWaiver {
        guard let known = try await lockBatch(batch) else { throw Problem.notFound }
        try known.checkOpen()
        guard let prepared = try await preparedDecision(on: application, in: batch) else { throw Problem.notFound }
        guard let found = try await shortOfQuorum(in: known.call, offering: [prepared].places)[application] else {
            throw DecisionRefusal.enoughReviews
        }
        try await insertWaiver(
            id, of: application, in: batch, for: prepared.preparation, having: found, because: reason, in: tenant,
            by: person)
        guard let waiver = try await quorumWaiver(id) else { throw Problem.notFound }
        return waiver
    }

    /// Confirms a waiver that another manager asked for: the batch can be released with the decision as it stands.
    ///
    /// Throws `DecisionRefusal`, or not found.
    package func confirmWaiver(_ id: QuorumWaiver.ID, by person: Person.ID) async throws -> QuorumWaiver {
        // The batch first, as everybody who changes it does.
        guard let known = try await quorumWaiver(id), let batch = try await lockBatch(known.batch),
            let waiver = try await lockWaiver(id)
        else { throw Problem.notFound }
        try waiver.checkAnswer(by: person)
        try batch.checkOpen()
        let prepared = try await preparedDecision(on: waiver.application, in: batch.id)
        guard let prepared, waiver.isOf(prepared.preparation) else { throw DecisionRefusal.waiverOutdated }
        try await recordConfirmation(ofWaiver: id, by: person)
        guard let confirmed = try await quorumWaiver(id) else { throw Problem.notFound }
        return confirmed
    }

    /// Turns a waiver down that another manager asked for.
    ///
    /// Throws `DecisionRefusal`, or not found.
    package func refuseWaiver(
        _ id: QuorumWaiver.ID, because reason: LongText, by person: Person.ID
    ) async throws -> QuorumWaiver {
        guard let waiver = try await lockWaiver(id) else { throw Problem.notFound }
        try waiver.checkAnswer(by: person)
        try await recordRefusal(ofWaiver: id, because: reason, by: person)
        guard let refused = try await quorumWaiver(id) else { throw Problem.notFound }
        return refused
    }
}
