package import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
package import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

extension PageKit {
    static let imports = PageKit("imports", bundle: .module)
}

extension ImportsRoom {
    /// Where the room stands in the navigation.
    package static var places: [Site.Place] {
        [
            Site.Place(
                "imports", key: "nav.imports", in: .imports, groupKey: "nav.directory", url: "/console/imports",
                roles: ["manager"])
        ]
    }

    /// The pages, for the router.
    package static func pages(in site: Site) -> [AnyRoute] { ImportsPages(site: site).routes }
}

/// Handing in rows, watching them come in, and what was wrong with some of them.
struct ImportsPages {
    let site: Site

    var routes: [AnyRoute] { [list, request, show, cancel] }

    /// What a browser may paste; larger files go by the API or the command.
    private static let pasteLimit = 1_000_000

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/imports", "consoleImports", access: .roles([.manager]), parameters: ListImports.self
        ) { call in
            try await listPage(for: call, call.parameters, values: [:], problem: nil)
        }.erased
    }

    private var request: AnyRoute {
        PageRoute(
            .post, "/console/imports", "consoleRequestImport", access: .roles([.manager]), rate: .expensive,
            body: ImportForm.self, bodyLimit: 4 * Self.pasteLimit
        ) { call in
            let principal = try call.principal
            let (tenant, person, id) = (try principal.workspace, principal.personID, FileImport.ID())
            do {
                let form = try call.decoded()
                let name = try form.name ?? Name(form.kind.rawValue)
                return try await call.write { transaction in
                    _ = try await transaction.requestImport(
                        of: form.kind, Array(form.content.text.utf8), named: name,
                        asRehearsal: form.rehearsal == [.yes], as: id, in: tenant, by: person)
                    return .redirect(to: "/console/imports/\(id)")
                }
            } catch let refusal as FileImportRefusal {
                return try await refused(call, refusal.problem)
            } catch let problem as Problem where problem.kind == .invalid {
                return try await refused(call, problem)
            }
        }.erased
    }

    private func refused<P>(_ call: FormCall<P, ImportForm>, _ problem: Problem) async throws -> HTML {
        try await listPage(for: call, ListImports(limit: nil, cursor: nil), values: call.fields, problem: problem)
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/imports/{import}", "consoleImport", access: .roles([.manager]), parameters: ImportPath.self
        ) { call in
            guard let found = try await call.reader.fileImport(call.parameters.import) else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let t = PageKit.imports.texts(in: viewer.language)
            let frame = Frame(
                title: found.fileName.string, site: site, viewer: viewer, current: "imports",
                breadcrumbs: [Breadcrumb(t("imports.title"), "/console/imports")])
            // Works without scripts: while the import is under way the page asks again by itself.
            let headers = found.state.isUnderWay ? [HeaderField("Refresh", "2")] : []
            let model = ImportPage(found, language: viewer.language, t)
            return HTML(bytes: try PageTemplate.fileImport.render(model, in: frame), headers: headers)
        }.erased
    }

    private var cancel: AnyRoute {
        PageRoute(
            .post, "/console/imports/{import}/cancellation", "consoleCancelImport", access: .roles([.manager]),
            parameters: ImportPath.self
        ) { call in
            try await call.write { transaction in
                let stopped = try await transaction.cancelImport(call.parameters.import)
                return .redirect(to: "/console/imports/\(stopped.id)")
            }
        }.erased
    }

    private func listPage<P, B>(
        for call: FormCall<P, B>, _ query: ListImports, values: [String: [String]], problem: Problem?
    ) async throws -> HTML {
        let after = try call.position(query.cursor, as: FileImportPosition.self)
        let found = try await call.reader.fileImports(after: after, limit: PageSize.rows(for: query.limit))
        let page = try call.page(found, size: query.limit) { FileImportPosition($0) }
        let viewer = try await call.viewer()
        let t = PageKit.imports.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.fields ?? [], texts: t)
        let model = ImportsPage(
            header: PageHeader(title: t("imports.title"), lede: t("imports.lede")),
            form: Form(
                action: "/console/imports",
                fields: [
                    input.select(
                        "kind", label: t("imports.kind"),
                        options: ImportKind.allCases.map { ($0.rawValue, t("kind.\($0.rawValue)")) }),
                    input.text(
                        "name", label: t("imports.name"), hint: t("imports.name_hint"), isOptional: true, limit: 200),
                    input.area("content", label: t("imports.content"), hint: t("imports.content_hint"), rows: 10),
                    input.checkbox(
                        "rehearsal", label: t("imports.rehearsal"), statement: t("imports.rehearsal_statement")),
                ],
                submit: t("imports.start"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)], problem: problem?.sentence),
            imports: Table(
                caption: t("imports.title"),
                columns: [
                    Table.Column(t("imports.file")), Table.Column(t("imports.kind")), Table.Column(t("imports.state")),
                    Table.Column(t("imports.read"), isNumber: true), Table.Column(t("imports.failed"), isNumber: true),
                    Table.Column(t("imports.requested")),
                ],
                rows: page.items.map { row(of: $0, language: viewer.language, t) },
                empty: EmptyState(title: t("imports.none"), text: t("imports.none_text")),
                pager: Pager(
                    firstURL: query.cursor == nil ? nil : "/console/imports",
                    nextURL: page.next.map { ("/console/imports" as SafeURL).adding([("cursor", $0)]) })))
        let frame = Frame(title: t("imports.title"), site: site, viewer: viewer, current: "imports")
        return HTML(status: problem?.formStatus ?? 200, bytes: try PageTemplate.imports.render(model, in: frame))
    }
}

private func row(of file: FileImport, language: Pages.Language, _ t: Texts) -> [Table.Cell] {
    let name = Table.Cell.link(
        file.fileName.string, "/console/imports/\(file.id.description)",
        note: file.isRehearsal ? t("imports.rehearsal") : nil)
    return [
        name, .text(t("kind.\(file.kind.rawValue)")), .badge(ImportPage.badge(of: file, t)),
        file.report.map { Table.Cell.number($0.read) } ?? .text("–"),
        file.report.map { Table.Cell.number($0.failed) } ?? .text("–"),
        .time(TimeText(file.requestedAt, in: .hongKong, language: language)),
    ]
}

struct ImportForm: Codable {
    let kind: ImportKind
    let name: Name?
    let content: PastedRows
    let rehearsal: [Tick]

    enum Tick: String, Codable, CaseIterable {
        case yes = "true"
    }
}

/// Rows as somebody pasted them into a form.
struct PastedRows: Described {
    let text: String

    static var schema: Schema { .string(minimum: 1, maximum: 1_000_000, example: "id,name") }

    init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Handing in rows, and what was handed in before.
struct ImportsPage: ViewModel {
    var header: PageHeader
    var form: Form
    var imports: Table
}

/// How far an import is.
struct ImportBar: ViewModel {
    var label: String
    var done: Int
    var total: Int
}

/// One import and its report.
struct ImportPage: ViewModel {
    var header: PageHeader
    var progress: ImportBar?
    var isUnderWay: Bool
    var stats: StatTiles?
    var faults: Table?
    var facts: Facts

    init(_ file: FileImport, language: Pages.Language, _ t: Texts) {
        let lede =
            switch file.state {
            case .waiting: t("import.lede_waiting")
            case .running: t("import.lede_running")
            case .finished:
                file.fault.map { t("import.lede_unreadable", ["reason": RefusalWords.standard($0, in: language)]) }
                    ?? (file.isRehearsal ? t("import.lede_rehearsed") : t("import.lede_finished"))
            case .cancelled: t("import.lede_cancelled")
            case .failed: t("import.lede_failed")
            }
        header = PageHeader(
            title: file.fileName.string, kind: t("import.kind"), badge: Self.badge(of: file, t), lede: lede,
            actions: file.state.isUnderWay
                ? [
                    .post(
                        t("import.cancel"), "/console/imports/\(file.id.description)/cancellation", style: .danger)
                ] : [])
        isUnderWay = file.state.isUnderWay
        progress = file.progress.map { progress in
            let share = progress.done * 100 / max(1, progress.total)
            return ImportBar(
                label: t("import.progress", ["share": "\(share)"]), done: progress.done, total: max(1, progress.total))
        }
        stats = file.report.map { report in
            StatTiles([
                StatTiles.Tile(t("import.inserted"), figure: Figures.grouped(report.inserted)),
                StatTiles.Tile(t("import.updated"), figure: Figures.grouped(report.updated)),
                StatTiles.Tile(t("import.unchanged"), figure: Figures.grouped(report.unchanged)),
                StatTiles.Tile(t("imports.failed"), figure: Figures.grouped(report.failed)),
            ])
        }
        faults = file.report.flatMap { report in
            report.faults.isEmpty
                ? nil
                : Table(
                    caption: t("import.faults"),
                    columns: [
                        Table.Column(t("import.line")), Table.Column(t("import.field")),
                        Table.Column(t("import.message")),
                    ],
                    rows: report.faults.map { fault in
                        [
                            .text(t("import.line_number", ["line": Figures.grouped(fault.line)])),
                            .text(fault.field ?? "–"), .text(RefusalWords.standard(fault.message, in: language)),
                        ]
                    },
                    empty: EmptyState(title: t("import.no_faults"), text: ""))
        }
        facts = Facts(
            title: t("import.facts"),
            [
                .text(t("imports.kind"), t("kind.\(file.kind.rawValue)")),
                .text(t("import.size"), t("import.bytes", count: file.bytes)),
                .time(t("imports.requested"), TimeText(file.requestedAt, in: .hongKong, language: language)),
            ])
    }

    static func badge(of file: FileImport, _ t: Texts) -> Badge {
        let tone: Badge.Tone =
            switch file.state {
            case .waiting: .neutral
            case .running: .info
            case .finished: file.fault == nil ? .success : .danger
            case .cancelled: .warning
            case .failed: .danger
            }
        return Badge(t("state.\(file.state.rawValue)"), tone)
    }
}

extension PageTemplate<ImportsPage> {
    static let imports = PageTemplate("imports/imports", in: .imports)
}

extension PageTemplate<ImportPage> {
    static let fileImport = PageTemplate("imports/import", in: .imports)
}
