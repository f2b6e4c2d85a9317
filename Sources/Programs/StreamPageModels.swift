import Forms
import Foundation
import Pages
import Vocabulary
import Wording

/// A stream, for a manager.
struct StreamPage: ViewModel {
    var header: PageHeader
    var calls: Table
    var draftURL: SafeURL?
    var cohorts: Table
    var design: DesignText
    var conditionsURL: SafeURL?
    var partners: [Partner]
    var hasPartners: Bool
    var tags: [String]
}

/// What a stream is designed to be, as it is read.
struct DesignText: ViewModel {
    var facts: Facts
    var questions: [QuestionItem]
    var hasQuestions: Bool
    var criteria: [Criterion]
    var hasCriteria: Bool
    var rounds: [String]
    var hasRounds: Bool
    var conditions: [ConditionItem]
    var hasConditions: Bool

    struct Criterion: ViewModel {
        var name: String
        var weight: String
        var guidance: String?
    }
}

/// A preset before it is used.
struct PresetPage: ViewModel {
    var header: PageHeader
    var summary: String?
    var streams: [Stream]

    struct Stream: ViewModel {
        var name: String
        var partner: String?
        var design: DesignText
    }
}

/// A list of something that has a page each.
struct PresetsPage: ViewModel {
    var header: PageHeader
    var table: Table
}

/// A cohort with the calls that lead into it.
struct CohortPage: ViewModel {
    var header: PageHeader
    var table: Table
}

/// Who is let into a call.
struct AdmissionsPage: ViewModel {
    var header: PageHeader
    var given: String?
    var codes: Table?
    var admitted: Table
    var form: Form?
    var formTitle: String
}

extension PageTemplate<StreamPage> {
    static let stream = PageTemplate("programs/stream", in: .programs)
}

extension PageTemplate<PresetPage> {
    static let preset = PageTemplate("programs/preset", in: .programs)
}

extension PageTemplate<PresetsPage> {
    static let presets = PageTemplate("programs/public-calls", in: .programs)
}

extension PageTemplate<CohortPage> {
    static let cohort = PageTemplate("programs/public-calls", in: .programs)
}

extension PageTemplate<AdmissionsPage> {
    static let admissions = PageTemplate("programs/admissions", in: .programs)
}

extension ProgramWords {
    func design(_ design: StreamDesign) -> DesignText {
        var facts: [Fact] = []
        if let places = design.places { facts.append(.text(t("field.places"), t("cohort.capacity", count: places))) }
        for (name, money) in [("award", design.award), ("budget", design.budget)] {
            if let money { facts.append(.money(t("field.\(name)"), MoneyText(money))) }
        }
        if let months = design.durationMonths { facts.append(.text(t("field.duration"), t("months", count: months))) }
        if let closing = design.closing {
            facts.append(
                .text(
                    t("section.closing"),
                    t(
                        "closing.line",
                        [
                            "month": "\(closing.month)", "day": "\(closing.day)", "time": closing.time,
                            "zone": closing.zone.place,
                        ])))
            let days = (closing.cutoffs ?? []).map {
                t("cutoff.line", ["month": "\($0.month)", "day": "\($0.day)"])
            }
            if !days.isEmpty {
                facts.append(.text(t("section.cutoffs"), days.joined(separator: t("condition.comma"))))
            }
        }
        if let text = design.milestones { facts.append(.text(t("field.milestones"), text.text(for: spoken))) }
        if let text = design.eligibility { facts.append(.text(t("field.eligibility"), text.text(for: spoken))) }
        if let text = design.panelHints { facts.append(.text(t("field.panel_hints"), text.string)) }
        return DesignText(
            facts: Facts(title: t("section.offer"), facts),
            questions: design.form.map { question in
                let prompt = question.prompt.best(for: spoken)
                let rule = question.question.answerWords(t, in: spoken)
                return QuestionItem(
                    section: question.section?.title.text(for: spoken), prompt: prompt.text,
                    lang: prompt.language.rawValue, hint: question.hint?.text(for: spoken),
                    rule: question.isRequired ?? true ? rule : t("question.optional", ["limit": rule]))
            }, hasQuestions: !design.form.isEmpty,
            criteria: design.rubric.map {
                DesignText.Criterion(
                    name: $0.name.text(for: spoken), weight: t("criterion.weight", ["weight": "\($0.weight)"]),
                    guidance: $0.guidance?.text(for: spoken))
            }, hasCriteria: !design.rubric.isEmpty,
            rounds: design.rounds.map { round in
                let facts = [
                    "name": round.name.text(for: spoken), "reviews": t("round.reviews", count: round.reviewsWanted),
                    "days": t("round.days", count: round.days),
                ]
                return round.isBlind ? t("round.line_blind", facts) : t("round.line", facts)
            }, hasRounds: !design.rounds.isEmpty, conditions: conditions(design.required),
            hasConditions: !design.conditions.isEmpty)
    }
}
