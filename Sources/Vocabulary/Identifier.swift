internal import API
public import Foundation

/// The name of one thing of a kind: `Identifier<Startup>` and `Identifier<Investor>` never stand in for each other.
///
/// A noun gives it a short name of its own: `typealias ID = Identifier<Startup>`. In JSON and in the database it is a
/// UUID, printed in lower case.
public struct Identifier<Noun>: Hashable, Sendable {
    /// The identifier without its noun, for the edges that speak of UUIDs.
    public let uuid: UUID

    /// Takes over a UUID that names a `Noun`.
    public init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// A fresh random identifier (version 4).
    public init() {
        self.init(UUID())
    }

    /// A random identifier (version 4) from a given source of randomness, so that tests and demo worlds can repeat it.
    public init(using generator: inout some RandomNumberGenerator) {
        let high = (generator.next() & ~0xF000) | 0x4000
        let low = (generator.next() & ~(0b11 << 62)) | (0b10 << 62)
        func byte(_ word: UInt64, _ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: word >> (56 - 8 * index)) }
        self.init(
            UUID(
                uuid: (
                    byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3),
                    byte(high, 4), byte(high, 5), byte(high, 6), byte(high, 7),
                    byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3),
                    byte(low, 4), byte(low, 5), byte(low, 6), byte(low, 7)
                )))
    }
}

extension Identifier: LosslessStringConvertible {
    /// Reads the 36 characters of a UUID with hyphens, in either case.
    public init?(_ description: String) {
        guard let uuid = UUID(text: description) else { return nil }
        self.init(uuid)
    }

    /// The UUID in lower case.
    public var description: String { uuid.text }
}

extension Identifier: Comparable {
    /// Orders by the sixteen bytes, as PostgreSQL orders `uuid`.
    public static func < (left: Self, right: Self) -> Bool { left.uuid < right.uuid }
}

extension Identifier: Codable {
    /// Decodes the UUID's string.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readString(as: "a UUID") { Self($0) }
    }

    /// Encodes the UUID's string in lower case.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeString(description)
    }
}
