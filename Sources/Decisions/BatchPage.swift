internal import API
internal import Accounts
internal import Applications
internal import Exports
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Reviews
internal import Vocabulary
internal import Wording

/// One batch as managers look at it.
extension DecisionsConsole {
    var show: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}", "consoleBatch", access: .roles([.manager]),
            parameters: BatchDonePath.self
        ) { call in
            let wanted = call.parameters
            return try await page(
                for: call, of: wanted.batch, done: wanted.done, left: wanted.left, after: wanted.after,
                undecidedAfter: wanted.undecided)
        }.erased
    }

    /// - Parameters:
    ///   - after: the last row of the page before of what is prepared.
    ///   - undecidedAfter: the same of what is not.
    func page<P, B>(
        for call: FormCall<P, B>, of id: DecisionBatch.ID, done: DecisionDone? = nil, left: Int? = nil,
        after: Application.ID? = nil, undecidedAfter: Application.ID? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(id)
        let decisions = try await call.reader.preparedDecisions(in: id)
        let isOpen = batch.releasedAt == nil
        // Once it is released, its page says nothing of those it left.
        let undecided = isOpen ? try await call.reader.undecided(in: id) : []
        let tally = try await call.reader.tallies(of: [id])[id]
        let shown = PageOfRows(decisions, after: after, \.application)
        let open = PageOfRows(undecided, after: undecidedAfter, \.application)
        let onPage = shown.rows.map(\.application) + open.rows.map(\.application)
        let scores = try await call.scores(of: batch, among: onPage, in: desk.spoken)
        let isChosen = tally.map { !$0.streams.isEmpty } ?? false
        let streams = StreamColumn(tally, isChosen ? try await call.reader.streamChoices(of: onPage) : [:])
        let overlaps = try await call.reader.overlapTallies(of: onPage)
        let address: SafeURL = "/console/decisions/\(id)"
        let standings =
            isOpen
            ? [:] : try await call.reader.placeStandings(of: shown.rows.map(\.application), in: batch.call)
        let short = isOpen ? try await call.reader.shortOfQuorum(in: batch.call, offering: decisions.places) : [:]
        let waivers = try await call.reader.quorumWaivers(in: id)
        let says = try await call.reader.partnerSays(on: id)
        var inTheWay: [Problem.FieldError] = []
        if let tally, isOpen, !decisions.isEmpty {
            inTheWay = faults(
                of: decisions, in: batch, tally, short: short, waived: waivers.confirmed(for: decisions),
                partners: says, today: CalendarDate(Date(), in: batch.zone))
        }
        let below = WaiversConsole.part(of: batch, decisions, short: short, waivers, desk)
        let names = Dictionary(
            decisions.map { ($0.application.description, $0.startupName.text(for: desk.spoken)) },
            uniquingKeysWith: { first, _ in first })
        let silence = isOpen ? Self.silence(says, on: id, call, problem, t) : nil
        let model = DecisionsPage(
            header: PageHeader(
                title: batch.terms.name.string, kind: batch.callTitle.text(for: desk.spoken), badge: badge(batch, t),
                lede: isOpen
                    ? [
                        batch.consultedAt == nil ? t("batch.open_lede") : t("joint.open_lede"),
                        scores.isAwaited ? t("batch.scores_awaited") : nil,
                    ].compactMap(\.self).joined(separator: " ")
                    : batch.releasedAt.map { t("batch.released_lede", ["time": desk.time($0, in: batch.zone).text]) },
                actions: isOpen
                    ? [
                        .link(t("release.action"), "/console/decisions/\(id)/release", style: .primary),
                        .link(t("bulk.action"), "/console/decisions/\(id)/bulk"),
                        .link(t("batch.edit"), "/console/decisions/\(id)/edit"),
                        .link(t("withdrawals.title"), "/console/decisions/\(id)/withdrawals"),
                    ] + Self.waivers(of: id, hasSome: below != nil, t)
                        + consultation(of: batch, says, key: call.freshIdempotencyKey, t) + Self.files(id, decisions, t)
                    : [
                        .link(t("changes.propose_several"), "/console/decisions/\(id)/changes"),
                        .link(t("waiting.title"), WaitingListConsole.address(of: batch.call)),
                    ] + Self.files(id, decisions, t)),
            refusal: silence == nil
                ? problem.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) } : nil,
            stats: tally.map { tiles(batch, $0, desk) }, faults: inTheWay.map { sentence($0, names) },
            hasFaults: !inTheWay.isEmpty,
            parts: [
                DecisionsPage.Part(
                    title: t("batch.decisions"),
                    table: Table(
                        caption: t("batch.decisions"),
                        columns: Self.columns(
                            withStanding: !isOpen, withStream: streams.isTold, withOverlaps: !overlaps.isEmpty, t),
                        rows: shown.rows.map {
                            row(
                                $0, in: batch, streams, score: scores[$0.application]?.text, overlaps,
                                standings[$0.application], desk)
                        },
                        empty: EmptyState(title: t("batch.empty"), text: t("batch.empty_text")),
                        pager: shown.pager(at: address.adding(open.position(as: "undecided")), as: "after", t)))
            ]
                + [Self.part(says, desk), below].compactMap(\.self)
                + (isOpen && !undecided.isEmpty
                    ? [
                        undecidedPart(
                            open, in: id, streams, scores, short, overlaps,
                            pager: open.pager(at: address.adding(shown.position(as: "after")), as: "undecided", t), desk
                        )
                    ] : []),
            forms: silence.map { [$0] } ?? [])
        return try desk.html(model, desk.frame(model.header.title, under: [desk.home], done: done, left: left))
    }

    /// Where waivers are asked for and answered, several at once.
    private static func waivers(of id: DecisionBatch.ID, hasSome: Bool, _ t: Texts) -> [Action] {
        hasSome
            ? [
                .link(t("waiver.propose_several"), "/console/decisions/\(id)/waivers"),
                .link(t("waiver.answer_several"), "/console/decisions/\(id)/waiver-answers"),
            ] : []
    }

    /// What is prepared, to be taken along.
    private static func files(_ id: DecisionBatch.ID, _ decisions: [PreparedDecision], _ t: Texts) -> [Action] {
        decisions.isEmpty
            ? []
            : [
                .link(t("sheet.csv"), "/console/decisions/\(id)/decisions.csv"),
                .link(t("sheet.xlsx"), "/console/decisions/\(id)/decisions.xlsx"),
            ]
    }

    var file: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/decisions.csv", "consoleDecisionFile", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            let sheet = try await call.reader.decisionSheet(
                of: call.parameters.batch, in: try await call.viewer().language)
            return .download(sheet.csv, named: sheet.name + ".csv", mediaType: Sheet.csvMediaType)
        }.erased
    }

    var workbook: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/decisions.xlsx", "consoleDecisionWorkbook", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            let sheet = try await call.reader.decisionSheet(
                of: call.parameters.batch, in: try await call.viewer().language)
            return .download(
                try sheet.workbook.xlsx(), named: sheet.name + ".xlsx", mediaType: Workbook.mediaType)
        }.erased
    }

    /// Asks the partners, as long as one of them is not for the batch as it is.
    private func consultation(of batch: DecisionBatch, _ says: [PartnerSay], key: String, _ t: Texts) -> [Action] {
        guard says.contains(where: { !$0.agrees }) else { return [] }
        return [
            .post(
                batch.consultedAt == nil ? t("joint.ask") : t("joint.ask_again"),
                "/console/decisions/\(batch.id)/consultation", hidden: [HiddenField("idempotency_key", key)])
        ]
    }

    private static func columns(
        withStanding: Bool, withStream: Bool, withOverlaps: Bool, _ t: Texts
    ) -> [Table.Column] {
        var columns: [Table.Column] = [
            .init(t("batch.startup")), .init(t("batch.score"), isNumber: true), .init(t("field.outcome")),
        ]
        if withStanding { columns.append(.init(t("standing.column"))) }
        if withStream { columns.append(.init(t("field.stream"))) }
        if withOverlaps { columns.append(.init(t("batch.overlaps"))) }
        return columns + [
            .init(t("batch.rank"), isNumber: true), .init(t("batch.award"), isNumber: true), .init(t("field.note")),
        ]
    }

    private func row(
        _ decision: PreparedDecision, in batch: DecisionBatch, _ streams: StreamColumn, score: String?,
        _ overlaps: [Application.ID: OverlapTally], _ standing: PlaceStanding?, _ desk: DecisionDesk
    ) -> [Table.Cell] {
        let (meant, t) = (decision.preparation, desk.t)
        let name = decision.startupName.text(for: desk.spoken)
        let start = String(meant.note.string.prefix(80))
        var cells: [Table.Cell] = [
            batch.releasedAt == nil
                ? .link(name, "/console/decisions/\(batch.id)/applications/\(decision.application)")
                : .link(name, "/console/applications/\(decision.application)"),
            .text(
                score ?? "–",
                note: meant.calibratedAt.map {
                    t("batch.by_calibration", ["time": desk.time($0, in: batch.zone).text])
                }), .badge(desk.outcome(meant.outcome)),
        ]
        if batch.releasedAt != nil { cells.append(standing.map(desk.standing) ?? .text("–")) }
        if streams.isTold { cells.append(streams.cell(of: decision.application, meant.stream, t)) }
        if !overlaps.isEmpty { cells.append(desk.overlaps(overlaps[decision.application], of: decision.application)) }
        return cells + [
            meant.rank.map(Table.Cell.number) ?? .text("–"),
            meant.award.map { .money(MoneyText($0)) } ?? .text("–"),
            .text(start == meant.note.string ? start : "\(start)…"),
        ]
    }

    private func undecidedPart(
        _ undecided: PageOfRows<(application: Application.ID, startupName: LocalizedName)>, in id: DecisionBatch.ID,
        _ streams: StreamColumn, _ scores: BatchScores, _ short: [Application.ID: (submitted: Int, quorum: Int)],
        _ overlaps: [Application.ID: OverlapTally], pager: Pager?, _ desk: DecisionDesk
    ) -> DecisionsPage.Part {
        let t = desk.t
        var columns: [Table.Column] = [.init(t("batch.startup")), .init(t("batch.score"), isNumber: true)]
        if streams.isTold { columns.append(.init(t("field.stream"))) }
        if !overlaps.isEmpty { columns.append(.init(t("batch.overlaps"))) }
        columns.append(.init(t("batch.reviews")))
        let rows = undecided.rows.map { application, name -> [Table.Cell] in
            var cells: [Table.Cell] = [
                .link(name.text(for: desk.spoken), "/console/decisions/\(id)/applications/\(application)"),
                .text(scores[application]?.text ?? "–"),
            ]
            if streams.isTold { cells.append(streams.cell(of: application, nil, t)) }
            if !overlaps.isEmpty { cells.append(desk.overlaps(overlaps[application], of: application)) }
            guard let found = short[application] else { return cells + [.text(t("batch.enough"))] }
            let figures = ["submitted": Figures.grouped(found.submitted), "quorum": Figures.grouped(found.quorum)]
            return cells + [.badge(Badge(t("batch.short", figures), .warning))]
        }
        return DecisionsPage.Part(
            title: t("batch.undecided"),
            table: Table(
                caption: t("batch.undecided"), columns: columns, rows: rows,
                empty: EmptyState(title: t("batch.empty"), text: t("batch.empty_text")), pager: pager))
    }

    private func tiles(_ batch: DecisionBatch, _ tally: BatchTally, _ desk: DecisionDesk) -> StatTiles {
        let t = desk.t
        let isOpen = batch.releasedAt == nil
        let offered = tally.taken + (isOpen ? tally.offers : 0)
        var tiles = [
            StatTiles.Tile(
                t("tile.places"), figure: "\(Figures.grouped(offered)) / \(Figures.grouped(batch.terms.places))",
                note: t("tile.taken", count: tally.taken))
        ]
        for stream in tally.streams {
            let offered = Figures.grouped(stream.taken + (isOpen ? stream.offers : 0))
            tiles.append(
                StatTiles.Tile(
                    t("tile.stream", ["stream": stream.name.text(for: desk.spoken)]),
                    figure: stream.places.map { "\(offered) / \(Figures.grouped($0))" } ?? offered,
                    note: stream.isOver && isOpen ? t("tile.stream_over") : t("tile.taken", count: stream.taken)))
        }
        if let currency = batch.terms.currency {
            let sum = Money(minor: tally.takenAwards + (isOpen ? tally.awards : 0), currency: currency)
            tiles.append(
                StatTiles.Tile(
                    t("tile.awards"), figure: MoneyText(sum).figure,
                    note: batch.terms.budget.map {
                        t("tile.budget", ["budget": "\(MoneyText($0).currency)\(MoneyText($0).figure)"])
                    }))
        }
        tiles.append(
            StatTiles.Tile(
                t("tile.undecided"), figure: Figures.grouped(tally.undecided), note: t("tile.undecided_note")))
        return StatTiles(tiles)
    }

    /// A reason with the name of the startup it is about.
    private func sentence(_ fault: Problem.FieldError, _ names: [String: String]) -> String {
        let parts = fault.pointer.split(separator: "/")
        guard parts.count > 1, let name = names[String(parts[1])] else { return fault.words }
        return "\(name): \(fault.words)"
    }
}

/// Some of many rows that were read whole: what comes after one of them, a page at a time.
struct PageOfRows<Row> {
    /// Most rows of a table on one page.
    private static var most: Int { 50 }

    let rows: [Row]
    private let start: Int
    private let count: Int
    private let last: Application.ID?
    private let position: Application.ID?

    /// From the beginning where there is no such row any more.
    init(_ all: [Row], after: Application.ID?, _ application: (Row) -> Application.ID) {
        let place = after.flatMap { after in all.firstIndex { application($0) == after } }
        start = place.map { $0 + 1 } ?? 0
        rows = Array(all[start...].prefix(Self.most))
        count = all.count
        last = start + rows.count < count ? rows.last.map(application) : nil
        position = place == nil ? nil : after
    }

    /// Where this page begins, for the address of the page that shows another table further on.
    func position(as name: String) -> [(name: String, value: String)] {
        position.map { [(name, $0.description)] } ?? []
    }

    /// The way on; none where all are on one page.
    func pager(at address: SafeURL, as name: String, _ t: Texts) -> Pager? {
        guard count > rows.count else { return nil }
        let figures = [
            "first": Figures.grouped(min(start + 1, count)), "last": Figures.grouped(start + rows.count),
            "all": Figures.grouped(count),
        ]
        return Pager(
            summary: t("batch.shown", figures), firstURL: start == 0 ? nil : address,
            nextURL: last.map { address.adding([(name, $0.description)]) })
    }
}
