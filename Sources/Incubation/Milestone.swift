package import Foundation
package import Vocabulary

/// A target of an enrolment, with what was shown for it and how that was judged.
///
/// Where it stands follows from its evidence and assessments; nothing is stored twice.
package struct Milestone: Sendable, Identifiable, Equatable {
    /// Names a milestone within its tenant.
    package typealias ID = Identifier<Milestone>

    /// The milestone.
    package let id: ID
    /// Its place in the plan, from 1.
    package let position: Int
    /// What it is called.
    package let title: Name
    /// What has to be shown.
    package let criteria: LongText
    /// By when.
    package let dueOn: CalendarDate
    /// What was shown, the oldest first. It is added to, never changed.
    package let evidence: [Evidence]
    /// How it was judged, the oldest first. The latest counts.
    package let assessments: [Assessment]

    /// A milestone with all its facts.
    package init(
        id: ID, position: Int, title: Name, criteria: LongText, dueOn: CalendarDate, evidence: [Evidence] = [],
        assessments: [Assessment] = []
    ) {
        self.id = id
        self.position = position
        self.title = title
        self.criteria = criteria
        self.dueOn = dueOn
        self.evidence = evidence
        self.assessments = assessments
    }

    /// Where a milestone stands.
    package enum Standing: String, Codable, Sendable, CaseIterable {
        /// Nothing was shown yet.
        case planned
        /// Shown, waiting to be judged.
        case evidenceSubmitted = "evidence_submitted"
        /// Reached.
        case met
        /// Reached in part, which counts with its credit.
        case partlyMet = "partly_met"
        /// Not reached; further evidence may be shown.
        case notMet = "not_met"
    }

    /// Where it stands: what was shown last, if it was not judged since, or else the latest judgement.
    package var standing: Standing {
        guard let latest = assessments.last else { return evidence.isEmpty ? .planned : .evidenceSubmitted }
        if latest.outcome != .met, let shown = evidence.last, shown.submittedAt > latest.assessedAt {
            return .evidenceSubmitted
        }
        switch latest.outcome {
        case .met: return .met
        case .partlyMet: return .partlyMet
        case .notMet: return .notMet
        }
    }

    /// Whether it counts for graduation: the latest judgement is met, or partly met with its credit.
    package var isEarned: Bool {
        switch assessments.last?.outcome {
        case .met, .partlyMet: true
        case .notMet, nil: false
        }
    }

    /// Whether something should have been shown by now.
    package func isOverdue(on today: CalendarDate) -> Bool {
        today > dueOn && (standing == .planned || standing == .notMet)
    }
}

/// Something a startup shows for a milestone.
package struct Evidence: Sendable, Identifiable, Equatable {
    /// Names a piece of evidence.
    package typealias ID = Identifier<Evidence>

    /// The evidence.
    package let id: ID
    /// What was done, in the startup's words.
    package let text: LongText
    /// Where more of it is.
    package let link: WebAddress?
    /// When it was shown.
    package let submittedAt: Date
    /// Who showed it, where the reader may know the name.
    package let submittedBy: String?
}

/// A judgement of a milestone.
package struct Assessment: Sendable, Identifiable, Equatable {
    /// Names a judgement.
    package typealias ID = Identifier<Assessment>

    /// How a milestone is judged.
    package enum Outcome: Sendable, Equatable {
        case met
        /// Reached to this share: 1 to 99 per cent.
        case partlyMet(credit: Int)
        case notMet

        /// The share that is reached, in per cent.
        package var credit: Int {
            switch self {
            case .met: 100
            case .partlyMet(let credit): credit
            case .notMet: 0
            }
        }

        /// The outcome as it is stored.
        var result: Result {
            switch self {
            case .met: .met
            case .partlyMet: .partlyMet
            case .notMet: .notMet
            }
        }

        init(_ result: Result, credit: Int) {
            switch result {
            case .met: self = .met
            case .partlyMet: self = .partlyMet(credit: credit)
            case .notMet: self = .notMet
            }
        }
    }

    /// An outcome without its credit.
    package enum Result: String, Codable, Sendable, CaseIterable {
        case met
        case partlyMet = "partly_met"
        case notMet = "not_met"
    }

    /// The judgement.
    package let id: ID
    /// How the milestone was judged.
    package let outcome: Outcome
    /// Why; the startup reads it.
    package let note: LongText
    /// When.
    package let assessedAt: Date
    /// By whom, where the reader may know the name.
    package let assessedBy: String?
}
