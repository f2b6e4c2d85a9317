internal import API
internal import Exports
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// What a list of applications can show of each.
enum ApplicationColumn: String, Codable, Sendable, CaseIterable {
    case call, batch, stream, state, stage, due, complete, overlaps, begun, submitted, id

    /// The columns of whoever chose none; with the batch where one of the calls is a rolling one, and with what might be
    /// funded twice where there is any.
    static func usual(withBatches: Bool, withOverlaps: Bool = false) -> [ApplicationColumn] {
        [.call] + (withBatches ? [.batch] : []) + [.state, .stage, .complete] + (withOverlaps ? [.overlaps] : [])
            + [.submitted]
    }

    func title(_ t: Texts) -> String { t("column.\(rawValue)") }
}

/// A list of applications as a CSV file: the startup first, then the chosen columns.
struct ApplicationSheet: Sendable {
    /// Rows of a file at the most; it is made in memory.
    static let most = 50_000

    let rows: [ApplicationSummary]
    let columns: [ApplicationColumn]
    let language: Pages.Language

    init(_ rows: [ApplicationSummary], columns: [ApplicationColumn]?, in language: Pages.Language) {
        self.rows = rows
        self.columns =
            columns.flatMap { $0.isEmpty ? nil : $0 }
            ?? ApplicationColumn.usual(
                withBatches: rows.contains { !$0.cutoffs.isEmpty },
                withOverlaps: rows.contains { $0.overlaps?.isNone == false })
        self.language = language
    }

    /// The file.
    var bytes: [UInt8] {
        let (t, spoken) = (PageKit.applications.texts(in: language), Vocabulary.Language(language))
        let startup = Column<ApplicationSummary>.text(t("list.startup")) { $0.startupName.text(for: spoken) }
        return Sheet(t("list.title"), [startup] + columns.flatMap { $0.columns(t, spoken) }, of: rows).csv
    }
}

extension ApplicationColumn {
    /// The same in a file, where each is one value: a stage, a due day and what is complete are two.
    fileprivate func columns(_ t: Texts, _ spoken: Vocabulary.Language) -> [Column<ApplicationSummary>] {
        switch self {
        case .call: [.text(title(t)) { $0.callTitle.text(for: spoken) }]
        case .batch: [.integer(title(t)) { $0.batchHandedInTo }]
        case .stream: [.text(title(t)) { $0.streamName.text(for: spoken) }]
        case .state: [.text(title(t)) { $0.application.state.label(t) }]
        case .stage:
            [
                .instant(t("column.stage_since")) { $0.clock.enteredAt },
                .integer(t("column.stage_days")) { $0.clock.daysStood(at: $0.readAt) },
            ]
        case .due:
            [
                .date(t("column.due")) { $0.clock.lastDay(in: $0.deadline.zone).map(Day.init) },
                .text(t("column.overdue")) { summary in
                    summary.clock.days == nil
                        ? nil : t(summary.clock.isOverdue(at: summary.readAt) ? "filter.yes" : "filter.no")
                },
            ]
        case .complete:
            [
                .integer(t("column.required_done")) { $0.count.requiredAnswered },
                .integer(t("column.required_all")) { $0.count.required },
            ]
        case .overlaps:
            [
                .integer(t("column.overlaps_open")) { $0.overlaps?.open },
                .integer(t("column.overlaps_confirmed")) { $0.overlaps?.confirmed },
            ]
        case .begun: [.instant(title(t)) { $0.application.createdAt }]
        case .submitted: [.instant(title(t)) { $0.application.submittedAt }]
        case .id: [.text(title(t)) { $0.id.description }]
        }
    }
}

extension Statements {
    /// The rows of a file: all that the filter lets through, or a problem that says that they are too many.
    func applicationsForSheet(
        matching filter: ApplicationFilter, with columns: [ApplicationColumn]? = nil, most: Int = ApplicationSheet.most
    ) async throws -> [ApplicationSummary] {
        let found = try await applications(matching: filter, limit: most + 1)
        guard found.count <= most else {
            let limit = Figures.grouped(most)
            throw Problem(
                .invalid, "More than \(limit) applications match, and a file has \(limit) rows. Narrow the filter.")
        }
        // Where no column was chosen, whether there are any decides on one.
        guard let columns, !columns.isEmpty else { return try await countingOverlaps(of: found) }
        return columns.contains(.overlaps) ? try await countingOverlaps(of: found) : found
    }
}

extension ApplicationColumn {
    /// The same in a table.
    func cell(_ summary: ApplicationSummary, _ t: Texts, _ language: Pages.Language) -> Table.Cell {
        let (spoken, zone) = (Vocabulary.Language(language), summary.deadline.zone)
        let (clock, now) = (summary.clock, summary.readAt)
        switch self {
        case .call: return .text(summary.callTitle.text(for: spoken))
        case .batch: return .text(summary.batchHandedInTo.map(Figures.grouped) ?? "–")
        case .stream: return .text(summary.streamName.text(for: spoken))
        case .state: return .badge(Standing(summary, for: .park, in: language).badge)
        case .stage:
            return clock.isOverdue(at: now)
                ? .badge(Badge(t("clock.overdue"), .warning), note: clock.words(at: now, in: zone, language))
                : .text(clock.words(at: now, in: zone, language))
        case .due: return clock.lastDay(in: zone).map { .time(TimeText($0, in: language)) } ?? .text("–")
        case .complete: return .text(summary.count.words(t))
        case .overlaps:
            return summary.overlaps?.words(in: language).map {
                .link($0, "/console/applications/\(summary.id)#overlaps")
            } ?? .text("–")
        case .begun: return .time(TimeText(summary.application.createdAt, in: zone, language: language))
        case .submitted:
            return summary.application.submittedAt.map { .time(TimeText($0, in: zone, language: language)) }
                ?? .text(t("list.not_submitted"))
        case .id: return .text(summary.id.description)
        }
    }
}

/// A list of applications as a page or a file is asked for: the filter, the columns, and where it goes on.
struct ApplicationListQuery: Codable {
    let call: CallForApplications.ID?
    let stream: ProgramStream.ID?
    let program: Program.ID?
    let partner: Institution.ID?
    let state: [Application.State]?
    let overdue: Bool?
    let stageDays: Int?
    let submittedFrom: CalendarDate?
    let submittedTo: CalendarDate?
    let q: ShortText?
    let complete: Bool?
    let batch: Int?
    let overlap: OverlapStanding?
    let sort: ApplicationFilter.Order?
    let columns: [ApplicationColumn]?
    let done: String?
    let limit: PageSize?
    let cursor: PageCursor?

    var filter: ApplicationFilter {
        ApplicationFilter(
            call: call, stream: stream, program: program, partner: partner, state: state, overdue: overdue,
            stageDays: stageDays, submittedFrom: submittedFrom, submittedTo: submittedTo, q: q, complete: complete,
            batch: batch, overlap: overlap, sort: sort)
    }

    /// The columns that were chosen; nil where none was.
    var chosen: [ApplicationColumn]? { columns.flatMap { $0.isEmpty ? nil : $0 } }

    /// The filter and the columns as the query of an address.
    var items: [(name: String, value: String)] {
        filter.items + (columns ?? []).map { ("columns", $0.rawValue) }
    }
}
