package import Accounts
package import Applications
package import Foundation
package import Programs
package import Vocabulary

/// What stands for an application since its release, as its startup reads it.
package struct ReleasedDecision: Sendable {
    /// The application.
    package let application: Application.ID
    /// The batch it was released with.
    package let batch: DecisionBatch.ID
    /// What became of it.
    package let outcome: Outcome
    /// In which stream the place is, where the call offers several.
    package let stream: ProgramStream.ID?
    /// What that stream is called.
    package let streamName: LocalizedName?
    /// What the place comes with.
    package let award: Money?
    /// The last day on which the offer can be accepted.
    package let lastDay: CalendarDate?
    /// The days to accept, counted from the letter, as long as that has not gone out.
    package let acceptDays: Int?
    /// What stood in the letter.
    package let note: LongText
    /// What the panel thinks.
    package let feedback: LongText?
    /// When it was released, or changed.
    package let releasedAt: Date
    /// Until when a rejection can be appealed.
    package let appealUntil: Date?
}

/// What one manager wants changed of a released decision, until another answers it.
package struct DecisionChange: Sendable, Identifiable {
    /// Names a change within its tenant.
    package typealias ID = Identifier<DecisionChange>

    /// The change.
    package let id: ID
    /// The application.
    package let application: Application.ID
    /// Who applies.
    package let startupName: LocalizedName
    /// What it applies to.
    package let callTitle: LocalizedName
    /// What it is to become.
    package let preparation: Preparation
    /// Why, for managers.
    package let reason: LongText
    /// When it was proposed.
    package let proposedAt: Date
    /// By whom.
    package let proposedBy: Person.ID
    /// Their name.
    package let proposedByName: String?
    /// When it was confirmed.
    package let confirmedAt: Date?
    /// When it was turned down.
    package let refusedAt: Date?
    /// Why it was turned down.
    package let refusedReason: LongText?
    /// What the startup says by now to the offer that stands: that it accepts or that it declines; nil while it says neither.
    package let answer: Application.State?
    /// When it said so.
    package let startupAnsweredAt: Date?

    /// Where a change stands.
    package enum Status: String, Codable, Sendable, CaseIterable {
        case open, confirmed, refused
    }

    /// Where it stands.
    package var status: Status { confirmedAt != nil ? .confirmed : refusedAt != nil ? .refused : .open }

    /// Whether the startup has answered since it was proposed: whoever proposed it did not know, nor did the partners that
    /// agreed to it.
    package var isOvertaken: Bool { startupAnsweredAt.map { $0 > proposedAt } ?? false }
}

extension DecisionChange {
    /// Refuses an answer that was given, or that the proposer would give themselves.
    func checkAnswer(by person: Person.ID) throws(DecisionRefusal) {
        guard status == .open else { throw .changeAnswered }
        guard person != proposedBy else { throw .needsSecondPerson }
    }
}
