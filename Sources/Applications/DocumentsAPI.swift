internal import API
internal import Accounts
internal import Files
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// Documents by API: uploading and removing for startups, reading for both sides.
struct DocumentsAPI: Sendable {
    /// Whether a scanner has the last word on what is uploaded.
    let hasScanner: Bool

    var operations: [AnyOperation] { [list, upload, download, remove] }

    private var list: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/documents", "listDocuments",
            summary: "The documents of an application, in the order of the form",
            description: "Managers see none of a draft, and what a startup is changing as it was handed in.",
            tag: "applications", access: .roles([.manager, .founder]), parameters: ApplicationPath.self,
            output: DocumentList.self, problems: [.notFound]
        ) { call in
            let id = call.parameters.application
            guard let summary = try await call.reader.application(id) else { throw Problem.notFound }
            let found =
                if try call.principal.role == .manager, summary.application.state == .changesRequested {
                    try await call.reader.documentsAsHandedIn(of: id)
                } else {
                    try await call.reader.documents(of: id)
                }
            return .ok(DocumentList(items: found.map(DocumentView.init)))
        }.erased
    }

    private var upload: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/documents", "uploadDocument",
            summary: "Answer a question of a draft by a file",
            description: """
                The body is the file, at most 25 MiB. Its name's ending and its contents must agree: pdf, docx, pptx, xlsx, \
                png, jpg, csv or txt. The same bytes to the same question are the document that is there already.
                """,
            tag: "applications", access: .roles([.founder]), parameters: UploadParameters.self, body: Upload.self,
            output: DocumentView.self, success: .created, problems: [.notFound, .conflict, .fileRefused],
            bodyLimit: CheckedFile.limit, consumes: "application/octet-stream"
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            guard try await call.reader.application(path.application) != nil else { throw Problem.notFound }
            let checked = try await CheckedFile(call.body, named: path.filename.string)
            let (id, waits) = (Document.ID(), hasScanner)
            return try await call.write { transaction in
                let document = try await transaction.uploadDocument(
                    checked, to: path.question, of: path.application, as: id, waitsForScanner: waits, by: person)
                return .created(
                    DocumentView(document),
                    location: "/v1/applications/\(path.application)/documents/\(document.id)")
            }
        }.erased
    }

    private var download: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/documents/{document}", "downloadDocument",
            summary: "A document's bytes",
            description: """
                Its name stands in `Content-Disposition`. Managers get it once it is clean, and so do a partner's staff while \
                they screen. What was handed in stays, also after it was replaced. Every download is on the trail.
                """,
            tag: "applications", access: .roles([.manager, .founder, .partner]), rate: .expensive,
            parameters: DocumentPath.self, output: StreamedDownload.self, problems: [.notFound], produces: "*/*"
        ) { call in
            let (path, principal) = (call.parameters, try call.principal)
            guard let document = try await call.reader.readableDocument(path.document, of: path.application),
                document.isReadable(by: principal.role)
            else { throw Problem.notFound }
            return .ok(
                try await call.database.download(
                    document, named: document.name.text, by: principal.personID, as: call.context,
                    headOnly: call.isHead))
        }.erased
    }

    private var remove: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/documents/{document}/removal", "removeDocument",
            summary: "Take a document of a draft away", tag: "applications", access: .roles([.founder]),
            parameters: DocumentPath.self, output: DocumentList.self, problems: [.notFound, .conflict]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                try await transaction.removeDocument(path.document, of: path.application, by: person)
                return .ok(
                    DocumentList(items: try await transaction.documents(of: path.application).map(DocumentView.init)))
            }
        }.erased
    }
}

extension Document {
    /// Its startup opens what it gave; others what was found clean. Nobody opens what is damaged.
    func isReadable(by role: Role) -> Bool {
        damagedAt == nil && (state == .clean || role == .founder && state == .quarantined)
    }
}

struct DocumentPath: Codable {
    let application: Application.ID
    let document: Document.ID
}

struct UploadParameters: Codable {
    let application: Application.ID
    let question: CallForApplications.Question.ID
    let filename: ShortText
}

/// A document as JSON, without its bytes.
struct DocumentView: Described {
    let id: Document.ID
    let question: CallForApplications.Question.ID
    let name: String
    let mediaType: String
    let bytes: Int
    let sha256: String
    let state: Document.State
    let scanner: String?
    let reason: String?
    let uploadedAt: Date
    let damagedAt: Date?

    static var documentation: [String: String] {
        [
            "sha256": "In hexadecimal digits.",
            "scanner": "Which virus scanner found it clean; absent where none is set up.",
            "reason": "What the scanner found.",
            "damaged_at":
                "Since when its bytes have been known to be no longer those that were given; nobody gets them.",
        ]
    }

    init(_ document: Document) {
        id = document.id
        question = document.question
        name = document.name.text
        mediaType = document.mediaType
        bytes = document.bytes
        sha256 = document.sha256.map { byte in
            let digits = Array("0123456789abcdef".unicodeScalars)
            var text = String.UnicodeScalarView()
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
            return String(text)
        }.joined()
        state = document.state
        scanner = document.scanner
        reason = document.reason
        uploadedAt = document.uploadedAt
        damagedAt = document.damagedAt
    }
}

/// All documents of an application.
struct DocumentList: Described {
    let items: [DocumentView]
}
