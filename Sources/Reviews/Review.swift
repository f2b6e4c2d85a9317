package import Accounts
package import Applications
package import Foundation
package import Vocabulary

/// That somebody judges an application in a round.
package struct ReviewAssignment: Sendable, Identifiable {
    /// Names an assignment within its tenant.
    package typealias ID = Identifier<ReviewAssignment>

    /// Where an assignment stands.
    package enum State: String, Codable, Sendable, CaseIterable {
        /// The reviewer judges, or has judged.
        case assigned
        /// The reviewer would rather not.
        case abstained
        /// Something stands between the reviewer and the startup.
        case conflicted
        /// Taken back by a manager, or with the application.
        case withdrawn
    }

    /// The assignment.
    package let id: ID
    /// In which round.
    package let round: ReviewRound.ID
    /// What is judged.
    package let application: Application.ID
    /// Who judges.
    package let person: Person.ID
    /// Where it stands.
    package let state: State
    /// Since when.
    package let assignedAt: Date
    /// When it ended, unless it stands.
    package let endedAt: Date?
    /// Why it ended.
    package let endedReason: ShortText?
}

/// What a reviewer made of an application, from the first score to the submission.
package struct Review: Sendable, Equatable {
    /// The assignment it answers.
    package let assignment: ReviewAssignment.ID
    /// The scores, by criterion; some may be missing until it is submitted.
    package let scores: [ReviewRound.Criterion.ID: Int]
    /// What is said to single scores, by criterion.
    package let notes: [ReviewRound.Criterion.ID: LongText]
    /// What the startup may read once it is decided.
    package let comment: LongText?
    /// What only the panel and the park read.
    package let privateNote: LongText?
    /// How sure the reviewer is, 1 to 4.
    package let confidence: Int?
    /// Counts every change.
    package let version: Int
    /// When it was last saved.
    package let savedAt: Date
    /// When it was submitted.
    package let submittedAt: Date?
}

/// What a reviewer sends of a review, complete or not; it replaces what was there.
package struct ReviewDraft: Sendable, Equatable {
    /// Scores by criterion.
    package let scores: [ReviewRound.Criterion.ID: Int]
    /// What is said to single scores.
    package let notes: [ReviewRound.Criterion.ID: LongText]
    /// What the startup may read.
    package let comment: LongText?
    /// What only the panel and the park read.
    package let privateNote: LongText?
    /// How sure the reviewer is, 1 to 4.
    package let confidence: Int?

    /// A review as far as it has come.
    package init(
        scores: [ReviewRound.Criterion.ID: Int], notes: [ReviewRound.Criterion.ID: LongText] = [:],
        comment: LongText? = nil, privateNote: LongText? = nil, confidence: Int? = nil
    ) {
        self.scores = scores
        self.notes = notes
        self.comment = comment
        self.privateNote = privateNote
        self.confidence = confidence
    }

    /// Refuses scores that are off their scale or judge something else.
    func check(against criteria: [ReviewRound.Criterion]) throws(ReviewRefusal) {
        let known = Dictionary(criteria.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for id in Set(scores.keys).union(notes.keys).sorted() {
            guard let criterion = known[id] else { throw .unknownCriterion(id) }
            guard let score = scores[id] else { continue }
            guard (criterion.lowest...criterion.highest).contains(score) else {
                throw .offScale(id, lowest: criterion.lowest, highest: criterion.highest)
            }
        }
    }

    /// Refuses a review that leaves a criterion out.
    func checkComplete(for criteria: [ReviewRound.Criterion]) throws(ReviewRefusal) {
        let missing = criteria.map(\.id).filter { scores[$0] == nil }
        guard missing.isEmpty else { throw .unscored(missing) }
    }
}
