import API
import Foundation
import Postgres

import struct API.Operation

/// A small room of its own for these tests: notes that belong to a membership.
enum Mood: String, Codable, CaseIterable, Sendable, Described {
    case calm, stormy
}

struct Label: Described, Hashable {
    let text: String

    static var schema: Schema { .string(minimum: 2, maximum: 12, pattern: "^[a-z]+$", example: "harbour") }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        text = try container.decode(String.self)
        guard text.utf8.allSatisfy({ $0 >= 0x61 && $0 <= 0x7A }) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "takes small letters only")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

struct Amount: Described, Hashable {
    let amountMinor: Int
    let currency: String

    static let documentation = ["amountMinor": "In the currency's smallest unit."]
}

struct NewNote: Described, Hashable {
    var title: String
    var label: Label?
    var mood: Mood
    var amount: Amount?
    var tags: [String]?
    var names: [String: String]?
    var urgent: Bool?
}

struct Note: Described, Hashable {
    let id: UUID
    var title: String
    var mood: Mood
    var writtenAt: Date
}

struct NotePath: Described {
    let note: UUID
}

struct ListNotes: Described {
    var mood: Mood?
    var limit: PageSize?
    var cursor: PageCursor?
}

enum NoteRefusal: Refusal {
    case tooStormy

    var problem: Problem {
        Problem(.conflict, "No notes in a storm.")
    }
}

enum Notebook {
    static let access = Access.roles([.manager, .founder])

    static var operations: [AnyOperation] {
        [
            Operation(
                .get, "/v1/notes/{note}", "getNote", summary: "A note", tag: "notes", access: access,
                parameters: NotePath.self
            ) { call in
                .ok(try await call.reader.note(call.parameters.note))
            }.erased,
            Operation(
                .get, "/v1/notes", "listNotes", summary: "Notes", tag: "notes", access: access,
                parameters: ListNotes.self, output: Page<Note>.self
            ) { call in
                let size = call.parameters.limit
                let after = try call.position(call.parameters.cursor, as: UUID.self)
                let notes = try await call.reader.notes(after: after, limit: PageSize.rows(for: size))
                return .ok(try call.page(notes, size: size, position: \.id))
            }.erased,
            Operation(
                .post, "/v1/notes", "createNote", summary: "Write a note", tag: "notes", access: access,
                body: NewNote.self, output: Note.self, success: .created
            ) { call in
                let new = call.body
                return try await call.write { transaction in
                    if new.mood == .stormy { throw NoteRefusal.tooStormy }
                    let note = try await transaction.writeNote(new)
                    return .created(note, location: "/v1/notes/\(note.id.uuidString.lowercased())")
                }
            }.erased,
            Operation(
                .put, "/v1/notes/{note}", "replaceNote", summary: "Rewrite a note", tag: "notes", access: access,
                parameters: NotePath.self, body: NewNote.self, output: Note.self
            ) { call in
                try await call.write { transaction in
                    let current = try await transaction.note(call.parameters.note, locking: true)
                    try call.match(current)
                    return .ok(try await transaction.rewriteNote(current.id, call.body))
                }
            }.erased,
            Operation(
                .delete, "/v1/notes/{note}", "deleteNote", summary: "Tear a note up", tag: "notes", access: access,
                parameters: NotePath.self, output: NoOutput.self
            ) { call in
                try await call.write { transaction in
                    let current = try await transaction.note(call.parameters.note, locking: true)
                    try call.match(current)
                    try await transaction.execute("DELETE FROM notes WHERE id = \(current.id)")
                    return .noContent
                }
            }.erased,
        ]
    }

    static var pages: [AnyRoute] {
        [
            PageRoute(.get, "/notes/new", "newNotePage", access: .signedIn) { call in
                HTML(bytes: Array("<form method=post><input name=csrf value=\(call.csrf)></form>".utf8))
            }.erased,
            PageRoute(.post, "/notes/new", "createNotePage", access: .signedIn, body: NewNote.self) { call in
                let new: NewNote
                do throws(Problem) {
                    new = try call.decoded()
                } catch {
                    let pointers = error.errors.map(\.pointer).joined(separator: " ")
                    return HTML(status: 422, bytes: Array(pointers.utf8))
                }
                return try await call.write { transaction in
                    let note = try await transaction.writeNote(new)
                    return .redirect(to: "/notes/\(note.id.uuidString.lowercased())")
                }
            }.erased,
        ]
    }

    static let constraints: ConstraintProblems = [
        "notes_title_once_per_seat": .conflict("You have a note of that title.")
    ]
}

extension Statements {
    func note(_ id: UUID, locking: Bool = false) async throws -> Note {
        let lock: Query = locking ? "FOR UPDATE" : ""
        return try Note(
            row: await one(
                """
                -- notebook: one note
                SELECT id, title, mood, written_at FROM notes WHERE id = \(id) \(fragment: lock)
                """))
    }

    func notes(after: UUID?, limit: Int) async throws -> [Note] {
        try await rows(
            """
            -- notebook: notes in order of id
            SELECT id, title, mood, written_at FROM notes
            WHERE \(after)::uuid IS NULL OR id > \(after) ORDER BY id LIMIT \(limit)
            """
        ).map { try Note(row: $0) }
    }
}

extension Transaction {
    func writeNote(_ new: NewNote) async throws -> Note {
        try Note(
            row: await one(
                """
                -- notebook: write a note
                INSERT INTO notes (membership_id, title, mood) VALUES (acting_membership(), \(new.title), \(new.mood.rawValue))
                RETURNING id, title, mood, written_at
                """))
    }

    func rewriteNote(_ id: UUID, _ new: NewNote) async throws -> Note {
        try Note(
            row: await one(
                """
                -- notebook: rewrite a note
                UPDATE notes SET title = \(new.title), mood = \(new.mood.rawValue) WHERE id = \(id)
                RETURNING id, title, mood, written_at
                """))
    }
}

extension Note {
    init(row: Row) throws {
        let mood: String
        (id, title, mood, writtenAt) = try row.decode(UUID.self, String.self, String.self, Date.self)
        self.mood = Mood(rawValue: mood) ?? .calm
    }
}
