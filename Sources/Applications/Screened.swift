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
