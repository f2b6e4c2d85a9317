package import Applications
package import Foundation
package import Vocabulary

/// A file of a round as the chair of its panel follows it, assigned to them or not: what the round shows of it, and how far
/// its reviews are. Files of startups that are too near are none of them.
package struct ChairedFile: Sendable {
    /// The application.
    package let application: Application.ID
    /// What it is called in the round.
    package let code: String
    /// Who applies; nil in a blind round.
    package let startupName: LocalizedName?
    /// The language most of it is written in.
    package let language: Language
    /// When it was frozen anew, after the startup had handed in changes.
    package let renewedAt: Date?
    /// How many reviews of it were submitted.
    package let submitted: Int
    /// Whether it is the chair's to judge, too, and their own review is not submitted: until it is, they read no other.
    package let awaitsOwn: Bool
}

/// Where the list of a chair's files goes on.
package struct ChairedFilePosition: Codable, Sendable {
    /// The code of the last file of the page before.
    package let code: String
}
