/// What can run statements: a reader or a transaction. Queries of the domain are methods on this protocol, so that a
/// list page and a verb share them.
///
/// ```swift
/// extension Statements {
///     func program(_ id: Program.ID) async throws -> Program {
///         try Program(await one("SELECT id, name FROM programs WHERE id = \(id)"))
///     }
/// }
/// ```
public protocol Statements: Sendable {
    /// Who is acting.
    var context: Context { get }

    /// Runs the statement and returns all its rows.
    func rows(_ query: Query) async throws -> [Row]

    /// Runs the statement and returns how many rows it inserted, changed, deleted or found.
    @discardableResult
    func execute(_ query: Query) async throws -> Int
}

extension Statements {
    /// The first row, if there is one.
    public func first(_ query: Query) async throws -> Row? {
        try await rows(query).first
    }

    /// The row that must be there; `RowMissing` otherwise. Of several rows the first.
    public func one(_ query: Query) async throws -> Row {
        guard let row = try await rows(query).first else { throw RowMissing(sql: query.sql) }
        return row
    }

    /// The only column of the row that must be there: `let count: Int = try await reader.value("SELECT count(*) …")`.
    public func value<T: PostgresDecodable & Sendable>(
        _ query: Query, as type: T.Type = T.self, file: StaticString = #fileID, line: UInt = #line
    ) async throws -> T {
        try await one(query).decode(type, file: file, line: line)
    }
}
