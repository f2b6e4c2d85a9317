internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// A firm's portfolio: what was imported, what introductions ended in, and what was made elsewhere. For its own people, and for
/// the park.
struct PortfolioPages {
    let site: Site

    var routes: [AnyRoute] {
        [showOwn, recordOwn, takeBackOwn, showConsole, recordConsole, takeBackConsole]
    }

    private var showOwn: AnyRoute {
        PageRoute(.get, "/portfolio", "portfolio", access: .roles([.investor]), parameters: BrowsePortfolio.self) {
            call in
            try await page(for: call, of: Institution.ID(try call.principal.actsFor), .own, call.parameters)
        }.erased
    }

    private var recordOwn: AnyRoute {
        PageRoute(
            .post, "/portfolio", "recordInvestmentForm", access: .roles([.investor]), body: InvestmentForm.self
        ) { call in
            try await record(call, of: Institution.ID(try call.principal.actsFor), .own)
        }.erased
    }

    private var takeBackOwn: AnyRoute {
        PageRoute(
            .post, "/portfolio/withdrawal", "takeBackInvestmentForm", access: .roles([.investor]),
            body: TakeBackForm.self
        ) { call in
            try await takeBack(call, of: Institution.ID(try call.principal.actsFor), .own)
        }.erased
    }

    private var showConsole: AnyRoute {
        PageRoute(
            .get, "/console/investors/{investor}/portfolio", "consolePortfolio", access: .roles([.manager]),
            parameters: BrowsePortfolioOf.self
        ) { call in
            let query = call.parameters
            return try await page(
                for: call, of: query.investor, .console,
                BrowsePortfolio(q: query.q, limit: query.limit, cursor: query.cursor))
        }.erased
    }

    private var recordConsole: AnyRoute {
        PageRoute(
            .post, "/console/investors/{investor}/portfolio", "consoleRecordInvestment", access: .roles([.manager]),
            parameters: StandingPath.self, body: InvestmentForm.self
        ) { call in
            try await record(call, of: call.parameters.investor, .console)
        }.erased
    }

    private var takeBackConsole: AnyRoute {
        PageRoute(
            .post, "/console/investors/{investor}/portfolio/withdrawal", "consoleTakeBackInvestment",
            access: .roles([.manager]), parameters: StandingPath.self, body: TakeBackForm.self
        ) { call in
            try await takeBack(call, of: call.parameters.investor, .console)
        }.erased
    }

    // MARK: What is done

    private enum Which {
        case record, withdrawal
    }

    private func record<P>(
        _ call: FormCall<P, InvestmentForm>, of firm: Institution.ID, _ way: MandatePages.Way
    ) async throws -> HTML {
        let (id, person) = (PastInvestment.ID(), try call.principal.personID)
        return try await doing(call, of: firm, way, .record) { transaction in
            _ = try await transaction.recordInvestment(
                try call.decoded().investment(), of: firm, as: id, by: person)
        }
    }

    private func takeBack<P>(
        _ call: FormCall<P, TakeBackForm>, of firm: Institution.ID, _ way: MandatePages.Way
    ) async throws -> HTML {
        let person = try call.principal.personID
        return try await doing(call, of: firm, way, .withdrawal) { transaction in
            let form = try call.decoded()
            guard try await transaction.investment(form.investment)?.investor == firm else { throw Problem.notFound }
            try await transaction.takeBackInvestment(form.investment, because: form.reason, by: person)
        }
    }

    private func doing<P, B>(
        _ call: FormCall<P, B>, of firm: Institution.ID, _ way: MandatePages.Way, _ form: Which,
        _ deed: @Sendable @escaping (Transaction) async throws -> Void
    ) async throws -> HTML {
        guard try await call.reader.institution(firm) != nil else { throw Problem.notFound }
        return try await FormProblem.answering(InvestmentRoom.constraints) {
            try await call.write { transaction in
                try await deed(transaction)
                return .redirect(to: way == .own ? "/portfolio" : "/console/investors/\(firm)/portfolio")
            }
        } again: { problem in
            try await page(for: call, of: firm, way, BrowsePortfolio(), form: form, problem: problem)
        }
    }

    // MARK: The page

    private func page<P, B>(
        for call: FormCall<P, B>, of firm: Institution.ID, _ way: MandatePages.Way, _ query: BrowsePortfolio,
        form: Which? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let investor = try await call.reader.institution(firm), investor.kind != .startup else {
            throw Problem.notFound
        }
        let after = try call.position(query.cursor, as: PastInvestmentPosition.self)
        let found = try await call.reader.investments(of: firm, after: after, limit: PageSize.rows(for: query.limit))
        let page = try call.page(found, size: query.limit) { PastInvestmentPosition($0) }
        let own = try await call.reader.actingFirmRole()
        let reading = try await Reading(call)
        let t = reading.t
        let name = investor.name.text(for: reading.spoken)
        let base: SafeURL = way == .own ? "/portfolio" : "/console/investors/\(firm.description)/portfolio"
        let mayKeep = way == .console || own == .principal
        func input(_ which: Which) -> FormInput {
            form == which
                ? FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
                : FormInput(values: [:], errors: [], texts: t)
        }
        let keyed = [HiddenField("idempotency_key", call.freshIdempotencyKey)]
        var record: PortfolioPage.Record?
        var withdrawal: Form?
        if mayKeep {
            let fields = try await recordFields(
                input(.record), named: query.q?.string, chosen: form == .record ? call.fields["startup"]?.first : nil,
                call.reader, reading)
            record = PortfolioPage.Record(
                filters: Filters(
                    action: base,
                    search: Filters.Search(label: t("portfolio.search"), value: query.q?.string ?? ""),
                    clearURL: query.q == nil ? nil : base),
                form: Form(
                    action: base, sections: [FormSection(title: t("portfolio.deal"), fields: fields)],
                    submit: t("portfolio.submit"), texts: t, hidden: keyed,
                    problem: form == .record ? problem?.sentence(besides: fields) : nil))
            let mistaken = page.items.filter { $0.isTakenBack(byPark: way == .console) }
            if !mistaken.isEmpty || form == .withdrawal {
                let fields = [
                    input(.withdrawal).select(
                        "investment", label: t("portfolio.which"),
                        options: mistaken.map { ($0.id.description, Self.line(of: $0, reading)) }),
                    input(.withdrawal).text("reason", label: t("portfolio.why"), limit: 500),
                ]
                withdrawal = Form(
                    action: way == .own
                        ? "/portfolio/withdrawal" : "/console/investors/\(firm.description)/portfolio/withdrawal",
                    sections: [
                        FormSection(
                            title: t("portfolio.take_back"), intro: t("portfolio.take_back_intro"), fields: fields)
                    ], submit: t("portfolio.take_back_submit"), texts: t, hidden: keyed, isDangerous: true,
                    problem: form == .withdrawal ? problem?.sentence(besides: fields) : nil)
            }
        }
        let filters: [(name: String, value: String)] = query.q.map { [("q", $0.string)] } ?? []
        let model = PortfolioPage(
            header: PageHeader(title: t("portfolio.title"), kind: name, lede: t("portfolio.lede")),
            table: Self.table(
                page.items, way, reading,
                pager: Pager(
                    firstURL: query.cursor == nil ? nil : base.adding(filters),
                    nextURL: page.next.map { base.adding(filters + [("cursor", $0)]) })),
            record: record, withdrawal: withdrawal,
            takenBack: Self.takenBack(try await call.reader.investmentsTakenBack(of: firm), reading))
        let crumbs: [Breadcrumb] =
            way == .own
            ? []
            : [
                Breadcrumb(t("investors.title"), "/console/investors"),
                Breadcrumb(name, "/console/investors/\(firm.description)"),
            ]
        let frame = Frame(
            title: t("portfolio.title"), site: site, viewer: reading.viewer,
            current: way == .own ? "portfolio" : "investors", breadcrumbs: crumbs)
        return HTML(bytes: try PageTemplate.portfolio.render(model, in: frame))
    }

    /// What is asked of a deal. Startups are offered as far as the reader knows them.
    private func recordFields(
        _ input: FormInput, named search: String?, chosen: String?, _ reader: Reader, _ reading: Reading
    ) async throws -> [FormField] {
        let t = reading.t
        let options = try await reader.startupChoices(named: search, and: chosen, in: reading.spoken)
        let currencies = ["HKD", "USD", "JPY", "CNY", "EUR", "GBP", "SGD"]
        return [
            input.select("startup", label: t("investor.startup"), hint: t("portfolio.startup_hint"), options: options),
            input.date("made_on", label: t("investor.day")),
            input.money("amount", label: t("portfolio.amount"), currencies: currencies, isOptional: true),
            input.select(
                "instrument", label: t("step.instrument"),
                options: Instrument.allCases.map { ($0.rawValue, t("instrument.\($0.rawValue)")) }, isOptional: true),
            input.select(
                "round_type", label: t("investor.round"),
                options: FundingStage.listed.map { ($0.rawValue, $0.label(in: reading.spoken)) }, isOptional: true),
            input.money("round", label: t("investor.amount"), currencies: currencies, isOptional: true),
        ]
    }

    /// What was taken back, and why; nil where nothing was.
    private static func takenBack(_ investments: [TakenBackInvestment], _ reading: Reading) -> Table? {
        guard !investments.isEmpty else { return nil }
        let t = reading.t
        return Table(
            caption: t("portfolio.taken_back"),
            columns: [
                Table.Column(t("investor.startup")), Table.Column(t("investor.day")),
                Table.Column(t("portfolio.why")), Table.Column(t("portfolio.taken_back_on")),
            ],
            rows: investments.map { deal in
                [
                    .text(deal.startupName?.text(for: reading.spoken) ?? t("introduction.hidden_startup")),
                    .time(TimeText(deal.madeOn, in: reading.viewer.language)), .text(deal.reason.string),
                    .time(reading.day(deal.takenBackAt)),
                ]
            }, empty: EmptyState(title: "", text: ""))
    }

    private static func line(of investment: PastInvestment, _ reading: Reading) -> String {
        let startup = investment.startupName?.text(for: reading.spoken) ?? reading.t("introduction.hidden_startup")
        return "\(startup) · \(investment.madeOn.text(in: reading.viewer.language))"
    }

    /// Investments with what is known of each, and from where.
    static func table(
        _ investments: [PastInvestment], _ way: MandatePages.Way, _ reading: Reading, pager: Pager? = nil
    ) -> Table {
        let t = reading.t
        return Table(
            caption: t("investor.investments"),
            columns: [
                Table.Column(t("investor.startup")), Table.Column(t("investor.round")),
                Table.Column(t("investor.day")), Table.Column(t("portfolio.amount"), isNumber: true),
                Table.Column(t("step.instrument")), Table.Column(t("investor.amount"), isNumber: true),
                Table.Column(t("portfolio.source")),
            ] + (way == .console ? [Table.Column(t("portfolio.agreements"))] : []),
            rows: investments.map { deal in
                let name = deal.startupName?.text(for: reading.spoken)
                let source = t("portfolio.source_\(deal.source.rawValue)")
                let cells: [Table.Cell] = [
                    way == .console
                        ? .link(name ?? "–", "/console/startups/\(deal.startup.description)")
                        : .text(name ?? t("introduction.hidden_startup")),
                    .text(deal.roundType.label(in: reading.spoken)),
                    .time(TimeText(deal.madeOn, in: reading.viewer.language)),
                    deal.amount.map { .money(MoneyText($0)) } ?? .text("–"),
                    .text(deal.instrument.map { t("instrument.\($0.rawValue)") } ?? "–"),
                    deal.round.map { .money(MoneyText($0)) } ?? .text("–"),
                    deal.introduction.map { .link(source, "/introductions/\($0.description)") } ?? .text(source),
                ]
                // What it is linked to is for the park alone.
                return cells
                    + (way == .console
                        ? [
                            .action(
                                .link(
                                    t("portfolio.link"), "/console/investments/\(deal.id.description)/agreements"))
                        ] : [])
            },
            empty: EmptyState(
                title: t("investor.no_investments"),
                text: way == .console ? t("investor.no_investments_text") : t("portfolio.none_text")), pager: pager)
    }
}

struct BrowsePortfolio: Codable {
    var q: ShortText?
    var limit: PageSize?
    var cursor: PageCursor?
}

struct BrowsePortfolioOf: Codable {
    let investor: Institution.ID
    let q: ShortText?
    let limit: PageSize?
    let cursor: PageCursor?
}

/// A deal as its form sends it.
struct InvestmentForm: Codable {
    let startup: Startup.ID
    let madeOn: CalendarDate
    let amount: MandateForm.TypedAmount?
    let instrument: Instrument?
    let roundType: FundingStage?
    let round: MandateForm.TypedAmount?

    func investment() throws -> NewInvestment {
        func money(_ typed: MandateForm.TypedAmount?, _ field: String) throws -> Money? {
            guard let text = typed?.amount, !text.isEmpty else { return nil }
            guard let read = Money(text, typed?.currency ?? .hkd) else {
                throw Problem(
                    .invalid, errors: [.init("\(field)/amount", .invalid, "Write an amount such as 500,000.")])
            }
            return read
        }
        return NewInvestment(
            in: startup, on: madeOn, roundType: roundType, round: try money(round, "/round"),
            amount: try money(amount, "/amount"), instrument: instrument)
    }
}

/// Which investment is taken back, and why.
struct TakeBackForm: Codable {
    let investment: PastInvestment.ID
    let reason: ShortText
}

/// A firm's portfolio.
struct PortfolioPage: ViewModel {
    /// How a deal is recorded: a search for its startup, and the form.
    struct Record: ViewModel {
        var filters: Filters
        var form: Form
    }

    var header: PageHeader
    var table: Table
    var record: Record?
    var withdrawal: Form?
    var takenBack: Table?
}

extension PageTemplate<PortfolioPage> {
    static let portfolio = PageTemplate("investment/portfolio", in: .investment)
}
