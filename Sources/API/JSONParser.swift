import Foundation

/// Why bytes are not the JSON we accept, and where.
public struct MalformedJSON: Error, Sendable, Hashable {
    /// What was wrong, in words fit for the sender.
    public let reason: String
    /// Offset of the offending byte.
    public let offset: Int
}

extension JSON {
    /// Reads one JSON value from UTF-8 bytes: no duplicate keys, no NUL, no lone surrogate, at most `depth` levels.
    public init(parsing bytes: [UInt8], depth: Int = 32) throws(MalformedJSON) {
        var parser = JSONParser(bytes: bytes, maximumDepth: depth)
        self = try parser.document()
    }
}

/// Walks bytes with an index that is checked before every read, so that no input can trap.
struct JSONParser {
    let bytes: [UInt8]
    let maximumDepth: Int
    private var index = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func document() throws(MalformedJSON) -> JSON {
        skipSpace()
        let value = try value(depth: 0)
        skipSpace()
        guard index == bytes.count else { throw failure("unexpected text after the value") }
        return value
    }

    private func failure(_ reason: String) -> MalformedJSON {
        MalformedJSON(reason: reason, offset: index)
    }

    private var current: UInt8? {
        index < bytes.count ? bytes[index] : nil
    }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(MalformedJSON) -> JSON {
        guard let byte = current else { throw failure("the value is missing") }
        switch byte {
        case UInt8(ascii: "{"):
            guard depth < maximumDepth else { throw failure("nested deeper than \(maximumDepth) levels") }
            return try object(depth: depth + 1)
        case UInt8(ascii: "["):
            guard depth < maximumDepth else { throw failure("nested deeper than \(maximumDepth) levels") }
            return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw failure("unexpected character")
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSON) throws(MalformedJSON) -> JSON {
        let length = word.utf8CodeUnitCount
        guard bytes.count - index >= length else { throw failure("unexpected character") }
        let matches = word.withUTF8Buffer { buffer in
            buffer.elementsEqual(bytes[index..<(index + length)])
        }
        guard matches else { throw failure("unexpected character") }
        index += length
        return value
    }

    private mutating func array(depth: Int) throws(MalformedJSON) -> JSON {
        index += 1
        var elements: [JSON] = []
        skipSpace()
        if current == UInt8(ascii: "]") {
            index += 1
            return .array(elements)
        }
        while true {
            skipSpace()
            elements.append(try value(depth: depth))
            skipSpace()
            switch current {
            case UInt8(ascii: ","): index += 1
            case UInt8(ascii: "]"):
                index += 1
                return .array(elements)
            default: throw failure("expected , or ]")
            }
        }
    }

    private mutating func object(depth: Int) throws(MalformedJSON) -> JSON {
        index += 1
        var members: [JSON.Member] = []
        var names: Set<[UInt8]> = []
        skipSpace()
        if current == UInt8(ascii: "}") {
            index += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw failure("expected a field name") }
            let name = try string()
            guard names.insert(Array(name.utf8)).inserted else { throw failure("the same field appears twice") }
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw failure("expected :") }
            index += 1
            skipSpace()
            members.append(JSON.Member(name, try value(depth: depth)))
            skipSpace()
            switch current {
            case UInt8(ascii: ","): index += 1
            case UInt8(ascii: "}"):
                index += 1
                return .object(members)
            default: throw failure("expected , or }")
            }
        }
    }

    private mutating func number() throws(MalformedJSON) -> JSON.Number {
        let start = index
        if current == UInt8(ascii: "-") { index += 1 }
        if current == UInt8(ascii: "0") {
            index += 1
        } else if skipDigits() == 0 {
            throw failure("expected a digit")
        }
        if current == UInt8(ascii: ".") {
            index += 1
            guard skipDigits() > 0 else { throw failure("expected a digit") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            index += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { index += 1 }
            guard skipDigits() > 0 else { throw failure("expected a digit") }
        }
        guard index - start <= 400 else { throw failure("the number has too many digits") }
        return JSON.Number(literal: String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func skipDigits() -> Int {
        let start = index
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { index += 1 }
        return index - start
    }

    private mutating func string() throws(MalformedJSON) -> String {
        index += 1
        let start = index
        // Most strings have no escape: find the end and decode the slice in one step.
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            guard byte >= 0x20 else { throw failure("a control character must be escaped") }
            index += 1
        }
        if current == UInt8(ascii: "\"") {
            let slice = bytes[start..<index]
            guard let text = EdgeText.string(slice) else { throw failure("the text is not valid UTF-8") }
            index += 1
            return text
        }
        var collected = Array(bytes[start..<index])
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = EdgeText.string(collected[...]) else { throw failure("the text is not valid UTF-8") }
                index += 1
                return text
            case UInt8(ascii: "\\"):
                index += 1
                try escape(into: &collected)
            case 0..<0x20: throw failure("a control character must be escaped")
            default:
                collected.append(byte)
                index += 1
            }
        }
        throw failure("the string does not end")
    }

    private mutating func escape(into collected: inout [UInt8]) throws(MalformedJSON) {
        guard let byte = current else { throw failure("the string does not end") }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): collected.append(byte)
        case UInt8(ascii: "b"): collected.append(0x08)
        case UInt8(ascii: "f"): collected.append(0x0C)
        case UInt8(ascii: "n"): collected.append(0x0A)
        case UInt8(ascii: "r"): collected.append(0x0D)
        case UInt8(ascii: "t"): collected.append(0x09)
        case UInt8(ascii: "u"):
            index += 1
            let first = try fourHexDigits()
            var code = first
            if first >= 0xD800, first < 0xDC00 {
                guard current == UInt8(ascii: "\\") else { throw failure("a lone surrogate") }
                index += 1
                guard current == UInt8(ascii: "u") else { throw failure("a lone surrogate") }
                index += 1
                let second = try fourHexDigits()
                guard second >= 0xDC00, second < 0xE000 else { throw failure("a lone surrogate") }
                code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
            }
            guard code != 0 else { throw failure("the NUL character is not accepted") }
            guard let scalar = Unicode.Scalar(code) else { throw failure("a lone surrogate") }
            collected.append(contentsOf: String(scalar).utf8)
            return
        default: throw failure("unknown escape")
        }
        index += 1
    }

    private mutating func fourHexDigits() throws(MalformedJSON) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = EdgeText.hexDigit(byte) else {
                throw failure("expected four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            index += 1
        }
        return code
    }
}

/// Text at the edge: validated as UTF-8, without NUL, in one normal form.
enum EdgeText {
    /// Valid UTF-8 without NUL, normalised to NFC so that Swift and PostgreSQL agree on equality.
    static func string(_ bytes: some Collection<UInt8>) -> String? {
        if bytes.allSatisfy({ $0 != 0 && $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { return nil }
        return text.precomposedStringWithCanonicalMapping
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
