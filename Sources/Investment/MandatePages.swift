internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// What investors will fund: an investor's own mandates, and the manager's investors.
struct MandatePages {
    let site: Site
    let indexes: LiveIndexes

    var routes: [AnyRoute] {
        [
            listMandates, newMandate, createMandate, showMandate(at: .own), reviseMandate(at: .own),
            withdrawMandate(at: .own), listInvestors, showInvestor, newInvestorsMandate, createInvestorsMandate,
            showMandate(at: .console), reviseMandate(at: .console), withdrawMandate(at: .console),
            countNew, countInvestorsNew, countRevised(at: .own), countRevised(at: .console),
        ]
    }

    /// Whose way to a mandate it is.
    enum Way: String {
        case own
        case console

        var path: String { self == .own ? "/mandates/{mandate}" : "/console/mandates/{mandate}" }
        var roles: Set<Role> { self == .own ? [.investor] : [.manager] }
        var current: String { self == .own ? "mandates" : "investors" }

        func address(of id: Mandate.ID) -> SafeURL {
            self == .own ? "/mandates/\(id.description)" : "/console/mandates/\(id.description)"
        }

        func location(of id: Mandate.ID) -> String {
            self == .own ? "/mandates/\(id)" : "/console/mandates/\(id)"
        }

        func confirmation(of id: Mandate.ID) -> SafeURL {
            self == .own
                ? "/mandates/\(id.description)/confirmation" : "/console/mandates/\(id.description)/confirmation"
        }

        func count(of id: Mandate.ID) -> SafeURL {
            self == .own ? "/mandates/\(id.description)/count" : "/console/mandates/\(id.description)/count"
        }

        func withdrawal(of id: Mandate.ID) -> SafeURL {
            self == .own
                ? "/mandates/\(id.description)/withdrawal" : "/console/mandates/\(id.description)/withdrawal"
        }
    }

    // MARK: An investor's own

    private var listMandates: AnyRoute {
        PageRoute(.get, "/mandates", "mandates", access: .roles([.investor]), parameters: ListRuns.self) { call in
            let reading = try await Reading(call)
            let t = reading.t
            let after = try call.position(call.parameters.cursor, as: Mandate.ID.self)
            let found = try await call.reader.mandates(after: after, limit: PageSize.rows(for: call.parameters.limit))
            let page = try call.page(found, size: call.parameters.limit) { $0.id }
            let model = ListPage(
                header: PageHeader(
                    title: t("mandates.title"), lede: t("mandates.lede"),
                    actions: [.link(t("mandates.new"), "/mandates/new", style: .primary)]),
                filters: nil,
                table: table(
                    page.items, .own, reading,
                    pager: Pager(
                        firstURL: call.parameters.cursor == nil ? nil : "/mandates",
                        nextURL: page.next.map { ("/mandates" as SafeURL).adding([("cursor", $0)]) })))
            let frame = Frame(title: t("mandates.title"), site: site, viewer: reading.viewer, current: "mandates")
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    private var newMandate: AnyRoute {
        PageRoute(.get, "/mandates/new", "newMandate", access: .roles([.investor])) { call in
            let reading = try await Reading(call)
            return try newPage(
                reading, .own, of: nil, values: ["deploying": ["true"]], problem: nil, key: call.freshIdempotencyKey)
        }.erased
    }

    private var createMandate: AnyRoute {
        PageRoute(
            .post, "/mandates", "createMandateForm", access: .roles([.investor]), body: MandateForm.self
        ) { call in
            let principal = try call.principal
            return try await create(call, for: Institution.ID(try principal.actsFor), .own)
        }.erased
    }

    // MARK: One mandate

    private func showMandate(at way: Way) -> AnyRoute {
        PageRoute(
            .get, way.path, way == .own ? "mandate" : "consoleMandate", access: .roles(way.roles),
            parameters: MandatePath.self
        ) { call in
            guard let mandate = try await call.reader.mandate(call.parameters.mandate) else { throw Problem.notFound }
            return try await page(
                for: call, of: mandate, values: nil, version: try call.version(of: mandate),
                problem: nil, way)
        }.erased
    }

    private func reviseMandate(at way: Way) -> AnyRoute {
        PageRoute(
            .post, way.path, way == .own ? "reviseMandateForm" : "consoleReviseMandate", access: .roles(way.roles),
            parameters: MandatePath.self, body: MandateForm.self
        ) { call in
            let principal = try call.principal
            let (tenant, person) = (try principal.workspace, principal.personID)
            let id = call.parameters.mandate
            func again(_ problem: Problem) async throws -> HTML {
                guard let mandate = try await call.reader.mandate(id) else { throw Problem.notFound }
                return try await page(
                    for: call, of: mandate, values: call.fields, version: call.version ?? "", problem: problem, way)
            }
            do {
                let terms = try call.decoded().terms()
                return try await call.write { transaction in
                    _ = try await transaction.reviseMandate(id, to: terms, in: tenant, by: person) {
                        try call.match($0)
                    }
                    return .redirect(to: way.location(of: id))
                }
            } catch let refusal as MandateRefusal {
                return try await again(refusal.problem)
            } catch let problem as Problem
                where problem.kind == .invalid || problem.kind == .stale || problem.kind == .conflict
            {
                return try await again(problem)
            }
        }.erased
    }

    private func withdrawMandate(at way: Way) -> AnyRoute {
        PageRoute(
            .post, way.path + "/withdrawal", way == .own ? "withdrawMandateForm" : "consoleWithdrawMandate",
            access: .roles(way.roles), parameters: MandatePath.self
        ) { call in
            let tenant = try call.principal.workspace
            let id = call.parameters.mandate
            return try await call.write { transaction in
                _ = try await transaction.withdrawMandate(id, in: tenant)
                return .redirect(to: way.location(of: id))
            }
        }.erased
    }

    // MARK: The manager's investors

    private var listInvestors: AnyRoute {
        PageRoute(
            .get, "/console/investors", "consoleInvestors", access: .roles([.manager]), parameters: ListInvestors.self
        ) { call in
            let reading = try await Reading(call)
            let t = reading.t
            let query = call.parameters
            let after = try call.position(query.cursor, as: Institution.ID.self)
            let found = try await call.reader.investors(
                named: query.q?.string, after: after, limit: PageSize.rows(for: query.limit))
            let page = try call.page(found, size: query.limit) { $0.id }
            let filters: [(name: String, value: String)] = query.q.map { [("q", $0.string)] } ?? []
            let base: SafeURL = "/console/investors"
            let model = ListPage(
                header: PageHeader(title: t("investors.title"), lede: t("investors.lede")),
                filters: Filters(
                    action: base,
                    search: Filters.Search(label: t("investors.search"), value: query.q?.string ?? ""),
                    clearURL: filters.isEmpty ? nil : base),
                table: Table(
                    caption: t("investors.title"),
                    columns: [
                        Table.Column(t("investors.name")), Table.Column(t("investors.mandates"), isNumber: true),
                        Table.Column(t("investors.investments"), isNumber: true),
                        Table.Column(t("investors.last_list")),
                    ],
                    rows: page.items.map { investor in
                        [
                            .link(
                                investor.name.text(for: reading.spoken),
                                "/console/investors/\(investor.id.description)",
                                note: investor.country?.name(in: reading.spoken)),
                            .number(investor.mandates), .number(investor.investments),
                            investor.lastReleasedAt.map { .time(reading.day($0)) } ?? .text(t("investors.never")),
                        ]
                    },
                    empty: EmptyState(title: t("investors.none"), text: t("investors.none_text")),
                    pager: Pager(
                        firstURL: query.cursor == nil ? nil : base.adding(filters),
                        nextURL: page.next.map { base.adding(filters + [("cursor", $0)]) })))
            let frame = Frame(title: t("investors.title"), site: site, viewer: reading.viewer, current: "investors")
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    private var showInvestor: AnyRoute {
        PageRoute(
            .get, "/console/investors/{investor}", "consoleInvestor", access: .roles([.manager]),
            parameters: InvestorPath.self
        ) { call in
            let reader = call.reader
            let id = call.parameters.investor
            guard let investor = try await reader.institution(id), investor.kind != .startup else {
                throw Problem.notFound
            }
            let mandates = try await reader.mandates(of: id, limit: 50)
            let lists = try await reader.shortlists(for: id, limit: 20)
            let deals = try await reader.investments(of: id, limit: 20)
            let reading = try await Reading(call)
            let t = reading.t
            let name = investor.name.text(for: reading.spoken)
            let model = InvestorPage(
                header: PageHeader(
                    title: name, kind: t("investor.kind"), lede: investor.country?.name(in: reading.spoken),
                    actions: [
                        .link(t("investor.standing"), "/console/investors/\(id.description)/standing"),
                        .link(t("investor.portfolio"), "/console/investors/\(id.description)/portfolio"),
                        .link(t("investor.firm"), "/console/investors/\(id.description)/firm"),
                        .link(
                            t("mandates.new"), "/console/investors/\(id.description)/mandates/new", style: .primary),
                    ]),
                mandates: table(mandates, .console, reading), shortlists: self.lists(lists, reading),
                investments: PortfolioPages.table(deals, .console, reading))
            let frame = Frame(
                title: name, site: site, viewer: reading.viewer, current: "investors",
                breadcrumbs: [Breadcrumb(t("investors.title"), "/console/investors")])
            return HTML(bytes: try PageTemplate.investor.render(model, in: frame))
        }.erased
    }

    private var newInvestorsMandate: AnyRoute {
        PageRoute(
            .get, "/console/investors/{investor}/mandates/new", "consoleNewMandate", access: .roles([.manager]),
            parameters: InvestorPath.self
        ) { call in
            let id = call.parameters.investor
            guard let investor = try await call.reader.institution(id) else { throw Problem.notFound }
            let reading = try await Reading(call)
            return try newPage(
                reading, .console, of: investor, values: ["deploying": ["true"]], problem: nil,
                key: call.freshIdempotencyKey)
        }.erased
    }

    private var createInvestorsMandate: AnyRoute {
        PageRoute(
            .post, "/console/investors/{investor}/mandates", "consoleCreateMandate", access: .roles([.manager]),
            parameters: InvestorPath.self, body: MandateForm.self
        ) { call in
            try await create(call, for: call.parameters.investor, .console)
        }.erased
    }

    // MARK: Shared

    private func create<P>(
        _ call: FormCall<P, MandateForm>, for investor: Institution.ID, _ way: Way
    ) async throws -> HTML {
        let principal = try call.principal
        let (tenant, person, id) = (try principal.workspace, principal.personID, Mandate.ID())
        func again(_ problem: Problem) async throws -> HTML {
            try await newPage(for: call, of: investor, problem: problem, count: nil, way)
        }
        do {
            let terms = try call.decoded().terms()
            return try await call.write { transaction in
                _ = try await transaction.createMandate(terms, as: id, of: investor, in: tenant, by: person)
                return .redirect(to: way.location(of: id))
            }
        } catch let refusal as MandateRefusal {
            return try await again(refusal.problem)
        } catch let problem as Problem where problem.kind == .invalid || problem.kind == .conflict {
            return try await again(problem)
        }
    }

    /// The form for a new mandate as it was sent, with what is wrong with it or what was counted.
    func newPage<P>(
        for call: FormCall<P, MandateForm>, of investor: Institution.ID, problem: Problem?, count: MatchCount?,
        _ way: Way
    ) async throws -> HTML {
        guard let institution = try await call.reader.institution(investor) else { throw Problem.notFound }
        return try newPage(
            try await Reading(call), way, of: institution, values: call.fields, problem: problem, count: count,
            key: call.freshIdempotencyKey)
    }

    private func crumbs(of investor: Institution, _ reading: Reading) -> [Breadcrumb] {
        [
            Breadcrumb(reading.t("investors.title"), "/console/investors"),
            Breadcrumb(
                investor.name.text(for: reading.spoken), "/console/investors/\(investor.id.description)"),
        ]
    }

    private func newPage(
        _ reading: Reading, _ way: Way, of investor: Institution?, values: [String: [String]], problem: Problem?,
        count: MatchCount? = nil, key: String
    ) throws -> HTML {
        let (action, counting, crumbs): (SafeURL, SafeURL, [Breadcrumb]) =
            if way == .console, let investor {
                (
                    "/console/investors/\(investor.id.description)/mandates",
                    "/console/investors/\(investor.id.description)/mandates/count", self.crumbs(of: investor, reading)
                )
            } else {
                ("/mandates", "/mandates/count", [Breadcrumb(reading.t("mandates.title"), "/mandates")])
            }
        let t = reading.t
        let model = MandatePage(
            header: PageHeader(title: t("mandate.new"), lede: t("mandate.new_lede")),
            form: MandateForm.form(
                action: action, count: counting, values: values, problem: problem,
                reading: reading, hidden: [HiddenField("idempotency_key", key)]),
            count: count.map { table($0, reading) }, revisions: nil, withdrawal: nil)
        let frame = Frame(
            title: t("mandate.new"), site: site, viewer: reading.viewer, current: way.current, breadcrumbs: crumbs)
        return HTML(status: problem?.formStatus ?? 200, bytes: try PageTemplate.mandate.render(model, in: frame))
    }

    func page<P, B>(
        for call: FormCall<P, B>, of mandate: Mandate, values: [String: [String]]?, version: String,
        problem: Problem?, count: MatchCount? = nil, _ way: Way
    ) async throws -> HTML {
        let revisions = try await call.reader.revisions(of: mandate.id)
        let reading = try await Reading(call)
        let t = reading.t
        let investor = mandate.investorName.text(for: reading.spoken)
        let hasLapsed = mandate.confirmedUntil < CalendarDate(Date(), in: .utc)
        let confirmed = ["day": mandate.confirmedUntil.text(in: reading.viewer.language)]
        var actions: [Action] = []
        if mandate.withdrawnAt == nil {
            if way == .console {
                actions.append(.link(t("mandate.matches"), "/console/mandates/\(mandate.id.description)/matches"))
            }
            actions.append(
                .post(
                    t("mandate.confirm"), way.confirmation(of: mandate.id), style: hasLapsed ? .primary : .secondary))
        }
        let model = MandatePage(
            header: PageHeader(
                title: mandate.terms.name.string, kind: t("mandate.kind", ["investor": investor]),
                badge: mandate.badge(reading),
                lede: mandate.withdrawnAt.map { t("mandate.withdrawn_on", ["day": reading.words($0)]) }
                    ?? (hasLapsed ? t("mandate.lapsed", confirmed) : t("mandate.confirmed_until", confirmed)),
                actions: actions),
            form: mandate.withdrawnAt == nil
                ? MandateForm.form(
                    action: way.address(of: mandate.id), count: way.count(of: mandate.id),
                    values: values ?? MandateForm.values(mandate.terms, in: reading.viewer.language), problem: problem,
                    reading: reading,
                    hidden: [HiddenField("version", version)]) : nil,
            count: count.map { table($0, reading) },
            revisions: Table(
                caption: t("mandate.revisions"),
                columns: [
                    Table.Column(t("mandate.version")), Table.Column(t("mandate.since")),
                    Table.Column(t("mandate.said")),
                ],
                rows: revisions.map { revision in
                    [
                        .text("\(revision.version)"), .time(reading.day(revision.revisedAt)),
                        .text(revision.terms.summary(reading)),
                    ]
                },
                empty: EmptyState(title: t("mandate.no_revisions"), text: t("mandate.no_revisions_text"))),
            withdrawal: mandate.withdrawnAt == nil
                ? Confirmation(
                    title: t("mandate.withdraw_title"),
                    consequences: [t("mandate.withdraw_lists"), t("mandate.withdraw_final")],
                    form: Form(
                        action: way.withdrawal(of: mandate.id), fields: [], submit: t("mandate.withdraw"), texts: t,
                        isDangerous: true)) : nil)
        let crumbs =
            way == .own
            ? [Breadcrumb(t("mandates.title"), "/mandates")]
            : [
                Breadcrumb(t("investors.title"), "/console/investors"),
                Breadcrumb(investor, "/console/investors/\(mandate.investor.description)"),
            ]
        let frame = Frame(
            title: mandate.terms.name.string, site: site, viewer: reading.viewer, current: way.current,
            breadcrumbs: crumbs)
        return HTML(status: problem?.formStatus ?? 200, bytes: try PageTemplate.mandate.render(model, in: frame))
    }

    private func table(_ mandates: [Mandate], _ way: Way, _ reading: Reading, pager: Pager? = nil) -> Table {
        let t = reading.t
        return Table(
            caption: t("mandates.title"),
            columns: [
                Table.Column(t("mandates.name")), Table.Column(t("mandates.state")),
                Table.Column(t("mandates.stages")), Table.Column(t("mandates.cheque"), isNumber: true),
            ],
            rows: mandates.map { mandate in
                let terms = mandate.terms
                return [
                    .link(terms.name.string, way.address(of: mandate.id), note: terms.focus(reading)),
                    .badge(mandate.badge(reading)),
                    .text(
                        terms.stages.isEmpty
                            ? t("mandates.any")
                            : terms.stages.map { $0.label(in: reading.spoken) }.joined(separator: t("list.separator"))),
                    .text(terms.chequeText ?? t("mandates.any")),
                ]
            },
            empty: EmptyState(title: t("mandates.none"), text: t("mandates.none_text")), pager: pager)
    }

    private func lists(_ lists: [Shortlist], _ reading: Reading) -> Table {
        let t = reading.t
        return Table(
            caption: t("investor.shortlists"),
            columns: [
                Table.Column(t("shortlists.list")), Table.Column(t("run.state")),
                Table.Column(t("shortlists.startups"), isNumber: true),
                Table.Column(t("investor.answered"), isNumber: true),
            ],
            rows: lists.map { list in
                [
                    .link(
                        list.mandateName.string, "/shortlists/\(list.id.description)",
                        note: reading.words(list.createdAt)),
                    .badge(list.badge(t)), .number(list.items), .number(list.answered),
                ]
            },
            empty: EmptyState(
                title: t("investor.no_lists"), text: t("investor.no_lists_text"),
                action: LinkText(t("nav.match_runs"), "/console/match-runs")))
    }
}

/// A mandate: its form, what it said before, and its end.
struct MandatePage: ViewModel {
    var header: PageHeader
    var form: Form?
    /// What the terms in the form would match, when somebody has just asked.
    var count: Table?
    var revisions: Table?
    var withdrawal: Confirmation?
}

/// An investor as the manager knows it.
struct InvestorPage: ViewModel {
    var header: PageHeader
    var mandates: Table
    var shortlists: Table
    var investments: Table
}

extension PageTemplate<MandatePage> {
    static let mandate = PageTemplate("investment/mandate", in: .investment)
}

extension PageTemplate<InvestorPage> {
    static let investor = PageTemplate("investment/investor", in: .investment)
}

extension Mandate {
    /// Whether it gets lists, and that it soon gets none unless somebody confirms it.
    func badge(_ reading: Reading) -> Badge {
        let t = reading.t
        guard withdrawnAt == nil else { return Badge(t("mandate.withdrawn")) }
        guard terms.deploying else { return Badge(t("mandate.paused"), .warning) }
        let (today, day) = (CalendarDate(Date(), in: .utc), ["day": confirmedUntil.text(in: reading.viewer.language)])
        if confirmedUntil < today { return Badge(t("mandate.lapsed_after", day), .danger) }
        return Lapse.isNear(confirmedUntil, on: today)
            ? Badge(t("mandate.lapses_after", day), .warning) : Badge(t("mandate.deploying"), .success)
    }
}

extension MandateTerms {
    /// What it looks for, in words.
    func focus(_ reading: Reading) -> String {
        let areas = focusAreas.map { $0.area.label(in: reading.viewer.language) } + tags.map(\.string)
        let t = reading.t
        return areas.isEmpty ? t("mandates.any_focus") : areas.joined(separator: t("list.separator"))
    }

    /// The range of its cheques.
    var chequeText: String? {
        switch (chequeMin, chequeMax) {
        case (let low?, let high?): "\(low.currency) \(MoneyText(low).figure)–\(MoneyText(high).figure)"
        case (let low?, nil): "\(low.currency) ≥ \(MoneyText(low).figure)"
        case (nil, let high?): "\(high.currency) ≤ \(MoneyText(high).figure)"
        case (nil, nil): nil
        }
    }

    /// All of it in a line.
    func summary(_ reading: Reading) -> String {
        var said = [focus(reading)]
        if !stages.isEmpty {
            said.append(stages.map { $0.label(in: reading.spoken) }.joined(separator: reading.t("list.separator")))
        }
        if !regions.isEmpty { said.append(regions.map(\.string).joined(separator: reading.t("list.separator"))) }
        if !countriesIn.isEmpty {
            said.append(countriesIn.map { $0.name(in: reading.spoken) }.joined(separator: reading.t("list.separator")))
        }
        if let chequeText { said.append(chequeText) }
        return said.joined(separator: " · ")
    }
}
