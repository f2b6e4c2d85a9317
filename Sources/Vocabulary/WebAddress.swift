/// An address of the web that a page may link to: `https` or `http`, a host, and no user name in disguise.
public struct WebAddress: Hashable, Sendable, LosslessStringConvertible {
    /// The address; scheme and host in lower case, characters beyond ASCII percent-encoded.
    public let description: String
    /// The host in lower case.
    public let host: String
    /// Whether the address is fetched over TLS.
    public let isSecure: Bool

    /// Takes an address of at most 2,048 bytes. A host in another script is given in its `xn--` form.
    public init?(_ description: String) {
        let bytes = Array(description.utf8)
        guard bytes.count <= 2048, let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        guard scheme == "https" || scheme == "http", bytes[(colon + 1)...].starts(with: "//".utf8) else { return nil }
        let rest = bytes[(colon + 3)...]
        let end = rest.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
        let authority = rest[..<end].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard let name = authority.first, authority.count <= 2, let host = HostName(name) else { return nil }
        var port = ""
        if authority.count == 2 {
            guard (1...5).contains(authority[1].count), authority[1].allSatisfy({ (48...57).contains($0) }),
                let number = Int(String(decoding: authority[1], as: UTF8.self)), (1...65_535).contains(number)
            else { return nil }
            port = ":\(number)"
        }
        guard let tail = Self.encoded(rest[end...]) else { return nil }
        self.host = host.description
        isSecure = scheme == "https"
        self.description = "\(scheme)://\(host.description)\(port)\(tail)"
    }

    /// The host without a leading `www.`: enough to see that two records speak of one site.
    public var site: String {
        host.hasPrefix("www.") && host.dropFirst(4).contains(".") ? String(host.dropFirst(4)) : host
    }

    private static func encoded(_ bytes: some Collection<UInt8>) -> String? {
        var out: [UInt8] = []
        for byte in bytes {
            switch byte {
            case 0x00...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
                UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "|"):
                return nil
            case 0x80...:
                let hex = Array("0123456789ABCDEF".utf8)
                out += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

extension WebAddress: Codable {
    /// Decodes an address.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readString(as: "a web address such as https://example.org") { Self($0) }
    }

    /// Encodes the address.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeString(description)
    }
}
