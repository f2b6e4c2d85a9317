internal import API
internal import Accounts
internal import Institutions
internal import Vocabulary

/// What a firm notes for itself, by API.
enum FirmNotesAPI {
    static let operations: [AnyOperation] = [
        listFirmNotes, writeFirmNote, getFirmNote, reviseFirmNote, listFirmNoteWordings,
    ]

    private static var listFirmNotes: AnyOperation {
        Operation(
            .get, "/v1/startups/{startup}/firm-notes", "listFirmNotes",
            summary: "What one's firm has noted about a startup, the latest first",
            description: "Read by the firm's own people alone.", tag: "investment", access: .roles([.investor]),
            parameters: StartupPath.self, output: FirmNotes.self, problems: [.notFound]
        ) { call in
            let startup = call.parameters.startup
            let notes = try await call.reader.firmNotes(on: [startup])
            // The firm's own words about a startup that is no longer shown stay its own.
            if notes.isEmpty, try await !call.reader.isShown(startup) { throw Problem.notFound }
            return .ok(FirmNotes(items: notes))
        }.erased
    }

    private static var writeFirmNote: AnyOperation {
        Operation(
            .post, "/v1/startups/{startup}/firm-notes", "writeFirmNote",
            summary: "Note something about a startup for one's firm", tag: "investment", access: .roles([.investor]),
            parameters: StartupPath.self, body: NewFirmNote.self, output: FirmNote.self, success: .created,
            problems: [.notFound]
        ) { call in
            let (person, id) = (try call.principal.personID, FirmNote.ID())
            return try await call.write { transaction in
                .created(
                    try await transaction.writeFirmNote(
                        call.body, on: call.parameters.startup, as: id, by: person), location: "/v1/firm-notes/\(id)")
            }
        }.erased
    }

    private static var getFirmNote: AnyOperation {
        Operation(
            .get, "/v1/firm-notes/{note}", "getFirmNote", summary: "A note of one's firm", tag: "investment",
            access: .roles([.investor]), parameters: FirmNotePath.self, output: FirmNote.self, problems: [.notFound]
        ) { call in
            guard let note = try await call.reader.firmNote(call.parameters.note) else { throw Problem.notFound }
            return .ok(note)
        }.erased
    }

    private static var reviseFirmNote: AnyOperation {
        Operation(
            .put, "/v1/firm-notes/{note}", "reviseFirmNote", summary: "Word a note of one's firm anew",
            description: "Each wording is kept.", tag: "investment", access: .roles([.investor]),
            parameters: FirmNotePath.self, body: NewFirmNote.self, output: FirmNote.self, problems: [.notFound]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                .ok(
                    try await transaction.reviseFirmNote(call.parameters.note, to: call.body, by: person) {
                        try call.match($0)
                    })
            }
        }.erased
    }

    private static var listFirmNoteWordings: AnyOperation {
        Operation(
            .get, "/v1/firm-notes/{note}/wordings", "listFirmNoteWordings",
            summary: "Every wording that a note of one's firm has had, the latest first", tag: "investment",
            access: .roles([.investor]), parameters: FirmNotePath.self, output: FirmNoteWordings.self,
            problems: [.notFound]
        ) { call in
            let wordings = try await call.reader.wordings(of: call.parameters.note)
            guard !wordings.isEmpty else { throw Problem.notFound }
            return .ok(FirmNoteWordings(items: wordings))
        }.erased
    }
}

struct FirmNotePath: Codable {
    let note: FirmNote.ID
}

struct FirmNotes: Codable {
    let items: [FirmNote]
}

struct FirmNoteWordings: Codable {
    let items: [FirmNoteWording]
}

extension FirmNote: Described {
    package static var documentation: [String: String] {
        ["version": "Which of its wordings counts, from 1; all are kept."]
    }
}
