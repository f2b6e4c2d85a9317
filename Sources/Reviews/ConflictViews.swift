internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Institutions
internal import Vocabulary

/// A conflict as JSON.
struct ConflictView: Described {
    let person: ConflictPerson
    let startup: StartupLine?
    let rivals: Int?
    let kind: Conflict.Kind
    let through: LocalizedName?
    let declaration: ConflictDeclaration.ID?
    let note: LongText?
    let application: Application.ID?
    let reviewStands: Bool

    static let documentation = [
        "startup": "Absent where `rivals` says of how many startups it is.", "rivals": ofRivals,
        "through": "The institution by which it stands, where it is one.",
        "declaration": "Of a declared conflict; only such a one can be lifted.",
        "application": "The application that names the person, where one does; only such a conflict can be set aside.",
        "review_stands": """
        Whether a review of theirs was handed in before they were named, or had a part in an application that competes. It \
        counts until a manager takes it back.
        """,
    ]

    static let ofRivals = """
        Of how many of the startups the person is a rival, since an application they have a part in competes with theirs. One item \
        says it of all of them, but those of which a review stands, which have an item each.
        """

    init(_ conflict: Conflict) {
        person = ConflictPerson(id: conflict.person, name: conflict.personName)
        startup = StartupLine(conflict.startup, conflict.startupName)
        rivals = conflict.rivals
        kind = conflict.kind
        through = conflict.through
        declaration = conflict.declaration
        note = conflict.note
        application = conflict.application
        reviewStands = conflict.reviewStands
    }
}

struct ConflictPerson: Described {
    let id: Person.ID
    let name: String
}

struct ConflictList: Described {
    let items: [ConflictView]
}

/// Between whom one wants to know what stands.
struct ConflictQuestion: Described {
    let people: [Person.ID]?
    let emails: [EmailAddress]?
    let startups: [Startup.ID]

    static let documentation = [
        "people": "Anybody with a seat here; others have no conflict that is on record. 500 at the most.",
        "emails": "The addresses of anybody, with a seat here or not. 500 at the most.",
        "startups": "Any startups, 500 at the most.",
    ]

    /// Refuses more than one question may name: what stands between them is found pair by pair.
    func check() throws(Problem) {
        let lists = [("/people", people?.count ?? 0), ("/emails", emails?.count ?? 0), ("/startups", startups.count)]
        let errors = lists.filter { $0.1 > BulkMode.most }.map { pointer, _ in
            Problem.FieldError(pointer, .tooMany, "Choose at most 500.")
        }
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
    }
}

struct ConflictAnswer: Described {
    let items: [ConflictView]
    let addresses: [AddressConflictView]

    static let documentation = ["items": "Of the people.", "addresses": "Of whoever is reached at the addresses."]
}

/// What stands between an address and a startup, as JSON.
struct AddressConflictView: Described {
    let email: EmailAddress
    let startup: StartupLine?
    let rivals: Int?
    let kind: Conflict.Kind
    let through: LocalizedName?

    static let documentation = [
        "startup": "Absent where `rivals` says of how many startups it is.", "rivals": ConflictView.ofRivals,
        "through": "The institution by which it stands, where it is one.",
    ]

    init(_ conflict: AddressConflict) {
        email = conflict.email
        startup = StartupLine(conflict.startup, conflict.startupName)
        rivals = conflict.rivals
        kind = conflict.kind
        through = conflict.through
    }
}

extension StartupLine {
    fileprivate init?(_ id: Startup.ID?, _ name: LocalizedName?) {
        guard let id, let name else { return nil }
        self.init(id: id, name: name)
    }
}

struct DeclarationBody: Described {
    let person: Person.ID
    let startup: Startup.ID
    let note: LongText?
}

struct DeclarationView: Described {
    let id: ConflictDeclaration.ID
}

struct ReasonBody: Described {
    let reason: ShortText
}

/// What a manager rules on whom an application names.
struct RulingBody: Described {
    let person: Person.ID
    let application: Application.ID
    let ruling: ConflictRuling.Deed
    let reason: ShortText

    static let documentation = [
        "application": "A handed-in application that names the person, by address, among its people.",
        "ruling": "To set the naming aside, or to let it stand again.",
    ]
}

/// What came of a ruling.
struct RulingReceipt: Described {
    let id: ConflictRuling.ID
}

/// A ruling as JSON.
struct RulingView: Described {
    let id: ConflictRuling.ID
    let person: ConflictPerson
    let application: Application.ID
    let startup: LocalizedName
    let ruling: ConflictRuling.Deed
    let reason: ShortText
    let ruledAt: Date
    let ruledBy: String?
    let isLatest: Bool

    static let documentation = [
        "ruled_by": "The manager's name; absent for somebody without a seat here any more.",
        "is_latest": "Whether it is the one that holds.",
    ]

    init(_ ruling: ConflictRuling) {
        id = ruling.id
        person = ConflictPerson(id: ruling.person, name: ruling.personName)
        application = ruling.application
        startup = ruling.startupName
        self.ruling = ruling.deed
        reason = ruling.reason
        ruledAt = ruling.ruledAt
        ruledBy = ruling.ruledBy
        isLatest = ruling.isLatest
    }
}

struct RulingList: Described {
    let items: [RulingView]
}
