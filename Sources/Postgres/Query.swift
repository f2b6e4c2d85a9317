/// SQL with its parameters. Every interpolated value is bound, never spliced into the text.
///
/// ```swift
/// let query: Query = "SELECT id, name FROM programs WHERE tenant_id = \(tenant) AND closes_at > \(now)"
/// query.sql  // SELECT id, name FROM programs WHERE tenant_id = $1 AND closes_at > $2
/// ```
public struct Query: Sendable, ExpressibleByStringInterpolation {
    /// The text as PostgreSQL prepares it.
    public fileprivate(set) var sql: String
    /// Where in `sql` (in UTF-8 bytes) each placeholder begins, so that a fragment can be spliced and renumbered without
    /// reading SQL.
    fileprivate var placeholders: [Int] = []
    /// Types and encoded values, one per placeholder.
    fileprivate(set) var parameters = Parameters()

    /// SQL without parameters, from a literal.
    public init(stringLiteral value: StaticString) {
        sql = value.description
    }

    /// SQL with values bound at their places.
    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.query
    }

    /// For SQL this module composes itself, and for migrations.
    init(unchecked sql: String) {
        self.sql = sql
    }

    /// How many values are bound.
    public var parameterCount: Int {
        parameters.types.count
    }

    /// Appends a fragment, renumbering its placeholders.
    public mutating func append(_ fragment: Query) {
        if fragment.placeholders.isEmpty {
            sql += fragment.sql
            return
        }
        let text = fragment.sql.utf8
        var copied = text.startIndex
        for (number, offset) in fragment.placeholders.enumerated() {
            let start = text.index(text.startIndex, offsetBy: offset)
            sql += String(fragment.sql[copied..<start])
            appendPlaceholder(parameters.types.count + number + 1)
            copied = text.index(start, offsetBy: 1 + String(number + 1).utf8.count)
        }
        sql += String(fragment.sql[copied...])
        parameters.append(fragment.parameters)
    }

    /// Joins two fragments without anything between them.
    public static func + (left: Query, right: Query) -> Query {
        var joined = left
        joined.append(right)
        return joined
    }

    mutating func bind(_ value: some PostgresEncodable) {
        parameters.append(value)
        appendPlaceholder(parameters.types.count)
    }

    /// The same text with other values at its places, of which there must be as many.
    func binding(_ values: [String]) -> Query {
        var query = self
        query.parameters = Parameters()
        for value in values { query.parameters.append(value) }
        return query
    }

    private mutating func appendPlaceholder(_ number: Int) {
        placeholders.append(sql.utf8.count)
        sql += "$\(number)"
    }

    /// Types and values of all parameters. One buffer for all values, because a statement with ten of them would
    /// otherwise cost ten allocations.
    struct Parameters: Sendable {
        private(set) var types: [UInt32] = []
        private(set) var lengths: [Int32] = []
        private(set) var bytes: [UInt8] = []
        private(set) var isTooLong = false

        /// The length that stands for NULL.
        static let null: Int32 = -1

        mutating func append(_ value: some PostgresEncodable) {
            types.append(type(of: value).postgresType.rawValue)
            guard !value.isPostgresNull else {
                lengths.append(Self.null)
                return
            }
            let start = bytes.count
            value.encode(into: &bytes)
            if let length = Int32(exactly: bytes.count - start) {
                lengths.append(length)
            } else {
                isTooLong = true
                lengths.append(Self.null)
            }
        }

        mutating func append(_ other: Parameters) {
            types += other.types
            lengths += other.lengths
            bytes += other.bytes
            isTooLong = isTooLong || other.isTooLong
        }
    }

    /// Collects the pieces of a literal; see `Query`.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var query = Query(unchecked: "")

        /// Called by the compiler.
        public init(literalCapacity: Int, interpolationCount: Int) {
            query.sql.reserveCapacity(literalCapacity + 3 * interpolationCount)
        }

        /// Text of the source.
        public mutating func appendLiteral(_ literal: StaticString) {
            query.sql += literal.description
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            query.bind(value)
        }

        /// Binds a value, or NULL of the value's type. Of its own, because the compiler warns of optionals that are
        /// interpolated where none are expected.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            query.bind(value)
        }

        /// Splices SQL with its own bound values: `WHERE \(fragment: filter)`.
        public mutating func appendInterpolation(fragment: Query) {
            query.append(fragment)
        }

        /// Splices SQL about a value where there is one: `WHERE tenant_id = 1 \(given: cursor, { "AND id > \($0)" })`.
        ///
        /// Statements are planned once for all values, so a condition that might be absent is left out, not written as
        /// `$1 IS NULL OR …`: that would have no plan but to read every row.
        public mutating func appendInterpolation<Value>(given value: Value?, _ condition: (Value) -> Query) {
            if let value { query.append(condition(value)) }
        }

        /// Writes a quoted name.
        public mutating func appendInterpolation(identifier: SQLIdentifier) {
            query.sql += identifier.quoted
        }
    }
}

extension Query {
    /// Whether a text of a JSON object of texts, such as a name in several languages, contains another, in any case.
    public static func anyText(of object: Query, contains text: String) -> Query {
        """
        EXISTS (SELECT FROM jsonb_each_text(\(fragment: object)) AS n WHERE strpos(lower(n.value), lower(\(text))) > 0)
        """
    }

    /// No SQL at all, to be spliced where a condition is absent.
    public static var empty: Query { Query(unchecked: "") }
}

extension Sequence<Query> {
    /// Joins fragments, as conditions by `" AND "`.
    public func joined(separator: Query = "") -> Query {
        var joined = Query.empty
        for (index, fragment) in enumerated() {
            if index > 0 { joined.append(separator) }
            joined.append(fragment)
        }
        return joined
    }
}

extension Query: CustomStringConvertible {
    /// The SQL; never the values.
    public var description: String { sql }
}
