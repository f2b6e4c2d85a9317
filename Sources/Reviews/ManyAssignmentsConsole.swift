internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Who judges what in a round, many at once on pages: given to a panelist, and taken back or given back to them.
struct ManyAssignmentsConsole {
    let site: Site

    var routes: [AnyRoute] { [askAllocations, allocate, askWithdrawals, withdraw] }

    /// Most rows that are offered for ticking; a form may have a thousand fields.
    private static let shown = 400

    // MARK: Applications to a panelist

    private var askAllocations: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/allocations", "consoleAllocations", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            try await allocationsPage(for: call, call.parameters.round)
        }.erased
    }

    private var allocate: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/allocations", "allocateConsoleApplications", access: .roles([.manager]),
            parameters: RoundPath.self, body: AllocationForm.self
        ) { call in
            let (id, principal) = (call.parameters.round, try call.principal)
            let tenant = try principal.workspace
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let pairs = try BulkMode.rows(form.applications, at: "/applications").map {
                    (application: $0, person: form.person)
                }
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.assignReviewers(pairs, in: id, mode, in: tenant, by: principal.personID)
                }
            } done: { _, _ in
                .redirect(to: "/console/rounds/\(id)/assignments?done=assigned_several")
            } page: { refusals, problem in
                try await allocationsPage(for: call, id, refusals, problem: problem)
            }
        }.erased
    }

    private func allocationsPage<P, B>(
        for call: FormCall<P, B>, _ id: ReviewRound.ID, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, id, in: site)
        guard desk.round.status == .open || problem != nil || !refusals.isEmpty else {
            return .redirect(to: "/console/rounds/\(id)/assignments")
        }
        let t = desk.t
        let panel = try await call.reader.panel(of: id).filter { $0.answer == .accepted }
        let files = try await call.reader.applications(in: id)
        let names = Dictionary(
            files.map {
                (
                    $0.application,
                    t("assignments.option", ["code": $0.code, "startup": $0.startupName.text(for: desk.spoken)])
                )
            }, uniquingKeysWith: { first, _ in first })
        let input = FormInput(
            values: call.fields(ticking: "applications", refusals), errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.select(
                "person", label: t("assignments.reviewer"),
                options: panel.map { panelist in
                    (
                        panelist.person.description,
                        t(
                            "assignments.panelist",
                            [
                                "name": panelist.name, "assigned": Figures.grouped(panelist.assigned),
                                "most": Figures.grouped(panelist.terms.most),
                            ])
                    )
                }),
            input.checkboxes(
                "applications", label: t("allocation.applications"),
                hint: files.isEmpty
                    ? t("allocation.none")
                    : files.count > Self.shown ? t("allocation.more", count: files.count - Self.shown) : nil,
                options: files.prefix(Self.shown).map {
                    ($0.application.description, names[$0.application] ?? $0.code, nil)
                },
                isOptional: false),
        ]
        let chosen = call.ids("applications", as: Application.ID.init)
        let model = BulkPage(
            t("allocation.title"), kind: desk.round.name.text(for: desk.spoken), lede: t("allocation.lede"),
            subject: t("assignments.application"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/rounds/\(id)/allocations", sections: [FormSection(fields: fields)],
            submit: t("allocation.submit"), cancel: "/console/rounds/\(id)/assignments",
            key: call.freshIdempotencyKey, fields: call.fields, problem: problem, in: t.language)
        return HTML(
            bytes: try PageTemplate.bulkForm.render(model, in: desk.frame(t("allocation.title"), under: .assignments)))
    }

    // MARK: Assignments back

    private var askWithdrawals: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/assignment-withdrawals", "consoleWithdrawals", access: .roles([.manager]),
            parameters: WithdrawalsPath.self
        ) { call in
            try await withdrawalsPage(for: call, call.parameters)
        }.erased
    }

    private var withdraw: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/assignment-withdrawals", "withdrawConsoleAssignments",
            access: .roles([.manager]), parameters: WithdrawalsPath.self, body: WithdrawalsForm.self
        ) { call in
            let path = call.parameters
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let ids = try BulkMode.rows(form.assignments, at: "/assignments")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    switch form.deed {
                    case .withdraw:
                        try await transaction.withdrawAssignments(ids, of: path.round, because: form.reason, mode)
                    case .reopen: try await transaction.reopenReviews(of: ids, in: path.round, mode)
                    }
                }
            } done: { _, _ in
                .redirect(to: "/console/rounds/\(path.round)/assignments?done=changed_several")
            } page: { refusals, problem in
                try await withdrawalsPage(for: call, path, refusals, problem: problem)
            }
        }.erased
    }

    private func withdrawalsPage<P, B>(
        for call: FormCall<P, B>, _ path: WithdrawalsPath, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, path.round, in: site)
        let (t, id) = (desk.t, desk.round.id)
        let found = try await call.reader.assignments(
            in: id, by: path.person, standing: .assigned, limit: Self.shown + 1)
        let panel = try await call.reader.panelNames(of: id)
        func words(_ summary: AssignmentSummary) -> String {
            t(
                "several.pair",
                [
                    "application": t(
                        "assignments.option",
                        ["code": summary.code, "startup": summary.startupName?.text(for: desk.spoken) ?? ""]),
                    "reviewer": summary.personName ?? "",
                ])
        }
        let names = Dictionary(
            found.map { ($0.assignment.id, words($0)) }, uniquingKeysWith: { first, _ in first })
        let values =
            call.fields.isEmpty
            ? ["deed": [AssignmentsDeed.withdraw.rawValue]]
            : call.fields(ticking: "assignments", refusals)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.checkboxes(
                "assignments", label: t("withdrawals.assignments"),
                hint: found.isEmpty ? t("withdrawals.none") : found.count > Self.shown ? t("withdrawals.more") : nil,
                options: found.prefix(Self.shown).map { summary in
                    (
                        summary.assignment.id.description, words(summary),
                        summary.submittedAt != nil
                            ? t("assignments.submitted") : summary.scored > 0 ? t("assignments.begun") : nil
                    )
                }, isOptional: false),
            input.radios(
                "deed", label: t("withdrawals.deed"),
                options: AssignmentsDeed.allCases.map {
                    ($0.rawValue, t("withdrawals.\($0.rawValue)"), t("withdrawals.\($0.rawValue)_hint"))
                }),
            input.text(
                "reason", label: t("assignments.reason"), hint: t("withdrawals.reason_hint"), isOptional: true,
                limit: 500),
        ]
        let chosen = call.ids("assignments", as: ReviewAssignment.ID.init)
        var address: SafeURL = "/console/rounds/\(id)/assignment-withdrawals"
        if let person = path.person { address = address.adding([("person", person.description)]) }
        let title = t("withdrawals.title")
        let model = BulkPage(
            title, kind: desk.round.name.text(for: desk.spoken),
            lede: panel.first { $0.person == path.person }.map { t("withdrawals.of", ["reviewer": $0.name]) }
                ?? t("withdrawals.lede"),
            subject: t("assignments.application"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: address, sections: [FormSection(fields: fields)], submit: t("withdrawals.submit"),
            cancel: "/console/rounds/\(id)/assignments", key: call.freshIdempotencyKey, fields: call.fields,
            problem: problem, in: t.language)
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: desk.frame(title, under: .assignments)))
    }
}

/// Applications that are ticked for a panelist.
struct AllocationForm: Codable {
    let person: Person.ID
    let applications: [Application.ID]?
    let partial: Bool?
    let sure: Bool?
}

/// What is done with assignments that are ticked.
enum AssignmentsDeed: String, Codable, CaseIterable {
    case withdraw, reopen
}

/// Assignments that are ticked.
struct WithdrawalsForm: Codable {
    let assignments: [ReviewAssignment.ID]?
    let deed: AssignmentsDeed
    let reason: ShortText?
    let partial: Bool?
    let sure: Bool?
}

/// Assignments of a round, or of one panelist in it.
struct WithdrawalsPath: Codable {
    let round: ReviewRound.ID
    let person: Person.ID?
}
