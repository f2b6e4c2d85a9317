import Foundation

/// A JSON Schema (2020-12) of one type: what is published, what input is checked against, and what examples come from.
public struct Schema: Sendable {
    /// What kind of value it is.
    public indirect enum Shape: Sendable {
        case string(Text)
        case integer(minimum: Int, maximum: Int)
        case number(minimum: Double?, maximum: Double?)
        case boolean
        case array(Schema, minimum: Int, maximum: Int)
        case object([Property])
        case map(Schema, maximum: Int)
        case enumeration([String])
        case reference(Component)
        case anything
        /// The type could not be recorded; the service refuses to start and says why.
        case unrecorded(String)
    }

    /// Bounds of a string, counted in Unicode scalars as JSON Schema counts.
    public struct Text: Sendable {
        /// The least number of Unicode scalars.
        public var minimum = 0
        /// The largest number of Unicode scalars.
        public var maximum = 10_000
        /// A format of JSON Schema; the type's own decoding checks it.
        public var format: String?
        /// Published for clients; the type's own decoding checks it.
        public var pattern: String?
    }

    /// A field of an object.
    public struct Property: Sendable {
        /// The coding key.
        public let name: String
        /// What may stand there.
        public let schema: Schema
        /// Whether the field must be there.
        public let required: Bool

        /// Unknown fields are always refused, so an object is the list of its properties.
        public init(_ name: String, _ schema: Schema, required: Bool = true) {
            self.name = name
            self.schema = schema
            self.required = required
        }
    }

    /// What kind of value it is.
    public var shape: Shape
    /// What the value means, for the published document.
    public var description: String?
    /// An example the published document shows and samples are decoded from.
    public var example: JSON?
    /// `x-…` members of the published schema, in order.
    public var annotations: [JSON.Member] = []
    /// Says why a value that fits the shape is still refused; filled from the type's own decoding.
    var verify: (@Sendable (JSON) -> String?)?

    /// A schema of any shape; the static functions read better.
    public init(_ shape: Shape, description: String? = nil, example: JSON? = nil) {
        self.shape = shape
        self.description = description
        self.example = example
    }

    /// A string. `pattern` is published only: the type's own decoding does the checking. When a string has no pattern,
    /// the published one says that NUL is refused.
    public static func string(
        minimum: Int = 0, maximum: Int = 10_000, format: String? = nil, pattern: String? = nil,
        example: String? = nil, description: String? = nil
    ) -> Schema {
        Schema(
            .string(Text(minimum: minimum, maximum: maximum, format: format, pattern: pattern)),
            description: description, example: example.map(JSON.string))
    }

    /// A whole number between two bounds, both included.
    public static func integer(
        minimum: Int = .min, maximum: Int = .max, example: Int? = nil, description: String? = nil
    ) -> Schema {
        Schema(
            .integer(minimum: minimum, maximum: maximum), description: description,
            example: example.map { .number(JSON.Number($0)) })
    }

    /// A finite number.
    public static func number(
        minimum: Double? = nil, maximum: Double? = nil, example: Double? = nil, description: String? = nil
    ) -> Schema {
        Schema(
            .number(minimum: minimum, maximum: maximum), description: description,
            example: example.map { .number(JSON.Number($0)) })
    }

    /// True or false.
    public static var boolean: Schema { Schema(.boolean) }

    /// A list; the default upper bound is 1,000.
    public static func array(of element: Schema, minimum: Int = 0, maximum: Int = 1_000) -> Schema {
        Schema(.array(element, minimum: minimum, maximum: maximum))
    }

    /// An object with exactly these properties, for types that write their own coding.
    public static func object(_ properties: [Property], description: String? = nil, example: JSON? = nil) -> Schema {
        Schema(.object(properties), description: description, example: example)
    }

    /// An object with free names and values of one type.
    public static func map(of value: Schema, maximum: Int = 100, example: JSON? = nil) -> Schema {
        Schema(.map(value, maximum: maximum), example: example)
    }

    /// One of a few texts.
    public static func enumeration(_ values: [String], description: String? = nil) -> Schema {
        Schema(.enumeration(values), description: description)
    }

    /// The same schema, saying what it means.
    public func described(_ text: String) -> Schema {
        var copy = self
        copy.description = text
        return copy
    }

    /// The same schema, marked as the identifier of a noun (`x-ref`), so that tests can swap in somebody else's.
    public func referring(to noun: String) -> Schema {
        var copy = self
        copy.annotations.append(JSON.Member("x-ref", .string(noun)))
        return copy
    }

    /// The properties when this is an object, references followed.
    public var properties: [Property] {
        switch shape {
        case .object(let properties): properties
        case .reference(let component): component.schema.properties
        default: []
        }
    }

    /// The schema a reference stands for; itself otherwise.
    public var resolved: Schema {
        if case .reference(let component) = shape { component.schema.resolved } else { self }
    }

    /// Reasons why parts of this schema could not be recorded, empty when all is well.
    var failures: [String] {
        var seen: Set<ObjectIdentifier> = []
        return failures(&seen)
    }

    private func failures(_ seen: inout Set<ObjectIdentifier>) -> [String] {
        switch shape {
        case .unrecorded(let reason): return [reason]
        case .array(let element, _, _): return element.failures(&seen)
        case .map(let value, _): return value.failures(&seen)
        case .object(let properties): return properties.flatMap { $0.schema.failures(&seen) }
        case .reference(let component):
            guard seen.insert(ObjectIdentifier(component)).inserted else { return [] }
            return component.schema.failures(&seen)
        default: return []
        }
    }
}

/// A named schema of `#/components/schemas`, shared by everything that refers to the type.
public final class Component: Sendable {
    /// The full Swift name, which tells types of equal short names apart.
    public let typeName: String
    private let stored = Locked<Schema>(Schema(.unrecorded("The schema is still being recorded.")))

    init(typeName: String) {
        self.typeName = typeName
    }

    /// What the name stands for.
    public internal(set) var schema: Schema {
        get { stored.value }
        set { stored.value = newValue }
    }

    /// The Swift name without module and punctuation: `Page<Programs.Call>` becomes `PageOfCall`.
    var shortName: String {
        Component.simplified(typeName, qualified: false)
    }

    /// The same with the module in front, used when two modules have a type of one name.
    var qualifiedName: String {
        Component.simplified(typeName, qualified: true)
    }

    private static func simplified(_ name: String, qualified: Bool) -> String {
        var result = ""
        var word: [UInt8] = []
        var first = true
        func flush(dropping: Bool) {
            if !dropping || qualified {
                result += String(decoding: word, as: UTF8.self)
            }
            word = []
        }
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "."):
                // The first component of a dotted name is its module.
                flush(dropping: first)
                first = false
            case UInt8(ascii: "<"):
                flush(dropping: false)
                result += "Of"
                first = true
            case UInt8(ascii: ","):
                flush(dropping: false)
                result += "And"
                first = true
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                word.append(byte)
            default:
                flush(dropping: false)
            }
        }
        flush(dropping: false)
        return result
    }
}

/// A value behind a lock.
final class Locked<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: Value

    init(_ value: Value) { stored = value }

    var value: Value {
        get { lock.withLock { stored } }
        set { lock.withLock { stored = newValue } }
    }

    func withLock<R>(_ body: (inout Value) throws -> R) rethrows -> R {
        try lock.withLock { try body(&stored) }
    }
}
