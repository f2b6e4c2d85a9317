/// A field that startups work in and partners look for: one concept of the ``FocusAreaTaxonomy``.
public struct FocusArea: Hashable, Sendable {
    /// The slug that stands for the concept in JSON, files and the database.
    public let id: ID
    /// The broader concept; `nil` at the top.
    public let broader: ID?
    /// What it is called, in all three languages.
    public let label: LocalizedName
    /// Other words for it, in English.
    public let synonyms: [String]
    /// Concepts of other branches that often go together with it.
    public let related: [ID]
    /// 1 at the top, 2 below it, and so on.
    public let depth: Int

    /// The slug of a focus area: lower-case letters, digits and hyphens.
    public struct ID: Hashable, Sendable, LosslessStringConvertible {
        /// The slug.
        public let description: String

        /// Takes a slug by its form; whether the taxonomy has it is asked of the taxonomy.
        public init?(_ description: String) {
            let bytes = description.utf8
            guard (1...64).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-"),
                bytes.allSatisfy({ byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
                })
            else { return nil }
            self.description = description
        }
    }
}

extension FocusArea.ID: Comparable {
    /// Orders by slug.
    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

extension FocusArea.ID: Codable {
    /// Decodes the slug of a concept of the standard taxonomy.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readString(as: "a focus area of the taxonomy such as fintech") { slug in
            Self(slug).flatMap { FocusAreaTaxonomy.standard[$0] == nil ? nil : $0 }
        }
    }

    /// Encodes the slug.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeString(description)
    }
}
