package import API
package import Accounts
package import Programs
package import Vocabulary

/// An invitation that somebody gives themself, by a call that is announced to everybody: what they typed, until they follow
/// the link of the letter that it brings. Before that there is no account, no startup and no seat of theirs.
package struct Registration: Sendable, Identifiable {
    /// Names a registration within its tenant.
    package typealias ID = Identifier<Registration>

    /// The registration.
    package let id: ID
    /// The workspace of the call.
    package let tenant: Tenant.ID
    /// The call they want to apply to.
    package let call: CallForApplications.ID
    /// What it is called.
    package let callTitle: LocalizedName
    /// What people call the workspace.
    package let workspace: String
    /// Where the letter goes.
    package let email: EmailAddress
    /// What they are called.
    package let name: Name
    /// What their startup is called.
    package let startupName: Name
    /// What they read.
    package let language: Vocabulary.Language
    /// The draft that came of it; nil while the link was not used.
    package let application: Application.ID?
    /// Whether the link is too old.
    package let hasExpired: Bool
}

/// What somebody types to register.
package struct NewRegistration: Sendable {
    /// Where the letter goes.
    package let email: EmailAddress
    /// What they are called.
    package let name: Name
    /// What their startup is called, in the language they read.
    package let startupName: Name
    /// What they read: pages and letters.
    package let language: Vocabulary.Language

    /// What was typed.
    package init(email: EmailAddress, name: Name, startupName: Name, language: Vocabulary.Language) {
        self.email = email
        self.name = name
        self.startupName = startupName
        self.language = language
    }
}

/// Why the link of a registration lets nobody in.
package enum RegistrationRefusal: Refusal, Equatable {
    /// Unknown, expired, or its workspace takes no registrations any more.
    case notGood
    /// It was used already.
    case used(Application.ID)
    /// Its owner came in some other way since, and has a startup here.
    case seated
    /// The account has no password yet, and none was chosen.
    case noPassword

    package var problem: Problem {
        switch self {
        case .notGood: .conflict("This link is no longer good. Register again at the call's page.")
        case .used: .conflict("This link was used already. Sign in to go on with the application.")
        case .seated: .conflict("You have a seat in this workspace already. Sign in and apply from there.")
        case .noPassword: .invalid("/password", "Choose a password.")
        }
    }
}
