internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Investment
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Demo days as those who take part see them: answering, wishing, and one's own day.
struct DemoDayPortal {
    let site: Site

    var routes: [AnyRoute] { [list, show, accept, cancel, wish, calendar] }

    private static let sides: Set<Role> = [.investor, .founder]

    private var list: AnyRoute {
        PageRoute(.get, "/demo-days", "demoDays", access: .roles(Self.sides), parameters: ListDemoDays.self) { call in
            let reading = try await Reading(call)
            let t = reading.t
            let after = try call.position(call.parameters.cursor, as: DemoDayPosition.self)
            let found = try await call.reader.demoDays(after: after, limit: PageSize.rows(for: call.parameters.limit))
            let page = try call.page(found, size: call.parameters.limit) { DemoDayPosition($0) }
            let base: SafeURL = "/demo-days"
            let now = Date()
            let model = ListPage(
                header: PageHeader(title: t("list.title"), lede: t("list.lede_side")),
                table: Table(
                    caption: t("list.title"),
                    columns: [Table.Column(t("form.title")), Table.Column(t("day.begins"))],
                    rows: page.items.map { day in
                        [
                            .link(reading.name(day.terms.title), "/demo-days/\(day.id)"),
                            .time(reading.time(day.terms.startsAt, of: day, from: now)),
                        ]
                    }, empty: EmptyState(title: t("list.none"), text: t("list.none_side")),
                    pager: Pager(
                        firstURL: call.parameters.cursor == nil ? nil : base,
                        nextURL: page.next.map { base.adding([("cursor", $0)]) })))
            let frame = Frame(title: t("list.title"), site: site, viewer: reading.viewer, current: "demo-days")
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/demo-days/{day}", "demoDay", access: .roles(Self.sides), parameters: ShowDemoDay.self
        ) { call in
            try await page(for: call, of: call.parameters.day, done: call.parameters.done)
        }.erased
    }

    private var accept: AnyRoute {
        PageRoute(
            .post, "/demo-days/{day}/participation", "acceptDemoDayForm", access: .roles(Self.sides),
            parameters: DemoDayPath.self, body: AcceptForm.self
        ) { call in
            let principal = try call.principal
            let (id, tenant, own) = (
                call.parameters.day, try principal.workspace, Institution.ID(try principal.actsFor)
            )
            guard try await call.reader.demoDay(id) != nil else { throw Problem.notFound }
            return try await doing(call, .accepting, .accepted) { transaction in
                guard let day = try await transaction.demoDay(id) else { throw Problem.notFound }
                let windows = try call.decoded().windows(on: day)
                _ = try await transaction.acceptDemoDay(
                    id, for: own, during: windows, in: tenant, by: principal.personID)
            }
        }.erased
    }

    private var cancel: AnyRoute {
        PageRoute(
            .post, "/demo-days/{day}/participation/cancellation", "cancelDemoDayForm", access: .roles(Self.sides),
            parameters: DemoDayPath.self
        ) { call in
            let principal = try call.principal
            let (id, own) = (call.parameters.day, Institution.ID(try principal.actsFor))
            return try await doing(call, .cancelling, .cancelled) { transaction in
                _ = try await transaction.cancelParticipation(of: own, in: id, by: principal.personID)
            }
        }.erased
    }

    private var wish: AnyRoute {
        PageRoute(
            .post, "/demo-days/{day}/wishes", "demoDayWishesForm", access: .roles(Self.sides),
            parameters: DemoDayPath.self, body: WishesForm.self
        ) { call in
            let principal = try call.principal
            let (id, tenant, own) = (
                call.parameters.day, try principal.workspace, Institution.ID(try principal.actsFor)
            )
            return try await doing(call, .wishing, .wished) { transaction in
                try await transaction.sayWishes(
                    try call.decoded().said(), for: own, on: id, in: tenant, by: principal.personID)
            }
        }.erased
    }

    private var calendar: AnyRoute {
        PageRoute(
            .get, "/demo-days/{day}/meetings.ics", "demoDayCalendarFile", access: .roles(Self.sides),
            parameters: DemoDayPath.self
        ) { call in
            let viewer = try await call.viewer()
            guard let day = try await call.reader.demoDay(call.parameters.day) else { throw Problem.notFound }
            let file = day.calendarFile(
                of: try await call.reader.ownMeetings(on: day.id), in: viewer.language, at: Date())
            return .download(Array(file.utf8), named: "demo-day.ics", mediaType: "text/calendar; charset=utf-8")
        }.erased
    }

    // MARK: The page

    /// The forms of the page.
    enum Which {
        case accepting, wishing, cancelling
    }

    /// Does something about one's participation and shows where it stands then, or the form again.
    private func doing<B>(
        _ call: FormCall<DemoDayPath, B>, _ form: Which, _ done: DemoDayDone,
        _ deed: @Sendable @escaping (Transaction) async throws -> Void
    ) async throws -> HTML {
        let id = call.parameters.day
        return try await FormProblem.answering(DemoDaysRoom.constraints) {
            try await call.write { transaction in
                try await deed(transaction)
                return .redirect(to: "/demo-days/\(id)?done=\(done.rawValue)")
            }
        } again: { problem in
            try await page(for: call, of: id, form: form, problem: problem)
        }
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: DemoDay.ID, done: DemoDayDone? = nil, form: Which? = nil,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let own = Institution.ID(try call.principal.actsFor)
        guard let day = try await call.reader.demoDay(id), let guest = try await call.reader.participant(own, of: id)
        else { throw Problem.notFound }
        let partners = try await call.reader.partners(on: id, for: own)
        let meetings = try await call.reader.ownMeetings(on: id)
        let held = meetings.filter { $0.outcome == .held }.map(\.startup)
        let proposals = guest.side == .investor ? try await call.reader.proposals(of: held) : [:]
        let reading = try await Reading(call)
        let forms = ParticipationForms(
            day: day, guest: guest, mayAnswer: try await call.reader.actingFirmRole() != .analyst, partners: partners,
            reading: reading, values: call.fields, failed: form, problem: problem, key: { call.freshIdempotencyKey })
        let model = OwnDayPage(day, guest, meetings, partners, proposals, forms, reading, now: Date())
        let frame = Frame(
            title: model.header.title, site: site, viewer: reading.viewer, current: "demo-days",
            breadcrumbs: [Breadcrumb(reading.t("list.title"), "/demo-days")],
            flash: done.map { FlashNotice(reading.t("done.\($0.rawValue)")) })
        return HTML(bytes: try PageTemplate.ownDay.render(model, in: frame))
    }
}
