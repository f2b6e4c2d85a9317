internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Progress for the startup, the park and the mentor: lists, an enrolment, a milestone.
struct EnrolmentPages: Sendable {
    let site: Site

    var routes: [AnyRoute] {
        [
            listForPark, listForMentor,
            show("/portal/enrolments/{enrolment}", "portalEnrolment", .startup, .founder),
            show("/console/enrolments/{enrolment}", "consoleEnrolment", .park, .manager),
            show("/mentees/{enrolment}", "menteeEnrolment", .mentor, .mentor),
            showMilestone(
                "/portal/enrolments/{enrolment}/milestones/{milestone}", "portalMilestone", .startup, .founder),
            showMilestone(
                "/console/enrolments/{enrolment}/milestones/{milestone}", "consoleMilestone", .park, .manager),
            showMilestone("/mentees/{enrolment}/milestones/{milestone}", "menteeMilestone", .mentor, .mentor),
            showEvidence, assess, graduate, askToEnd, end,
        ]
    }

    // MARK: Lists

    private var listForPark: AnyRoute {
        PageRoute(
            .get, "/console/enrolments", "consoleEnrolments", access: .roles([.manager]),
            parameters: EnrolmentListQuery.self
        ) { call in
            try await list(call, for: .park)
        }.erased
    }

    private var listForMentor: AnyRoute {
        PageRoute(
            .get, "/mentees", "mentees", access: .roles([.mentor]), parameters: EnrolmentListQuery.self
        ) { call in
            try await list(call, for: .mentor)
        }.erased
    }

    private func list(_ call: FormCall<EnrolmentListQuery, NoBody>, for reader: Onlooker) async throws -> HTML {
        let query = call.parameters
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.incubation.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let found = try await call.reader.enrolments(
            in: query.cohort, standing: query.state, after: try call.position(query.cursor, as: EnrolmentPosition.self),
            limit: PageSize.rows(for: query.limit))
        let positions = Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0.position) })
        let page = try call.page(found.map { EnrolmentView($0, milestones: nil) }, size: query.limit) {
            positions[$0.id]
        }
        let address: SafeURL = reader == .park ? "/console/enrolments" : "/mentees"
        let filters: [(name: String, value: String)] = [
            ("cohort", query.cohort?.description), ("state", query.state?.rawValue),
        ].compactMap { name, value in value.map { (name, $0) } }
        let cohorts = reader == .park ? try await call.reader.cohorts() : []
        let model = EnrolmentListPage(
            header: PageHeader(
                title: t("list.\(reader.rawValue).title"), lede: t("list.\(reader.rawValue).lede"),
                actions: reader != .park
                    ? []
                    : query.cohort.map { [.link(t("enrol.several"), "/console/cohorts/\($0)/enrolments")] } ?? []),
            filters: reader == .park
                ? Filters(
                    action: address,
                    choices: [
                        Filters.Choice(
                            name: "cohort", label: t("list.cohort"), all: t("list.every_cohort"),
                            options: cohorts.map { ($0.id.description, $0.name.string) },
                            chosen: query.cohort?.description ?? ""),
                        Filters.Choice(
                            name: "state", label: t("list.state"), all: t("list.every_state"),
                            options: Enrolment.State.allCases.map { ($0.rawValue, t("enrolment.\($0.rawValue)")) },
                            chosen: query.state?.rawValue ?? ""),
                    ], clearURL: filters.isEmpty ? nil : address) : nil,
            table: Table(
                caption: t("list.\(reader.rawValue).title"),
                columns: [
                    .init(t("list.startup")), .init(t("list.cohort")), .init(t("list.state")),
                    .init(t("list.progress")), .init(t("list.awaiting"), isNumber: true),
                    .init(t("list.overdue"), isNumber: true), .init(t("list.next_due")),
                ],
                rows: found.prefix(page.items.count).map { summary in
                    [
                        .link(
                            summary.startupName.text(for: spoken), reader.address(of: summary.id),
                            note: summary.programName.text(for: spoken)),
                        .text(summary.cohortName.string), .badge(summary.enrolment.state.badge(t)),
                        .text(summary.progress(t)), .number(summary.awaiting), .number(summary.overdue),
                        summary.enrolment.state == .active
                            ? summary.nextDueOn.map { .time(TimeText($0, in: viewer.language)) } ?? .text("–")
                            : .text("–"),
                    ]
                },
                empty: filters.isEmpty
                    ? EmptyState(
                        title: t("list.\(reader.rawValue).empty"), text: t("list.\(reader.rawValue).empty_text"),
                        action: reader == .park
                            ? LinkText(t("list.empty_action"), "/console/applications?state=accepted") : nil)
                    : EmptyState(
                        title: t("list.none_here"), text: t("list.none_here_text"),
                        action: LinkText(t("list.show_all"), address)),
                pager: Pager(
                    firstURL: query.cursor == nil ? nil : address.adding(filters),
                    nextURL: page.next.map { address.adding(filters + [("cursor", $0)]) })))
        let frame = Frame(
            title: t("list.\(reader.rawValue).title"), site: site, viewer: viewer, current: reader.place,
            flash: query.done.map { _ in FlashNotice(t("done.enrolled_several")) })
        return HTML(bytes: try PageTemplate.enrolmentList.render(model, in: frame))
    }

    // MARK: An enrolment

    private func show(_ path: String, _ id: String, _ reader: Onlooker, _ role: Role) -> AnyRoute {
        PageRoute(.get, path, id, access: .roles([role]), parameters: EnrolmentPageQuery.self) { call in
            try await page(for: call, of: call.parameters.enrolment, as: reader, done: call.parameters.done)
        }.erased
    }

    private var graduate: AnyRoute {
        PageRoute(
            .post, "/console/enrolments/{enrolment}/graduation", "graduateConsoleEnrolment",
            access: .roles([.manager]), parameters: EnrolmentPath.self
        ) { call in
            let (id, person) = (call.parameters.enrolment, try call.principal.personID)
            do {
                return try await call.write { transaction in
                    _ = try await transaction.graduate(id, by: person)
                    return .redirect(to: "/console/enrolments/\(id)?done=graduated")
                }
            } catch let refusal as EnrolmentRefusal {
                return try await page(for: call, of: id, as: .park, refusal: refusal)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: Enrolment.ID, as reader: Onlooker, refusal: EnrolmentRefusal? = nil,
        done: String? = nil
    ) async throws -> HTML {
        guard let summary = try await call.reader.enrolment(id) else { throw Problem.notFound }
        let milestones = try await call.reader.milestones(of: id)
        let viewer = try await call.viewer()
        let t = PageKit.incubation.texts(in: viewer.language)
        let model = EnrolmentPage(
            summary, milestones, for: reader, refusal: refusal, in: viewer.language)
        let flash: FlashNotice? =
            switch done {
            case "enrolled": FlashNotice(t("done.enrolled"))
            case "graduated": FlashNotice(t("done.graduated"))
            case "ended": FlashNotice(t("done.ended"))
            default: nil
            }
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: reader.place, breadcrumbs: [reader.home(t)],
            flash: flash)
        return HTML(
            status: refusal?.problem.status ?? 200, bytes: try PageTemplate.enrolment.render(model, in: frame))
    }

    // MARK: A milestone

    private func showMilestone(_ path: String, _ id: String, _ reader: Onlooker, _ role: Role) -> AnyRoute {
        PageRoute(.get, path, id, access: .roles([role]), parameters: MilestonePageQuery.self) { call in
            try await page(
                for: call, of: call.parameters.milestone, in: call.parameters.enrolment, as: reader,
                done: call.parameters.done)
        }.erased
    }

    private var showEvidence: AnyRoute {
        PageRoute(
            .post, "/portal/enrolments/{enrolment}/milestones/{milestone}/evidence", "showPortalEvidence",
            access: .roles([.founder]), parameters: MilestoneOfEnrolment.self, body: EvidenceBody.self
        ) { call in
            let (path, principal, id) = (call.parameters, try call.principal, Evidence.ID())
            do {
                let tenant = try principal.workspace
                let body = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.showEvidence(
                        NewEvidence(body.text, link: body.link), for: path.milestone, as: id, in: tenant,
                        by: principal.personID)
                    return .redirect(
                        to: "/portal/enrolments/\(path.enrolment)/milestones/\(path.milestone)?done=shown")
                }
            } catch {
                guard let problem = Problem(ofForm: error) else { throw error }
                return try await page(
                    for: call, of: path.milestone, in: path.enrolment, as: .startup, problem: problem)
            }
        }.erased
    }

    private var assess: AnyRoute {
        PageRoute(
            .post, "/console/enrolments/{enrolment}/milestones/{milestone}/assessment", "assessConsoleMilestone",
            access: .roles([.manager]), parameters: MilestoneOfEnrolment.self, body: AssessmentBody.self
        ) { call in
            let (path, principal, id) = (call.parameters, try call.principal, Assessment.ID())
            do {
                let tenant = try principal.workspace
                let body = try call.decoded()
                let outcome = try body.outcome()
                return try await call.write { transaction in
                    _ = try await transaction.assessMilestone(
                        path.milestone, outcome, note: body.note, as: id, in: tenant, by: principal.personID)
                    return .redirect(
                        to: "/console/enrolments/\(path.enrolment)/milestones/\(path.milestone)?done=assessed")
                }
            } catch {
                guard let problem = Problem(ofForm: error) else { throw error }
                return try await page(for: call, of: path.milestone, in: path.enrolment, as: .park, problem: problem)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: Milestone.ID, in enrolment: Enrolment.ID, as reader: Onlooker,
        problem: Problem? = nil, done: String? = nil
    ) async throws -> HTML {
        guard let summary = try await call.reader.enrolment(enrolment),
            let milestone = try await call.reader.milestones(of: enrolment).first(where: { $0.id == id })
        else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.incubation.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let input = FormInput(values: problem == nil ? [:] : call.fields, errors: problem?.fieldErrors ?? [], texts: t)
        let isActive = summary.enrolment.state == .active && milestone.standing != .met
        // The second press of a button must not add the same evidence twice.
        let hidden = [HiddenField("idempotency_key", call.field("idempotency_key") ?? call.freshIdempotencyKey)]
        let isOwnMentee = try call.principal.personID == summary.enrolment.mentor
        let model = MilestonePage(
            milestone, of: summary, for: reader,
            evidenceForm: reader == .startup && isActive
                ? Form(
                    action: "/portal/enrolments/\(enrolment)/milestones/\(id)/evidence",
                    sections: [
                        FormSection(
                            title: t("evidence.title"), intro: t("evidence.intro"),
                            fields: [
                                input.area(
                                    "text", label: t("evidence.text"), hint: t("evidence.text_hint"), limit: 10_000,
                                    rows: 8),
                                input.text(
                                    "link", label: t("evidence.link"), hint: t("evidence.link_hint"), type: "url",
                                    isOptional: true),
                            ])
                    ],
                    submit: t("evidence.submit"), texts: t, hidden: hidden, draft: "evidence-\(id)",
                    problem: problem?.headline) : nil,
            assessmentForm: reader == .park && isActive && !milestone.evidence.isEmpty && !isOwnMentee
                ? Form(
                    action: "/console/enrolments/\(enrolment)/milestones/\(id)/assessment",
                    sections: [
                        FormSection(
                            title: t("assess.title"), intro: t("assess.intro"),
                            fields: [
                                input.radios(
                                    "result", label: t("assess.result"),
                                    options: Assessment.Result.allCases.map {
                                        ($0.rawValue, t("milestone.\($0.rawValue)"), t("assess.\($0.rawValue)_hint"))
                                    }),
                                input.number(
                                    "credit", label: t("assess.credit"), hint: t("assess.credit_hint"),
                                    isOptional: true, suffix: "%"),
                                input.area(
                                    "note", label: t("assess.note"), hint: t("assess.note_hint"), limit: 5000, rows: 6),
                            ])
                    ],
                    submit: t("assess.submit"), texts: t, hidden: hidden, draft: "assessment-\(id)",
                    problem: problem?.headline) : nil,
            barrier: problem?.headline
                ?? (reader == .park && isActive
                    ? isOwnMentee ? t("assess.own_mentee") : milestone.evidence.isEmpty ? t("assess.no_evidence") : nil
                    : nil),
            in: viewer.language)
        let flash: FlashNotice? =
            switch done {
            case "shown": FlashNotice(t("done.shown"))
            case "assessed": FlashNotice(t("done.assessed"))
            default: nil
            }
        let frame = Frame(
            title: milestone.title.string, site: site, viewer: viewer, current: reader.place,
            breadcrumbs: [
                reader.home(t),
                Breadcrumb(
                    reader == .startup
                        ? summary.programName.text(for: spoken) : summary.startupName.text(for: spoken),
                    reader.address(of: enrolment)),
            ], flash: flash)
        return HTML(status: problem?.status ?? 200, bytes: try PageTemplate.milestone.render(model, in: frame))
    }

    // MARK: Ending early

    private var askToEnd: AnyRoute {
        PageRoute(
            .get, "/console/enrolments/{enrolment}/end", "askToEndEnrolment", access: .roles([.manager]),
            parameters: EnrolmentPath.self
        ) { call in
            try await confirmation(call)
        }.erased
    }

    private var end: AnyRoute {
        PageRoute(
            .post, "/console/enrolments/{enrolment}/end", "endConsoleEnrolment", access: .roles([.manager]),
            parameters: EnrolmentPath.self, body: EndBody.self
        ) { call in
            let (id, person) = (call.parameters.enrolment, try call.principal.personID)
            do {
                let reason = try call.decoded().reason
                return try await call.write { transaction in
                    _ = try await transaction.endEnrolment(id, because: reason, by: person)
                    return .redirect(to: "/console/enrolments/\(id)?done=ended")
                }
            } catch is EnrolmentRefusal {
                return .redirect(to: "/console/enrolments/\(id)")
            } catch let problem as Problem where problem.status == 422 {
                return try await confirmation(call, problem: problem)
            }
        }.erased
    }

    private func confirmation<B>(_ call: FormCall<EnrolmentPath, B>, problem: Problem? = nil) async throws -> HTML {
        let id = call.parameters.enrolment
        guard let summary = try await call.reader.enrolment(id) else { throw Problem.notFound }
        guard summary.enrolment.state == .active else { return .redirect(to: "/console/enrolments/\(id)") }
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.incubation.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let name = summary.startupName.text(for: spoken)
        let input = FormInput(values: call.fields, errors: problem?.fieldErrors ?? [], texts: t)
        let model = EndPage(
            confirmation: Confirmation(
                title: t("end.title", ["startup": name]),
                consequences: [t("end.place"), t("end.milestones"), t("end.final")],
                form: Form(
                    action: "/console/enrolments/\(id)/end",
                    fields: [
                        input.area("reason", label: t("end.reason"), hint: t("end.reason_hint"), limit: 5000, rows: 4)
                    ],
                    submit: t("end.submit"), texts: t, cancel: LinkText(t("end.keep"), "/console/enrolments/\(id)"),
                    isDangerous: true, problem: problem?.headline)))
        let frame = Frame(
            title: model.confirmation.title, site: site, viewer: viewer, current: "enrolments",
            breadcrumbs: [Onlooker.park.home(t), Breadcrumb(name, "/console/enrolments/\(id)")])
        return HTML(status: problem?.status ?? 200, bytes: try PageTemplate.endEnrolment.render(model, in: frame))
    }
}

struct EnrolmentPageQuery: Codable {
    let enrolment: Enrolment.ID
    let done: String?
}

struct MilestonePageQuery: Codable {
    let enrolment: Enrolment.ID
    let milestone: Milestone.ID
    let done: String?
}

struct MilestoneOfEnrolment: Codable {
    let enrolment: Enrolment.ID
    let milestone: Milestone.ID
}
