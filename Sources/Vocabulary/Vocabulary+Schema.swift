public import API

extension Identifier: Described {
    /// A UUID; its noun is published as `x-ref`.
    public static var schema: Schema {
        Schema.string(
            minimum: 36, maximum: 36, format: "uuid", example: "6f1a3a52-7d9b-4c51-9f0e-2f6f0e1b7a11"
        ).referring(to: "\(Noun.self)")
    }
}

extension CalendarDate: Described {
    /// A date as YYYY-MM-DD.
    public static var schema: Schema {
        .string(minimum: 10, maximum: 10, format: "date", example: "2026-03-31")
    }
}

extension CheckedText: Described {
    /// Text up to the limit of its rule.
    public static var schema: Schema {
        .string(
            minimum: 1, maximum: Rule.limit, pattern: Rule.isMultiline ? nil : "^[^\\u0000-\\u001f]*$",
            example: "Aurora")
    }
}

extension Country: Described {
    /// Two letters of ISO 3166-1.
    public static var schema: Schema {
        .string(
            minimum: 2, maximum: 2, pattern: "^[A-Z]{2}$", example: "HK", description: "Country, ISO 3166-1 alpha-2")
    }
}

extension Currency: Described {
    /// Three letters of ISO 4217.
    public static var schema: Schema {
        .string(minimum: 3, maximum: 3, pattern: "^[A-Z]{3}$", example: "HKD", description: "Currency, ISO 4217")
    }
}

extension Deadline: Described {
    /// An object of instant, zone and grace.
    public static var schema: Schema {
        .object(
            [
                .init("at", .string(minimum: 20, maximum: 40, format: "date-time", example: "2026-03-31T15:59:59Z")),
                .init("zone", TimeZoneName.schema),
                .init("grace_seconds", .integer(minimum: 0, maximum: 86_400, example: 60), required: false),
            ], description: "The last moment something is accepted, in the zone it was set in")
    }
}

extension EmailAddress: Described {
    /// A mailbox.
    public static var schema: Schema {
        .string(
            minimum: 5, maximum: 254, format: "email", pattern: "^[\\x21-\\x7e]+@[A-Za-z0-9.-]+$",
            example: "ada@example.org")
    }
}

extension FocusArea.ID: Described {
    /// A slug of the taxonomy.
    public static var schema: Schema {
        .string(
            minimum: 1, maximum: 64, pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", example: "fintech",
            description: "Focus area of the taxonomy")
    }
}

extension FundingStage: Described {
    /// A slug.
    public static var schema: Schema {
        .string(
            minimum: 1, maximum: 40, pattern: "^[a-z0-9+]([a-z0-9+-]*[a-z0-9+])?$", example: "seed",
            description: "Kind of round: \(listed.map(\.rawValue).joined(separator: ", "))")
    }
}

extension Language: Described {
    /// One of the three tags.
    public static var schema: Schema { .enumeration(allCases.map(\.rawValue)) }
}

extension Localized: Described {
    /// An object of languages, at least one of them.
    public static var schema: Schema {
        Schema.object(
            Language.allCases.map { .init($0.rawValue, CheckedText<Rule>.schema, required: false) },
            description: "Text in one or more languages", example: ["en": "Aurora"])
    }
}

extension Money: Described {
    /// What the two fields mean.
    public static var documentation: [String: String] {
        ["amount_minor": "Whole minor units: cents of HKD, yen of JPY", "currency": "ISO 4217"]
    }
}

extension TimeZoneName: Described {
    /// An IANA name.
    public static var schema: Schema {
        .string(
            minimum: 3, maximum: 64, pattern: "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)+$", example: "Asia/Hong_Kong",
            description: "Time zone, IANA")
    }
}

extension WebAddress: Described {
    /// An address of the web.
    public static var schema: Schema {
        .string(
            minimum: 8, maximum: 2048, format: "uri", pattern: "^[Hh][Tt][Tt][Pp][Ss]?://\\S+$",
            example: "https://example.org/")
    }
}
