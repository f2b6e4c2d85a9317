package import Accounts
package import Applications
internal import Foundation
package import Institutions
package import Vocabulary

/// Something that stands between a person and a startup, so that the one must not judge the other.
package struct Conflict: Sendable, Equatable {
    /// What it is.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// Belongs, or belonged, to the startup.
        case founder
        /// Holds shares of it, or works for somebody who does.
        case shareholder
        /// Works for an investor of it.
        case investor
        /// Works for an investor who is interested in it, or has indicated money in a round of it: which of the two, nobody is
        /// told.
        case considering
        /// Mentors it, or did.
        case mentor
        /// Sits elsewhere beside one of its founders.
        case colleague
        /// Is named, by their address, among the people of an application of it that stands, unless a manager has set that
        /// aside.
        case named
        /// Has a part in an application that competes with one of the startup's, both to one call, handed in and not ended: sits
        /// in that startup, or sat there when it handed in. By which of them, nobody is told. It stands between the two wherever
        /// they meet: they judge the startup in no other call, either.
        case rival
        /// Shares an organisation's e-mail address or site with it.
        case emailDomain = "email_domain"
        /// Said so themselves, or a manager did.
        case declared
    }

    /// Who must not judge.
    package let person: Person.ID
    /// Their name.
    package let personName: String
    /// What they must not judge; nil where `rivals` says of how many it is.
    package let startup: Startup.ID?
    /// Its name.
    package let startupName: LocalizedName?
    /// Of how many startups they are a rival, apart from those of which a review of theirs stands: whoever has one rival in a
    /// call has all of it, and is told of once. Nil of any other conflict.
    package let rivals: Int?
    /// What stands between them.
    package let kind: Kind
    /// The institution by which it does, where it is one.
    package let through: LocalizedName?
    /// The declaration, where it was declared; only such a conflict can be lifted.
    package let declaration: ConflictDeclaration.ID?
    /// What was said with the declaration.
    package let note: LongText?
    /// The application that names them, where one does; only such a conflict can be set aside.
    package let application: Application.ID?
    /// Whether a review of theirs was handed in before they were named, or became a rival, and counts in a round that is not
    /// closed.
    package let reviewStands: Bool
}

/// What would stand between a startup and whoever is reached at an address, who may hold no seat here.
package struct AddressConflict: Sendable {
    /// The address, as it was asked about.
    package let email: EmailAddress
    /// The startup; nil where `rivals` says of how many it is.
    package let startup: Startup.ID?
    /// Its name.
    package let startupName: LocalizedName?
    /// Of how many startups whoever is reached is a rival; nil of any other conflict.
    package let rivals: Int?
    /// What stands between them: of an address that nobody here has, an organisation at most.
    package let kind: Conflict.Kind
    /// The institution by which it does, where it is one.
    package let through: LocalizedName?
}

/// That somebody said there is a conflict.
package struct ConflictDeclaration: Sendable {
    /// Names a declaration within its tenant.
    package typealias ID = Identifier<ConflictDeclaration>
}
