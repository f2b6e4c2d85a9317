/// What is wrong with one row, for the person who has the file open: the line, the field, what was expected.
public struct RowProblem: Error, Hashable, Sendable {
    /// The line of the file on which the row begins, from 1.
    public let line: Int
    /// The field, as the file calls it (`thesis.stages[2]`); `nil` when the row as a whole is wrong.
    public let field: String?
    /// What is wrong.
    public let reason: Reason
    /// The start of what was found, for a preview; `nil` when there is nothing to show.
    public let found: String?

    /// What can be wrong with a row.
    public enum Reason: Hashable, Sendable {
        /// A field that is needed is absent, null or empty.
        case missing
        /// The field holds something else: "a date as YYYY-MM-DD".
        case expected(String)
        /// The row breaks the rules of the format.
        case malformed(String)
    }

    /// A problem at a place.
    public init(line: Int, field: String? = nil, reason: Reason, found: String? = nil) {
        self.line = line
        self.field = field
        self.reason = reason
        self.found = found.map { String($0.prefix(60)) }
    }
}

extension RowProblem: CustomStringConvertible {
    /// Line, field and reason; never what was found.
    public var description: String {
        let place = field.map { "line \(line), \($0)" } ?? "line \(line)"
        return switch reason {
        case .missing: "\(place): is missing"
        case .expected(let what): "\(place): expected \(what)"
        case .malformed(let what): "\(place): \(what)"
        }
    }
}

/// One row of a file as a reader hands it out.
public enum Row: Sendable {
    /// A row that could be read; whether its fields make sense is the next question.
    case record(Record)
    /// A row that could not; reading goes on behind it.
    case malformed(RowProblem)

    /// The record, if there is one.
    public var record: Record? {
        if case .record(let record) = self { record } else { nil }
    }

    /// The problem, if there is one.
    public var problem: RowProblem? {
        if case .malformed(let problem) = self { problem } else { nil }
    }
}

/// What a file may hold at most.
public struct Limits: Hashable, Sendable {
    /// Bytes of a row.
    public var rowBytes: Int
    /// Bytes of one cell of CSV or one string of JSON.
    public var cellBytes: Int
    /// Columns of a CSV file, or members of one JSON object.
    public var columns: Int
    /// Rows of a file, the malformed ones included.
    public var rows: Int
    /// How deep JSON may nest.
    public var depth: Int

    /// Limits that no honest file of records reaches.
    public init(
        rowBytes: Int = 1 << 20, cellBytes: Int = 1 << 18, columns: Int = 500, rows: Int = 5_000_000, depth: Int = 16
    ) {
        self.rowBytes = rowBytes
        self.cellBytes = cellBytes
        self.columns = columns
        self.rows = rows
        self.depth = depth
    }
}

/// What CSV and JSON Lines have in common: rows, one after the other, and a place to come back to.
public protocol RecordReader {
    /// The next row; `nil` at the end. Throws only when the file as a whole cannot be read.
    mutating func next() throws -> Row?
    /// The place behind the last row handed out.
    var position: Position { get }
    /// Bytes of the whole file, where that is known: `position.offset` of them are done.
    var size: Int? { get }
    /// Goes to a place that this or an earlier reader of the same file reported.
    mutating func resume(at position: Position) throws
}

extension RecordReader {
    /// Hands every row that is left to `body`.
    public mutating func forEach(_ body: (Row) throws -> Void) throws {
        while let row = try next() { try body(row) }
    }
}
