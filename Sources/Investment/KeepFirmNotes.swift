internal import API
package import Accounts
package import Institutions
package import Postgres

extension Transaction {
    /// Notes something about a startup for one's own firm. Throws not found for a startup that the firm was not shown.
    package func writeFirmNote(
        _ new: NewFirmNote, on startup: Startup.ID, as id: FirmNote.ID, by person: Person.ID
    ) async throws -> FirmNote {
        guard try await isShown(startup) else { throw Problem.notFound }
        try await insert(new, on: startup, as: id, by: person)
        guard let note = try await firmNote(id) else { throw Problem.notFound }
        return note
    }

    /// Words a note of one's firm anew, whoever wrote it, after `matching` has looked at the wording being replaced; what it
    /// said is kept. The same words make no new wording. Throws not found.
    package func reviseFirmNote(
        _ id: FirmNote.ID, to new: NewFirmNote, by person: Person.ID, matching: (FirmNote) throws -> Void
    ) async throws -> FirmNote {
        guard let current = try await lockFirmNote(id) else { throw Problem.notFound }
        try matching(current)
        guard new.body != current.body else { return current }
        try await insertWording(new, of: id, version: current.version + 1, by: person)
        try await setVersion(current.version + 1, of: id)
        guard let note = try await firmNote(id) else { throw Problem.notFound }
        return note
    }
}
