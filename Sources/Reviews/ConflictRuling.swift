package import Accounts
package import Applications
package import Foundation
package import Vocabulary

/// What a manager made of it that an application names somebody: founders write whom they like, and keep nobody from judging
/// by it once somebody has looked.
///
///     named ──► set aside ──► restored ──► set aside …
package struct ConflictRuling: Sendable, Identifiable {
    /// Names a ruling within its tenant.
    package typealias ID = Identifier<ConflictRuling>

    /// What a ruling does.
    package enum Deed: String, Codable, Sendable, CaseIterable {
        /// The naming keeps them from nothing.
        case setAside = "set_aside"
        /// It does again.
        case restored
    }

    /// The ruling.
    package let id: ID
    /// Whom the application names.
    package let person: Person.ID
    /// Their name.
    package let personName: String
    /// The application; what another one of the startup says is not ruled on.
    package let application: Application.ID
    /// Who applies.
    package let startupName: LocalizedName
    /// What it does.
    package let deed: Deed
    /// Why.
    package let reason: ShortText
    /// When.
    package let ruledAt: Date
    /// Who ruled; nil for somebody without a seat here any more.
    package let ruledBy: String?
    /// Whether no later ruling is on the same.
    package let isLatest: Bool
}

/// A panelist and an application that may name them.
struct Naming: Sendable {
    let personName: String
    let startupName: LocalizedName
    /// Whether it does, as far as a manager may read.
    let isNamed: Bool
    /// Whether that is set aside.
    let isSetAside: Bool

    /// What may be ruled; nil where there is nothing to rule on.
    var next: ConflictRuling.Deed? { isNamed ? isSetAside ? .restored : .setAside : nil }
}
