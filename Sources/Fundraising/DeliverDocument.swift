internal import API
internal import Accounts
internal import Files
internal import Foundation
internal import Institutions
internal import Jobs
internal import Postgres
internal import Vocabulary

/// What a reader signs for in the log, and what the watermark says.
struct RoomSignature: Sendable {
    let id: RoomAccess.ID
    let startup: Startup.ID
    let document: RoomDocument.ID
    let version: Int
    let personName: String
    let firmName: String
    let deed: RoomDocument.Right
    let watermarked: Bool

    /// “Jun Tanaka · Tidewater Capital · 2026-11-30 06:12 UTC · 3fa94c1b”: a page that turns up somewhere leads to its line
    /// of the log.
    func words(at instant: Date) -> String {
        let time = LocalTime(instant, in: .utc)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return [
            personName, firmName, "\(time.date) \(two(time.hour)):\(two(time.minute)) UTC",
            String(id.description.prefix(8)),
        ].joined(separator: " · ")
    }
}

/// Tells the service that a version takes no watermark: its reader may not write that down.
struct NoteUnmarkable: Job {
    static let kind = "fundraising.note-unmarkable"
    static let maxAttempts = 5

    let startup: UUID
    let document: UUID
    let number: Int
    let fault: Watermarker.Fault
}

/// A document on its way out of a data room.
struct RoomFile {
    /// Where files lie without a name while they are marked.
    private static let folder = "/var/tmp"

    let database: Database
    let context: Postgres.Context
    let watermarker: Watermarker

    /// The document to be sent to whoever acts, once they have signed for it. Each piece is sent by the rights of its moment:
    /// whoever loses them gets no more.
    ///
    /// Whoever asks for the head alone is answered as they would be, and has read nothing: no watermark is put on it, and they
    /// sign for nothing.
    ///
    /// Throws `RoomRefusal`, or not found.
    func deliver(
        _ id: RoomDocument.ID, as deed: RoomDocument.Right, to principal: Principal, headOnly: Bool = false
    ) async throws -> StreamedDownload {
        let reader = database.reader(as: context)
        guard let document = try await reader.roomDocument(id), let version = document.latest,
            let firm = try await reader.institution(Institution.ID(try principal.actsFor))
        else { throw Problem.notFound }
        let isOwn = principal.role == .founder
        guard version.state != .rejected else { throw Problem.notFound }
        guard version.damagedAt == nil else { throw RoomRefusal.damaged }
        guard isOwn || deed == .view || document.right == .download else { throw RoomRefusal.viewOnly }
        guard deed == .download || version.canBeShown else { throw RoomRefusal.cannotBeShown }
        let signature = RoomSignature(
            id: RoomAccess.ID(), startup: document.startup, document: id, version: version.number,
            personName: principal.name, firmName: firm.name.text(for: .english), deed: deed,
            watermarked: document.watermarked && !isOwn)

        if signature.watermarked, let fault = version.unmarkable { throw RoomRefusal.unmarkable(fault) }
        if headOnly {
            return send(document, version, deed, count: signature.watermarked ? nil : version.bytes, to: reader) { _ in
                nil
            }
        }
        guard signature.watermarked else {
            try await sign(signature)
            return send(document, version, deed, count: version.bytes, to: reader) { index in
                try await reader.piece(index, of: version.number, of: id, in: document.startup)
            }
        }
        let marked = try await mark(version, of: document, signature, reader)
        try await sign(signature)
        return send(document, version, deed, count: marked.count, to: reader) { index in
            let bytes = try await marked.bytes(at: index * CheckedFile.piece, upTo: CheckedFile.piece)
            return bytes.isEmpty ? nil : bytes
        }
    }

    private func sign(_ signature: RoomSignature) async throws {
        try await database.write(as: context) { try await $0.insert(signature) }
    }

    /// Pieces, each of them while the reader may have it in this way.
    private func send(
        _ document: RoomDocument, _ version: RoomDocument.Version, _ deed: RoomDocument.Right, count: Int?,
        to reader: Reader, _ piece: @escaping @Sendable (Int) async throws -> [UInt8]?
    ) -> StreamedDownload {
        let (id, startup) = (document.id, document.startup)
        return StreamedDownload(
            mediaType: version.mediaType, filename: version.name, count: count, isShown: deed == .view
        ) { index in
            guard try await reader.maySend(id, of: startup, as: deed) else { throw Problem.notFound }
            return try await piece(index)
        }
    }

    /// The version with its reader on every page. What cannot be marked is not handed out, and its startup is told.
    private func mark(
        _ version: RoomDocument.Version, of document: RoomDocument, _ signature: RoomSignature, _ reader: Reader
    ) async throws -> SpooledFile {
        var spool = try await Spool(in: Self.folder)
        var index = 0
        while let bytes = try await reader.piece(index, of: version.number, of: document.id, in: document.startup) {
            try await spool.append(bytes)
            index += 1
        }
        let plain = try await spool.finish()
        guard plain.count == version.bytes else { throw Problem.notFound }
        let words = signature.words(at: Date())
        do {
            return try await SpooledFile.filled(in: Self.folder) { output in
                try await plain.lending { input in
                    try await watermarker.mark(from: input, into: output, with: words)
                }
            }
        } catch Watermarker.Fault.unwritable {
            // No fault of the document: its next reader may have another name.
            throw RoomRefusal.nameUnwritable
        } catch let fault as Watermarker.Fault {
            let note = NoteUnmarkable(
                startup: document.startup.uuid, document: document.id.uuid, number: version.number, fault: fault)
            try await database.write(as: context) { _ = try await $0.enqueue(note) }
            throw RoomRefusal.unmarkable(fault)
        } catch is Watermarker.Failure {
            // Nor is a disk that is full, or a service that is being stopped.
            throw Problem(.unavailable, "No watermark can be put on documents now. Try again shortly.", retryAfter: 5)
        }
    }
}
