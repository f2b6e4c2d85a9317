/// One page of a list.
public struct Page<Item: Described>: Described {
    /// The items in the list's order.
    public let items: [Item]
    /// The cursor of the next page, absent on the last one.
    public let next: String?

    /// A page whose cursor is already sealed; `Call.page` seals it.
    public init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }

    /// What a client does with `next`.
    public static var documentation: [String: String] {
        ["next": "Pass it as `cursor` for the next page. Absent on the last page."]
    }
}

/// How many items a page has: 1 to 200, 50 unless asked otherwise.
public struct PageSize: Described, Hashable {
    /// The number of items.
    public let value: Int
    /// What is used when nobody asks.
    public static let usual = PageSize(50)

    private init(_ value: Int) {
        self.value = value
    }

    /// 1 to 200.
    public static var schema: Schema {
        .integer(minimum: 1, maximum: 200, example: 50, description: "How many items a page has; 50 unless given.")
    }

    /// Refuses numbers outside the bounds.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let value = try container.decode(Int.self)
        guard (1...200).contains(value) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "must be between 1 and 200")
        }
        self.init(value)
    }

    /// Writes the number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    /// How many rows to ask the database for: one more tells whether there is a next page.
    public static func rows(for size: PageSize?) -> Int {
        (size ?? usual).value + 1
    }
}

/// A sealed position in a list, as clients send it.
public struct PageCursor: Described, Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    /// Opaque to clients.
    public static var schema: Schema {
        .string(
            minimum: 1, maximum: 2_000, pattern: "^[A-Za-z0-9_-]+$", example: "c2VhbGVk",
            description: "Where to continue: `next` of the page before.")
    }

    /// Takes any text: the seal is checked where the list is known.
    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
