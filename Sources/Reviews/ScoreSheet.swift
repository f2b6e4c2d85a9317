internal import Foundation
internal import Pages
internal import Tabular
internal import Vocabulary
internal import Wording

/// A reviewer's part of a round as a table: a row for each application, a column for each criterion. It goes out as a CSV file
/// to be filled in anywhere, and comes back.
struct ScoreSheet: Sendable {
    struct Line: Sendable {
        let summary: AssignmentSummary
        let review: Review?
    }

    let round: ReviewRound
    /// In the order of the applications' codes.
    let lines: [Line]

    /// What stands in a column.
    enum Column: Hashable, Sendable {
        case code, startup
        case score(ReviewRound.Criterion.ID)
        case comment, privateNote, confidence
    }

    /// The columns with what they are called in a language, no two alike.
    func columns(in language: Pages.Language) -> [(column: Column, title: String)] {
        let t = PageKit.reviews.texts(in: language)
        var columns: [(Column, String)] = [(.code, t("reviewer.sheet.code"))]
        if !round.isBlind { columns.append((.startup, t("reviewer.sheet.startup"))) }
        columns += round.criteria.map { (.score($0.id), $0.name.text(for: Vocabulary.Language(language))) }
        columns += [
            (.comment, t("reviewer.sheet.comment")), (.privateNote, t("reviewer.sheet.private_note")),
            (.confidence, t("reviewer.sheet.confidence")),
        ]
        var taken: Set<String> = []
        return columns.map { column, name in
            var (title, number) = (name, 1)
            while !taken.insert(Self.key(title)).inserted {
                number += 1
                title = "\(name) (\(number))"
            }
            return (column, title)
        }
    }

    /// The table as CSV (RFC 4180) in UTF-8 with a byte order mark, without which Excel takes it for another encoding.
    func csv(in language: Pages.Language) -> [UInt8] {
        let columns = columns(in: language)
        let spoken = Vocabulary.Language(language)
        var text = "\u{FEFF}" + columns.map { CSVCell.text($0.title) }.joined(separator: ",") + "\r\n"
        for line in lines {
            let cells = columns.map { column, _ in
                switch column {
                case .code: CSVCell.text(line.summary.code)
                case .startup: CSVCell.text(line.summary.startupName?.text(for: spoken) ?? "")
                case .score(let id): line.review?.scores[id].map { "\($0)" } ?? ""
                case .comment: CSVCell.text(line.review?.comment?.string ?? "")
                case .privateNote: CSVCell.text(line.review?.privateNote?.string ?? "")
                case .confidence: line.review?.confidence.map { "\($0)" } ?? ""
                }
            }
            text += cells.joined(separator: ",") + "\r\n"
        }
        return Array(text.utf8)
    }

    /// What two names of a column have in common, however they are written.
    static func key(_ title: String) -> String {
        title.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }
}

/// What a file that came back would change, row by row.
struct ScoreSheetReading: Sendable {
    struct Row: Sendable {
        /// The line of the file, from 1.
        let line: Int
        /// What the application goes by; as the file has it where it is none.
        let code: String
        let outcome: Outcome
    }

    enum Outcome: Sendable {
        /// As it is already.
        case unchanged
        /// Submitted, and left alone, whatever the row says.
        case submitted
        case changes(ReviewAssignment.ID, ReviewDraft, [Change])
        case wrong([Fault])
    }

    /// The outcomes, the one that asks most of its reader first.
    enum Kind: String, Codable, Sendable, CaseIterable {
        case wrong, changed, submitted, unchanged
    }

    /// One field, before and after.
    struct Change: Sendable {
        let field: String
        let before: String?
        let after: String?
    }

    /// What is wrong with a row, or with one field of it.
    struct Fault: Sendable {
        let field: String?
        let message: String
    }

    let rows: [Row]
    /// Columns of the file that mean nothing here.
    let ignored: [String]

    /// What would be saved.
    var drafts: [(assignment: ReviewAssignment.ID, draft: ReviewDraft)] {
        rows.compactMap { row in
            if case .changes(let assignment, let draft, _) = row.outcome { (assignment, draft) } else { nil }
        }
    }

    func count(_ kind: Kind) -> Int { rows.count { $0.kind == kind } }

    var faults: [(line: Int, fault: Fault)] {
        rows.flatMap { row -> [(line: Int, fault: Fault)] in
            guard case .wrong(let faults) = row.outcome else { return [] }
            return faults.map { (row.line, $0) }
        }
    }
}

extension ScoreSheetReading.Row {
    var kind: ScoreSheetReading.Kind {
        switch outcome {
        case .wrong: .wrong
        case .changes: .changed
        case .submitted: .submitted
        case .unchanged: .unchanged
        }
    }
}

/// Why a file that came back cannot be read at all.
enum UnreadableSheet: Error, Equatable {
    case encoding, spreadsheet, empty, header, tooLong
    case columnTwice(String)
    case noCode(String)

    func words(_ t: Texts) -> String {
        switch self {
        case .encoding: t("reviewer.file.encoding")
        case .spreadsheet: t("reviewer.file.spreadsheet")
        case .empty: t("reviewer.file.empty")
        case .header: t("reviewer.file.header")
        case .tooLong: t("reviewer.file.too_long")
        case .columnTwice(let name): t("reviewer.file.twice", ["column": name])
        case .noCode(let name): t("reviewer.file.no_code", ["column": name])
        }
    }
}

extension ScoreSheet {
    /// What a file would change. Columns may be called as in any of our languages and stand in any order; what has no column
    /// stays as it is, and an empty cell takes back what was there. Cells may be divided by tabs, as a spreadsheet copies them.
    func read(_ bytes: [UInt8], in language: Pages.Language) throws(UnreadableSheet) -> ScoreSheetReading {
        let t = PageKit.reviews.texts(in: language)
        let (columns, ignored, records) = try table(bytes, in: language)
        guard columns.contains(where: { $0.column == .code }) else {
            throw .noCode(self.columns(in: language)[0].title)
        }
        let known = Dictionary(lines.map { ($0.summary.code, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        let rows = records.map { row in
            let record: Record
            switch row {
            case .record(let found): record = found
            case .malformed(let problem):
                let fault = ScoreSheetReading.Fault(field: nil, message: t("reviewer.file.malformed"))
                return ScoreSheetReading.Row(line: problem.line, code: "–", outcome: .wrong([fault]))
            }
            let cells = Cells(record: record, columns: columns)
            let code = (cells.text(.code) ?? "").uppercased()
            func wrong(_ message: String) -> ScoreSheetReading.Row {
                ScoreSheetReading.Row(
                    line: record.line, code: code.isEmpty ? "–" : code,
                    outcome: .wrong([.init(field: cells.title(.code), message: message)]))
            }
            guard !code.isEmpty else { return wrong(t("reviewer.file.code_missing")) }
            guard let line = known[code] else { return wrong(t("reviewer.file.unknown", ["code": code])) }
            guard seen.insert(code).inserted else { return wrong(t("reviewer.file.row_twice", ["code": code])) }
            let outcome: ScoreSheetReading.Outcome =
                line.review?.submittedAt != nil ? .submitted : self.outcome(of: cells, on: line, t)
            return ScoreSheetReading.Row(line: record.line, code: code, outcome: outcome)
        }
        return ScoreSheetReading(rows: rows, ignored: ignored)
    }

    private typealias Columns = [(column: Column, title: String, name: String)]

    /// The rows of a file, and which column of it stands for what; `name` is what the file calls it.
    private func table(
        _ bytes: [UInt8], in language: Pages.Language
    ) throws(UnreadableSheet) -> (columns: Columns, ignored: [String], rows: [Tabular.Row]) {
        let header = bytes.prefix { $0 != 10 && $0 != 13 }
        let isTabbed = header.contains(9) && !header.contains(44)
        do {
            var reader = try CSVReader(
                MemorySource(bytes), delimiter: isTabbed ? "\t" : ",",
                limits: Limits(rowBytes: 1 << 18, cellBytes: 1 << 17, columns: 200, rows: 5000))
            let named = reader.columns.map { (name: $0, key: Self.key(CSVCell.plain($0))) }
            // The reader's language first, so that it wins where the file fits several.
            let languages = [language] + Pages.Language.allCases.filter { $0 != language }
            let fits = languages.map { language in
                let titles = self.columns(in: language)
                return named.compactMap { file in
                    titles.first { Self.key($0.title) == file.key }.map { ($0.column, $0.title, file.name) }
                } as Columns
            }
            let best = fits.max { $0.count < $1.count } ?? []
            // Several may fit as well; `max` names the last of them.
            let found = fits.first { $0.count == best.count } ?? best
            var rows: [Tabular.Row] = []
            try reader.forEach { rows.append($0) }
            let read = Set(found.map(\.name))
            return (found, named.map(\.name).filter { !$0.isEmpty && !read.contains($0) }, rows)
        } catch let error as UnreadableFile {
            throw UnreadableSheet(error)
        } catch {
            throw .header
        }
    }

    private struct Cells {
        let record: Record
        let columns: Columns

        func title(_ column: Column) -> String? { columns.first { $0.column == column }?.title }

        /// What stands in a column; nil where the file has no such column, empty where nothing stands there.
        func text(_ column: Column) -> String? {
            guard let name = columns.first(where: { $0.column == column })?.name else { return nil }
            var fields = record.fields
            return CSVCell.plain(fields.string(name) ?? "")
        }
    }

    private func outcome(of cells: Cells, on line: Line, _ t: Texts) -> ScoreSheetReading.Outcome {
        let stored = line.review
        var (scores, notes) = (stored?.scores ?? [:], stored?.notes ?? [:])
        var (faults, changes): ([ScoreSheetReading.Fault], [ScoreSheetReading.Change]) = ([], [])

        func number(_ column: Column, _ range: ClosedRange<Int>, _ before: Int?, error: String) -> Int? {
            guard let text = cells.text(column), let title = cells.title(column) else { return before }
            let number = WholeNumber.parse(text)
            guard text.isEmpty || number.map(range.contains) == true else {
                faults.append(.init(field: title, message: error))
                return before
            }
            if number != before {
                changes.append(.init(field: title, before: before.map { "\($0)" }, after: number.map { "\($0)" }))
            }
            return number
        }
        func longText(_ column: Column, _ before: LongText?) -> LongText? {
            guard let text = cells.text(column), let title = cells.title(column) else { return before }
            do throws(TextRefusal) {
                // What a program could not read it wrote as this sign; the words that stood there would be lost.
                guard !text.unicodeScalars.contains("\u{FFFD}") || before?.string == text else {
                    throw .forbidden(scalar: 0xFFFD)
                }
                let after = try LongText(typed: text)
                if after != before { changes.append(.init(field: title, before: before?.string, after: after?.string)) }
                return after
            } catch {
                let isUnread = error == .forbidden(scalar: 0xFFFD)
                faults.append(.init(field: title, message: isUnread ? t("reviewer.file.unread") : error.words(t)))
                return before
            }
        }

        for criterion in round.criteria {
            scores[criterion.id] = number(
                .score(criterion.id), criterion.lowest...criterion.highest, scores[criterion.id],
                error: t(
                    "reviewer.error_score", ["lowest": "\(criterion.lowest)", "highest": "\(criterion.highest)"]))
            if scores[criterion.id] == nil, let note = notes.removeValue(forKey: criterion.id),
                let title = cells.title(.score(criterion.id))
            {
                changes.append(
                    .init(field: t("reviewer.note_of", ["name": title]), before: note.string, after: nil))
            }
        }
        let comment = longText(.comment, stored?.comment)
        let privateNote = longText(.privateNote, stored?.privateNote)
        let confidence = number(
            .confidence, 1...4, stored?.confidence, error: t("reviewer.error_confidence"))
        if !faults.isEmpty { return .wrong(faults) }
        if changes.isEmpty { return .unchanged }
        let draft = ReviewDraft(
            scores: scores, notes: notes, comment: comment, privateNote: privateNote, confidence: confidence)
        return .changes(line.summary.id, draft, changes)
    }
}

extension UnreadableSheet {
    fileprivate init(_ error: UnreadableFile) {
        self =
            switch error {
            case .utf16: .encoding
            case .archive: .spreadsheet
            case .noHeader: .empty
            case .columnTwice(let name): .columnTwice(name)
            case .tooManyRows: .tooLong
            case .badHeader, .columnsMissing: .header
            }
    }
}
