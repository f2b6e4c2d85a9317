internal import Foundation

/// A file that pages link to: bytes that never change under their address.
public struct Asset: Sendable {
    /// What the file is.
    public let contentType: String
    /// Its contents.
    public let bytes: [UInt8]
    /// Its address, with a hash of the contents.
    public let url: SafeURL

    /// What to send along: whoever has this address has these bytes, for good.
    public static let cacheControl = "public, max-age=31536000, immutable"
}

/// Stylesheet, scripts and icon, read once and named by what is in them.
public struct Assets: Sendable {
    /// The kit's own.
    public static let shared = Assets(directory: Bundle.module.resourceURL ?? Bundle.module.bundleURL)

    private let byName: [String: Asset]
    private let byPath: [String: Asset]

    /// Reads `Assets/`; the files of `Assets/scripts` become one script, in the order of their names.
    init(directory: URL) {
        let folder = directory.appending(path: "Assets")
        var files: [String: [UInt8]] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
            guard let data = try? Data(contentsOf: folder.appending(path: name)) else { continue }
            files[name] = name.utf8.elementsEqual("trellis.css".utf8) ? Self.lean(stylesheet: Array(data)) : Array(data)
        }
        let scripts = folder.appending(path: "scripts")
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: scripts.path)) ?? []).sorted()
        // One request instead of six. Each file keeps its names to itself in a block.
        files["trellis.js"] = names.flatMap { name -> [UInt8] in
            let text = (try? Data(contentsOf: scripts.appending(path: name))).map { Self.lean(script: Array($0)) } ?? []
            return Array("{\n".utf8) + text + Array("}\n".utf8)
        }
        self.init(files: files)
    }

    /// A stylesheet without what only its writers need: comments, line ends, blanks beside punctuation, and the semicolon
    /// behind the last of a rule. Blanks elsewhere mean something in selectors and sums and stay, one of them; so does
    /// whatever stands in quotation marks.
    static func lean(stylesheet bytes: [UInt8]) -> [UInt8] {
        var lean: [UInt8] = []
        var quote: UInt8?
        var (index, blank) = (0, false)
        let (before, after) = (Set("{};,>".utf8), Set("{};,:>".utf8))
        while index < bytes.count {
            let byte = bytes[index]
            if quote == nil, bytes[index...].starts(with: "/*".utf8) {
                index += 4
                while index < bytes.count, bytes[(index - 2)..<index] != Array("*/".utf8)[...] { index += 1 }
                continue
            }
            index += 1
            if quote == nil, byte == 0x20 || byte == 0x0A {
                blank = true
                continue
            }
            if blank, let last = lean.last, !after.contains(last), !before.contains(byte) { lean.append(0x20) }
            blank = false
            if quote == nil, byte == UInt8(ascii: "}"), lean.last == UInt8(ascii: ";") { lean.removeLast() }
            lean.append(byte)
            if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
        }
        return lean
    }

    /// A script without indentation, lines of comment, blanks around its longer operators, and line ends where a statement
    /// cannot end or has ended already; it has no text of several lines, or with such an operator, that would miss them, and no
    /// comment behind a statement.
    static func lean(script bytes: [UInt8]) -> [UInt8] {
        let lines = bytes.split(separator: 0x0A).map { $0.drop { $0 == 0x20 } }
            .filter { !$0.isEmpty && !$0.starts(with: "//".utf8) }
        let (opening, closing) = (Set("{;,".utf8), Set("}).?:".utf8))
        var lean: [UInt8] = []
        for line in lines {
            if let last = lean.last, let first = line.first {
                if last == UInt8(ascii: ";"), first == UInt8(ascii: "}") { lean.removeLast() }
                if !opening.contains(last), !closing.contains(first) { lean.append(0x0A) }
            }
            lean += line
        }
        let text = ["=>", "===", "!==", "&&", "||", "??"].reduce(String(decoding: lean, as: UTF8.self)) { text, sign in
            text.replacing(" \(sign) ", with: sign)
        }
        return Array(text.utf8) + [0x0A]
    }

    init(files: [String: [UInt8]]) {
        var byName: [String: Asset] = [:]
        var byPath: [String: Asset] = [:]
        for (name, bytes) in files {
            guard let asset = Asset(name: name, bytes: bytes) else { continue }
            byName[name] = asset
            byPath[asset.url.description] = asset
        }
        self.byName = byName
        self.byPath = byPath
    }

    /// The address of a file, for a page.
    public func url(of name: String) -> SafeURL {
        byName[name]?.url ?? .nowhere
    }

    /// The file at an address such as `/assets/trellis.0123456789abcdef.css`.
    public func asset(at path: String) -> Asset? {
        byPath[path]
    }

    /// Every file, for a route each.
    public var all: [Asset] {
        byName.values.sorted { $0.url.description < $1.url.description }
    }
}

extension Asset {
    init?(name: String, bytes: [UInt8]) {
        let parts = name.utf8.split(separator: UInt8(ascii: ".")).map { String(decoding: Array($0), as: UTF8.self) }
        guard parts.count == 2, let contentType = Self.contentTypes[parts[1]] else { return nil }
        self.contentType = contentType
        self.bytes = bytes
        url = SafeURL(trusted: "/assets/\(parts[0]).\(Self.hash(of: bytes)).\(parts[1])")
    }

    private static let contentTypes = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
    ]

    /// FNV-1a, 64 bits: the name must differ when the contents do; nobody is kept from forging it, for these
    /// files are all our own.
    private static func hash(of bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
