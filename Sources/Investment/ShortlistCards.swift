internal import Foundation
internal import Institutions
internal import Matching
internal import Pages
internal import Vocabulary
internal import Wording

/// Puts the items of a list into words and figures.
struct ShortlistCards {
    let words: FitWords
    let list: Shortlist
    let mayAnswer: Bool
    /// What stands between the investor and the startups.
    var nearness = Nearness()
    /// What has changed since the last list; nil where that is not told.
    var changes: ChangeWords?
    /// What the firm's people say of it among themselves; nil for whoever is of no firm.
    var talk: FirmTalk?
    /// A fresh key for each form.
    let key: () -> String
    /// What a manager has ticked to be withheld; nil where there is nothing to tick.
    var ticked: Set<String>?

    private var reading: Reading { words.reading }
    private var t: Texts { reading.t }

    func card(_ item: ShortlistItem) -> ShortlistCard {
        let startup = item.startup
        let id = "startup-\(startup.id)"
        return ShortlistCard(
            id: id, rank: item.rank, name: startup.name.text(for: reading.spoken),
            url: "/shortlists/\(list.id.description)/items/\(startup.id.description)",
            pitch: startup.pitch?.string ?? t("card.no_pitch"), stage: words.stage(startup),
            ask: startup.ask.map { MoneyText($0) } ?? MoneyText(currency: "", figure: t("card.no_ask")),
            place: words.place(startup), score: words.score(item.score, item.parts), cheque: words.cheque,
            change: said(of: startup.id), focusAreas: words.focus(startup),
            gates: words.gates(startup) + marks(startup.id),
            answered: item.state == .expired ? Badge(t("answered.expired")) : item.answer.map(badge),
            answer: mayAnswer && item.state == .open
                ? answerForm(startup.id, in: id) : nil,
            choice: ticked.map { ticked in
                ShortlistCard.Choice(
                    id: "\(id)-withhold", field: "startups", value: startup.id.description,
                    label: t("review.withhold_one", ["startup": startup.name.text(for: reading.spoken)]),
                    isChosen: ticked.contains(startup.id.description))
            })
    }

    private func said(of startup: Startup.ID) -> String? {
        let sentences = [changes?.sentence(on: startup)].compactMap(\.self) + (talk?.sentences(on: startup, t) ?? [])
        return sentences.isEmpty ? nil : sentences.joined(separator: " · ")
    }

    /// What keeps nobody from the list by itself, or came about since.
    private func marks(_ startup: Startup.ID) -> [ShortlistCard.Gate] {
        var marks: [ShortlistCard.Gate] = []
        if nearness.held.contains(startup) { marks.append(.init(t("tick.held"), isMet: nil)) }
        if nearness.conflicted.contains(startup) {
            marks.append(.init(words.label(ofGate: Matching.Gate.conflictOfInterest.slug), isMet: false))
        }
        return marks
    }

    // MARK: Answers

    private func badge(_ answer: Answer) -> Badge {
        switch answer.answer {
        case .interested: Badge(t("answer.interested"), .success)
        case .pass: Badge(t("answered.pass", ["reason": answer.reason.map { t("reason.\($0.rawValue)") } ?? ""]))
        case .later:
            Badge(
                t("answered.later", ["day": answer.laterUntil?.text(in: reading.viewer.language) ?? ""]), .info)
        }
    }

    func answers(_ answers: [Answer]) -> Table {
        Table(
            caption: t("item.answers"),
            columns: [
                Table.Column(t("item.answer")), Table.Column(t("item.answered_on")), Table.Column(t("item.note")),
            ],
            rows: answers.map { answer in
                [.badge(badge(answer)), .time(reading.day(answer.answeredAt)), .text(answer.note?.string ?? "–")]
            },
            empty: EmptyState(title: t("item.no_answer"), text: t("item.no_answer_text")))
    }

    private func answerForm(_ startup: Startup.ID, in card: String) -> ShortlistCard.AnswerForm {
        let input = FormInput([:], texts: t)
        // There are as many forms as cards: their controls need ids of their own under the same names.
        func placed(_ field: FormField) -> FormField {
            var field = field
            field.id = "\(card)-\(field.name)"
            field.describedBy = nil
            return field
        }
        return ShortlistCard.AnswerForm(
            action: "/shortlists/\(list.id.description)/items/\(startup.description)/answer",
            reasons: placed(
                input.select(
                    "reason", label: t("answer.reason"),
                    options: Answer.PassReason.allCases.map { ($0.rawValue, t("reason.\($0.rawValue)")) },
                    isOptional: true)),
            until: placed(input.date("later_until", label: t("answer.until"), isOptional: true)),
            note: placed(input.text("note", label: t("answer.note"), isOptional: true, limit: 500)),
            hidden: [HiddenField("idempotency_key", key())])
    }
}
