/// A name in one or more languages.
public typealias LocalizedName = Localized<NameRule>
/// A line in one or more languages.
public typealias LocalizedLine = Localized<ShortTextRule>
/// Paragraphs in one or more languages.
public typealias LocalizedText = Localized<LongTextRule>

/// Text that a partner wrote in English, Chinese or Japanese: at least one of them, any of them read with fallback.
///
/// JSON: `{"en": "…", "zh-Hant": "…", "ja": "…"}`; other languages are refused.
public struct Localized<Rule: TextRule>: Hashable, Sendable {
    private var english: CheckedText<Rule>?
    private var traditionalChinese: CheckedText<Rule>?
    private var japanese: CheckedText<Rule>?

    /// A text in one language; others may be added.
    public init(_ text: CheckedText<Rule>, in language: Language = .english) {
        self[language] = text
    }

    /// A text from unchecked strings; languages that are absent or blank are left out.
    public init(en: String? = nil, zhHant: String? = nil, ja: String? = nil) throws(TextRefusal) {
        english = try Self.text(en)
        traditionalChinese = try Self.text(zhHant)
        japanese = try Self.text(ja)
        guard english != nil || traditionalChinese != nil || japanese != nil else { throw .empty }
    }

    private static func text(_ string: String?) throws(TextRefusal) -> CheckedText<Rule>? {
        guard let string, string.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else { return nil }
        return try CheckedText(string)
    }

    /// The text in exactly this language.
    public private(set) subscript(language: Language) -> CheckedText<Rule>? {
        get {
            switch language {
            case .english: english
            case .traditionalChinese: traditionalChinese
            case .japanese: japanese
            }
        }
        set {
            switch language {
            case .english: english = newValue
            case .traditionalChinese: traditionalChinese = newValue
            case .japanese: japanese = newValue
            }
        }
    }

    /// The languages it is written in.
    public var languages: [Language] { Language.allCases.filter { self[$0] != nil } }

    /// The text for a reader of `language`, and the language it really is in (for the page's `lang` attribute).
    public func best(for language: Language) -> (text: String, language: Language) {
        for candidate in language.fallbacks {
            if let text = self[candidate] { return (text.string, candidate) }
        }
        return ("", language)
    }

    /// The text for a reader of `language`.
    public func text(for language: Language) -> String { best(for: language).text }

    /// The same text with one language's version replaced.
    public func replacing(_ text: CheckedText<Rule>, in language: Language) -> Self {
        var copy = self
        copy[language] = text
        return copy
    }
}

extension Localized: CustomStringConvertible {
    /// The English text, or the first there is.
    public var description: String { text(for: .english) }
}

extension Localized: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Decodes an object of language tags.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys where Language(rawValue: key.stringValue) == nil {
            throw DecodingError.dataCorrupted(
                .init(codingPath: container.codingPath + [key], debugDescription: "expected en, zh-Hant or ja"))
        }
        for language in Language.allCases {
            self[language] = try container.decodeIfPresent(
                CheckedText<Rule>.self, forKey: Key(stringValue: language.rawValue))
        }
        guard !languages.isEmpty else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: container.codingPath, debugDescription: "expected a text in en, zh-Hant or ja",
                    underlyingError: TextRefusal.empty))
        }
    }

    /// Encodes an object of language tags, leaving out what is not written.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for language in Language.allCases {
            try container.encodeIfPresent(self[language], forKey: Key(stringValue: language.rawValue))
        }
    }
}
