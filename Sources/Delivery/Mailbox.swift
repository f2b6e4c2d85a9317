/// Why mail was not written as asked.
public enum MailFault: Error, Hashable, CustomStringConvertible {
    /// A header would hold a line break, a NUL or another control character: whoever wrote it could add headers.
    case control(header: String)
    /// This is no mailbox that mail can be sent to without quoting.
    case address
    /// The message's own name, its language or its sender's is none.
    case malformed(header: String)

    /// What is wrong, without the text itself.
    public var description: String {
        switch self {
        case .control(let header): "the header \(header) would hold a control character"
        case .address: "the address is no mailbox such as ada@example.org"
        case .malformed(let header): "the header \(header) is malformed"
        }
    }
}

/// An address that mail goes to or comes from, and the name in front of it.
public struct Mailbox: Hashable, Sendable {
    /// `local@domain` in printable ASCII.
    public let address: String
    /// What people read instead; none shows the address.
    public let name: String?

    /// A mailbox. Throws ``MailFault`` for an address that would need quoting and a name with control characters.
    public init(_ address: String, name: String? = nil) throws(MailFault) {
        let bytes = Array(address.utf8)
        guard bytes.count <= 254, let at = bytes.firstIndex(of: UInt8(ascii: "@")), (1...64).contains(at),
            at < bytes.count - 1, bytes[(at + 1)...].allSatisfy(Self.isDomain),
            bytes[..<at].allSatisfy(Self.isLocal)
        else { throw .address }
        if let name { try Self.refuseControls(in: name, header: "name") }
        self.address = address
        self.name = name.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A mailbox as people write it: `ada@example.org` or `Ada Wong <ada@example.org>`.
    public init(parsing text: String) throws(MailFault) {
        let bytes = Array(text.utf8)
        guard bytes.last == UInt8(ascii: ">"), let open = bytes.lastIndex(of: UInt8(ascii: "<")) else {
            try self.init(text)
            return
        }
        var name = bytes[..<open].drop { $0 == 0x20 }
        while name.last == 0x20 { name.removeLast() }
        if name.count > 1, name.first == UInt8(ascii: "\""), name.last == UInt8(ascii: "\"") {
            name = name.dropFirst().dropLast()
        }
        try self.init(
            String(decoding: bytes[(open + 1)..<(bytes.count - 1)], as: UTF8.self),
            name: String(decoding: name, as: UTF8.self))
    }

    /// What stands behind the @.
    public var domain: String {
        String(decoding: address.utf8.drop { $0 != UInt8(ascii: "@") }.dropFirst(), as: UTF8.self)
    }

    /// As a header says it (RFC 5322, 3.4), folded.
    var header: String {
        guard let name else { return address }
        let phrase = HeaderText.phrase(name)
        return phrase + (phrase.utf8.count + address.utf8.count > 60 ? "\r\n <" : " <") + address + ">"
    }

    static func refuseControls(in text: String, header: String) throws(MailFault) {
        // On bytes: a line break can hide in a grapheme, a byte below 0x20 is a control wherever it stands.
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw .control(header: header) }
    }

    private static func isDomain(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~.".utf8.contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
