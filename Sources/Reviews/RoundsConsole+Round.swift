internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

// A round itself: its page, opening and closing it.
extension RoundsConsole {
    var show: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}", "consoleRound", access: .roles([.manager]), parameters: RoundDonePath.self
        ) { call in
            try await page(for: call, of: call.parameters.round, done: call.parameters.done)
        }.erased
    }

    var open: AnyRoute {
        deed("/console/rounds/{round}/opening", "openConsoleRound", .opened) { transaction, round, tenant, person in
            _ = try await transaction.openRound(round, in: tenant, by: person)
        }
    }

    var closing: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/closing", "consoleCloseRound", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            guard let round = try await call.reader.round(call.parameters.round) else { throw Problem.notFound }
            guard round.status == .open else { return .redirect(to: "/console/rounds/\(round.id)") }
            let viewer = try await call.viewer()
            let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
            let t = words.t
            let progress = try await call.reader.progress(of: [round.id])[round.id]
            let missing = (progress?.assigned ?? 0) - (progress?.submitted ?? 0)
            let model = ConfirmPage(
                header: PageHeader(
                    title: round.name.text(for: words.spoken), kind: round.subject(for: words.spoken),
                    badge: words.badge(round.status)),
                confirmation: Confirmation(
                    title: t("round.close_title"),
                    consequences: [
                        missing == 0 ? t("round.close_all") : t("round.close_missing", count: missing),
                        t("round.close_frozen"), t("round.close_final"),
                    ],
                    form: Form(
                        action: "/console/rounds/\(round.id)/closing", fields: [], submit: t("round.close_submit"),
                        texts: t, hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                        cancel: LinkText(t("round.close_keep"), "/console/rounds/\(round.id)"), isDangerous: true)))
            let frame = words.frame(t("round.close_title"), of: round, site, viewer)
            return HTML(bytes: try PageTemplate.confirm.render(model, in: frame))
        }.erased
    }

    var close: AnyRoute {
        deed("/console/rounds/{round}/closing", "closeConsoleRound", .closed) { transaction, round, _, person in
            _ = try await transaction.closeRound(round, by: person)
        }
    }

    /// A deed on a round that takes nothing but the round; a refusal is said on its page.
    private func deed(
        _ path: String, _ name: String, _ done: RoundDone,
        by verb: @escaping @Sendable (Transaction, ReviewRound.ID, Tenant.ID, Person.ID) async throws -> Void
    ) -> AnyRoute {
        PageRoute(.post, path, name, access: .roles([.manager]), parameters: RoundPath.self) { call in
            let principal = try call.principal
            let (tenant, person, id) = (try principal.workspace, principal.personID, call.parameters.round)
            return try await answering {
                try await call.write { transaction in
                    try await verb(transaction, id, tenant, person)
                    return .redirect(to: "/console/rounds/\(id)?done=\(done.rawValue)")
                }
            } again: { problem in
                try await page(for: call, of: id, problem: problem)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: ReviewRound.ID, done: RoundDone? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let round = try await call.reader.round(id) else { throw Problem.notFound }
        let progress = try await call.reader.progress(of: [id])[id]
        let panel = try await call.reader.panel(of: id)
        let places = try await call.reader.placesOfTheStream(in: round)
        let moves = try await call.reader.dueMoves(of: [id])[id] ?? []
        let pool = try await call.reader.poolOf(round: id)
        let seats = try await call.reader.partnerSeats(of: id)
        let viewer = try await call.viewer()
        let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
        let t = words.t
        let isOpen = round.status == .open
        var model = RoundPage(
            header: PageHeader(
                title: round.name.text(for: words.spoken), kind: round.subject(for: words.spoken),
                badge: words.badge(round.status), lede: words.lede(round, progress),
                actions: actions(on: round, progress, t, key: call.freshIdempotencyKey)),
            refusal: problem.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) },
            stats: round.status == .draft ? nil : words.tiles(round, progress),
            panel: Table(
                caption: t("panel.title"),
                columns: [
                    .init(t("panel.person")), .init(t("panel.answer")), .init(t("panel.knows")),
                    .init(t("panel.load")), .init(t("panel.done")),
                ],
                rows: panel.map { panelist in
                    words.row(
                        panelist, of: round, isLinked: round.status != .closed,
                        isOutside: pool.map { !$0.contains(panelist.person) } ?? false)
                },
                empty: EmptyState(title: t("panel.empty"), text: t("panel.empty_text"))),
            inviteURL: round.status == .closed ? nil : "/console/rounds/\(id)/panel/new",
            poolURL: round.status == .closed || pool == nil ? nil : "/console/rounds/\(id)/pool",
            seats: words.seats(seats), hasSeats: !seats.isEmpty, seatsURL: "/console/rounds/\(id)/partner-seats",
            criteria: round.criteria.map { words.criterion($0) }, hasCriteria: !round.criteria.isEmpty,
            facts: words.facts(round, places), history: words.history(moves, of: round),
            tools: isOpen || round.status == .closed
                ? [
                    LinkText(t("round.assignments"), "/console/rounds/\(id)/assignments"),
                    LinkText(t("round.standings"), "/console/rounds/\(id)/standings"),
                    LinkText(t("round.conflicts"), "/console/rounds/\(id)/conflicts"),
                ] : [LinkText(t("round.conflicts"), "/console/rounds/\(id)/conflicts")])
        if isOpen, try await !call.reader.applicationsToRenew(in: id).isEmpty {
            model.tools.append(LinkText(t("renewals.title"), "/console/rounds/\(id)/renewals"))
        }
        if round.status != .closed {
            model.tools += [
                LinkText(t("asking.title"), "/console/rounds/\(id)/panel-invitations"),
                LinkText(t("panel_changes.title"), "/console/rounds/\(id)/panel-changes"),
                LinkText(t("declarations.title"), "/console/rounds/\(id)/conflict-declarations"),
            ]
        }
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "rounds",
            breadcrumbs: [Breadcrumb(t("rounds.title"), "/console/rounds")],
            flash: done.map { FlashNotice(t("done.\($0.rawValue)")) })
        return HTML(bytes: try PageTemplate.round.render(model, in: frame))
    }

    private func actions(on round: ReviewRound, _ progress: RoundProgress?, _ t: Texts, key: String) -> [Action] {
        let hidden = [HiddenField("idempotency_key", key)]
        switch round.status {
        case .draft:
            return [
                .post(t("round.open"), "/console/rounds/\(round.id)/opening", style: .primary, hidden: hidden),
                .link(t("round.edit"), "/console/rounds/\(round.id)/edit"),
            ]
        case .open:
            let ready = progress?.ready ?? 0
            let enter: [Action] =
                ready == 0
                ? []
                : [.link(t("round.enter", count: ready), "/console/rounds/\(round.id)/entry")]
            return [.link(t("round.assign"), "/console/rounds/\(round.id)/assignments", style: .primary)] + enter
                + [
                    .link(t("due.action"), "/console/rounds/\(round.id)/due"),
                    .link(t("round.close"), "/console/rounds/\(round.id)/closing"),
                ]
        case .closed:
            return [.link(t("round.standings"), "/console/rounds/\(round.id)/standings", style: .primary)]
        }
    }
}

/// What was just done, as the address of the page after it says.
enum RoundDone: String, Codable, CaseIterable {
    case drafted, revised, opened, entered, renewed, closed, invited, changed, chaired, away, removed, moved, waived
}

struct RoundDonePath: Codable {
    let round: ReviewRound.ID
    let done: RoundDone?
}
