internal import API
internal import Foundation
internal import Institutions
internal import Vocabulary

/// A file that the workspace keeps, of whatever room: an answer to an application, a version in a data room, a file of an
/// agreement.
struct StoredDocument: Sendable {
    /// Which room keeps it.
    enum Kind: String, Codable, Sendable, CaseIterable {
        case application
        case dataRoom = "data_room"
        case agreement
    }

    let kind: Kind
    /// The application, the startup of the data room, or the agreement.
    let holder: UUID
    let document: UUID
    /// The version of a document of a data room; 1 for others.
    let number: Int
    /// Whose it is: the startup's, or of whoever gave it to the agreement.
    let institution: Institution.ID
    let name: String
    let bytes: Int
    let sha256: [UInt8]
    /// Whether it is known that its bytes are no longer those that were given.
    let isDamaged: Bool

    /// What came of reading it once more.
    enum Finding: Sendable, Equatable {
        /// It is what was given.
        case whole
        /// It is not, or cannot be read.
        case damaged
        /// It was taken away meanwhile.
        case gone
    }
}

/// Damage that people are to be written to about.
struct UntoldDamage: Sendable {
    let document: StoredDocument
    let institutionName: LocalizedName
    /// The file's name, where managers may know it.
    let knownName: String?
}

/// A damaged file as managers know of it.
struct DamagedDocument: Described {
    /// The last one of a page.
    struct Position: Codable {
        let at: Date
        let holder: UUID
        let document: UUID
        let number: Int
    }

    let kind: StoredDocument.Kind
    let holder: UUID
    let document: UUID
    let number: Int
    let institution: Institution.ID
    let institutionName: LocalizedName
    let name: String?
    let damagedAt: Date

    static let documentation = [
        "holder": "The application, the startup of the data room, or the agreement.",
        "number": "Which version it is of a document in a data room; 1 elsewhere.",
        "institution": "Whose file it is.",
        "name": "Absent where the file is not the reader's to know: in a draft, or in a data room.",
        "damaged_at": "When it was found that its bytes are no longer those that were given.",
    ]
}

extension DamagedDocument {
    var position: Position { Position(at: damagedAt, holder: holder, document: document, number: number) }
}

struct ListDamagedDocuments: Codable {
    let limit: PageSize?
    let cursor: PageCursor?
}
