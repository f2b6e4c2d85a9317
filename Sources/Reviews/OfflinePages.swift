internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// The reviewer's sheet of a round taken along as a file, and brought back.
struct OfflinePages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [show, download, preview, take] }

    /// The most characters of a file that a form takes.
    private static let limit = 1_000_000

    private var show: AnyRoute {
        PageRoute(
            .get, "/reviews/rounds/{round}/sheet", "offlineSheet", access: .roles([.reviewer]),
            parameters: OfflineQuery.self
        ) { call in
            try await page(for: call, of: try await sheet(call.parameters.round, call), saved: call.parameters.saved)
        }.erased
    }

    private var download: AnyRoute {
        PageRoute(
            .get, "/reviews/rounds/{round}/sheet.csv", "downloadOfflineSheet", access: .roles([.reviewer]),
            parameters: RoundPath.self
        ) { call in
            let sheet = try await sheet(call.parameters.round, call)
            let language = Pages.Language(tag: call.locale) ?? .english
            return .download(sheet.csv(in: language), named: sheet.fileName, mediaType: "text/csv; charset=utf-8")
        }.erased
    }

    private var preview: AnyRoute {
        PageRoute(
            .post, "/reviews/rounds/{round}/sheet/preview", "previewOfflineSheet", access: .roles([.reviewer]),
            parameters: RoundPath.self, bodyLimit: 4 * Self.limit
        ) { call in
            let sheet = try await sheet(call.parameters.round, call)
            let language = Pages.Language(tag: call.locale) ?? .english
            let content = call.field("content") ?? ""
            let reading: ScoreSheetReading
            do throws(UnreadableSheet) { reading = try sheet.read(Array(content.utf8), in: language) } catch {
                return try await page(for: call, of: sheet, refusing: error)
            }
            return try await page(for: call, of: sheet, previewing: reading, content)
        }.erased
    }

    private var take: AnyRoute {
        PageRoute(
            .post, "/reviews/rounds/{round}/sheet", "takeOfflineSheet", access: .roles([.reviewer]),
            parameters: RoundPath.self, bodyLimit: 4 * Self.limit
        ) { call in
            let (id, person) = (call.parameters.round, try call.principal.personID)
            let language = Pages.Language(tag: call.locale) ?? .english
            let content = call.field("content") ?? ""
            do {
                return try await call.write { transaction in
                    guard let sheet = try await transaction.scoreSheet(of: id) else { throw Problem.notFound }
                    let reading = try sheet.read(Array(content.utf8), in: language)
                    guard reading.faults.isEmpty else { throw Faulty(sheet: sheet, reading: reading) }
                    try await transaction.saveScoreSheet(reading, in: sheet.round, by: person)
                    return .redirect(to: "/reviews/rounds/\(id)/sheet?saved=\(reading.drafts.count)")
                }
            } catch let faulty as Faulty {
                return try await page(for: call, of: faulty.sheet, previewing: faulty.reading, content)
            } catch let unreadable as UnreadableSheet {
                return try await page(for: call, of: try await sheet(id, call), refusing: unreadable)
            } catch ReviewRefusal.roundNotOpen {
                return .redirect(to: "/reviews/rounds/\(id)/sheet")
            }
        }.erased
    }

    /// A file of which a row is wrong, so that nothing was saved.
    private struct Faulty: Error {
        let sheet: ScoreSheet
        let reading: ScoreSheetReading
    }

    private func sheet<P, B>(_ id: ReviewRound.ID, _ call: FormCall<P, B>) async throws -> ScoreSheet {
        let found = try await call.database.snapshot(as: call.context) { try await $0.scoreSheet(of: id) }
        guard let found else { throw Problem.notFound }
        return found
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of sheet: ScoreSheet, refusing error: UnreadableSheet? = nil, saved: Int? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.reviews.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let (id, isOpen) = (sheet.round.id, sheet.round.status == .open)
        let errors = error.map { [(field: "content", message: $0.words(t))] } ?? []
        let input = FormInput(values: call.fields, errors: errors, texts: t)
        let model = OfflinePage(
            header: PageHeader(
                title: t("reviewer.offline_title"), kind: sheet.round.label(for: spoken),
                lede: t("reviewer.offline_lede")),
            downloadURL: "/reviews/rounds/\(id)/sheet.csv",
            rows: t("reviewer.offline_rows", count: sheet.lines.count),
            columns: sheet.columns(in: viewer.language).map { OfflinePage.Column(sheet.legend(of: $0, t), $0.title) },
            form: isOpen
                ? Form(
                    action: "/reviews/rounds/\(id)/sheet/preview",
                    fields: [
                        input.area(
                            "content", label: t("reviewer.offline_content"), hint: t("reviewer.offline_content_hint"),
                            rows: 6)
                    ],
                    submit: t("reviewer.offline_preview"), texts: t) : nil,
            closed: isOpen ? nil : t("reviewer.offline_closed"))
        let flash = saved.map { count in
            FlashNotice(
                count == 0 ? t("reviewer.offline_saved_none") : t("reviewer.offline_saved", count: count),
                link: LinkText(t("reviewer.back"), "/reviews"))
        }
        return HTML(
            status: error == nil ? 200 : 422,
            bytes: try PageTemplate.offline.render(model, in: frame(viewer, t("reviewer.offline_title"), flash: flash)))
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of sheet: ScoreSheet, previewing reading: ScoreSheetReading, _ content: String
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.reviews.texts(in: viewer.language)
        let model = OfflinePreview(
            reading, of: sheet.round, content: sheet.round.status == .open ? content : nil, in: viewer.language)
        let crumb = Breadcrumb(t("reviewer.offline_title"), "/reviews/rounds/\(sheet.round.id)/sheet")
        let frame = frame(viewer, model.header.title, crumb)
        return HTML(
            status: reading.faults.isEmpty ? 200 : 422, bytes: try PageTemplate.offlinePreview.render(model, in: frame))
    }

    private func frame(
        _ viewer: Viewer, _ title: String, _ crumb: Breadcrumb? = nil, flash: FlashNotice? = nil
    ) -> Frame {
        let t = PageKit.reviews.texts(in: viewer.language)
        return Frame(
            title: title, site: site, viewer: viewer, current: "reviews",
            breadcrumbs: [Breadcrumb(t("reviewer.title"), "/reviews")] + [crumb].compactMap { $0 }, flash: flash)
    }
}

struct OfflineQuery: Codable {
    let round: ReviewRound.ID
    /// How many reviews were just saved from a file.
    let saved: Int?
}

/// Taking a sheet along, and bringing it back.
struct OfflinePage: ViewModel {
    var header: PageHeader
    var downloadURL: SafeURL
    var rows: String
    var columns: [Column]
    var form: Form?
    /// Why nothing can be brought back.
    var closed: String?

    /// A column of the file, and what is to stand in it.
    struct Column: ViewModel {
        var title: String
        var meaning: String

        init(_ meaning: String, _ title: String) {
            self.meaning = meaning
            self.title = title
        }
    }
}

extension PageTemplate<OfflinePage> {
    static let offline = PageTemplate("reviews/offline", in: .reviews)
}

extension ScoreSheet {
    /// What is to stand in a column.
    func legend(of column: (column: Column, title: String), _ t: Texts) -> String {
        switch column.column {
        case .code: t("reviewer.legend.code")
        case .startup: t("reviewer.legend.startup")
        case .score(let id):
            round.criteria.first { $0.id == id }.map {
                t("reviewer.legend.score", ["lowest": "\($0.lowest)", "highest": "\($0.highest)"])
            } ?? ""
        case .comment: t("reviewer.comment_hint")
        case .privateNote: t("reviewer.private_note_hint")
        case .confidence: t("reviewer.legend.confidence")
        }
    }
}

/// What a file would change, before it does.
struct OfflinePreview: ViewModel {
    var header: PageHeader
    var stats: StatTiles
    var ignored: String?
    var rows: [Row]
    /// Saves what is shown; absent where something is wrong, or there is nothing to save.
    var form: Form?
    var againURL: SafeURL

    struct Row: ViewModel {
        var code: String
        var place: String
        var badge: Badge
        var changes: [Change]
        var hasChanges: Bool
        var faults: [Fault]
        var hasFaults: Bool
    }

    struct Change: ViewModel {
        var field: String
        var before: String?
        var after: String?
    }

    struct Fault: ViewModel {
        var field: String?
        var message: String
    }
}

extension PageTemplate<OfflinePreview> {
    static let offlinePreview = PageTemplate("reviews/preview", in: .reviews)
}

extension OfflinePreview {
    /// - Parameter content: the file, to be sent along; nil where it cannot be saved any more.
    init(_ reading: ScoreSheetReading, of round: ReviewRound, content: String?, in language: Pages.Language) {
        let t = PageKit.reviews.texts(in: language)
        let (faulty, changed) = (reading.count(.wrong), reading.count(.changed))
        let title =
            faulty > 0
            ? t("reviewer.preview_wrong", count: faulty)
            : changed > 0 ? t("reviewer.preview_changes", count: changed) : t("reviewer.preview_nothing")
        header = PageHeader(
            title: title, kind: round.label(for: Vocabulary.Language(language)),
            lede: faulty > 0
                ? t("reviewer.preview_wrong_lede")
                : changed > 0 ? t("reviewer.preview_lede") : t("reviewer.preview_nothing_lede"))
        stats = StatTiles(
            ScoreSheetReading.Kind.allCases.map { kind in
                StatTiles.Tile(
                    t("reviewer.row.\(kind.rawValue)"), figure: Figures.grouped(reading.count(kind)),
                    note: kind == .submitted && reading.count(kind) > 0 ? t("reviewer.row.submitted_note") : nil)
            })
        ignored =
            reading.ignored.isEmpty
            ? nil
            : t("reviewer.preview_ignored", ["columns": reading.ignored.joined(separator: t("reviewer.separator"))])
        rows = ScoreSheetReading.Kind.allCases.flatMap { kind in
            reading.rows.filter { $0.kind == kind }.map { Row($0, t) }
        }
        form =
            faulty > 0 || changed == 0
            ? nil
            : content.map { content in
                Form(
                    action: "/reviews/rounds/\(round.id)/sheet", fields: [],
                    submit: t("reviewer.preview_save", count: changed), texts: t,
                    hidden: [HiddenField("content", content)],
                    cancel: LinkText(t("reviewer.preview_cancel"), "/reviews/rounds/\(round.id)/sheet"))
            }
        againURL = "/reviews/rounds/\(round.id)/sheet"
    }
}

extension OfflinePreview.Row {
    fileprivate init(_ row: ScoreSheetReading.Row, _ t: Texts) {
        code = row.code
        place = t("reviewer.row.line", ["line": Figures.grouped(row.line)])
        (changes, faults) = ([], [])
        let tone: Badge.Tone
        switch row.outcome {
        case .wrong(let found):
            tone = .danger
            faults = found.map { OfflinePreview.Fault(field: $0.field, message: $0.message) }
        case .changes(_, _, let found):
            tone = .info
            changes = found.map { OfflinePreview.Change(field: $0.field, before: $0.before, after: $0.after) }
        case .submitted: tone = .success
        case .unchanged: tone = .neutral
        }
        badge = Badge(t("reviewer.row.\(row.kind.rawValue)"), tone)
        (hasChanges, hasFaults) = (!changes.isEmpty, !faults.isEmpty)
    }
}
