package import API
package import Files
package import Foundation
package import Institutions
package import Vocabulary

/// A document of a startup's data room: what investors read whom the startup lets.
///
/// A document is its versions; the latest that was found clean is the one that is read. Nobody but the startup reads one
/// without a grant, and a grant counts while it is neither revoked nor over, and its investor verified. A document that is
/// watermarked, as all are that the startup does not except, leaves the house with its reader's name on every page, or not
/// at all.
package struct RoomDocument: Codable, Sendable, Identifiable {
    /// Names a document within its data room.
    package typealias ID = Identifier<RoomDocument>

    /// What is known of a version's bytes.
    package enum State: String, Codable, Sendable, CaseIterable {
        /// Waits for the scanner; nobody but its startup opens it.
        case quarantined
        /// Nothing was found.
        case clean
        /// The scanner found something; the bytes are gone.
        case rejected
    }

    /// The document.
    package let id: ID
    /// Whose.
    package let startup: Startup.ID
    /// In which folder it stands. Folders hold documents and no folders.
    package let folder: Name
    /// What it is called.
    package let title: Name
    /// Whether nobody but the startup gets it without a watermark.
    package let watermarked: Bool
    /// The latest version; for an investor, the latest that was found clean.
    package let latest: Version?
    /// What the reader may do with it.
    package let right: Right

    /// What a reader may do with a document.
    package enum Right: String, Codable, Sendable, CaseIterable {
        /// Have it shown.
        case view
        /// Take it away as a file, too.
        case download
    }

    /// A file that the document is or was.
    package struct Version: Codable, Sendable {
        /// Counted from 1.
        package let number: Int
        /// What its startup calls the file.
        package let name: String
        /// What it is, by name and bytes.
        package let mediaType: String
        /// How many bytes it has.
        package let bytes: Int
        /// Whether it may be read.
        package let state: State
        /// Why no watermark can be put on it; nil while none was tried in vain.
        package let unmarkable: Watermarker.Fault?
        /// When it came.
        package let uploadedAt: Date
        /// Since when it has been known that its bytes are no longer those that were given; nobody gets them.
        package let damagedAt: Date?

        /// Whether a browser can show it.
        package var canBeShown: Bool { mediaType == FileKind.pdf.mediaType }
    }
}

/// What of a new document is said beside its bytes.
package struct NewRoomDocument: Sendable {
    /// In which folder it stands.
    package let folder: Name
    /// What it is called.
    package let title: Name
    /// Whether nobody gets it without a watermark.
    package let watermarked: Bool

    /// A document in a folder.
    package init(_ title: Name, in folder: Name, watermarked: Bool = true) {
        self.title = title
        self.folder = folder
        self.watermarked = watermarked
    }
}

/// Whom a startup lets read a document.
package struct RoomGrant: Codable, Sendable, Identifiable {
    /// Names a grant within its document.
    package typealias ID = Identifier<RoomGrant>

    /// The grant.
    package let id: ID
    /// Which document.
    package let document: RoomDocument.ID
    /// Which firm; nil for every investor that is introduced, as long as it is.
    package let investor: Institution.ID?
    /// What the firm is called.
    package let investorName: LocalizedName?
    /// Whether it may take the document away as a file.
    package let mayDownload: Bool
    /// The last day, UTC; nil until it is revoked.
    package let expiresOn: CalendarDate?
    /// Since when.
    package let grantedAt: Date
    /// Whether its day is over.
    package let hasExpired: Bool
}

/// A grant as a startup gives it.
package struct NewRoomGrant: Codable, Sendable, Equatable {
    /// Which firm; nil for every investor that is introduced, as long as it is.
    package let investor: Institution.ID?
    /// Whether it may take the document away as a file, beside having it shown.
    package let mayDownload: Bool
    /// The last day, UTC; nil until it is revoked.
    package let expiresOn: CalendarDate?

    /// A grant to a firm, or to all who are introduced.
    package init(to investor: Institution.ID?, mayDownload: Bool = false, until expiresOn: CalendarDate? = nil) {
        self.investor = investor
        self.mayDownload = mayDownload
        self.expiresOn = expiresOn
    }
}

/// That a document was shown to somebody or taken away.
package struct RoomAccess: Codable, Sendable, Identifiable {
    /// Names an access within its data room. Its first eight digits stand in the watermark.
    package typealias ID = Identifier<RoomAccess>

    /// The access.
    package let id: ID
    /// Which document.
    package let document: RoomDocument.ID
    /// What it is called now.
    package let title: Name
    /// Which version.
    package let version: Int
    /// Who.
    package let personName: String
    /// Of which firm.
    package let firmName: String
    /// Whether it was the startup itself.
    package let isOwn: Bool
    /// What was done.
    package let deed: RoomDocument.Right
    /// Whether every page bore who reads it.
    package let watermarked: Bool
    /// When.
    package let at: Date
}

/// How much there is in a data room and how often investors read it, without a word of what it is.
package struct RoomCount: Codable, Sendable {
    /// Whose.
    package let startup: Startup.ID
    /// What it is called.
    package let startupName: LocalizedName
    /// How many documents.
    package let documents: Int
    /// How many grants stand.
    package let grants: Int
    /// How often one was shown.
    package let views: Int
    /// How often one was taken away.
    package let downloads: Int
    /// To how many firms.
    package let firms: Int
}

/// Why something about a data room is refused.
package enum RoomRefusal: Refusal, Equatable {
    /// Only a PDF can be watermarked.
    case needsPDF
    /// The reader may have it shown, not take it away.
    case viewOnly
    /// A browser shows PDFs.
    case cannotBeShown
    /// No watermark could be put on it, so nobody gets it.
    case unmarkable(Watermarker.Fault)
    /// Its bytes are no longer those that were given, so nobody gets it.
    case damaged
    /// The reader's name cannot be written on it, so they do not get it.
    case nameUnwritable
    /// A grant to look only, of what can only be taken away.
    case onlyDownloaded
    /// It is not known to be clean yet.
    case waitsForScanner
    /// A grant that ends on a day that has passed.
    case expiresInThePast
    /// It was revoked already.
    case revoked

    package var problem: Problem {
        switch self {
        case .needsPDF:
            Problem(
                .fileRefused, "Only a PDF can carry a watermark. Send a PDF, or say that it goes without a watermark.",
                errors: [.init("?filename", .notAllowed, "must end with pdf, or be sent without a watermark")])
        case .viewOnly: Problem(.forbidden, "You may read this document here, not take it away.")
        case .cannotBeShown: .conflict("A file of this kind is not shown here; it can be downloaded only.")
        case .unmarkable(let fault):
            .conflict(
                "The document is not handed out, because no watermark could be put on it (\(fault.sentence)). The startup has been told."
            )
        case .damaged:
            .conflict("The document was damaged where it is stored, so nobody gets it. The startup has been told.")
        case .nameUnwritable:
            .conflict(
                "The document is not handed out to you, because a letter of your name cannot be written into its watermark."
            )
        case .onlyDownloaded:
            .invalid("/may_download", "A file of this kind is not shown here: let them download it.")
        case .waitsForScanner: .conflict("The document has not been checked for viruses yet.")
        case .expiresInThePast: .invalid("/expires_on", "Choose a day from today on.")
        case .revoked: .conflict("It was revoked already.")
        }
    }
}

extension Watermarker.Fault {
    fileprivate var sentence: String {
        switch self {
        case .damaged: "it cannot be read to its end"
        case .protected: "it is protected"
        case .tooHeavy: "it is too heavy"
        case .unwritable: "a letter of your name cannot be written"
        }
    }
}
