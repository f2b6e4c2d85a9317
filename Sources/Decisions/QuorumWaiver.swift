package import Accounts
package import Applications
package import Foundation
package import Programs
package import Vocabulary

/// Why a decision may be released with fewer reviews than its round wants: one manager says so, another answers.
package struct QuorumWaiver: Sendable, Identifiable {
    /// Names a waiver within its tenant.
    package typealias ID = Identifier<QuorumWaiver>

    /// The waiver.
    package let id: ID
    /// The batch in which the decision is prepared.
    package let batch: DecisionBatch.ID
    /// The application.
    package let application: Application.ID
    /// Who applies.
    package let startupName: LocalizedName
    /// The decision it is for; prepared otherwise, it takes another waiver.
    package let outcome: Outcome
    /// The stream of the place, where the call offers several.
    package let stream: ProgramStream.ID?
    /// How many reviews there were when it was asked for.
    package let submitted: Int
    /// How many can decide.
    package let quorum: Int
    /// Why, for managers.
    package let reason: LongText
    /// When it was asked for.
    package let proposedAt: Date
    /// By whom.
    package let proposedBy: Person.ID
    /// Their name.
    package let proposedByName: String?
    /// When it was confirmed.
    package let confirmedAt: Date?
    /// Who confirmed it.
    package let confirmedByName: String?
    /// When it was turned down.
    package let refusedAt: Date?
    /// Why it was turned down.
    package let refusedReason: LongText?

    /// Where it stands.
    package var status: DecisionChange.Status {
        confirmedAt != nil ? .confirmed : refusedAt != nil ? .refused : .open
    }
}

extension QuorumWaiver {
    /// Whether it is for what is prepared: a place in another stream rests on other reviews.
    func isOf(_ prepared: Preparation) -> Bool { prepared.outcome == outcome && prepared.stream == stream }

    /// Refuses an answer that was given, or that the asker would give themselves.
    func checkAnswer(by person: Person.ID) throws(DecisionRefusal) {
        guard status == .open else { throw .waiverAnswered }
        guard person != proposedBy else { throw .waiverNeedsSecondPerson }
    }
}

extension [QuorumWaiver] {
    /// Whose decisions, as they stand prepared, two managers let pass below the quorum.
    func confirmed(for decisions: [PreparedDecision]) -> Set<Application.ID> {
        let meant = Dictionary(
            decisions.map { ($0.application, $0.preparation) }, uniquingKeysWith: { first, _ in first })
        return Set(
            filter { waiver in
                waiver.status == .confirmed && meant[waiver.application].map { waiver.isOf($0) } == true
            }.map(\.application))
    }
}
