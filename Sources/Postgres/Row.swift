/// One row of a result. It keeps the whole result alive: copy out what is to be kept for long.
public struct Row: Sendable {
    let result: ResultSet
    let index: Int32

    /// The names of the columns in order.
    public var columns: [String] {
        (0..<result.columnCount).map(result.columnName)
    }

    /// The undecoded cell at a position.
    public func cell(at position: Int) -> Cell? {
        guard let column = Int32(exactly: position), column >= 0, column < result.columnCount else { return nil }
        return Cell(result: result, row: index, column: column)
    }

    /// The undecoded cell of a name; names should be unique, since of two columns with one name either may be read.
    public func cell(_ column: String) -> Cell? {
        result.column(named: column).map { Cell(result: result, row: index, column: $0) }
    }

    /// Reads all columns by position; their number must be the number of types.
    ///
    /// ```swift
    /// let (id, name) = try row.decode(UUID.self, String.self)
    /// ```
    public func decode<each T: PostgresDecodable>(
        _ types: repeat (each T).Type, file: StaticString = #fileID, line: UInt = #line
    ) throws -> (repeat each T) {
        var count: Int32 = 0
        for _ in repeat (each types) { count += 1 }
        guard count == result.columnCount else {
            throw DecodeError(
                column: nil, expected: "\(count) columns", actual: nil, found: "\(result.columnCount) columns",
                reason: .columnCount, file: file, line: line)
        }
        var column: Int32 = 0
        func next<U: PostgresDecodable>(_ type: U.Type) throws -> U {
            defer { column += 1 }
            let cell = Cell(result: result, row: index, column: column)
            do {
                return try U(postgres: cell)
            } catch {
                throw mismatch(
                    cell, result.columnName(column), expected: type, because: error, file: file, line: line)
            }
        }
        return (repeat try next(each types))
    }

    /// Reads a column by name. The type is usually inferred; NULL needs an optional type.
    @inlinable
    public func value<T: PostgresDecodable>(
        _ column: String, as type: T.Type = T.self, file: StaticString = #fileID, line: UInt = #line
    ) throws -> T {
        guard let cell = cell(column) else { throw missing(column, expected: type, file: file, line: line) }
        do {
            return try T(postgres: cell)
        } catch {
            throw mismatch(cell, column, expected: type, because: error, file: file, line: line)
        }
    }

    /// Reads a column by name: `let name: String = try row("name")`.
    @inlinable
    public func callAsFunction<T: PostgresDecodable>(
        _ column: String, as type: T.Type = T.self, file: StaticString = #fileID, line: UInt = #line
    ) throws -> T {
        try value(column, as: type, file: file, line: line)
    }

    @usableFromInline
    func missing(_ column: String, expected: any Any.Type, file: StaticString, line: UInt) -> DecodeError {
        DecodeError(
            column: column, expected: String(describing: expected), actual: nil,
            found: "columns \(columns.joined(separator: ", "))", reason: .noSuchColumn, file: file, line: line)
    }

    @usableFromInline
    func mismatch(
        _ cell: Cell, _ column: String, expected: any Any.Type, because error: any Error, file: StaticString, line: UInt
    ) -> DecodeError {
        DecodeError(
            column: column, expected: String(describing: expected), actual: cell.type,
            found: cell.isNull ? "NULL" : nil, reason: .init(error), file: file, line: line)
    }
}
