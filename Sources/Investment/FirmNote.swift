package import Accounts
package import Foundation
package import Institutions
package import Vocabulary

/// What a firm has noted about a startup. Its own people read it, whoever wrote it, and nobody else does: no manager, no
/// startup, no other firm.
package struct FirmNote: Codable, Sendable, Identifiable {
    /// Names a note.
    package typealias ID = Identifier<FirmNote>

    /// The note.
    package let id: ID
    /// What it is about.
    package let startup: Startup.ID
    /// Which of its wordings counts, from 1; all are kept.
    package let version: Int
    /// What it says.
    package let body: LongText
    /// When it was first written.
    package let writtenAt: Date
    /// Who wrote it first.
    package let writtenBy: Colleague
    /// When it was last worded anew.
    package let revisedAt: Date
    /// Who worded it last.
    package let revisedBy: Colleague
}

/// Somebody of one's own firm.
package struct Colleague: Codable, Sendable, Hashable {
    /// Who.
    package let person: Person.ID
    /// What they are called.
    package let name: String
}

/// One wording of a note.
package struct FirmNoteWording: Codable, Sendable {
    /// Counted from 1.
    package let version: Int
    /// What the note said.
    package let body: LongText
    /// Since when.
    package let writtenAt: Date
    /// Who worded it so.
    package let writtenBy: Colleague
}

/// A note as it is written.
package struct NewFirmNote: Codable, Sendable {
    /// What it says.
    package let body: LongText

    /// A note with these words.
    package init(_ body: LongText) {
        self.body = body
    }
}
