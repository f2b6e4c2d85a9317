import API
import Accounts
import Files
import Foundation
import Institutions
import Pages
import Postgres
import Vocabulary
import Wording

/// The files of an agreement, for managers and for the staff of its parties: read, given and withdrawn on one page.
struct MoUDocumentPages {
    let site: Site
    let hasScanner: Bool

    var routes: [AnyRoute] {
        [true, false].flatMap { isManager in
            [read(isManager), give(isManager), download(isManager), withdraw(isManager)]
        }
    }

    private func place(_ isManager: Bool) -> String {
        (isManager ? "/console/mous" : "/partner/agreements") + "/{mou}/documents"
    }

    private func access(_ isManager: Bool) -> Access { .roles([isManager ? .manager : .partner]) }

    private func read(_ isManager: Bool) -> AnyRoute {
        PageRoute(
            .get, place(isManager), isManager ? "consoleMoUDocuments" : "partnerMoUDocuments",
            access: access(isManager), parameters: MoUDocumentsQuery.self
        ) { call in
            try await page(for: call, of: call.parameters.mou, isManager, done: call.parameters.done)
        }.erased
    }

    private func give(_ isManager: Bool) -> AnyRoute {
        PageRoute(
            .post, place(isManager), isManager ? "giveConsoleMoUDocument" : "givePartnerMoUDocument",
            access: access(isManager), parameters: MoUPath.self, body: MoUDocumentForm.self,
            bodyLimit: CheckedFile.limit + 64 * 1024, uploadLimit: CheckedFile.limit
        ) { call in
            let (mou, principal) = (call.parameters.mou, try call.principal)
            let (tenant, person) = (try principal.workspace, principal.personID)
            let institution = Institution.ID(try principal.actsFor)
            guard try await call.reader.mou(mou) != nil else { throw Problem.notFound }
            return try await answering {
                let form = try call.decoded()
                guard let upload = call.files["file"]?.first else {
                    return try await page(for: call, of: mou, isManager, values: call.fields, file: .missing)
                }
                let file: CheckedFile
                do { file = try await CheckedFile(upload, named: upload.filename ?? "") } catch let fault as FileFault {
                    return try await page(for: call, of: mou, isManager, values: call.fields, file: .fault(fault))
                }
                let new = NewMoUDocument(
                    file, as: form.kind, from: institution, isConfidential: isManager && form.isConfidential == true)
                let (id, waits) = (MoUDocument.ID(), hasScanner)
                return try await call.write { transaction in
                    _ = try await transaction.giveDocument(
                        new, as: id, to: mou, waitsForScanner: waits, in: tenant, by: person)
                    return .redirect(to: "\(Self.address(of: mou, isManager))?done=given")
                }
            } again: { problem in
                try await page(for: call, of: mou, isManager, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func download(_ isManager: Bool) -> AnyRoute {
        PageRoute(
            .get, place(isManager) + "/{document}",
            isManager ? "downloadConsoleMoUDocument" : "downloadPartnerMoUDocument", access: access(isManager),
            rate: .expensive, parameters: MoUDocumentPath.self, servesDocument: true
        ) { call in
            .download(
                try await call.database.download(
                    call.parameters.document, of: call.parameters.mou, by: try call.principal, as: call.context,
                    headOnly: call.isHead))
        }.erased
    }

    private func withdraw(_ isManager: Bool) -> AnyRoute {
        PageRoute(
            .post, place(isManager) + "/{document}/withdrawal",
            isManager ? "withdrawConsoleMoUDocument" : "withdrawPartnerMoUDocument", access: access(isManager),
            parameters: MoUDocumentPath.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                try await transaction.withdrawDocument(path.document, of: path.mou, by: person)
                return .redirect(to: "\(Self.address(of: path.mou, isManager))?done=withdrawn")
            }
        }.erased
    }

    /// What is wrong with the file that was chosen.
    private enum FileTrouble {
        case missing
        case fault(FileFault)

        func words(_ t: Texts) -> String {
            switch self {
            case .missing: t("document.choose")
            case .fault(let fault): fault.words(in: t.language)
            }
        }
    }

    private static func address(of mou: MoU.ID, _ isManager: Bool) -> SafeURL {
        isManager ? "/console/mous/\(mou)/documents" : "/partner/agreements/\(mou)/documents"
    }

    private static func address(of document: MoUDocument, _ isManager: Bool) -> SafeURL {
        isManager
            ? "/console/mous/\(document.mou)/documents/\(document.id)"
            : "/partner/agreements/\(document.mou)/documents/\(document.id)"
    }

    private static func withdrawal(of document: MoUDocument, _ isManager: Bool) -> SafeURL {
        isManager
            ? "/console/mous/\(document.mou)/documents/\(document.id)/withdrawal"
            : "/partner/agreements/\(document.mou)/documents/\(document.id)/withdrawal"
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, _ isManager: Bool, done: DocumentDone? = nil,
        values: [String: [String]] = [:], file: FileTrouble? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let mou = try await call.reader.mou(id) else { throw Problem.notFound }
        let documents = try await call.reader.documents(of: id)
        let names = try await call.reader.institutionNames(
            mou.parties.map(\.institution) + documents.map(\.institution))
        let (viewer, own) = (try await call.viewer(), Institution.ID(try call.principal.actsFor))
        let t = PageKit.partnerships.texts(in: viewer.language)
        let words = MoUWords(t: t, isForParty: !isManager)
        let name = mou.title.text(for: words.spoken)
        let input = FormInput(
            values: values, errors: (problem?.errors ?? []) + (file.map { [("file", $0.words(t))] } ?? []), texts: t)
        let key = call.freshIdempotencyKey
        let form = mou.status == .abandoned ? nil : form(input, of: id, isManager, key: key, problem, t)
        let model = MoUTablePage(
            header: PageHeader(
                title: t("document.section"), kind: name,
                lede: isManager ? t("document.lede") : t("document.lede_party")),
            refusal: form == nil
                ? problem.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) } : nil,
            notice: hasScanner || documents.isEmpty ? nil : t("document.no_scanner"),
            table: Table(
                caption: t("document.section"),
                columns: [
                    Table.Column(t("document.name")), Table.Column(t("document.kind")),
                    Table.Column(t("document.given_by")), Table.Column(t("document.given")),
                    Table.Column(t("report.status")), Table.Column(t("document.withdrawal")),
                ],
                rows: documents.map { document in
                    let note = "\(FileSize.text(document.bytes)) · SHA-256 \(document.sha256.prefix(16))…"
                    return [
                        document.isReadable(by: own)
                            ? .link(document.name.text, Self.address(of: document, isManager), note: note)
                            : .text(document.name.text, note: note),
                        .text(t("document.kind.\(document.kind.rawValue)")),
                        .text(words.name(document.institution, in: names)),
                        .time(TimeText(document.givenAt, in: mou.zone, language: t.language)),
                        .badge(badge(document, t), note: document.isConfidential ? t("document.confidential") : nil),
                        isManager || document.institution == own
                            ? .action(
                                .post(
                                    t("document.withdraw"), Self.withdrawal(of: document, isManager),
                                    hidden: [HiddenField("idempotency_key", "\(key)-\(document.id)")]))
                            : .text("–"),
                    ]
                }, empty: EmptyState(title: t("document.none"), text: t("document.none_text"))),
            form: form)
        let frame = Frame(
            title: t("document.section"), site: site, viewer: viewer, current: isManager ? "mous" : "agreements",
            breadcrumbs: [
                isManager
                    ? Breadcrumb(t("list.title"), "/console/mous")
                    : Breadcrumb(t("agreements.title"), "/partner/agreements"),
                Breadcrumb(name, isManager ? "/console/mous/\(id)" : "/partner/agreements/\(id)"),
            ], flash: done.map { FlashNotice(t("filed.\($0.rawValue)")) })
        return HTML(status: file == nil ? 200 : 422, bytes: try PageTemplate.table.render(model, in: frame))
    }

    private func form(
        _ input: FormInput, of mou: MoU.ID, _ isManager: Bool, key: String, _ problem: FormProblem?, _ t: Texts
    ) -> Form {
        var fields = [
            input.text("file", label: t("document.file"), hint: t("document.file_hint"), type: "file"),
            input.select(
                "kind", label: t("document.kind"),
                options: MoUDocument.Kind.allCases.map { ($0.rawValue, t("document.kind.\($0.rawValue)")) }),
        ]
        if isManager {
            fields.append(
                input.checkbox(
                    "is_confidential", label: t("document.confidential"),
                    statement: t("document.confidential_statement")))
        }
        return Form(
            action: Self.address(of: mou, isManager),
            sections: [FormSection(title: t("document.give"), fields: fields)], submit: t("document.submit"), texts: t,
            hidden: [HiddenField("idempotency_key", key)], problem: problem?.sentence(besides: fields))
    }

    private func badge(_ document: MoUDocument, _ t: Texts) -> Badge {
        if document.damagedAt != nil { return Badge(t("document.damaged"), .danger) }
        let tone: Badge.Tone =
            switch document.state {
            case .clean: .success
            case .rejected: .danger
            case .quarantined: .neutral
            }
        return Badge(t("document.\(document.state.rawValue)"), tone)
    }
}

/// What was just done with a file, as the address of the page after it says.
enum DocumentDone: String, Codable, CaseIterable {
    case given, withdrawn
}

struct MoUDocumentsQuery: Codable {
    let mou: MoU.ID
    let done: DocumentDone?
}

/// What stands beside a file in its form.
struct MoUDocumentForm: Codable {
    let kind: MoUDocument.Kind
    let isConfidential: Bool?
}

/// What belongs to an agreement as a table, with a form for more of it.
struct MoUTablePage: ViewModel {
    var header: PageHeader
    var refusal: ErrorSummary?
    var notice: String?
    var table: Table
    var form: Form?
}

extension PageTemplate<MoUTablePage> {
    static let table = PageTemplate("partnerships/table", in: .partnerships)
}
