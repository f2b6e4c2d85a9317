internal import API
internal import Accounts
internal import Files
internal import Foundation
internal import Institutions
package import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Documents as a list on a page: to be opened, and on a draft to be removed.
struct DocumentLines: ViewModel {
    var notice: String?
    var items: [Item]

    struct Item: ViewModel {
        var name: String
        var question: String
        var size: String
        /// SHA-256 of its bytes, where that is shown.
        var digest: String?
        var badge: Badge?
        /// Where it is downloaded; nil where it cannot be.
        var url: SafeURL?
        var removeURL: SafeURL?
        var removeLabel: String
    }
}

extension Document {
    func line(
        to questions: [CallForApplications.Question], url: SafeURL?, removeURL: SafeURL? = nil,
        in language: Pages.Language
    ) -> DocumentLines.Item {
        let t = PageKit.applications.texts(in: language)
        let prompt = questions.first { $0.id == question }
        let isBad = state == .rejected || damagedAt != nil
        let tone: Badge.Tone = isBad ? .danger : state == .clean ? .success : .neutral
        return DocumentLines.Item(
            name: name.text,
            question: prompt.map { "\($0.position). \($0.prompt.text(for: Vocabulary.Language(language)))" } ?? "",
            size: FileSize.text(bytes),
            badge: Badge(damagedAt == nil ? t("document.\(state.rawValue)") : t("document.damaged"), tone), url: url,
            removeURL: removeURL,
            removeLabel: t("document.remove_named", ["name": name.text]))
    }
}

extension Draft {
    /// What was uploaded so far, each with a button to take it away.
    func documentLines(in language: Pages.Language) -> DocumentLines {
        DocumentLines(
            notice: nil,
            items: documents.map { document in
                document.line(
                    to: call.questions,
                    url: !document.isReadable(by: .founder)
                        ? nil : "/portal/applications/\(id)/documents/\(document.id)",
                    removeURL: "/portal/applications/\(id)/documents/\(document.id)/removal", in: language)
            })
    }
}

extension Dossier {
    /// The documents that came with the answers; nil where none did.
    func documentLines(
        in language: Pages.Language, notice: String? = nil, url: (Document.ID) -> SafeURL
    ) -> DocumentLines? {
        guard !documents.isEmpty else { return nil }
        return DocumentLines(
            notice: notice,
            items: documents.map { document in
                document.line(
                    to: call.questions, url: document.isReadable(by: .manager) ? url(document.id) : nil, in: language)
            })
    }
}

extension FileRule {
    /// Which files are taken, beside the field.
    func words(with hint: String?, _ t: Texts) -> String {
        let own = t("document.accepted", ["kinds": accepted.joined(separator: ", "), "most": "\(most)"])
        return hint.map { "\($0) \(own)" } ?? own
    }
}

extension DocumentRefusal {
    /// What to do about a file that is not taken, for forms of other rooms.
    package func words(in language: Pages.Language) -> String { words(PageKit.applications.texts(in: language)) }

    /// What to do about a file that is not taken, beside its field.
    func words(_ t: Texts) -> String {
        switch self {
        case .fault(let fault): fault.words(in: t.language)
        case .kindNotAccepted(let accepted):
            t("document.kind_not_accepted", ["kinds": accepted.joined(separator: ", ")])
        case .notAFileQuestion: t("document.not_a_file_question")
        case .tooMany(let most): t("document.too_many", ["most": "\(most)"])
        case .applicationFull: t("document.application_full")
        case .damaged: t("gap.damaged")
        case .startupFull(let storage):
            t(
                "document.startup_full",
                ["used": FileSize.text(storage.used), "limit": FileSize.text(storage.limit)])
        }
    }
}

extension PortalPages {
    /// All files of one form and its answers.
    static var formLimit: Int { 100 * 1024 * 1024 }

    /// Stores the files that were chosen, each in a transaction of its own, and says why the others are not taken.
    func keepFiles<P>(
        _ call: FormCall<P, NoBody>, of draft: Draft
    ) async throws -> [(field: String, message: String)] {
        let t = PageKit.applications.texts(in: Pages.Language(tag: call.locale) ?? .english)
        let (id, person, waits) = (draft.id, try call.principal.personID, hasScanner)
        var refused: [(field: String, message: String)] = []
        for question in draft.call.questions {
            for upload in call.files[question.field] ?? [] {
                do {
                    let checked = try await CheckedFile(upload, named: upload.filename ?? "")
                    let document = Document.ID()
                    try await call.database.write(as: call.context) { transaction in
                        _ = try await transaction.uploadDocument(
                            checked, to: question.id, of: id, as: document, waitsForScanner: waits, by: person)
                    }
                } catch let fault as FileFault {
                    refused.append((question.field, fault.words(in: t.language)))
                } catch let refusal as DocumentRefusal {
                    refused.append((question.field, refusal.words(t)))
                }
            }
        }
        return refused
    }

    var download: AnyRoute {
        PageRoute(
            .get, "/portal/applications/{application}/documents/{document}", "downloadPortalDocument",
            access: .roles([.founder]), rate: .expensive, parameters: DocumentPath.self,
            servesDocument: true
        ) { call in
            try await send(call)
        }.erased
    }

    var remove: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/documents/{document}/removal", "removePortalDocument",
            access: .roles([.founder]), parameters: DocumentPath.self, bodyLimit: Self.formLimit,
            uploadLimit: CheckedFile.limit
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            // The button stands in the form of the answers, so what was typed comes along.
            guard let attempt = try await keep(call, of: path.application) else {
                return .redirect(to: "/portal/applications/\(path.application)")
            }
            try await call.database.write(as: call.context) { transaction in
                try await transaction.removeDocument(path.document, of: path.application, by: person)
            }
            guard attempt.isWhole else { return try await page(for: call, retrying: attempt) }
            return .redirect(to: "/portal/applications/\(path.application)?done=saved")
        }.erased
    }
}

extension ConsolePages {
    var download: AnyRoute {
        PageRoute(
            .get, "/console/applications/{application}/documents/{document}", "downloadConsoleDocument",
            access: .roles([.manager]), rate: .expensive, parameters: DocumentPath.self,
            servesDocument: true
        ) { call in
            try await send(call)
        }.erased
    }
}

extension PartnerScreeningPages {
    var download: AnyRoute {
        PageRoute(
            .get, "/partner/screening/{application}/documents/{document}", "downloadScreenedDocument",
            access: .roles([.partner]), rate: .expensive, parameters: DocumentPath.self, servesDocument: true
        ) { call in
            try await send(call)
        }.erased
    }
}

private func send(_ call: FormCall<DocumentPath, NoBody>) async throws -> HTML {
    let (path, principal) = (call.parameters, try call.principal)
    guard let document = try await call.reader.readableDocument(path.document, of: path.application),
        document.isReadable(by: principal.role)
    else { throw Problem.notFound }
    return .download(
        try await call.database.download(
            document, named: document.name.text, by: principal.personID, as: call.context, headOnly: call.isHead))
}
