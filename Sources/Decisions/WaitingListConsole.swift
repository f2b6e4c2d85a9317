internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The waiting list of a call as managers read it.
struct WaitingListConsole {
    let site: Site

    var routes: [AnyRoute] { [show] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/waiting-list", "consoleWaitingList", access: .roles([.manager]),
            parameters: WaitingListPath.self
        ) { call in
            let desk = try await DecisionDesk(call, in: site)
            let t = desk.t
            let wanted = call.parameters
            guard let list = try await call.reader.waitingList(of: wanted.call) else { throw Problem.notFound }
            let shown = PageOfRows(list.entries, after: wanted.after, \.application)
            let title = t("waiting.title")
            let model = DecisionsPage(
                header: PageHeader(
                    title: title, kind: list.callTitle.text(for: desk.spoken), lede: t("waiting.lede"),
                    actions: [.link(t("waiting.batches"), "/console/decisions?call=\(list.call)")]),
                stats: tiles(list, desk),
                parts: [
                    DecisionsPage.Part(
                        table: table(
                            list, shown.rows, pager: shown.pager(at: Self.address(of: list.call), as: "after", t), desk)
                    )
                ])
            return try desk.html(model, desk.frame(title, under: [desk.home]))
        }.erased
    }

    static func address(of call: CallForApplications.ID) -> SafeURL { "/console/calls/\(call)/waiting-list" }

    private func tiles(_ list: WaitingList, _ desk: DecisionDesk) -> StatTiles {
        let t = desk.t
        func figure(_ taken: Int, of places: Int?) -> String {
            places.map { "\(Figures.grouped(taken)) / \(Figures.grouped($0))" } ?? Figures.grouped(taken)
        }
        return StatTiles(
            [
                StatTiles.Tile(t("tile.waiting"), figure: Figures.grouped(list.waiting)),
                StatTiles.Tile(t("tile.places"), figure: figure(list.taken, of: list.places)),
            ]
                + list.streams.map { stream in
                    StatTiles.Tile(
                        t("tile.stream", ["stream": stream.name.text(for: desk.spoken)]),
                        figure: figure(stream.taken, of: stream.places))
                })
    }

    private func table(
        _ list: WaitingList, _ entries: [WaitingList.Entry], pager: Pager?, _ desk: DecisionDesk
    ) -> Table {
        let t = desk.t
        let names = Dictionary(
            list.streams.map { ($0.stream, $0.name.text(for: desk.spoken)) }, uniquingKeysWith: { first, _ in first })
        var columns: [Table.Column] = [
            .init(t("batch.rank"), isNumber: true), .init(t("batch.startup")), .init(t("standing.column")),
        ]
        if !names.isEmpty { columns.append(.init(t("waiting.for"))) }
        columns += [.init(t("waiting.since")), .init(t("batch.name"))]
        return Table(
            caption: t("waiting.title"), columns: columns,
            rows: entries.map { entry in
                var cells: [Table.Cell] = [
                    entry.rank.map(Table.Cell.number) ?? .text("–"),
                    .link(entry.startupName.text(for: desk.spoken), "/console/applications/\(entry.application)"),
                    desk.standing(entry.standing),
                ]
                if !names.isEmpty {
                    let wanted = entry.streams.compactMap { names[$0] }.joined(separator: t("stream.separator"))
                    cells.append(.text(wanted.isEmpty ? "–" : wanted))
                }
                let batch = entry.batch.flatMap { id in
                    entry.batchName.map { Table.Cell.link($0.string, "/console/decisions/\(id)") }
                }
                return cells + [
                    entry.since.map { .time(desk.time($0, in: list.zone)) } ?? .text("–"), batch ?? .text("–"),
                ]
            },
            empty: EmptyState(title: t("waiting.empty"), text: t("waiting.empty_text")), pager: pager)
    }
}

extension DecisionDesk {
    /// Where an application stands, as a cell of a table.
    func standing(_ standing: PlaceStanding) -> Table.Cell {
        .badge(badge(standing), note: standing.isPromoted ? t("standing.promoted") : nil)
    }

    private func badge(_ standing: PlaceStanding) -> Badge {
        let words = standing.words(t)
        return switch standing.status {
        case .waiting: Badge(words, .info)
        case .offered: Badge(words, .accent)
        case .accepted: Badge(words, .success)
        case .awaitsLetter, .lapsed: Badge(words, .warning)
        case .rejected: Badge(words, .danger)
        case .declined, .withdrawn, .reopened: Badge(words)
        }
    }
}

extension PlaceStanding {
    /// Where it stands, in words: “Waiting, number 3”.
    func words(_ t: Texts) -> String {
        if let position { return t("standing.waiting_at", ["position": Figures.grouped(position)]) }
        return t("standing.\(status.rawValue)")
    }
}

struct WaitingListPath: Codable {
    let call: CallForApplications.ID
    let after: Application.ID?
}
