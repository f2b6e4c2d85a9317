internal import API
package import Accounts
package import Applications
internal import Foundation
package import Postgres
package import Vocabulary

extension Transaction {
    /// Proposes another decision in place of one that was released. Nothing happens before a second manager confirms it, and
    /// before the partners agree that co-decide in its streams: their staff are written to.
    ///
    /// What the startup has answered changes likewise, until it is enrolled.
    ///
    /// Throws `DecisionRefusal`, or not found; refused by `changes_are_proposed_one_at_a_time` and
    /// `enrolled_startups_keep_their_place`.
    ///
    /// - Parameter reason: why, for managers; the startup reads the note.
    package func proposeChange(
        of application: Application.ID, to preparation: Preparation, because reason: LongText,
        as id: DecisionChange.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> DecisionChange {
        guard let known = try await releasedDecision(on: application), let batch = try await lockBatch(known.batch),
            let decision = try await releasedDecision(on: application),
            let summary = try await self.application(application)
        else { throw Problem.notFound }
        guard summary.application.allows(.change, at: now) else {
            throw DecisionRefusal.nothingToChange(summary.application.state)
        }
        let whole = try preparation.completed(
            by: batch.terms, next: try await nextWaitingRank(for: batch.call), today: CalendarDate(now, in: batch.zone),
            choices: try await streamChoices(of: application)
        ).mapError { DecisionRefusal.fault($0.fault) }.get()
        let isSame =
            whole.outcome == decision.outcome && whole.stream == decision.stream && whole.lastDay == decision.lastDay
            && whole.award == decision.award
            && !summary.application.isOfferExpired(at: now) && summary.application.state != .declined
            && preparation.rank == nil
        guard !isSame else { throw DecisionRefusal.sameDecision }
        try await insert(whole, because: reason, as: id, of: application, in: tenant, by: person)
        guard let change = try await decisionChange(id) else { throw Problem.notFound }
        _ = try await askPartners(on: .change(id), to: application, of: change.callTitle)
        return change
    }

    /// Confirms a change that another manager proposed: the application moves, and its founders are written to at once. One
    /// that the startup's answer has overtaken is not confirmed: it would take the answer away unseen.
    ///
    /// Throws `DecisionRefusal`, `ApplicationRefusal`, or not found; refused by `offers_keep_to_the_places`,
    /// `offers_keep_to_the_places_of_their_stream`, `enrolled_startups_keep_their_place` and
    /// `decisions_change_with_their_partners`.
    package func confirmChange(_ id: DecisionChange.ID, by person: Person.ID) async throws -> DecisionChange {
        guard let known = try await decisionChange(id),
            let standing = try await releasedDecision(on: known.application),
            let batch = try await lockBatch(standing.batch), try await lockChange(id) != nil
        else { throw Problem.notFound }
        // What the startup answers at this moment is known or waits.
        try await lockApplications(of: [id])
        guard let change = try await decisionChange(id),
            let decision = try await releasedDecision(on: change.application),
            let told = change.preparation.outcome.decision(until: change.preparation.lastDay)
        else { throw Problem.notFound }
        try change.checkAnswer(by: person)
        guard !change.isOvertaken else { throw DecisionRefusal.overtaken }
        try await checkPartnersAgree(on: .change(id))
        let meant = change.preparation
        if meant.outcome == .offer {
            let taken = try await taken(
                of: batch.call, besides: change.application, in: meant.award?.currency ?? batch.terms.currency)
            guard taken.places < batch.terms.places else {
                throw DecisionRefusal.noPlace("Every place is taken, of \(batch.terms.places).")
            }
            if let stream = meant.stream,
                let found = try await placesTaken(in: stream, of: batch.call, besides: change.application),
                let places = found.places, found.taken >= places
            {
                throw DecisionRefusal.noPlace("All \(places) places of the stream are taken.")
            }
            if let budget = batch.terms.budget, taken.awards + (meant.award?.minor ?? 0) > budget.minor {
                throw DecisionRefusal.noPlace("With it, awards are more than the budget of \(budget).")
            }
        }
        try await recordConfirmation(of: id, by: person)
        try await replace(decision, with: meant, in: batch)
        _ = try await decideApplication(
            change.application, told, note: meant.note, on: .change, by: person, held: false)
        guard let confirmed = try await decisionChange(id) else { throw Problem.notFound }
        return confirmed
    }

    /// Turns a change down that another manager proposed; the decision stands.
    ///
    /// Throws `DecisionRefusal`, or not found.
    package func refuseChange(
        _ id: DecisionChange.ID, because reason: LongText, by person: Person.ID
    ) async throws -> DecisionChange {
        guard let change = try await lockChange(id) else { throw Problem.notFound }
        try change.checkAnswer(by: person)
        try await recordRefusal(of: id, because: reason, by: person)
        guard let refused = try await decisionChange(id) else { throw Problem.notFound }
        return refused
    }
}
