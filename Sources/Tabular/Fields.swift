/// Takes the fields out of a record, one typed value after the other, and gathers every problem on the way.
///
/// ```swift
/// var fields = record.fields
/// let name = fields.string("name", .required)
/// let founded = fields.value("founded_on", as: "a date as YYYY-MM-DD") { CalendarDate($0) }
/// let amount = fields.integer("amount_usd", in: 0...1_000_000_000_000)
/// guard fields.problems.isEmpty, let name else { return report(fields.problems) }
/// ```
/// Take all fields first and judge then: a `guard` in between would hide the problems behind it. A field that is
/// absent, null or empty is `nil`; so is one that holds something else, with a problem to tell of it.
public struct Fields: Sendable {
    /// The row.
    public let record: Record
    private let prefix: String
    /// What was wrong with the fields taken so far, in that order.
    public private(set) var problems: [RowProblem] = []

    /// Whether a row makes sense without the field.
    public enum Presence: Sendable {
        /// It does.
        case optional
        /// It does not: absence is a problem.
        case required
    }

    init(record: Record, prefix: String) {
        self.record = record
        self.prefix = prefix
    }

    /// Adds a problem of the caller's own to those of the row, such as two dates in the wrong order.
    public mutating func refuse(_ field: String?, _ reason: RowProblem.Reason, found: String? = nil) {
        let name = field.map { prefix + record.name(of: $0) }
        problems.append(RowProblem(line: record.line, field: name, reason: reason, found: found))
    }

    /// Whether the row has the field and it is neither null nor empty.
    public func has(_ field: String) -> Bool {
        if case .nothing = record.find(field) { false } else { true }
    }
}

extension Fields {
    /// A text; in CSV without the spaces around it. An empty text is no text.
    public mutating func string(_ field: String, _ presence: Presence = .optional) -> String? {
        take(field, presence, as: "text") { found in
            switch found {
            case .cell(let text), .json(.string(let text)): text
            default: nil
            }
        }
    }

    /// A text that `read` makes something of; `nil` or an error from it is a problem.
    public mutating func value<Value>(
        _ field: String, _ presence: Presence = .optional, as expectation: String, _ read: (String) throws -> Value?
    ) -> Value? {
        guard let text = string(field, presence) else { return nil }
        do {
            if let value = try read(text) { return value }
            refuse(field, .expected(expectation), found: text)
        } catch {
            refuse(field, .expected("\(expectation): \(error)"), found: text)
        }
        return nil
    }

    /// A whole number in digits; `12.0` and `1e3` are none.
    public mutating func integer(
        _ field: String, _ presence: Presence = .optional, in range: ClosedRange<Int> = Int.min...Int.max
    ) -> Int? {
        let isAny = range == Int.min...Int.max
        return take(
            field, presence,
            as: isAny ? "a whole number" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) {
            found in
            guard case .some(let text) = Self.digits(found), let number = Self.wholeNumber(text), range.contains(number)
            else { return nil }
            return number
        }
    }

    /// A number; what is too large for a `Double` is none.
    public mutating func number(_ field: String, _ presence: Presence = .optional) -> Double? {
        take(field, presence, as: "a number") { found in
            guard case .some(let text) = Self.digits(found),
                text.utf8.allSatisfy({ (48...57).contains($0) || "+-.eE".utf8.contains($0) }),
                let number = Double(text), number.isFinite
            else { return nil }
            return number
        }
    }

    /// Yes or no: `true` and `false`; in CSV also `yes`, `no`, `1`, `0` in any case.
    public mutating func bool(_ field: String, _ presence: Presence = .optional) -> Bool? {
        take(field, presence, as: "true or false") { found in
            switch found {
            case .json(.bool(let value)): value
            case .cell(let text):
                switch text.lowercased() {
                case "true", "yes", "1": true
                case "false", "no", "0": false
                default: nil
                }
            default: nil
            }
        }
    }

    /// A day as `YYYY-MM-DD`, checked against the calendar.
    public mutating func date(_ field: String, _ presence: Presence = .optional) -> Day? {
        value(field, presence, as: "a date as YYYY-MM-DD") { Day($0) }
    }

    /// Texts: an array in JSON, parts between separators in CSV. Empty when there are none.
    public mutating func list(_ field: String, separatedBy separator: Character = "|", limit: Int = 1000) -> [String] {
        let texts: [String]? = take(field, .optional, as: "a list of texts") { found in
            switch found {
            case .cell(let text):
                text.split(separator: separator).map { part in
                    String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
                }.filter { !$0.isEmpty }
            case .json(.array(let elements)): Self.strings(elements)
            default: nil
            }
        }
        guard let texts else { return [] }
        guard texts.count <= limit else {
            refuse(field, .expected("at most \(limit) texts"))
            return []
        }
        return texts
    }

    /// Something `read` makes of each text of a list; what it makes nothing of is a problem with its place.
    public mutating func values<Value>(
        _ field: String, separatedBy separator: Character = "|", as expectation: String,
        _ read: (String) throws -> Value?
    ) -> [Value] {
        var values: [Value] = []
        for (index, text) in list(field, separatedBy: separator).enumerated() {
            if let value = try? read(text) {
                values.append(value)
            } else {
                let name = "\(prefix)\(record.name(of: field))[\(index + 1)]"
                problems.append(
                    RowProblem(line: record.line, field: name, reason: .expected(expectation), found: text))
            }
        }
        return values
    }

    /// What `read` takes out of an object inside the row (JSON only); its problems count among these.
    public mutating func object<Value>(
        _ field: String, _ presence: Presence = .optional, _ read: (inout Fields) throws -> Value
    ) rethrows -> Value? {
        let line = record.line
        let inner: Record? = take(field, presence, as: "an object") { found in
            guard case .json(.object(let members)) = found else { return nil }
            return Record(line: line, content: .members(members))
        }
        guard let inner else { return nil }
        var fields = Fields(record: inner, prefix: "\(prefix)\(field).")
        defer { problems += fields.problems }
        return try read(&fields)
    }
}

extension Fields {
    private mutating func take<Value>(
        _ field: String, _ presence: Presence, as expectation: @autoclosure () -> String,
        _ read: (Record.Found) -> Value?
    ) -> Value? {
        let found = record.find(field)
        switch found {
        case .nothing: break
        // An empty text says nothing in either format.
        case .json(.string(let text)) where text.isEmpty: break
        default:
            if let value = read(found) { return value }
            refuse(field, .expected(expectation()), found: Self.preview(found))
            return nil
        }
        if case .required = presence { refuse(field, .missing) }
        return nil
    }

    private static func preview(_ found: Record.Found) -> String? {
        switch found {
        case .cell(let text), .json(.string(let text)), .json(.number(let text)): text
        case .json(.bool(let value)): "\(value)"
        case .json(.array): "[…]"
        case .json(.object): "{…}"
        default: nil
        }
    }

    private static func digits(_ found: Record.Found) -> String? {
        switch found {
        case .cell(let text), .json(.number(let text)): text
        default: nil
        }
    }

    private static func wholeNumber(_ text: String) -> Int? {
        // `Int` would also take a plus sign; a file with one is more likely a formula or a telephone number.
        text.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: "-") }) ? Int(text) : nil
    }

    private static func strings(_ elements: [JSONValue]) -> [String]? {
        var strings: [String] = []
        for element in elements {
            guard case .string(let text) = element else { return nil }
            strings.append(text)
        }
        return strings
    }
}

/// A day of the Gregorian calendar as a file gives it.
public struct Day: Hashable, Sendable {
    /// The year, 1 to 9999.
    public let year: Int
    /// The month, 1 to 12.
    public let month: Int
    /// The day of the month.
    public let day: Int

    /// Reads exactly `YYYY-MM-DD`; `nil` when the calendar has no such day.
    public init?(_ text: String) {
        let bytes = Array(text.utf8.prefix(11))
        let dash = UInt8(ascii: "-")
        guard bytes.count == 10, bytes[4] == dash, bytes[7] == dash else { return nil }
        var numbers = [0, 0, 0]
        for (index, byte) in bytes.enumerated() where index != 4 && index != 7 {
            guard (48...57).contains(byte) else { return nil }
            let part = index < 4 ? 0 : index < 7 ? 1 : 2
            numbers[part] = numbers[part] * 10 + Int(byte - 48)
        }
        (year, month, day) = (numbers[0], numbers[1], numbers[2])
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard year >= 1, (1...12).contains(month), (1...lengths[month - 1]).contains(day) else { return nil }
    }
}
