internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Reviews
internal import Vocabulary
internal import Wording

/// Several decisions prepared at once: by the standing of a round, one verdict for those that are ticked, or a list. Each is
/// looked at first, with a verdict a row, and then prepared as a whole or as far as it can be.
struct BulkConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] { [askByStanding, byStanding, askForChosen, chosen, askForList, list] }

    /// Most applications that are offered for ticking; a form may have a thousand fields.
    private static let shown = 500

    /// Where the decisions come from.
    private enum Way: String, CaseIterable {
        case standing, chosen, list

        func address(of id: DecisionBatch.ID) -> SafeURL {
            switch self {
            case .standing: "/console/decisions/\(id)/bulk"
            case .chosen: "/console/decisions/\(id)/bulk/chosen"
            case .list: "/console/decisions/\(id)/bulk/list"
            }
        }
    }

    // MARK: By standing

    private var askByStanding: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/bulk", "consoleBulkDecisions", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            try await standingForm(for: call, values: ["by": ["raw"], "waitlist": ["0"]])
        }.erased
    }

    private var byStanding: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/bulk", "prepareConsoleDecisions", access: .roles([.manager]),
            parameters: BatchPath.self, body: BulkForm.self
        ) { call in
            let id = call.parameters.batch
            return try await answer(call, id) { form in
                let meant = try form.meant()
                return Asked(form.step, form.partial) { transaction in
                    try await transaction.decisions(meant, in: id).map(BulkLine.init)
                }
            } page: { verdicts, problem in
                try await standingForm(for: call, values: call.fields, verdicts, problem: problem)
            }
        }.erased
    }

    private func standingForm<B>(
        for call: FormCall<BatchPath, B>, values: [String: [String]], _ verdicts: [BulkVerdict] = [],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(call.parameters.batch)
        let rounds = try await call.reader.rounds(of: batch.call).filter { $0.openedAt != nil }
        // What JSON calls a standing's field is a field of its own here.
        let errors = (problem?.errors ?? []).map {
            (field: String($0.field.trimmingPrefix("standing.")), message: $0.message)
        }
        let input = FormInput(values: values, errors: errors, texts: t)
        let fields = [
            input.select(
                "round", label: t("bulk.round"),
                options: rounds.map { ($0.id.description, $0.label(for: desk.spoken)) }),
            input.radios(
                "by", label: t("bulk.by"),
                options: ByStanding.Measure.allCases.map {
                    ($0.rawValue, t("bulk.\($0.rawValue)"), t("bulk_hint.\($0.rawValue)"))
                }),
            input.number("offers", label: t("bulk.offers"), hint: t("bulk.offers_hint"), isOptional: true),
            input.number("waitlist", label: t("bulk.waitlist"), hint: t("bulk.waitlist_hint")),
            input.area("offer_note", label: t("bulk.offer_note"), limit: 10_000, rows: 3),
            input.area("waitlist_note", label: t("bulk.waitlist_note"), limit: 10_000, rows: 3),
            input.area("reject_note", label: t("bulk.reject_note"), limit: 10_000, rows: 3),
        ]
        return try await page(call, desk, batch, .standing, fields, values, verdicts, problem: problem)
    }

    // MARK: Those that are ticked

    private var askForChosen: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/bulk/chosen", "consoleChosenDecisions", access: .roles([.manager]),
            parameters: ChosenPath.self
        ) { call in
            try await chosenForm(for: call, values: [:])
        }.erased
    }

    private var chosen: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/bulk/chosen", "prepareConsoleChosen", access: .roles([.manager]),
            parameters: ChosenPath.self, body: ChosenForm.self
        ) { call in
            let id = call.parameters.batch
            return try await answer(call, id) { form in
                let meant = try form.preparation()
                let applications = form.applications ?? []
                guard !applications.isEmpty else {
                    throw Problem(.invalid, errors: [.init("/applications", .required, "Tick one at least.")])
                }
                return Asked(form.step, form.partial) { _ in applications.map { BulkLine(($0, meant)) } }
            } page: { verdicts, problem in
                try await chosenForm(for: call, values: call.fields, verdicts, problem: problem)
            }
        }.erased
    }

    private func chosenForm<B>(
        for call: FormCall<ChosenPath, B>, values: [String: [String]], _ verdicts: [BulkVerdict] = [],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let (id, wanted) = (call.parameters.batch, call.parameters.q?.string)
        let batch = try await call.batch(id)
        let found = try await call.reader.applicants(for: id).filter { applicant in
            wanted.map { applicant.startupName.text(for: desk.spoken).localizedStandardContains($0) } ?? true
        }
        let scores = try await call.scores(of: batch, among: found.map(\.application), in: desk.spoken)
        // The best first: ranks on the waiting list follow the order in which they are sent.
        let applicants = found.enumerated().sorted {
            let worths = (scores[$0.element.application]?.worth ?? -1, scores[$1.element.application]?.worth ?? -1)
            return worths.0 == worths.1 ? $0.offset < $1.offset : worths.0 > worths.1
        }.map(\.element)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let boxes = applicants.prefix(Self.shown).map { applicant in
            let hints = [
                scores[applicant.application].map { t("chosen.score", ["score": $0.text]) },
                applicant.outcome.map { t("chosen.prepared", ["outcome": t("outcome.\($0.rawValue)")]) },
            ].compactMap(\.self)
            return (
                value: applicant.application.description, label: applicant.startupName.text(for: desk.spoken),
                hint: hints.isEmpty ? nil : hints.joined(separator: " · ")
            )
        }
        let hint =
            boxes.isEmpty
            ? t("chosen.none")
            : applicants.count > boxes.count ? t("chosen.more", count: applicants.count - boxes.count) : nil
        let fields =
            [
                input.checkboxes(
                    "applications", label: t("chosen.applications"), hint: hint, options: boxes, isOptional: false)
            ]
            + desk.fields(input, batch: batch, isRanked: false)
            + [
                input.area(
                    "feedback", label: t("field.feedback"), hint: t("chosen.feedback_hint"), isOptional: true,
                    limit: 10_000, rows: 3)
            ]
        let address = Way.chosen.address(of: id)
        let filters = Filters(
            action: address, search: Filters.Search(label: t("chosen.search"), value: wanted ?? ""),
            clearURL: wanted == nil ? nil : address)
        return try await page(
            call, desk, batch, .chosen, fields, values, verdicts, filters: filters,
            query: wanted.map { [("q", $0)] } ?? [], problem: problem)
    }

    // MARK: A list

    private var askForList: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/bulk/list", "consoleListedDecisions", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            try await listForm(for: call, values: [:])
        }.erased
    }

    private var list: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/bulk/list", "prepareConsoleListed", access: .roles([.manager]),
            parameters: BatchPath.self, body: ListForm.self, bodyLimit: 2 * 1024 * 1024
        ) { call in
            let id = call.parameters.batch
            return try await answer(call, id) { form in
                Asked(form.step, form.partial) { transaction in
                    guard let batch = try await transaction.decisionBatch(id) else { throw Problem.notFound }
                    return try DecisionList.lines(
                        of: form.list, notes: form.notes, withComments: form.withComments ?? false,
                        in: batch.terms.currency,
                        among: try await transaction.applicants(for: id))
                }
            } page: { verdicts, problem in
                try await listForm(for: call, values: call.fields, verdicts, problem: problem)
            }
        }.erased
    }

    private func listForm<B>(
        for call: FormCall<BatchPath, B>, values: [String: [String]], _ verdicts: [BulkVerdict] = [],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(call.parameters.batch)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        func note(_ outcome: Outcome) -> FormField {
            input.area(
                "\(outcome.rawValue)_note", label: t("bulk.\(outcome.rawValue)_note"), hint: t("listed.note_hint"),
                isOptional: true, limit: 10_000, rows: 2)
        }
        let columns = ["columns": DecisionList.columns.joined(separator: ", ")]
        let fields =
            [input.area("list", label: t("listed.list"), hint: t("listed.list_hint", columns), rows: 12)]
            + Outcome.allCases.map(note)
        return try await page(call, desk, batch, .list, fields, values, verdicts, problem: problem)
    }

    // MARK: What all three have in common

    /// What a form asks for, once it was read.
    private struct Asked: Sendable {
        let isToBeDone: Bool
        let isPartial: Bool
        let lines: @Sendable (Transaction) async throws -> [BulkLine]

        init(
            _ step: BulkStep?, _ isPartial: Bool?, lines: @Sendable @escaping (Transaction) async throws -> [BulkLine]
        ) {
            isToBeDone = step == .prepare
            self.isPartial = isPartial ?? false
            self.lines = lines
        }
    }

    private func answer<P, B>(
        _ call: FormCall<P, B>, _ id: DecisionBatch.ID, reading: (B) throws -> Asked,
        page: ([BulkVerdict], FormProblem?) async throws -> HTML
    ) async throws -> HTML {
        let person = try call.principal.personID
        return try await deciding {
            let asked = try reading(try call.decoded())
            guard asked.isToBeDone else {
                let verdicts = try await call.database.write(as: call.context) { transaction in
                    try await transaction.prepareDecisions(asked.lines(transaction), in: id, .dryRun, by: person)
                }
                return try await page(verdicts, nil)
            }
            do {
                let told = Aside<[BulkVerdict]>()
                let html = try await call.write { transaction in
                    let verdicts = try await transaction.prepareDecisions(
                        asked.lines(transaction), in: id, asked.isPartial ? .whatCanBe : .allOrNothing, by: person)
                    let left = verdicts.count { $0.fault != nil }
                    told.keep(verdicts)
                    return .redirect(
                        to: left == 0
                            ? "/console/decisions/\(id)?done=prepared"
                            : "/console/decisions/\(id)?done=prepared_some&left=\(left)")
                }
                guard let verdicts = told.value, verdicts.contains(where: { $0.fault != nil }) else { return html }
                return try await BulkPage.tellingWhatWasDone { try await page(verdicts, nil) }
            } catch let refused as BulkRefused {
                let problem = Problem(
                    .invalid,
                    asked.isPartial
                        ? "None of these decisions can be prepared."
                        : "Some decisions cannot be prepared; none was.")
                var html = try await page(
                    refused.verdicts, FormProblem(problem, constraints: DecisionsRoom.constraints))
                html.status = 422
                return html
            }
        } again: { problem in
            try await page([], problem)
        }
    }

    private func page<P, B>(
        _ call: FormCall<P, B>, _ desk: DecisionDesk, _ batch: DecisionBatch, _ way: Way, _ fields: [FormField],
        _ values: [String: [String]], _ verdicts: [BulkVerdict], filters: Filters? = nil,
        query: [(name: String, value: String)] = [], problem: FormProblem?
    ) async throws -> HTML {
        let t = desk.t
        guard batch.releasedAt == nil else { return .redirect(to: "/console/decisions/\(batch.id)") }
        let refused = verdicts.count { $0.fault != nil }
        let isDone = BulkPage.isDone
        let tally = verdicts.isEmpty ? nil : try await call.reader.tallies(of: [batch.id])[batch.id]
        let input = FormInput(
            values: values.merging(["partial": ["false"]]) { sent, _ in sent }, errors: problem?.errors ?? [], texts: t)
        let all =
            fields + [
                desk.comments(input),
                input.radios(
                    "partial", label: t("bulk.mode"),
                    options: [
                        ("false", t("bulk.all_or_nothing"), nil), ("true", t("bulk.what_can_be"), nil),
                    ]),
            ]
        let address = way.address(of: batch.id).adding(query)
        let said =
            isDone
            ? [t("done.prepared_some", count: refused)]
            : [
                verdicts.count > refused ? t("bulk.can", count: verdicts.count - refused) : nil,
                refused > 0 ? t("bulk.cannot", count: refused) : nil,
            ].compactMap(\.self)
        let model = DecisionsPage(
            header: PageHeader(
                title: t("bulk.title"), kind: batch.terms.name.string,
                lede: said.isEmpty ? t("bulk_lede.\(way.rawValue)") : said.joined(separator: " ")),
            tabs: Tabs(
                label: t("bulk.ways"),
                items: Way.allCases.map {
                    NavigationItem(
                        label: t("bulk_way.\($0.rawValue)"), url: $0.address(of: batch.id), isCurrent: $0 == way)
                }),
            filters: filters,
            parts: verdicts.isEmpty
                ? [] : [table(isDone ? verdicts.filter { $0.fault != nil } : verdicts, tally, isDone: isDone, desk)],
            forms: [
                Form(
                    action: address, sections: [FormSection(fields: all)], submit: t("bulk.show"), texts: t,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                    alternatives: verdicts.count > refused && !isDone
                        ? [FormButton(t("bulk.submit"), name: "step", value: BulkStep.prepare.rawValue)] : [],
                    cancel: LinkText(t("form.cancel"), "/console/decisions/\(batch.id)"),
                    problem: problem?.sentence(besides: all))
            ])
        let trail = [desk.home, Breadcrumb(batch.terms.name.string, "/console/decisions/\(batch.id)")]
        return try desk.html(model, desk.frame(t("bulk.title"), under: trail))
    }

    private func table(
        _ verdicts: [BulkVerdict], _ tally: BatchTally?, isDone: Bool, _ desk: DecisionDesk
    ) -> DecisionsPage.Part {
        let t = desk.t
        let title = isDone ? t("bulk.not_done") : t("bulk.preview")
        return DecisionsPage.Part(
            title: title,
            table: Table(
                caption: title,
                columns: [
                    .init(t("batch.startup")), .init(t("field.outcome")), .init(t("batch.rank"), isNumber: true),
                    .init(t("bulk.verdict")),
                ],
                rows: verdicts.map { line in
                    let meant = line.verdict?.preparation
                    return [
                        .text(
                            line.verdict?.startupName?.text(for: desk.spoken) ?? line.named
                                ?? line.verdict?.application.description ?? "–"),
                        meant.map {
                            .badge(desk.outcome($0.outcome), note: tally?.name(of: $0.stream)?.text(for: desk.spoken))
                        } ?? .text("–"),
                        meant?.rank.map(Table.Cell.number) ?? .text("–"),
                        line.fault.map {
                            .badge(
                                Badge(t("bulk.refused"), .warning),
                                note: RefusalWords.standard($0.detail, in: t.language))
                        }
                            ?? .text(line.verdict?.replaces == true ? t("bulk.replaces") : t("bulk.would")),
                    ]
                },
                empty: EmptyState(title: t("batch.empty"), text: t("batch.empty_text"))))
    }
}

struct ChosenPath: Codable {
    let batch: DecisionBatch.ID
    let q: ShortText?
}
