internal import API
internal import Accounts
internal import Eligibility
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The park's side: the list, the application, screening and decision.
struct ConsolePages: Sendable {
    let site: Site
    let hasScanner: Bool

    var routes: [AnyRoute] { [list, show, screen, decide, download] }

    // MARK: The list

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/applications", "consoleApplications", access: .roles([.manager]),
            parameters: ListApplications.self
        ) { call in
            let query = call.parameters
            let viewer = try await call.viewer()
            let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
            let found = try await call.reader.applications(
                to: query.call, in: query.state, after: try call.position(query.cursor, as: ApplicationPosition.self),
                limit: PageSize.rows(for: query.limit))
            // The page is cut by its views, which know their positions; the rows are shown from the summaries.
            let page = try call.page(found.map { ApplicationView($0, answers: nil) }, size: query.limit) {
                ApplicationPosition(createdAt: $0.createdAt, id: $0.id)
            }
            let shown = found.prefix(page.items.count)
            let counts = try await call.reader.applicationCounts(to: query.call)
            let calls = try await call.reader.calls()
            let address: SafeURL = "/console/applications"
            let filters: [(name: String, value: String)] = [
                ("call", query.call?.description), ("state", query.state?.rawValue),
            ].compactMap { name, value in value.map { (name, $0) } }
            let tiles: [Application.State] = [.submitted, .inReview, .offered, .accepted]
            let model = ApplicationListPage(
                header: PageHeader(
                    title: t("list.title"), lede: t("list.lede"),
                    actions: [.link(t("changes.list_title"), "/console/changes")]),
                stats: StatTiles(
                    tiles.map { state in
                        StatTiles.Tile(
                            t("tile.\(state.rawValue)"), figure: Figures.grouped(counts[state] ?? 0),
                            note: t("tile_note.\(state.rawValue)"),
                            url: address.adding(
                                filters.filter { $0.name == "call" } + [("state", state.rawValue)]))
                    }),
                filters: Filters(
                    action: address,
                    choices: [
                        Filters.Choice(
                            name: "call", label: t("list.call"), all: t("list.every_call"),
                            options: calls.map { ($0.id.description, $0.title.text(for: spoken)) },
                            chosen: query.call?.description ?? ""),
                        Filters.Choice(
                            name: "state", label: t("list.state"), all: t("list.every_state"),
                            options: Application.State.allCases.map { ($0.rawValue, $0.label(t)) },
                            chosen: query.state?.rawValue ?? ""),
                    ], clearURL: filters.isEmpty ? nil : address),
                table: Table(
                    caption: t("list.title"),
                    columns: [
                        .init(t("list.startup")), .init(t("list.call")), .init(t("list.state")),
                        .init(t("list.complete")), .init(t("list.submitted")),
                    ],
                    rows: shown.map { $0.row(in: viewer.language, t) },
                    empty: filters.isEmpty
                        ? EmptyState(
                            title: t("list.empty"), text: t("list.empty_text"),
                            action: LinkText(t("list.empty_action"), "/console/programs"))
                        : EmptyState(
                            title: t("list.none_here"), text: t("list.none_here_text"),
                            action: LinkText(t("list.show_all"), address)),
                    pager: Pager(
                        firstURL: query.cursor == nil ? nil : address.adding(filters),
                        nextURL: page.next.map { address.adding(filters + [("cursor", $0)]) })))
            let frame = Frame(title: t("list.title"), site: site, viewer: viewer, current: "applications")
            return HTML(bytes: try PageTemplate.applicationList.render(model, in: frame))
        }.erased
    }

    // MARK: One application

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/applications/{application}", "consoleApplication", access: .roles([.manager]),
            parameters: ApplicationPageQuery.self
        ) { call in
            try await page(for: call, of: call.parameters.application, done: call.parameters.done)
        }.erased
    }

    private var screen: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/screening", "screenConsoleApplication",
            access: .roles([.manager]), parameters: ApplicationPath.self, body: ScreeningBody.self
        ) { call in
            let (id, person) = (call.parameters.application, try call.principal.personID)
            do {
                let body = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.screenApplication(
                        id, finding: try await transaction.screening(body, of: id), citing: body.conditions ?? [],
                        by: person)
                    return .redirect(to: "/console/applications/\(id)?done=screened")
                }
            } catch let refusal as ApplicationRefusal {
                return try await page(for: call, of: id, screening: refusal.problem)
            } catch let problem as Problem where problem.status == 422 {
                return try await page(for: call, of: id, screening: problem)
            }
        }.erased
    }

    private var decide: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/decision", "decideConsoleApplication",
            access: .roles([.manager]), parameters: ApplicationPath.self, body: DecisionBody.self
        ) { call in
            let (id, person) = (call.parameters.application, try call.principal.personID)
            do {
                let body = try call.decoded()
                let decision = try body.decision()
                return try await call.write { transaction in
                    _ = try await transaction.decideApplication(id, decision, note: body.note, by: person)
                    return .redirect(to: "/console/applications/\(id)?done=decided")
                }
            } catch let refusal as ApplicationRefusal {
                return try await page(for: call, of: id, decision: refusal.problem)
            } catch let problem as Problem where problem.status == 422 {
                return try await page(for: call, of: id, decision: problem)
            }
        }.erased
    }

    /// The page; after a refusal with the form that was sent, filled in, and what is wrong with it.
    private func page<P, B>(
        for call: FormCall<P, B>, of id: Application.ID, screening: Problem? = nil, decision: Problem? = nil,
        done: String? = nil
    ) async throws -> HTML {
        guard let dossier = try await call.reader.dossier(id)?.asHandedIn(call.reader) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let (application, now) = (dossier.summary.application, dossier.summary.readAt)
        let standing = Standing(dossier.summary, for: .park, in: viewer.language)
        let isHidden = application.submittedAt == nil
        let screened = isHidden ? [] : try await screened(of: dossier, call.reader)
        let overlaps = isHidden ? [] : try await call.reader.overlaps(of: id)
        // The form stands below what it is about; this leads there.
        let actions: [Action] =
            if application.allows(.screen, at: now) {
                [.link(t("screen.action"), "#form", style: .primary)]
            } else if application.allows(.decide, at: now) {
                [.link(t("decide.action"), "#form", style: .primary)]
            } else if application.state == .changesRequested {
                [.link(t("changes.action"), "/console/applications/\(id)/changes", style: .primary)]
            } else if application.state == .accepted {
                [.link(t("enrol.action"), "/console/applications/\(id)/enrolment", style: .primary)]
            } else {
                []
            }
        let model = ApplicationPage(
            header: PageHeader(
                title: dossier.summary.startupName.text(for: spoken), kind: dossier.call.title.text(for: spoken),
                badge: standing.badge, lede: standing.next, actions: actions),
            deadline: standing.deadlineText(from: now, in: viewer.language), note: nil, offer: nil,
            findings: findings(screened, in: viewer.language),
            overlaps: FundingOverlap.table(overlaps, of: id, in: viewer.language),
            screening: application.allows(.screen, at: now) ? screeningForm(call, id, screened, screening, t) : nil,
            decision: application.allows(.decide, at: now) ? decisionForm(call, id, decision, t) : nil,
            answers: isHidden ? [] : dossier.answered(in: spoken), hasAnswers: !isHidden,
            noAnswers: isHidden
                ? t(
                    "answers.hidden",
                    [
                        "answered": Figures.grouped(dossier.summary.count.answered),
                        "questions": Figures.grouped(dossier.summary.count.questions),
                    ]) : nil,
            documents: isHidden
                ? nil
                : dossier.documentLines(in: viewer.language, notice: hasScanner ? nil : t("document.no_scanner")) {
                    "/console/applications/\(id)/documents/\($0)"
                },
            timeline: nil, history: dossier.timeline(for: .park, in: viewer.language),
            facts: dossier.facts(in: viewer.language, withStartup: true), tools: dossier.tools(t),
            hasTools: !dossier.tools(t).isEmpty)
        let flash: FlashNotice? =
            switch done {
            case "screened": FlashNotice(t("done.screened"))
            case "decided": FlashNotice(t("done.decided"))
            case "judged": FlashNotice(t("overlap.judged"))
            default: nil
            }
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "applications",
            breadcrumbs: [Breadcrumb(t("list.title"), "/console/applications")], flash: flash)
        let status = (screening ?? decision)?.status ?? 200
        return HTML(status: status, bytes: try PageTemplate.application.render(model, in: frame))
    }

    /// A condition with what was found of it when the application was handed in.
    private typealias Screened = (condition: CallCondition, found: ApplicationFinding)

    private func screened(of dossier: Dossier, _ reader: Reader) async throws -> [Screened] {
        let findings = try await reader.findings(of: dossier.id)
        guard !findings.isEmpty else { return [] }
        let conditions = try await reader.conditions(of: dossier.call.id)
        return findings.compactMap { found in
            conditions.first { $0.id == found.condition }.map { ($0, found) }
        }
    }

    private func findings(_ screened: [Screened], in language: Pages.Language) -> Table? {
        guard !screened.isEmpty else { return nil }
        let (t, words) = (PageKit.applications.texts(in: language), ConditionWords(in: language))
        let spoken = Vocabulary.Language(language)
        return Table(
            caption: t("findings.title"),
            columns: [
                .init(t("eligibility.condition")), .init(t("eligibility.result")), .init(t("eligibility.found")),
                .init(t("eligibility.required")),
            ],
            rows: screened.map { condition, found in
                [
                    .text(
                        condition.name.text(for: spoken), note: condition.blocks ? nil : t("eligibility.informs")),
                    .badge(found.finding.verdict.badge(t), note: found.isCited ? t("findings.cited") : nil),
                    .text(found.finding.foundWords(words, t)), .text(found.finding.requiredWords(words, t)),
                ]
            }, empty: EmptyState(title: t("eligibility.none"), text: t("eligibility.none_text")))
    }

    private func screeningForm<P, B>(
        _ call: FormCall<P, B>, _ id: Application.ID, _ screened: [Screened], _ problem: Problem?, _ t: Texts
    ) -> Form {
        // What is not met is the reason to begin with: rule, value and what is required.
        let unmet = screened.filter { $0.found.finding.verdict == .notMet }
        let values = [
            "conditions": unmet.map(\.condition.id.description),
            "reason": [
                unmet.map { $0.found.finding.sentence(of: $0.condition, in: t.language) }.joined(separator: "\n")
            ],
        ]
        let input = FormInput(
            values: problem == nil ? values : call.fields, errors: problem?.fieldErrors ?? [], texts: t)
        let spoken = Vocabulary.Language(t.language)
        let named =
            screened.isEmpty
            ? []
            : [
                input.checkboxes(
                    "conditions", label: t("screen.conditions"), hint: t("screen.conditions_hint"),
                    options: screened.map { condition, found in
                        (
                            condition.id.description, condition.name.text(for: spoken),
                            found.finding.verdict.badge(t).label
                        )
                    })
            ]
        return Form(
            action: "/console/applications/\(id)/screening",
            sections: [
                FormSection(
                    title: t("screen.title"), intro: t("screen.intro"),
                    fields: [
                        input.radios(
                            "verdict", label: t("screen.verdict"),
                            options: [
                                ("eligible", t("screen.eligible"), t("screen.eligible_hint")),
                                ("ineligible", t("screen.ineligible"), t("screen.ineligible_hint")),
                            ])
                    ] + named + [
                        input.area(
                            "reason", label: t("screen.reason"), hint: t("screen.reason_hint"), isOptional: true,
                            limit: 2000, rows: 4)
                    ])
            ],
            submit: t("screen.submit"), texts: t, draft: "screening-\(id)", problem: problem?.headline)
    }

    private func decisionForm<P, B>(
        _ call: FormCall<P, B>, _ id: Application.ID, _ problem: Problem?, _ t: Texts
    ) -> Form {
        let input = FormInput(values: problem == nil ? [:] : call.fields, errors: problem?.fieldErrors ?? [], texts: t)
        return Form(
            action: "/console/applications/\(id)/decision",
            sections: [
                FormSection(
                    title: t("decide.title"), intro: t("decide.intro"),
                    fields: [
                        input.radios(
                            "outcome", label: t("decide.outcome"),
                            options: [
                                ("offer", t("decide.offer"), t("decide.offer_hint")),
                                ("waitlist", t("decide.waitlist"), t("decide.waitlist_hint")),
                                ("reject", t("decide.reject"), t("decide.reject_hint")),
                            ]),
                        input.date(
                            "offer_expires_on", label: t("decide.until"), hint: t("decide.until_hint"),
                            isOptional: true),
                        input.area(
                            "note", label: t("decide.note"), hint: t("decide.note_hint"), limit: 5000, rows: 6),
                    ])
            ],
            submit: t("decide.submit"), texts: t, draft: "decision-\(id)", problem: problem?.headline)
    }
}

struct ApplicationListPage: ViewModel {
    var header: PageHeader
    var stats: StatTiles
    var filters: Filters
    var table: Table
}

extension PageTemplate<ApplicationListPage> {
    static let applicationList = PageTemplate("applications/list", in: .applications)
}

extension ApplicationSummary {
    /// A line of the manager's list.
    fileprivate func row(in language: Pages.Language, _ t: Texts) -> [Table.Cell] {
        let spoken = Vocabulary.Language(language)
        let standing = Standing(self, for: .park, in: language)
        return [
            .link(startupName.text(for: spoken), "/console/applications/\(id)"),
            .text(callTitle.text(for: spoken)),
            .badge(standing.badge),
            .text(count.words(t)),
            application.submittedAt.map { .time(TimeText($0, in: deadline.zone, language: language)) }
                ?? .text(t("list.not_submitted")),
        ]
    }
}
