/// A value of JSON as a file holds it: numbers keep their digits, so that none is rounded before it is asked for.
indirect enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])
}

/// One member of an object.
struct JSONMember: Sendable {
    let name: String
    let value: JSONValue
}

/// Parses one line. Every branch that fails says at which byte and why.
struct JSONParser {
    struct Fault: Error, CustomStringConvertible {
        let offset: Int
        let reason: String
        let path: String?
        var description: String { "\(reason) at byte \(offset + 1)" }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: Limits
    private var index = 0
    private var depth = 0
    private var scratch: [UInt8] = []
    /// The member of the outermost object that is being read.
    private var path: String?

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func wholeObject() throws(Fault) -> [JSONMember] {
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: "{") else { throw fault("expected an object") }
        let members = try object()
        skipSpace()
        path = nil
        guard index == bytes.count else { throw fault("expected nothing behind the object") }
        return members
    }

    private func fault(_ reason: String) -> Fault {
        Fault(offset: index, reason: reason, path: path)
    }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 32, 9, 10, 13: index += 1
            default: return
            }
        }
    }

    private mutating func object() throws(Fault) -> [JSONMember] {
        index += 1
        depth += 1
        defer { depth -= 1 }
        guard depth <= limits.depth else { throw fault("nested too deep") }
        var members: [JSONMember] = []
        skipSpace()
        if take("}") { return members }
        while true {
            skipSpace()
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                throw fault("expected the name of a member")
            }
            let name = try string()
            if depth == 1 { path = name }
            guard members.count < limits.columns else { throw fault("too many members") }
            // Compared by bytes: names that only look alike in Unicode are different names.
            for member in members where member.name.utf8.elementsEqual(name.utf8) {
                throw fault("a second member of this name")
            }
            skipSpace()
            guard take(":") else { throw fault("expected a colon") }
            skipSpace()
            members.append(JSONMember(name: name, value: try value()))
            skipSpace()
            if take(",") { continue }
            guard take("}") else { throw fault("expected a comma or the end of the object") }
            return members
        }
    }

    private mutating func array() throws(Fault) -> [JSONValue] {
        index += 1
        depth += 1
        defer { depth -= 1 }
        guard depth <= limits.depth else { throw fault("nested too deep") }
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return elements }
        while true {
            skipSpace()
            elements.append(try value())
            skipSpace()
            if take(",") { continue }
            guard take("]") else { throw fault("expected a comma or the end of the array") }
            return elements
        }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: scalar) else { return false }
        index += 1
        return true
    }

    private mutating func value() throws(Fault) -> JSONValue {
        guard index < bytes.count else { throw fault("the line ends too early") }
        switch bytes[index] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw fault("expected a value")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Fault) -> JSONValue {
        let isThere = word.withUTF8Buffer { letters in
            index + letters.count <= bytes.count && bytes[index..<index + letters.count].elementsEqual(letters)
        }
        guard isThere else { throw fault("expected a value") }
        index += word.utf8CodeUnitCount
        return value
    }

    private mutating func number() throws(Fault) -> String {
        let start = index
        _ = take("-")
        if !take("0") {
            guard digits() > 0 else { throw fault("expected a digit") }
        } else if index < bytes.count, (48...57).contains(bytes[index]) {
            throw fault("a number begins with 0")
        }
        if take(".") {
            guard digits() > 0 else { throw fault("expected a digit") }
        }
        if take("e") || take("E") {
            if !take("-") { _ = take("+") }
            guard digits() > 0 else { throw fault("expected a digit") }
        }
        guard index - start <= 64 else { throw fault("a number of too many digits") }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() -> Int {
        let start = index
        while index < bytes.count, (48...57).contains(bytes[index]) { index += 1 }
        return index - start
    }

    private mutating func string() throws(Fault) -> String {
        index += 1
        let start = index
        var isASCII = true
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                let text = try text(bytes[start..<index], isASCII: isASCII)
                index += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw fault("a control character in a string") }
            isASCII = isASCII && byte < 0x80
            index += 1
        }
        throw fault("the string is never closed")
    }

    private mutating func escapedString(from start: Int) throws(Fault) -> String {
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                let text = try text(scratch[...], isASCII: false)
                index += 1
                return text
            case UInt8(ascii: "\\"):
                index += 1
                try escape()
            case ..<0x20: throw fault("a control character in a string")
            default:
                scratch.append(byte)
                index += 1
            }
        }
        throw fault("the string is never closed")
    }

    private func text(_ bytes: some Collection<UInt8>, isASCII: Bool) throws(Fault) -> String {
        guard bytes.count <= limits.cellBytes else { throw fault("the string is too long") }
        if isASCII { return String(decoding: bytes, as: UTF8.self) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fault("the string is not UTF-8") }
        return text
    }

    private mutating func escape() throws(Fault) {
        guard index < bytes.count else { throw fault("the string is never closed") }
        switch bytes[index] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(bytes[index])
        case UInt8(ascii: "b"): scratch.append(8)
        case UInt8(ascii: "f"): scratch.append(12)
        case UInt8(ascii: "n"): scratch.append(10)
        case UInt8(ascii: "r"): scratch.append(13)
        case UInt8(ascii: "t"): scratch.append(9)
        case UInt8(ascii: "u"):
            index += 1
            let first = try hex()
            var code = UInt32(first)
            if (0xD800...0xDBFF).contains(first) {
                guard take("\\"), take("u") else { throw fault("a lone surrogate") }
                let second = try hex()
                guard (0xDC00...0xDFFF).contains(second) else { throw fault("a lone surrogate") }
                code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fault("a lone surrogate") }
            guard code != 0 else { throw fault("a NUL in a string") }
            scratch.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            return
        default: throw fault("an escape that JSON does not have")
        }
        index += 1
    }

    private mutating func hex() throws(Fault) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard index < bytes.count, let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue,
                bytes[index] < 0x80
            else { throw fault("expected four hexadecimal digits") }
            value = value << 4 | UInt16(digit)
            index += 1
        }
        return value
    }
}
