internal import Foundation
internal import Institutions
internal import Pages
internal import Vocabulary
internal import Wording

/// Puts the items of a list into words and figures.
struct ShortlistCards {
    let reading: Reading
    let list: Shortlist
    /// What the mandate said when the list was made.
    let terms: MandateTerms?
    let mayAnswer: Bool
    /// A fresh key for each form.
    let key: () -> String

    private var t: Texts { reading.t }

    func card(_ item: ShortlistItem) -> ShortlistCard {
        let startup = item.startup
        let id = "startup-\(startup.id)"
        return ShortlistCard(
            id: id, rank: item.rank, name: startup.name.text(for: reading.spoken),
            url: "/shortlists/\(list.id.description)/items/\(startup.id.description)",
            pitch: startup.pitch?.string ?? t("card.no_pitch"), stage: stage(startup),
            ask: startup.ask.map { MoneyText($0) } ?? MoneyText(currency: "", figure: t("card.no_ask")),
            place: place(startup), score: score(item), cheque: cheque, focusAreas: focus(startup),
            gates: gates(startup), answered: item.answer.map(badge),
            answer: mayAnswer && item.answer == nil
                ? answerForm(startup.id, in: id) : nil)
    }

    // MARK: Facts

    private func stage(_ startup: StartupCard) -> String {
        if let seeking = startup.seeking { return t("card.raising", ["stage": seeking.label(in: reading.spoken)]) }
        if let stage = startup.stage { return t("card.closed", ["stage": stage.label(in: reading.spoken)]) }
        return t("card.stage_unknown")
    }

    private func place(_ startup: StartupCard) -> String {
        let (city, country) = (
            startup.city?.string ?? startup.region?.string, startup.country?.name(in: reading.spoken)
        )
        // Some cities are their country.
        let home = (city == country ? [city] : [city, country]).compactMap(\.self).joined(separator: ", ")
        let markets = startup.markets.filter { $0 != startup.country }.prefix(3).map { $0.name(in: reading.spoken) }
        let market = markets.joined(separator: t("list.separator"))
        if home.isEmpty { return market.isEmpty ? t("card.place_unknown") : market }
        return market.isEmpty ? home : t("card.place_and_markets", ["home": home, "markets": market])
    }

    private func focus(_ startup: StartupCard) -> [String] {
        let areas = startup.focusAreas.map { $0.label(in: reading.viewer.language) }
        // A word that is already there as an area would be read twice.
        let words = startup.tags.map(\.string).filter { FocusAreaTaxonomy.standard.area(called: $0) == nil }
        return Array((areas + words).prefix(6))
    }

    private var cheque: MoneyText? {
        guard let terms else { return nil }
        switch (terms.chequeMin, terms.chequeMax) {
        case (let low?, let high?):
            var money = MoneyText(low)
            money.figure += "–" + MoneyText(high).figure
            return money
        case (let low?, nil):
            var money = MoneyText(low)
            money.figure = t("card.cheque_from", ["amount": money.figure])
            return money
        case (nil, let high?):
            var money = MoneyText(high)
            money.figure = t("card.cheque_up_to", ["amount": money.figure])
            return money
        case (nil, nil): return nil
        }
    }

    func facts(_ item: ShortlistItem) -> Facts {
        let startup = item.startup
        var facts: [Fact] = [
            .text(t("fact.stage"), stage(startup)),
            startup.ask.map { .money(t("fact.ask"), MoneyText($0)) } ?? .text(t("fact.ask"), t("card.no_ask")),
        ]
        if let cheque { facts.append(.money(t("fact.cheque"), cheque)) }
        facts.append(.text(t("fact.place"), place(startup)))
        let focus = focus(startup)
        if !focus.isEmpty { facts.append(.tags(t("fact.focus"), focus)) }
        if let founded = startup.foundedOn {
            facts.append(.time(t("fact.founded"), TimeText(founded, in: reading.viewer.language)))
        }
        if let stage = startup.stage {
            facts.append(.text(t("fact.last_round_label"), stage.label(in: reading.spoken)))
        }
        if let round = startup.lastRound { facts.append(.money(t("fact.last_amount"), MoneyText(round))) }
        if let day = startup.lastRoundOn {
            facts.append(.time(t("fact.last_day"), TimeText(day, in: reading.viewer.language)))
        }
        if let website = startup.website, let url = SafeURL(external: website.description) {
            facts.append(.link(t("fact.website"), LinkText(website.site, url)))
        }
        return Facts(facts)
    }

    // MARK: Gates

    /// What the mandate demands, and that it is met; an unmet wish that is no demand is said as well.
    private func gates(_ startup: StartupCard) -> [ShortlistCard.Gate] {
        guard let terms else { return [] }
        var gates: [ShortlistCard.Gate] = [.init(t("tick.opted_in"), isMet: true)]
        if !terms.countriesIn.isEmpty {
            let label = startup.country.map { t("tick.country", ["country": $0.name(in: reading.spoken)]) }
            gates.append(
                .init(label ?? t("tick.country_unknown"), isMet: startup.country.map(terms.countriesIn.contains)))
        }
        if !terms.stages.isEmpty {
            let label = startup.seeking.map { t("tick.stage", ["stage": $0.label(in: reading.spoken)]) }
            gates.append(.init(label ?? t("tick.stage_unknown"), isMet: startup.seeking.map(terms.stages.contains)))
        }
        if terms.chequeMin != nil || terms.chequeMax != nil {
            gates.append(.init(t("tick.cheque"), isMet: startup.ask.flatMap { fits($0, terms) }))
        }
        if !terms.exclusions.isEmpty { gates.append(.init(t("tick.exclusions"), isMet: true)) }
        return gates
    }

    /// Whether an ask leaves room for the cheque: it is not smaller than the smallest one.
    private func fits(_ ask: Money, _ terms: MandateTerms) -> Bool? {
        guard let amount = ReferenceRates.dollars(ask) else { return nil }
        guard let least = terms.chequeMin.map(ReferenceRates.dollars) else { return true }
        return least.map { amount >= $0 }
    }

    // MARK: Score

    private func score(_ item: ShortlistItem) -> ScoreExplanation {
        let words = ScoreWords(t)
        let groups = words.groups(item.parts)
        let tenths = Tenths(item.score, of: groups.map(\.value))
        return ScoreExplanation(
            figure: Tenths.text(tenths.total), scale: t("score.scale"), summary: words.summary(groups),
            parts: zip(groups, tenths.parts).map { group, shown in
                var part = ScoreExplanation.Part(
                    group.label, points: group.value,
                    evidence: group.evidence.isEmpty
                        ? t("score.no_evidence") : group.evidence.joined(separator: t("list.sentence_separator")))
                part.points = Tenths.signed(shown)
                return part
            })
    }

    /// Every part on its own, for whoever wants to add them up.
    func signals(_ item: ShortlistItem) -> Table {
        let words = ScoreWords(t)
        let tenths = Tenths(item.score, of: item.parts.map(\.value))
        return Table(
            caption: t("item.signals"),
            columns: [
                Table.Column(t("item.signal")), Table.Column(t("item.points"), isNumber: true),
                Table.Column(t("item.evidence")),
            ],
            rows: zip(item.parts, tenths.parts).map { part, shown in
                [
                    .text(words.label(of: part), note: t("kind.\(part.kind)")), .text(Tenths.signed(shown)),
                    .text(
                        part.evidence.isEmpty
                            ? t("score.no_evidence")
                            : part.evidence.map(words.sentence).joined(separator: t("list.sentence_separator"))),
                ]
            },
            empty: EmptyState(title: t("score.nothing"), text: t("score.nothing_text")))
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

/// Thousandths as people read them, in tenths, rounded so that the parts that are shown sum to the total that is shown.
struct Tenths: Equatable {
    let total: Int
    let parts: [Int]

    init(_ total: Int, of parts: [Int]) {
        func down(_ thousandths: Int) -> Int { Int((Double(thousandths) / 100).rounded(.down)) }
        self.total = Int((Double(total) / 100).rounded())
        var shown = parts.map(down)
        // Who lost most by rounding down gets the tenths that are left.
        let order = parts.indices.sorted {
            (parts[$1] - down(parts[$1]) * 100, $0) < (parts[$0] - down(parts[$0]) * 100, $1)
        }
        let left = self.total - shown.reduce(0, +)
        for index in order.prefix(max(0, left)) { shown[index] += 1 }
        self.parts = shown
    }

    static func text(_ tenths: Int) -> String {
        let (whole, rest) = Int(tenths.magnitude).quotientAndRemainder(dividingBy: 10)
        return (tenths < 0 ? "−" : "") + Figures.grouped(whole) + ".\(rest)"
    }

    static func signed(_ tenths: Int) -> String { tenths > 0 ? "+" + text(tenths) : text(tenths) }
}
