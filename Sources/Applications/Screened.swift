internal import API
internal import Eligibility
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// A condition with what was found of it when an application was handed in.
struct Screened: Sendable {
    let condition: CallCondition
    let found: ApplicationFinding
}

extension Statements {
    /// What was found when an application was handed in, with the conditions: the last time, or of one copy.
    func screened(
        _ id: Application.ID, of call: CallForApplications.ID, inCopy copy: Int? = nil
    ) async throws -> [Screened] {
        let findings = try await findings(of: id, inCopy: copy)
        guard !findings.isEmpty else { return [] }
        let conditions = try await conditions(of: call)
        return findings.compactMap { found in
            conditions.first { $0.id == found.condition }.map { Screened(condition: $0, found: found) }
        }
    }
}

extension [Screened] {
    /// Where an application is said to meet the conditions or not; what is not met is the reason to begin with.
    ///
    /// - Parameter problem: what is wrong with what was sent, which the form then shows again.
    func form<P, B>(
        for call: FormCall<P, B>, of id: Application.ID, sentTo action: SafeURL, problem: Problem?, _ t: Texts
    ) -> Form {
        // By rule, value and what is required.
        let unmet = filter { $0.found.finding.verdict == .notMet }
        let values = [
            "conditions": unmet.map(\.condition.id.description),
            "reason": [
                unmet.map { $0.found.finding.sentence(of: $0.condition, in: t.language) }.joined(separator: "\n")
            ],
        ]
        let input = FormInput(
            values: problem == nil ? values : call.fields, errors: problem?.fieldErrors ?? [], texts: t)
        let spoken = Vocabulary.Language(t.language)
        let named =
            isEmpty
            ? []
            : [
                input.checkboxes(
                    "conditions", label: t("screen.conditions"), hint: t("screen.conditions_hint"),
                    options: map { one in
                        (
                            one.condition.id.description, one.condition.name.text(for: spoken),
                            one.found.finding.verdict.badge(t).label
                        )
                    })
            ]
        return Form(
            action: action,
            sections: [
                FormSection(
                    title: t("screen.title"), intro: t("screen.intro"),
                    fields: [
                        input.radios(
                            "verdict", label: t("screen.verdict"),
                            options: [
                                ("eligible", t("screen.eligible"), t("screen.eligible_hint")),
                                ("ineligible", t("screen.ineligible"), t("screen.ineligible_hint")),
                            ])
                    ] + named + [
                        input.area(
                            "reason", label: t("screen.reason"), hint: t("screen.reason_hint"), isOptional: true,
                            limit: 2000, rows: 4)
                    ])
            ],
            submit: t("screen.submit"), texts: t, draft: "screening-\(id)", problem: problem?.headline)
    }

    /// Condition by condition; nil where nothing was found.
    func table(in language: Pages.Language) -> Table? {
        guard !isEmpty else { return nil }
        let (t, words) = (PageKit.applications.texts(in: language), ConditionWords(in: language))
        let spoken = Vocabulary.Language(language)
        return Table(
            caption: t("findings.title"),
            columns: [
                .init(t("eligibility.condition")), .init(t("eligibility.result")), .init(t("eligibility.found")),
                .init(t("eligibility.required")),
            ],
            rows: map { screened in
                let (condition, found) = (screened.condition, screened.found)
                return [
                    .text(
                        condition.name.text(for: spoken), note: condition.blocks ? nil : t("eligibility.informs")),
                    .badge(found.finding.verdict.badge(t), note: found.isCited ? t("findings.cited") : nil),
                    .text(found.finding.foundWords(words, t)), .text(found.finding.requiredWords(words, t)),
                ]
            }, empty: EmptyState(title: t("eligibility.none"), text: t("eligibility.none_text")))
    }
}
