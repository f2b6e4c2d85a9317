package import Accounts
package import Foundation
package import Institutions
package import Vocabulary

/// What a mandate said from a moment on.
package struct MandateRevision: Codable, Sendable {
    /// Which text of the mandate it is, from 1.
    package let version: Int
    /// What it said.
    package let terms: MandateTerms
    /// Since when.
    package let revisedAt: Date
    /// Who changed it; nil for what was imported.
    package let revisedBy: Person.ID?
}

/// An investor as the manager's list shows it.
package struct InvestorSummary: Codable, Sendable, Identifiable {
    /// The institution.
    package let id: Institution.ID
    /// What it is called.
    package let name: LocalizedName
    /// Where it is registered.
    package let country: Country?
    /// How many mandates stand.
    package let mandates: Int
    /// How many past investments are known.
    package let investments: Int
    /// When it last got a shortlist.
    package let lastReleasedAt: Date?
}
