internal import API
internal import Accounts
internal import Foundation
internal import Institutions
package import Jobs
internal import Letters
internal import Logging
internal import Pages
package import Postgres
internal import Vocabulary
internal import Wording

/// Reads a hundredth of a tenant's files once more, each against the hash it came with, so that what a disk loses is found out
/// while a backup still has it. A file that is not what was given is marked, served to nobody, and told of.
///
/// Files have their turn one after the other, each written down as it is done: a run that is cut off goes on where it was.
struct RehashDocuments: Job {
    static let kind = "insight.rehash-documents"
    static let maxAttempts = 5
    /// A night: a large workspace has much to read, a piece at a time.
    static let timeLimit: Duration = .seconds(6 * 3_600)

    /// The night: what was looked at since then has had its turn.
    let since: Date
}

extension InsightRoom {
    /// Has the jobs of this room done by a worker.
    package static func register(in worker: Worker, database: Database) {
        worker.register(RehashDocuments.self, acting: .system) { job, run in
            // What a run found that did not come to its end.
            try await run.write { try await $0.tellOfDamage() }
            while true {
                let due = try await run.reader.documentsToRehash(since: job.since, limit: 50)
                if due.isEmpty { break }
                for document in due {
                    try run.checkCancellation()
                    let finding = try await database.rehash(document, as: run.context)
                    let isNews = try await run.write { try await $0.note(finding, of: document) }
                    guard isNews else { continue }
                    run.logger.error(
                        "a stored document is not what was given",
                        metadata: [
                            "kind": .string(document.kind.rawValue), "holder": .string(document.holder.text),
                            "document": .string(document.document.text), "number": .stringConvertible(document.number),
                        ])
                }
            }
            try await run.finish { transaction in
                try await transaction.tellOfDamage()
                try await transaction.forgetChecks()
            }
        }
        // At three in the morning in Hong Kong.
        worker.scheduleInEveryTenant(.daily(at: 19, in: .gmt), database: database) { tick in
            RehashDocuments(since: tick)
        }
    }
}

extension Database {
    /// Reads a file once more, on one unchanging view of the data. What the server cannot read any more is damaged, too, or the
    /// first such block would keep all files behind it from their turn.
    fileprivate func rehash(
        _ document: StoredDocument, as context: Postgres.Context
    ) async throws -> StoredDocument.Finding {
        do {
            return try await snapshot(as: context) { try await $0.rehash(document) }
        } catch let error as DatabaseError where ["XX001", "XX002", "58030"].contains(error.sqlState) {
            return .damaged
        }
    }
}

extension Transaction {
    /// Writes to the managers what was found damaged, naming files where they are theirs to know, and to the founders whose it
    /// is: one letter a person and night, since where one file is damaged many may be.
    fileprivate func tellOfDamage() async throws {
        let found = try await untoldDamage()
        guard !found.isEmpty else { return }
        for manager in try await readers(of: nil) {
            try await writeLetter(Self.letter(of: found, to: manager), held: false)
        }
        let own = Dictionary(grouping: found.filter { $0.document.kind != .agreement }, by: \.document.institution)
        for (startup, files) in own.sorted(by: { $0.key.description < $1.key.description }) {
            for founder in try await readers(of: startup) {
                try await writeLetter(
                    Self.letter(of: files, to: founder, ownedBy: Startup.ID(startup.uuid)), held: false)
            }
        }
        try await noteTold(of: found)
    }

    /// How many files a letter lists.
    private static let listed = 20

    private static func letter(
        of found: [UntoldDamage], to reader: Person.ID, ownedBy startup: Startup.ID? = nil
    ) -> NewLetter {
        // What managers may not know the name of, in a data room or a draft, they do not read in a startup's letter either.
        let isConfidential = found.contains { $0.knownName == nil }
        let about = startup.flatMap { isConfidential ? Letter.Topic("data_room", $0) : nil }
        return NewLetter(.notice, to: reader, about: about) { reader in
            let t = PageKit.insight.texts(in: reader.pageLanguage)
            let spoken = Vocabulary.Language(reader.pageLanguage)
            let lines = found.prefix(listed).map { damage in
                let name = startup == nil ? damage.knownName : damage.document.name
                let values = [
                    "file": name.map { LetterText.quoted($0) } ?? "",
                    "institution": LetterText.quoted(damage.institutionName.text(for: spoken)),
                ]
                return startup != nil
                    ? t("letter.damage_own", values)
                    : name == nil
                        ? t("letter.damage_unnamed_\(damage.document.kind.rawValue)", values)
                        : t("letter.damage_named", values)
            }
            let more = found.count - lines.count
            return try LetterText(
                subject: t("letter.damage_subject", count: found.count),
                paragraphs: [
                    t("letter.salutation", ["name": LetterText.quoted(reader.name)]),
                    t("letter.damage_found", count: found.count),
                ] + lines + (more > 0 ? [t("letter.damage_more", count: more)] : []) + [
                    startup == nil ? t("letter.damage_mend") : t("letter.damage_own_mend")
                ],
                action: LetterText.Action(
                    Name(t("letter.damage_see")),
                    to: startup == nil ? "/console/stored-files" : found.first?.ownPage ?? "/portal"))
        }
    }
}

extension UntoldDamage {
    /// Where its startup finds it.
    fileprivate var ownPage: SafeURL {
        document.kind == .application
            ? "/portal/applications/\(document.holder.text)" : "/data-room/documents/\(document.document.text)"
    }
}
