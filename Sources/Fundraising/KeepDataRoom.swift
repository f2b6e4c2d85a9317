internal import API
package import Accounts
package import Files
package import Institutions
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Adds a document to a startup's data room. Nobody else reads it before somebody is let.
    ///
    /// Throws `RoomRefusal.needsPDF`, `StorageRefusal`, or not found when the startup is not the seat's.
    ///
    /// - Parameter waitsForScanner: whether a scanner has the next word; without one the look at its structure was the last.
    package func addRoomDocument(
        _ new: NewRoomDocument, _ checked: CheckedFile, as id: RoomDocument.ID, of startup: Startup.ID,
        waitsForScanner: Bool, by person: Person.ID
    ) async throws -> RoomDocument {
        guard try await self.startup(startup) != nil else { throw Problem.notFound }
        try await insert(new, as: id, of: startup, by: person)
        return try await addVersion(
            checked, of: id, in: startup, watermarked: new.watermarked, waitsForScanner: waitsForScanner, by: person)
    }

    /// Gives a document another file. Who may read it reads this one, once it was found clean; which version somebody read
    /// stays on record.
    ///
    /// Throws `RoomRefusal.needsPDF`, `StorageRefusal`, or not found.
    package func replaceRoomDocument(
        _ id: RoomDocument.ID, by checked: CheckedFile, waitsForScanner: Bool, by person: Person.ID
    ) async throws -> RoomDocument {
        guard let document = try await lockRoomDocument(id) else { throw Problem.notFound }
        return try await addVersion(
            checked, of: id, in: document.startup, watermarked: document.watermarked, waitsForScanner: waitsForScanner,
            by: person)
    }

    private func addVersion(
        _ checked: CheckedFile, of id: RoomDocument.ID, in startup: Startup.ID, watermarked: Bool,
        waitsForScanner: Bool, by person: Person.ID
    ) async throws -> RoomDocument {
        guard !watermarked || checked.kind == .pdf else { throw RoomRefusal.needsPDF }
        if let storage = try await storage(of: startup), storage.left < checked.file.count {
            throw StorageRefusal.full(storage)
        }
        let number = try await countVersions(of: id, in: startup) + 1
        try await insert(
            checked, as: number, of: id, in: startup, as: waitsForScanner ? .quarantined : .clean, by: person)
        if waitsForScanner {
            try await enqueue(ScanRoomDocument(startup: startup.uuid, document: id.uuid, number: number))
        }
        guard let document = try await roomDocument(id, of: startup) else { throw Problem.notFound }
        return document
    }

    /// Takes a document out of the data room, for good. Its bytes are gone; who read it stays on record.
    ///
    /// Throws not found.
    package func removeRoomDocument(_ id: RoomDocument.ID, by person: Person.ID) async throws {
        guard let document = try await lockRoomDocument(id) else { throw Problem.notFound }
        try await remove(document, by: person)
    }

    /// Lets a firm read a document, or all that are introduced; it replaces what was said of the same firm before.
    ///
    /// Throws `RoomRefusal`, or not found. The database refuses a firm that has neither asked for the
    /// startup nor indicated anything (`grants_go_to_firms_that_asked`).
    package func grantReading(
        of document: RoomDocument.ID, _ new: NewRoomGrant, as id: RoomGrant.ID, by person: Person.ID
    ) async throws -> RoomGrant {
        guard let known = try await lockRoomDocument(document) else { throw Problem.notFound }
        if let day = new.expiresOn, day < CalendarDate(now, in: .utc) { throw RoomRefusal.expiresInThePast }
        // What a browser cannot show would be let to nobody by it.
        if !new.mayDownload, known.latest?.canBeShown == false { throw RoomRefusal.onlyDownloaded }
        let standing = try await roomGrants(of: known.startup, document: document).filter { !$0.hasExpired }
        try await insert(new, as: id, of: known, by: person)
        // Whom it changes is not told again that it may read.
        if let investor = new.investor, !standing.contains(where: { $0.investor == investor }) {
            try await enqueue(
                TellOfGrant(startup: known.startup.uuid, document: document.uuid, investor: investor.uuid))
        }
        guard let grant = try await roomGrants(of: known.startup, document: document).first(where: { $0.id == id })
        else { throw Problem.notFound }
        return grant
    }

    /// Takes a grant back, at once: a download that is under way ends with the piece that is being sent.
    ///
    /// Throws `RoomRefusal.revoked`, or not found.
    package func revokeGrant(_ id: RoomGrant.ID, of document: RoomDocument.ID, by person: Person.ID) async throws {
        guard let known = try await lockRoomDocument(document), let stood = try await revoke(id, of: known, by: person)
        else { throw Problem.notFound }
        guard stood else { throw RoomRefusal.revoked }
    }
}
