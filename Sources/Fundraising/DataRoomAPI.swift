internal import API
internal import Accounts
internal import Files
internal import Foundation
internal import Institutions
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// Data rooms by API.
struct DataRoomAPI: Sendable {
    /// Whether a scanner has the last word on what is uploaded.
    let hasScanner: Bool
    let watermarker: Watermarker

    var operations: [AnyOperation] {
        [getDataRoom, add, replace, remove, grant, revoke, view, download, listAccesses]
    }

    private var getDataRoom: AnyOperation {
        Operation(
            .get, "/v1/startups/{startup}/data-room", "getDataRoom", summary: "The documents of a startup's data room",
            description: """
                By folder and title. A startup sees all, with the grants that were not revoked; an investor those it may \
                read now, and no grants.
                """, tag: "fundraising", access: .roles([.founder, .investor]), parameters: DataRoomPath.self,
            output: DataRoom.self
        ) { call in
            .ok(
                DataRoom(
                    documents: try await call.reader.roomDocuments(of: call.parameters.startup),
                    grants: try await call.reader.roomGrants(of: call.parameters.startup)))
        }.erased
    }

    private var add: AnyOperation {
        Operation(
            .post, "/v1/data-room/documents", "addRoomDocument", summary: "Add a document to one's data room",
            description: """
                The body is the file, at most 25 MiB: pdf, docx, pptx, xlsx, png, jpg, csv or txt, by name and contents. \
                Unless `watermarked` is false, nobody but the startup gets it without the reader's name on every page, which \
                is possible with a PDF only.
                """, tag: "fundraising", access: .roles([.founder]), parameters: NewDocumentParameters.self,
            body: Upload.self, output: RoomDocument.self, success: .created, problems: [.conflict, .fileRefused],
            bodyLimit: CheckedFile.limit, consumes: "application/octet-stream"
        ) { call in
            let (query, principal, id) = (call.parameters, try call.principal, RoomDocument.ID())
            let checked = try await CheckedFile(call.body, named: query.filename.string)
            let (startup, waits) = (Startup.ID(try principal.actsFor), hasScanner)
            return try await call.write { transaction in
                let document = try await transaction.addRoomDocument(
                    NewRoomDocument(query.title, in: query.folder, watermarked: query.watermarked ?? true), checked,
                    as: id, of: startup, waitsForScanner: waits, by: principal.personID)
                return .created(document, location: "/v1/startups/\(startup)/data-room")
            }
        }.erased
    }

    private var replace: AnyOperation {
        Operation(
            .post, "/v1/data-room/documents/{document}/versions", "replaceRoomDocument",
            summary: "Give a document another file",
            description: "Who may read the document reads the latest version, once it was found clean.",
            tag: "fundraising", access: .roles([.founder]), parameters: NewVersionParameters.self, body: Upload.self,
            output: RoomDocument.self, success: .created, problems: [.notFound, .conflict, .fileRefused],
            bodyLimit: CheckedFile.limit, consumes: "application/octet-stream"
        ) { call in
            let (query, principal, waits) = (call.parameters, try call.principal, hasScanner)
            guard try await call.reader.roomDocument(query.document) != nil else { throw Problem.notFound }
            let checked = try await CheckedFile(call.body, named: query.filename.string)
            return try await call.write { transaction in
                let document = try await transaction.replaceRoomDocument(
                    query.document, by: checked, waitsForScanner: waits, by: principal.personID)
                return .created(document, location: "/v1/startups/\(document.startup)/data-room")
            }
        }.erased
    }

    private var remove: AnyOperation {
        Operation(
            .post, "/v1/data-room/documents/{document}/removal", "removeRoomDocument",
            summary: "Take a document out of the data room, for good",
            description: "Its bytes are gone; who read it stays on record.", tag: "fundraising",
            access: .roles([.founder]), parameters: RoomDocumentPath.self, output: NoOutput.self, problems: [.notFound]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                try await transaction.removeRoomDocument(call.parameters.document, by: person)
                return .noContent
            }
        }.erased
    }

    private var grant: AnyOperation {
        Operation(
            .post, "/v1/data-room/documents/{document}/grants", "grantReading",
            summary: "Let a firm read a document, or all that are introduced",
            description: """
                Without `investor` it is for every investor that is introduced, as long as it is. A firm is named that asked \
                to be introduced or indicated an amount. It replaces what was said of the same firm before.
                """, tag: "fundraising", access: .roles([.founder]), parameters: RoomDocumentPath.self,
            body: NewRoomGrant.self, output: RoomGrant.self, success: .created, problems: [.notFound, .conflict]
        ) { call in
            let (document, id, principal) = (call.parameters.document, RoomGrant.ID(), try call.principal)
            let startup = try principal.actsFor.text
            return try await call.write { transaction in
                .created(
                    try await transaction.grantReading(of: document, call.body, as: id, by: principal.personID),
                    location: "/v1/startups/\(startup)/data-room")
            }
        }.erased
    }

    private var revoke: AnyOperation {
        Operation(
            .post, "/v1/data-room/documents/{document}/grants/{grant}/revocation", "revokeRoomGrant",
            summary: "Take a grant back, at once", tag: "fundraising", access: .roles([.founder]),
            parameters: RoomGrantPath.self, output: NoOutput.self, problems: [.notFound, .conflict]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                try await transaction.revokeGrant(path.grant, of: path.document, by: person)
                return .noContent
            }
        }.erased
    }

    private var view: AnyOperation {
        Operation(
            .get, "/v1/data-room/documents/{document}/view", "viewRoomDocument", summary: "A document, to be shown",
            description: """
                A PDF with the reader's name, firm and the moment on every page, unless the startup excepted it. It is \
                logged, and the startup sees by whom, when and which version.
                """, tag: "fundraising", access: .roles([.founder, .investor]), rate: .expensive,
            parameters: RoomDocumentPath.self, output: StreamedDownload.self, problems: [.notFound, .conflict],
            produces: "*/*"
        ) { call in
            try await deliver(call, as: .view)
        }.erased
    }

    private var download: AnyOperation {
        Operation(
            .get, "/v1/data-room/documents/{document}/download", "downloadRoomDocument",
            summary: "A document, to be taken away", description: "For whom the startup lets, and logged like a view.",
            tag: "fundraising", access: .roles([.founder, .investor]), rate: .expensive,
            parameters: RoomDocumentPath.self, output: StreamedDownload.self, problems: [.notFound, .conflict],
            produces: "*/*"
        ) { call in
            try await deliver(call, as: .download)
        }.erased
    }

    private func deliver(
        _ call: Call<RoomDocumentPath, NoBody>, as deed: RoomDocument.Right
    ) async throws -> Reply<StreamedDownload> {
        let file = RoomFile(database: call.database, context: call.context, watermarker: watermarker)
        return .ok(
            try await file.deliver(
                call.parameters.document, as: deed, to: try call.principal, headOnly: call.isHead))
    }

    private var listAccesses: AnyOperation {
        Operation(
            .get, "/v1/data-room/accesses", "listRoomAccesses",
            summary: "Who was shown one's documents or took them away, the latest first", tag: "fundraising",
            access: .roles([.founder]), parameters: ListAccesses.self, output: Page<RoomAccess>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: RoomAccessPosition.self)
            let found = try await call.reader.roomAccesses(
                after: after, limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(found, size: call.parameters.limit) { RoomAccessPosition($0) })
        }.erased
    }
}

struct DataRoomPath: Codable {
    let startup: Startup.ID
}

struct RoomDocumentPath: Codable {
    let document: RoomDocument.ID
}

struct RoomGrantPath: Codable {
    let document: RoomDocument.ID
    let grant: RoomGrant.ID
}

struct NewDocumentParameters: Codable {
    let folder: Name
    let title: Name
    let filename: ShortText
    let watermarked: Bool?
}

struct NewVersionParameters: Codable {
    let document: RoomDocument.ID
    let filename: ShortText
}

struct ListAccesses: Codable {
    let limit: PageSize?
    let cursor: PageCursor?
}

/// A data room as far as its reader knows it.
struct DataRoom: Described {
    let documents: [RoomDocument]
    let grants: [RoomGrant]

    static let documentation = ["grants": "For the startup alone: those that were not revoked, the latest first."]
}

extension RoomDocument: Described {
    package static var documentation: [String: String] {
        [
            "watermarked": "Whether nobody but the startup gets it without a watermark.",
            "latest": "For an investor, the latest version that was found clean.",
            "right": "Whether the reader may take it away, or only have it shown.",
        ]
    }
}

extension RoomGrant: Described {
    package static var documentation: [String: String] {
        ["investor": "Absent for every investor that is introduced, as long as it is."]
    }
}

extension NewRoomGrant: Described {}

extension RoomAccess: Described {
    package static var documentation: [String: String] {
        ["id": "Its first eight digits stand in the watermark.", "person_name": "As the watermark says it."]
    }
}
