import API
import Accounts
import Files
import Foundation
import Institutions
import Postgres
import Vocabulary

import struct API.Operation

/// The files of agreements, by API.
struct MoUDocumentsAPI: Sendable {
    /// Whether a scanner has the last word on what is given.
    let hasScanner: Bool

    var operations: [AnyOperation] { [list, give, download, withdraw] }

    private var list: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/documents", "listMoUDocuments",
            summary: "The files of an agreement, the latest first",
            description: "A partner's staff see those that are clean or their own, and nothing that is confidential.",
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: MoUPath.self,
            output: MoUDocumentList.self, problems: [.notFound]
        ) { call in
            guard let mou = try await call.reader.mou(call.parameters.mou) else { throw Problem.notFound }
            return .ok(MoUDocumentList(items: try await call.reader.documents(of: mou.id).map(MoUDocumentView.init)))
        }.erased
    }

    private var give: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/documents", "giveMoUDocument",
            summary: "Give a signed copy, an annex or minutes to an agreement",
            description: """
                The body is the file, at most 25 MiB. Its name's ending and its contents must agree: pdf, docx, pptx, xlsx, \
                png, jpg, csv or txt. The same bytes are the file that is there already. A confidential file stays among \
                managers.
                """,
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: GiveMoUDocument.self,
            body: Upload.self, output: MoUDocumentView.self, success: .created,
            problems: [.notFound, .conflict, .fileRefused], bodyLimit: CheckedFile.limit,
            consumes: "application/octet-stream"
        ) { call in
            let (path, principal) = (call.parameters, try call.principal)
            let (tenant, person) = (try principal.workspace, principal.personID)
            guard try await call.reader.mou(path.mou) != nil else { throw Problem.notFound }
            guard principal.role == .manager || path.confidential != true else {
                throw Problem(
                    .invalid, errors: [.init("?confidential", .notAllowed, "Only the park keeps files to itself.")])
            }
            let new = NewMoUDocument(
                try await CheckedFile(call.body, named: path.filename.string), as: path.kind,
                from: Institution.ID(try principal.actsFor), isConfidential: path.confidential ?? false)
            let (id, waits) = (MoUDocument.ID(), hasScanner)
            return try await call.write { transaction in
                let document = try await transaction.giveDocument(
                    new, as: id, to: path.mou, waitsForScanner: waits, in: tenant, by: person)
                return .created(
                    MoUDocumentView(document), location: "/v1/mous/\(path.mou)/documents/\(document.id)")
            }
        }.erased
    }

    private var download: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/documents/{document}", "downloadMoUDocument", summary: "The bytes of a file",
            description: "Its name stands in `Content-Disposition`. Every download is on the trail.",
            tag: "partnerships", access: .roles([.manager, .partner]), rate: .expensive,
            parameters: MoUDocumentPath.self, output: StreamedDownload.self, problems: [.notFound], produces: "*/*"
        ) { call in
            .ok(
                try await call.database.download(
                    call.parameters.document, of: call.parameters.mou, by: try call.principal, as: call.context,
                    headOnly: call.isHead))
        }.erased
    }

    private var withdraw: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/documents/{document}/withdrawal", "withdrawMoUDocument",
            summary: "Take a file of an agreement away",
            description: "Managers every one, a partner's staff what their institution gave. Its hash stays on record.",
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: MoUDocumentPath.self,
            output: MoUDocumentList.self, problems: [.notFound]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                try await transaction.withdrawDocument(path.document, of: path.mou, by: person)
                return .ok(
                    MoUDocumentList(items: try await transaction.documents(of: path.mou).map(MoUDocumentView.init)))
            }
        }.erased
    }
}

struct MoUDocumentPath: Codable {
    let mou: MoU.ID
    let document: MoUDocument.ID
}

struct GiveMoUDocument: Codable {
    let mou: MoU.ID
    let kind: MoUDocument.Kind
    let filename: ShortText
    let confidential: Bool?
}

/// A file of an agreement as JSON, without its bytes.
struct MoUDocumentView: Described {
    let id: MoUDocument.ID
    let kind: MoUDocument.Kind
    let name: String
    let mediaType: String
    let bytes: Int
    let sha256: String
    let institution: Institution.ID
    let isConfidential: Bool
    let state: MoUDocument.State
    let reason: String?
    let givenAt: Date
    let damagedAt: Date?

    static let documentation = [
        "sha256": "In hexadecimal digits.", "institution": "Whose person gave it.",
        "is_confidential": "Whether the park keeps it to itself.", "reason": "What the scanner found.",
        "damaged_at": "Since when its bytes have been known to be no longer those that were given; nobody gets them.",
    ]

    init(_ document: MoUDocument) {
        (id, kind, name) = (document.id, document.kind, document.name.text)
        (mediaType, bytes, sha256) = (document.mediaType, document.bytes, document.sha256)
        (institution, isConfidential) = (document.institution, document.isConfidential)
        (state, reason, givenAt) = (document.state, document.reason, document.givenAt)
        damagedAt = document.damagedAt
    }
}

struct MoUDocumentList: Described {
    let items: [MoUDocumentView]
}
