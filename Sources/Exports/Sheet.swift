public import Foundation

/// A column of a table: what it is called, and what stands in it of each row. The kind of value is said here once and holds
/// for every file the table becomes: numbers stay numbers, days stay days, and a text is never taken for a formula.
///
/// ```swift
/// let columns: [Column<Startup>] = [
///     .text("Startup") { $0.name }, .integer("People") { $0.headcount }, .date("Founded") { $0.foundedOn },
/// ]
/// let file = Sheet("Startups", columns, of: startups).csv
/// ```
public struct Column<Row> {
    /// One name, or two where a value takes two columns of a text file.
    let titles: [String]
    let width: Int
    let value: (Row) -> Cell

    private init(_ titles: [String], width: Int, _ value: @escaping (Row) -> Cell) {
        self.titles = titles
        self.width = width
        self.value = value
    }

    /// A text.
    public static func text(_ title: String, width: Int = 28, _ value: @escaping (Row) -> String?) -> Column {
        Column([title], width: width) { value($0).map(Cell.text) ?? .none }
    }

    /// A whole number.
    public static func integer(_ title: String, _ value: @escaping (Row) -> Int?) -> Column {
        Column([title], width: 12) { value($0).map(Cell.integer) ?? .none }
    }

    /// An exact number with digits behind the point.
    public static func decimal(_ title: String, _ value: @escaping (Row) -> Decimal?) -> Column {
        Column([title], width: 12) { value($0).map(Cell.decimal) ?? .none }
    }

    /// An amount, and in a column beside it its currency.
    public static func money(_ title: String, currency: String, _ value: @escaping (Row) -> Amount?) -> Column {
        Column([title, currency], width: 16) { value($0).map(Cell.money) ?? .none }
    }

    /// A day.
    public static func date(_ title: String, _ value: @escaping (Row) -> Day?) -> Column {
        Column([title], width: 12) { value($0).map(Cell.date) ?? .none }
    }

    /// A moment, in UTC; the title had better say so.
    public static func instant(_ title: String, _ value: @escaping (Row) -> Date?) -> Column {
        Column([title], width: 20) { value($0).map(Cell.instant) ?? .none }
    }

    /// A place to go to.
    public static func link(_ title: String, width: Int = 20, _ value: @escaping (Row) -> Link?) -> Column {
        Column([title], width: width) { value($0).map(Cell.link) ?? .none }
    }
}

/// A table that leaves the product, as a file of its own or as a part of a workbook.
public struct Sheet: Sendable {
    /// What it is called in a workbook.
    public let name: String
    let columns: [(titles: [String], width: Int)]
    let rows: [[Cell]]

    /// The table of these columns with a line for each row.
    public init<Row>(_ name: String, _ columns: [Column<Row>], of rows: some Sequence<Row>) {
        self.name = name
        self.columns = columns.map { ($0.titles, $0.width) }
        self.rows = rows.map { row in columns.map { $0.value(row) } }
    }
}
