/// The tags of a page and the names of their attributes, as a browser would read them, without any text.
///
/// Two renderings of one template must agree in it whatever the values say. It reads bytes by the rules of the
/// HTML standard's tokenizer, unquoted and malformed attributes included, so that it sees what a browser sees.
struct MarkupSkeleton: Equatable, Sendable {
    private(set) var parts: [String] = []
    private let bytes: [UInt8]
    private var position = 0

    static func == (one: MarkupSkeleton, other: MarkupSkeleton) -> Bool { one.parts == other.parts }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        while position < bytes.count { readNext() }
    }

    /// The first place where two pages differ, for a test's output.
    func difference(from other: MarkupSkeleton) -> String? {
        guard parts != other.parts else { return nil }
        let index =
            zip(parts, other.parts).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            ?? min(parts.count, other.parts.count)
        let context = parts[..<min(index, parts.count)].suffix(3).joined(separator: " ")
        let here = index < parts.count ? parts[index] : "the end"
        let there = index < other.parts.count ? other.parts[index] : "the end"
        return "after \(context): \(here) where \(there) was expected"
    }

    private mutating func readNext() {
        guard bytes[position] == UInt8(ascii: "<"), position + 1 < bytes.count else {
            position += 1
            return
        }
        let next = bytes[position + 1]
        if Self.isLetter(next) {
            position += 1
            readTag(closing: false)
        } else if next == UInt8(ascii: "/"), position + 2 < bytes.count, Self.isLetter(bytes[position + 2]) {
            position += 2
            readTag(closing: true)
        } else if next == UInt8(ascii: "!") || next == UInt8(ascii: "?") || next == UInt8(ascii: "/") {
            readComment()
        } else {
            position += 1
        }
    }

    private mutating func readComment() {
        let isComment = bytes[position...].starts(with: Array("<!--".utf8))
        let end = Array((isComment ? "-->" : ">").utf8)
        position += isComment ? 4 : 2
        while position < bytes.count, !bytes[position...].starts(with: end) { position += 1 }
        position += end.count
        parts.append("<!>")
    }

    private mutating func readTag(closing: Bool) {
        let name = read { !Self.isBlank($0) && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/") }
        var tag = (closing ? "</" : "<") + name
        while position < bytes.count {
            _ = read { Self.isBlank($0) || $0 == UInt8(ascii: "/") }
            guard position < bytes.count, bytes[position] != UInt8(ascii: ">") else { break }
            // An equals sign that begins an attribute is part of its name.
            let start = position
            position += 1
            let rest = read {
                !Self.isBlank($0) && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/")
            }
            tag += " " + String(decoding: [Self.lower(bytes[start])], as: UTF8.self) + rest
            readValue()
        }
        position += 1
        parts.append(tag + ">")
        if !closing, ["script", "style", "textarea", "title"].contains(name) { skipText(of: name) }
    }

    private mutating func readValue() {
        let before = position
        _ = read { Self.isBlank($0) }
        guard position < bytes.count, bytes[position] == UInt8(ascii: "=") else {
            position = before
            return
        }
        position += 1
        _ = read { Self.isBlank($0) }
        guard position < bytes.count else { return }
        let quote = bytes[position]
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            position += 1
            _ = read { $0 != quote }
            position += 1
        } else {
            _ = read { !Self.isBlank($0) && $0 != UInt8(ascii: ">") }
        }
    }

    private mutating func skipText(of name: String) {
        let end = Array("</\(name)".utf8)
        while position < bytes.count, !bytes[position...].prefix(end.count).map({ Self.lower($0) }).elementsEqual(end) {
            position += 1
        }
    }

    private mutating func read(while holds: (UInt8) -> Bool) -> String {
        let start = position
        while position < bytes.count, holds(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position].map { Self.lower($0) }, as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(lower(byte)) }
    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0C, 0x0D].contains(byte) }
    private static func lower(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }
}
