internal import API
internal import Accounts
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Applications as a board of stages.
extension OversightPages {
    var board: AnyRoute {
        PageRoute(
            .get, "/console/applications/board", "consoleApplicationBoard", access: .roles([.manager]),
            parameters: ApplicationListQuery.self
        ) { call in
            let (query, viewer) = (call.parameters, try await call.viewer())
            let (t, filter) = (PageKit.applications.texts(in: viewer.language), query.filter)
            let stages = filter.stagesOfBoard
            let found = try await call.reader.countingOverlaps(
                of: try await call.reader.applicationBoard(
                    of: stages, matching: filter, each: Application.State.cards))
            let awaited = try await reviews(found.map(\.id), call.reader)
            let desk = try await desk(call.reader, filter)
            let byStage = Dictionary(grouping: found, by: \.application.state)
            /// The table of what stands in one state, those that have stood there longest first.
            func table(of state: Application.State) -> SafeURL {
                var narrowed = filter
                (narrowed.state, narrowed.sort) = ([state], .longestInStage)
                return Self.table.adding(narrowed.items)
            }
            let ended = filter.endedOfBoard.map { state in
                ApplicationListPage.Ended(
                    title: state.label(t), count: Figures.grouped((desk.found[state] ?? .none).applications),
                    url: table(of: state))
            }
            let columns = stages.map { stage in
                let count = desk.found[stage] ?? .none
                let cards = byStage[stage] ?? []
                return ApplicationListPage.Stage(
                    title: stage.label(t), count: Figures.grouped(count.applications),
                    overdue: count.overdue == 0 ? nil : Badge(t("board.overdue", count: count.overdue), .warning),
                    cards: cards.map { card($0, awaiting: awaited[$0.id], t, viewer.language) },
                    hasCards: !cards.isEmpty,
                    more: count.applications > cards.count
                        ? LinkText(
                            t("board.more", count: count.applications - cards.count), table(of: stage))
                        : nil)
            }
            let model = ApplicationListPage(
                header: header(query, t), tabs: tabs(query, isBoard: true, t), stats: nil,
                filters: filters(query, desk, isBoard: true, in: viewer.language),
                saved: saved(desk, filter, viewer.language), table: nil,
                board: .init(stages: columns, ended: ended, hasEnded: !ended.isEmpty),
                bulk: found.isEmpty ? nil : bulk(desk, filter, isBoard: true, t), pager: nil, empty: nil)
            return try render(model, viewer, done: query.done, t)
        }.erased
    }

    private func card(
        _ summary: ApplicationSummary, awaiting awaited: AwaitedReviews?, _ t: Texts, _ language: Pages.Language
    ) -> ApplicationListPage.Card {
        let (clock, now) = (summary.clock, summary.readAt)
        let spoken = Vocabulary.Language(language)
        return ApplicationListPage.Card(
            id: summary.id.description, url: "/console/applications/\(summary.id)",
            name: summary.startupName.text(for: spoken), call: summary.callTitle.text(for: spoken),
            stood: clock.words(at: now, in: summary.deadline.zone, language),
            waits: awaited?.words(t), overlaps: summary.overlaps?.words(in: language).map { Badge($0, .warning) },
            overdue: clock.isOverdue(at: now) ? Badge(t("clock.overdue"), .warning) : nil)
    }
}
