/// A language that partners write in and pages are shown in.
public enum Language: String, CaseIterable, Codable, Hashable, Sendable, CodingKeyRepresentable {
    /// English.
    case english = "en"
    /// Chinese in traditional characters, with Hong Kong's terms.
    case traditionalChinese = "zh-Hant"
    /// Japanese.
    case japanese = "ja"

    /// The language a BCP 47 tag asks for (`zh-HK`, `ja-JP`, `en-GB`), or `nil` when it is none of ours.
    public init?(matching tag: String) {
        let parts = tag.lowercased().split(separator: "-")
        switch parts.first {
        case "en": self = .english
        case "ja": self = .japanese
        // Simplified characters are a different way of writing: better English than a script not asked for.
        case "zh" where !parts.contains("hans") && !parts.contains("cn") && !parts.contains("sg"):
            self = .traditionalChinese
        case "yue": self = .traditionalChinese
        default: return nil
        }
    }

    /// This language, then the others in the order a reader would rather have them.
    public var fallbacks: [Language] {
        switch self {
        case .english: [.english, .traditionalChinese, .japanese]
        case .traditionalChinese: [.traditionalChinese, .english, .japanese]
        case .japanese: [.japanese, .english, .traditionalChinese]
        }
    }
}
