/// An address a page may link to: one of our own, or a visitor's that can run nothing.
///
/// A literal is ours and must begin with `/`, `?` or `#`; what is interpolated becomes one percent-encoded
/// component, so `"/applications/\(id)"` cannot be led to another place. Links from people come through
/// `init(external:)`, which admits `https` and `mailto` alone. Templates may put nothing else into `href`.
public struct SafeURL: Hashable, Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The address as text, already encoded.
    public let description: String

    /// The address that leads nowhere, in place of one that was refused.
    public static let nowhere = SafeURL(trusted: "#")

    /// An address that was checked by the caller.
    init(trusted text: String) {
        description = text
    }

    /// Our own address, from a literal.
    public init(stringLiteral value: String) {
        self.init(own: value)
    }

    /// Our own address, its literal parts as written and each value encoded as one component.
    public init(stringInterpolation: StringInterpolation) {
        self.init(own: stringInterpolation.text)
    }

    private init(own text: String) {
        let bytes = Array(text.utf8.prefix(2))
        let first = bytes.first
        let isOurs = first == UInt8(ascii: "/") || first == UInt8(ascii: "?") || first == UInt8(ascii: "#")
        // A second slash would name another host.
        let namesHost = first == UInt8(ascii: "/") && bytes.dropFirst().first == UInt8(ascii: "/")
        self = isOurs && !namesHost ? SafeURL(trusted: text) : .nowhere
    }

    /// An address that a person wrote: `https` or `mailto`, without spaces and controls.
    public init?(external text: String) {
        let bytes = Array(text.utf8)
        let lowered = bytes.prefix(8).map { (65...90).contains($0) ? $0 + 32 : $0 }
        let admitted = lowered.starts(with: Array("https://".utf8)) || lowered.starts(with: Array("mailto:".utf8))
        guard admitted, bytes.count <= 2048, bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") })
        else { return nil }
        self.init(trusted: text)
    }

    /// The address a page was asked for (`next`, say), if it is one of ours.
    public init?(path text: String) {
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "/"), bytes.dropFirst().first != UInt8(ascii: "/"),
            bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return nil }
        self.init(trusted: text)
    }

    /// A page of ours as it is reached from outside, in mail; nil for what is no path, and on a site that is not `http` or
    /// `https` and a host.
    public func absolute(on site: String) -> SafeURL? {
        let bytes = Array(site.utf8)
        let scheme = ["https://", "http://"].first { bytes.starts(with: $0.utf8) }
        guard let scheme, let path = SafeURL(path: description) else { return nil }
        var host = bytes.dropFirst(scheme.utf8.count)
        while host.last == UInt8(ascii: "/") { host.removeLast() }
        let isHost = host.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "-.:[]".utf8.contains(byte)
        }
        guard !host.isEmpty, isHost else { return nil }
        return SafeURL(trusted: scheme + String(decoding: host, as: UTF8.self) + path.description)
    }

    /// The address with these query items after those it has.
    public func adding(_ items: [(name: String, value: String)]) -> SafeURL {
        guard !items.isEmpty else { return self }
        let query = items.map { Self.encoded($0.name) + "=" + Self.encoded($0.value) }.joined(separator: "&")
        return SafeURL(trusted: description + (description.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + query)
    }

    static func encoded(_ text: String) -> String {
        // A component of dots alone would climb the path even when encoded.
        if text == "." || text == ".." { return "-" }
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: bytes.append(byte)
            default: bytes.append(contentsOf: [37, digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Collects the literal parts as they are and the values encoded.
    public struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        /// Room for the literal.
        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 40 * interpolationCount)
        }

        /// A part of the literal, as written.
        public mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        /// A value, as one encoded component.
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text += SafeURL.encoded(value.description)
        }
    }
}

extension SafeURL: Codable {
    /// Reads an address that was encoded by this type.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        self = SafeURL(path: text) ?? SafeURL(external: text) ?? .nowhere
    }

    /// Writes the address as text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
