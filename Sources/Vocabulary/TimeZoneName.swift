public import Foundation

/// An IANA time zone as a person chose it (`Asia/Hong_Kong`); offsets and abbreviations are refused, since they do not
/// say what happens when the rules change.
public struct TimeZoneName: Hashable, Sendable, LosslessStringConvertible {
    /// The IANA name.
    public let description: String

    /// Hong Kong, UTC+8 without daylight saving.
    public static let hongKong = TimeZoneName(known: "Asia/Hong_Kong")
    /// Tokyo, UTC+9 without daylight saving.
    public static let tokyo = TimeZoneName(known: "Asia/Tokyo")
    /// Coordinated universal time.
    public static let utc = TimeZoneName(known: "Etc/UTC")

    private init(known name: String) {
        description = name
    }

    /// Takes a name that the system's zone database knows; `nil` otherwise.
    public init?(_ description: String) {
        let isName =
            description.utf8.count <= 64
            && description.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                    UInt8(ascii: "+"):
                    true
                default: false
                }
            }
        // Without the slash Foundation also takes "EST" and "GMT+8", which name an offset and no place.
        guard isName, description.contains("/"), !description.hasPrefix("/"), !description.hasSuffix("/"),
            TimeZone(identifier: description) != nil
        else { return nil }
        self.init(known: description)
    }

    /// The zone's rules.
    public var timeZone: TimeZone {
        TimeZone(identifier: description) ?? .gmt
    }

    /// How far local time is ahead of UTC at an instant.
    public func secondsFromUTC(at instant: Date) -> Int {
        timeZone.secondsFromGMT(for: instant)
    }
}

extension TimeZoneName: Codable {
    /// Decodes an IANA name.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readString(as: "an IANA time zone such as Asia/Hong_Kong") { Self($0) }
    }

    /// Encodes the IANA name.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeString(description)
    }
}
