internal import Foundation
package import Vocabulary

/// What an answer means, once it could be read.
package enum FieldValue: Sendable, Equatable {
    /// A line or paragraphs.
    case text(String)
    /// A number.
    case number(Figure)
    /// An amount.
    case money(Money)
    /// A day.
    case date(CalendarDate)
    /// Keys of what was chosen, in the order of the options.
    case chosen([String])
    /// A web address.
    case link(WebAddress)
    /// Rows, each a cell a column in the order of the columns; nil where it was left empty.
    case rows([[FieldValue?]])
}

/// Why a text is no answer.
package enum FieldProblem: Sendable, Equatable {
    /// So many scalars too many.
    case tooLong(by: Int)
    /// More than one line where one is asked for.
    case severalLines
    /// No number.
    case notANumber
    /// More digits after the point than these.
    case tooPrecise(Int)
    /// Less than this.
    case tooSmall(String)
    /// More than this.
    case tooLarge(String)
    /// No amount with a currency in front, such as `HKD 1200`.
    case notAnAmount
    /// In a currency that is not taken.
    case wrongCurrency
    /// No day such as `2026-03-01`.
    case notADate
    /// Before this day.
    case tooEarly(CalendarDate)
    /// After this day.
    case tooLate(CalendarDate)
    /// No web address.
    case notALink
    /// No address of a mailbox.
    case notAnAddress
    /// Not among the options.
    case unknownOption
    /// Fewer were chosen, or written, than these.
    case tooFew(Int)
    /// More than these.
    case tooMany(Int)
    /// Not of the form that rows or several choices have.
    case malformed
    /// A cell of a row, counted from 1, that is required and empty.
    case emptyCell(row: Int, column: String)
    /// A cell of a row, counted from 1, that is no answer.
    indirect case cell(row: Int, column: String, FieldProblem)
}

extension Field {
    /// What a text means as an answer to this field. Total: every text is either a value or a problem.
    ///
    /// Linear in the text, which is an answer and hence bounded.
    package func read(_ text: String) -> Result<FieldValue, Unreadable> {
        do throws(Unreadable) { return .success(try value(of: text)) } catch { return .failure(error) }
    }

    /// A problem as an error.
    package struct Unreadable: Error, Equatable, Sendable {
        /// The problem.
        package let problem: FieldProblem

        init(_ problem: FieldProblem) { self.problem = problem }
    }

    /// How a text is stored: as its value is always written where it has one, else as it was typed.
    package func canonical(_ text: String) -> String {
        guard case .success(let value) = read(text) else { return text }
        return written(value)
    }

    /// A value as its one text.
    package func written(_ value: FieldValue) -> String {
        switch value {
        case .text(let text): text
        case .number(let figure): figure.description
        case .money(let money): "\(money.currency.code) \(money.decimal)"
        case .date(let day): day.description
        case .link(let address): address.description
        case .chosen(let keys): kind == .choice ? keys.first ?? "" : Self.json(keys)
        case .rows(let rows):
            Self.json(
                rows.map { cells in
                    var written: [String: String] = [:]
                    for (column, cell) in zip(allColumns, cells) { written[column.key] = cell.map(self.written) }
                    return written
                })
        }
    }

    /// Rows as they were typed, whatever they hold; nil where the text has no rows.
    package func typedRows(_ text: String) -> [[String: String]]? {
        guard kind.hasRows else { return nil }
        return try? JSONDecoder().decode([[String: String]].self, from: Data(text.utf8))
    }

    /// Rows as one text, in the order of the columns; rows without a cell are left out. Empty for none.
    package func text(ofRows rows: [[String: String]]) -> String {
        let keys = Set(allColumns.map(\.key))
        let kept = rows.map { row in row.filter { keys.contains($0.key) && !Self.isBlank($0.value) } }
            .filter { !$0.isEmpty }
        return kept.isEmpty ? "" : Self.json(kept)
    }

    /// Rows of a text that has a line each, with `|` or a tab between cells; a text that is rows already stays.
    package func rows(ofLines text: String) -> String {
        if typedRows(text) != nil { return text }
        let keys = allColumns.map(\.key)
        let rows = text.split(whereSeparator: \.isNewline).map { line -> [String: String] in
            // What comes after the last column belongs to it.
            let cells = line.split(maxSplits: keys.count - 1, omittingEmptySubsequences: false) { "|｜\t".contains($0) }
            return Dictionary(
                zip(keys, cells.map { Self.trimmed(String($0)) }), uniquingKeysWith: { first, _ in first })
        }
        return self.text(ofRows: rows)
    }

    /// Rows without the empty ones, for a form with a line for each cell; nil where such a form would lose something, since
    /// the text has no rows, too many, cells that no column has, or cells of several lines.
    package func cells(of text: String) -> [[String: String]]? {
        guard !text.isEmpty else { return [] }
        let keys = Set(allColumns.map(\.key))
        guard let rows = typedRows(text), rows.count <= Self.listLimit,
            rows.allSatisfy({ row in
                row.allSatisfy { keys.contains($0.key) && !$0.value.contains(where: \.isNewline) }
            })
        else { return nil }
        return rows.map { $0.filter { !Self.isBlank($0.value) } }.filter { !$0.isEmpty }
    }

    /// What is wrong with the cells of rows, each of them; ``read(_:)`` names the first alone.
    package func cellProblems(_ text: String) -> [FieldProblem] {
        (typedRows(text) ?? []).enumerated().flatMap { index, row in
            allColumns.compactMap { column in
                do throws(Unreadable) {
                    _ = try cell(row[column.key], of: column, row: index + 1)
                    return nil
                } catch { return error.problem }
            }
        }
    }

    /// Choices as one text. Empty for none.
    package func text(ofChoices keys: [String]) -> String {
        let keys = keys.filter { !$0.isEmpty }
        return kind == .choices ? keys.isEmpty ? "" : Self.json(keys) : keys.first ?? ""
    }

    // MARK: Reading

    private func value(of text: String) throws(Unreadable) -> FieldValue {
        switch kind {
        case .shortText, .longText: return .text(try checked(text))
        case .number: return .number(try number(text))
        case .money: return .money(try money(text))
        case .date: return .date(try date(text))
        case .link:
            guard let address = WebAddress(Self.trimmed(text)) else { throw Unreadable(.notALink) }
            return .link(address)
        case .choice:
            let key = Self.trimmed(text)
            guard (settings.options ?? []).contains(where: { $0.key == key }) else { throw Unreadable(.unknownOption) }
            return .chosen([key])
        case .choices: return .chosen(try choices(text))
        case .people, .rows: return .rows(try rows(text))
        }
    }

    private func checked(_ text: String) throws(Unreadable) -> String {
        let limit = maxLength ?? (kind == .shortText ? Self.lineLimit : LongTextRule.limit)
        let over = text.unicodeScalars.count - limit
        guard over <= 0 else { throw Unreadable(.tooLong(by: over)) }
        if kind == .shortText, text.unicodeScalars.contains(where: { $0 == "\n" || $0 == "\r" }) {
            throw Unreadable(.severalLines)
        }
        return text
    }

    private func number(_ text: String) throws(Unreadable) -> Figure {
        guard let figure = Figure(Self.folded(text)) else { throw Unreadable(.notANumber) }
        let decimals = settings.decimals ?? 0
        guard figure.decimals <= decimals else { throw Unreadable(.tooPrecise(decimals)) }
        try checkBounds(figure)
        return figure
    }

    private func checkBounds(_ figure: Figure) throws(Unreadable) {
        if let lowest = settings.lowest, let bound = Figure(lowest), figure < bound {
            throw Unreadable(.tooSmall(bound.description))
        }
        if let highest = settings.highest, let bound = Figure(highest), bound < figure {
            throw Unreadable(.tooLarge(bound.description))
        }
    }

    private func money(_ text: String) throws(Unreadable) -> Money {
        var written = Self.folded(text)
        // Where there is but one currency, nobody need say so.
        if allCurrencies.count == 1, Figure(written) != nil { written = "\(allCurrencies[0].code) \(written)" }
        let words = written.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard words.count == 2, let currency = Currency(String(decoding: words[0], as: UTF8.self)),
            let money = Money(Self.trimmed(String(decoding: words[1], as: UTF8.self)), currency)
        else { throw Unreadable(.notAnAmount) }
        guard allCurrencies.contains(currency) else { throw Unreadable(.wrongCurrency) }
        guard let figure = Figure(money.decimal) else { throw Unreadable(.notAnAmount) }
        try checkBounds(figure)
        return money
    }

    private func date(_ text: String) throws(Unreadable) -> CalendarDate {
        guard let day = CalendarDate(Self.folded(text)) else { throw Unreadable(.notADate) }
        if let earliest = settings.earliest, day < earliest { throw Unreadable(.tooEarly(earliest)) }
        if let latest = settings.latest, latest < day { throw Unreadable(.tooLate(latest)) }
        return day
    }

    private func choices(_ text: String) throws(Unreadable) -> [String] {
        guard let keys = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else {
            throw Unreadable(.malformed)
        }
        let known = (settings.options ?? []).map(\.key)
        guard keys.allSatisfy(known.contains) else { throw Unreadable(.unknownOption) }
        let chosen = known.filter(keys.contains)
        try checkCount(chosen.count)
        return chosen
    }

    private func rows(_ text: String) throws(Unreadable) -> [[FieldValue?]] {
        guard let typed = typedRows(text) else { throw Unreadable(.malformed) }
        let (columns, keys) = (allColumns, Set(allColumns.map(\.key)))
        var rows: [[FieldValue?]] = []
        for (index, row) in typed.enumerated() {
            guard row.keys.allSatisfy(keys.contains) else { throw Unreadable(.malformed) }
            var cells: [FieldValue?] = []
            for column in columns { cells.append(try cell(row[column.key], of: column, row: index + 1)) }
            rows.append(cells)
        }
        try checkCount(rows.count)
        return rows
    }

    private func cell(_ text: String?, of column: Column, row: Int) throws(Unreadable) -> FieldValue? {
        guard let text, !Self.isBlank(text) else {
            if column.isRequired { throw Unreadable(.emptyCell(row: row, column: column.key)) }
            return nil
        }
        if kind == .people, column.key == "email" {
            guard EmailAddress(Self.trimmed(text)) != nil else {
                throw Unreadable(.cell(row: row, column: column.key, .notAnAddress))
            }
        }
        var field = Field(column.kind)
        // A cell has no bounds of its own but takes what decimals there are.
        if column.kind == .number { field.settings.decimals = 6 }
        do throws(Unreadable) { return try field.value(of: Self.trimmed(text)) } catch {
            throw Unreadable(.cell(row: row, column: column.key, error.problem))
        }
    }

    private func checkCount(_ count: Int) throws(Unreadable) {
        if let fewest = settings.fewest, count < fewest { throw Unreadable(.tooFew(fewest)) }
        let most = settings.most ?? Self.listLimit
        guard count <= most else { throw Unreadable(.tooMany(most)) }
    }

    // MARK: Writing

    /// Keys in order, so that equal values are equal texts; nothing escaped that need not be.
    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Arrays of strings and of dictionaries of strings are always encodable.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }

    private static func isBlank(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(\.properties.isWhitespace) }

    /// Trimmed, with the full-width digits and signs of an input method as the narrow ones.
    private static func folded(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in trimmed(text).unicodeScalars {
            let narrow = (0xFF01...0xFF5E).contains(scalar.value) ? Unicode.Scalar(scalar.value - 0xFEE0) : nil
            folded.append(narrow ?? (scalar == "\u{3000}" ? " " : scalar))
        }
        return String(folded)
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars.drop(while: \.properties.isWhitespace)
        let end = scalars.lastIndex { !$0.properties.isWhitespace }.map(scalars.index(after:)) ?? scalars.startIndex
        return String(scalars[scalars.startIndex..<end])
    }
}
