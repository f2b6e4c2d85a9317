import API
import Forms
import Foundation
import Pages
import Vocabulary
import Wording

extension CallFormFields {
    /// What narrows the answers, as a row of a form sends it.
    struct SettingsRow: Codable {
        let options: String?
        let columns: String?
        let lowest: String?
        let highest: String?
        let decimals: Int?
        let currencies: String?
        let fewest: Int?
        let most: Int?
    }

    /// A part of the form as the row of its first question sends it; without a title it is not meant.
    struct SectionRow: Codable {
        let title: LocalizedLine?
        let intro: LocalizedLine?
    }
}

extension CallFormFields.QuestionRow {
    /// The questions that are meant, with the rows they stand in; a row without a question is not.
    static func asked(_ rows: [Self]) throws(Problem) -> (rows: [Int], questions: [NewQuestion]) {
        // Conditions name questions by their number, and go by their id.
        let isConditional = rows.contains { $0.condition?.utf8.isEmpty == false }
        let ids = rows.map { row in row.id ?? (isConditional ? CallForApplications.Question.ID() : nil) }
        var (places, questions): ([Int], [NewQuestion]) = ([], [])
        for (index, row) in rows.enumerated() {
            guard let prompt = row.prompt else { continue }
            let pointer = "/questions/\(index)"
            let kind = row.kind ?? .longText
            places.append(index)
            questions.append(
                NewQuestion(
                    id: ids[index], prompt: prompt, hint: row.hint, isRequired: row.isRequired ?? false,
                    maxLength: row.maxLength, audience: row.audience,
                    files: FileRule(typed: row.files ?? "", most: row.mostFiles), kind: kind,
                    settings: try row.settings?.settings(for: kind, at: "\(pointer)/settings"),
                    section: row.section.flatMap { section in section.title.map { Section($0, intro: section.intro) } },
                    condition: try Condition(typed: row.condition ?? "", at: "\(pointer)/condition") { number in
                        rows.indices.contains(number - 1) ? ids[number - 1]?.uuid : nil
                    }, fromRound: row.fromRound, streams: row.streams.flatMap { $0.isEmpty ? nil : $0 }))
        }
        return (places, questions)
    }
}

extension Problem {
    /// The same problem for a form, in which the last day of an answer is typed where its highest number is, and the boxes
    /// of the streams that a question is asked for are one field.
    var toldByField: Problem {
        Problem(
            kind, detail,
            errors: errors.map { error in
                if let range = error.pointer.range(of: "/streams/"), error.pointer.hasPrefix("/questions/") {
                    return FieldError("\(error.pointer[..<range.lowerBound])/streams", error.code, error.detail)
                }
                guard error.pointer.hasSuffix("/settings/latest") else { return error }
                return FieldError("\(error.pointer.dropLast("latest".count))highest", error.code, error.detail)
            })
    }
}

extension CallFormFields.SettingsRow {
    func settings(for kind: Field.Kind, at pointer: String) throws(Problem) -> Field.Settings {
        func meant(_ text: String?) -> String? { text.flatMap { $0.utf8.isEmpty ? nil : $0 } }
        var settings = Field.Settings()
        (settings.fewest, settings.most, settings.decimals) = (fewest, most, decimals)
        switch kind {
        case .date:
            func day(_ text: String?, _ name: String) throws(Problem) -> CalendarDate? {
                guard let text = meant(text) else { return nil }
                guard let day = CalendarDate(text) else {
                    throw .invalid("\(pointer)/\(name)", "Write a day such as 2026-03-01.")
                }
                return day
            }
            settings.earliest = try day(lowest, "lowest")
            settings.latest = try day(highest, "highest")
        case .number, .money: (settings.lowest, settings.highest) = (meant(lowest), meant(highest))
        default: break
        }
        if kind == .money, let codes = meant(currencies) {
            var named: [Currency] = []
            for code in codes.split(whereSeparator: { ", ;\t\n".contains($0) }) {
                guard let currency = Currency(code.uppercased()) else {
                    throw .invalid("\(pointer)/currencies", "Name currencies such as HKD, USD.")
                }
                named.append(currency)
            }
            settings.currencies = named
        }
        if kind.isChosen {
            var read: [Field.Option] = []
            for line in (options ?? "").split(whereSeparator: \.isNewline) {
                guard let option = Field.Option(line: String(line), place: read.count + 1) else {
                    throw .invalid("\(pointer)/options", "Write an option a line, such as seed = Seed | 種子 | シード.")
                }
                read.append(option)
            }
            settings.options = read
        }
        if kind == .rows {
            var read: [Field.Column] = []
            for line in (columns ?? "").split(whereSeparator: \.isNewline) {
                guard let column = Field.Column(line: String(line), place: read.count + 1) else {
                    throw .invalid("\(pointer)/columns", "Write a column a line, such as market = Market | 市場 | 市場.")
                }
                read.append(column)
            }
            settings.columns = read
        }
        return settings.kept(for: kind)
    }
}

/// A name in front of labels in three languages: `seed = Seed | 種子 | シード`.
private struct NamedLabels {
    let name: String?
    let labels: LocalizedLine

    init?(_ line: String) {
        let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
        guard let last = parts.last else { return nil }
        name = parts.count == 2 ? parts[0].filter { $0 != " " } : nil
        let texts = last.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        func text(_ index: Int) -> String? {
            guard index < texts.count, texts[index].contains(where: { $0 != " " }) else { return nil }
            return texts[index]
        }
        guard texts.count <= 3, let labels = try? LocalizedLine(en: text(0), zhHant: text(1), ja: text(2)) else {
            return nil
        }
        self.labels = labels
    }

    static func line(_ name: String, _ labels: LocalizedLine?) -> String {
        let texts = [Vocabulary.Language.english, .traditionalChinese, .japanese].map { labels?[$0]?.string ?? "" }
        let last = texts.lastIndex { !$0.isEmpty } ?? 0
        return "\(name) = " + texts[...last].joined(separator: " | ")
    }
}

extension Field.Option {
    /// `seed = Seed | 種子 | シード`; without a key it is named by its place.
    fileprivate init?(line: String, place: Int) {
        guard let named = NamedLabels(line) else { return nil }
        self.init(named.name ?? "option_\(place)", named.labels)
    }

    fileprivate var line: String { NamedLabels.line(key, label) }
}

extension Field.Column {
    /// `share:number* = Share | 佔比 | 割合`: a kind after a colon unless it is a line of text, a star where a row needs it.
    fileprivate init?(line: String, place: Int) {
        guard let named = NamedLabels(line) else { return nil }
        let name = named.name ?? "column_\(place)"
        let isRequired = name.hasSuffix("*")
        let parts = (isRequired ? String(name.dropLast()) : name).split(separator: ":").map(String.init)
        guard let key = parts.first, parts.count <= 2 else { return nil }
        guard let kind = parts.count == 2 ? Field.Kind(rawValue: parts[1]) : .shortText else { return nil }
        self.init(key, named.labels, kind: kind, isRequired: isRequired)
    }

    fileprivate var line: String {
        NamedLabels.line(key + (kind == .shortText ? "" : ":\(kind.rawValue)") + (isRequired ? "*" : ""), label)
    }
}

extension Condition {
    /// `3 = yes, maybe; 4 >= 10; 5`: of question 3 one of these answers, of question 4 at least this, of question 5 any
    /// answer. Whatever else conditions can say is written as JSON. Nil for nothing.
    init?(typed: String, at pointer: String, _ question: (Int) -> UUID?) throws(Problem) {
        if typed.utf8.first == UInt8(ascii: "{") {
            guard let read = try? JSONDecoder().decode(Condition.self, from: Data(typed.utf8)) else {
                throw .invalid(pointer, "This is no condition.")
            }
            self = read
            return
        }
        var parts: [Condition] = []
        for part in typed.split(separator: ";") where part.contains(where: { $0 != " " }) {
            guard let one = Self.part(String(part), question) else {
                throw .invalid(
                    pointer, "Write the number of an earlier question and its answers, such as 3 = yes, maybe.")
            }
            parts.append(one)
        }
        guard let first = parts.first else { return nil }
        self = parts.count == 1 ? first : .all(parts)
    }

    private static func part(_ text: String, _ question: (Int) -> UUID?) -> Condition? {
        let text = text.filter { $0 != " " || text.contains("=") }
        for (sign, make) in [
            (">=", { (id: UUID, bound: Figure) in Condition.atLeast(id, bound) }),
            ("<=", { (id: UUID, bound: Figure) in Condition.atMost(id, bound) }),
        ] {
            guard let range = text.range(of: sign) else { continue }
            guard let id = Self.id(text[..<range.lowerBound], question),
                let bound = Figure(text[range.upperBound...].filter { $0 != " " })
            else { return nil }
            return make(id, bound)
        }
        guard let range = text.range(of: "=") else { return Self.id(text[...], question).map(Condition.answered) }
        let answers = text[range.upperBound...].split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }.filter { !$0.isEmpty }
        guard let id = Self.id(text[..<range.lowerBound], question), (1...Field.listLimit).contains(answers.count)
        else {
            return nil
        }
        return .isAny(id, of: answers)
    }

    private static func id(_ text: Substring, _ question: (Int) -> UUID?) -> UUID? {
        Int(text.filter { $0 != " " }).flatMap(question)
    }

    /// The condition as it is typed, questions by their number.
    func typed(_ places: [UUID: Int]) -> String {
        simple(places) ?? json
    }

    private func simple(_ places: [UUID: Int]) -> String? {
        switch self {
        case .answered(let id): return places[id].map { "\($0)" }
        case .isAny(let id, let texts):
            guard texts.allSatisfy({ text in text.allSatisfy { !",;=<>".contains($0) } }) else { return nil }
            return places[id].map { "\($0) = \(texts.joined(separator: ", "))" }
        case .atLeast(let id, let bound): return places[id].map { "\($0) >= \(bound)" }
        case .atMost(let id, let bound): return places[id].map { "\($0) <= \(bound)" }
        case .all(let parts):
            let written = parts.map { part -> String? in if case .all = part { nil } else { part.simple(places) } }
            guard parts.count > 1, written.allSatisfy({ $0 != nil }) else { return nil }
            return written.compactMap(\.self).joined(separator: "; ")
        case .any, .not: return nil
        }
    }

    private var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

extension NewQuestion {
    /// The fields of a row that say what is answered and when it is asked, by name.
    func answerFields(of row: String, _ places: [UUID: Int]) -> [String: String] {
        var values = ["\(row).kind": (kind ?? .longText).rawValue]
        let settings = settings ?? Field.Settings()
        values["\(row).settings.lowest"] = settings.lowest ?? settings.earliest?.description
        values["\(row).settings.highest"] = settings.highest ?? settings.latest?.description
        values["\(row).settings.decimals"] = settings.decimals.map(String.init)
        values["\(row).settings.currencies"] = settings.currencies?.map(\.code).joined(separator: ", ")
        values["\(row).settings.options"] = settings.options?.map(\.line).joined(separator: "\n")
        values["\(row).settings.columns"] = settings.columns?.map(\.line).joined(separator: "\n")
        values["\(row).settings.fewest"] = settings.fewest.map(String.init)
        values["\(row).settings.most"] = settings.most.map(String.init)
        values["\(row).condition"] = condition?.typed(places)
        values["\(row).from_round"] = fromRound.map(String.init)
        for language in section?.title.languages ?? [] {
            values["\(row).section.title.\(language.rawValue)"] = section?.title[language]?.string
        }
        for language in section?.intro?.languages ?? [] {
            values["\(row).section.intro.\(language.rawValue)"] = section?.intro?[language]?.string
        }
        return values
    }
}

extension CallDraft.Question {
    /// What kind of answer is wanted, with what can be chosen, and whether it is asked of everybody.
    func answerWords(_ t: Texts, in language: Vocabulary.Language) -> String {
        var parts: [String]
        switch field.kind {
        case .longText where files != nil: parts = [t("answer.files")]
        case .longText: parts = [t("question.limit", ["limit": Figures.grouped(maxLength)])]
        case .shortText:
            parts = [t("answer.short_text"), t("question.limit", ["limit": Figures.grouped(maxLength)])]
        case .money: parts = [t("answer.money")] + field.allCurrencies.map(\.code)
        case .rows: parts = [t("answer.rows")] + field.allColumns.compactMap { $0.label?.text(for: language) }
        default: parts = [t("answer.\(field.kind.rawValue)")]
        }
        parts += (field.settings.options ?? []).map { $0.label.text(for: language) }
        if condition != nil { parts.append(t("question.conditional")) }
        if let fromRound { parts.append(t("question.from_round", ["round": "\(fromRound)"])) }
        return parts.joined(separator: " · ")
    }
}
