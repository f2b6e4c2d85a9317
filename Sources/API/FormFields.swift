import Foundation
import Synchronization

/// The fields of a form or a query, read from bytes: invalid percent-encoding and invalid UTF-8 are refused, not mended.
struct FormFields: Sendable {
    struct Malformed: Error {}

    let pairs: [(name: String, value: String)]

    static let none = FormFields(pairs: [])
    private static let maximumPairs = 1_000

    init(pairs: [(name: String, value: String)]) {
        self.pairs = pairs
    }

    init(parsing bytes: some Collection<UInt8>) throws(Malformed) {
        var pairs: [(name: String, value: String)] = []
        for part in bytes.split(separator: UInt8(ascii: "&")) {
            guard pairs.count < FormFields.maximumPairs else { throw Malformed() }
            let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try FormFields.text(halves[0], plusIsSpace: true)
            let value = halves.count > 1 ? try FormFields.text(halves[1], plusIsSpace: true) : ""
            pairs.append((name, value))
        }
        self.pairs = pairs
    }

    /// Decodes percent-encoding; line breaks of a form become `\n`.
    static func text(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) throws(Malformed) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(EdgeText.hexDigit),
                    let low = iterator.next().flatMap(EdgeText.hexDigit)
                else { throw Malformed() }
                decoded.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: decoded.append(0x20)
            default: decoded.append(byte)
            }
        }
        guard let text = EdgeText.string(decoded[...]) else { throw Malformed() }
        return text
    }

    func first(_ name: String) -> String? {
        pairs.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    var values: [String: [String]] {
        pairs.reduce(into: [:]) { $0[$1.name, default: []].append($1.value) }
    }

    func without(_ names: [String]) -> FormFields {
        FormFields(pairs: pairs.filter { pair in !names.contains { $0.utf8.elementsEqual(pair.name.utf8) } })
    }

    /// The tree the fields mean under a schema: texts become numbers and booleans where the schema wants them, dotted
    /// names become nested objects (`title.en`, `members.0.name`), repeated names become arrays.
    func tree(for schema: Schema, asForm: Bool) -> (tree: JSON, errors: [Problem.FieldError]) {
        var errors: [Problem.FieldError] = []
        let entries = pairs.map { pair in
            Entry(
                path: pair.name.utf8.split(separator: UInt8(ascii: "."), maxSplits: 8, omittingEmptySubsequences: false)
                    .map { String(decoding: $0, as: UTF8.self) }, value: pair.value)
        }
        let tree = FormFields.value(entries[...], schema, asForm: asForm, pointer: "", errors: &errors)
        return (tree ?? .object([]), errors)
    }

    private struct Entry {
        let path: [String]
        let value: String

        func dropped() -> Entry { Entry(path: Array(path.dropFirst()), value: value) }
    }

    private static func value(
        _ entries: ArraySlice<Entry>, _ schema: Schema, asForm: Bool, pointer: String,
        errors: inout [Problem.FieldError]
    ) -> JSON? {
        let resolved = schema.resolved
        switch resolved.shape {
        case .object(let properties):
            var members: [JSON.Member] = []
            for property in properties {
                let own = entries.filter { $0.path.first == property.name }
                let value = field(
                    own, property, asForm: asForm, pointer: pointer + Schema.token(property.name), errors: &errors)
                if let value { members.append(JSON.Member(property.name, value)) }
            }
            var strangers: Set<String> = []
            for entry in entries {
                guard let name = entry.path.first, !properties.contains(where: { $0.name == name }),
                    strangers.insert(name).inserted
                else { continue }
                members.append(JSON.Member(name, .string(entry.value)))
            }
            return .object(members)
        case .map(let element, _):
            var members: [JSON.Member] = []
            for name in ordered(entries) {
                let own = entries.filter { $0.path.first == name }.map { $0.dropped() }
                if let value = value(
                    own[...], element, asForm: asForm, pointer: pointer + Schema.token(name), errors: &errors)
                {
                    members.append(JSON.Member(name, value))
                }
            }
            return .object(members)
        case .array(let element, _, _):
            let exact = entries.filter(\.path.isEmpty)
            if !exact.isEmpty || entries.isEmpty {
                return .array(
                    exact.compactMap { entry in
                        asForm && entry.value.isEmpty ? nil : scalar(entry.value, element.resolved, asForm: asForm)
                    })
            }
            return .array(
                ordered(entries).enumerated().compactMap { index, name in
                    let own = entries.filter { $0.path.first == name }.map { $0.dropped() }
                    return value(own[...], element, asForm: asForm, pointer: "\(pointer)/\(index)", errors: &errors)
                })
        default:
            guard let first = entries.first else { return nil }
            if !first.path.isEmpty {
                return .object([JSON.Member(first.path[0], .string(first.value))])
            }
            if entries.count > 1 {
                errors.append(.init(pointer, .repeated, "appears more than once"))
            } else if asForm, first.value.isEmpty {
                return nil
            }
            return scalar(first.value, resolved, asForm: asForm)
        }
    }

    private static func field(
        _ entries: [Entry], _ property: Schema.Property, asForm: Bool, pointer: String,
        errors: inout [Problem.FieldError]
    ) -> JSON? {
        let own = entries.map { $0.dropped() }
        switch property.schema.resolved.shape {
        case .object, .map:
            if own.isEmpty, !asForm || !property.required { return nil }
            if asForm, !property.required, own.allSatisfy(\.value.isEmpty) { return nil }
            return value(own[...], property.schema, asForm: asForm, pointer: pointer, errors: &errors)
        case .array:
            if own.isEmpty, !asForm || !property.required { return nil }
            return value(own[...], property.schema, asForm: asForm, pointer: pointer, errors: &errors)
        case .boolean where asForm && own.isEmpty && property.required:
            // Browsers leave an unticked box out.
            return .bool(false)
        case .string where asForm && property.required && own.first?.value.isEmpty == true && own.count == 1:
            return .string("")
        default:
            return value(own[...], property.schema, asForm: asForm, pointer: pointer, errors: &errors)
        }
    }

    private static func ordered(_ entries: ArraySlice<Entry>) -> [String] {
        var names: [String] = []
        for entry in entries {
            guard let name = entry.path.first, !names.contains(name) else { continue }
            names.append(name)
        }
        return names
    }

    /// One text as the number or boolean that the schema wants, or as the text it is.
    static func scalar(_ text: String, _ schema: Schema, asForm: Bool) -> JSON {
        switch schema.shape {
        case .integer, .number:
            if let parsed = try? JSON(parsing: Array(text.utf8)), case .number = parsed { return parsed }
        case .boolean:
            if text.utf8.elementsEqual("true".utf8) { return .bool(true) }
            if text.utf8.elementsEqual("false".utf8) { return .bool(false) }
            if asForm, text.utf8.elementsEqual("on".utf8) { return .bool(true) }
        default: break
        }
        return .string(text)
    }
}

/// Names of requests: unlike any other, and no secret, so that they need no system call each.
enum RequestNames {
    private static let process = RandomText.hex(bytes: 8)
    private static let counter = Atomic<UInt64>(0)

    static func next() -> String {
        var count = counter.add(1, ordering: .relaxed).newValue
        var text = Array(process.utf8)
        for _ in 0..<16 {
            count = count << 4 | count >> 60
            text.append(JSON.lowerHex[Int(count & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Random text for keys and identifiers that are no UUIDs.
enum RandomText {
    static func hex(bytes count: Int) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(count * 2)
        var generator = SystemRandomNumberGenerator()
        var remaining = count
        while remaining > 0 {
            var word = generator.next()
            for _ in 0..<min(8, remaining) {
                text.append(JSON.lowerHex[Int(word >> 4 & 15)])
                text.append(JSON.lowerHex[Int(word & 15)])
                word >>= 8
            }
            remaining -= 8
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Comparison of secrets in time that does not depend on where they differ.
enum Secret {
    static func equal(_ left: String, _ right: String) -> Bool {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
