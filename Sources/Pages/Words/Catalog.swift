internal import Foundation

/// The words of one module in every language, read from `Translations/<language>.json`.
///
/// A file is flat: a key, and either a text with `{placeholders}` or an object with plural forms `one` and `other`.
public struct Catalog: Sendable {
    /// A text, or its forms for one and for many.
    enum Entry: Hashable, Sendable {
        case plain(String)
        case plural(one: String?, other: String)

        var texts: [String] {
            switch self {
            case .plain(let text): [text]
            case .plural(let one, let other): [one, other].compactMap { $0 }
            }
        }

        var placeholders: Set<String> { Set(texts.flatMap { Catalog.placeholders(in: $0) }) }
    }

    enum Plain {
        case plain, missing, needsValues
    }

    private(set) var entries: [Language: [String: Entry]] = [:]
    /// What templates print as `{{t.some_key}}`, one table a language.
    private(set) var plainTexts: [Language: RenderedTexts] = [:]

    /// Reads the files of a module; one that is absent leaves its language to English.
    init(directory: URL) throws {
        for language in Language.allCases {
            let file = directory.appending(path: "\(language.tag).json")
            guard let data = try? Data(contentsOf: file) else { continue }
            entries[language] = try Self.entries(in: data, named: file.lastPathComponent)
        }
        settle()
    }

    init(entries: [Language: [String: Entry]]) {
        self.entries = entries
        settle()
    }

    /// This module's words and those of the kit.
    func merged(with other: Catalog) -> Catalog {
        var all = entries
        for (language, theirs) in other.entries {
            all[language, default: [:]].merge(theirs) { ours, _ in ours }
        }
        return Catalog(entries: all)
    }

    func entry(_ key: String, in language: Language) -> Entry? {
        entries[language]?[key] ?? entries[.english]?[key]
    }

    func plain(named name: String) -> Plain {
        if plainTexts[.english]?.child(named: name) != nil { return .plain }
        return entries[.english]?.keys.contains { Self.templateName(of: $0) == name } == true ? .needsValues : .missing
    }

    /// The name of a key in templates, where a dot would mean a step inwards.
    static func templateName(of key: String) -> String {
        String(decoding: key.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
    }

    /// The names between braces, in order.
    static func placeholders(in text: String) -> [String] {
        var names: [String] = []
        var rest = text.utf8[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "{")),
            let close = rest[open...].firstIndex(of: UInt8(ascii: "}"))
        {
            names.append(String(decoding: Array(rest[rest.index(after: open)..<close]), as: UTF8.self))
            rest = rest[rest.index(after: close)...]
        }
        return names
    }

    private mutating func settle() {
        for language in Language.allCases {
            var table: [String: String] = [:]
            for source in [entries[.english], entries[language]] {
                for case (let key, .plain(let text)) in source ?? [:] where Self.placeholders(in: text).isEmpty {
                    table[Self.templateName(of: key)] = text
                }
            }
            plainTexts[language] = RenderedTexts(table)
        }
    }

    private static func entries(in data: Data, named file: String) throws -> [String: Entry] {
        guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw CatalogError(description: "\(file) is no object")
        }
        return try Dictionary(
            uniqueKeysWithValues: object.map { key, value in
                if let text = value as? String { return (key, .plain(text)) }
                if let forms = value as? [String: String], let other = forms["other"] {
                    return (key, .plural(one: forms["one"], other: other))
                }
                throw CatalogError(description: "\(file): \(key) is neither a text nor plural forms with “other”")
            })
    }

    /// What the languages lack against English: keys, placeholders, plural forms.
    func faults(mine: Set<String>) -> [String] {
        var faults: [String] = []
        let english = entries[.english] ?? [:]
        var names: [String: String] = [:]
        for key in mine.sorted() {
            if let other = names.updateValue(key, forKey: Self.templateName(of: key)) {
                faults.append("en: \(key) and \(other) are one name in templates")
            }
            guard let entry = english[key] else { continue }
            if case .plural(.none, _) = entry { faults.append("en: \(key) has no form for one") }
            for language in Language.allCases where language != .english {
                guard let translated = entries[language]?[key] else {
                    faults.append("\(language.tag): \(key) is missing")
                    continue
                }
                // A form for one may say it without the number.
                let allowed = entry.placeholders
                if !translated.placeholders.isSubset(of: allowed)
                    || !allowed.subtracting(["count"]).isSubset(of: translated.placeholders)
                {
                    faults.append("\(language.tag): \(key) has other placeholders than English")
                }
            }
        }
        for language in Language.allCases {
            for key in (entries[language] ?? [:]).keys.sorted() where english[key] == nil {
                faults.append("\(language.tag): \(key) is not in English")
            }
        }
        return faults
    }
}

/// A translation file that cannot be read.
public struct CatalogError: Error, CustomStringConvertible {
    /// The file, the key and what it should be.
    public let description: String
}
