internal import Accounts
internal import Foundation
package import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// What the acting firm has noted about some startups, the latest first.
    package func firmNotes(on startups: [Startup.ID]) async throws -> [FirmNote] {
        try await rows(
            """
            -- firmNotes
            \(fragment: .firmNotes) AND n.startup_id = ANY (\(startups))
            ORDER BY n.written_at DESC, n.id DESC
            LIMIT 2000
            """
        ).map(FirmNote.init)
    }

    /// A note of the acting firm; nil when there is none, or it is not the firm's.
    package func firmNote(_ id: FirmNote.ID) async throws -> FirmNote? {
        try await first("/* firmNote */ \(fragment: .firmNotes) AND n.id = \(id)").map(FirmNote.init)
    }

    /// Every wording that a note of the acting firm has had, the latest first.
    package func wordings(of id: FirmNote.ID) async throws -> [FirmNoteWording] {
        try await rows(
            """
            -- wordings of a firm's note
            WITH \(fragment: .colleagues)
            SELECT w.version, w.body, w.written_at, w.written_by, c.name
            FROM firm_note_texts AS w
            JOIN firm_notes AS n ON n.tenant_id = w.tenant_id AND n.id = w.note_id
            LEFT JOIN colleagues AS c ON c.person_id = w.written_by
            WHERE w.tenant_id = acting_tenant() AND \(fragment: .reachOfFirmNotes) AND w.note_id = \(id)
            ORDER BY w.version DESC
            LIMIT 200
            """
        ).map { row in
            try FirmNoteWording(
                version: row("version"), body: row("body"), writtenAt: row("written_at"),
                writtenBy: Colleague(person: row("written_by"), name: row("name") ?? ""))
        }
    }

    /// Whether the acting investor has a startup on a list that it sees.
    func isShown(_ startup: Startup.ID) async throws -> Bool {
        try await one("/* isShown */ SELECT acts_as('investor') AND shown_to_acting_investor(\(startup)) AS shown")(
            "shown")
    }
}

extension Query {
    /// The people of the acting firm, those who have left it as well, as a named part of a query.
    static var colleagues: Query {
        """
        colleagues AS MATERIALIZED (
            SELECT DISTINCT ON (p.person_id) p.person_id, p.name
            FROM people_of_firm(acting_institution(), acting_role()) AS p ORDER BY p.person_id)
        """
    }

    fileprivate static var reachOfFirmNotes: Query { "acts_as('investor') AND n.investor_id = acting_institution()" }

    fileprivate static var firmNotes: Query {
        """
        WITH \(fragment: .colleagues)
        SELECT n.id, n.startup_id, n.version, w.body, n.written_at, n.written_by, a.name AS author,
               w.written_at AS revised_at, w.written_by AS revised_by, e.name AS editor
        FROM firm_notes AS n
        JOIN firm_note_texts AS w ON w.tenant_id = n.tenant_id AND w.note_id = n.id AND w.version = n.version
        LEFT JOIN colleagues AS a ON a.person_id = n.written_by
        LEFT JOIN colleagues AS e ON e.person_id = w.written_by
        WHERE n.tenant_id = acting_tenant() AND \(fragment: .reachOfFirmNotes)
        """
    }
}

extension FirmNote {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), startup: row("startup_id"), version: row("version"), body: row("body"),
            writtenAt: row("written_at"),
            writtenBy: Colleague(person: row("written_by"), name: row("author") ?? ""), revisedAt: row("revised_at"),
            revisedBy: Colleague(person: row("revised_by"), name: row("editor") ?? ""))
    }
}

extension Transaction {
    func insert(_ new: NewFirmNote, on startup: Startup.ID, as id: FirmNote.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- writeFirmNote
            INSERT INTO firm_notes (tenant_id, id, investor_id, startup_id, written_by)
            VALUES (acting_tenant(), \(id), acting_institution(), \(startup), \(person))
            """)
        try await insertWording(new, of: id, version: 1, by: person)
    }

    func insertWording(
        _ new: NewFirmNote, of id: FirmNote.ID, version: Int, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- writeFirmNote: wording
            INSERT INTO firm_note_texts (tenant_id, note_id, version, body, written_by)
            VALUES (acting_tenant(), \(id), \(version), \(new.body), \(person))
            """)
    }

    func lockFirmNote(_ id: FirmNote.ID) async throws -> FirmNote? {
        guard
            try await first(
                """
                -- lockFirmNote
                SELECT id FROM firm_notes WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE
                """) != nil
        else { return nil }
        return try await firmNote(id)
    }

    func setVersion(_ version: Int, of id: FirmNote.ID) async throws {
        try await execute(
            """
            -- reviseFirmNote
            UPDATE firm_notes SET version = \(version) WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }
}
