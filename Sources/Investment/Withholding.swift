internal import API
package import Accounts
package import Foundation
internal import Institutions
package import Vocabulary

/// Why a manager keeps a startup from one list.
package enum WithholdingReason: String, Codable, Sendable, CaseIterable {
    /// The startup has something to do first.
    case notReady = "not_ready"
    /// It does not fit, whatever the score says.
    case poorFit = "poor_fit"
    /// The investor knows it without us.
    case knownAlready = "known_already"
    /// Somebody has an interest that speaks against it.
    case conflict
    /// The startup asked for it.
    case startupAsked = "startup_asked"
    /// The two are not to be proposed to each other again: the park blocks the pair.
    case never
    /// What the note says.
    case other
}

/// What keeps a startup from a list.
package struct NewWithholding: Codable, Sendable, Equatable {
    /// Why.
    package let reason: WithholdingReason
    /// A word to the other managers; demanded by `other`.
    package let note: ShortText?

    /// A reason, and a word on it.
    package init(_ reason: WithholdingReason, note: ShortText? = nil) {
        self.reason = reason
        self.note = note
    }

    func check() throws(ShortlistRefusal) {
        if reason == .other, note == nil { throw .noteMissing }
    }
}

/// An item that a manager took from a list before its investor saw it. It is managers' to know.
package struct WithheldItem: Codable, Sendable {
    /// The item as the run made it.
    package let item: ShortlistItem
    /// Why.
    package let reason: WithholdingReason
    /// A word on it.
    package let note: ShortText?
    /// When.
    package let withheldAt: Date
    /// Who.
    package let withheldBy: Person.ID
}

/// Why a manager shows a whole list to nobody.
package enum DeclineReason: String, Codable, Sendable, CaseIterable {
    /// The proposals are not good enough.
    case weak
    /// Something has changed since it was made.
    case outOfDate = "out_of_date"
    /// The investor was shown another a moment ago.
    case tooSoon = "too_soon"
    /// The investor asked for none now.
    case investorAsked = "investor_asked"
    /// What the note says.
    case other
}

/// What declines a list.
package struct NewDecline: Codable, Sendable, Equatable {
    /// Why.
    package let reason: DeclineReason
    /// A word to the other managers; demanded by `other`.
    package let note: ShortText?

    /// A reason, and a word on it.
    package init(_ reason: DeclineReason, note: ShortText? = nil) {
        self.reason = reason
        self.note = note
    }

    func check() throws(ShortlistRefusal) {
        if reason == .other, note == nil { throw .noteMissing }
    }
}

/// That a list was declined.
package struct Decline: Codable, Sendable, Equatable {
    /// When.
    package let at: Date
    /// Who declined it.
    package let by: Person.ID
    /// Why.
    package let reason: DeclineReason
    /// A word on it.
    package let note: ShortText?
}

extension NewWithholding: Described {
    package static var documentation: [String: String] {
        [
            "reason": """
            `never` also blocks the pair for the park, as by `blockPair`; after any other the startup may come again in a \
            later run.
            """,
            "note": "For managers; demanded by `other`.",
        ]
    }
}

extension WithheldItem: Described {}

extension NewDecline: Described {
    package static var documentation: [String: String] { ["note": "For managers; demanded by `other`."] }
}
