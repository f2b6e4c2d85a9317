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
            try await page(
                for: call, of: call.parameters.batch, done: call.parameters.done, left: call.parameters.left)
        }.erased
    }

    func page<P, B>(
        for call: FormCall<P, B>, of id: DecisionBatch.ID, done: DecisionDone? = nil, left: Int? = nil,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(id)
        let decisions = try await call.reader.preparedDecisions(in: id)
        let undecided = try await call.reader.undecided(in: id)
        let tally = try await call.reader.tallies(of: [id])[id]
        let scores = try await call.scores(of: batch, in: desk.spoken)
        let streams = StreamColumn(
            tally,
            try await call.reader.streamChoices(
                of: decisions.map(\.application) + undecided.map(\.application)))
        let overlaps = try await call.reader.overlapTallies(
            of: decisions.map(\.application) + undecided.map(\.application))
        let isOpen = batch.releasedAt == nil
        let faults =
            isOpen && !decisions.isEmpty
            ? try await call.reader.releaseFaults(of: batch, decisions, at: Date()) : []
        let short = isOpen ? try await call.reader.shortOfQuorum(in: batch.call, offering: decisions.places) : [:]
        let waivers = try await call.reader.quorumWaivers(in: id)
        let says = try await call.reader.partnerSays(on: id)
        let below = WaiversConsole.part(of: batch, decisions, short: short, waivers, desk)
        let names = Dictionary(
            decisions.map { ($0.application.description, $0.startupName.text(for: desk.spoken)) },
            uniquingKeysWith: { first, _ in first })
        let silence = isOpen ? Self.silence(says, on: id, call, problem, t) : nil
        let model = DecisionsPage(
            header: PageHeader(
                title: batch.terms.name.string, kind: batch.callTitle.text(for: desk.spoken), badge: badge(batch, t),
                lede: isOpen
                    ? batch.consultedAt == nil ? t("batch.open_lede") : t("joint.open_lede")
                    : batch.releasedAt.map { t("batch.released_lede", ["time": desk.time($0, in: batch.zone).text]) },
                actions: isOpen
                    ? [
                        .link(t("release.action"), "/console/decisions/\(id)/release", style: .primary),
                        .link(t("bulk.action"), "/console/decisions/\(id)/bulk"),
                        .link(t("batch.edit"), "/console/decisions/\(id)/edit"),
                        .link(t("withdrawals.title"), "/console/decisions/\(id)/withdrawals"),
                    ] + consultation(of: batch, says, key: call.freshIdempotencyKey, t) + Self.files(id, decisions, t)
                    : Self.files(id, decisions, t)),
            refusal: silence == nil
                ? problem.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) } : nil,
            stats: tally.map { tiles(batch, $0, desk) }, faults: faults.map { sentence($0, names) },
            hasFaults: !faults.isEmpty,
            parts: [
                DecisionsPage.Part(
                    title: t("batch.decisions"),
                    table: Table(
                        caption: t("batch.decisions"),
                        columns: Self.columns(withStream: streams.isTold, withOverlaps: !overlaps.isEmpty, t),
                        rows: decisions.map {
                            row($0, in: batch, streams, score: scores[$0.application]?.text, overlaps, desk)
                        },
                        empty: EmptyState(title: t("batch.empty"), text: t("batch.empty_text"))))
            ]
                + [Self.part(says, desk), below].compactMap(\.self)
                + (isOpen && !undecided.isEmpty
                    ? [
                        undecidedPart(
                            undecided, in: id, streams, scores: scores.mapValues(\.text), short, overlaps, desk)
                    ] : []),
            forms: silence.map { [$0] } ?? [])
        return try desk.html(model, desk.frame(model.header.title, under: [desk.home], done: done, left: left))
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

    private static func columns(withStream: Bool, withOverlaps: Bool, _ t: Texts) -> [Table.Column] {
        var columns: [Table.Column] = [
            .init(t("batch.startup")), .init(t("batch.score"), isNumber: true), .init(t("field.outcome")),
        ]
        if withStream { columns.append(.init(t("field.stream"))) }
        if withOverlaps { columns.append(.init(t("batch.overlaps"))) }
        return columns + [
            .init(t("batch.rank"), isNumber: true), .init(t("batch.award"), isNumber: true), .init(t("field.note")),
        ]
    }

    private func row(
        _ decision: PreparedDecision, in batch: DecisionBatch, _ streams: StreamColumn, score: String?,
        _ overlaps: [Application.ID: OverlapTally], _ desk: DecisionDesk
    ) -> [Table.Cell] {
        let meant = decision.preparation
        let name = decision.startupName.text(for: desk.spoken)
        let start = String(meant.note.string.prefix(80))
        var cells: [Table.Cell] = [
            batch.releasedAt == nil
                ? .link(name, "/console/decisions/\(batch.id)/applications/\(decision.application)")
                : .link(name, "/console/applications/\(decision.application)"),
            .text(score ?? "–"), .badge(desk.outcome(meant.outcome)),
        ]
        if streams.isTold { cells.append(streams.cell(of: decision.application, meant.stream, desk.t)) }
        if !overlaps.isEmpty { cells.append(desk.overlaps(overlaps[decision.application], of: decision.application)) }
        return cells + [
            meant.rank.map(Table.Cell.number) ?? .text("–"),
            meant.award.map { .money(MoneyText($0)) } ?? .text("–"),
            .text(start == meant.note.string ? start : "\(start)…"),
        ]
    }

    private func undecidedPart(
        _ undecided: [(application: Application.ID, startupName: LocalizedName)], in id: DecisionBatch.ID,
        _ streams: StreamColumn, scores: [Application.ID: String],
        _ short: [Application.ID: (submitted: Int, quorum: Int)],
        _ overlaps: [Application.ID: OverlapTally], _ desk: DecisionDesk
    ) -> DecisionsPage.Part {
        let t = desk.t
        var columns: [Table.Column] = [.init(t("batch.startup")), .init(t("batch.score"), isNumber: true)]
        if streams.isTold { columns.append(.init(t("field.stream"))) }
        if !overlaps.isEmpty { columns.append(.init(t("batch.overlaps"))) }
        columns.append(.init(t("batch.reviews")))
        let rows = undecided.map { application, name -> [Table.Cell] in
            var cells: [Table.Cell] = [
                .link(name.text(for: desk.spoken), "/console/decisions/\(id)/applications/\(application)"),
                .text(scores[application] ?? "–"),
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
                empty: EmptyState(title: t("batch.empty"), text: t("batch.empty_text"))))
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
