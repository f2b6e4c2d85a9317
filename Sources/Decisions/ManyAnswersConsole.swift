internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Reviews
internal import Vocabulary
internal import Wording

/// What takes two managers, several at once on pages: changes of released decisions and waivers of a quorum, asked for by one
/// and answered by another.
struct ManyAnswersConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] {
        [
            askChanges, proposeChanges, askChangeAnswers, answerChanges, askWaivers, proposeWaivers, askWaiverAnswers,
            answerWaivers,
        ]
    }

    /// Most rows that are offered for ticking; a form may have a thousand fields.
    private static let shown = 400

    // MARK: Changes

    private var askChanges: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/changes", "consoleProposeChanges", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            try await changesPage(for: call)
        }.erased
    }

    private var proposeChanges: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/changes", "proposeConsoleChanges", access: .roles([.manager]),
            parameters: BatchPath.self, body: ManyChangesForm.self
        ) { call in
            let (id, principal) = (call.parameters.batch, try call.principal)
            let tenant = try principal.workspace
            return try await BulkPage.answering(call, DecisionsRoom.constraints) { form in
                let meant = try form.preparation()
                let rows = try BulkMode.rows(form.applications, at: "/applications").map {
                    (application: $0, preparation: meant)
                }
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.proposeChanges(
                        rows, in: id, because: form.reason, mode, in: tenant, by: principal.personID)
                }
            } done: { _, _ in
                .redirect(to: "/console/decision-changes?done=proposed_several")
            } page: { refusals, problem in
                try await changesPage(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func changesPage<B>(
        for call: FormCall<BatchPath, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(call.parameters.batch)
        guard batch.releasedAt != nil || problem != nil else {
            return .redirect(to: "/console/decisions/\(batch.id)")
        }
        let decisions = try await call.reader.standingDecisions(in: batch.id)
        let names = Dictionary(
            decisions.map { ($0.application, $0.startupName.text(for: desk.spoken)) },
            uniquingKeysWith: { first, _ in first })
        let input = FormInput(
            values: call.fields(ticking: "applications", refusals), errors: problem?.errors ?? [], texts: t)
        let who = input.checkboxes(
            "applications", label: t("batch.decisions"),
            options: decisions.prefix(Self.shown).map {
                ($0.application.description, names[$0.application] ?? "", t("outcome.\($0.outcome.rawValue)"))
            }, isOptional: false)
        let fields =
            [who] + desk.fields(input, batch: batch, isRanked: false) + [
                input.area("reason", label: t("changes.reason"), hint: t("changes.reason_hint"), limit: 10_000, rows: 3)
            ]
        let chosen = call.ids("applications", as: Application.ID.init)
        let model = BulkPage(
            t("changes.propose_several"), kind: batch.terms.name.string, lede: t("changes.propose_lede"),
            subject: t("batch.startup"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/decisions/\(batch.id)/changes", sections: [FormSection(fields: fields)],
            submit: t("changes.submit_several"), cancel: "/console/decisions/\(batch.id)",
            key: call.freshIdempotencyKey, fields: call.fields, problem: problem, in: t.language)
        return try page(model, desk, under: trail(batch, desk))
    }

    private var askChangeAnswers: AnyRoute {
        PageRoute(
            .get, "/console/decision-change-answers", "consoleAnswerChanges", access: .roles([.manager])
        ) { call in
            try await changeAnswersPage(for: call)
        }.erased
    }

    private var answerChanges: AnyRoute {
        PageRoute(
            .post, "/console/decision-change-answers", "answerConsoleChanges", access: .roles([.manager]),
            body: ChangeAnswersForm.self
        ) { call in
            let person = try call.principal.personID
            return try await BulkPage.answering(call, DecisionsRoom.constraints) { form in
                let ids = try BulkMode.rows(form.changes, at: "/changes")
                let word = try SecondWord(form.answer, because: form.reason)
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.answerChanges(ids, word, mode, by: person)
                }
            } done: { _, _ in
                .redirect(to: "/console/decision-changes?done=answered_several")
            } page: { refusals, problem in
                try await changeAnswersPage(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func changeAnswersPage<P, B>(
        for call: FormCall<P, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let person = try call.principal.personID
        let changes = try await call.reader.decisionChanges()
        let names = Dictionary(
            changes.map { ($0.id, $0.startupName.text(for: desk.spoken)) }, uniquingKeysWith: { first, _ in first })
        let open = changes.filter { $0.status == .open && $0.proposedBy != person }.prefix(Self.shown)
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let who = input.checkboxes(
            "changes", label: t("changes.title"), hint: open.isEmpty ? t("answers.none") : nil,
            options: open.map {
                (
                    $0.id.description, names[$0.id] ?? "",
                    t(
                        "answers.change",
                        [
                            "call": $0.callTitle.text(for: desk.spoken),
                            "outcome": t("outcome.\($0.preparation.outcome.rawValue)"),
                        ]) + said($0, t)
                )
            }, isOptional: false)
        let chosen = call.ids("changes", as: DecisionChange.ID.init)
        let model = BulkPage(
            t("changes.answer_several"), lede: t("changes.answer_lede"), subject: t("batch.startup"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/decision-change-answers",
            sections: [FormSection(fields: [who] + Self.answers(input, t))], submit: t("answers.submit"),
            cancel: "/console/decision-changes", nothing: open.isEmpty ? t("answers.none") : nil,
            key: call.freshIdempotencyKey, fields: call.fields, problem: problem,
            in: t.language)
        return try page(
            model, desk, under: [desk.home, Breadcrumb(t("changes.title"), "/console/decision-changes")])
    }

    /// What the startup has answered, to stand behind what is proposed; empty where nothing.
    private func said(_ change: DecisionChange, _ t: Texts) -> String {
        let answer =
            switch change.answer {
            case .accepted?: t("changes.answer_accepted")
            case .declined?: t("changes.answer_declined")
            default: ""
            }
        return answer.isEmpty ? "" : " · \(answer)"
    }

    // MARK: Waivers

    private var askWaivers: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/waivers", "consoleProposeWaivers", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            try await waiversPage(for: call)
        }.erased
    }

    private var proposeWaivers: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/waivers", "proposeConsoleWaivers", access: .roles([.manager]),
            parameters: BatchPath.self, body: ManyWaiversForm.self
        ) { call in
            let (id, principal) = (call.parameters.batch, try call.principal)
            let tenant = try principal.workspace
            return try await BulkPage.answering(call, DecisionsRoom.constraints) { form in
                let applications = try BulkMode.rows(form.applications, at: "/applications")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.proposeWaivers(
                        of: applications, in: id, because: form.reason, mode, in: tenant, by: principal.personID)
                }
            } done: { _, _ in
                .redirect(to: "/console/decisions/\(id)?done=waivers_proposed")
            } page: { refusals, problem in
                try await waiversPage(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func waiversPage<B>(
        for call: FormCall<BatchPath, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(call.parameters.batch)
        guard batch.releasedAt == nil || problem != nil else {
            return .redirect(to: "/console/decisions/\(batch.id)")
        }
        let decisions = try await call.reader.preparedDecisions(in: batch.id)
        let short = try await call.reader.shortOfQuorum(in: batch.call, offering: decisions.places)
        let waivers = try await call.reader.quorumWaivers(in: batch.id)
        let names = Dictionary(
            decisions.map { ($0.application, $0.startupName.text(for: desk.spoken)) },
            uniquingKeysWith: { first, _ in first })
        let missing = WaiversConsole.missing(decisions, short: short, waivers).prefix(Self.shown)
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.checkboxes(
                "applications", label: t("batch.decisions"), hint: missing.isEmpty ? t("answers.none_short") : nil,
                options: missing.map { decision in
                    let found = short[decision.application]
                    return (
                        decision.application.description, names[decision.application] ?? "",
                        t(
                            "batch.short",
                            [
                                "submitted": Figures.grouped(found?.submitted ?? 0),
                                "quorum": Figures.grouped(found?.quorum ?? 0),
                            ])
                    )
                }, isOptional: false),
            input.area("reason", label: t("waiver.reason"), hint: t("changes.reason_hint"), limit: 10_000, rows: 4),
        ]
        let chosen = call.ids("applications", as: Application.ID.init)
        let model = BulkPage(
            t("waiver.propose_several"), kind: batch.terms.name.string, lede: t("waiver.several_lede"),
            subject: t("batch.startup"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/decisions/\(batch.id)/waivers", sections: [FormSection(fields: fields)],
            submit: t("waiver.propose_several"), cancel: "/console/decisions/\(batch.id)",
            nothing: missing.isEmpty ? t("answers.none_short") : nil, key: call.freshIdempotencyKey,
            fields: call.fields, problem: problem, in: t.language)
        return try page(model, desk, under: trail(batch, desk))
    }

    private var askWaiverAnswers: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/waiver-answers", "consoleAnswerWaivers", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            try await waiverAnswersPage(for: call)
        }.erased
    }

    private var answerWaivers: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/waiver-answers", "answerConsoleWaivers", access: .roles([.manager]),
            parameters: BatchPath.self, body: WaiverAnswersForm.self
        ) { call in
            let (id, person) = (call.parameters.batch, try call.principal.personID)
            return try await BulkPage.answering(call, DecisionsRoom.constraints) { form in
                let ids = try BulkMode.rows(form.waivers, at: "/waivers")
                let word = try SecondWord(form.answer, because: form.reason)
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.answerWaivers(ids, in: id, word, mode, by: person)
                }
            } done: { _, _ in
                .redirect(to: "/console/decisions/\(id)?done=waivers_answered")
            } page: { refusals, problem in
                try await waiverAnswersPage(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func waiverAnswersPage<B>(
        for call: FormCall<BatchPath, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let person = try call.principal.personID
        let batch = try await call.batch(call.parameters.batch)
        let waivers = try await call.reader.quorumWaivers(in: batch.id)
        let names = Dictionary(
            waivers.map { ($0.id, $0.startupName.text(for: desk.spoken)) }, uniquingKeysWith: { first, _ in first })
        let open = waivers.filter { $0.status == .open && $0.proposedBy != person }.prefix(Self.shown)
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let who = input.checkboxes(
            "waivers", label: t("waiver.title"), hint: open.isEmpty ? t("answers.none") : nil,
            options: open.map { ($0.id.description, names[$0.id] ?? "", $0.reason.string) }, isOptional: false)
        let chosen = call.ids("waivers", as: QuorumWaiver.ID.init)
        let model = BulkPage(
            t("waiver.answer_several"), kind: batch.terms.name.string, lede: t("waiver.answer_lede"),
            subject: t("batch.startup"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/decisions/\(batch.id)/waiver-answers",
            sections: [FormSection(fields: [who] + Self.answers(input, t))], submit: t("answers.submit"),
            cancel: "/console/decisions/\(batch.id)", nothing: open.isEmpty ? t("answers.none") : nil,
            key: call.freshIdempotencyKey, fields: call.fields,
            problem: problem, in: t.language)
        return try page(model, desk, under: trail(batch, desk))
    }

    // MARK: What they share

    private static func answers(_ input: FormInput, _ t: Texts) -> [FormField] {
        [
            input.radios(
                "answer", label: t("answers.answer"),
                options: SecondAnswer.allCases.map { ($0.rawValue, t("answers.\($0.rawValue)"), nil) }),
            input.area(
                "reason", label: t("changes.refuse_reason"), hint: t("answers.reason_hint"), isOptional: true,
                limit: 10_000, rows: 3),
        ]
    }

    private func trail(_ batch: DecisionBatch, _ desk: DecisionDesk) -> [Breadcrumb] {
        [desk.home, Breadcrumb(batch.terms.name.string, "/console/decisions/\(batch.id)")]
    }

    private func page(_ model: BulkPage, _ desk: DecisionDesk, under trail: [Breadcrumb]) throws -> HTML {
        HTML(bytes: try PageTemplate.bulkForm.render(model, in: desk.frame(model.header.title, under: trail)))
    }
}

/// One decision in place of all that are ticked, as its form sends it.
struct ManyChangesForm: Codable {
    let applications: [Application.ID]?
    let outcome: Outcome
    let award: TypedAmount?
    let lastDay: CalendarDate?
    let note: LongText
    let reason: LongText
    let partial: Bool?
    let sure: Bool?

    func preparation() throws(Problem) -> Preparation {
        try PreparationForm(
            outcome: outcome, rank: nil, award: award, lastDay: lastDay, note: note, feedback: nil, reason: nil,
            stream: nil, withComments: nil
        ).preparation()
    }
}

/// Changes that are ticked, and the answer to all of them.
struct ChangeAnswersForm: Codable {
    let changes: [DecisionChange.ID]?
    let answer: SecondAnswer
    let reason: LongText?
    let partial: Bool?
    let sure: Bool?
}

/// Prepared decisions that are ticked, and why they do not wait.
struct ManyWaiversForm: Codable {
    let applications: [Application.ID]?
    let reason: LongText
    let partial: Bool?
    let sure: Bool?
}

/// Waivers that are ticked, and the answer to all of them.
struct WaiverAnswersForm: Codable {
    let waivers: [QuorumWaiver.ID]?
    let answer: SecondAnswer
    let reason: LongText?
    let partial: Bool?
    let sure: Bool?
}
