internal import API
internal import Accounts
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Applications as a table.
extension OversightPages {
    var list: AnyRoute {
        PageRoute(
            .get, "/console/applications", "consoleApplications", access: .roles([.manager]),
            parameters: ApplicationListQuery.self
        ) { call in
            let (query, viewer) = (call.parameters, try await call.viewer())
            let (t, filter) = (PageKit.applications.texts(in: viewer.language), query.filter)
            let found = try await call.reader.countingOverlaps(
                of: try await call.reader.applications(
                    matching: filter, after: try call.position(query.cursor, as: ApplicationPosition.self),
                    limit: PageSize.rows(for: query.limit)))
            // The page is cut by its views, which know their positions; the rows are shown from the summaries.
            let page = try call.page(found.map { ApplicationView($0, answers: nil) }, size: query.limit) {
                $0.position(by: filter.order)
            }
            let awaited = try await reviews(page.items.map(\.id), call.reader)
            let desk = try await desk(call.reader, filter)
            let shown = found.prefix(page.items.count)
            let columns =
                query.chosen
                ?? ApplicationColumn.usual(
                    withBatches: desk.batches(in: filter.call) > 0,
                    withOverlaps: shown.contains { $0.overlaps?.isNone == false })
            let model = ApplicationListPage(
                header: header(query, t), tabs: tabs(query, isBoard: false, t), stats: stats(desk, filter, t),
                filters: filters(query, desk, isBoard: false, showing: columns, in: viewer.language),
                saved: saved(desk, filter, viewer.language),
                table: ApplicationListPage.Rows(
                    caption: t("list.title"),
                    columns: [Table.Column(t("list.startup"))]
                        + columns.map { Table.Column($0.title(t)) },
                    rows: shown.map { summary in
                        .init(
                            id: summary.id.description, url: "/console/applications/\(summary.id)",
                            name: summary.startupName.text(for: Vocabulary.Language(viewer.language)),
                            cells: columns.map { column in
                                var cell = column.cell(summary, t, viewer.language)
                                cell.column = column.title(t)
                                if column == .stage, let waits = awaited[summary.id]?.words(t) {
                                    cell.note = cell.note.map { $0 + t("awaited.beside") + waits } ?? waits
                                }
                                return cell
                            })
                    }),
                board: nil, bulk: found.isEmpty ? nil : bulk(desk, filter, isBoard: false, t),
                pager: Pager(
                    summary: t("list.matching", count: desk.matching),
                    firstURL: query.cursor == nil ? nil : Self.table.adding(query.items),
                    nextURL: page.next.map { Self.table.adding(query.items + [("cursor", $0)]) }),
                empty: found.isEmpty ? empty(filter, t) : nil)
            return try render(model, viewer, done: query.done, t)
        }.erased
    }

    private func stats(_ desk: Desk, _ filter: ApplicationFilter, _ t: Texts) -> StatTiles {
        let tiles: [Application.State] = [.submitted, .inReview, .shortlisted, .interview, .offered, .accepted]
        return StatTiles(
            tiles.map { state in
                var narrowed = filter
                (narrowed.state, narrowed.overdue) = ([state], nil)
                let count = desk.all[state] ?? .none
                return StatTiles.Tile(
                    t("tile.\(state.rawValue)"), figure: Figures.grouped(count.applications),
                    note: count.overdue > 0
                        ? t("board.overdue", count: count.overdue) : t("tile_note.\(state.rawValue)"),
                    url: Self.table.adding(narrowed.items))
            })
    }

    private func empty(_ filter: ApplicationFilter, _ t: Texts) -> EmptyState {
        filter.isOpen
            ? EmptyState(
                title: t("list.empty"), text: t("list.empty_text"),
                action: LinkText(t("list.empty_action"), "/console/programs"))
            : EmptyState(
                title: t("list.none_here"), text: t("list.none_here_text"),
                action: LinkText(t("list.show_all"), Self.table))
    }
}
