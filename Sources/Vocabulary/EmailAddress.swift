/// A mailbox that mail can be sent to without quoting: `local@domain` in ASCII, the domain in lower case.
public struct EmailAddress: Hashable, Sendable, LosslessStringConvertible {
    /// The address as its owner writes it, with the domain in lower case.
    public let description: String

    /// The form in which one mailbox is one string: all in lower case. Uniqueness is decided on it.
    public var normalized: String { description.lowercased() }

    /// Takes a dot-atom address of at most 254 characters; quoted local parts and address literals are refused.
    public init?(_ description: String) {
        let bytes = Array(description.utf8)
        guard bytes.count <= 254, let at = bytes.lastIndex(of: UInt8(ascii: "@")), (1...64).contains(at) else {
            return nil
        }
        let (local, domain) = (bytes[..<at], bytes[(at + 1)...])
        let dot = UInt8(ascii: ".")
        guard local.first != dot, local.last != dot, local.allSatisfy(Self.isLocal),
            !zip(local, local.dropFirst()).contains(where: { $0 == dot && $1 == dot }),
            let host = HostName(domain), host.description.contains(".")
        else { return nil }
        self.description = String(decoding: local, as: UTF8.self) + "@" + host.description
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-/=?^_`{|}~.".utf8.contains(byte)
        }
    }
}

extension EmailAddress: Codable {
    /// Decodes an address.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readString(as: "an e-mail address") { Self($0) }
    }

    /// Encodes the address.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeString(description)
    }
}

/// A DNS name in ASCII and lower case; names in other scripts come in their `xn--` form.
struct HostName: Hashable {
    let description: String

    init?(_ bytes: some Collection<UInt8>) {
        guard (1...253).contains(bytes.count) else { return nil }
        var name: [UInt8] = []
        var label = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                name.append(byte)
                label += 1
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                name.append(byte + 32)
                label += 1
            case UInt8(ascii: "-"):
                guard label > 0 else { return nil }
                name.append(byte)
                label += 1
            case UInt8(ascii: "."):
                guard label > 0, name.last != UInt8(ascii: "-") else { return nil }
                name.append(byte)
                label = 0
            default: return nil
            }
            guard label <= 63 else { return nil }
        }
        guard label > 0, name.last != UInt8(ascii: "-") else { return nil }
        description = String(decoding: name, as: UTF8.self)
    }
}
