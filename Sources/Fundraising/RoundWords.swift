internal import API
internal import Foundation
internal import Institutions
internal import Investment
internal import Pages
internal import Vocabulary
internal import Wording

/// A round in words, for whoever reads it: what is not told stands nowhere.
struct RoundWords {
    let reading: Reading
    private var t: Texts { reading.t }

    func header(of round: FundingRound, forStartup: Bool) -> PageHeader {
        let stage = round.terms.stage.label(in: reading.spoken)
        var actions: [Action] = []
        if round.standing == .planned, forStartup {
            actions.append(
                .post(t("round.open"), "/round/\(round.id.description)/opening", style: .primary))
        } else {
            actions.append(.link(t("round.csv"), "/funding-rounds/\(round.id.description)/indications.csv"))
        }
        return PageHeader(
            title: forStartup
                ? t("round.of_stage", ["stage": stage]) : round.startupName?.text(for: reading.spoken) ?? "–",
            kind: forStartup ? t("round.title") : t("round.of_stage", ["stage": stage]), badge: badge(round.standing),
            lede: lede(of: round, forStartup: forStartup), actions: actions)
    }

    func badge(_ standing: FundingRound.Standing) -> Badge {
        let words = t("standing.\(standing.rawValue)")
        return switch standing {
        case .planned, .withdrawn: Badge(words)
        case .open, .extended: Badge(words, .info)
        case .targetMet, .closed: Badge(words, .success)
        }
    }

    private func lede(of round: FundingRound, forStartup: Bool) -> String {
        let names = [
            "day": reading.words(round.terms.closesOn), "raised": round.raised.map { MoneyText($0).words } ?? "",
        ]
        switch round.standing {
        case .planned: return t("round.lede_planned")
        case .closed: return t("round.lede_closed", names)
        case .withdrawn: return t("round.lede_withdrawn")
        case .open, .extended, .targetMet:
            guard round.terms.closesOn >= CalendarDate(Date(), in: .utc) else {
                return forStartup ? t("round.lede_over", names) : t("round.lede_over_investor", names)
            }
            return t("round.lede_open", names)
        }
    }

    func stats(of round: FundingRound) -> StatTiles? {
        guard let tally = round.tally else { return nil }
        let target = round.terms.target
        let rest: StatTiles.Tile =
            if let excess = tally.excess(over: target) {
                StatTiles.Tile(t("round.over"), figure: MoneyText(excess).words, note: t("round.over_note"))
            } else {
                StatTiles.Tile(
                    t("round.missing"),
                    figure: MoneyText(Money(minor: target.minor - tally.sum.minor, currency: target.currency)).words)
            }
        return StatTiles([
            StatTiles.Tile(t("round.target"), figure: MoneyText(target).words),
            StatTiles.Tile(
                t("round.indicated"), figure: MoneyText(tally.sum).words,
                note: t("round.count", count: tally.indications)),
            StatTiles.Tile(t("round.binding_sum"), figure: MoneyText(tally.binding).words), rest,
        ])
    }

    func facts(of round: FundingRound, forStartup: Bool) -> Facts {
        let terms = round.terms
        var facts: [Fact] = [
            .text(t("round.stage"), terms.stage.label(in: reading.spoken)),
            .money(t("round.target"), MoneyText(terms.target)),
        ]
        if let minimum = terms.minimum { facts.append(.money(t("round.minimum"), MoneyText(minimum))) }
        facts += [
            .text(t("round.instrument"), t("instrument.\(terms.instrument.rawValue)")),
            .time(t("round.closes_on"), reading.day(terms.closesOn)),
        ]
        if let first = round.firstClosesOn, first != terms.closesOn {
            facts.append(.time(t("round.first_closes_on"), reading.day(first)))
        }
        if forStartup {
            facts += [
                .text(t("round.shown_to_listed"), t("disclosure.\(terms.shownToListed.rawValue)")),
                .text(t("round.shown_to_introduced"), t("disclosure.\(terms.shownToIntroduced.rawValue)")),
                .link(t("round.profile"), LinkText(t("round.profile_link"), "/portal/profile")),
            ]
        } else {
            facts.append(.text(t("round.told"), t("disclosure.\(round.disclosure.rawValue)")))
        }
        return Facts(facts)
    }

    func indications(of sheet: RoundSheet, mayRelease: Bool) -> FundraisingPage.TableSection {
        let hasContacts = sheet.indications.contains { $0.contactEmail != nil }
        let contact = hasContacts ? [Table.Column(t("indication.contact"))] : []
        let deed = mayRelease && sheet.round.standing.isOpen ? [Table.Column(t("indication.deed"))] : []
        return FundraisingPage.TableSection(
            id: "indications", title: t("round.indications"),
            text: mayRelease
                ? sheet.countsAll ? nil : t("round.not_counted")
                : t("round.told_\(sheet.round.disclosure.rawValue)"),
            table: Table(
                caption: t("round.indications"),
                columns: [
                    Table.Column(t("indication.investor")), Table.Column(t("indication.amount"), isNumber: true),
                    Table.Column(t("indication.kind")), Table.Column(t("indication.until")),
                ] + contact + deed,
                rows: sheet.indications.map { given in
                    var cells: [Table.Cell] = [
                        .text(
                            given.investorName.text(for: reading.spoken),
                            note: given.isOwn ? t("indication.own") : given.note?.string),
                        .money(MoneyText(given.amount)),
                        .badge(
                            given.binding
                                ? Badge(t("indication.binding"), .success) : Badge(t("indication.not_binding"))),
                        .time(reading.day(given.standsUntil)),
                    ]
                    if hasContacts { cells.append(.text(given.contactName ?? "–", note: given.contactEmail)) }
                    if !deed.isEmpty {
                        cells.append(
                            .action(
                                .post(
                                    t("indication.release"),
                                    "/round/\(sheet.round.id.description)/indications/\(given.id.description)/release"))
                        )
                    }
                    return cells
                },
                empty: EmptyState(
                    title: t("round.no_indications"),
                    text: mayRelease ? t("round.no_indications_startup") : t("round.no_indications_investor"))))
    }

    func rounds(
        _ rounds: [FundingRound], title: String, id: String, toConsole: Bool = false, toRaising: Bool = false
    ) -> FundraisingPage.TableSection {
        FundraisingPage.TableSection(
            id: id, title: title,
            table: Table(
                caption: title,
                columns: [
                    Table.Column(toConsole || toRaising ? t("round.startup") : t("round.stage")),
                    Table.Column(t("round.standing")), Table.Column(t("round.target"), isNumber: true),
                    Table.Column(t("round.indicated"), isNumber: true), Table.Column(t("round.closes_on")),
                ],
                rows: rounds.map { round in
                    let stage = round.terms.stage.label(in: reading.spoken)
                    let name = round.startupName?.text(for: reading.spoken) ?? "–"
                    let startup = round.startup.description
                    let indicated: Table.Cell =
                        if let raised = round.raised {
                            .money(MoneyText(raised), note: t("round.raised_note"))
                        } else if let tally = round.tally, round.standing != .planned {
                            .money(MoneyText(tally.sum), note: t("round.count", count: tally.indications))
                        } else {
                            .text("–")
                        }
                    return [
                        toConsole
                            ? .link(name, "/console/startups/\(startup)", note: stage)
                            : toRaising ? .link(name, "/raising/\(startup)", note: stage) : .text(stage),
                        .badge(badge(round.standing)), .money(MoneyText(round.terms.target)), indicated,
                        .time(reading.day(round.terms.closesOn)),
                    ]
                },
                empty: EmptyState(
                    title: t("round.none"), text: toConsole ? t("round.none_console") : t("round.none_investor"))))
    }
}

extension MoneyText {
    /// The amount as one text: “HK$ 5,000,000”.
    var words: String { "\(currency)\(currency.hasSuffix(" ") ? "" : " ")\(figure)" }
}
