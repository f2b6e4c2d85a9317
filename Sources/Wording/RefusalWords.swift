package import API
package import Foundation
package import Pages
internal import Vocabulary

/// How what is refused is said in the reader's language.
///
/// Rooms refuse in English, which is what senders of JSON read. `Refusals/` holds a file for each module with its sentences
/// in the other languages, each under the English one; `{1}` stands for the first thing that differs from case to case.
/// `Words.json` holds what may stand there.
package struct RefusalWords: Sendable {
    /// Sentences that are the same in every case: the words of each by the tag of the language.
    private let whole: [String: [String: String]]
    /// Sentences with places, those first of which most is fixed.
    private let patterns: [Pattern]

    /// Those of the whole product. What cannot be read is said in English; a test reads all of it.
    package static let standard = RefusalWords((try? read(from: folder)) ?? [:])

    /// Where their files are.
    package static var folder: URL {
        (Bundle.module.resourceURL ?? Bundle.module.bundleURL).appending(path: "Refusals")
    }

    /// Reads the files of a folder. A sentence of several modules stands in one of them.
    package static func read(from folder: URL) throws -> [String: [String: String]] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).reduce(into: [:]) {
            let sentences = try JSONDecoder().decode([String: [String: String]].self, from: Data(contentsOf: $1))
            $0.merge(sentences) { first, _ in first }
        }
    }

    /// The words by the English sentence and the tag of the language.
    package init(_ sentences: [String: [String: String]]) {
        whole = sentences
        patterns = sentences.compactMap { Pattern($0, words: $1) }.sorted { ($0.fixed, $0.key) > ($1.fixed, $1.key) }
    }

    /// What a sentence says in a language; the sentence as it is where nobody has translated it.
    package func callAsFunction(_ sentence: String, in language: Pages.Language) -> String {
        if let words = whole[sentence] { return words[language.tag] ?? sentence }
        for pattern in patterns {
            if let values = pattern.values(in: sentence) {
                return pattern.filled(with: values.map { value($0, in: language) }, in: language)
            }
        }
        return sentence
    }

    /// What stands in a place: a day, an instant or a figure as pages write them, and other words if they are known.
    private func value(_ text: String, in language: Pages.Language) -> String {
        if let day = CalendarDate(text) { return day.text(in: language) }
        if let instant = Timestamp.date(text) {
            return TimeText(instant, in: .hongKong, and: .ofReader, language: language).sentence
        }
        // A year is no figure.
        if text.utf8.count > 4, let figure = Int(text) { return Figures.grouped(figure) }
        return self(text, in: language)
    }

    /// A sentence with places: `must be at least {1}`.
    private struct Pattern: Sendable {
        let key: String
        /// How much of it is the same in every case.
        let fixed: Int
        private let pieces: [String]
        private let words: [String: String]

        /// Nil for a sentence without places.
        init?(_ key: String, words: [String: String]) {
            pieces = key.split(separator: #/\{\d\}/#, omittingEmptySubsequences: false).map(String.init)
            guard pieces.count > 1 else { return nil }
            fixed = pieces.reduce(0) { $0 + $1.utf8.count }
            self.key = key
            self.words = words
        }

        /// What stands in the places; nil where it is another sentence.
        func values(in sentence: String) -> [String]? {
            guard let first = pieces.first, let last = pieces.last, sentence.hasPrefix(first) else { return nil }
            var rest = sentence.dropFirst(first.count)
            var values: [String] = []
            for piece in pieces.dropFirst().dropLast() {
                guard let range = rest.firstRange(of: piece) else { return nil }
                values.append(String(rest[..<range.lowerBound]))
                rest = rest[range.upperBound...]
            }
            guard rest.hasSuffix(last), rest.count > last.count else { return nil }
            return values + [String(rest.dropLast(last.count))]
        }

        func filled(with values: [String], in language: Pages.Language) -> String {
            (words[language.tag] ?? key).replacing(#/\{(\d)\}/#) { place in
                Int(place.output.1).flatMap { values.indices.contains($0 - 1) ? values[$0 - 1] : nil } ?? ""
            }
        }
    }
}

extension Pages.Language {
    /// The language of the page that is being made.
    package static var ofPage: Pages.Language { PageLocale.current.flatMap { Pages.Language(tag: $0) } ?? .english }
}

extension Problem {
    /// What this occurrence says on a page, in its language; the class of the problem where it says nothing of its own.
    package var words: String { RefusalWords.standard(detail ?? kind.title, in: .ofPage) }
}

extension Problem.FieldError {
    /// Why, beside the field of a form, in the language of the page.
    ///
    /// What JSON is told of a value is no sentence in English, and one in every other language.
    package var words: String {
        let language = Pages.Language.ofPage
        let said = RefusalWords.standard(detail, in: language)
        if said.hasSuffix(".") || language != .english && said != detail { return said }
        if code == .required { return "Answer this question." }
        if said == "expected a text in en, zh-Hant or ja" { return "Write this in at least one language." }
        if said.hasPrefix("expected ") { return "Enter \(said.dropFirst("expected ".count))." }
        return "This answer \(said)."
    }
}
