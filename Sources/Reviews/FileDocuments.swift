internal import API
internal import Accounts
internal import Applications
internal import Files
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

extension ReviewFile {
    /// What a reviewer is shown as a document's name. Where the round names no startup, neither may a file: startups like
    /// to call their deck after themselves.
    func name(of document: Document, at index: Int) -> String {
        guard startupName == nil, let kind = document.name.kind else { return document.name.text }
        return "\(code)-\(index + 1).\(kind.rawValue)"
    }
}

extension Statements {
    /// The files among the answers of a round's file as it was frozen, for whoever reads it: those who judge it, and the chair
    /// of the panel.
    func documents(of file: ReviewFile) async throws -> [Document] {
        try await cleanDocuments(file.answers.flatMap { $0.documents ?? [] }, of: file.application)
    }
}

extension ReviewerPages {
    var download: AnyRoute {
        PageRoute(
            .get, "/reviews/{assignment}/documents/{document}", "downloadReviewDocument", access: .roles([.reviewer]),
            rate: .expensive, parameters: AssignmentDocumentPath.self, servesDocument: true
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            let sheet = try await call.database.snapshot(as: call.context) { snapshot in
                try await snapshot.sheet(path.assignment)
            }
            guard let sheet, let index = sheet.documents.firstIndex(where: { $0.id == path.document }) else {
                throw Problem.notFound
            }
            let document = sheet.documents[index]
            return .download(
                try await call.database.download(
                    document, named: sheet.file.name(of: document, at: index), by: person, as: call.context,
                    headOnly: call.isHead))
        }.erased
    }
}

/// The files of a round by API, for whoever reads its answers there.
enum FileDocumentsAPI {
    static let operations: [AnyOperation] = [list, download]

    private static var list: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/applications/{application}/documents", "listFileDocuments",
            summary: "The files among the answers that a round reads of an application",
            description: """
                For those who judge it, and for the chair of the panel. Where the round names no startup, neither do its \
                files.
                """,
            tag: "reviews", access: .roles([.reviewer]), parameters: RoundApplicationPath.self,
            output: FileDocumentList.self, problems: [.notFound]
        ) { call in
            let path = call.parameters
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard let file = try await snapshot.file(of: path.application, in: path.round) else {
                    throw Problem.notFound
                }
                return .ok(
                    FileDocumentList(
                        items: try await snapshot.documents(of: file).enumerated().map { index, document in
                            FileDocumentView(document, named: file.name(of: document, at: index))
                        }))
            }
        }.erased
    }

    private static var download: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/applications/{application}/documents/{document}", "downloadFileDocument",
            summary: "The bytes of such a file",
            description: "Its name stands in `Content-Disposition`. Every download is on the trail.", tag: "reviews",
            access: .roles([.reviewer]), rate: .expensive, parameters: RoundDocumentPath.self,
            output: StreamedDownload.self, problems: [.notFound], produces: "*/*"
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            let found: (Document, String)? = try await call.database.snapshot(as: call.context) { snapshot in
                guard let file = try await snapshot.file(of: path.application, in: path.round) else { return nil }
                let documents = try await snapshot.documents(of: file)
                return documents.firstIndex { $0.id == path.document }.map { index in
                    (documents[index], file.name(of: documents[index], at: index))
                }
            }
            guard let (document, name) = found else { throw Problem.notFound }
            return .ok(
                try await call.database.download(
                    document, named: name, by: person, as: call.context, headOnly: call.isHead))
        }.erased
    }
}

/// The files among the answers of a file.
struct FileDocumentList: Described {
    let items: [FileDocumentView]
}

/// A document as a reviewer knows it.
struct FileDocumentView: Codable {
    let id: Document.ID
    let question: CallForApplications.Question.ID
    let name: String
    let mediaType: String
    let bytes: Int

    init(_ document: Document, named name: String) {
        id = document.id
        question = document.question
        self.name = name
        mediaType = document.mediaType
        bytes = document.bytes
    }
}

struct AssignmentDocumentPath: Codable {
    let assignment: ReviewAssignment.ID
    let document: Document.ID
}

struct RoundDocumentPath: Codable {
    let round: ReviewRound.ID
    let application: Application.ID
    let document: Document.ID
}
