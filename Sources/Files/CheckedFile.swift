public import API

/// A file that was looked through and may be kept.
package struct CheckedFile: Sendable {
    /// Its name, cleaned.
    package let name: FileName
    /// What it is.
    package let kind: FileKind
    /// Its bytes.
    package let file: SpooledFile

    /// How many bytes a piece has in which files are stored and sent.
    package static let piece = 256 * 1024
    /// Most bytes of a file.
    package static let limit = 25 * 1024 * 1024

    /// Looks an upload through, on a thread that may wait. Throws `FileFault`.
    package init(_ upload: Upload, named given: String) async throws {
        try await self.init(upload.file, named: given)
    }

    /// Looks a file through, on a thread that may wait. Throws `FileFault`.
    package init(_ file: SpooledFile, named given: String) async throws {
        let (name, count) = (FileName(cleaning: given), file.count)
        let outcome = try await file.inspect { descriptor -> Result<FileKind, FileFault> in
            Result { () throws(FileFault) in
                try FileCheck().kind(of: name, descriptor: descriptor, count: count)
            }
        }
        (self.name, kind, self.file) = (name, try outcome.get(), file)
    }

    /// One of its pieces; nil after the last.
    package func piece(_ index: Int) async throws -> [UInt8]? {
        let start = index * Self.piece
        guard start < file.count else { return nil }
        return try await file.bytes(at: start, upTo: Self.piece)
    }
}

extension FileFault: Refusal {
    /// What its sender is told.
    public var problem: Problem {
        guard self != .tooLarge else { return Problem(.tooLarge, "A file has at most \(CheckedFile.limit) bytes.") }
        return Problem(.fileRefused, "The file is not taken: \(sentence).", errors: [.init("", .invalid, sentence)])
    }

    private var sentence: String {
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

extension Problem.Kind {
    /// A file is not what it says, or could do harm.
    package static let fileRefused = Problem.Kind("file-refused", "The file is not taken", status: 422)
}
