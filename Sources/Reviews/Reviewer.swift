package import Accounts
package import Foundation
package import Vocabulary

/// Somebody who holds a reviewer's seat in the workspace, with what they have to do in the rounds that are not closed.
package struct Reviewer: Sendable {
    /// Who.
    package let person: Person.ID
    /// Their name.
    package let name: String
    /// Where letters reach them.
    package let email: String
    /// The languages they were asked to read on any panel.
    package let languages: [Language]
    /// What they were said to know on any panel.
    package let focusAreas: [FocusArea.ID]
    /// The panels of rounds that are not closed, those due soonest first.
    package let seats: [Sitting]
    /// When they are away, today or later, the earliest first.
    package let absences: [Absence]

    /// A place on the panel of a round that is not closed.
    package struct Sitting: Sendable {
        /// The round.
        package let round: ReviewRound.ID
        /// What it is called.
        package let name: LocalizedName
        /// What its call is called.
        package let callTitle: LocalizedName
        /// When its reviews are due.
        package let dueAt: Date
        /// Whether it is open; a draft otherwise.
        package let isOpen: Bool
        /// Whether they are asked to chair it.
        package let isChair: Bool
        /// How the invitation stands.
        package let answer: Panelist.Answer
        /// Most applications they take there.
        package let most: Int
        /// How many they have there.
        package let assigned: Int
        /// How many of those they have judged.
        package let submitted: Int
    }

    /// How many applications they have in all rounds that are not closed.
    package var assigned: Int { seats.reduce(0) { $0 + $1.assigned } }
    /// How many of those they have judged.
    package var submitted: Int { seats.reduce(0) { $0 + $1.submitted } }
    /// How many they take at the most where they have accepted.
    package var most: Int { seats.filter { $0.answer == .accepted }.reduce(0) { $0 + $1.most } }

    /// Where a list of reviewers goes on.
    package struct Position: Codable, Sendable {
        let name: String
        let person: Person.ID
    }
}
