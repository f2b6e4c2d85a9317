internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Investment
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// A startup's round: planned, raised, and what investors would put in; and what the park is told of all.
struct RoundPages {
    let site: Site

    var routes: [AnyRoute] { [show, plan, revise, open, extend, disclose, close, withdraw, release, file, console] }

    /// The forms of the page.
    private enum Which {
        case terms, postponement, disclosure, closing, withdrawal, release
    }

    // MARK: The startup's page

    private var show: AnyRoute {
        PageRoute(.get, "/round", "ownRound", access: .roles([.founder])) { call in
            try await page(for: call)
        }.erased
    }

    private var plan: AnyRoute {
        PageRoute(.post, "/round", "planRoundForm", access: .roles([.founder]), body: RoundForm.self) { call in
            let (principal, id) = (try call.principal, FundingRound.ID())
            let startup = Startup.ID(try principal.actsFor)
            return try await doing(call, of: nil, .terms) { transaction in
                _ = try await transaction.planRound(
                    try call.decoded().terms(), as: id, of: startup, by: principal.personID)
            }
        }.erased
    }

    private var revise: AnyRoute {
        PageRoute(
            .post, "/round/{round}/terms", "reviseRoundForm", access: .roles([.founder]), parameters: RoundPath.self,
            body: RoundForm.self
        ) { call in
            try await doing(call, of: call.parameters.round, .terms) { transaction in
                _ = try await transaction.reviseRound(call.parameters.round, to: try call.decoded().terms())
            }
        }.erased
    }

    private var open: AnyRoute {
        PageRoute(
            .post, "/round/{round}/opening", "openRoundForm", access: .roles([.founder]), parameters: RoundPath.self
        ) { call in
            try await doing(call, of: call.parameters.round, .terms) {
                _ = try await $0.openRound(call.parameters.round)
            }
        }.erased
    }

    private var extend: AnyRoute {
        PageRoute(
            .post, "/round/{round}/extension", "extendRoundForm", access: .roles([.founder]),
            parameters: RoundPath.self, body: RoundExtension.self
        ) { call in
            try await doing(call, of: call.parameters.round, .postponement) { transaction in
                _ = try await transaction.extendRound(call.parameters.round, to: try call.decoded().closesOn)
            }
        }.erased
    }

    private var disclose: AnyRoute {
        PageRoute(
            .post, "/round/{round}/disclosure", "discloseRoundForm", access: .roles([.founder]),
            parameters: RoundPath.self, body: DisclosureForm.self
        ) { call in
            try await doing(call, of: call.parameters.round, .disclosure) { transaction in
                guard let round = try await transaction.fundingRound(call.parameters.round) else {
                    throw Problem.notFound
                }
                let form = try call.decoded()
                var terms = round.terms
                (terms.shownToListed, terms.shownToIntroduced) = (form.shownToListed, form.shownToIntroduced)
                terms.useOfFunds = form.useOfFunds
                _ = try await transaction.reviseRound(round.id, to: terms)
            }
        }.erased
    }

    private var close: AnyRoute {
        PageRoute(
            .post, "/round/{round}/closing", "closeRoundForm", access: .roles([.founder]), parameters: RoundPath.self,
            body: ClosingForm.self
        ) { call in
            try await doing(call, of: call.parameters.round, .closing) { transaction in
                guard let raised = try call.decoded().raised?.money(at: "/raised") else {
                    throw Problem(.invalid, errors: [.init("/raised/amount", .required, "Say how much was raised.")])
                }
                _ = try await transaction.closeRound(call.parameters.round, raised: raised)
            }
        }.erased
    }

    private var withdraw: AnyRoute {
        PageRoute(
            .post, "/round/{round}/withdrawal", "withdrawRoundForm", access: .roles([.founder]),
            parameters: RoundPath.self
        ) { call in
            try await doing(call, of: call.parameters.round, .withdrawal) {
                _ = try await $0.withdrawRound(call.parameters.round)
            }
        }.erased
    }

    private var release: AnyRoute {
        PageRoute(
            .post, "/round/{round}/indications/{indication}/release", "releaseIndicationForm",
            access: .roles([.founder]), parameters: IndicationPath.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await doing(call, of: call.parameters.round, .release) { transaction in
                _ = try await transaction.releaseIndication(path.indication, of: path.round, by: person)
            }
        }.erased
    }

    private var file: AnyRoute {
        PageRoute(
            .get, "/funding-rounds/{round}/indications.csv", "indicationsFile",
            access: .roles([.founder, .investor, .manager]), parameters: RoundPath.self
        ) { call in
            guard let sheet = try await call.reader.roundSheet(call.parameters.round) else { throw Problem.notFound }
            let file = RoundFile(sheet, in: try await call.viewer().language)
            return .download(file.csv, named: file.name, mediaType: "text/csv; charset=utf-8")
        }.erased
    }

    private func doing<P, B>(
        _ call: FormCall<P, B>, of round: FundingRound.ID?, _ form: Which,
        _ deed: @Sendable @escaping (Transaction) async throws -> Void
    ) async throws -> HTML {
        // Somebody else's round is not there, whatever the form says.
        if let round, try await call.reader.fundingRound(round) == nil { throw Problem.notFound }
        return try await FormProblem.answering(FundraisingRoom.constraints) {
            try await call.write { transaction in
                try await deed(transaction)
                return .redirect(to: "/round")
            }
        } again: { problem in
            try await page(for: call, form: form, problem: problem)
        }
    }

    private func page<P, B>(
        for call: FormCall<P, B>, form: Which? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        let own = Startup.ID(try call.principal.actsFor)
        guard let startup = try await call.reader.startup(own) else { throw Problem.notFound }
        let rounds = try await call.reader.fundingRounds(of: own, limit: 50)
        let running = rounds.first { !$0.standing.isLast }
        let sheet: RoundSheet? =
            if let running { try await call.reader.roundSheet(running.id) } else { nil }
        let reading = try await Reading(call)
        let t = reading.t
        let maker = FormMaker(
            values: call.fields, failed: form, problem: problem, t: t, key: { call.freshIdempotencyKey })
        let words = RoundWords(reading: reading)
        var model: FundraisingPage
        if let sheet {
            model = FundraisingPage(
                header: words.header(of: sheet.round, forStartup: true),
                notice: mismatch(sheet.round, startup, reading),
                stats: sheet.round.standing == .planned ? nil : words.stats(of: sheet.round),
                about: .init(
                    title: t("round.use_of_funds"), text: sheet.round.terms.useOfFunds.text(for: reading.spoken)),
                tables: sheet.round.standing == .planned
                    ? [] : [words.indications(of: sheet, mayRelease: true)],
                forms: forms(for: sheet.round, maker, reading), facts: words.facts(of: sheet.round, forStartup: true))
        } else {
            model = FundraisingPage(
                header: PageHeader(title: t("round.title"), lede: t("round.none_lede")),
                forms: [terms(nil, prefilledBy: startup, maker, reading)])
        }
        let former = rounds.filter(\.standing.isLast)
        if !former.isEmpty { model.tables.append(words.rounds(former, title: t("round.former"), id: "former")) }
        model.say(problem, t)
        let frame = Frame(title: model.header.title, site: site, viewer: reading.viewer, current: "round")
        return HTML(bytes: try PageTemplate.fundraising.render(model, in: frame))
    }

    /// Where the profile says something else of the round than the round does: it is told, and nobody's words are changed.
    private func mismatch(_ round: FundingRound, _ startup: Startup, _ reading: Reading) -> String? {
        let t = reading.t
        let profile = startup.profile
        guard profile.seeking != round.terms.stage || profile.ask != round.terms.target else { return nil }
        let said = [profile.seeking?.label(in: reading.spoken), profile.ask.map { MoneyText($0).words }]
            .compactMap(\.self).joined(separator: ", ")
        return t("round.profile_differs", ["profile": said.isEmpty ? t("round.profile_nothing") : said])
    }

    private func forms(for round: FundingRound, _ maker: FormMaker<Which>, _ reading: Reading) -> [Form] {
        let t = reading.t
        func at(_ step: String) -> SafeURL { "/round/\(round.id.description)/\(step)" }
        let withdrawal = maker.form(
            .withdrawal, at("withdrawal"), title: t("round.withdraw"), intro: t("round.withdraw_intro"),
            submit: t("round.withdraw_submit"), isDangerous: true)
        if round.standing == .planned {
            return [terms(round, prefilledBy: nil, maker, reading), withdrawal]
        }
        let disclosure = maker.input(
            .disclosure,
            [
                "shown_to_listed": [round.terms.shownToListed.rawValue],
                "shown_to_introduced": [round.terms.shownToIntroduced.rawValue],
            ].merging(Self.values(of: round.terms.useOfFunds)) { $1 })
        let closing = maker.input(.closing, ["raised.currency": [round.terms.target.currency.code]])
        return [
            maker.form(
                .postponement, at("extension"), title: t("round.extend"), intro: t("round.extend_intro"),
                fields: [
                    maker.input(.postponement, ["closes_on": [round.terms.closesOn.description]])
                        .date("closes_on", label: t("round.closes_on"))
                ], submit: t("round.extend_submit")),
            maker.form(
                .disclosure, at("disclosure"), title: t("round.disclose"), intro: t("round.disclose_intro"),
                fields: disclosureFields(disclosure, t) + [
                    disclosure.localized("use_of_funds", label: t("round.use_of_funds"), rows: 4)
                ], submit: t("round.disclose_submit")),
            maker.form(
                .closing, at("closing"), title: t("round.close"), intro: t("round.close_intro"),
                fields: [
                    closing.money("raised", label: t("round.raised"), currencies: [round.terms.target.currency.code])
                ], submit: t("round.close_submit")),
            withdrawal,
        ]
    }

    private static func values(of text: LocalizedText) -> [String: [String]] {
        Dictionary(
            uniqueKeysWithValues: text.languages.map { ("use_of_funds.\($0.rawValue)", [text[$0]?.string ?? ""]) })
    }

    private func disclosureFields(_ input: FormInput, _ t: Texts) -> [FormField] {
        let levels = FundingRound.Disclosure.allCases.map { ($0.rawValue, t("disclosure.\($0.rawValue)")) }
        return [
            input.select("shown_to_listed", label: t("round.shown_to_listed"), options: levels),
            input.select(
                "shown_to_introduced", label: t("round.shown_to_introduced"), hint: t("round.shown_hint"),
                options: levels),
        ]
    }

    private func terms(
        _ round: FundingRound?, prefilledBy startup: Startup?, _ maker: FormMaker<Which>, _ reading: Reading
    ) -> Form {
        let t = reading.t
        let stages = FundingStage.listed.map { ($0.rawValue, $0.label(in: reading.spoken)) }
        let input = maker.input(.terms, Self.usual(round?.terms, startup?.profile))
        return maker.form(
            .terms, round.map { "/round/\($0.id.description)/terms" } ?? "/round",
            title: round == nil ? t("round.plan") : t("round.revise"), intro: t("round.plan_intro"),
            fields: [
                input.select("stage", label: t("round.stage"), options: stages),
                input.money("target", label: t("round.target"), currencies: offeredCurrencies),
                input.money(
                    "minimum", label: t("round.minimum"), currencies: offeredCurrencies, hint: t("round.minimum_hint"),
                    isOptional: true),
                input.select(
                    "instrument", label: t("round.instrument"),
                    options: Instrument.allCases.map { ($0.rawValue, t("instrument.\($0.rawValue)")) }),
                input.date("closes_on", label: t("round.closes_on"), hint: t("round.closes_hint")),
                input.localized("use_of_funds", label: t("round.use_of_funds"), rows: 4),
            ] + disclosureFields(input, t), submit: round == nil ? t("round.plan_submit") : t("round.revise_submit"))
    }

    /// What the form begins with: the round as it is, or else what the profile says of it.
    private static func usual(_ terms: RoundTerms?, _ profile: StartupProfile?) -> [String: [String]] {
        let target = terms?.target ?? profile?.ask
        var values: [String: [String]] = [
            "stage": [(terms?.stage ?? profile?.seeking)?.rawValue ?? ""],
            "target.amount": [target?.decimal ?? ""], "target.currency": [(target?.currency ?? .hkd).code],
            "minimum.amount": [terms?.minimum?.decimal ?? ""],
            "minimum.currency": [(terms?.minimum?.currency ?? target?.currency ?? .hkd).code],
            "instrument": [terms?.instrument.rawValue ?? ""], "closes_on": [terms?.closesOn.description ?? ""],
            "shown_to_listed": [(terms?.shownToListed ?? .none).rawValue],
            "shown_to_introduced": [(terms?.shownToIntroduced ?? .summary).rawValue],
        ]
        if let text = terms?.useOfFunds { values.merge(Self.values(of: text)) { $1 } }
        return values
    }

    // MARK: The park's page

    private var console: AnyRoute {
        PageRoute(.get, "/console/fundraising", "consoleFundraising", access: .roles([.manager])) { call in
            let report = try await FundraisingReport(call.reader)
            let reading = try await Reading(call)
            let t = reading.t
            let words = RoundWords(reading: reading)
            let rooms = Table(
                caption: t("console.rooms"),
                columns: [
                    Table.Column(t("round.startup")), Table.Column(t("console.documents"), isNumber: true),
                    Table.Column(t("console.grants"), isNumber: true), Table.Column(t("console.firms"), isNumber: true),
                    Table.Column(t("console.views"), isNumber: true),
                    Table.Column(t("console.downloads"), isNumber: true),
                ],
                rows: report.dataRooms.map { room in
                    [
                        .link(
                            room.startupName.text(for: reading.spoken), "/console/startups/\(room.startup.description)"),
                        .number(room.documents), .number(room.grants), .number(room.firms), .number(room.views),
                        .number(room.downloads),
                    ]
                }, empty: EmptyState(title: t("console.no_rooms"), text: t("console.no_rooms_text")))
            let model = FundraisingPage(
                header: PageHeader(title: t("nav.fundraising"), lede: t("console.lede")),
                tables: [
                    words.rounds(report.rounds, title: t("console.rounds"), id: "rounds", toConsole: true),
                    .init(id: "rooms", title: t("console.rooms"), text: t("console.rooms_text"), table: rooms),
                ])
            let frame = Frame(
                title: t("nav.fundraising"), site: site, viewer: reading.viewer, current: "console-fundraising")
            return HTML(bytes: try PageTemplate.fundraising.render(model, in: frame))
        }.erased
    }
}

/// A round as its form sends it.
struct RoundForm: Codable {
    let stage: FundingStage
    let target: TypedAmount?
    let minimum: TypedAmount?
    let instrument: Instrument
    let useOfFunds: LocalizedText
    let closesOn: CalendarDate
    let shownToListed: FundingRound.Disclosure
    let shownToIntroduced: FundingRound.Disclosure

    func terms() throws(Problem) -> RoundTerms {
        guard let target = try target?.money(at: "/target") else {
            throw Problem(.invalid, errors: [.init("/target/amount", .required, "Say how much is sought.")])
        }
        return RoundTerms(
            stage, target: target, minimum: try minimum?.money(at: "/minimum"), by: instrument, for: useOfFunds,
            closesOn: closesOn, shownToListed: shownToListed, shownToIntroduced: shownToIntroduced)
    }
}

/// Whom an open round tells what.
struct DisclosureForm: Codable {
    let shownToListed: FundingRound.Disclosure
    let shownToIntroduced: FundingRound.Disclosure
    let useOfFunds: LocalizedText
}

/// What was raised, as it was typed.
struct ClosingForm: Codable {
    let raised: TypedAmount?
}
