import Eligibility
import Forms
import Foundation
package import Vocabulary

extension ProgramClone {
    /// A part of a question, a condition, a design or a round of review.
    package enum Part: String, Codable, Sendable, CaseIterable {
        case prompt, hint, section, options, columns, condition, earliest, latest, name, explanation, rule
        case round, criterion, guidance, anchors, milestones, eligibility
        case panelHints = "panel_hints"
    }

    /// A day that a rule, a condition or a bound names, and which moves along.
    package struct Moved: Codable, Sendable, Equatable {
        /// The question it belongs to, if one.
        package let question: CallForApplications.Question.ID?
        /// What that asks.
        package let prompt: LocalizedLine?
        /// Or the condition it belongs to.
        package let condition: CallCondition.ID?
        /// What that is called.
        package let name: LocalizedName?
        /// Where it stands.
        package let part: Part
        /// The day as it was.
        package let from: CalendarDate
        /// The day a year later.
        package let to: CalendarDate
    }

    /// A text that names a year or a day, and that nobody but a person can move along.
    package struct ToCheck: Codable, Sendable, Equatable {
        /// The question it belongs to, if one.
        package let question: CallForApplications.Question.ID?
        /// Or the condition it belongs to.
        package let condition: CallCondition.ID?
        /// Where it stands.
        package let part: Part
        /// The language it is written in; nil where nobody says.
        package let language: Language?
        /// The text, as it is taken along.
        package let text: String
        /// The years and days it names, in order.
        package let says: [String]
    }
}

extension [ProgramClone.ToCheck] {
    /// Adds a text where it names a day, or a year close to this one.
    package mutating func look(
        at text: String?, in language: Language? = nil, _ part: ProgramClone.Part, year: Int,
        question: CallForApplications.Question.ID? = nil, condition: CallCondition.ID? = nil
    ) {
        guard let text else { return }
        let says = DatedText.mentions(in: text, years: (year - 1)...(year + 2))
        guard !says.isEmpty else { return }
        append(
            ProgramClone.ToCheck(
                question: question, condition: condition, part: part, language: language, text: text, says: says))
    }

    /// Adds a text in each of its languages.
    package mutating func look<Rule>(
        at text: Localized<Rule>?, _ part: ProgramClone.Part, year: Int,
        question: CallForApplications.Question.ID? = nil, condition: CallCondition.ID? = nil
    ) {
        for language in text?.languages ?? [] {
            look(
                at: text?[language]?.string, in: language, part, year: year, question: question, condition: condition)
        }
    }

    /// Adds what a criterion says.
    package mutating func look(
        atCriterion name: LocalizedName, _ guidance: LocalizedText?, _ anchors: [String: LocalizedLine], year: Int
    ) {
        look(at: name, .criterion, year: year)
        look(at: guidance, .guidance, year: year)
        for (_, anchor) in anchors.sorted(by: { $0.key < $1.key }) { look(at: anchor, .anchors, year: year) }
    }
}

/// A form and what is required, a year later: with the days that move along, and the texts that somebody has to look at.
struct WrittenForAYear {
    /// The questions, with their bounds and conditions a year later.
    private(set) var form: [NewQuestion] = []
    /// What is required, with the days of its rules a year later.
    private(set) var conditions: [CallCondition] = []
    private(set) var moved: [ProgramClone.Moved] = []
    var toCheck: [ProgramClone.ToCheck] = []

    /// - Parameter year: the one it was written for; texts that name a year close to it are to be looked at.
    init(_ questions: [NewQuestion], requiring required: [CallCondition], in year: Int) {
        let dates = Set(questions.filter { $0.kind == .date }.compactMap { $0.id?.uuid })
        for question in questions {
            form.append(later(question, dates))
            look(at: question, year)
        }
        for condition in required {
            conditions.append(later(condition))
            toCheck.look(at: condition.name, .name, year: year, condition: condition.id)
            toCheck.look(at: condition.explanation, .explanation, year: year, condition: condition.id)
        }
    }

    private mutating func later(_ question: NewQuestion, _ dates: Set<UUID>) -> NewQuestion {
        var days: [(ProgramClone.Part, CalendarDate)] = []
        func move(_ day: CalendarDate?, _ part: ProgramClone.Part) -> CalendarDate? {
            guard let day else { return nil }
            days.append((part, day))
            return YearLater.day(day)
        }
        var settings = question.settings
        let (earliest, latest) = (move(settings?.earliest, .earliest), move(settings?.latest, .latest))
        settings?.earliest = earliest
        settings?.latest = latest
        let condition = question.condition?.replacingTexts { asked, text in
            // A choice may have a key that looks like a day.
            guard dates.contains(asked), let day = CalendarDate(text) else { return text }
            return move(day, .condition)?.description ?? text
        }
        moved += days.map { part, day in
            ProgramClone.Moved(
                question: question.id, prompt: question.prompt, condition: nil, name: nil, part: part, from: day,
                to: YearLater.day(day))
        }
        return NewQuestion(
            id: question.id, prompt: question.prompt, hint: question.hint, isRequired: question.isRequired,
            maxLength: question.maxLength, audience: question.audience, files: question.files, kind: question.kind,
            settings: settings, section: question.section, condition: condition, fromRound: question.fromRound,
            streams: question.streams)
    }

    private mutating func later(_ condition: CallCondition) -> CallCondition {
        var days: [CalendarDate] = []
        let term = condition.rule.term.replacingDays { day in
            let parts = day.parts
            guard let date = CalendarDate(year: parts.year, month: parts.month, day: parts.day) else { return day }
            days.append(date)
            let next = YearLater.day(date)
            return Day(year: next.year, month: next.month, day: next.day) ?? day
        }
        moved += days.map { day in
            ProgramClone.Moved(
                question: nil, prompt: nil, condition: condition.id, name: condition.name, part: .rule, from: day,
                to: YearLater.day(day))
        }
        return CallCondition(
            id: condition.id, name: condition.name, explanation: condition.explanation,
            rule: EligibilityRule(stored: term), blocks: condition.blocks)
    }

    private mutating func look(at question: NewQuestion, _ year: Int) {
        func add<Rule>(_ text: Localized<Rule>?, _ part: ProgramClone.Part) {
            toCheck.look(at: text, part, year: year, question: question.id)
        }
        add(question.prompt, .prompt)
        add(question.hint, .hint)
        add(question.section?.title, .section)
        add(question.section?.intro, .section)
        for option in question.settings?.options ?? [] { add(option.label, .options) }
        for column in question.settings?.columns ?? [] { add(column.label, .columns) }
    }
}

/// Which years and days a text names.
enum DatedText {
    /// The years among `years`, those of a Japanese era, and the days of a month, in order and each once.
    static func mentions(in text: String, years: ClosedRange<Int>) -> [String] {
        let digits = text.matches(of: #/[0-9０-９]+/#).filter { found in
            let values = found.output.compactMap(\.wholeNumberValue)
            return values.count == 4 && years.contains(values.reduce(0) { $0 * 10 + $1 })
        }
        let eras = text.matches(of: #/令和\s*(?:[0-9０-９]+|元)\s*年/#)
        let days = text.matches(of: #/[0-9０-９]{1,2}\s*月\s*[0-9０-９]{1,2}\s*日/#)
        let english = text.matches(
            of:
                #/
            \b [0-9]{1,2} (?:st|nd|rd|th)? \s+
            (?: January|February|March|April|May|June|July|August|September|October|November|December
              | Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec ) \b
            /#)
        let american = text.matches(
            of:
                #/
            \b
            (?: January|February|March|April|May|June|July|August|September|October|November|December
              | Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec ) \b
            \.? \s+ [0-9]{1,2} (?:st|nd|rd|th)? \b
            /#)
        var seen: Set<String> = []
        return [digits, eras, days, english, american].joined()
            .sorted { $0.range.lowerBound < $1.range.lowerBound }
            .map { String($0.output) }.filter { seen.insert($0).inserted }
    }
}
