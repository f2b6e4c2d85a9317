/// A language Trellis is written in.
public enum Language: String, CaseIterable, Codable, Hashable, Sendable {
    /// English, which every text has and the others fall back to.
    case english = "en"
    /// Traditional Chinese, as written in Hong Kong.
    case chinese = "zh-Hant"
    /// Japanese.
    case japanese = "ja"

    /// The value of `lang`.
    public var tag: String { rawValue }

    /// Its own name for itself, as the language menu shows it.
    public var endonym: String {
        switch self {
        case .english: "English"
        case .chinese: "繁體中文"
        case .japanese: "日本語"
        }
    }

    /// The language of a tag such as a person's `zh-Hant-HK`, if it is one of ours.
    public init?(tag: String) {
        let bytes = tag.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }
        let parts = bytes.split(separator: UInt8(ascii: "-")).map { String(decoding: $0, as: UTF8.self) }
        switch parts.first {
        case "en": self = .english
        case "ja": self = .japanese
        // Simplified characters are a different way of writing; its readers are better served in English.
        case "zh" where !parts.contains { ["hans", "cn", "sg"].contains($0) }: self = .chinese
        case "yue": self = .chinese
        default: return nil
        }
    }

    /// The best of ours for an `Accept-Language` header; English when none is accepted.
    public init(accepting header: String?) {
        var best: (language: Language, weight: Double)?
        for item in (header ?? "").utf8.prefix(1000).split(separator: UInt8(ascii: ",")).prefix(20) {
            let parts = item.filter { $0 > 0x20 }.split(separator: UInt8(ascii: ";"))
                .map { String(decoding: $0, as: UTF8.self) }
            guard let tag = parts.first, let language = Language(tag: tag) else { continue }
            let weight =
                parts.dropFirst().first { $0.utf8.starts(with: "q=".utf8) }
                .flatMap { Double(String(decoding: Array($0.utf8.dropFirst(2)), as: UTF8.self)) } ?? 1
            if weight > best?.weight ?? 0 { best = (language, weight) }
        }
        self = best?.language ?? .english
    }
}
