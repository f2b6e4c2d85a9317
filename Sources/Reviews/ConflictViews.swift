internal import API
internal import Accounts
internal import Applications
internal import Institutions
internal import Vocabulary

/// A conflict as JSON.
struct ConflictView: Described {
    let person: ConflictPerson
    let startup: StartupLine
    let kind: Conflict.Kind
    let through: LocalizedName?
    let declaration: ConflictDeclaration.ID?
    let note: LongText?

    static let documentation = [
        "through": "The institution by which it stands, where it is one.",
        "declaration": "Of a declared conflict; only such a one can be lifted.",
    ]

    init(_ conflict: Conflict) {
        person = ConflictPerson(id: conflict.person, name: conflict.personName)
        startup = StartupLine(id: conflict.startup, name: conflict.startupName)
        kind = conflict.kind
        through = conflict.through
        declaration = conflict.declaration
        note = conflict.note
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
        "people": "Anybody with a seat here; others have no conflict that is on record.",
        "emails": "The addresses of anybody, with a seat here or not.", "startups": "Any startups.",
    ]
}

struct ConflictAnswer: Described {
    let items: [ConflictView]
    let addresses: [AddressConflictView]

    static let documentation = ["items": "Of the people.", "addresses": "Of whoever is reached at the addresses."]
}

/// What stands between an address and a startup, as JSON.
struct AddressConflictView: Described {
    let email: EmailAddress
    let startup: StartupLine
    let kind: Conflict.Kind
    let through: LocalizedName?

    static let documentation = ["through": "The institution by which it stands, where it is one."]

    init(_ conflict: AddressConflict) {
        email = conflict.email
        startup = StartupLine(id: conflict.startup, name: conflict.startupName)
        kind = conflict.kind
        through = conflict.through
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
