package import Forms
internal import Foundation
internal import Pages
package import Vocabulary

extension Field {
    /// An answer as a reader of `language` reads it: labels for keys, figures grouped, days written out. What cannot be
    /// read is shown as it was typed.
    package func display(_ text: String, in language: Vocabulary.Language) -> String {
        guard case .success(let value) = read(text) else { return text }
        let comma = language == .english ? ", " : "、"
        switch value {
        case .text, .link: return written(value)
        case .number, .money, .date: return Self.said(value, in: language)
        case .chosen(let keys):
            let labels = Dictionary((settings.options ?? []).map { ($0.key, $0.label) }, uniquingKeysWith: { $1 })
            return keys.map { labels[$0]?.text(for: language) ?? $0 }.joined(separator: comma)
        case .rows(let rows):
            let labels = allColumns.map { $0.label?.text(for: language) }
            return rows.map { cells in
                zip(labels, cells).compactMap { label, cell in
                    cell.map { cell in
                        let said = Self.said(cell, in: language)
                        guard let label else { return said }
                        return language == .english ? "\(label): \(said)" : "\(label)：\(said)"
                    }
                }.joined(separator: " · ")
            }.joined(separator: "\n")
        }
    }

    /// The same in every language; nil for what reads the same in all of them.
    package func display(_ text: String) -> LocalizedText? {
        let read = Language.allCases.map { display(text, in: $0) }
        guard read.contains(where: { $0 != text }) else { return nil }
        return try? LocalizedText(
            en: display(text, in: .english), zhHant: display(text, in: .traditionalChinese),
            ja: display(text, in: .japanese))
    }

    private static func said(_ value: FieldValue, in language: Vocabulary.Language) -> String {
        switch value {
        case .text(let text): text
        case .number(let figure): grouped(figure.description)
        case .money(let money): "\(money.currency.code) \(grouped(whole(money.decimal)))"
        case .date(let day): day.text(in: Pages.Language(tag: language.rawValue) ?? .english)
        case .link(let address): address.description
        case .chosen(let keys): keys.joined(separator: ", ")
        case .rows: ""
        }
    }

    /// Whole amounts are read more easily without their zeros.
    private static func whole(_ decimal: String) -> String {
        let parts = decimal.split(separator: ".", maxSplits: 1)
        return parts.count == 2 && parts[1].allSatisfy { $0 == "0" } ? String(parts[0]) : decimal
    }

    /// A plain decimal with a comma before each three digits of its whole part.
    private static func grouped(_ decimal: String) -> String {
        let parts = decimal.split(separator: ".", maxSplits: 1)
        guard let whole = parts.first.flatMap({ Int($0) }) else { return decimal }
        let sign = decimal.hasPrefix("-") ? "-" : ""
        return ([sign + Figures.grouped(abs(whole))] + parts.dropFirst().map(String.init)).joined(separator: ".")
    }
}
