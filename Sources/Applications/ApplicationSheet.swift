internal import API
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Programs
internal import Tabular
internal import Vocabulary
internal import Wording

/// What a list of applications can show of each.
enum ApplicationColumn: String, Codable, Sendable, CaseIterable {
    case call, stream, state, stage, due, complete, begun, submitted, id

    /// The columns of whoever chose none.
    static let usual: [ApplicationColumn] = [.call, .state, .stage, .complete, .submitted]

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
        self.columns = columns.flatMap { $0.isEmpty ? nil : $0 } ?? ApplicationColumn.usual
        self.language = language
    }

    /// UTF-8 with a byte order mark, without which Excel takes Chinese for Latin.
    var bytes: [UInt8] {
        let (t, spoken) = (PageKit.applications.texts(in: language), Vocabulary.Language(language))
        var text = "\u{FEFF}" + line([t("list.startup")] + columns.flatMap { titles($0, t) })
        for summary in rows {
            text += line([summary.startupName.text(for: spoken)] + columns.flatMap { cells($0, summary, t, spoken) })
        }
        return Array(text.utf8)
    }

    private func line(_ cells: [String]) -> String { cells.map(CSVCell.text).joined(separator: ",") + "\r\n" }

    /// A stage is two columns of a file, so that each is one value.
    private func titles(_ column: ApplicationColumn, _ t: Texts) -> [String] {
        switch column {
        case .stage: [t("column.stage_since"), t("column.stage_days")]
        case .due: [t("column.due"), t("column.overdue")]
        case .complete: [t("column.required_done"), t("column.required_all")]
        default: [column.title(t)]
        }
    }

    private func cells(
        _ column: ApplicationColumn, _ summary: ApplicationSummary, _ t: Texts, _ spoken: Vocabulary.Language
    ) -> [String] {
        let (clock, now) = (summary.clock, summary.readAt)
        return switch column {
        case .call: [summary.callTitle.text(for: spoken)]
        case .stream: [summary.streamName.text(for: spoken)]
        case .state: [summary.application.state.label(t)]
        case .stage: [Timestamp.text(clock.enteredAt), "\(clock.daysStood(at: now))"]
        case .due:
            [
                clock.lastDay(in: summary.deadline.zone)?.description ?? "",
                clock.days == nil ? "" : t(clock.isOverdue(at: now) ? "filter.yes" : "filter.no"),
            ]
        case .complete: ["\(summary.count.requiredAnswered)", "\(summary.count.required)"]
        case .begun: [Timestamp.text(summary.application.createdAt)]
        case .submitted: [summary.application.submittedAt.map { Timestamp.text($0) } ?? ""]
        case .id: [summary.id.description]
        }
    }
}

extension Statements {
    /// The rows of a file: all that the filter lets through, or a problem that says that they are too many.
    func applicationsForSheet(
        matching filter: ApplicationFilter, most: Int = ApplicationSheet.most
    ) async throws -> [ApplicationSummary] {
        let found = try await applications(matching: filter, limit: most + 1)
        guard found.count <= most else {
            let limit = Figures.grouped(most)
            throw Problem(
                .invalid, "More than \(limit) applications match, and a file has \(limit) rows. Narrow the filter.")
        }
        return found
    }
}

extension ApplicationColumn {
    /// The same in a table.
    func cell(_ summary: ApplicationSummary, _ t: Texts, _ language: Pages.Language) -> Table.Cell {
        let (spoken, zone) = (Vocabulary.Language(language), summary.deadline.zone)
        let (clock, now) = (summary.clock, summary.readAt)
        switch self {
        case .call: return .text(summary.callTitle.text(for: spoken))
        case .stream: return .text(summary.streamName.text(for: spoken))
        case .state: return .badge(Standing(summary, for: .park, in: language).badge)
        case .stage:
            return clock.isOverdue(at: now)
                ? .badge(Badge(t("clock.overdue"), .warning), note: clock.words(at: now, in: zone, language))
                : .text(clock.words(at: now, in: zone, language))
        case .due: return clock.lastDay(in: zone).map { .time(TimeText($0, in: language)) } ?? .text("–")
        case .complete: return .text(summary.count.words(t))
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
    let sort: ApplicationFilter.Order?
    let columns: [ApplicationColumn]?
    let done: String?
    let limit: PageSize?
    let cursor: PageCursor?

    var filter: ApplicationFilter {
        ApplicationFilter(
            call: call, stream: stream, program: program, partner: partner, state: state, overdue: overdue,
            stageDays: stageDays, submittedFrom: submittedFrom, submittedTo: submittedTo, q: q, complete: complete,
            sort: sort)
    }

    /// The filter and the columns as the query of an address.
    var items: [(name: String, value: String)] {
        filter.items + (columns ?? []).map { ("columns", $0.rawValue) }
    }
}
