package import Foundation
package import Vocabulary

/// Rule of ``MoUBody``.
package enum MoUBodyRule: TextRule {
    /// Most scalars of an agreement's wording.
    package static let limit = 60_000
    /// An agreement has paragraphs.
    package static let isMultiline = true
    /// An agreement describes.
    package static let isName = false
}

/// The wording of an agreement, at most 60,000 scalars.
package typealias MoUBody = CheckedText<MoUBodyRule>

/// A wording of an agreement in a language, with the hash of its bytes by which whoever signs knows it. The last of each
/// language is the text; once the text is agreed none is added.
package struct MoUText: Sendable {
    /// The language.
    package let language: Language
    /// Which of the language, from 1.
    package let version: Int
    /// SHA-256 of its UTF-8, in hexadecimal digits.
    package let sha256: String
    /// When it was written.
    package let writtenAt: Date
    /// What it says; nil in lists.
    package let body: MoUBody?
    /// Whether no later one of its language is there.
    package let isTheLast: Bool
}
