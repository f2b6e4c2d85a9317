internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Reviews
internal import Vocabulary
internal import Wording

/// Decisions below the quorum of reviews, for managers: one asks why not to wait, another answers.
struct WaiversConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] { [askToPropose, propose, waiver, confirm, refuse] }

    private var askToPropose: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/applications/{application}/waiver", "consoleProposeWaiver",
            access: .roles([.manager]), parameters: PreparedPath.self
        ) { call in
            try await proposal(for: call, call.parameters)
        }.erased
    }

    private var propose: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/applications/{application}/waiver", "proposeConsoleWaiver",
            access: .roles([.manager]), parameters: PreparedPath.self, body: ReasonBody.self
        ) { call in
            let (path, principal) = (call.parameters, try call.principal)
            let tenant = try principal.workspace
            return try await deciding {
                let reason = try call.decoded().reason
                return try await call.write { transaction in
                    _ = try await transaction.proposeWaiver(
                        of: path.application, in: path.batch, because: reason, as: .init(), in: tenant,
                        by: principal.personID)
                    return .redirect(to: "/console/decisions/\(path.batch)?done=waiver_proposed")
                }
            } again: { problem in
                try await proposal(for: call, path, problem: problem)
            }
        }.erased
    }

    private func proposal<P, B>(
        for call: FormCall<P, B>, _ path: PreparedPath, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(path.batch)
        guard batch.releasedAt == nil else { return .redirect(to: "/console/decisions/\(batch.id)") }
        guard let prepared = try await call.reader.preparedDecision(on: path.application, in: path.batch) else {
            throw Problem.notFound
        }
        let short = try await call.reader.shortOfQuorum(in: batch.call, offering: [prepared].places)[path.application]
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let reason = input.area(
            "reason", label: t("waiver.reason"), hint: t("changes.reason_hint"), limit: 10_000, rows: 4)
        let model = DecisionsPage(
            header: PageHeader(
                title: prepared.startupName.text(for: desk.spoken), kind: batch.terms.name.string,
                badge: desk.outcome(prepared.preparation.outcome),
                lede: short.map { t("waiver.lede", words($0.submitted, $0.quorum)) } ?? t("batch.enough")),
            forms: [
                Form(
                    action: "/console/decisions/\(path.batch)/applications/\(path.application)/waiver",
                    fields: [reason], submit: t("waiver.propose"), texts: t,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                    cancel: LinkText(t("form.cancel"), "/console/decisions/\(path.batch)"),
                    problem: problem?.sentence(besides: [reason]))
            ])
        return try desk.html(model, desk.frame(model.header.title, under: trail(batch, desk)))
    }

    private var waiver: AnyRoute {
        PageRoute(
            .get, "/console/quorum-waivers/{waiver}", "consoleWaiver", access: .roles([.manager]),
            parameters: WaiverPath.self
        ) { call in
            try await page(for: call, of: call.parameters.waiver)
        }.erased
    }

    private var confirm: AnyRoute {
        PageRoute(
            .post, "/console/quorum-waivers/{waiver}/confirmation", "confirmConsoleWaiver",
            access: .roles([.manager]), parameters: WaiverPath.self
        ) { call in
            let (id, person) = (call.parameters.waiver, try call.principal.personID)
            return try await deciding {
                try await call.write { transaction in
                    let waiver = try await transaction.confirmWaiver(id, by: person)
                    return .redirect(to: "/console/decisions/\(waiver.batch)?done=waiver_confirmed")
                }
            } again: { problem in
                try await page(for: call, of: id, problem: problem)
            }
        }.erased
    }

    private var refuse: AnyRoute {
        PageRoute(
            .post, "/console/quorum-waivers/{waiver}/refusal", "refuseConsoleWaiver", access: .roles([.manager]),
            parameters: WaiverPath.self, body: ReasonBody.self
        ) { call in
            let (id, person) = (call.parameters.waiver, try call.principal.personID)
            return try await deciding {
                let reason = try call.decoded().reason
                return try await call.write { transaction in
                    let waiver = try await transaction.refuseWaiver(id, because: reason, by: person)
                    return .redirect(to: "/console/decisions/\(waiver.batch)?done=waiver_refused")
                }
            } again: { problem in
                try await page(for: call, of: id, problem: problem)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: QuorumWaiver.ID, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        guard let waiver = try await call.reader.quorumWaiver(id) else { throw Problem.notFound }
        let batch = try await call.batch(waiver.batch)
        let isTheirs = try call.principal.personID == waiver.proposedBy
        let isAsked = waiver.status == .open && batch.releasedAt == nil && !isTheirs
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let reason = input.area("reason", label: t("changes.refuse_reason"), limit: 10_000, rows: 3)
        let hidden = [HiddenField("idempotency_key", call.freshIdempotencyKey)]
        let refusedBecause = waiver.refusedReason.map {
            [DecisionsPage.Quote(title: t("changes.refuse_reason"), text: $0.string)]
        }
        let model = DecisionsPage(
            header: PageHeader(
                title: waiver.startupName.text(for: desk.spoken), kind: batch.terms.name.string,
                badge: desk.badge(waiver.status),
                lede: waiver.status != .open ? nil : isTheirs ? t("waiver.yours") : t("waiver.asked"),
                actions: isAsked
                    ? [
                        .post(
                            t("waiver.confirm"), "/console/quorum-waivers/\(id)/confirmation", style: .primary,
                            hidden: hidden)
                    ] : []),
            refusal: problem.flatMap {
                ErrorSummary(fields: [reason], problem: $0.sentence(besides: [reason]), texts: t)
            },
            facts: Facts([
                .badge(t("field.outcome"), desk.outcome(waiver.outcome)),
                .text(t("batch.reviews"), t("batch.short", words(waiver.submitted, waiver.quorum))),
                .text(t("waiver.proposed_by"), waiver.proposedByName ?? "–"),
                .time(t("changes.proposed"), desk.time(waiver.proposedAt)),
            ]),
            quotes: [DecisionsPage.Quote(title: t("waiver.reason"), text: waiver.reason.string)]
                + (refusedBecause ?? []),
            forms: isAsked
                ? [
                    Form(
                        action: "/console/quorum-waivers/\(id)/refusal", fields: [reason],
                        submit: t("changes.refuse"), texts: t, hidden: hidden)
                ] : [])
        return try desk.html(model, desk.frame(model.header.title, under: trail(batch, desk)))
    }

    private func words(_ submitted: Int, _ quorum: Int) -> [String: String] {
        ["submitted": Figures.grouped(submitted), "quorum": Figures.grouped(quorum)]
    }

    private func trail(_ batch: DecisionBatch, _ desk: DecisionDesk) -> [Breadcrumb] {
        [desk.home, Breadcrumb(batch.terms.name.string, "/console/decisions/\(batch.id)")]
    }

    /// Those waivers that are of decisions as they are prepared.
    private static func standing(_ waivers: [QuorumWaiver], of decisions: [PreparedDecision]) -> [QuorumWaiver] {
        let prepared = Dictionary(
            decisions.map { ($0.application, $0.preparation) }, uniquingKeysWith: { first, _ in first })
        return waivers.filter { waiver in prepared[waiver.application].map(waiver.isOf) ?? false }
    }

    /// The decisions below the quorum for which no waiver stands or is asked for.
    static func missing(
        _ decisions: [PreparedDecision], short: [Application.ID: (submitted: Int, quorum: Int)],
        _ waivers: [QuorumWaiver]
    ) -> [PreparedDecision] {
        let answered = Set(standing(waivers, of: decisions).filter { $0.status != .refused }.map(\.application))
        return decisions.filter { short[$0.application] != nil && !answered.contains($0.application) }
    }

    /// Those of a batch: what keeps it from being released below the quorum, and what was said to that.
    static func part(
        of batch: DecisionBatch, _ decisions: [PreparedDecision],
        short: [Application.ID: (submitted: Int, quorum: Int)], _ waivers: [QuorumWaiver], _ desk: DecisionDesk
    ) -> DecisionsPage.Part? {
        let t = desk.t
        let standing = Self.standing(waivers, of: decisions)
        let missing = Self.missing(decisions, short: short, waivers)
        guard !standing.isEmpty || !missing.isEmpty else { return nil }
        let asked: [[Table.Cell]] = standing.map { waiver in
            [
                .link(
                    waiver.startupName.text(for: desk.spoken), "/console/quorum-waivers/\(waiver.id)",
                    note: waiver.reason.string),
                .text(
                    t(
                        "batch.short",
                        [
                            "submitted": Figures.grouped(waiver.submitted), "quorum": Figures.grouped(waiver.quorum),
                        ])),
                .badge(
                    desk.badge(waiver.status),
                    note: [waiver.proposedByName, waiver.confirmedByName].compactMap(\.self)
                        .joined(separator: ", ")),
            ]
        }
        let open: [[Table.Cell]] = missing.map { decision in
            let found = short[decision.application]
            return [
                .link(
                    decision.startupName.text(for: desk.spoken),
                    "/console/decisions/\(batch.id)/applications/\(decision.application)/waiver"),
                .text(
                    t(
                        "batch.short",
                        [
                            "submitted": Figures.grouped(found?.submitted ?? 0),
                            "quorum": Figures.grouped(found?.quorum ?? 0),
                        ])),
                .text(t("waiver.none")),
            ]
        }
        return DecisionsPage.Part(
            title: t("waiver.title"),
            table: Table(
                caption: t("waiver.title"),
                columns: [.init(t("batch.startup")), .init(t("batch.reviews")), .init(t("waiver.status"))],
                rows: asked + open, empty: EmptyState(title: t("batch.empty"), text: t("batch.empty_text"))))
    }
}
