internal import API
internal import Accounts
internal import Exports
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// An investor's lists, one list card by card, and why a startup is on it.
struct ShortlistPages {
    let site: Site

    var routes: [AnyRoute] {
        [listShortlists, showShortlist, releaseShortlist, download(.csv), download(.xlsx), showItem, answer]
    }

    private var listShortlists: AnyRoute {
        PageRoute(
            .get, "/shortlists", "shortlists", access: .roles([.investor]), parameters: ListRuns.self
        ) { call in
            let reading = try await Reading(call)
            let t = reading.t
            let after = try call.position(call.parameters.cursor, as: ShortlistPosition.self)
            let found = try await call.reader.shortlists(
                after: after, limit: PageSize.rows(for: call.parameters.limit))
            let page = try call.page(found, size: call.parameters.limit) { ShortlistPosition($0) }
            let open = page.items.reduce(0) { $0 + $1.open }
            let referred = try await call.reader.lists(page.items.map(\.id), referredTo: call.principal.personID)
            let model = ListPage(
                header: PageHeader(
                    title: t("shortlists.title"),
                    lede: open > 0 ? t("shortlists.open", count: open) : t("shortlists.all_answered")),
                filters: nil,
                table: Table(
                    caption: t("shortlists.title"),
                    columns: [
                        Table.Column(t("shortlists.list")), Table.Column(t("shortlists.received")),
                        Table.Column(t("shortlists.startups"), isNumber: true),
                        Table.Column(t("shortlists.to_answer"), isNumber: true),
                    ],
                    rows: page.items.map { list in
                        [
                            .link(
                                list.mandateName.string, "/shortlists/\(list.id.description)",
                                note: referred.contains(list.id)
                                    ? t("shortlists.referred") : t("shortlists.of", count: list.considered)),
                            list.releasedAt.map { .time(reading.day($0)) } ?? .text("–"), .number(list.items),
                            .number(list.open),
                        ]
                    },
                    empty: EmptyState(
                        title: t("shortlists.none"), text: t("shortlists.none_text"),
                        action: LinkText(t("shortlists.none_action"), "/mandates")),
                    pager: Pager(
                        firstURL: call.parameters.cursor == nil ? nil : "/shortlists",
                        nextURL: page.next.map { ("/shortlists" as SafeURL).adding([("cursor", $0)]) })))
            let frame = Frame(title: t("shortlists.title"), site: site, viewer: reading.viewer, current: "shortlists")
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    private var showShortlist: AnyRoute {
        PageRoute(
            .get, "/shortlists/{shortlist}", "shortlist", access: .roles([.investor, .manager]),
            parameters: ShowShortlist.self
        ) { call in
            try await listPage(for: call, call.parameters)
        }.erased
    }

    /// A list, card by card; for a manager with what is to be decided about it.
    ///
    /// - Parameter again: what was sent to be decided and is wrong with it.
    func listPage<P, B>(
        for call: FormCall<P, B>, _ asked: ShowShortlist, again: ListReview.Again? = nil
    ) async throws -> HTML {
        let reader = call.reader
        guard let list = try await reader.shortlist(asked.shortlist) else { throw Problem.notFound }
        let items = try await reader.items(of: list.id)
        let terms = try await reader.terms(of: list.mandate, version: list.mandateVersion)
        let reading = try await Reading(call)
        let role = try call.principal.role
        let changes = ChangeWords(changes: try await reader.changes(of: list, items), reading: reading)
        let firmRole = try await reader.actingFirmRole()
        let talk = firmRole == nil ? nil : try await FirmTalk(on: list.id, reader)
        let review =
            role == .manager
            ? ListReview(
                of: list, try await reader.withheldItems(of: list.id), again, key: { call.freshIdempotencyKey },
                reading) : nil
        let cards = ShortlistCards(
            words: FitWords(reading: reading, terms: terms), list: list, mayAnswer: firmRole?.answers ?? false,
            nearness: try await reader.nearness(of: items.map(\.startup.id), to: list.investor), changes: changes,
            talk: talk, key: { call.freshIdempotencyKey }, ticked: review?.ticked)
        let show = asked.show ?? .all
        let referred = talk?.referred(to: try call.principal.personID)
        let narrowed = items.filter { asked.admits($0) }
        let shown = narrowed.filter { show.admits($0, referred: referred) }
        let t = reading.t
        let model = ShortlistPage(
            header: header(of: list, items: items, role, reading),
            stats: stats(of: list, items: items, reading),
            filters: asked.filters(of: items, reading),
            tabs: tabs(asked, items: narrowed, referred: referred, reading), cards: shown.map(cards.card),
            review: shown.isEmpty ? nil : review?.withholding, withheld: review?.withheld, decline: review?.decline,
            empty: shown.isEmpty
                ? EmptyState(
                    title: items.isEmpty ? t("shortlist.none") : t("shortlist.none_left"),
                    text: !items.isEmpty
                        ? t("shortlist.none_left_text")
                        : list.isEmptied ? t("shortlist.lede_emptied") : t("shortlist.none_text")) : nil,
            left: changes.left,
            gates: list.gatedOut.map {
                GateLine(label: cards.words.label(ofGate: $0.gate), count: Figures.grouped($0.count))
            },
            hasGates: !list.gatedOut.isEmpty)
        return HTML(
            bytes: try PageTemplate.shortlist.render(
                model, in: frame(of: list, title: list.mandateName.string, role, reading)))
    }

    private var releaseShortlist: AnyRoute {
        PageRoute(
            .post, "/shortlists/{shortlist}/release", "releaseShortlistForm", access: .roles([.manager]),
            parameters: ShortlistPath.self
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                let list = try await transaction.releaseShortlist(call.parameters.shortlist, by: person)
                return .redirect(to: "/shortlists/\(list.id)")
            }
        }.erased
    }

    private enum FileFormat: String {
        case csv, xlsx
    }

    private func download(_ format: FileFormat) -> AnyRoute {
        PageRoute(
            .get, "/shortlists/{shortlist}/file.\(format.rawValue)", "shortlistFile \(format.rawValue)",
            access: .roles([.investor, .manager]), parameters: ShortlistPath.self
        ) { call in
            let language = try await call.viewer().language
            guard
                let file = try await call.reader.file(
                    of: call.parameters.shortlist, in: language, for: try call.principal.role)
            else {
                throw Problem.notFound
            }
            let name = "\(file.name).\(format.rawValue)"
            return switch format {
            case .csv: .download(file.csv, named: name, mediaType: Sheet.csvMediaType)
            case .xlsx: .download(try file.workbook(), named: name, mediaType: Workbook.mediaType)
            }
        }.erased
    }

    private var showItem: AnyRoute {
        PageRoute(
            .get, "/shortlists/{shortlist}/items/{startup}", "shortlistItem", access: .roles([.investor, .manager]),
            parameters: ItemPath.self
        ) { call in
            try await itemPage(for: call, call.parameters, values: [:], problem: nil)
        }.erased
    }

    private var answer: AnyRoute {
        PageRoute(
            .post, "/shortlists/{shortlist}/items/{startup}/answer", "answerForm", access: .roles([.investor]),
            parameters: ItemPath.self, body: NewAnswer.self
        ) { call in
            let path = call.parameters
            let principal = try call.principal
            let (tenant, person, id) = (try principal.workspace, principal.personID, Answer.ID())
            do {
                // The card's form sends what its closed panels hold as well: a preset day beside “interested”.
                let answer = try call.decoded().trimmed
                return try await call.write { transaction in
                    _ = try await transaction.answerShortlistItem(
                        path.startup, of: path.shortlist, with: answer, as: id, in: tenant, by: person)
                    return .redirect(to: "/shortlists/\(path.shortlist)#startup-\(path.startup)")
                }
            } catch let refusal as AnswerRefusal {
                return try await itemPage(for: call, path, values: call.fields, problem: refusal.problem)
            } catch let problem as Problem where problem.kind == .invalid {
                return try await itemPage(for: call, path, values: call.fields, problem: problem)
            }
        }.erased
    }

    // MARK: Parts of the list's page

    private func header(
        of list: Shortlist, items: [ShortlistItem], _ role: Role, _ reading: Reading
    ) -> PageHeader {
        let t = reading.t
        let open = items.count { $0.state == .open }
        let badge = role == .manager ? list.badge(t) : nil
        let lede: String =
            if let released = list.releasedAt {
                role == .manager
                    ? t(
                        "shortlist.lede_manager",
                        ["day": reading.words(released), "investor": list.investorName.text(for: reading.spoken)])
                    : open > 0
                        ? [
                            t("shortlist.lede_open", count: open),
                            t("shortlist.until", ["day": list.answerBy?.text(in: reading.viewer.language) ?? ""]),
                        ].joined(separator: " ")
                        : items.allSatisfy { $0.answer != nil } ? t("shortlist.lede_done") : t("shortlist.lede_over")
            } else if let declined = list.declined {
                t(
                    "shortlist.lede_declined",
                    [
                        "day": reading.words(declined.at), "reason": t("decline_reason.\(declined.reason.rawValue)"),
                        "investor": list.investorName.text(for: reading.spoken),
                    ])
            } else if list.isEmptied {
                t("shortlist.lede_emptied")
            } else if let barrier = list.barrier {
                t("shortlist.barrier", ["barrier": t("barrier.\(barrier.rawValue)")])
            } else {
                t("shortlist.lede_unreleased", ["investor": list.investorName.text(for: reading.spoken)])
            }
        let files: [Action] = [
            .link(t("shortlist.csv"), "/shortlists/\(list.id.description)/file.csv"),
            .link(t("shortlist.xlsx"), "/shortlists/\(list.id.description)/file.xlsx"),
        ]
        let actions: [Action] =
            role == .manager && list.isUnderReview && list.barrier == nil && !list.isEmptied
            ? files + [.post(t("shortlist.release"), "/shortlists/\(list.id.description)/release", style: .primary)]
            : role == .investor && items.count > 1
                ? [.link(t("compare.link"), ("/shortlists/compare" as SafeURL).adding([("list", list.id.description)]))]
                    + files : files
        return PageHeader(
            title: list.mandateName.string, kind: t("shortlist.kind"), badge: badge, lede: lede, actions: actions)
    }

    private func stats(of list: Shortlist, items: [ShortlistItem], _ reading: Reading) -> StatTiles {
        let t = reading.t
        let kept = list.gatedOut.reduce(0) { $0 + $1.count }
        let interested = items.count { $0.answer?.answer == .interested }
        return StatTiles([
            StatTiles.Tile(t("shortlist.considered"), figure: Figures.grouped(list.considered)),
            StatTiles.Tile(t("shortlist.kept_out"), figure: Figures.grouped(kept), url: kept > 0 ? "#gates" : nil),
            StatTiles.Tile(t("shortlist.on_list"), figure: Figures.grouped(items.count)),
            StatTiles.Tile(
                t("shortlist.interested"), figure: Figures.grouped(interested),
                note: t("shortlist.answered", ["count": Figures.grouped(items.count { $0.answer != nil })])),
        ])
    }

    private func tabs(
        _ asked: ShowShortlist, items: [ShortlistItem], referred: Set<Startup.ID>?, _ reading: Reading
    ) -> Tabs {
        let t = reading.t
        return Tabs(
            label: t("shortlist.tabs"),
            items: ShownItems.allCases.filter { $0 != .referred || referred != nil }.map { choice in
                NavigationItem(
                    label: t("show.\(choice.rawValue)"),
                    url: asked.address(showing: choice), isCurrent: choice == asked.show ?? .all,
                    count: Figures.grouped(items.count { choice.admits($0, referred: referred) }))
            })
    }

    private func frame(of list: Shortlist, title: String, _ role: Role, _ reading: Reading) -> Frame {
        let crumbs: [Breadcrumb] =
            role == .manager
            ? [
                Breadcrumb(reading.t("nav.match_runs"), "/console/match-runs"),
                Breadcrumb(
                    reading.t("run.kind"), "/console/match-runs/\(list.run.description)"),
            ] : [Breadcrumb(reading.t("shortlists.title"), "/shortlists")]
        return Frame(
            title: title, site: site, viewer: reading.viewer,
            current: role == .manager ? "match-runs" : "shortlists", breadcrumbs: crumbs)
    }

    // MARK: One startup

    func itemPage<P, B>(
        for call: FormCall<P, B>, _ path: ItemPath, values: [String: [String]], problem: Problem?,
        firm again: FirmWork.Again? = nil
    ) async throws -> HTML {
        let reader = call.reader
        guard let list = try await reader.shortlist(path.shortlist),
            let item = try await reader.item(path.startup, of: path.shortlist)
        else { throw Problem.notFound }
        let terms = try await reader.terms(of: list.mandate, version: list.mandateVersion)
        let answers = try await reader.answers(to: path.startup, of: path.shortlist)
        let firmRole = try await reader.actingFirmRole()
        let reading = try await Reading(call)
        let role = try call.principal.role
        let t = reading.t
        let cards = ShortlistCards(
            words: FitWords(reading: reading, terms: terms), list: list, mayAnswer: false,
            nearness: try await reader.nearness(of: [path.startup], to: list.investor),
            key: { call.freshIdempotencyKey })
        let card = cards.card(item)
        var facts = cards.words.facts(item.startup)
        if role == .investor {
            facts.items.append(
                .link(
                    t("introduction.raising"),
                    LinkText(t("introduction.raising_link"), "/raising/\(item.startup.id.description)")))
        }
        let model = ItemPage(
            header: PageHeader(
                title: card.name, kind: t("item.kind", ["rank": "\(item.rank)", "list": list.mandateName.string]),
                badge: card.answered, lede: item.startup.pitch?.string),
            score: card.score, gates: card.gates, facts: facts,
            signals: cards.words.signals(item.score, item.parts), answers: cards.answers(answers),
            form: firmRole?.answers ?? false
                && item.state.admitsAnswer(answerBy: list.answerBy, on: CalendarDate(Date(), in: .utc))
                ? answerForm(path, values, problem, key: call.freshIdempotencyKey, t) : nil,
            firm: role == .investor
                ? try await FirmWork(
                    on: path, of: list.investor, for: try call.principal.personID, reader, again: again,
                    key: { call.freshIdempotencyKey }, reading) : nil)
        var frame = frame(of: list, title: card.name, role, reading)
        frame.breadcrumbs.append(Breadcrumb(list.mandateName.string, "/shortlists/\(list.id.description)"))
        return HTML(
            status: (problem ?? again?.problem)?.formStatus ?? 200,
            bytes: try PageTemplate.item.render(model, in: frame))
    }

    private func answerForm(
        _ path: ItemPath, _ values: [String: [String]], _ problem: Problem?, key: String, _ t: Texts
    ) -> Form {
        let input = FormInput(values: values, errors: problem?.fields ?? [], texts: t)
        return Form(
            action: "/shortlists/\(path.shortlist.description)/items/\(path.startup.description)/answer",
            sections: [
                FormSection(
                    title: t("answer.title"), intro: t("answer.intro"),
                    fields: [
                        input.radios(
                            "answer", label: t("answer.label"),
                            options: Answer.Kind.allCases.map {
                                ($0.rawValue, t("answer.\($0.rawValue)"), t("answer_hint.\($0.rawValue)"))
                            }),
                        input.select(
                            "reason", label: t("answer.reason"), hint: t("answer.reason_hint"),
                            options: Answer.PassReason.allCases.map { ($0.rawValue, t("reason.\($0.rawValue)")) },
                            isOptional: true),
                        input.date("later_until", label: t("answer.until"), isOptional: true),
                        input.area("note", label: t("answer.note"), isOptional: true, limit: 500, rows: 3),
                    ])
            ],
            submit: t("answer.submit"), texts: t, hidden: [HiddenField("idempotency_key", key)],
            cancel: LinkText(t("answer.cancel"), "/shortlists/\(path.shortlist.description)"),
            problem: problem?.sentence)
    }
}

extension Shortlist {
    /// Whether its investor sees it, and what keeps it from that.
    func badge(_ t: Texts) -> Badge {
        if releasedAt != nil { return Badge(t("shortlist.released"), .success) }
        if declined != nil { return Badge(t("shortlist.declined")) }
        return barrier.map { Badge(t("barrier.\($0.rawValue)"), .warning) } ?? Badge(t("shortlist.not_released"))
    }
}

extension NewAnswer {
    /// Only what belongs to the answer that was chosen.
    var trimmed: NewAnswer {
        NewAnswer(
            answer, because: answer == .pass ? reason : nil, until: answer == .later ? laterUntil : nil, note: note)
    }
}

/// Which startups of a list are shown.
enum ShownItems: String, Codable, CaseIterable, Sendable {
    case all, open, interested, later, pass, referred

    /// - Parameter referred: startups that the reader was asked to look at; nil for whoever is of no firm.
    func admits(_ item: ShortlistItem, referred: Set<Startup.ID>?) -> Bool {
        switch self {
        case .all: true
        case .open: item.state == .open
        case .interested: item.answer?.answer == .interested
        case .later: item.answer?.answer == .later
        case .pass: item.answer?.answer == .pass
        case .referred: referred?.contains(item.startup.id) ?? false
        }
    }
}

/// How many startups a gate kept out.
struct GateLine: ViewModel {
    var label: String
    var count: String
}

/// A list, card by card.
struct ShortlistPage: ViewModel {
    var header: PageHeader
    var stats: StatTiles
    var filters: Filters
    var tabs: Tabs
    var cards: [ShortlistCard]
    /// The form that withholds cards, around them; for a manager before the release.
    var review: WithholdForm?
    /// What managers keep back, for them.
    var withheld: Table?
    /// The form that shows the list to nobody.
    var decline: Form?
    var empty: EmptyState?
    /// Startups of the last list that are gone.
    var left: Table?
    var gates: [GateLine]
    var hasGates: Bool
}

/// One startup of a list, with every reason.
struct ItemPage: ViewModel {
    var header: PageHeader
    var score: ScoreExplanation
    var gates: [ShortlistCard.Gate]
    var facts: Facts
    var signals: Table
    var answers: Table
    var form: Form?
    /// What the reader's firm does among itself; for an investor alone.
    var firm: FirmWork?
}

extension PageTemplate<ShortlistPage> {
    static let shortlist = PageTemplate("investment/shortlist", in: .investment)
}

extension PageTemplate<ItemPage> {
    static let item = PageTemplate("investment/item", in: .investment)
}
