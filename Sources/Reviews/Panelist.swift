package import Accounts
internal import Foundation
package import Vocabulary

/// Somebody invited to judge in a round: how much they take, what they read and what they know.
package struct Panelist: Sendable {
    /// How an invitation stands.
    package enum Answer: String, Codable, Sendable, CaseIterable {
        case invited, accepted, declined
    }

    /// Who judges.
    package let person: Person.ID
    /// Their name.
    package let name: String
    /// Where letters reach them.
    package let email: String
    /// Whether they chair the panel.
    package let isChair: Bool
    /// What they take and know.
    package let terms: PanelTerms
    /// How the invitation stands.
    package let answer: Answer
    /// Why they declined.
    package let declinedReason: ShortText?
    /// How many applications they have.
    package let assigned: Int
    /// How many of those they have judged.
    package let submitted: Int
    /// Days from today until reviews are due, both counted; today alone from then on.
    package let daysLeft: Int
    /// On how many of those they are away, however many absences those are.
    package let daysAway: Int
    /// The last day on which they are away, where they are away today.
    package let awayUntil: CalendarDate?
    /// Whether they are away on every day that is left, or hold no reviewer's seat any more.
    package let isAway: Bool

    /// Whether they have taken the chair that they were asked into.
    package var chairs: Bool { isChair && answer == .accepted }

    /// How much a plan gives them, of which they have begun so much: that stays, and of the rest of what they take it is as
    /// large a part as they are there of the days left. Rounded down, so that it never is more than they take.
    func load(begun: Int) -> (least: Int, most: Int) {
        func cut(_ wanted: Int) -> Int {
            wanted <= begun ? wanted : begun + (wanted - begun) * max(0, daysLeft - daysAway) / max(1, daysLeft)
        }
        return (cut(terms.least), cut(terms.most))
    }
}

/// How much a panelist takes, what they read and what they know.
package struct PanelTerms: Sendable, Equatable {
    /// Fewest applications worth their while.
    package let least: Int
    /// Most applications they take, up to 1,000.
    package let most: Int
    /// Languages they read.
    package let languages: [Language]
    /// What they know about.
    package let focusAreas: [FocusArea.ID]

    /// Terms as they are given.
    package init(least: Int = 0, most: Int, languages: [Language], focusAreas: [FocusArea.ID] = []) {
        self.least = least
        self.most = most
        self.languages = languages
        self.focusAreas = focusAreas
    }
}

/// What a manager says to ask somebody onto a panel.
package struct PanelInvitation: Sendable {
    /// Who is asked, by address; seated as a reviewer if they hold no such seat yet.
    package let email: EmailAddress
    /// What they are called, where the address is new.
    package let name: Name
    /// Whether they chair the panel.
    package let isChair: Bool
    /// What they are asked to take.
    package let terms: PanelTerms

    /// An invitation.
    package init(email: EmailAddress, name: Name, isChair: Bool = false, terms: PanelTerms) {
        self.email = email
        self.name = name
        self.isChair = isChair
        self.terms = terms
    }
}
