package import API
package import Files
package import Foundation
package import Institutions
package import Programs
package import Vocabulary

/// A file that answers a question of an application, as everybody but the disk knows it.
package struct Document: Sendable, Identifiable, Equatable {
    /// Names a document within its application.
    package typealias ID = Identifier<Document>

    /// What is known of a document's bytes.
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
    /// The application it belongs to.
    package let application: Application.ID
    /// The question it answers.
    package let question: CallForApplications.Question.ID
    /// What its startup calls it.
    package let name: FileName
    /// What it is, by name and bytes.
    package let mediaType: String
    /// How many bytes it has.
    package let bytes: Int
    /// Their SHA-256.
    package let sha256: [UInt8]
    /// Where it stands.
    package let state: State
    /// Which scanner found it clean; nil where its structure was all that was looked at.
    package let scanner: String?
    /// What the scanner found.
    package let reason: String?
    /// When it came.
    package let uploadedAt: Date
    /// Since when it has been known that its bytes are no longer those that were given; nobody gets them.
    package let damagedAt: Date?

    /// Most bytes of all documents of an application.
    package static let applicationLimit = 200 * 1024 * 1024
}

/// Why a file does not become an answer, or is not handed out.
package enum DocumentRefusal: Refusal, Equatable {
    /// The file itself is not taken.
    case fault(FileFault)
    /// The question accepts other kinds.
    case kindNotAccepted(accepted: [String])
    /// The question is answered by text.
    case notAFileQuestion
    /// The question has as many files as it takes.
    case tooMany(most: Int)
    /// The application's documents would be too large together.
    case applicationFull
    /// Its bytes are no longer those that were given, so nobody gets it.
    case damaged
    /// The files of the startup would be.
    case startupFull(StartupStorage)

    package var problem: Problem {
        switch self {
        case .fault(let fault): fault.problem
        case .kindNotAccepted(let accepted):
            Problem(
                .fileRefused, "The question accepts \(accepted.joined(separator: ", ")).",
                errors: [.init("?filename", .notAllowed, "must end with \(accepted.joined(separator: ", "))")])
        case .notAFileQuestion:
            Problem(.invalid, errors: [.init("?question", .invalid, "is answered by text")])
        case .tooMany(let most): .conflict("The question takes \(most) at the most; remove one first.")
        case .applicationFull: .conflict("The documents of an application have at most 200 MiB together.")
        case .damaged: .conflict("The file was damaged where it is stored, so nobody gets it.")
        case .startupFull(let storage): StorageRefusal.full(storage).problem
        }
    }
}
