internal import API
internal import Accounts
internal import Applications
internal import Files
internal import Pages
internal import Postgres
internal import Vocabulary

extension ReviewSheet {
    /// What a reviewer is shown as a document's name. Where the round names no startup, neither may a file: startups like
    /// to call their deck after themselves.
    func name(of document: Document, at index: Int) -> String {
        guard summary.startupName == nil, let kind = document.name.kind else { return document.name.text }
        return "\(summary.code)-\(index + 1).\(kind.rawValue)"
    }
}

extension ReviewerPages {
    var download: AnyRoute {
        PageRoute(
            .get, "/reviews/{assignment}/documents/{document}", "downloadReviewDocument", access: .roles([.reviewer]),
            rate: .expensive, parameters: AssignmentDocumentPath.self
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
                    document, named: sheet.name(of: document, at: index), by: person, as: call.context))
        }.erased
    }
}

struct AssignmentDocumentPath: Codable {
    let assignment: ReviewAssignment.ID
    let document: Document.ID
}
