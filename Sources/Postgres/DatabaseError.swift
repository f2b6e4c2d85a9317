import CLibPQ

/// PostgreSQL said no. The connection is well; a transaction in which this happened can only be rolled back, unless the
/// statement stood inside a savepoint.
public struct DatabaseError: Error, Sendable {
    /// What a caller may want to tell apart.
    public enum Kind: Sendable, Hashable {
        /// 23505
        case uniqueViolation
        /// 23503
        case foreignKeyViolation
        /// 23514
        case checkViolation
        /// 23502
        case notNullViolation
        /// 23P01
        case exclusionViolation
        /// 40001: running the whole transaction again may succeed, and `Database.write` does so.
        case serializationFailure
        /// 40P01: as a serialization failure
        case deadlock
        /// 55P03: somebody holds the lock for longer than we wait.
        case lockTimeout
        /// 57014: the statement took longer than `statement_timeout`, or was cancelled.
        case queryCanceled
        /// 42501: no privilege, or a row that row-level security does not admit
        case insufficientPrivilege
        /// 25006: a write where only reading is allowed
        case readOnlyTransaction
        /// Class P0: raised by a function of ours; `sqlState` says which
        case raised
        /// Class 22: a value the type cannot hold
        case invalidValue
        /// Classes 53, 57P and 58: the server lacks resources or is going away
        case unavailable
        /// Everything else, most often a mistake in the SQL
        case other
    }

    /// The five characters of the SQL standard.
    public let sqlState: String
    /// What happened, from `sqlState`.
    public let kind: Kind
    /// The violated constraint, whose name is a sentence one can translate.
    public let constraint: String?
    /// The table concerned, if the server named it.
    public let table: String?
    /// The column concerned, if the server named it.
    public let column: String?
    /// The schema concerned, if the server named it.
    public let schema: String?
    /// The server's primary message. For operators; values in it are masked.
    public let message: String
    /// The SQL that failed, without values.
    public let sql: String?
    /// Whether the server ended the session with this error.
    let isFatal: Bool
    /// The function of the server's source that raised the error; unlike the message it is never translated.
    let routine: String?

    init(_ result: ResultSet, sql: String?) {
        let state = result.errorField("C") ?? "XX000"
        sqlState = state
        kind = Kind(sqlState: state)
        constraint = result.errorField("n")
        table = result.errorField("t")
        column = result.errorField("c")
        schema = result.errorField("s")
        message = Self.masked(result.errorField("M") ?? "no message", sqlState: state)
        let severity = result.errorField("V")
        isFatal = severity == "FATAL" || severity == "PANIC"
        routine = result.errorField("R")
        self.sql = sql
    }

    /// For errors that are known without asking the server.
    init(sqlState: String, message: String, sql: String?) {
        self.sqlState = sqlState
        kind = Kind(sqlState: sqlState)
        (constraint, table, column, schema, routine) = (nil, nil, nil, nil, nil)
        self.message = message
        self.sql = sql
        isFatal = false
    }

    /// Messages of class 22 quote the offending value after a colon (`invalid input syntax for type uuid: "…"`).
    private static func masked(_ message: String, sqlState: String) -> String {
        guard sqlState.utf8.starts(with: "22".utf8), let colon = message.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            return message
        }
        return String(message[..<colon])
    }

    /// Whether the whole transaction may simply be run again.
    var isTransient: Bool {
        kind == .serializationFailure || kind == .deadlock || isStalePlan
    }

    /// Whether a prepared statement no longer fits the schema, or is gone from the server.
    var isStalePlan: Bool {
        sqlState == "26000" || (sqlState == "0A000" && routine == "RevalidateCachedQuery")
    }
}

extension DatabaseError.Kind {
    init(sqlState: String) {
        self =
            switch sqlState {
            case "23505": .uniqueViolation
            case "23503": .foreignKeyViolation
            case "23514": .checkViolation
            case "23502": .notNullViolation
            case "23P01": .exclusionViolation
            case "40001": .serializationFailure
            case "40P01": .deadlock
            case "55P03": .lockTimeout
            case "57014": .queryCanceled
            case "42501": .insufficientPrivilege
            case "25006": .readOnlyTransaction
            default:
                switch String(sqlState.utf8.prefix(2)) ?? "" {
                case "P0": .raised
                case "22": .invalidValue
                case "53", "57", "58": .unavailable
                default: .other
                }
            }
    }
}

extension DatabaseError: CustomStringConvertible, CustomDebugStringConvertible {
    /// Nothing a stranger could learn from.
    public var description: String { "the database refused the statement" }

    /// Everything an operator needs, and no bound value.
    public var debugDescription: String {
        var parts = ["SQLSTATE \(sqlState) (\(kind)): \(message)"]
        if let schema, let table { parts.append("table \(schema).\(table)") }
        if let column { parts.append("column \(column)") }
        if let constraint { parts.append("constraint \(constraint)") }
        if let sql { parts.append("in: \(sql)") }
        return parts.joined(separator: "; ")
    }
}
