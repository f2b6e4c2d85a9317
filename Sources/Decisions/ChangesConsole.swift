internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// What follows a release, for managers: changes that wait for a second person, and appeals.
struct ChangesConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] {
        [changes, change, confirm, refuse, askToPropose, propose, appeals, appeal, answer, proposeAnswer]
    }

    // MARK: Changes

    private var changes: AnyRoute {
        PageRoute(
            .get, "/console/decision-changes", "consoleDecisionChanges", access: .roles([.manager]),
            parameters: AnswersQuery.self
        ) { call in
            let desk = try await DecisionDesk(call, in: site)
            let (t, person, isWaiting) = (desk.t, try call.principal.personID, call.parameters.isWaiting)
            let found = try await call.reader.decisionChanges()
                .filter { !isWaiting || $0.status == .open && $0.proposedBy != person }
            let waivers = try await call.reader.openQuorumWaivers()
                .filter { !isWaiting || $0.proposedBy != person }
            let model = DecisionsPage(
                header: PageHeader(
                    title: t("changes.title"), lede: t("changes.lede"),
                    actions: (found.contains { $0.status == .open }
                        ? [.link(t("changes.answer_several"), "/console/decision-change-answers")] : [])
                        + [desk.narrowing("/console/decision-changes", isWaiting)]),
                tabs: desk.tabs(.changes),
                parts: [
                    DecisionsPage.Part(
                        table: Table(
                            caption: t("changes.title"),
                            columns: [
                                .init(t("batch.startup")), .init(t("changes.status")), .init(t("field.outcome")),
                                .init(t("changes.proposed_by")), .init(t("changes.proposed")),
                            ],
                            rows: found.map { change in
                                [
                                    .link(
                                        change.startupName.text(for: desk.spoken),
                                        "/console/decision-changes/\(change.id)",
                                        note: change.callTitle.text(for: desk.spoken)),
                                    .badge(desk.badge(change.status)), .badge(desk.outcome(change.preparation.outcome)),
                                    .text(change.proposedByName ?? "–"), .time(desk.time(change.proposedAt)),
                                ]
                            },
                            empty: isWaiting
                                ? EmptyState(title: t("answers.nothing"), text: t("answers.none"))
                                : EmptyState(title: t("changes.empty"), text: t("changes.empty_text"))))
                ] + (waivers.isEmpty ? [] : [waiting(waivers, desk)]))
            return try desk.html(model, desk.frame(t("changes.title"), under: [desk.home], done: call.parameters.done))
        }.erased
    }

    /// Waivers of all batches that wait; those that were answered are with their batches.
    private func waiting(_ waivers: [QuorumWaiver], _ desk: DecisionDesk) -> DecisionsPage.Part {
        let t = desk.t
        return DecisionsPage.Part(
            title: t("waiver.title"),
            table: Table(
                caption: t("waiver.title"),
                columns: [
                    .init(t("batch.startup")), .init(t("field.outcome")), .init(t("changes.proposed_by")),
                    .init(t("changes.proposed")),
                ],
                rows: waivers.map { waiver in
                    [
                        .link(waiver.startupName.text(for: desk.spoken), "/console/quorum-waivers/\(waiver.id)"),
                        .badge(desk.outcome(waiver.outcome)), .text(waiver.proposedByName ?? "–"),
                        .time(desk.time(waiver.proposedAt)),
                    ]
                }, empty: EmptyState(title: t("answers.nothing"), text: t("answers.none"))))
    }

    private var change: AnyRoute {
        PageRoute(
            .get, "/console/decision-changes/{change}", "consoleDecisionChange", access: .roles([.manager]),
            parameters: ChangePath.self
        ) { call in
            try await page(for: call, of: call.parameters.change)
        }.erased
    }

    private var confirm: AnyRoute {
        PageRoute(
            .post, "/console/decision-changes/{change}/confirmation", "confirmConsoleChange",
            access: .roles([.manager]), parameters: ChangePath.self
        ) { call in
            let (id, person) = (call.parameters.change, try call.principal.personID)
            return try await deciding {
                try await call.write { transaction in
                    _ = try await transaction.confirmChange(id, by: person)
                    return .redirect(to: "/console/decision-changes?done=confirmed")
                }
            } again: { problem in
                try await page(for: call, of: id, problem: problem)
            }
        }.erased
    }

    private var refuse: AnyRoute {
        PageRoute(
            .post, "/console/decision-changes/{change}/refusal", "refuseConsoleChange", access: .roles([.manager]),
            parameters: ChangePath.self, body: ReasonBody.self
        ) { call in
            let (id, person) = (call.parameters.change, try call.principal.personID)
            return try await deciding {
                let reason = try call.decoded().reason
                return try await call.write { transaction in
                    _ = try await transaction.refuseChange(id, because: reason, by: person)
                    return .redirect(to: "/console/decision-changes?done=refused")
                }
            } again: { problem in
                try await page(for: call, of: id, problem: problem)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: DecisionChange.ID, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        guard let change = try await call.reader.decisionChange(id) else { throw Problem.notFound }
        let meant = change.preparation
        let says = try await call.reader.partnerSays(on: .change(id))
        let isTheirs = try call.principal.personID == change.proposedBy
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let reason = input.area("reason", label: t("changes.refuse_reason"), limit: 10_000, rows: 3)
        let hidden = [HiddenField("idempotency_key", call.freshIdempotencyKey)]
        var facts: [Fact] = [.badge(t("field.outcome"), desk.outcome(meant.outcome))]
        if let rank = meant.rank { facts.append(.text(t("field.rank"), Figures.grouped(rank))) }
        if let award = meant.award { facts.append(.money(t("field.award"), MoneyText(award))) }
        if let day = meant.lastDay { facts.append(.time(t("field.last_day"), TimeText(day, in: desk.viewer.language))) }
        facts.append(.text(t("changes.proposed_by"), change.proposedByName ?? "–"))
        facts.append(.time(t("changes.proposed"), desk.time(change.proposedAt)))
        if change.status == .open, let answer = change.answer.flatMap({ answer($0, t) }) { facts.append(answer) }
        let isAsked = change.status == .open && !isTheirs
        let model = DecisionsPage(
            header: PageHeader(
                title: change.startupName.text(for: desk.spoken), kind: change.callTitle.text(for: desk.spoken),
                badge: desk.badge(change.status),
                lede: change.status != .open
                    ? nil
                    : change.isOvertaken
                        ? t("changes.overtaken")
                        : !says.allSatisfy(\.agrees)
                            ? t("changes.waits_for_partners") : isTheirs ? t("changes.yours") : t("changes.asked"),
                actions: isAsked && !change.isOvertaken && says.allSatisfy(\.agrees)
                    ? [
                        .post(
                            t("changes.confirm"), "/console/decision-changes/\(id)/confirmation", style: .primary,
                            hidden: hidden)
                    ] : []),
            refusal: problem.flatMap {
                ErrorSummary(fields: [reason], problem: $0.sentence(besides: [reason]), texts: t)
            },
            facts: Facts(facts),
            quotes: [
                DecisionsPage.Quote(title: t("changes.reason"), text: change.reason.string),
                DecisionsPage.Quote(title: t("field.note"), text: meant.note.string),
            ]
                + (change.refusedReason.map {
                    [DecisionsPage.Quote(title: t("changes.refuse_reason"), text: $0.string)]
                } ?? []),
            parts: DecisionsConsole.part(says, desk).map { [$0] } ?? [],
            forms: isAsked
                ? [
                    Form(
                        action: "/console/decision-changes/\(id)/refusal", fields: [reason],
                        submit: t("changes.refuse"),
                        texts: t, hidden: hidden)
                ] : [])
        let trail = [desk.home, Breadcrumb(t("changes.title"), "/console/decision-changes")]
        return try desk.html(model, desk.frame(model.header.title, under: trail))
    }

    private var askToPropose: AnyRoute {
        PageRoute(
            .get, "/console/applications/{application}/decision", "consoleProposeChange", access: .roles([.manager]),
            parameters: DecidedPath.self
        ) { call in
            try await proposal(for: call, call.parameters.application)
        }.erased
    }

    private var propose: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/decision", "proposeConsoleChange", access: .roles([.manager]),
            parameters: DecidedPath.self, body: PreparationForm.self
        ) { call in
            let principal = try call.principal
            let (tenant, id) = (try principal.workspace, call.parameters.application)
            return try await deciding {
                let form = try call.decoded()
                let meant = try form.preparation()
                guard let reason = form.reason else {
                    throw Problem(.invalid, errors: [.init("/reason", .required, "Say why it changes.")])
                }
                return try await call.write { transaction in
                    _ = try await transaction.proposeChange(
                        of: id, to: meant, because: reason, as: .init(), in: tenant, by: principal.personID)
                    return .redirect(to: "/console/decision-changes?done=proposed")
                }
            } again: { problem in
                try await proposal(for: call, id, problem: problem)
            }
        }.erased
    }

    private func proposal<P, B>(
        for call: FormCall<P, B>, _ id: Application.ID, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        guard let decision = try await call.reader.releasedDecision(on: id),
            let batch = try await call.reader.decisionBatch(decision.batch),
            let summary = try await call.reader.application(id)
        else { throw Problem.notFound }
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let fields =
            desk.fields(input, batch: batch, choices: try await call.reader.namedChoices(of: summary)) + [
                input.area("reason", label: t("changes.reason"), hint: t("changes.reason_hint"), limit: 10_000, rows: 3)
            ]
        let model = DecisionsPage(
            header: PageHeader(
                title: t("changes.propose"), kind: summary.startupName.text(for: desk.spoken),
                badge: desk.outcome(decision.outcome), lede: t("changes.propose_lede")),
            facts: answer(summary.application.state, t).map { Facts([$0]) },
            forms: [
                Form(
                    action: "/console/applications/\(id)/decision", fields: fields, submit: t("changes.submit"),
                    texts: t,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                    cancel: LinkText(t("form.cancel"), "/console/applications/\(id)"), draft: "change-\(id)",
                    problem: problem?.sentence(besides: fields))
            ])
        let trail = [desk.home, Breadcrumb(t("changes.title"), "/console/decision-changes")]
        return try desk.html(model, desk.frame(t("changes.propose"), under: trail))
    }

    /// What the startup has answered to an offer, and a change would take back.
    private func answer(_ state: Application.State, _ t: Texts) -> Fact? {
        switch state {
        case .accepted: .text(t("changes.answer"), t("changes.answer_accepted"))
        case .declined: .text(t("changes.answer"), t("changes.answer_declined"))
        default: nil
        }
    }

    // MARK: Appeals

    private var appeals: AnyRoute {
        PageRoute(
            .get, "/console/appeals", "consoleAppeals", access: .roles([.manager]), parameters: AnswersQuery.self
        ) { call in
            let desk = try await DecisionDesk(call, in: site)
            let (t, isWaiting) = (desk.t, call.parameters.isWaiting)
            let found = try await call.reader.appeals(waiting: isWaiting)
            let model = DecisionsPage(
                header: PageHeader(
                    title: t("appeals.title"), lede: t("appeals.lede"),
                    actions: [desk.narrowing("/console/appeals", isWaiting)]), tabs: desk.tabs(.appeals),
                parts: [
                    DecisionsPage.Part(
                        table: Table(
                            caption: t("appeals.title"),
                            columns: [
                                .init(t("batch.startup")), .init(t("appeals.subject")), .init(t("appeals.status")),
                                .init(t("appeals.lodged")),
                            ],
                            rows: found.map { appeal in
                                [
                                    .link(
                                        appeal.startupName.text(for: desk.spoken),
                                        "/console/applications/\(appeal.application)/appeal",
                                        note: appeal.callTitle.text(for: desk.spoken)),
                                    .text(subject(appeal.subject, t)), .badge(badge(appeal, t)),
                                    .time(desk.time(appeal.lodgedAt)),
                                ]
                            },
                            empty: isWaiting
                                ? EmptyState(title: t("answers.nothing"), text: t("appeals.none_waiting"))
                                : EmptyState(title: t("appeals.empty"), text: t("appeals.empty_text"))))
                ])
            return try desk.html(model, desk.frame(t("appeals.title"), under: [desk.home], done: call.parameters.done))
        }.erased
    }

    private var appeal: AnyRoute {
        PageRoute(
            .get, "/console/applications/{application}/appeal", "consoleAppeal", access: .roles([.manager]),
            parameters: DecidedPath.self
        ) { call in
            try await hearing(for: call, call.parameters.application)
        }.erased
    }

    private var answer: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/appeal", "answerConsoleAppeal", access: .roles([.manager]),
            parameters: DecidedPath.self, body: AppealAnswerBody.self
        ) { call in
            let (id, person) = (call.parameters.application, try call.principal.personID)
            return try await deciding {
                let body = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.answerAppeal(of: id, body.verdict, because: body.answer, by: person)
                    return .redirect(to: "/console/appeals?done=answered")
                }
            } again: { problem in
                try await hearing(for: call, id, problem: problem)
            }
        }.erased
    }

    private var proposeAnswer: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/appeal/proposal", "proposeConsoleAnswer",
            access: .roles([.manager]), parameters: DecidedPath.self, body: AppealAnswerBody.self
        ) { call in
            let principal = try call.principal
            let (tenant, id) = (try principal.workspace, call.parameters.application)
            return try await deciding {
                let body = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.proposeAnswer(
                        to: id, body.verdict, because: body.answer, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/appeals?done=consulted")
                }
            } again: { problem in
                try await hearing(for: call, id, problem: problem)
            }
        }.erased
    }

    private func hearing<P, B>(
        for call: FormCall<P, B>, _ id: Application.ID, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        guard let appeal = try await call.reader.appeal(of: id) else { throw Problem.notFound }
        let isOfScreening = appeal.subject == .screening
        let told =
            if isOfScreening {
                try await call.reader.history(of: id).last { $0.to == .ineligible && $0.occasion == nil }?.note
            } else {
                try await call.reader.releasedDecision(on: id)?.note
            }
        let isJoint = appeal.verdict == nil ? try await call.reader.appealIsJoint(of: id) : false
        let proposal = isJoint ? try await call.reader.appealProposal(of: id) : nil
        let says = proposal == nil ? [] : try await call.reader.partnerSays(on: .answer(to: id))
        let meant = proposal.map { ["verdict": [$0.verdict.rawValue], "answer": [$0.answer.string]] } ?? [:]
        let input = FormInput(
            values: call.fields.merging(meant) { sent, _ in sent }, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.radios(
                "verdict", label: t("appeals.verdict"),
                options: Appeal.Verdict.allCases.map {
                    ($0.rawValue, word($0, on: appeal.subject, t), hint($0, on: appeal.subject, t))
                }),
            input.area("answer", label: t("appeals.answer"), hint: t("appeals.answer_hint"), limit: 10_000, rows: 5),
        ]
        let model = DecisionsPage(
            header: PageHeader(
                title: appeal.startupName.text(for: desk.spoken), kind: appeal.callTitle.text(for: desk.spoken),
                badge: badge(appeal, t),
                lede: appeal.verdict != nil
                    ? nil
                    : isJoint
                        ? t("appeals.ask_together")
                        : isOfScreening ? t("appeals.ask_screening") : t("appeals.ask"),
                actions: [.link(t("prepare.read"), "/console/applications/\(id)")]),
            quotes: [DecisionsPage.Quote(title: t("appeals.grounds"), text: appeal.grounds.string)]
                + (told.map { [DecisionsPage.Quote(title: t("field.note"), text: $0.string)] } ?? [])
                + (appeal.answer.map { [DecisionsPage.Quote(title: t("appeals.answer"), text: $0.string)] } ?? []),
            parts: DecisionsConsole.part(says, desk).map { [$0] } ?? [],
            forms: appeal.verdict != nil
                ? []
                : (isJoint && !says.isEmpty && says.allSatisfy(\.agrees) ? [agreed(meant, id, call, t)] : []) + [
                    Form(
                        action: "/console/applications/\(id)/appeal\(isJoint ? "/proposal" : "")", fields: fields,
                        submit: isJoint ? t("appeals.propose") : t("appeals.submit"),
                        texts: t, hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                        draft: "appeal-\(id)", problem: problem?.sentence(besides: fields))
                ])
        let trail = [desk.home, Breadcrumb(t("appeals.title"), "/console/appeals")]
        return try desk.html(model, desk.frame(model.header.title, under: trail))
    }

    /// A form that answers as the partners agreed to.
    private func agreed<P, B>(
        _ meant: [String: [String]], _ id: Application.ID, _ call: FormCall<P, B>, _ t: Texts
    ) -> Form {
        Form(
            action: "/console/applications/\(id)/appeal", fields: [], submit: t("appeals.answer_so"), texts: t,
            hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                + meant.sorted { $0.key < $1.key }.map { HiddenField($0.key, $0.value.first ?? "") })
    }

    private func badge(_ appeal: Appeal, _ t: Texts) -> Badge {
        switch appeal.verdict {
        case nil: Badge(t("appeals.open"), .warning)
        case .upheld?: Badge(word(.upheld, on: appeal.subject, t))
        case .reopened?: Badge(word(.reopened, on: appeal.subject, t), .info)
        }
    }

    private func subject(_ subject: Appeal.Subject, _ t: Texts) -> String {
        switch subject {
        case .screening: t("appeals.subject_screening")
        case .decision: t("appeals.subject_decision")
        }
    }

    private func word(_ verdict: Appeal.Verdict, on subject: Appeal.Subject, _ t: Texts) -> String {
        switch (subject, verdict) {
        case (.decision, _): t("verdict.\(verdict.rawValue)")
        case (.screening, .upheld): t("verdict_screening.upheld")
        case (.screening, .reopened): t("verdict_screening.reopened")
        }
    }

    private func hint(_ verdict: Appeal.Verdict, on subject: Appeal.Subject, _ t: Texts) -> String {
        switch (subject, verdict) {
        case (.decision, _), (_, .upheld): t("verdict_hint.\(verdict.rawValue)")
        case (.screening, .reopened): t("verdict_screening_hint.reopened")
        }
    }
}
