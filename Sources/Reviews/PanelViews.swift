internal import API
internal import Accounts
internal import Foundation
internal import Vocabulary

/// A panelist as JSON.
struct PanelistView: Described {
    let person: Person.ID
    let name: String
    let email: String
    let isChair: Bool
    let answer: Panelist.Answer
    let declinedReason: ShortText?
    let terms: TermsBody
    let assigned: Int
    let submitted: Int
    let awayUntil: CalendarDate?
    let isAway: Bool

    static let documentation = [
        "assigned": "How many applications they have.", "submitted": "How many of those they have judged.",
        "away_until": "The last day on which they are away, where they are away today.",
        "is_away": "Away on every day until reviews are due, or without a reviewer's seat.",
    ]

    init(_ panelist: Panelist) {
        person = panelist.person
        name = panelist.name
        email = panelist.email
        isChair = panelist.isChair
        answer = panelist.answer
        declinedReason = panelist.declinedReason
        terms = TermsBody(panelist.terms)
        assigned = panelist.assigned
        submitted = panelist.submitted
        awayUntil = panelist.awayUntil
        isAway = panelist.isAway
    }
}

struct PanelView: Described {
    let items: [PanelistView]
}

/// What a panelist takes and knows, as JSON in both directions.
struct TermsBody: Described {
    let least: Int?
    let most: Int
    let languages: [Language]
    let focusAreas: [FocusArea.ID]?

    static let documentation = [
        "least": "Fewest applications worth their while; none unless given.",
        "most": "Most applications they take, up to 1,000.", "languages": "Languages they read.",
        "focus_areas": "What they know about.",
    ]

    init(_ terms: PanelTerms) {
        least = terms.least
        most = terms.most
        languages = terms.languages
        focusAreas = terms.focusAreas
    }

    var terms: PanelTerms {
        PanelTerms(least: least ?? 0, most: most, languages: languages, focusAreas: focusAreas ?? [])
    }
}

/// What a manager sends to ask somebody onto a panel.
struct PanelInvitationBody: Described {
    let email: EmailAddress
    let name: Name
    let isChair: Bool?
    let terms: TermsBody

    static let documentation = ["name": "What they are called, where the address is new here."]

    var invitation: PanelInvitation {
        PanelInvitation(email: email, name: name, isChair: isChair ?? false, terms: terms.terms)
    }
}

struct InvitedPanelistView: Described {
    let person: Person.ID
    let code: String?
    let expiresAt: Date?

    static let documentation = [
        "code": "Shown once: how somebody who was seated with this invitation comes in. Absent for who had a seat."
    ]

    init(_ invited: InvitedPanelist) {
        person = invited.person
        code = invited.invitation?.code
        expiresAt = invited.invitation?.expiresAt
    }
}

struct AcceptanceBody: Described {
    let most: Int?

    static let documentation = ["most": "Take fewer applications than asked for."]
}

struct OptionalReason: Described {
    let reason: ShortText?
}
