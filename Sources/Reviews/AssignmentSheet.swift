internal import API
internal import Accounts
internal import Exports
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

internal import struct API.Operation

/// Who judges what in a round as files, in a manager's language: what the list shows, with what is late.
struct AssignmentSheet: Sendable {
    /// Rows of a file at the most; it is made in memory.
    static let most = 50_000

    let round: ReviewRound
    let rows: [AssignmentSummary]
    let language: Pages.Language

    /// What the files are called: by the day on which reviews are due, since not every file system takes a title.
    var name: String { "assignments-\(round.due.localTime.date)" }

    var csv: [UInt8] { sheet.csv }

    func workbook() throws -> [UInt8] { try Workbook([sheet], made: round.openedAt ?? round.due.instant).xlsx() }

    private var sheet: Sheet {
        let (t, spoken) = (PageKit.reviews.texts(in: language), Vocabulary.Language(language))
        func late(_ clock: ReviewClock) -> Column<AssignmentSummary> {
            .text(t("clock.\(clock.rawValue)"), width: 12) { $0.clocks.contains(clock) ? t("assignments.yes") : nil }
        }
        return Sheet(
            t("assignments.title"),
            [
                .text(t("assignments.application"), width: 12) { $0.code },
                .text(t("plan.startup"), width: 40) { $0.startupName?.text(for: spoken) },
                .text(t("assignments.reviewer")) { $0.personName },
                .text(t("assignments.state"), width: 14) { t("assignments.state.\($0.assignment.state.rawValue)") },
                .instant(t("assignments.assigned_utc")) { $0.assignment.assignedAt },
                .integer(t("assignments.criteria_scored")) { $0.scored },
                .instant(t("assignments.submitted_utc")) { $0.submittedAt },
                late(.overdue), late(.stale),
                .instant(t("assignments.ended_utc")) { $0.assignment.endedAt },
                .text(t("assignments.reason"), width: 40) { $0.assignment.endedReason?.string },
            ], of: rows)
    }
}

extension Statements {
    /// The files of a round's assignments that the filter lets through; not found where there is no such round.
    func assignmentSheet(_ query: AssignmentSheetQuery, in language: Pages.Language) async throws -> AssignmentSheet {
        guard let round = try await round(query.round) else { throw Problem.notFound }
        let found = try await assignments(
            in: round.id, by: query.person, standing: query.state, clocks: query.clock.map { [$0: true] } ?? [:],
            limit: AssignmentSheet.most)
        return AssignmentSheet(round: round, rows: found, language: language)
    }
}

/// Which assignments a file holds.
struct AssignmentSheetQuery: Codable {
    let round: ReviewRound.ID
    let person: Person.ID?
    let state: ReviewAssignment.State?
    let clock: ReviewClock?
}

/// Who judges what as files, by API.
enum AssignmentSheetAPI {
    static let operations: [AnyOperation] = [getCSV, getWorkbook]

    private static var getCSV: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/assignments.csv", "getAssignmentsFile",
            summary: "Who judges what in a round as CSV, with what is late",
            description: """
                Columns are named in the reader's language; texts that a spreadsheet would take for formulas begin with an \
                apostrophe.
                """,
            tag: "reviews", access: .roles([.manager]), parameters: AssignmentSheetQuery.self, output: Download.self,
            problems: [.notFound], produces: "text/csv"
        ) { call in
            let file = try await found(call)
            return .ok(Download(bytes: file.csv, filename: file.name + ".csv"))
        }.erased
    }

    private static var getWorkbook: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/assignments.xlsx", "getAssignmentsWorkbook",
            summary: "Who judges what in a round as an Excel workbook, with what is late", tag: "reviews",
            access: .roles([.manager]), parameters: AssignmentSheetQuery.self, output: Download.self,
            problems: [.notFound], produces: Workbook.mediaType
        ) { call in
            let file = try await found(call)
            return .ok(Download(bytes: try file.workbook(), filename: file.name + ".xlsx"))
        }.erased
    }

    private static func found(_ call: Call<AssignmentSheetQuery, NoBody>) async throws -> AssignmentSheet {
        let language = Pages.Language(tag: call.locale) ?? .english
        return try await call.database.snapshot(as: call.context) {
            try await $0.assignmentSheet(call.parameters, in: language)
        }
    }
}

/// The same files from the manager's list.
struct AssignmentSheetPages: Sendable {
    private enum Format: String {
        case csv, xlsx
    }

    var routes: [AnyRoute] { [file(.csv), file(.xlsx)] }

    private func file(_ format: Format) -> AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/assignments.\(format.rawValue)", "consoleAssignments \(format.rawValue)",
            access: .roles([.manager]), parameters: AssignmentSheetQuery.self
        ) { call in
            let language = try await call.viewer().language
            let file = try await call.database.snapshot(as: call.context) {
                try await $0.assignmentSheet(call.parameters, in: language)
            }
            let name = "\(file.name).\(format.rawValue)"
            return switch format {
            case .csv: .download(file.csv, named: name, mediaType: Sheet.csvMediaType)
            case .xlsx: .download(try file.workbook(), named: name, mediaType: Workbook.mediaType)
            }
        }.erased
    }
}
