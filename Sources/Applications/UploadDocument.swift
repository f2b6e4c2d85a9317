package import API
package import Accounts
package import Files
internal import Institutions
internal import Jobs
package import Postgres
package import Programs
internal import Vocabulary

extension Transaction {
    /// Answers a question of a draft by a file. The same bytes to the same question are the document that is there.
    ///
    /// Throws `ApplicationRefusal.answersAreFrozen`, `DocumentRefusal`, or not found.
    ///
    /// - Parameter waitsForScanner: whether a scanner has the next word; without one the look at its structure was the last.
    package func uploadDocument(
        _ checked: CheckedFile, to question: CallForApplications.Question.ID, of id: Application.ID,
        as document: Document.ID,
        waitsForScanner: Bool, by person: Person.ID
    ) async throws -> Document {
        guard let application = try await lockApplication(id) else { throw Problem.notFound }
        try application.checkAnswersAreOpen()
        guard let call = try await call(application.call)?.asking(application),
            let asked = call.questions.first(where: { $0.id == question })
        else { throw Problem(.invalid, errors: [.init("?question", .unknown, "is not a question of this call")]) }
        let present = try await documents(of: id)
        let file = (kind: checked.kind, bytes: checked.file.count, sha256: checked.file.sha256)
        if let same = try asked.place(for: file, among: present) { return same }
        try await checkStorage(of: application.startup, for: checked.file.count)
        try await insert(
            document, checked, to: question, of: application, as: waitsForScanner ? .quarantined : .clean, by: person)
        _ = try await noteAnswers(of: application, to: call)
        if waitsForScanner {
            _ = try await enqueue(ScanDocument(application: id.uuid, document: document.uuid))
        }
        guard let stored = try await self.document(document, of: id) else { throw Problem.notFound }
        return stored
    }

    /// Takes a file that the startup gave in another application, unless its bytes answer the question already. One that no
    /// scanner has seen goes through quarantine where there is a scanner now.
    ///
    /// Throws `DocumentRefusal`.
    func takeDocument(
        _ earlier: Document, to question: CallForApplications.Question, of application: Application,
        waitsForScanner: Bool, by person: Person.ID
    ) async throws {
        guard let kind = earlier.name.kind else { throw DocumentRefusal.fault(.unknownKind) }
        let file = (kind: kind, bytes: earlier.bytes, sha256: earlier.sha256)
        guard try question.place(for: file, among: try await documents(of: application.id)) == nil else { return }
        try await checkStorage(of: application.startup, for: earlier.bytes)
        let waits = earlier.state == .quarantined || waitsForScanner && earlier.scanner == nil
        let id = Document.ID()
        try await copy(
            earlier, as: id, to: question.id, of: application, as: waits ? .quarantined : .clean, by: person)
        if waits { _ = try await enqueue(ScanDocument(application: application.id.uuid, document: id.uuid)) }
    }

    private func checkStorage(of startup: Startup.ID, for bytes: Int) async throws {
        guard let storage = try await storage(of: startup), storage.left < bytes else { return }
        throw DocumentRefusal.startupFull(storage)
    }

    /// Takes a document of a draft away; that it was there stays known. Its bytes are gone, unless they were handed in.
    ///
    /// Throws `ApplicationRefusal.answersAreFrozen`, or not found.
    package func removeDocument(_ id: Document.ID, of application: Application.ID, by person: Person.ID) async throws {
        guard let locked = try await lockApplication(application),
            let document = try await document(id, of: application)
        else { throw Problem.notFound }
        try locked.checkAnswersAreOpen()
        try await remove(document, by: person)
        _ = try await noteAnswers(of: locked)
    }
}

extension CallForApplications.Question {
    /// Whether one more file answers it: nil where it does, and the document that is there already where its bytes are.
    fileprivate func place(
        for file: (kind: FileKind, bytes: Int, sha256: [UInt8]), among documents: [Document]
    ) throws(DocumentRefusal) -> Document? {
        guard let rule = files else { throw .notAFileQuestion }
        guard rule.accepted.contains(file.kind.rawValue) else { throw .kindNotAccepted(accepted: rule.accepted) }
        let present = documents.filter { $0.state != .rejected }
        let siblings = present.filter { $0.question == id }
        if let same = siblings.first(where: { $0.sha256 == file.sha256 && $0.damagedAt == nil }) { return same }
        guard siblings.count < rule.most else { throw .tooMany(most: rule.most) }
        guard present.reduce(file.bytes, { $0 + $1.bytes }) <= Document.applicationLimit else { throw .applicationFull }
        return nil
    }
}

extension Database {
    /// A document to be sent, which its reader has signed for on the trail. Each piece is read with the rights of that
    /// moment: whoever loses them gets no more.
    ///
    /// Throws `DocumentRefusal.damaged`.
    ///
    /// - Parameter headOnly: whether only the head of the answer is asked for: then nothing is read, and nothing signed for.
    package func download(
        _ document: Document, named name: String, by person: Person.ID, as context: Postgres.Context,
        headOnly: Bool = false
    ) async throws -> StreamedDownload {
        guard document.damagedAt == nil else { throw DocumentRefusal.damaged }
        if !headOnly {
            try await write(as: context) { transaction in
                try await transaction.recordDownload(document, by: person)
            }
        }
        let reader = reader(as: context)
        return StreamedDownload(mediaType: document.mediaType, filename: name, count: document.bytes) { index in
            try await reader.chunk(index, of: document)
        }
    }
}
