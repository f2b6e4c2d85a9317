internal import API
internal import Accounts
internal import Exports
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

internal import struct API.Operation

/// The standings of a round as files, in a manager's language: the whole ranking, of which lists show a page.
struct StandingsSheet: Sendable {
    let standings: Standings
    let language: Pages.Language

    /// What the files are called: by the day on which reviews are due, since not every file system takes a title.
    var name: String { "standings-\(standings.round.due.localTime.date)" }

    var csv: [UInt8] { sheet.csv }

    func workbook() throws -> [UInt8] {
        try Workbook([sheet], made: standings.round.openedAt ?? standings.round.due.instant).xlsx()
    }

    private var sheet: Sheet {
        let (t, spoken, places) = (
            PageKit.reviews.texts(in: language), Vocabulary.Language(language), standings.places
        )
        func tenths(_ title: String, _ value: @escaping (Standings.Entry) -> Double?) -> Column<Standings.Entry> {
            .decimal(title) { value($0).map { Decimal(Int(($0 * 10).rounded())) / 10 } }
        }
        return Sheet(
            t("standings.title"),
            [
                .integer(t("standings.rank")) { standings.rank(of: $0) },
                .text(t("standings.application"), width: 12) { $0.code },
                .text(t("plan.startup"), width: 40) { $0.startupName.text(for: spoken) },
            ] + (standings.round.stream == nil ? [] : [.integer(t("standings.choice_head")) { $0.choice }]) + [
                .integer(t("standings.reviews")) { $0.reviews },
                tenths(t("standings.mean")) { $0.mean }, tenths(t("standings.apart")) { $0.spread },
                tenths(t("standings.calibrated")) { $0.calibrated?.shownScore },
                tenths(t("standings.low")) { $0.calibrated?.shownInterval.lowerBound },
                tenths(t("standings.high")) { $0.calibrated?.shownInterval.upperBound },
                .integer(t("standings.chance_percent")) { entry in
                    entry.calibrated.map { Int(($0.placeProbability * 100).rounded()) }
                },
                .text(t("standings.mark"), width: 28) { entry in
                    let marks = [
                        entry.calibrated?.isInDoubt(places: places) == true ? t("standings.in_doubt") : nil,
                        entry.isDecidable ? nil : t("standings.below_quorum"),
                    ].compactMap(\.self)
                    return marks.isEmpty ? nil : marks.joined(separator: t("list.comma"))
                },
            ], of: standings.entries)
    }
}

extension Statements {
    /// The standings of a round as files; not found where there is no such round.
    func standingsSheet(_ query: StandingsSheetQuery, in language: Pages.Language) async throws -> StandingsSheet {
        let places = try Standings.places(query.places)
        guard let standings = try await standings(of: query.round, places: places) else { throw Problem.notFound }
        return StandingsSheet(standings: standings, language: language)
    }
}

/// For how many places the standings in a file are read.
struct StandingsSheetQuery: Codable {
    let round: ReviewRound.ID
    let places: Int?
}

/// Standings as files, by API.
enum StandingsSheetAPI {
    static let operations: [AnyOperation] = [getCSV, getWorkbook]

    private static var getCSV: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/standings.csv", "getStandingsFile",
            summary: "The standings of a round as CSV, the best first",
            description: """
                All of the round, as `getStandings` has it a page at a time. Columns are named in the reader's language; texts \
                that a spreadsheet would take for formulas begin with an apostrophe. Scores and intervals that the estimate \
                puts beyond the scale are written as its end.
                """,
            tag: "reviews", access: .roles([.manager]), parameters: StandingsSheetQuery.self, output: Download.self,
            problems: [.notFound], produces: "text/csv"
        ) { call in
            let file = try await found(call)
            return .ok(Download(bytes: file.csv, filename: file.name + ".csv"))
        }.erased
    }

    private static var getWorkbook: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/standings.xlsx", "getStandingsWorkbook",
            summary: "The standings of a round as an Excel workbook, the best first", tag: "reviews",
            access: .roles([.manager]), parameters: StandingsSheetQuery.self, output: Download.self,
            problems: [.notFound], produces: Workbook.mediaType
        ) { call in
            let file = try await found(call)
            return .ok(Download(bytes: try file.workbook(), filename: file.name + ".xlsx"))
        }.erased
    }

    private static func found(_ call: Call<StandingsSheetQuery, NoBody>) async throws -> StandingsSheet {
        let language = Pages.Language(tag: call.locale) ?? .english
        return try await call.database.snapshot(as: call.context) {
            try await $0.standingsSheet(call.parameters, in: language)
        }
    }
}

/// The same files from the manager's page.
struct StandingsSheetPages: Sendable {
    private enum Format: String, CaseIterable {
        case csv, xlsx
    }

    var routes: [AnyRoute] { [file(.csv), file(.xlsx)] }

    /// The ways to the files.
    static func links(of round: ReviewRound.ID, filters: [(name: String, value: String)], _ t: Texts) -> [Action] {
        Format.allCases.map { format in
            let file: SafeURL = "/console/rounds/\(round)/standings.\(format.rawValue)"
            let label =
                switch format {
                case .csv: t("assignments.file_csv")
                case .xlsx: t("assignments.file_xlsx")
                }
            return .link(label, file.adding(filters))
        }
    }

    private func file(_ format: Format) -> AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/standings.\(format.rawValue)", "consoleStandings \(format.rawValue)",
            access: .roles([.manager]), parameters: StandingsSheetQuery.self
        ) { call in
            let language = try await call.viewer().language
            let file = try await call.database.snapshot(as: call.context) {
                try await $0.standingsSheet(call.parameters, in: language)
            }
            let name = "\(file.name).\(format.rawValue)"
            return switch format {
            case .csv: .download(file.csv, named: name, mediaType: Sheet.csvMediaType)
            case .xlsx: .download(try file.workbook(), named: name, mediaType: Workbook.mediaType)
            }
        }.erased
    }
}
