internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// What managers answer to several at once, on pages: nominations for a pool, and whom applications name. Ticked, looked at,
/// done.
struct ManyRulingsConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] { [askNominations, answerNominations, askRulings, rule] }

    /// Most rows that are offered for ticking; a form may have a thousand fields.
    private static let shown = 400

    // MARK: Nominations

    private var askNominations: AnyRoute {
        PageRoute(
            .get, "/console/streams/{stream}/nomination-answers", "consoleNominationAnswers",
            access: .roles([.manager]), parameters: StreamPoolPath.self
        ) { call in
            try await nominationsPage(for: call)
        }.erased
    }

    private var answerNominations: AnyRoute {
        PageRoute(
            .post, "/console/streams/{stream}/nomination-answers", "answerConsoleNominations",
            access: .roles([.manager]), parameters: StreamPoolPath.self, body: NominationAnswersForm.self
        ) { call in
            let (stream, principal) = (call.parameters.stream, try call.principal)
            let tenant = try principal.workspace
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let ids = try BulkMode.rows(form.nominations, at: "/nominations")
                let answer = try NominationAnswer(form.answer, because: form.reason)
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.answerNominations(
                        ids, of: stream, answer, mode, in: tenant, by: principal.personID)
                }
            } done: { _, _ in
                .redirect(to: "/console/streams/\(stream)/reviewers?done=answered")
            } page: { refusals, problem in
                try await nominationsPage(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func nominationsPage<B>(
        for call: FormCall<StreamPoolPath, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await PoolDesk(call, in: site)
        let t = desk.t
        let id = call.parameters.stream
        guard let stream = try await call.reader.stream(id) else { throw Problem.notFound }
        let pool = try await call.reader.pool(of: id, former: true)
        let names = Dictionary(pool.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let open = pool.filter { $0.status == .nominated }.prefix(Self.shown)
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.checkboxes(
                "nominations", label: t("pool.nominations"), hint: open.isEmpty ? t("pool.no_nominations") : nil,
                options: open.map { nomination in
                    (
                        nomination.id.description, nomination.name,
                        nomination.partnerName.map { t("pool.nominated_by", ["partner": $0.text(for: desk.spoken)]) }
                    )
                }, isOptional: false),
            input.radios(
                "answer", label: t("pool.answer"),
                options: NominationVerdict.allCases.map { ($0.rawValue, t("pool.answer.\($0.rawValue)"), nil) }),
            input.text(
                "reason", label: t("pool.reason"), hint: t("pool.answer_reason_hint"), isOptional: true, limit: 500),
        ]
        let chosen = call.ids("nominations", as: StreamReviewer.ID.init)
        let pools: SafeURL = "/console/streams/\(id)/reviewers"
        let title = t("pool.answer_several")
        let model = BulkPage(
            title, kind: stream.name.text(for: desk.spoken), lede: t("pool.answer_lede"), subject: t("panel.person"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/streams/\(id)/nomination-answers", sections: [FormSection(fields: fields)],
            submit: t("pool.answer_submit"), cancel: pools,
            nothing: open.isEmpty ? t("pool.no_nominations") : nil, key: call.freshIdempotencyKey, fields: call.fields,
            problem: problem, in: t.language)
        let frame = Frame(
            title: title, site: site, viewer: desk.viewer, current: "programs",
            breadcrumbs: [Breadcrumb(t("pool.title"), pools)])
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: frame))
    }

    // MARK: Whom applications name

    private var askRulings: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/conflict-rulings", "consoleConflictRulings", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            try await rulingsPage(for: call)
        }.erased
    }

    private var rule: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/conflict-rulings", "ruleOnConsoleConflicts", access: .roles([.manager]),
            parameters: RoundPath.self, body: RulingsForm.self
        ) { call in
            let (id, person) = (call.parameters.round, try call.principal.personID)
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let pairs = try BulkMode.rows(
                    (form.named ?? []).compactMap { NamedPair($0.string) }, at: "/named")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    guard try await transaction.round(id) != nil else { throw Problem.notFound }
                    return try await transaction.ruleOnConflicts(
                        pairs.map { (person: $0.person, application: $0.application) }, form.ruling,
                        because: form.reason, mode, by: person)
                }
            } done: { _, _ in
                .redirect(to: "/console/rounds/\(id)/conflicts?done=ruled")
            } page: { refusals, problem in
                try await rulingsPage(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func rulingsPage<B>(
        for call: FormCall<RoundPath, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, call.parameters.round, in: site)
        let (t, id) = (desk.t, desk.round.id)
        let standing = try await call.reader.conflicts(in: id).compactMap { conflict in
            conflict.application.flatMap { application in
                conflict.startupName.map { startup in
                    (
                        pair: NamedPair(person: conflict.person, application: application), name: conflict.personName,
                        startup: startup, deed: ConflictRuling.Deed.restored
                    )
                }
            }
        }
        let aside = try await call.reader.rulings(in: id, only: true).filter { $0.isLatest && $0.deed == .setAside }.map
        {
            (
                pair: NamedPair(person: $0.person, application: $0.application), name: $0.personName,
                startup: $0.startupName, deed: $0.deed
            )
        }
        var names: [NamedPair: String] = [:]
        var options: [(value: String, label: String, hint: String?)] = []
        for named in standing + aside where names[named.pair] == nil {
            let label = t("rulings.named", ["reviewer": named.name, "startup": named.startup.text(for: desk.spoken)])
            names[named.pair] = label
            options.append((named.pair.description, label, t("conflicts.ruling.\(named.deed.rawValue)")))
        }
        let input = FormInput(
            values: call.fields(ticking: "named", refusals), errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.checkboxes(
                "named", label: t("rulings.who"), hint: options.isEmpty ? t("rulings.none") : nil,
                options: Array(options.prefix(Self.shown)), isOptional: false),
            input.radios(
                "ruling", label: t("conflicts.ruling"),
                options: [
                    (
                        ConflictRuling.Deed.setAside.rawValue, t("conflicts.set_aside_submit"),
                        t("rulings.set_aside_hint")
                    ),
                    (ConflictRuling.Deed.restored.rawValue, t("conflicts.restore_submit"), t("rulings.restored_hint")),
                ]),
            input.text("reason", label: t("conflicts.reason"), hint: t("conflicts.reason_hint"), limit: 500),
        ]
        let chosen = call.ids("named", as: NamedPair.init)
        let title = t("rulings.title")
        let model = BulkPage(
            title, kind: desk.round.name.text(for: desk.spoken), lede: t("rulings.lede"),
            subject: t("conflicts.reviewer"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/rounds/\(id)/conflict-rulings", sections: [FormSection(fields: fields)],
            submit: t("rulings.submit"), cancel: "/console/rounds/\(id)/conflicts",
            nothing: options.isEmpty ? t("rulings.none") : nil, key: call.freshIdempotencyKey,
            fields: call.fields, problem: problem, in: t.language)
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: desk.frame(title, under: .conflicts)))
    }
}

/// Somebody, and an application that names them, as a form sends them.
struct NamedPair: Hashable, CustomStringConvertible {
    let person: Person.ID
    let application: Application.ID

    var description: String { "\(person) \(application)" }

    init(person: Person.ID, application: Application.ID) {
        self.person = person
        self.application = application
    }

    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, let person = Person.ID(String(words[0])),
            let application = Application.ID(String(words[1]))
        else { return nil }
        self.init(person: person, application: application)
    }
}

/// Nominations that are ticked, and the answer to all of them.
struct NominationAnswersForm: Codable {
    let nominations: [StreamReviewer.ID]?
    let answer: NominationVerdict
    let reason: ShortText?
    let partial: Bool?
    let sure: Bool?
}

/// Who is ticked beside the application that names them, and what is ruled on all of it.
struct RulingsForm: Codable {
    let named: [ShortText]?
    let ruling: ConflictRuling.Deed
    let reason: ShortText
    let partial: Bool?
    let sure: Bool?
}
