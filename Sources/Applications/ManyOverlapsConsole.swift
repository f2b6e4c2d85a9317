internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// What might be funded twice of a call's applications, judged many at once on a page.
struct ManyOverlapsConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] { [ask, judge] }

    /// Most rows that are offered for ticking; a form may have a thousand fields.
    private static let shown = 400

    private var ask: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/overlaps", "consoleCallOverlaps", access: .roles([.manager]),
            parameters: CallOverlapsPath.self
        ) { call in
            try await page(for: call, call.parameters.call, isDone: call.parameters.done == true)
        }.erased
    }

    private var judge: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/overlaps", "judgeConsoleCallOverlaps", access: .roles([.manager]),
            parameters: CallPath.self, body: OverlapVerdictsForm.self
        ) { call in
            let (id, person) = (call.parameters.call, try call.principal.personID)
            return try await BulkPage.answering(call, ApplicationsRoom.constraints) { form in
                let pairs = try BulkMode.rows(form.overlaps, at: "/overlaps").map { text throws(Problem) in
                    guard let pair = OverlapPair(ticked: text) else {
                        throw Problem(.invalid, errors: [.init("/overlaps", .notAllowed, "Choose one at least.")])
                    }
                    return pair
                }
                try form.verdict.check(form.reason)
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.judgeOverlaps(
                        pairs, of: id, as: form.verdict, because: form.reason, mode, by: person)
                }
            } done: { _, _ in
                .redirect(to: "/console/calls/\(id)/overlaps?done=true")
            } page: { refusals, problem in
                try await page(for: call, id, refusals, problem: problem)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, _ id: CallForApplications.ID, _ refusals: [Problem?] = [],
        problem: FormProblem? = nil, isDone: Bool = false
    ) async throws -> HTML {
        guard let applied = try await call.reader.call(id) else { throw Problem.notFound }
        let found = try await call.reader.openOverlaps(of: id, limit: Self.shown + 1)
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let names = Dictionary(
            found.map { open in
                (
                    open.pair,
                    t(
                        "overlap.pair",
                        [
                            "startup": open.startupName.text(for: spoken),
                            "other": open.overlap.startupName.text(for: spoken),
                        ])
                )
            }, uniquingKeysWith: { first, _ in first })
        let input = FormInput(
            values: call.fields(ticking: "overlaps", refusals), errors: problem?.errors ?? [], texts: t)
        let fields =
            [
                input.checkboxes(
                    "overlaps", label: t("overlap.pairs"),
                    hint: found.isEmpty
                        ? t("overlap.none_open") : found.count > Self.shown ? t("overlap.more_open") : nil,
                    options: found.prefix(Self.shown).map { open in
                        (
                            open.pair.ticked, names[open.pair] ?? "",
                            t(
                                "overlap.pair_why",
                                [
                                    "why": open.overlap.kinds(t), "call": open.overlap.callTitle.text(for: spoken),
                                    "state": open.overlap.stateWords(t),
                                ])
                        )
                    }, isOptional: false)
            ] + OverlapsConsole.fields(input, t)
        let chosen = call.ids("overlaps", as: OverlapPair.init(ticked:))
        let list = OversightPages.table.adding([
            ("call", id.description), ("overlap", OverlapStanding.open.rawValue),
        ])
        let model = BulkPage(
            t("overlap.several"), kind: applied.title.text(for: spoken), lede: t("overlap.several_lede"),
            subject: t("overlap.title"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.ticked, refusal: $1) },
            action: "/console/calls/\(id)/overlaps", sections: [FormSection(fields: fields)],
            submit: t("overlap.submit_several"), cancel: list, key: call.freshIdempotencyKey, fields: call.fields,
            problem: problem, in: t.language)
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "applications",
            breadcrumbs: [
                Breadcrumb(t("list.title"), "/console/applications"), Breadcrumb(t("overlap.to_call"), list),
            ], flash: isDone ? FlashNotice(t("overlap.judged_several")) : nil)
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: frame))
    }
}

/// A call, and whether its overlaps were just judged.
struct CallOverlapsPath: Codable {
    let call: CallForApplications.ID
    let done: Bool?
}

/// Overlaps that are ticked, each by both its ids, and what is said of all of them.
struct OverlapVerdictsForm: Codable {
    let overlaps: [String]?
    let verdict: FundingOverlap.Verdict
    let reason: LongText?
    let partial: Bool?
    let sure: Bool?
}
