internal import API
internal import Accounts
internal import Applications
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The release of a batch, and what is said before it.
extension DecisionsConsole {
    var askToRelease: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/release", "consoleReleaseBatch", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            try await confirmation(for: call, call.parameters.batch)
        }.erased
    }

    var release: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/release", "releaseConsoleBatch", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            let (id, person) = (call.parameters.batch, try call.principal.personID)
            return try await deciding {
                try await call.write { transaction in
                    _ = try await transaction.releaseBatch(id, by: person) { _ in
                        try call.match(try await transaction.batchView(id))
                    }
                    return .redirect(to: "/console/decisions/\(id)?done=released")
                }
            } again: { problem in
                try await confirmation(for: call, id, problem: problem)
            }
        }.erased
    }

    private func confirmation<P, B>(
        for call: FormCall<P, B>, _ id: DecisionBatch.ID, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(id)
        guard batch.releasedAt == nil else { return .redirect(to: "/console/decisions/\(id)") }
        guard let tally = try await call.reader.tallies(of: [id])[id] else { throw Problem.notFound }
        let version = try call.version(of: BatchView(batch, tally))
        var consequences = [
            t("release.letters", count: tally.letters),
            t(
                "release.places", count: tally.offers,
                ["taken": Figures.grouped(tally.taken), "places": Figures.grouped(batch.terms.places)]),
            t(
                "release.others",
                ["waitlisted": Figures.grouped(tally.waitlisted), "rejections": Figures.grouped(tally.rejections)]),
        ]
        consequences += tally.streams.map { stream in
            let figures = [
                "stream": stream.name.text(for: desk.spoken), "offers": Figures.grouped(stream.offers),
                "taken": Figures.grouped(stream.taken), "places": Figures.grouped(stream.places ?? 0),
            ]
            return stream.places == nil ? t("release.stream", figures) : t("release.stream_places", figures)
        }
        if let budget = batch.terms.budget {
            let sum = MoneyText(Money(minor: tally.awards + tally.takenAwards, currency: budget.currency))
            let limit = MoneyText(budget)
            consequences.append(
                t(
                    "release.budget",
                    ["awards": "\(sum.currency)\(sum.figure)", "budget": "\(limit.currency)\(limit.figure)"]))
        }
        if tally.undecided > 0 { consequences.append(t("release.undecided", count: tally.undecided)) }
        consequences.append(t("release.final"))
        let placed = try await call.reader.preparedDecisions(in: id).filter { $0.preparation.outcome != .reject }
        let overlaps = try await call.reader.overlapTallies(of: placed.map(\.application)).filter { $0.value.open > 0 }
        let doubtful = placed.filter { overlaps[$0.application] != nil }
        let model = DecisionsConfirmPage(
            header: PageHeader(
                title: batch.terms.name.string, kind: batch.callTitle.text(for: desk.spoken), badge: badge(batch, t)),
            refusal: problem.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) },
            warnings: doubtful.isEmpty
                ? nil
                : Table(
                    caption: t("release.overlaps"),
                    columns: [.init(t("batch.startup")), .init(t("field.outcome")), .init(t("batch.overlaps"))],
                    rows: doubtful.map {
                        [
                            .text($0.startupName.text(for: desk.spoken)),
                            .badge(desk.outcome($0.preparation.outcome)),
                            desk.overlaps(overlaps[$0.application], of: $0.application),
                        ]
                    }, empty: EmptyState(title: t("release.overlaps"), text: t("release.overlaps_hint"))),
            confirmation: Confirmation(
                title: t("release.title"), consequences: consequences,
                form: Form(
                    action: "/console/decisions/\(id)/release", fields: [], submit: t("release.submit"), texts: t,
                    hidden: [
                        HiddenField("idempotency_key", call.freshIdempotencyKey), HiddenField("version", version),
                    ],
                    cancel: LinkText(t("release.keep"), "/console/decisions/\(id)"))))
        let trail = [desk.home, Breadcrumb(batch.terms.name.string, "/console/decisions/\(id)")]
        return HTML(bytes: try PageTemplate.confirm.render(model, in: desk.frame(t("release.title"), under: trail)))
    }
}
