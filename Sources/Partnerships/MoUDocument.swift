package import Files
package import Foundation
package import Institutions
package import Vocabulary

/// A file of an agreement: a signed copy, an annex, minutes.
package struct MoUDocument: Sendable, Identifiable {
    /// Names a file within its agreement.
    package typealias ID = Identifier<MoUDocument>

    /// What a file is to its agreement.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// The text with signatures on it.
        case signedCopy = "signed_copy"
        case annex, minutes, other
    }

    /// What is known of a file's bytes.
    package enum State: String, Codable, Sendable, CaseIterable {
        /// Waits for the scanner; nobody but whoever gave it opens it.
        case quarantined
        /// Nothing was found.
        case clean
        /// The scanner found something; the bytes are gone.
        case rejected
    }

    /// The file.
    package let id: ID
    /// The agreement it belongs to.
    package let mou: MoU.ID
    /// What it is to the agreement.
    package let kind: Kind
    /// What it is called.
    package let name: FileName
    /// What it is, by name and bytes.
    package let mediaType: String
    /// How many bytes it has.
    package let bytes: Int
    /// Their SHA-256, in hexadecimal digits.
    package let sha256: String
    /// Whose person gave it: the park's, or a party's.
    package let institution: Institution.ID
    /// Whether the park keeps it to itself. A party does not know of it.
    package let isConfidential: Bool
    /// Where it stands.
    package let state: State
    /// What the scanner found.
    package let reason: String?
    /// When it was given.
    package let givenAt: Date
    /// Since when it has been known that its bytes are no longer those that were given; nobody gets them.
    package let damagedAt: Date?

    /// Whoever gave it opens it while it waits for the scanner, everybody else once it is clean.
    package func isReadable(by reader: Institution.ID) -> Bool {
        damagedAt == nil && (state == .clean || state == .quarantined && institution == reader)
    }
}

/// A file that is to be given to an agreement.
package struct NewMoUDocument: Sendable {
    let file: CheckedFile
    let kind: MoUDocument.Kind
    let institution: Institution.ID
    let isConfidential: Bool

    /// A file that a person of an institution gives; confidential, it stays among the park's managers.
    package init(
        _ file: CheckedFile, as kind: MoUDocument.Kind, from institution: Institution.ID, isConfidential: Bool = false
    ) {
        self.file = file
        self.kind = kind
        self.institution = institution
        self.isConfidential = isConfidential
    }
}
