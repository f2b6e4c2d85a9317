/// A JSON value with its members in order and its numbers exact.
///
/// `Foundation` keeps the first of two equal keys silently and lets `\u0000` pass, so strict input needs a tree of
/// its own. Members are compared by bytes, never by `String` equality: canonically equal keys are different keys.
public indirect enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Number)
    case string(String)
    case array([JSON])
    case object([Member])

    /// One field of an object.
    public struct Member: Sendable, Hashable {
        /// The key after unescaping, in NFC.
        public let name: String
        /// What stands under the key.
        public let value: JSON

        /// A field with its value.
        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// A number as it was written, so that no digit is lost before the schema has seen it.
    public struct Number: Sendable, Hashable {
        /// The literal, which matched the JSON grammar.
        public let text: String

        init(literal text: String) {
            self.text = text
        }

        /// A whole number.
        public init(_ value: Int) {
            text = String(value)
        }

        /// A finite number; anything else becomes zero, because JSON cannot say it.
        public init(_ value: Double) {
            text = value.isFinite ? "\(value)" : "0"
        }

        /// The value when it is whole and fits 64 bits. `1.0` and `1e2` are whole, as JSON Schema sees them.
        public var integer: Int? {
            if let plain = Int(text) { return plain }
            var digits: [UInt8] = []
            var negative = false
            var scale = 0
            var seenPoint = false
            var exponent = 0
            var negativeExponent = false
            var inExponent = false
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "-"): if inExponent { negativeExponent = true } else { negative = true }
                case UInt8(ascii: "+"): break
                case UInt8(ascii: "."): seenPoint = true
                case UInt8(ascii: "e"), UInt8(ascii: "E"): inExponent = true
                default:
                    let digit = byte &- UInt8(ascii: "0")
                    if inExponent {
                        // No 64-bit integer needs an exponent this large; clamping keeps the arithmetic in range.
                        exponent = min(exponent * 10 + Int(digit), 100_000)
                    } else {
                        digits.append(digit)
                        if seenPoint { scale += 1 }
                    }
                }
            }
            guard digits.contains(where: { $0 != 0 }) else { return 0 }
            var shift = (negativeExponent ? -exponent : exponent) - scale
            while shift < 0 {
                guard digits.last == 0 else { return nil }
                digits.removeLast()
                shift += 1
            }
            var value = 0
            for digit in digits {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                let (next, carry) = product.subtractingReportingOverflow(Int(digit))
                guard !overflow, !carry else { return nil }
                value = next
            }
            for _ in 0..<shift {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                guard !overflow else { return nil }
                value = product
            }
            // Summed as a negative number, whose range is the larger one.
            if negative { return value }
            let (positive, overflow) = Int(0).subtractingReportingOverflow(value)
            return overflow ? nil : positive
        }

        /// The nearest finite double, or nil when the magnitude is too large for one.
        public var double: Double? {
            guard let value = Double(text), value.isFinite else { return nil }
            return value
        }
    }

    /// The value of a field of an object, found by bytes.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The text of a string.
    public var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The elements of an array.
    public var elements: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The fields of an object, in their order.
    public var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .number(Number(value)) }
    /// An array.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// Keeps the order in which the fields are written.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
