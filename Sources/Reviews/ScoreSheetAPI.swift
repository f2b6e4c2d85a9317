internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// The reviewer's sheet of a round as a file, by API.
enum ScoreSheetAPI {
    static let operations: [AnyOperation] = [getScoreSheet, saveScoreSheet]

    private static var getScoreSheet: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/sheet", "getScoreSheet", summary: "What is yours to judge in a round, as CSV",
            description: """
                A row for each application; its code, the startup's name where the round shows it, a column for each \
                criterion, comment, private note and confidence. Columns are named in the reader's language. Texts that a \
                spreadsheet would take for formulas begin with an apostrophe.
                """,
            tag: "reviews", access: .roles([.reviewer]), parameters: RoundPath.self, output: Download.self,
            problems: [.notFound], produces: "text/csv"
        ) { call in
            let id = call.parameters.round
            let language = Pages.Language(tag: call.locale) ?? .english
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard let sheet = try await snapshot.scoreSheet(of: id) else { throw Problem.notFound }
                return .ok(sheet.download(in: language))
            }
        }.erased
    }

    private static var saveScoreSheet: AnyOperation {
        Operation(
            .put, "/v1/rounds/{round}/sheet", "saveScoreSheet", summary: "Take the sheet of a round back, as drafts",
            description: """
                The sheet as `getScoreSheet` gave it, filled in. A column that is missing changes nothing, an empty cell \
                takes back what was there, and submitted reviews are left alone. Either all rows are saved or, where one \
                is wrong, none; errors point to line and column of the file. With `rehearsal=true` nothing is kept.
                """,
            tag: "reviews", access: .roles([.reviewer]), parameters: SheetUpload.self, body: RawBody.self,
            output: ScoreSheetReport.self, problems: [.notFound, .conflict], bodyLimit: 4 * 1024 * 1024,
            consumes: "text/csv"
        ) { call in
            let (given, person) = (call.parameters, try call.principal.personID)
            let language = Pages.Language(tag: call.locale) ?? .english
            return try await call.write { transaction in
                guard let sheet = try await transaction.scoreSheet(of: given.round) else { throw Problem.notFound }
                try call.match(sheet.download(in: language))
                try sheet.round.checkOpen()
                let reading: ScoreSheetReading
                do throws(UnreadableSheet) {
                    reading = try sheet.read(call.body.bytes, in: .english)
                } catch {
                    throw Problem(.invalid, error.words(PageKit.reviews.texts(in: .english)))
                }
                try reading.checkSound()
                if given.rehearsal != true {
                    try await transaction.saveScoreSheet(reading, in: sheet.round, by: person)
                }
                return .ok(ScoreSheetReport(reading))
            }
        }.erased
    }
}

extension ScoreSheet {
    /// The sheet as a file to be saved.
    func download(in language: Pages.Language) -> Download {
        Download(bytes: csv(in: language), filename: fileName)
    }

    /// Says which round it is of without a name, which not every file system takes.
    var fileName: String { "reviews-\(round.due.localTime.date).csv" }
}

extension ScoreSheetReading {
    /// Refuses a file of which a row is wrong.
    func checkSound() throws(Problem) {
        guard !faults.isEmpty else { return }
        throw Problem(
            .invalid, "Nothing was saved, because some rows are wrong.",
            errors: faults.map { line, fault in
                let field = fault.field.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") } ?? ""
                return .init("/\(line)\(field)", .invalid, fault.message)
            })
    }
}

struct SheetUpload: Codable {
    let round: ReviewRound.ID
    let rehearsal: Bool?
}

/// What a file changed, as JSON.
struct ScoreSheetReport: Described {
    let changed: Int
    let unchanged: Int
    let submitted: Int
    let ignoredColumns: [String]
    let rows: [ScoreSheetRowView]

    static let documentation = [
        "changed": "Rows that changed something.", "submitted": "Rows of submitted reviews, which were left alone.",
        "ignored_columns": "Columns of the file that mean nothing here.",
    ]

    init(_ reading: ScoreSheetReading) {
        rows = reading.rows.map(ScoreSheetRowView.init)
        changed = reading.count(.changed)
        unchanged = reading.count(.unchanged)
        submitted = reading.count(.submitted)
        ignoredColumns = reading.ignored
    }
}

struct ScoreSheetRowView: Described {
    let line: Int
    let code: String
    let outcome: ScoreSheetReading.Kind
    let changes: [ScoreSheetChangeView]

    static let documentation = ["line": "The line of the file, from 1.", "code": "What the application is called."]

    init(_ row: ScoreSheetReading.Row) {
        (line, code, outcome) = (row.line, row.code, row.kind)
        changes = if case .changes(_, _, let found) = row.outcome { found.map(ScoreSheetChangeView.init) } else { [] }
    }
}

struct ScoreSheetChangeView: Described {
    let field: String
    let before: String?
    let after: String?

    static let documentation = [
        "before": "Absent where nothing stood there.", "after": "Absent where it is taken back.",
    ]

    init(_ change: ScoreSheetReading.Change) {
        (field, before, after) = (change.field, change.before, change.after)
    }
}
