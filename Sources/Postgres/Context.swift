/// Who is acting, told to PostgreSQL for the length of one transaction. Row-level security policies read it with
/// `current_setting`, and nothing of it remains on the connection afterwards.
///
/// ```swift
/// let context = Context([(name: "trellis.tenant", value: tenant.uuidString)])
/// ```
public struct Context: Sendable {
    private var names: [String]
    private var values: [String]
    /// The statement that makes these settings before a read, made with the context because one context serves many
    /// reads; nil for nobody, and where a setting was added since, as writes do.
    private var opening: Opening?

    /// Shared, not copied: a query is made of several arrays.
    private final class Opening: Sendable {
        let query: Query
        /// What the server answers to it.
        let answer: String

        init(_ query: Query, answer: String) {
            self.query = query
            self.answer = answer
        }
    }

    /// Nobody: no setting is made, and policies admit nothing.
    public static let none = Context([])

    /// Takes settings in order; of two with the same name the later one counts. Names need a dot, as all settings that
    /// PostgreSQL itself does not know.
    public init(_ settings: [(name: String, value: String)]) {
        names = []
        values = []
        for (name, value) in settings { set(name, to: value) }
        opening = statement().map { Opening($0, answer: values.joined()) }
    }

    /// The settings in the order in which they are made.
    public var settings: [(name: String, value: String)] {
        zip(names, values).map { (name: $0, value: $1) }
    }

    /// The same context with one more setting, or with another value for one it has.
    public func setting(_ name: String, to value: String) -> Context {
        var copy = self
        copy.set(name, to: value)
        return copy
    }

    /// The value of a setting, if it is made.
    public subscript(name: String) -> String? {
        names.firstIndex(of: name).map { values[$0] }
    }

    private mutating func set(_ name: String, to value: String) {
        opening = nil
        if let index = names.firstIndex(of: name) {
            values[index] = value
        } else {
            names.append(name)
            values.append(value)
        }
    }

    /// Whether the result is that of a `statement` without `first`: one text of all values.
    func isAnswered(by result: ResultSet) -> Bool {
        guard !values.isEmpty else { return true }
        guard result.rowCount == 1, result.columnCount == 1 else { return false }
        let answer = opening?.answer ?? values.joined()
        return result.withBytes(row: 0, column: 0) { $0?.elementsEqual(answer.utf8) ?? false }
    }

    /// One statement for all settings, so that its text depends only on their number and is prepared once.
    func statement(selecting first: String? = nil) -> Query? {
        if first == nil, let opening { return opening.query }
        var bound: [String] = []
        bound.reserveCapacity(2 * names.count)
        for (name, value) in zip(names, values) {
            bound.append(name)
            bound.append(value)
        }
        let count = bound.count / 2
        guard count > 0 || first != nil else { return nil }
        // Reads, which are many, find their text made.
        let isMade = first == nil && count <= Self.selections.count
        return (isMade ? Self.selections[count - 1] : Self.selection(of: count, after: first)).binding(bound)
    }

    private static let selections = (1...16).map { selection(of: $0, after: nil) }

    /// One column, however many settings: each column is described, sent and read at a price.
    private static func selection(of count: Int, after first: String?) -> Query {
        let settings = Array(repeating: "set_config(\(""), \(""), true)" as Query, count: count)
            .joined(separator: " || ")
        let columns = [first.map { Query(unchecked: $0) }, count > 0 ? settings : nil].compactMap(\.self)
        return "SELECT " + columns.joined(separator: ", ")
    }
}

extension Context: Hashable {
    /// Contexts of the same settings are the same.
    public static func == (left: Context, right: Context) -> Bool {
        if let opening = left.opening, opening === right.opening { return true }
        return left.names == right.names && left.values == right.values
    }

    /// Hashes the settings.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(names)
        hasher.combine(values)
    }
}
