internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Vocabulary
internal import Wording

/// Says what has changed since the last list, in words.
struct ChangeWords {
    let changes: ShortlistChanges
    let reading: Reading

    private var t: Texts { reading.t }

    /// What stands on a startup's card; nothing on a mandate's first list.
    func sentence(on startup: Startup.ID) -> String? {
        guard let since = changes.since, let change = changes.items.first(where: { $0.startup == startup }) else {
            return nil
        }
        let day = reading.words(since.releasedAt)
        if change.isNew { return t("change.new", ["day": day]) }
        let said = change.changed.flatMap { words($0, change) } + change.reasons.prefix(2).map(words)
        return said.isEmpty
            ? t("change.none", ["day": day])
            : t("change.since", ["day": day, "changes": said.joined(separator: t("list.sentence_separator"))])
    }

    /// Startups of the last list that are gone, and why.
    var left: Table? {
        guard let since = changes.since, !changes.left.isEmpty else { return nil }
        return Table(
            caption: t("left.title", ["day": reading.words(since.releasedAt)]),
            columns: [Table.Column(t("shortlists.startups")), Table.Column(t("left.why"))],
            rows: changes.left.map { item in
                [
                    .link(
                        item.name.text(for: reading.spoken),
                        "/shortlists/\(since.shortlist.description)/items/\(item.startup.description)"),
                    .text(t("left.\(item.reason.rawValue)")),
                ]
            },
            empty: EmptyState(title: t("shortlist.none_left"), text: t("shortlist.none_left_text")))
    }

    private func words(_ fact: ListedProfile.Fact, _ change: ItemChange) -> [String] {
        guard let before = change.before, let after = change.after else { return [] }
        func stage(_ stage: FundingStage?) -> String { stage?.label(in: reading.spoken) ?? t("card.stage_unknown") }
        func money(_ money: Money?) -> String {
            money.map { "\($0.currency) \(MoneyText($0).figure)" } ?? t("card.no_ask")
        }
        func names(_ areas: [FocusArea.ID]) -> String {
            areas.map { $0.label(in: reading.viewer.language) }.joined(separator: t("list.separator"))
        }
        switch fact {
        case .lastRound: return [t("change.last_round", ["stage": stage(after.stage)])]
        case .seeking:
            return [t("change.seeking", ["after": stage(after.seeking), "before": stage(before.seeking)])]
        case .ask: return [t("change.ask", ["after": money(after.ask), "before": money(before.ask)])]
        case .focusAreas:
            let added = after.focusAreas.filter { !before.focusAreas.contains($0) }
            let gone = before.focusAreas.filter { !after.focusAreas.contains($0) }
            return [
                added.isEmpty ? nil : t("change.areas_added", ["areas": names(added)]),
                gone.isEmpty ? nil : t("change.areas_gone", ["areas": names(gone)]),
            ].compactMap(\.self)
        }
    }

    private func words(_ reason: ReasonChange) -> String {
        let difference = reason.after - reason.before
        let points = ["reason": t("kind.\(reason.kind)"), "points": Tenths.signed(Tenths(difference, of: []).total)]
        return difference > 0 ? t("change.more", points) : t("change.less", points)
    }
}

/// What has changed, by API.
enum ChangesAPI {
    static let operations: [AnyOperation] = [getShortlistChanges]

    private static var getShortlistChanges: AnyOperation {
        Operation(
            .get, "/v1/shortlists/{shortlist}/changes", "getShortlistChanges",
            summary: "What has changed since the last list of the same mandate",
            description: """
                Which startups are new, what the others say otherwise of themselves, for which of the score's headings more \
                or less speaks for them, and who is not on the list again and why.
                """, tag: "investment", access: .roles([.manager, .investor]), parameters: ShortlistPath.self,
            output: ShortlistChanges.self, problems: [.notFound]
        ) { call in
            guard let changes = try await call.reader.changes(of: call.parameters.shortlist) else {
                throw Problem.notFound
            }
            return .ok(changes)
        }.erased
    }
}

extension ShortlistChanges: Described {
    package static var documentation: [String: String] {
        [
            "since": "Absent for the first list of a mandate.",
            "left": "Startups of the list before that are not on this one, as far as the reader may see them still.",
        ]
    }
}

extension ItemChange: Described {
    package static var documentation: [String: String] {
        ["reasons": "Empty where the lists were made by different engines, whose points cannot be compared."]
    }
}
