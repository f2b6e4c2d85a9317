/// A template read by our own eyes: what it prints, opens and includes, and where in the markup each of these stands.
///
/// The engine's parser admits more than pages may use, and keeps its tree to itself; this one refuses what is
/// dangerous there and remembers what the checker needs.
struct TemplateSource: Sendable {
    let name: String
    /// The text for the engine: no line begins with blanks, so that no partial is indented (an indented
    /// partial would add blanks to what a person typed into a text area).
    let text: String
    let nodes: [TemplateNode]

    init(name: String, text: String, admitsBody: Bool = false) throws {
        self.name = name
        self.text = Self.unindented(text)
        var parser = TemplateParser(name: name, text: self.text, admitsBody: admitsBody)
        nodes = try parser.parse()
    }

    private static func unindented(_ text: String) -> String {
        var bytes: [UInt8] = []
        var atStart = true
        for byte in text.utf8 {
            if atStart, byte == 0x20 || byte == 0x09 { continue }
            bytes.append(byte)
            atStart = byte == 0x0A
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

indirect enum TemplateNode: Sendable {
    case variable(name: String, place: MarkupPlace, line: Int)
    case section(name: String, inverted: Bool, nodes: [TemplateNode], line: Int)
    case partial(name: String, line: Int)
    /// The page inside its layout.
    case body(line: Int)
}

/// Where in the markup a value is printed.
enum MarkupPlace: Hashable, Sendable {
    case text
    /// Inside quotes; `isWhole` when the value begins the attribute, `prefix` what stands before it.
    case attribute(name: String, prefix: String)
}

/// What is wrong with a template, and where.
public struct TemplateFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The template's name.
    public let template: String
    /// The line in the template's file, from 1.
    public let line: Int
    /// What to mend.
    public let message: String

    /// One line for a test's output.
    public var description: String { "\(template):\(line): \(message)" }
}

private struct TemplateParser {
    let name: String
    let bytes: [UInt8]
    let admitsBody: Bool
    var position = 0
    var line = 1
    var markup = MarkupScanner()

    init(name: String, text: String, admitsBody: Bool) {
        self.name = name
        bytes = Array(text.utf8)
        self.admitsBody = admitsBody
    }

    mutating func parse() throws -> [TemplateNode] {
        let nodes = try parse(until: nil)
        guard markup.kind == .text else { throw fault("ends inside a tag, a comment or an attribute") }
        return nodes
    }

    private mutating func parse(until open: String?) throws -> [TemplateNode] {
        var nodes: [TemplateNode] = []
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "{"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "{")
            else {
                try literal(bytes[position])
                position += 1
                continue
            }
            let start = line
            let tag = try readTag()
            switch tag.sigil {
            case UInt8(ascii: "!"): continue
            case UInt8(ascii: "/"):
                guard tag.name == open else { throw fault("closes \(tag.name), but \(open ?? "nothing") is open") }
                return nodes
            case UInt8(ascii: "#"), UInt8(ascii: "^"):
                let before = markup.kind
                let inside = try parse(until: tag.name)
                guard markup.kind == before else {
                    throw fault("\(tag.name) begins in one place of a tag and ends in another")
                }
                nodes.append(
                    .section(name: tag.name, inverted: tag.sigil == UInt8(ascii: "^"), nodes: inside, line: start))
            case UInt8(ascii: ">"):
                guard markup.kind == .text else { throw fault("\(tag.name) is included inside a tag") }
                if admitsBody, tag.name == "*layout_body" {
                    nodes.append(.body(line: start))
                } else {
                    guard isPartialName(tag.name) else { throw fault("\(tag.name) is no name of a template") }
                    nodes.append(.partial(name: tag.name, line: start))
                }
            default:
                guard isValueName(tag.name) else {
                    throw fault("“\(tag.name)” is no name; pages print values as they are")
                }
                nodes.append(.variable(name: tag.name, place: try place(of: tag.name), line: start))
                markup.printed()
            }
        }
        if let open { throw fault("\(open) is never closed") }
        return nodes
    }

    private mutating func literal(_ byte: UInt8) throws {
        if byte == 0x0A { line += 1 }
        if let message = markup.read(byte) { throw fault(message) }
    }

    /// Reads `{{…}}` whole; three braces and every tag that changes how the rest is read are refused.
    private mutating func readTag() throws -> (sigil: UInt8, name: String) {
        position += 2
        guard position < bytes.count else { throw fault("a tag is never closed") }
        var sigil = bytes[position]
        switch sigil {
        case UInt8(ascii: "{"), UInt8(ascii: "&"): throw fault("prints without escaping")
        case UInt8(ascii: "="): throw fault("changes the delimiters")
        case UInt8(ascii: "<"), UInt8(ascii: "$"): throw fault("uses blocks; pages are joined by partials")
        case UInt8(ascii: "%"): throw fault("sets a pragma; the loader sets the only one")
        case UInt8(ascii: "#"), UInt8(ascii: "^"), UInt8(ascii: "/"), UInt8(ascii: ">"), UInt8(ascii: "!"):
            position += 1
        default: sigil = 0
        }
        let start = position
        while position + 1 < bytes.count, bytes[position] != UInt8(ascii: "}") || bytes[position + 1] != bytes[position]
        {
            if bytes[position] == 0x0A { line += 1 }
            position += 1
        }
        guard position + 1 < bytes.count else { throw fault("a tag is never closed") }
        let inside = bytes[start..<position]
        position += 2
        let blank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }
        let trimmed = inside.drop(while: blank).reversed().drop(while: blank).reversed()
        return (sigil, String(decoding: Array(trimmed), as: UTF8.self))
    }

    private func place(of name: String) throws -> MarkupPlace {
        switch markup.state {
        case .text: return .text
        case .value(let attribute, let prefix): return .attribute(name: attribute, prefix: prefix)
        case .raw(let element): throw fault("\(name) is printed inside <\(element)>")
        default: throw fault("\(name) is printed inside a tag, outside quotes")
        }
    }

    private func isValueName(_ name: String) -> Bool {
        name == "."
            || (!name.isEmpty
                && name.utf8.allSatisfy {
                    (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95 || $0 == 46
                } && name.utf8.first != UInt8(ascii: ".") && name.utf8.last != UInt8(ascii: "."))
    }

    private func isPartialName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || [95, 45, 47].contains($0) }
    }

    private func fault(_ message: String) -> TemplateFault {
        TemplateFault(template: name, line: line, message: message)
    }
}

/// Follows the literal text of a template through tags, attributes and quotes, byte by byte.
struct MarkupScanner {
    enum State: Hashable {
        case text
        case tagName(String, closing: Bool)
        case tag(String)
        case attribute(element: String, name: String)
        case value(attribute: String, prefix: String)
        case declaration(String)
        case raw(String)
    }

    /// Where a section may begin and end: the same kind of place.
    enum Kind: Hashable {
        case text, tag, value, declaration, raw
    }

    private(set) var state: State = .text
    private var element = ""
    private var hasSource = false

    var kind: Kind {
        switch state {
        case .text: .text
        case .tagName, .tag, .attribute: .tag
        case .value: .value
        case .declaration: .declaration
        case .raw: .raw
        }
    }

    /// A value was printed here.
    mutating func printed() {
        if case .value(let attribute, let prefix) = state {
            state = .value(attribute: attribute, prefix: prefix + "\u{FFFC}")
        }
    }

    /// Reads one byte of the template; returns what is wrong with it.
    mutating func read(_ byte: UInt8) -> String? {
        switch state {
        case .text:
            if byte == UInt8(ascii: "<") { state = .tagName("", closing: false) }
        case .declaration(let read):
            // `<!doctype …>` or a comment, which ends with two hyphens.
            let isComment = read.utf8.starts(with: "--".utf8)
            if byte == UInt8(ascii: ">"), !isComment || read.utf8.suffix(2).elementsEqual("--".utf8) {
                state = .text
            } else {
                state = .declaration(
                    (isComment ? "--" : "") + String(decoding: read.utf8.suffix(2), as: UTF8.self) + text(byte))
            }
        case .tagName(let name, let closing):
            return readTagName(name, closing: closing, byte)
        case .tag(let element):
            if byte == UInt8(ascii: ">") { return finishTag() }
            if !isBlank(byte), byte != UInt8(ascii: "/") {
                state = .attribute(element: element, name: lowered(byte))
            }
        case .attribute(let element, let name):
            return readAttribute(of: element, name, byte)
        case .value(let attribute, let prefix):
            if byte == UInt8(ascii: "\"") {
                state = .tag(element)
            } else {
                state = .value(attribute: attribute, prefix: prefix + text(byte))
            }
        case .raw(let element):
            // Both are refused unless empty, so the next thing is the closing tag.
            if byte == UInt8(ascii: "<") {
                state = .tagName("", closing: false)
            } else if !isBlank(byte) {
                return "<\(element)> has contents; scripts and styles are files"
            }
        }
        return nil
    }

    private mutating func readTagName(_ name: String, closing: Bool, _ byte: UInt8) -> String? {
        if name.isEmpty, !closing {
            if byte == UInt8(ascii: "/") {
                state = .tagName("", closing: true)
                return nil
            }
            if byte == UInt8(ascii: "!") {
                state = .declaration("")
                return nil
            }
        }
        if isBlank(byte) || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") {
            guard !name.isEmpty else { return "a < stands alone; write &lt;" }
            element = closing ? "/" + name : name
            hasSource = false
            state = .tag(element)
            if element == "style" { return "<style> breaks the policy; styles are in the stylesheet" }
            return byte == UInt8(ascii: ">") ? finishTag() : nil
        }
        state = .tagName(name + lowered(byte), closing: closing)
        return nil
    }

    private mutating func readAttribute(of element: String, _ name: String, _ byte: UInt8) -> String? {
        let bytes = name.utf8
        // The equals sign has been read: only a double quote may follow.
        if bytes.last == UInt8(ascii: "=") {
            guard byte == UInt8(ascii: "\"") else { return "attribute \(name) is not in double quotes" }
            state = .value(attribute: String(decoding: bytes.dropLast(), as: UTF8.self), prefix: "")
            return nil
        }
        if byte == UInt8(ascii: "=") || isBlank(byte) || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") {
            if name == "style" { return "style= breaks the policy; write a class" }
            if bytes.starts(with: "on".utf8) { return "\(name)= breaks the policy; write a script" }
            if name == "srcdoc" { return "srcdoc= is a page within a page" }
            if name == "src" { hasSource = true }
        }
        if byte == UInt8(ascii: "=") {
            state = .attribute(element: element, name: name + "=")
        } else if isBlank(byte) {
            state = .tag(element)
        } else if byte == UInt8(ascii: ">") {
            return finishTag()
        } else {
            state = .attribute(element: element, name: name + lowered(byte))
        }
        return nil
    }

    private mutating func finishTag() -> String? {
        if element == "script", !hasSource { return "<script> without src= breaks the policy" }
        state = element == "script" ? .raw(element) : .text
        return nil
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D }

    private func text(_ byte: UInt8) -> String { String(decoding: [byte], as: UTF8.self) }

    private func lowered(_ byte: UInt8) -> String { text((65...90).contains(byte) ? byte + 32 : byte) }
}
