internal import Foundation
internal import Institutions
internal import Pages
internal import Vocabulary
internal import Wording

/// Says how a startup fits a mandate, in words and figures.
struct FitWords {
    let reading: Reading
    /// What the mandate says.
    let terms: MandateTerms?

    private var t: Texts { reading.t }

    // MARK: Facts

    func stage(_ startup: StartupCard) -> String {
        if let seeking = startup.seeking { return t("card.raising", ["stage": seeking.label(in: reading.spoken)]) }
        if let stage = startup.stage { return t("card.closed", ["stage": stage.label(in: reading.spoken)]) }
        return t("card.stage_unknown")
    }

    func place(_ startup: StartupCard) -> String {
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

    func focus(_ startup: StartupCard) -> [String] {
        let areas = startup.focusAreas.map { $0.label(in: reading.viewer.language) }
        // A word that is already there as an area would be read twice.
        let words = startup.tags.map(\.string).filter { FocusAreaTaxonomy.standard.area(called: $0) == nil }
        return Array((areas + words).prefix(6))
    }

    var cheque: MoneyText? {
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

    func facts(_ startup: StartupCard) -> Facts {
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

    /// What it asks for, in a line.
    func ask(_ startup: StartupCard) -> String? {
        startup.ask.map { "\($0.currency) \(MoneyText($0).figure)" }
    }

    // MARK: Gates

    /// What the mandate demands, and that it is met; an unmet wish that is no demand is said as well.
    func gates(_ startup: StartupCard) -> [ShortlistCard.Gate] {
        guard let terms else { return [] }
        var gates: [ShortlistCard.Gate] = [.init(t("tick.opted_in"), isMet: true)]
        if !terms.countriesIn.isEmpty {
            let label = startup.country.map { t("tick.country", ["country": $0.name(in: reading.spoken)]) }
            gates.append(
                .init(label ?? t("tick.country_unknown"), isMet: startup.country.map(terms.countriesIn.contains)))
        }
        if !terms.stages.isEmpty {
            let isMet = startup.seeking.map(terms.stages.contains)
            let label = startup.seeking.map { seeking in
                let stage = ["stage": seeking.label(in: reading.spoken)]
                return isMet == true ? t("tick.stage", stage) : t("tick.stage_out", stage)
            }
            gates.append(.init(label ?? t("tick.stage_unknown"), isMet: isMet))
        }
        if terms.chequeMin != nil || terms.chequeMax != nil {
            let isMet = startup.ask.flatMap { fits($0, terms) }
            gates.append(.init(isMet == false ? t("tick.cheque_out") : t("tick.cheque"), isMet: isMet))
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

    /// Why a gate keeps a startup out.
    func reason(_ gate: ClosedGate) -> String {
        guard let because = gate.because else { return label(ofGate: gate.gate) }
        let name =
            Country(because)?.name(in: reading.spoken)
            ?? FundingStage(rawValue: because)?.label(in: reading.spoken)
            ?? FocusArea.ID(because)?.label(in: reading.viewer.language) ?? because
        return t("fit.closed", ["gate": label(ofGate: gate.gate), "because": name])
    }

    /// Why a gate keeps startups out, by its slug.
    func label(ofGate slug: String) -> String {
        let key = slug.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
        return t("gate_count.\(String(decoding: key, as: UTF8.self))")
    }

    // MARK: Score

    func score(_ score: Int, _ parts: [ScorePart]) -> ScoreExplanation {
        let words = ScoreWords(t)
        let groups = words.groups(parts)
        let tenths = Tenths(score, of: groups.map(\.value))
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

    /// What speaks for it and what against, in a line, and the weightiest reason in full.
    func reasons(_ parts: [ScorePart]) -> Table.Cell {
        let words = ScoreWords(t)
        let groups = words.groups(parts)
        return .text(words.summary(groups), note: groups.first { $0.value > 0 }?.evidence.first)
    }

    /// A score as it is shown in a list.
    func points(_ score: Int) -> Table.Cell { .text(Tenths.text(Tenths(score, of: []).total)) }

    /// Every part on its own, for whoever wants to add them up.
    func signals(_ score: Int, _ parts: [ScorePart]) -> Table {
        let words = ScoreWords(t)
        let tenths = Tenths(score, of: parts.map(\.value))
        return Table(
            caption: t("item.signals"),
            columns: [
                Table.Column(t("item.signal")), Table.Column(t("item.points"), isNumber: true),
                Table.Column(t("item.evidence")),
            ],
            rows: zip(parts, tenths.parts).map { part, shown in
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
