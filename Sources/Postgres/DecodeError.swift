/// A column does not hold what the caller expected: the query and the code that reads it disagree.
public struct DecodeError: Error, Sendable {
    /// What is wrong.
    public enum Reason: Sendable, Hashable {
        /// No column of that name is in the result.
        case noSuchColumn
        /// The result has more or fewer columns than were asked for.
        case columnCount
        /// The cell was found and could not be read.
        case cell(Cell.Mismatch)
        /// The type's own initializer refused the value.
        case refused

        init(_ error: any Error) {
            self = (error as? Cell.Mismatch).map(Reason.cell) ?? .refused
        }
    }

    /// The column's name, unless the number of columns is wrong.
    public let column: String?
    /// The Swift type asked for.
    public let expected: String
    /// The type the column has.
    public let actual: PostgresType?
    let found: String?
    /// What is wrong.
    public let reason: Reason
    /// Where the value was asked for.
    public let file: StaticString
    /// Where the value was asked for.
    public let line: UInt
}

extension DecodeError: CustomStringConvertible, CustomDebugStringConvertible {
    /// Nothing of the query, since this may reach a stranger.
    public var description: String { "a stored value could not be read" }

    /// Column, types, place; never the value.
    public var debugDescription: String {
        let where_ = "\(file):\(line)"
        let type = actual.map { " of type \($0)" } ?? ""
        let found = found.map { ", found \($0)" } ?? ""
        return "\(where_): expected \(expected) in column \(column ?? "*")\(type)\(found) (\(reason))"
    }
}
