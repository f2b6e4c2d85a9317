internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// What a workspace stores: which files are damaged, and how much each startup may store.
struct StoredFilesPages {
    let site: Site

    var routes: [AnyRoute] { [show, setLimit] }

    static var operation: AnyOperation {
        Operation(
            .get, "/v1/damaged-documents", "listDamagedDocuments",
            summary: "Stored files that are no longer what was given, the latest found first",
            description: """
                Every night a hundredth of all files is read once more against the hash it came with. What does not match is \
                served to nobody until its bytes are brought back from a backup, or its startup uploads it again.
                """, tag: "insight", access: .roles([.manager]), parameters: ListDamagedDocuments.self,
            output: Page<DamagedDocument>.self
        ) { call in
            let query = call.parameters
            let after = try call.position(query.cursor, as: DamagedDocument.Position.self)
            let found = try await call.reader.damagedDocuments(after: after, limit: PageSize.rows(for: query.limit))
            return .ok(try call.page(found, size: query.limit) { $0.position })
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/stored-files", "consoleStoredFiles", access: .roles([.manager]),
            parameters: StoredFilesQuery.self
        ) { call in
            let query = call.parameters
            return try await page(for: call, at: query.cursor, size: query.limit, isDone: query.done == "saved")
        }.erased
    }

    private var setLimit: AnyRoute {
        PageRoute(
            .post, "/console/stored-files/limit", "setStorageLimitForm", access: .roles([.manager]),
            body: StorageLimit.self
        ) { call in
            try await FormProblem.answering(InstitutionsRoom.constraints) {
                let limit = try call.decoded()
                return try await call.write { transaction in
                    try await transaction.setStorageLimit(limit) { try call.match($0) }
                    return .redirect(to: "/console/stored-files?done=saved")
                }
            } again: { problem in
                try await page(for: call, problem: problem)
            }
        }.erased
    }

    /// Sizes that are offered, in bytes.
    private static let sizes = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000].map { $0 * 1_000_000 }

    private func page<P, B>(
        for call: FormCall<P, B>, at cursor: PageCursor? = nil, size: PageSize? = nil, isDone: Bool = false,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let limit = try await call.reader.storageLimit()
        let found = try await call.reader.damagedDocuments(
            after: try call.position(cursor, as: DamagedDocument.Position.self), limit: PageSize.rows(for: size))
        let damaged = try call.page(found, size: size) { $0.position }
        let viewer = try await call.viewer()
        let t = PageKit.insight.texts(in: viewer.language)
        let input = FormInput(
            values: problem == nil ? ["bytes": ["\(limit.bytes)"]] : call.fields, errors: problem?.errors ?? [],
            texts: t)
        let fields = [
            input.select(
                "bytes", label: t("files.limit"), hint: t("files.limit_hint"),
                options: Set(Self.sizes + [limit.bytes]).sorted().map { ("\($0)", FileSize.text($0)) })
        ]
        let (address, sizes): (SafeURL, _) = (
            "/console/stored-files", size.map { [("limit", "\($0.value)")] } ?? []
        )
        let pager = Pager(
            firstURL: cursor == nil ? nil : address.adding(sizes),
            nextURL: damaged.next.map { address.adding(sizes + [("cursor", $0)]) })
        let model = StoredFilesPage(
            header: PageHeader(title: t("files.title"), lede: t("files.lede")),
            damaged: table(of: damaged.items, in: viewer.language, pager: pager),
            form: Form(
                action: "/console/stored-files/limit",
                sections: [FormSection(title: t("files.limit_title"), fields: fields)], submit: t("files.save"),
                texts: t,
                hidden: [
                    HiddenField("version", problem == nil ? try call.version(of: limit) : call.version ?? ""),
                    HiddenField("idempotency_key", call.freshIdempotencyKey),
                ], problem: problem?.sentence(besides: fields)))
        let frame = Frame(
            title: t("files.title"), site: site, viewer: viewer, current: "stored-files",
            flash: isDone ? FlashNotice(t("files.saved")) : nil)
        return HTML(status: problem?.status ?? 200, bytes: try PageTemplate.storedFiles.render(model, in: frame))
    }

    private func table(of damaged: [DamagedDocument], in language: Pages.Language, pager: Pager) -> Table {
        let t = PageKit.insight.texts(in: language)
        return Table(
            caption: t("files.damaged"),
            columns: [
                Table.Column(t("files.file")), Table.Column(t("files.kind")), Table.Column(t("files.institution")),
                Table.Column(t("files.found")),
            ],
            rows: damaged.map { file in
                let name = file.name ?? t("files.unnamed")
                return [
                    file.page.map { .link(name, $0) } ?? .text(name), .text(t("files.kind_\(file.kind.rawValue)")),
                    .text(file.institutionName.text(for: Vocabulary.Language(language))),
                    .time(TimeText(file.damagedAt, in: .hongKong, language: language)),
                ]
            }, empty: EmptyState(title: t("files.none"), text: t("files.none_text")), pager: pager)
    }
}

extension DamagedDocument {
    /// Where managers find it; nil where it is not theirs to read.
    fileprivate var page: SafeURL? {
        switch kind {
        case .application: "/console/applications/\(holder.text)"
        case .agreement: "/console/mous/\(holder.text)/documents"
        case .dataRoom: nil
        }
    }
}

struct StoredFilesQuery: Codable {
    let limit: PageSize?
    let cursor: PageCursor?
    let done: String?
}

struct StoredFilesPage: ViewModel {
    var header: PageHeader
    var damaged: Table
    var form: Form
}

extension PageTemplate<StoredFilesPage> {
    static let storedFiles = PageTemplate("insight/stored-files", in: .insight)
}
