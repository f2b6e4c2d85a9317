internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Batches as the staff of a partner see them: the list, and one with what of it is about their streams and what they say.
struct JointPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [list, show, say] }

    private var list: AnyRoute {
        PageRoute(.get, "/partner/decisions", "partnerDecisions", access: .roles([.partner])) { call in
            let desk = try await DecisionDesk(call, in: site)
            let t = desk.t
            let batches = try await call.reader.jointBatches()
            let revisions = RevisionPages.part(try await call.reader.jointRevisions(), desk)
            let model = DecisionsPage(
                header: PageHeader(title: t("joint.title"), lede: t("joint.lede")),
                parts: (revisions.map { [$0] } ?? []) + [
                    DecisionsPage.Part(
                        title: revisions == nil ? nil : t("joint.batches"),
                        table: Table(
                            caption: t("joint.title"),
                            columns: [
                                .init(t("batch.name")), .init(t("batch.status")),
                                .init(t("joint.decisions"), isNumber: true), .init(t("joint.yours")),
                            ],
                            rows: batches.map { batch in
                                [
                                    .link(
                                        batch.name.string, "/partner/decisions/\(batch.id)",
                                        note: batch.callTitle.text(for: desk.spoken)),
                                    .badge(
                                        batch.releasedAt == nil
                                            ? Badge(t("batch.prepared"), .info) : Badge(t("batch.released"), .success)),
                                    .number(batch.decisions),
                                    .badge(desk.badge(batch.opinion, isCurrent: batch.isCurrent)),
                                ]
                            }, empty: EmptyState(title: t("joint.none"), text: t("joint.none_text"))))
                ])
            return try desk.html(model, frame(t("joint.title"), desk))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/partner/decisions/{batch}", "partnerBatch", access: .roles([.partner]),
            parameters: BatchDonePath.self
        ) { call in
            try await page(for: call, of: call.parameters.batch, done: call.parameters.done)
        }.erased
    }

    private var say: AnyRoute {
        PageRoute(
            .post, "/partner/decisions/{batch}", "giveOpinionOnBatch", access: .roles([.partner]),
            parameters: BatchPath.self, body: OpinionBody.self
        ) { call in
            let (id, principal) = (call.parameters.batch, try call.principal)
            let (tenant, own) = (try principal.workspace, Institution.ID(try principal.actsFor))
            let opinion = PartnerOpinion.ID()
            return try await deciding {
                let body = try call.decoded()
                return try await call.write { transaction in
                    try await transaction.giveOpinion(
                        body.stance, saying: body.words, on: id, seen: body.version, as: opinion, of: own, in: tenant,
                        by: principal.personID)
                    return .redirect(to: "/partner/decisions/\(id)?done=said")
                }
            } again: { problem in
                try await page(for: call, of: id, problem: problem)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: DecisionBatch.ID, done: DecisionDone? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        guard let batch = try await call.reader.jointBatch(id) else { throw Problem.notFound }
        let decisions = try await call.reader.jointDecisions(in: id)
        let isOpen = batch.releasedAt == nil
        var facts: [Fact] = [
            .text(t("field.places"), Figures.grouped(batch.places)),
            .time(t("field.last_day"), TimeText(batch.lastDay, in: desk.viewer.language)),
            .time(t("joint.asked"), desk.time(batch.consultedAt, in: batch.zone)),
            .badge(t("joint.yours"), desk.badge(batch.opinion, isCurrent: batch.isCurrent)),
        ]
        if isOpen, let day = batch.answerBy {
            facts.append(.time(t("joint.answer_by"), TimeText(day, in: desk.viewer.language)))
            if batch.silenceConsents { facts.append(.text(t("joint.silence"), t("joint.silence_is_consent"))) }
        }
        if let given = batch.opinion?.givenAt {
            facts.append(.time(t("joint.said_at"), desk.time(given, in: batch.zone)))
        }
        let model = DecisionsPage(
            header: PageHeader(
                title: batch.name.string, kind: batch.callTitle.text(for: desk.spoken),
                badge: isOpen ? Badge(t("batch.prepared"), .info) : Badge(t("batch.released"), .success),
                lede: !isOpen
                    ? t("joint.lede_released") : batch.coDecides ? t("joint.lede_decides") : t("joint.lede_advises")),
            facts: Facts(facts),
            quotes: (batch.opinion?.words.map { [DecisionsPage.Quote(title: t("joint.words"), text: $0.string)] } ?? [])
                + (batch.silenceReason.map {
                    [DecisionsPage.Quote(title: t("joint.silence_reason"), text: $0.string)]
                } ?? []),
            parts: [
                DecisionsPage.Part(
                    title: t("joint.decisions"),
                    table: Table(
                        caption: t("joint.decisions"),
                        columns: [
                            .init(t("batch.startup")), .init(t("field.outcome")),
                            .init(t("batch.rank"), isNumber: true), .init(t("batch.award"), isNumber: true),
                            .init(t("field.note")),
                        ],
                        rows: decisions.map { decision in
                            [
                                .text(decision.startupName.text(for: desk.spoken)),
                                .badge(
                                    desk.outcome(decision.outcome), note: decision.streamName?.text(for: desk.spoken)),
                                decision.rank.map(Table.Cell.number) ?? .text("–"),
                                decision.award.map { .money(MoneyText($0)) } ?? .text("–"),
                                .text(decision.note.string),
                            ]
                        }, empty: EmptyState(title: t("batch.empty"), text: t("joint.none_text"))))
            ],
            forms: isOpen ? [form(batch, call.fields, problem, key: call.freshIdempotencyKey, t)] : [])
        return try desk.html(
            model,
            frame(batch.name.string, desk, under: [Breadcrumb(t("joint.title"), "/partner/decisions")], done: done))
    }

    private func form(
        _ batch: JointBatch, _ values: [String: [String]], _ problem: FormProblem?, key: String, _ t: Texts
    ) -> Form {
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.radios(
                "stance", label: t("joint.stance"),
                options: PartnerOpinion.Stance.allCases.map {
                    (
                        $0.rawValue,
                        batch.coDecides ? t("joint_decides.\($0.rawValue)") : t("joint_advises.\($0.rawValue)"), nil
                    )
                }),
            input.area("words", label: t("joint.words"), hint: t("joint.words_hint"), isOptional: true, limit: 10_000),
        ]
        // What is said is about what stands above, whatever the form was opened with.
        return Form(
            action: "/partner/decisions/\(batch.id)", fields: fields, submit: t("joint.submit"), texts: t,
            hidden: [HiddenField("idempotency_key", key), HiddenField("version", batch.version)],
            problem: problem?.sentence(besides: fields))
    }

    private func frame(
        _ title: String, _ desk: DecisionDesk, under trail: [Breadcrumb] = [], done: DecisionDone? = nil
    ) -> Frame {
        Frame(
            title: title, site: site, viewer: desk.viewer, current: "joint", breadcrumbs: trail,
            flash: done.map { FlashNotice(desk.t("done.\($0.rawValue)")) })
    }
}

extension DecisionDesk {
    /// What a partner says to a batch, in a word.
    func badge(_ opinion: PartnerOpinion?, isCurrent: Bool) -> Badge {
        guard let opinion else { return Badge(t("joint.silent"), .warning) }
        guard isCurrent else { return Badge(t("joint.outdated"), .warning) }
        return opinion.stance == .inFavor ? Badge(t("joint.for"), .success) : Badge(t("joint.against"), .danger)
    }
}

/// What partners say to a batch, on the manager's page of it.
extension DecisionsConsole {
    var consult: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/consultation", "consultConsolePartners", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            let (id, principal) = (call.parameters.batch, try call.principal)
            let tenant = try principal.workspace
            return try await deciding {
                try await call.write { transaction in
                    _ = try await transaction.consultPartners(on: id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/decisions/\(id)?done=consulted")
                }
            } again: { problem in
                try await page(for: call, of: id, problem: problem)
            }
        }.erased
    }

    var noteSilence: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/silence", "noteConsoleSilence", access: .roles([.manager]),
            parameters: BatchPath.self, body: ReasonBody.self
        ) { call in
            let (id, person) = (call.parameters.batch, try call.principal.personID)
            return try await deciding {
                let reason = try call.decoded().reason
                return try await call.write { transaction in
                    _ = try await transaction.noteSilence(on: id, because: reason, by: person)
                    return .redirect(to: "/console/decisions/\(id)?done=silence")
                }
            } again: { problem in
                try await page(for: call, of: id, problem: problem)
            }
        }.erased
    }

    /// A form that says why a batch goes on without the word of partners whose silence is consent; nil where nobody is silent so.
    static func silence<P, B>(
        _ says: [PartnerSay], on id: DecisionBatch.ID, _ call: FormCall<P, B>, _ problem: FormProblem?, _ t: Texts
    ) -> Form? {
        guard says.contains(where: { $0.consentsBySilence && $0.silenceReason == nil }) else { return nil }
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.area(
                "reason", label: t("joint.silence_reason"), hint: t("joint.silence_hint"), limit: 10_000, rows: 3)
        ]
        return Form(
            action: "/console/decisions/\(id)/silence", fields: fields, submit: t("joint.silence_submit"), texts: t,
            hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
            problem: problem?.sentence(besides: fields))
    }

    static func part(_ says: [PartnerSay], _ desk: DecisionDesk) -> DecisionsPage.Part? {
        let t = desk.t
        guard !says.isEmpty else { return nil }
        return DecisionsPage.Part(
            title: t("joint.partners"),
            table: Table(
                caption: t("joint.partners"),
                columns: [
                    .init(t("joint.partner")), .init(t("joint.say")), .init(t("joint.words")),
                    .init(t("joint.said_at")),
                ],
                rows: says.map { say in
                    [
                        .text(
                            say.name.text(for: desk.spoken),
                            note: [
                                say.coDecides ? t("joint.co_decides") : t("joint.advises"),
                                say.answerBy.map { t("joint.by", ["day": $0.text(in: desk.viewer.language)]) },
                                say.consentsBySilence ? t("joint.silent_too_long") : nil,
                                say.reachedNobody && !say.agrees ? t("joint.reached_nobody") : nil,
                            ].compactMap(\.self).joined(separator: " · ")),
                        .badge(desk.badge(say.opinion, isCurrent: say.isCurrent), note: say.givenByName),
                        .text((say.consentsBySilence ? say.silenceReason : say.opinion?.words)?.string ?? "–"),
                        say.opinion.map { .time(desk.time($0.givenAt)) } ?? .text("–"),
                    ]
                }, empty: EmptyState(title: t("batch.empty"), text: t("batch.empty_text"))))
    }
}
