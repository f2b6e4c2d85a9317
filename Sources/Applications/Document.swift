package import API
package import Files
package import Foundation
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

    /// How many bytes a piece has in which documents are stored and sent.
    static let chunk = 256 * 1024
    /// Most bytes of all documents of an application.
    package static let applicationLimit = 200 * 1024 * 1024
    /// Most bytes of one.
    package static let limit = 25 * 1024 * 1024
}

/// A file that was looked through and can be given as an answer.
package struct CheckedFile: Sendable {
    /// Its name, cleaned.
    package let name: FileName
    /// What it is.
    package let kind: FileKind
    /// Its bytes.
    package let file: SpooledFile

    /// Looks a file through, on a thread that may wait. Throws `DocumentRefusal.fault`.
    package init(_ upload: Upload, named given: String) async throws {
        let (name, count) = (FileName(cleaning: given), upload.file.count)
        let outcome = try await upload.file.inspect { descriptor -> Result<FileKind, FileFault> in
            Result { () throws(FileFault) in
                try FileCheck().kind(of: name, descriptor: descriptor, count: count)
            }
        }
        switch outcome {
        case .success(let kind): (self.name, self.kind, file) = (name, kind, upload.file)
        case .failure(let fault): throw DocumentRefusal.fault(fault)
        }
    }
}

/// Why a file does not become an answer.
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

    package var problem: Problem {
        switch self {
        case .fault(.tooLarge): Problem(.tooLarge, "A file has at most \(Document.limit) bytes.")
        case .fault(let fault):
            Problem(
                .fileRefused, "The file is not taken: \(fault.sentence).", errors: [.init("", .invalid, fault.sentence)]
            )
        case .kindNotAccepted(let accepted):
            Problem(
                .fileRefused, "The question accepts \(accepted.joined(separator: ", ")).",
                errors: [.init("?filename", .notAllowed, "must end with \(accepted.joined(separator: ", "))")])
        case .notAFileQuestion:
            Problem(.invalid, errors: [.init("?question", .invalid, "is answered by text")])
        case .tooMany(let most): .conflict("The question takes \(most) at the most; remove one first.")
        case .applicationFull: .conflict("The documents of an application have at most 200 MiB together.")
        }
    }
}

extension Problem.Kind {
    /// A file is not what it says, or could do harm.
    package static let fileRefused = Problem.Kind("file-refused", "The file is not taken", status: 422)
}

extension FileFault {
    fileprivate var sentence: String {
        switch self {
        case .empty: "it is empty"
        case .tooLarge: "it is too large"
        case .unknownKind: "its name must end with pdf, docx, pptx, xlsx, png, jpg, csv or txt"
        case .otherKind: "its contents are not what its name says"
        case .polyglot: "it is more than one file"
        case .damaged: "it cannot be read to its end"
        case .encrypted: "it is protected by a password"
        case .macros: "it carries macros"
        case .nestedArchive: "it carries another archive or Office document"
        case .unsafeEntry: "an entry in it points outside"
        case .bomb: "it is far larger unpacked"
        case .tooManyPixels: "its picture has too many pixels"
        case .notText: "its text is not UTF-8"
        case .active: "it is a web page or drawing"
        }
    }
}
