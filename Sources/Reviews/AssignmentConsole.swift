internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Who judges what in a round: the list, assigning by hand, taking back, reopening.
struct AssignmentConsole {
    let site: Site

    var routes: [AnyRoute] { [list, assign, plan, replace, withdrawing, withdraw, reopening, reopen] }

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/assignments", "consoleAssignments", access: .roles([.manager]),
            parameters: ListRoundAssignments.self
        ) { call in
            try await page(for: call, call.parameters)
        }.erased
    }

    private var assign: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/assignments", "assignConsoleReviewer", access: .roles([.manager]),
            parameters: RoundPath.self, body: AssignmentBody.self
        ) { call in
            let (round, principal, id) = (call.parameters.round, try call.principal, ReviewAssignment.ID())
            let tenant = try principal.workspace
            return try await answering {
                let pair = try call.decoded()
                return try await call.write { transaction in
                    guard try await transaction.round(round) != nil else { throw Problem.notFound }
                    _ = try await transaction.assignReviewer(
                        pair.person, to: pair.application, in: round, as: id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/rounds/\(round)/assignments?done=assigned")
                }
            } again: { problem in
                try await page(for: call, ListRoundAssignments(round), refusal: .assigning(problem))
            }
        }.erased
    }

    private var plan: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/assignment-runs", "planConsoleAssignments", access: .roles([.manager]),
            rate: .expensive, parameters: RoundPath.self, body: PlanForm.self
        ) { call in
            let (round, principal, id) = (call.parameters.round, try call.principal, AssignmentRun.ID())
            let tenant = try principal.workspace
            return try await answering {
                let keeps = try call.decoded().partnerSeats ?? true
                return try await call.write { transaction in
                    _ = try await transaction.requestAssignmentRun(
                        of: round, keepingPartnerSeats: keeps, as: id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/assignment-runs/\(id)")
                }
            } again: { problem in
                try await page(for: call, ListRoundAssignments(round), refusal: .planning(problem))
            }
        }.erased
    }

    private var replace: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/replacement-runs", "replaceConsoleReviewers", access: .roles([.manager]),
            rate: .expensive, parameters: RoundPath.self
        ) { call in
            let (round, principal, id) = (call.parameters.round, try call.principal, AssignmentRun.ID())
            let tenant = try principal.workspace
            return try await answering {
                try await call.write { transaction in
                    _ = try await transaction.requestAssignmentRun(
                        of: round, replacingOverdue: true, as: id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/assignment-runs/\(id)")
                }
            } again: { problem in
                try await page(for: call, ListRoundAssignments(round), refusal: .planning(problem))
            }
        }.erased
    }

    // MARK: The list

    /// What was refused, so that it is said where it was asked for.
    private enum Refused {
        case assigning(FormProblem)
        case planning(FormProblem)
    }

    private func page<P, B>(
        for call: FormCall<P, B>, _ query: ListRoundAssignments, refusal: Refused? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, query.round, in: site)
        let (t, round) = (desk.t, desk.round)
        let found = try await call.reader.assignments(
            in: round.id, by: query.person, standing: query.state,
            clocks: query.clock.map { [$0: true] } ?? [:],
            after: try call.position(query.cursor, as: AssignmentPosition.self), limit: PageSize.rows(for: query.limit))
        // The page is cut by its views, which know their positions; the rows are shown from the summaries.
        let page = try call.page(found.map(AssignmentView.init), size: query.limit) {
            AssignmentPosition(code: $0.code, id: $0.id)
        }
        let panel = try await call.reader.panelNames(of: round.id)
        let progress = try await call.reader.progress(of: [round.id])[round.id]
        let latest = try await call.reader.assignmentRuns(of: round.id, limit: 1).first
        let hasSeats = try await !call.reader.partnerSeats(of: round.id).isEmpty
        let key = HiddenField("idempotency_key", call.freshIdempotencyKey)
        let address: SafeURL = "/console/rounds/\(round.id)/assignments"
        let filters: [(name: String, value: String)] = [
            ("person", query.person?.description), ("state", query.state?.rawValue),
            ("clock", query.clock?.rawValue),
        ].compactMap { name, value in value.map { (name, $0) } }
        // A cursor is bound to all of the address it was made for, and to GET.
        let rest = filters + (query.done.map { [("done", $0.rawValue)] } ?? [])
        let isOpen = round.status == .open
        var planning: FormProblem?
        var assigning: FormProblem?
        switch refusal {
        case .planning(let problem): planning = problem
        case .assigning(let problem): assigning = problem
        case nil: break
        }
        let form =
            isOpen || assigning != nil
            ? try await assignForm(for: call, desk, values: call.fields, problem: assigning) : nil
        let model = AssignmentsPage(
            header: desk.header(
                t("assignments.title"), lede: progress.map { lede($0, desk) },
                actions: (isOpen
                    ? [
                        .post(
                            t("assignments.plan"), "/console/rounds/\(round.id)/assignment-runs", style: .primary,
                            hidden: [key])
                    ]
                        + (hasSeats
                            ? [
                                .post(
                                    t("assignments.plan_without_seats"), "/console/rounds/\(round.id)/assignment-runs",
                                    hidden: [
                                        HiddenField("idempotency_key", call.freshIdempotencyKey),
                                        HiddenField("partner_seats", "false"),
                                    ])
                            ] : []) + replacement(progress, desk, key: call.freshIdempotencyKey)
                        + [
                            .link(t("allocation.title"), "/console/rounds/\(round.id)/allocations"),
                            .link(
                                t("withdrawals.title"),
                                ("/console/rounds/\(round.id)/assignment-withdrawals" as SafeURL).adding(
                                    query.person.map { [("person", $0.description)] } ?? [])),
                        ] : [])
                    + ["csv", "xlsx"].map { format in
                        let file: SafeURL = "/console/rounds/\(round.id)/assignments.\(format)"
                        return .link(t("assignments.file_\(format)"), file.adding(filters))
                    }),
            tabs: desk.tabs(.assignments),
            refusal: ErrorSummary(fields: [], problem: planning?.sentence(besides: []), texts: t),
            latest: latest.map { run in
                LinkText(
                    t("assignments.latest", ["time": desk.time(run.requestedAt).text]),
                    "/console/assignment-runs/\(run.id)")
            },
            filters: Filters(
                action: address,
                choices: [
                    Filters.Choice(
                        name: "person", label: t("assignments.reviewer"), all: t("assignments.every_reviewer"),
                        options: panel.map { ($0.person.description, $0.name) },
                        chosen: query.person?.description ?? ""),
                    Filters.Choice(
                        name: "state", label: t("assignments.state"), all: t("assignments.every_state"),
                        options: ReviewAssignment.State.allCases.map {
                            ($0.rawValue, t("assignments.state.\($0.rawValue)"))
                        }, chosen: query.state?.rawValue ?? ""),
                    Filters.Choice(
                        name: "clock", label: t("assignments.clock"), all: t("assignments.every_clock"),
                        options: ReviewClock.allCases.map { ($0.rawValue, t("clock.\($0.rawValue)")) },
                        chosen: query.clock?.rawValue ?? ""),
                ], clearURL: filters.isEmpty ? nil : address),
            table: Table(
                caption: t("assignments.title"),
                columns: [
                    .init(t("assignments.application")), .init(t("assignments.reviewer")),
                    .init(t("assignments.state")), .init(t("assignments.progress")), .init(t("assignments.deed")),
                ],
                rows: found.prefix(page.items.count).map { row($0, desk) },
                empty: filters.isEmpty
                    ? EmptyState(
                        title: t("assignments.empty"),
                        text: isOpen ? t("assignments.empty_open") : t("assignments.empty_not_open"))
                    : EmptyState(
                        title: t("assignments.none_here"), text: t("assignments.none_here_text"),
                        action: LinkText(t("assignments.show_all"), address)),
                pager: RoundDesk.pager(
                    first: query.cursor == nil && refusal == nil ? nil : address.adding(filters),
                    next: refusal == nil ? page.next.map { address.adding(rest + [("cursor", $0)]) } : nil)),
            assign: form)
        let done = query.cursor == nil ? query.done : nil
        return HTML(
            bytes: try PageTemplate.assignments.render(
                model,
                in: desk.frame(
                    t("assignments.title"), flash: done.map { FlashNotice(t("assignments.done.\($0.rawValue)")) })))
    }

    /// The button that plans who writes what is overdue; nothing is done by it before the plan is taken.
    private func replacement(_ progress: RoundProgress?, _ desk: RoundDesk, key: String) -> [Action] {
        guard let progress, progress.overdue > 0 else { return [] }
        let t = desk.t
        return [
            .post(
                t("assignments.replace", count: progress.overdue),
                "/console/rounds/\(desk.round.id)/replacement-runs", hidden: [HiddenField("idempotency_key", key)])
        ]
    }

    private func lede(_ progress: RoundProgress, _ desk: RoundDesk) -> String {
        let t = desk.t
        guard progress.assigned > 0 else { return t("assignments.lede_none") }
        return t(
            "assignments.lede",
            [
                "submitted": Figures.grouped(progress.submitted), "assigned": Figures.grouped(progress.assigned),
                "decidable": Figures.grouped(progress.decidable), "files": Figures.grouped(progress.files),
                "due": "\(desk.time(desk.round.due.instant).text) \(desk.round.due.zone.place)",
            ])
    }

    private func row(_ summary: AssignmentSummary, _ desk: RoundDesk) -> [Table.Cell] {
        let (t, assignment, round) = (desk.t, summary.assignment, desk.round)
        let stands = assignment.state == .assigned
        let progress: Table.Cell =
            if let ended = assignment.endedAt {
                .time(desk.time(ended))
            } else if let submitted = summary.submittedAt {
                .time(desk.time(submitted))
            } else {
                .text(
                    t(
                        "assignments.scored",
                        ["scored": Figures.grouped(summary.scored), "criteria": Figures.grouped(round.criteria.count)]))
            }
        let deed: Table.Cell =
            if !stands || round.status != .open {
                .text("–")
            } else if summary.submittedAt != nil {
                .action(.link(t("assignments.reopen"), "/console/assignments/\(assignment.id)/reopening"))
            } else {
                .action(.link(t("assignments.withdraw"), "/console/assignments/\(assignment.id)/withdrawal"))
            }
        return [
            .link(
                summary.code, "/console/rounds/\(round.id)/applications/\(assignment.application)",
                note: summary.startupName?.text(for: desk.spoken)),
            .text(summary.personName ?? ""),
            .badge(badge(of: summary, t), note: assignment.endedReason?.string ?? summary.late(t)),
            progress, deed,
        ]
    }

    private func badge(of summary: AssignmentSummary, _ t: Texts) -> Badge {
        switch summary.assignment.state {
        case .assigned where summary.submittedAt != nil: Badge(t("assignments.submitted"), .success)
        case .assigned where !summary.clocks.isEmpty:
            Badge(summary.scored > 0 ? t("assignments.begun") : t("assignments.not_begun"), .warning)
        case .assigned where summary.scored > 0: Badge(t("assignments.begun"), .info)
        case .assigned: Badge(t("assignments.not_begun"))
        case .conflicted: Badge(t("assignments.state.conflicted"), .warning)
        case .abstained: Badge(t("assignments.state.abstained"), .warning)
        case .withdrawn: Badge(t("assignments.state.withdrawn"))
        }
    }

    private func assignForm<P, B>(
        for call: FormCall<P, B>, _ desk: RoundDesk, values: [String: [String]], problem: FormProblem?
    ) async throws -> Form {
        let t = desk.t
        let panel = try await call.reader.panel(of: desk.round.id)
        let files = try await call.reader.applications(in: desk.round.id)
        let conflicts = Dictionary(grouping: try await call.reader.conflicts(in: desk.round.id), by: \.person)
        let input = FormInput(values: problem == nil ? [:] : values, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.select(
                "application", label: t("assignments.application"),
                options: files.map {
                    (
                        $0.application.description,
                        t("assignments.option", ["code": $0.code, "startup": $0.startupName.text(for: desk.spoken)])
                    )
                }),
            input.select(
                "person", label: t("assignments.reviewer"), hint: t("assignments.reviewer_hint"),
                options: panel.filter { $0.answer != .declined }.map { panelist in
                    (panelist.person.description, words(for: panelist, conflicts[panelist.person] ?? [], desk))
                }),
        ]
        return Form(
            action: "/console/rounds/\(desk.round.id)/assignments#assign",
            sections: [
                FormSection(title: t("assignments.by_hand"), intro: t("assignments.by_hand_intro"), fields: fields)
            ],
            submit: t("assignments.assign"), texts: t,
            hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
            problem: problem?.sentence(besides: fields))
    }

    private func words(for panelist: Panelist, _ conflicts: [Conflict], _ desk: RoundDesk) -> String {
        let t = desk.t
        guard panelist.answer == .accepted else { return t("assignments.panelist_invited", ["name": panelist.name]) }
        let known = figures(of: panelist, conflicts, desk)
        return panelist.absence(t).map { t("assignments.panelist_away", ["panelist": known, "away": $0]) } ?? known
    }

    private func figures(of panelist: Panelist, _ conflicts: [Conflict], _ desk: RoundDesk) -> String {
        let t = desk.t
        let figures = [
            "name": panelist.name, "assigned": Figures.grouped(panelist.assigned),
            "most": Figures.grouped(panelist.terms.most),
        ]
        var startups: [String] = []
        for name in conflicts.map({ t.startups($0.startupName, rivals: $0.rivals) }) where !startups.contains(name) {
            startups.append(name)
        }
        guard !startups.isEmpty else { return t("assignments.panelist", figures) }
        return t(
            "assignments.panelist_conflict",
            figures.merging(["startups": desk.listed(startups, most: 3)]) { given, _ in given })
    }

    // MARK: Taking back

    private var withdrawing: AnyRoute {
        PageRoute(
            .get, "/console/assignments/{assignment}/withdrawal", "consoleWithdrawal", access: .roles([.manager]),
            parameters: AssignmentPath.self
        ) { call in
            try await withdrawalPage(for: call, of: call.parameters.assignment)
        }.erased
    }

    private var withdraw: AnyRoute {
        PageRoute(
            .post, "/console/assignments/{assignment}/withdrawal", "withdrawConsoleAssignment",
            access: .roles([.manager]), parameters: AssignmentPath.self, body: OptionalReason.self
        ) { call in
            let id = call.parameters.assignment
            return try await answering {
                let reason = try call.decoded().reason
                return try await call.write { transaction in
                    guard let assignment = try await transaction.assignment(id) else { throw Problem.notFound }
                    try await transaction.withdrawAssignment(id, because: reason)
                    return .redirect(to: "/console/rounds/\(assignment.round)/assignments?done=withdrawn")
                }
            } again: { problem in
                try await withdrawalPage(for: call, of: id, problem: problem)
            }
        }.erased
    }

    private func withdrawalPage<P, B>(
        for call: FormCall<P, B>, of id: ReviewAssignment.ID, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let summary = try await call.reader.assignmentSummary(id) else { throw Problem.notFound }
        let desk = try await RoundDesk(call, summary.assignment.round, in: site)
        let t = desk.t
        let who = ["reviewer": summary.personName ?? "", "code": summary.code]
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.text(
                "reason", label: t("assignments.reason"), hint: t("assignments.reason_hint"), isOptional: true,
                limit: 500)
        ]
        let written =
            summary.submittedAt != nil
            ? [t("assignments.withdraw_submitted")]
            : summary.scored > 0 ? [t("assignments.withdraw_begun")] : []
        return try confirmation(
            desk, title: t("assignments.withdraw_title", who),
            consequences: [t("assignments.withdraw_sight", who)] + written + [t("assignments.withdraw_plans", who)],
            form: Form(
                action: "/console/assignments/\(id)/withdrawal", fields: fields,
                submit: t("assignments.withdraw_submit"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                cancel: LinkText(t("assignments.keep"), "/console/rounds/\(desk.round.id)/assignments"),
                isDangerous: true,
                problem: problem?.problem.kind == .conflict
                    ? t("assignments.withdraw_refused") : problem?.sentence(besides: fields)))
    }

    // MARK: Reopening

    private var reopening: AnyRoute {
        PageRoute(
            .get, "/console/assignments/{assignment}/reopening", "consoleReopening", access: .roles([.manager]),
            parameters: AssignmentPath.self
        ) { call in
            try await reopeningPage(for: call, of: call.parameters.assignment)
        }.erased
    }

    private var reopen: AnyRoute {
        PageRoute(
            .post, "/console/assignments/{assignment}/reopening", "reopenConsoleReview", access: .roles([.manager]),
            parameters: AssignmentPath.self
        ) { call in
            let id = call.parameters.assignment
            return try await answering {
                try await call.write { transaction in
                    guard let assignment = try await transaction.assignment(id) else { throw Problem.notFound }
                    try await transaction.reopenReview(of: id)
                    return .redirect(to: "/console/rounds/\(assignment.round)/assignments?done=reopened")
                }
            } again: { problem in
                try await reopeningPage(for: call, of: id, problem: problem)
            }
        }.erased
    }

    private func reopeningPage<P, B>(
        for call: FormCall<P, B>, of id: ReviewAssignment.ID, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let summary = try await call.reader.assignmentSummary(id) else { throw Problem.notFound }
        let desk = try await RoundDesk(call, summary.assignment.round, in: site)
        let t = desk.t
        let who = ["reviewer": summary.personName ?? "", "code": summary.code]
        return try confirmation(
            desk, title: t("assignments.reopen_title", who),
            consequences: [t("assignments.reopen_change", who), t("assignments.reopen_counts")],
            form: Form(
                action: "/console/assignments/\(id)/reopening", fields: [], submit: t("assignments.reopen_submit"),
                texts: t, hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                cancel: LinkText(t("assignments.keep_review"), "/console/rounds/\(desk.round.id)/assignments"),
                problem: problem.map { _ in t("assignments.reopen_refused") }),
            actions: [.link(t("assignments.withdraw_instead"), "/console/assignments/\(id)/withdrawal")])
    }

    private func confirmation(
        _ desk: RoundDesk, title: String, consequences: [String], form: Form, actions: [Action] = []
    ) throws -> HTML {
        let model = ConfirmPage(
            header: desk.header(title, actions: actions),
            confirmation: Confirmation(
                title: desk.t("assignments.what_happens"), consequences: consequences, form: form))
        return HTML(bytes: try PageTemplate.confirm.render(model, in: desk.frame(title, under: .assignments)))
    }
}

/// What was just done, so that the list can say so.
enum AssignmentDeed: String, Codable, CaseIterable {
    case assigned, withdrawn, reopened
    case assignedSeveral = "assigned_several"
    case changedSeveral = "changed_several"
}

struct ListRoundAssignments: Codable {
    let round: ReviewRound.ID
    let person: Person.ID?
    let state: ReviewAssignment.State?
    let clock: ReviewClock?
    let limit: PageSize?
    let cursor: PageCursor?
    let done: AssignmentDeed?

    /// The whole list from its beginning.
    init(_ round: ReviewRound.ID) {
        self.round = round
        (person, state, clock, limit, cursor, done) = (nil, nil, nil, nil, nil, nil)
    }
}

/// Who judges what.
struct AssignmentsPage: ViewModel {
    var header: PageHeader
    var tabs: Tabs
    /// Why no plan could be asked for.
    var refusal: ErrorSummary?
    var latest: LinkText?
    var filters: Filters
    var table: Table
    /// Where assigning is possible.
    var assign: Form?
}

extension PageTemplate<AssignmentsPage> {
    static let assignments = PageTemplate("reviews/assignments", in: .reviews)
}

/// What a plan is asked for with.
struct PlanForm: Codable {
    let partnerSeats: Bool?
}
