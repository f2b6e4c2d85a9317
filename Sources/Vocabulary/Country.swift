import Foundation

/// A country or territory of ISO 3166-1, by its two letters.
public struct Country: Hashable, Sendable, LosslessStringConvertible {
    /// The two letters (alpha-2).
    public let description: String

    /// The two letters (alpha-2).
    public var code: String { description }

    /// Takes the two letters of an assigned code, in capitals.
    public init?(_ description: String) {
        guard Self.entries[description] != nil else { return nil }
        self.description = description
    }

    private init(known code: String) {
        description = code
    }

    /// The country that three letters (alpha-3) stand for.
    public init?(alpha3: String) {
        guard let code = Self.alpha2[alpha3] else { return nil }
        description = code
    }

    /// The country a file means: two or three letters in either case, or a name in one of our languages.
    public init?(reading text: String) {
        let key = Self.key(text)
        guard let code = Self.spoken[key] else { return nil }
        description = code
    }

    /// The three letters (alpha-3).
    public var alpha3: String { Self.entries[description]?.alpha3 ?? description }

    /// The name in English.
    public var englishName: String { Self.entries[description]?.english ?? description }

    /// The name for a reader of `language`, as the system's locale data has it; the English name where it has none.
    public func name(in language: Language) -> String {
        switch language {
        case .english: englishName
        case .traditionalChinese: Self.chineseNames[description] ?? englishName
        case .japanese: Self.japaneseNames[description] ?? englishName
        }
    }

    /// Hong Kong.
    public static let hongKong = Country(known: "HK")
    /// Japan.
    public static let japan = Country(known: "JP")
    /// China.
    public static let china = Country(known: "CN")
    /// Macao.
    public static let macao = Country(known: "MO")
    /// Singapore.
    public static let singapore = Country(known: "SG")
    /// Taiwan.
    public static let taiwan = Country(known: "TW")
    /// South Korea.
    public static let southKorea = Country(known: "KR")
    /// United States.
    public static let unitedStates = Country(known: "US")
    /// United Kingdom.
    public static let unitedKingdom = Country(known: "GB")
}

extension Country: Comparable {
    /// Orders by code.
    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

extension Country: CaseIterable {
    /// Every assigned code, in order.
    public static let allCases: [Country] = entries.keys.sorted().map(Country.init(known:))
}

extension Country: Codable {
    /// Decodes two letters.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readString(as: "a country code of ISO 3166-1 such as HK") { Self($0) }
    }

    /// Encodes two letters.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeString(description)
    }
}

extension Country {
    private static let entries: [String: (alpha3: String, english: String)] = {
        var entries: [String: (alpha3: String, english: String)] = [:]
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 2)
            guard fields.count == 3 else { continue }
            entries[String(fields[0])] = (String(fields[1]), String(fields[2]))
        }
        return entries
    }()

    private static let alpha2: [String: String] = Dictionary(
        entries.map { ($0.value.alpha3, $0.key) }, uniquingKeysWith: { first, _ in first })

    private static let chineseNames = names(in: Locale(identifier: "zh_Hant_HK"))
    private static let japaneseNames = names(in: Locale(identifier: "ja"))

    private static func names(in locale: Locale) -> [String: String] {
        var names: [String: String] = [:]
        for code in entries.keys {
            if let name = locale.localizedString(forRegionCode: code), name != code { names[code] = name }
        }
        return names
    }

    private static let spoken: [String: String] = {
        var spoken: [String: String] = [:]
        // Later writers win: a code is never shadowed by a name.
        for names in [japaneseNames, chineseNames, entries.mapValues(\.english)] {
            for (code, name) in names { spoken[key(name)] = code }
        }
        let others = [
            "united states of america": "US", "u.s.": "US", "u.s.a.": "US", "uk": "GB", "great britain": "GB",
            "england": "GB", "scotland": "GB", "hong kong sar": "HK", "hong kong sar china": "HK", "prc": "CN",
            "mainland china": "CN", "people's republic of china": "CN", "korea": "KR", "republic of korea": "KR",
            "viet nam": "VN", "macau": "MO", "czech republic": "CZ", "the netherlands": "NL", "holland": "NL",
            "russian federation": "RU", "türkiye": "TR", "uae": "AE", "taiwan, province of china": "TW", "台灣": "TW",
            "臺灣": "TW", "中國": "CN", "香港": "HK", "日本": "JP", "澳門": "MO", "新加坡": "SG", "韓國": "KR",
            "南韓": "KR", "美國": "US", "英國": "GB", "アメリカ": "US", "米国": "US", "韓国": "KR", "イギリス": "GB",
        ]
        for (name, code) in others { spoken[key(name)] = code }
        for (code, entry) in entries {
            spoken[key(entry.alpha3)] = code
            spoken[key(code)] = code
        }
        return spoken
    }()

    private static func key(_ text: String) -> String {
        text.precomposedStringWithCompatibilityMapping.lowercased().split(separator: " ").joined(separator: " ")
    }
}
