internal import API
internal import Accounts
internal import Exports
internal import Foundation
internal import Institutions
internal import Jobs
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Demo days as the park keeps them: setting one up, inviting, following who has answered, and what came of the meetings.
struct DemoDayConsole {
    let site: Site

    var routes: [AnyRoute] {
        [
            list, new, create, show, terms, revise, invitations, invite, cancel, outcomes, record, scheduleFile,
            scheduleWorkbook,
        ]
    }

    // MARK: The list

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/demo-days", "consoleDemoDays", access: .roles([.manager]), parameters: ListDemoDays.self
        ) { call in
            let reading = try await Reading(call)
            let t = reading.t
            let after = try call.position(call.parameters.cursor, as: DemoDayPosition.self)
            let found = try await call.reader.demoDays(after: after, limit: PageSize.rows(for: call.parameters.limit))
            let page = try call.page(found, size: call.parameters.limit) { DemoDayPosition($0) }
            let base: SafeURL = "/console/demo-days"
            let model = ListPage(
                header: PageHeader(
                    title: t("list.title"), lede: t("list.lede_park"),
                    actions: [.link(t("list.new"), "/console/demo-days/new", style: .primary)]),
                table: Table(
                    caption: t("list.title"),
                    columns: [
                        Table.Column(t("form.title")), Table.Column(t("day.begins")), Table.Column(t("day.state")),
                    ],
                    rows: page.items.map { day in
                        [
                            .link(reading.name(day.terms.title), "/console/demo-days/\(day.id)"),
                            .time(reading.time(day.terms.startsAt, of: day)), .badge(Self.badge(of: day, t)),
                        ]
                    },
                    empty: EmptyState(
                        title: t("list.none"), text: t("list.none_park"),
                        action: LinkText(t("list.new"), "/console/demo-days/new")),
                    pager: Pager(
                        firstURL: call.parameters.cursor == nil ? nil : base,
                        nextURL: page.next.map { base.adding([("cursor", $0)]) })))
            let frame = Frame(
                title: t("list.title"), site: site, viewer: reading.viewer, current: "console-demo-days")
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    static func badge(of day: DemoDay, _ t: Texts) -> Badge {
        day.plan == nil ? Badge(t("day.planning"), .info) : Badge(t("day.published"), .success)
    }

    // MARK: Setting one up

    private var new: AnyRoute {
        PageRoute(.get, "/console/demo-days/new", "consoleNewDemoDay", access: .roles([.manager])) { call in
            try await form(for: call, of: nil, values: DemoDayForm.usual)
        }.erased
    }

    private var create: AnyRoute {
        PageRoute(
            .post, "/console/demo-days/new", "consoleCreateDemoDay", access: .roles([.manager]), body: DemoDayForm.self
        ) { call in
            let principal = try call.principal
            let (tenant, id) = (try principal.workspace, DemoDay.ID())
            return try await FormProblem.answering(DemoDaysRoom.constraints) {
                let terms = try call.decoded().terms()
                return try await call.write { transaction in
                    _ = try await transaction.createDemoDay(terms, as: id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/demo-days/\(id)?done=created")
                }
            } again: { problem in
                try await form(for: call, of: nil, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var terms: AnyRoute {
        PageRoute(
            .get, "/console/demo-days/{day}/terms", "consoleDemoDayTerms", access: .roles([.manager]),
            parameters: DemoDayPath.self
        ) { call in
            let day = try await find(call.parameters.day, call.reader)
            return try await form(
                for: call, of: day, values: DemoDayForm.values(of: day.terms), version: try call.version(of: day))
        }.erased
    }

    private var revise: AnyRoute {
        PageRoute(
            .post, "/console/demo-days/{day}/terms", "consoleReviseDemoDay", access: .roles([.manager]),
            parameters: DemoDayPath.self, body: DemoDayForm.self
        ) { call in
            let (id, tenant) = (call.parameters.day, try call.principal.workspace)
            let day = try await find(id, call.reader)
            return try await FormProblem.answering(DemoDaysRoom.constraints) {
                let terms = try call.decoded().terms()
                return try await call.write { transaction in
                    _ = try await transaction.reviseDemoDay(id, to: terms, in: tenant) { try call.match($0) }
                    return .redirect(to: "/console/demo-days/\(id)?done=revised")
                }
            } again: { problem in
                try await form(
                    for: call, of: day, values: call.fields, version: call.version ?? "", problem: problem)
            }
        }.erased
    }

    private func form<P, B>(
        for call: FormCall<P, B>, of day: DemoDay?, values: [String: [String]], version: String? = nil,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let reading = try await Reading(call)
        let t = reading.t
        let input = FormInput(
            values: DemoDayForm.closingGaps(values, in: "rooms"), errors: problem?.errors ?? [], texts: t
        )
        let sections = DemoDayForm.sections(input, t)
        let back: SafeURL = day.map { "/console/demo-days/\($0.id)" } ?? "/console/demo-days"
        let title = day == nil ? t("form.new_title") : t("form.edit_title")
        let model = FormPage(
            header: PageHeader(title: title, lede: day?.plan == nil ? nil : t("form.edit_published")),
            form: Form(
                action: day.map { "/console/demo-days/\($0.id)/terms" } ?? "/console/demo-days/new", sections: sections,
                submit: day == nil ? t("form.create") : t("form.save"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                    + (version.map { [HiddenField("version", $0)] } ?? []),
                cancel: LinkText(t("form.cancel"), back), draft: day.map { "demo-day-\($0.id)" } ?? "demo-day-new",
                problem: problem?.sentence(besides: sections.flatMap(\.fields))))
        let frame = Frame(
            title: title, site: site, viewer: reading.viewer, current: "console-demo-days",
            breadcrumbs: [Breadcrumb(t("list.title"), "/console/demo-days")]
                + (day.map { [Breadcrumb(reading.name($0.terms.title), "/console/demo-days/\($0.id)")] } ?? []))
        return HTML(bytes: try PageTemplate.form.render(model, in: frame))
    }

    private func find(_ id: DemoDay.ID, _ reader: some Statements) async throws -> DemoDay {
        guard let day = try await reader.demoDay(id) else { throw Problem.notFound }
        return day
    }

    // MARK: One of them

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/demo-days/{day}", "consoleDemoDay", access: .roles([.manager]),
            parameters: ShowDemoDay.self
        ) { call in
            try await page(for: call, of: call.parameters.day, done: call.parameters.done)
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: DemoDay.ID, done: DemoDayDone? = nil, refusal: FormProblem? = nil
    ) async throws -> HTML {
        let day = try await find(id, call.reader)
        let reading = try await Reading(call)
        let participants = try await call.reader.participants(of: id)
        let plans = try await call.reader.demoDayPlans(of: id)
        var meetings: [DemoDayMeeting] = []
        if let plan = day.plan { meetings = try await call.reader.meetings(of: plan, on: id) }
        let model = DemoDayPage(
            day, participants, plans, meetings, reading, now: Date(), key: call.freshIdempotencyKey, refusal: refusal)
        let frame = Frame(
            title: model.header.title, site: site, viewer: reading.viewer, current: "console-demo-days",
            breadcrumbs: [Breadcrumb(reading.t("list.title"), "/console/demo-days")],
            flash: done.map { FlashNotice(reading.t("done.\($0.rawValue)")) })
        return HTML(bytes: try PageTemplate.day.render(model, in: frame))
    }

    // MARK: Who takes part

    private var invitations: AnyRoute {
        PageRoute(
            .get, "/console/demo-days/{day}/invitations", "consoleDemoDayInvitations", access: .roles([.manager]),
            parameters: WhomToInvite.self
        ) { call in
            try await invitationForm(for: call)
        }.erased
    }

    private var invite: AnyRoute {
        PageRoute(
            .post, "/console/demo-days/{day}/invitations", "consoleInviteToDemoDay", access: .roles([.manager]),
            parameters: WhomToInvite.self, body: InvitationForm.self
        ) { call in
            let principal = try call.principal
            let (id, tenant) = (call.parameters.day, try principal.workspace)
            return try await FormProblem.answering(DemoDaysRoom.constraints) {
                let form = try call.decoded()
                return try await call.write { transaction in
                    try await transaction.inviteToDemoDay(
                        form.startups + form.investors, to: id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/demo-days/\(id)?done=invited")
                }
            } again: { problem in
                try await invitationForm(for: call, problem: problem)
            }
        }.erased
    }

    /// How many of a side the form offers; the others are found by their names.
    private static let mostOffered = 400

    private func invitationForm<B>(
        for call: FormCall<WhomToInvite, B>, problem: FormProblem? = nil
    ) async throws -> HTML {
        let day = try await find(call.parameters.day, call.reader)
        let search = call.parameters.q?.string
        let startups = try await call.reader.whomToInvite(
            to: day.id, on: .startup, named: search, limit: Self.mostOffered + 1)
        let investors = try await call.reader.whomToInvite(
            to: day.id, on: .investor, named: search, limit: Self.mostOffered + 1)
        let reading = try await Reading(call)
        let t = reading.t
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        func field(
            _ name: String, _ label: String, _ hint: String, _ found: [(id: Institution.ID, name: LocalizedName)]
        )
            -> FormField
        {
            let hint =
                found.count > Self.mostOffered
                ? "\(hint) \(t("invite.more", ["count": Figures.grouped(Self.mostOffered)]))"
                : !found.isEmpty ? hint : search == nil ? t("invite.nobody") : t("invite.nobody_named")
            return input.checkboxes(
                name, label: label, hint: hint,
                options: found.prefix(Self.mostOffered).map { ($0.id.description, reading.name($0.name), nil) })
        }
        let fields = [
            field("startups", t("invite.startups"), t("invite.startups_hint"), startups),
            field("investors", t("invite.investors"), t("invite.investors_hint"), investors),
        ]
        let back: SafeURL = "/console/demo-days/\(day.id)"
        let own: SafeURL = "/console/demo-days/\(day.id)/invitations"
        let model = FormPage(
            header: PageHeader(title: t("invite.title"), kind: reading.name(day.terms.title), lede: t("invite.lede")),
            filters: Filters(
                action: own, search: Filters.Search(label: t("invite.search"), value: search ?? ""),
                clearURL: search == nil ? nil : own),
            form: Form(
                action: own.adding(search.map { [("q", $0)] } ?? []), fields: fields, submit: t("invite.submit"),
                texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                cancel: LinkText(t("form.cancel"), back), problem: problem?.sentence(besides: fields)))
        let frame = Frame(
            title: t("invite.title"), site: site, viewer: reading.viewer, current: "console-demo-days",
            breadcrumbs: [
                Breadcrumb(t("list.title"), "/console/demo-days"), Breadcrumb(reading.name(day.terms.title), back),
            ])
        return HTML(bytes: try PageTemplate.form.render(model, in: frame))
    }

    private var cancel: AnyRoute {
        PageRoute(
            .post, "/console/demo-days/{day}/participants/{participant}/cancellation", "consoleCancelParticipant",
            access: .roles([.manager]), parameters: ParticipantPath.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await FormProblem.answering(DemoDaysRoom.constraints) {
                try await call.write { transaction in
                    _ = try await transaction.cancelParticipation(of: path.participant, in: path.day, by: person)
                    return .redirect(to: "/console/demo-days/\(path.day)?done=cancelled")
                }
            } again: { problem in
                try await page(for: call, of: path.day, refusal: problem)
            }
        }.erased
    }

    // MARK: What came of it

    private var outcomes: AnyRoute {
        PageRoute(
            .get, "/console/demo-days/{day}/outcomes", "consoleDemoDayOutcomes", access: .roles([.manager]),
            parameters: ShowDemoDay.self
        ) { call in
            let day = try await find(call.parameters.day, call.reader)
            guard let plan = day.plan else { throw Problem.notFound }
            let meetings = try await call.reader.meetings(of: plan, on: day.id)
            let reading = try await Reading(call)
            let t = reading.t
            let key = call.freshIdempotencyKey
            func action(_ outcome: DemoDayMeeting.Outcome, of meeting: DemoDayMeeting) -> Table.Cell {
                if meeting.outcome == outcome { return .badge(Badge(t("outcome.\(outcome.rawValue)"), .info)) }
                return .action(
                    .post(
                        t("outcome.record_\(outcome.rawValue)"), "/console/demo-days/\(day.id)/outcomes",
                        hidden: [
                            HiddenField("investor", meeting.investor.description),
                            HiddenField("startup", meeting.startup.description),
                            HiddenField("outcome", outcome.rawValue),
                            HiddenField(
                                "idempotency_key", "\(key)-\(meeting.investor)-\(meeting.startup)-\(outcome.rawValue)"),
                        ]))
            }
            let begun = meetings.filter { $0.takesPlace && $0.startsAt <= Date() }
            let model = ListPage(
                header: PageHeader(
                    title: t("outcomes.title"), kind: reading.name(day.terms.title), lede: t("outcomes.lede")),
                table: Table(
                    caption: t("outcomes.title"),
                    columns: [
                        Table.Column(t("meeting.pair")), Table.Column(t("meeting.time")),
                        Table.Column(t("outcome.held")), Table.Column(t("outcome.no_show")),
                    ],
                    rows: begun.map { meeting in
                        [
                            .text(MeetingWords(reading, day).pair(meeting), note: meeting.room.string),
                            .text(reading.moment(meeting.startsAt, of: day)), action(.held, of: meeting),
                            action(.noShow, of: meeting),
                        ]
                    }, empty: EmptyState(title: t("outcomes.none"), text: t("outcomes.none_text"))))
            let frame = Frame(
                title: t("outcomes.title"), site: site, viewer: reading.viewer, current: "console-demo-days",
                breadcrumbs: [
                    Breadcrumb(t("list.title"), "/console/demo-days"),
                    Breadcrumb(reading.name(day.terms.title), "/console/demo-days/\(day.id)"),
                ], flash: call.parameters.done.map { FlashNotice(t("done.\($0.rawValue)")) })
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    private var record: AnyRoute {
        PageRoute(
            .post, "/console/demo-days/{day}/outcomes", "consoleRecordOutcome", access: .roles([.manager]),
            parameters: DemoDayPath.self, body: OutcomeBody.self
        ) { call in
            let principal = try call.principal
            let (id, tenant) = (call.parameters.day, try principal.workspace)
            return try await FormProblem.answering(DemoDaysRoom.constraints) {
                let body = try call.decoded()
                return try await call.write { transaction in
                    try await transaction.recordOutcome(
                        body.outcome, of: body.investor, with: body.startup, on: id, in: tenant,
                        by: principal.personID)
                    return .redirect(to: "/console/demo-days/\(id)/outcomes?done=recorded")
                }
            } again: { problem in
                try await page(for: call, of: id, refusal: problem)
            }
        }.erased
    }

    // MARK: Files

    private var scheduleFile: AnyRoute {
        PageRoute(
            .get, "/console/demo-days/{day}/schedule.csv", "consoleDemoDaySchedule", access: .roles([.manager]),
            parameters: DemoDayPath.self
        ) { call in
            let sheets = try await call.reader.scheduleSheets(
                of: call.parameters.day, in: try await call.viewer().language)
            return .download(sheets.csv, named: sheets.name + ".csv", mediaType: "text/csv; charset=utf-8")
        }.erased
    }

    private var scheduleWorkbook: AnyRoute {
        PageRoute(
            .get, "/console/demo-days/{day}/schedule.xlsx", "consoleDemoDayWorkbook", access: .roles([.manager]),
            parameters: DemoDayPath.self
        ) { call in
            let sheets = try await call.reader.scheduleSheets(
                of: call.parameters.day, in: try await call.viewer().language)
            return .download(
                try sheets.workbook.xlsx(), named: sheets.name + ".xlsx", mediaType: Workbook.mediaType)
        }.erased
    }
}

/// Whom a manager invites, as the form sends it.
struct InvitationForm: Codable {
    let startups: [Institution.ID]
    let investors: [Institution.ID]
}
