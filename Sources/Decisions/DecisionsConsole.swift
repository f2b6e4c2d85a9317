internal import API
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary

/// Batches as managers keep them: the list, the batch, what is prepared, one by one, and the release.
struct DecisionsConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] {
        [
            list, new, create, show, edit, revise, askToPrepare, prepare, withdraw, consult, noteSilence, askToRelease,
            release, file, workbook,
        ]
    }

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/decisions", "consoleDecisions", access: .roles([.manager]), parameters: ListBatches.self
        ) { call in
            let desk = try await DecisionDesk(call, in: site)
            let t = desk.t
            let wanted = call.parameters.call
            let batches = try await call.reader.decisionBatches(of: wanted)
            // What batches come to in places and letters would take as long for each of them as its own page takes.
            let outcomes = try await call.reader.outcomes(of: batches.map(\.id))
            let calls = try await call.reader.callTitles()
            let address: SafeURL = "/console/decisions"
            let new: SafeURL = "/console/decisions/new"
            let model = DecisionsPage(
                header: PageHeader(
                    title: t("batches.title"), lede: t("batches.lede"),
                    actions: [
                        .link(
                            t("batch.new"), wanted.map { new.adding([("call", $0.description)]) } ?? new,
                            style: .primary)
                    ] + (wanted.map { [.link(t("waiting.title"), WaitingListConsole.address(of: $0))] } ?? [])),
                tabs: desk.tabs(.batches),
                filters: Filters(
                    action: address,
                    choices: [
                        Filters.Choice(
                            name: "call", label: t("field.call"), all: t("batches.every_call"),
                            options: calls.map { ($0.id.description, $0.title.text(for: desk.spoken)) },
                            chosen: wanted?.description ?? "")
                    ], clearURL: wanted == nil ? nil : address),
                parts: [
                    DecisionsPage.Part(
                        table: Table(
                            caption: t("batches.title"),
                            columns: [
                                .init(t("batch.name")), .init(t("batch.status")),
                                .init(t("batch.offers"), isNumber: true), .init(t("batch.waitlisted"), isNumber: true),
                                .init(t("batch.rejections"), isNumber: true),
                            ],
                            rows: batches.map { batch in
                                let decided = outcomes[batch.id] ?? [:]
                                return [
                                    .link(
                                        batch.terms.name.string, "/console/decisions/\(batch.id)",
                                        note: batch.callTitle.text(for: desk.spoken)),
                                    .badge(badge(batch, t)), .number(decided[.offer] ?? 0),
                                    .number(decided[.waitlist] ?? 0), .number(decided[.reject] ?? 0),
                                ]
                            },
                            empty: EmptyState(
                                title: t("batches.empty"), text: t("batches.empty_text"),
                                action: LinkText(t("batch.new"), new))))
                ])
            return try desk.html(model, desk.frame(t("batches.title")))
        }.erased
    }

    func badge(_ batch: DecisionBatch, _ t: Texts) -> Badge {
        batch.releasedAt == nil ? Badge(t("batch.prepared"), .info) : Badge(t("batch.released"), .success)
    }
}
