import Foundation

extension JSON {
    /// The compact text of a tree, members in their order.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): bytes.append(contentsOf: number.text.utf8)
        case .string(let text): JSON.write(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSON.write(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Writes a quoted string. `<`, U+2028 and U+2029 are escaped too, so that a page may embed the text in a script.
    static func write(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { buffer in
            bytes.append(UInt8(ascii: "\""))
            var start = 0
            var index = 0
            while index < buffer.count {
                let byte = buffer[index]
                if byte >= 0x20, byte != 0x22, byte != 0x5C, byte != 0x3C, byte != 0xE2, byte != 0x7F {
                    index += 1
                    continue
                }
                if byte == 0xE2 {
                    let separator =
                        index + 2 < buffer.count && buffer[index + 1] == 0x80
                        && (buffer[index + 2] == 0xA8 || buffer[index + 2] == 0xA9)
                    guard separator else {
                        index += 1
                        continue
                    }
                    bytes.append(contentsOf: buffer[start..<index])
                    bytes.append(contentsOf: (buffer[index + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8)
                    index += 3
                    start = index
                    continue
                }
                bytes.append(contentsOf: buffer[start..<index])
                switch byte {
                case 0x22: bytes.append(contentsOf: [0x5C, 0x22])
                case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
                case 0x0A: bytes.append(contentsOf: [0x5C, UInt8(ascii: "n")])
                case 0x0D: bytes.append(contentsOf: [0x5C, UInt8(ascii: "r")])
                case 0x09: bytes.append(contentsOf: [0x5C, UInt8(ascii: "t")])
                default:
                    bytes.append(contentsOf: [0x5C, UInt8(ascii: "u"), 0x30, 0x30])
                    bytes.append(lowerHex[Int(byte >> 4)])
                    bytes.append(lowerHex[Int(byte & 15)])
                }
                index += 1
                start = index
            }
            bytes.append(contentsOf: buffer[start..<buffer.count])
            bytes.append(UInt8(ascii: "\""))
        }
    }

    static let lowerHex: [UInt8] = Array("0123456789abcdef".utf8)
}

/// Writes `Encodable` values straight into bytes: fields in declaration order, nil left out, no intermediate tree.
public struct JSONBytes {
    /// The compact JSON of a value. The same value always gives the same bytes, which entity tags rely on.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let sink = JSONSink()
        try sink.write(value, depth: 0)
        return sink.text.bytes
    }
}

/// The bytes so far and the containers still open; a container closes when something outside it is written.
struct JSONText {
    enum Kind { case object, array }

    var bytes: [UInt8] = []
    private var open: [(kind: Kind, empty: Bool)] = []
    /// The key being written in each open container; kept here so that no field costs a path of its own.
    private var keys: [any CodingKey] = []

    init() {
        bytes.reserveCapacity(1_024)
    }

    mutating func begin(_ kind: Kind, depth: Int) {
        if open.count > depth, open[depth].kind == kind {
            close(to: depth + 1)
            return
        }
        close(to: depth)
        bytes.append(kind == .object ? UInt8(ascii: "{") : UInt8(ascii: "["))
        open.append((kind, true))
    }

    mutating func close(to depth: Int) {
        while open.count > depth {
            bytes.append(open.removeLast().kind == .object ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        }
    }

    /// Stands before the next element of the container that was opened at `depth`.
    mutating func separate(depth: Int, by key: any CodingKey) throws {
        guard open.count > depth else {
            throw EncodingError.invalidValue(
                key,
                .init(codingPath: path(to: depth), debugDescription: "A container was written to after it was closed."))
        }
        close(to: depth + 1)
        if open[depth].empty { open[depth].empty = false } else { bytes.append(UInt8(ascii: ",")) }
        if keys.count == depth + 1 {
            keys[depth] = key
        } else {
            keys.removeSubrange(min(depth, keys.count)...)
            keys.append(key)
        }
    }

    /// Where a container at `depth` stands.
    func path(to depth: Int) -> [any CodingKey] { Array(keys.prefix(depth)) }

    mutating func key(_ key: some CodingKey, depth: Int) throws {
        try separate(depth: depth, by: key)
        JSON.write(key.wireName, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func raw(_ text: some StringProtocol) { bytes.append(contentsOf: text.utf8) }

    mutating func number(_ value: Double, depth: Int) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: path(to: depth), debugDescription: "JSON has no infinite or undefined number.")
            )
        }
        if let whole = Int(exactly: value), whole.magnitude < 1 << 53 { raw(String(whole)) } else { raw("\(value)") }
    }
}

/// The text that the containers of one encoding share.
final class JSONSink {
    var text = JSONText()

    func write<T: Encodable>(_ value: T, depth: Int) throws {
        // Foundation's own codings of these say something else than the schema does. Types are compared before anything
        // is cast, because a failing cast costs more than writing a small struct.
        if T.self == String.self, let value = value as? String { return JSON.write(value, to: &text.bytes) }
        if T.self == Int.self, let value = value as? Int { return text.raw(String(value)) }
        if T.self == UUID.self, let value = value as? UUID { return JSON.write(value.text, to: &text.bytes) }
        if T.self == Date.self, let value = value as? Date {
            text.raw("\"")
            Timestamp.append(value, to: &text.bytes)
            text.raw("\"")
            return
        }
        if T.self == Bool.self, let value = value as? Bool { return text.raw(value ? "true" : "false") }
        if T.self == Double.self, let value = value as? Double { return try text.number(value, depth: depth) }
        if T.self == JSON.self, let value = value as? JSON { return value.write(to: &text.bytes) }
        if T.self == URL.self, let value = value as? URL { return JSON.write(value.absoluteString, to: &text.bytes) }
        if T.self == Data.self, let value = value as? Data {
            return JSON.write(value.base64EncodedString(), to: &text.bytes)
        }
        let start = text.bytes.count
        let encoder = JSONSinkEncoder(sink: self, depth: depth)
        // A dictionary encodes itself in an order of its own each time. It is one word long, and few other types are that
        // are not among the above: the cast is paid by lists and dictionaries alone.
        if MemoryLayout<T>.size == MemoryLayout<Int>.size, let map = value as? any NamedValues {
            try map.encodeInOrder(to: encoder)
        } else {
            try value.encode(to: encoder)
        }
        text.close(to: depth)
        // A type that encodes nothing still has to be a value.
        if text.bytes.count == start { text.raw("{}") }
    }
}

/// A dictionary by names, whose members can be written in the order of the names.
private protocol NamedValues {
    func encodeInOrder(to encoder: any Encoder) throws
}

extension Dictionary: NamedValues where Key == String, Value: Encodable {
    fileprivate func encodeInOrder(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: PlainKey.self)
        for (name, value) in sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            try container.encode(value, forKey: PlainKey(name))
        }
    }
}

private struct JSONSinkEncoder: Encoder {
    let sink: JSONSink
    let depth: Int
    var codingPath: [any CodingKey] { sink.text.path(to: depth) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        sink.text.begin(.object, depth: depth)
        return KeyedEncodingContainer(KeyedSink<Key>(sink: sink, depth: depth))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        sink.text.begin(.array, depth: depth)
        return UnkeyedSink(sink: sink, depth: depth)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleSink(sink: sink, depth: depth)
    }
}

private struct KeyedSink<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: JSONSink
    let depth: Int
    var codingPath: [any CodingKey] { sink.text.path(to: depth) }

    private func raw(_ text: some StringProtocol, _ key: Key) throws {
        try sink.text.key(key, depth: depth)
        sink.text.raw(text)
    }

    mutating func encodeNil(forKey key: Key) throws { try raw("null", key) }
    mutating func encode(_ value: Bool, forKey key: Key) throws { try raw(value ? "true" : "false", key) }
    mutating func encode(_ value: String, forKey key: Key) throws {
        try sink.text.key(key, depth: depth)
        JSON.write(value, to: &sink.text.bytes)
    }
    mutating func encode(_ value: Double, forKey key: Key) throws {
        try sink.text.key(key, depth: depth)
        try sink.text.number(value, depth: depth + 1)
    }
    mutating func encode(_ value: Float, forKey key: Key) throws { try encode(Double(value), forKey: key) }
    mutating func encode(_ value: Int, forKey key: Key) throws { try raw(String(value), key) }
    mutating func encode(_ value: Int8, forKey key: Key) throws { try raw(String(value), key) }
    mutating func encode(_ value: Int16, forKey key: Key) throws { try raw(String(value), key) }
    mutating func encode(_ value: Int32, forKey key: Key) throws { try raw(String(value), key) }
    mutating func encode(_ value: Int64, forKey key: Key) throws { try raw(String(value), key) }
    mutating func encode(_ value: UInt, forKey key: Key) throws { try raw(String(value), key) }
    mutating func encode(_ value: UInt8, forKey key: Key) throws { try raw(String(value), key) }
    mutating func encode(_ value: UInt16, forKey key: Key) throws { try raw(String(value), key) }
    mutating func encode(_ value: UInt32, forKey key: Key) throws { try raw(String(value), key) }
    mutating func encode(_ value: UInt64, forKey key: Key) throws { try raw(String(value), key) }
    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try sink.text.key(key, depth: depth)
        try sink.write(value, depth: depth + 1)
    }
    // The protocol's own versions come to the same by way of an optional of a type found at run time, which is slow.
    mutating func encodeIfPresent(_ value: String?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) }
    }
    mutating func encodeIfPresent(_ value: Int?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) }
    }
    mutating func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) }
    }
    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        // The protocol leaves no way to throw here; a closed parent shows up at the first field written.
        try? sink.text.key(key, depth: depth)
        sink.text.begin(.object, depth: depth + 1)
        return KeyedEncodingContainer(
            KeyedSink<Nested>(sink: sink, depth: depth + 1))
    }
    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        try? sink.text.key(key, depth: depth)
        sink.text.begin(.array, depth: depth + 1)
        return UnkeyedSink(sink: sink, depth: depth + 1)
    }
    mutating func superEncoder() -> any Encoder {
        JSONSinkEncoder(sink: sink, depth: depth)
    }
    mutating func superEncoder(forKey key: Key) -> any Encoder {
        try? sink.text.key(key, depth: depth)
        return JSONSinkEncoder(sink: sink, depth: depth + 1)
    }
}

private struct UnkeyedSink: UnkeyedEncodingContainer {
    let sink: JSONSink
    let depth: Int
    var codingPath: [any CodingKey] { sink.text.path(to: depth) }
    var count = 0

    init(sink: JSONSink, depth: Int) {
        self.sink = sink
        self.depth = depth
    }

    mutating func encodeNil() throws {
        try sink.text.separate(depth: depth, by: IndexKey(count))
        count += 1
        sink.text.raw("null")
    }
    mutating func encode<T: Encodable>(_ value: T) throws {
        try sink.text.separate(depth: depth, by: IndexKey(count))
        count += 1
        try sink.write(value, depth: depth + 1)
    }
    mutating func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
        try? sink.text.separate(depth: depth, by: IndexKey(count))
        count += 1
        sink.text.begin(.object, depth: depth + 1)
        return KeyedEncodingContainer(KeyedSink<Nested>(sink: sink, depth: depth + 1))
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        try? sink.text.separate(depth: depth, by: IndexKey(count))
        count += 1
        sink.text.begin(.array, depth: depth + 1)
        return UnkeyedSink(sink: sink, depth: depth + 1)
    }
    mutating func superEncoder() -> any Encoder {
        try? sink.text.separate(depth: depth, by: IndexKey(count))
        return JSONSinkEncoder(sink: sink, depth: depth + 1)
    }
}

private struct SingleSink: SingleValueEncodingContainer {
    let sink: JSONSink
    let depth: Int
    var codingPath: [any CodingKey] { sink.text.path(to: depth) }

    private func raw(_ text: some StringProtocol) { sink.text.raw(text) }

    mutating func encodeNil() throws { raw("null") }
    mutating func encode(_ value: Bool) throws { raw(value ? "true" : "false") }
    mutating func encode(_ value: String) throws { JSON.write(value, to: &sink.text.bytes) }
    mutating func encode(_ value: Double) throws { try sink.text.number(value, depth: depth) }
    mutating func encode(_ value: Float) throws { try sink.text.number(Double(value), depth: depth) }
    mutating func encode(_ value: Int) throws { raw(String(value)) }
    mutating func encode(_ value: Int8) throws { raw(String(value)) }
    mutating func encode(_ value: Int16) throws { raw(String(value)) }
    mutating func encode(_ value: Int32) throws { raw(String(value)) }
    mutating func encode(_ value: Int64) throws { raw(String(value)) }
    mutating func encode(_ value: UInt) throws { raw(String(value)) }
    mutating func encode(_ value: UInt8) throws { raw(String(value)) }
    mutating func encode(_ value: UInt16) throws { raw(String(value)) }
    mutating func encode(_ value: UInt32) throws { raw(String(value)) }
    mutating func encode(_ value: UInt64) throws { raw(String(value)) }
    mutating func encode<T: Encodable>(_ value: T) throws {
        try sink.write(value, depth: depth)
    }
}

extension JSON: Codable {
    /// Reads any value when the decoder is ours; other decoders are not supported.
    public init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? TreeDecoder else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "Only strict JSON can be read into a tree."))
        }
        self = decoder.node
    }

    /// Writes the tree through any encoder's containers.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .number(let number):
            var container = encoder.singleValueContainer()
            if let integer = number.integer {
                try container.encode(integer)
            } else {
                try container.encode(number.double ?? 0)
            }
        case .string(let text):
            var container = encoder.singleValueContainer()
            try container.encode(text)
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .object(let members):
            var container = encoder.container(keyedBy: PlainKey.self)
            for member in members { try container.encode(member.value, forKey: PlainKey(member.name)) }
        }
    }
}

/// A coding key made from any text.
struct PlainKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(String(intValue)) }
}

/// A position in an array, as a coding key.
struct IndexKey: CodingKey {
    let intValue: Int?
    var stringValue: String { String(intValue ?? 0) }

    init(_ index: Int) { intValue = index }
    init?(stringValue: String) { nil }
    init?(intValue: Int) { self.init(intValue) }
}
