/// What a name in a template stands for.
public indirect enum Shape: Hashable, Sendable {
    /// Words, escaped where they are printed.
    case text
    /// A number, printed as digits.
    case number
    /// Shows or hides a section; is never printed.
    case flag
    /// A `SafeURL`, the only shape an `href` takes.
    case address
    /// Repeats its section.
    case list(Shape)
    /// Hides its section while there is nothing.
    case optional(Shape)
    /// A struct, by the name under which `ModelShape.objects` lists its fields.
    case object(String)
}

/// Every name a view model offers, at its nesting.
public struct ModelShape: Sendable {
    /// The model itself.
    public let root: Shape
    /// The fields of each struct in it.
    public let objects: [String: [String: Shape]]

    /// Learns the shape of a view model from its type alone.
    ///
    /// - Throws: ``ShapeError`` where the type holds what no template can print.
    public init<Model: ViewModel>(of model: Model.Type) throws {
        let recorder = ShapeRecorder()
        root = try recorder.record(model).shape
        objects = recorder.objects
    }

    /// The fields of a shape, if it has any.
    func fields(of shape: Shape) -> [String: Shape]? {
        guard case .object(let name) = shape else { return nil }
        return objects[name]
    }
}

/// A type within a view model that a template cannot print.
public struct ShapeError: Error, CustomStringConvertible {
    /// Which type, and what to use in its place.
    public let description: String
}

/// Runs the decoding of a type on nothing, and writes down what it asks for.
///
/// Optionals come back nil and lists empty, so a type that lists itself ends.
final class ShapeRecorder {
    var objects: [String: [String: Shape]] = [:]
    private var samples: [String: Any] = [:]

    func record<Value: Decodable>(_ type: Value.Type) throws -> (shape: Shape, value: Value) {
        if let known = type as? any ShapeKnown.Type {
            return try unwrap(known.recorded(by: self), as: type)
        }
        if let cases = type as? any CaseIterable.Type, let first = firstCase(of: cases) {
            return try unwrap((.text, first), as: type)
        }
        let name = String(reflecting: type)
        if objects[name] != nil, let sample = samples[name] {
            return try unwrap((.object(name), sample), as: type)
        }
        objects[name] = [:]
        let decoder = RecordingDecoder(recorder: self, name: name)
        let value: Value
        do {
            value = try Value(from: decoder)
        } catch let error as ShapeError {
            throw error
        } catch {
            throw ShapeError(description: "\(name) refuses a sample of its own form; give the page text in its place")
        }
        if let single = decoder.single {
            objects[name] = nil
            return (single, value)
        }
        samples[name] = value
        return (.object(name), value)
    }

    private func unwrap<Value>(_ recorded: (Shape, Any), as type: Value.Type) throws -> (shape: Shape, value: Value) {
        guard let value = recorded.1 as? Value else {
            throw ShapeError(description: "\(type) has no sample")
        }
        return (recorded.0, value)
    }

    private func firstCase(of type: any CaseIterable.Type) -> Any? {
        func first<Cases: CaseIterable>(_ type: Cases.Type) -> Any? { type.allCases.first }
        return first(type)
    }
}

/// A type whose shape is known without decoding it.
private protocol ShapeKnown {
    static func recorded(by recorder: ShapeRecorder) throws -> (Shape, Any)
}

extension String: ShapeKnown {
    static func recorded(by recorder: ShapeRecorder) -> (Shape, Any) { (.text, "") }
}

extension Bool: ShapeKnown {
    static func recorded(by recorder: ShapeRecorder) -> (Shape, Any) { (.flag, false) }
}

extension Int: ShapeKnown {
    static func recorded(by recorder: ShapeRecorder) -> (Shape, Any) { (.number, 0) }
}

extension Double: ShapeKnown {
    static func recorded(by recorder: ShapeRecorder) -> (Shape, Any) { (.number, 0.0) }
}

extension SafeURL: ShapeKnown {
    static func recorded(by recorder: ShapeRecorder) -> (Shape, Any) { (.address, SafeURL.nowhere) }
}

extension Optional: ShapeKnown where Wrapped: Decodable {
    static func recorded(by recorder: ShapeRecorder) throws -> (Shape, Any) {
        (.optional(try recorder.record(Wrapped.self).shape), Self.none as Any)
    }
}

extension Array: ShapeKnown where Element: Decodable {
    static func recorded(by recorder: ShapeRecorder) throws -> (Shape, Any) {
        // A list of the struct being recorded is known by name; its fields are on their way.
        let name = String(reflecting: Element.self)
        let element = recorder.objects[name] != nil ? .object(name) : try recorder.record(Element.self).shape
        return (.list(element), Self())
    }
}

private final class RecordingDecoder: Decoder {
    let recorder: ShapeRecorder
    let name: String
    var single: Shape?
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init(recorder: ShapeRecorder, name: String) {
        self.recorder = recorder
        self.name = name
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(RecordingFields<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw ShapeError(description: "\(name) is written as a list without names; use an array of structs")
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        RecordingValue(decoder: self)
    }
}

private struct RecordingFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: RecordingDecoder
    // `decodeIfPresent` asks whether there is a nil before it asks for the value: that marks an optional.
    let optionals = Optionals()
    let codingPath: [any CodingKey] = []
    let allKeys: [Key] = []

    final class Optionals {
        var names: Set<String> = []
    }

    func contains(_ key: Key) -> Bool { true }

    func decodeNil(forKey key: Key) -> Bool {
        optionals.names.insert(key.stringValue)
        return false
    }

    private func note<Value: Decodable>(_ type: Value.Type, _ key: Key) throws -> Value {
        let (shape, value) = try decoder.recorder.record(type)
        let isOptional = optionals.names.contains(key.stringValue)
        decoder.recorder.objects[decoder.name, default: [:]][key.stringValue] = isOptional ? .optional(shape) : shape
        return value
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try note(type, key) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try note(type, key) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try note(type, key) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try note(Double.self, key)) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try note(type, key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { Int8(clamping: try note(Int.self, key)) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { Int16(clamping: try note(Int.self, key)) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { Int32(clamping: try note(Int.self, key)) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { Int64(clamping: try note(Int.self, key)) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { UInt(clamping: try note(Int.self, key)) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { UInt8(clamping: try note(Int.self, key)) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { UInt16(clamping: try note(Int.self, key)) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { UInt32(clamping: try note(Int.self, key)) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { UInt64(clamping: try note(Int.self, key)) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try note(type, key) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        throw ShapeError(description: "\(decoder.name).\(key.stringValue) is nested by hand; use a struct")
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw ShapeError(description: "\(decoder.name).\(key.stringValue) is a list by hand; use an array")
    }

    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { decoder }
}

private struct RecordingValue: SingleValueDecodingContainer {
    let decoder: RecordingDecoder
    let codingPath: [any CodingKey] = []

    private func note<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (shape, value) = try decoder.recorder.record(type)
        decoder.single = shape
        return value
    }

    func decodeNil() -> Bool { false }
    func decode(_ type: Bool.Type) throws -> Bool { try note(type) }
    func decode(_ type: String.Type) throws -> String { try note(type) }
    func decode(_ type: Double.Type) throws -> Double {
        throw ShapeError(description: "\(decoder.name) is a number within; give the page text in its place")
    }
    func decode(_ type: Float.Type) throws -> Float { Float(try note(Double.self)) }
    func decode(_ type: Int.Type) throws -> Int { try note(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { Int8(clamping: try note(Int.self)) }
    func decode(_ type: Int16.Type) throws -> Int16 { Int16(clamping: try note(Int.self)) }
    func decode(_ type: Int32.Type) throws -> Int32 { Int32(clamping: try note(Int.self)) }
    func decode(_ type: Int64.Type) throws -> Int64 { Int64(clamping: try note(Int.self)) }
    func decode(_ type: UInt.Type) throws -> UInt { UInt(clamping: try note(Int.self)) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { UInt8(clamping: try note(Int.self)) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { UInt16(clamping: try note(Int.self)) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { UInt32(clamping: try note(Int.self)) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { UInt64(clamping: try note(Int.self)) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try note(type) }
}
