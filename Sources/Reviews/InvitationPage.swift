internal import Foundation
internal import Pages
internal import Vocabulary
internal import Wording

/// A panel that somebody is asked onto: what it would judge, by when, and how much of it.
struct InvitationPage: ViewModel {
    var header: PageHeader
    var accept: Form
    var decline: Form
    var facts: Facts
    /// What would be judged, and how much each weighs.
    var criteria: Facts?

    init(
        _ round: ReviewRound, _ seat: Panelist, typed: [String: [String]],
        accepting: [(field: String, message: String)], declining: [(field: String, message: String)], now: Date,
        in language: Pages.Language
    ) {
        let t = PageKit.reviews.texts(in: language)
        let spoken = Vocabulary.Language(language)
        header = PageHeader(
            title: round.name.text(for: spoken), kind: round.subject(for: spoken),
            badge: Badge(t("reviewer.invitation_badge"), .accent),
            lede: t(seat.isChair ? "reviewer.invitation_lede_chair" : "reviewer.invitation_lede"))
        let most = FormInput(
            values: ["most": ["\(seat.terms.most)"]].merging(typed) { _, sent in sent }, errors: accepting, texts: t)
        accept = Form(
            action: "/reviews/rounds/\(round.id)/acceptance",
            sections: [
                FormSection(
                    title: t("reviewer.accept_title"),
                    fields: [
                        most.number(
                            "most", label: t("reviewer.most"),
                            hint: t("reviewer.most_hint", count: seat.terms.most))
                    ])
            ],
            submit: t("reviewer.accept"), texts: t)
        let reason = FormInput(values: typed, errors: declining, texts: t)
        decline = Form(
            action: "/reviews/rounds/\(round.id)/decline",
            sections: [
                FormSection(
                    title: t("reviewer.decline_title"),
                    fields: [
                        reason.text(
                            "reason", label: t("reviewer.reason"), hint: t("reviewer.reason_hint"), isOptional: true,
                            limit: ShortTextRule.limit)
                    ])
            ],
            submit: t("reviewer.decline"), texts: t, isDangerous: true)
        facts = Facts(
            title: t("reviewer.invitation_facts"),
            [
                .time(t("reviewer.due"), round.dueText(from: now, in: language)),
                .text(t("reviewer.names"), t(round.isBlind ? "reviewer.names_hidden" : "reviewer.names_shown")),
                .text(
                    t("reviewer.languages"),
                    seat.terms.languages.map { Pages.Language(tag: $0.rawValue)?.endonym ?? $0.rawValue }
                        .joined(separator: t("reviewer.separator"))),
            ])
        criteria =
            round.criteria.isEmpty
            ? nil
            : Facts(
                title: t("reviewer.rubric"),
                round.criteria.map { criterion in
                    .text(
                        "\(criterion.name.text(for: spoken)) · \(t("reviewer.weight", ["weight": "\(criterion.weight)"]))",
                        criterion.guidance?.text(for: spoken)
                            ?? t(
                                "reviewer.scale",
                                ["lowest": "\(criterion.lowest)", "highest": "\(criterion.highest)"]))
                })
    }
}

extension PageTemplate<InvitationPage> {
    static let invitation = PageTemplate("reviews/invitation", in: .reviews)
}
