internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// When match runs come by themselves.
struct MatchSchedulePages {
    let site: Site

    var routes: [AnyRoute] { [show, set, end] }

    private var show: AnyRoute {
        PageRoute(.get, "/console/match-schedule", "consoleMatchSchedule", access: .roles([.manager])) { call in
            try await page(for: call)
        }.erased
    }

    private var set: AnyRoute {
        PageRoute(
            .post, "/console/match-schedule", "consoleSetMatchSchedule", access: .roles([.manager]),
            body: NewMatchSchedule.self
        ) { call in
            let person = try call.principal.personID
            return try await FormProblem.answering(InvestmentRoom.constraints) {
                let new = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.setMatchSchedule(new, by: person)
                    return .redirect(to: "/console/match-schedule")
                }
            } again: { problem in
                try await page(for: call, problem)
            }
        }.erased
    }

    private var end: AnyRoute {
        PageRoute(
            .post, "/console/match-schedule/end", "consoleEndMatchSchedule", access: .roles([.manager])
        ) { call in
            try await call.write { transaction in
                try await transaction.endMatchSchedule()
                return .redirect(to: "/console/match-schedule")
            }
        }.erased
    }

    private func page<P, B>(for call: FormCall<P, B>, _ problem: FormProblem? = nil) async throws -> HTML {
        let schedule = try await call.reader.matchSchedule()
        let reading = try await Reading(call)
        let t = reading.t
        let input = FormInput(
            values: problem == nil ? values(of: schedule) : call.fields, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.number("weeks", label: t("schedule.weeks"), suffix: t("schedule.weeks_unit")),
            input.date("first_on", label: t("schedule.first_on"), hint: t("schedule.first_on_hint")),
            input.number("length", label: t("runs.length"), hint: t("runs.length_hint")),
            input.number(
                "rules.most_lists", label: t("runs.most_lists"), hint: t("runs.most_lists_hint"), isOptional: true),
            input.number(
                "rules.least_lists", label: t("runs.least_lists"), hint: t("runs.least_lists_hint"), isOptional: true),
            input.number(
                "rules.rest_days", label: t("runs.rest_days"), hint: t("runs.rest_days_hint"), isOptional: true,
                suffix: t("runs.days")),
        ]
        let next = schedule.map { t("schedule.next", ["day": $0.nextOn.text(in: reading.viewer.language)]) }
        let model = MatchSchedulePage(
            header: PageHeader(
                title: t("schedule.title"), badge: next.map { Badge($0, .info) }, lede: t("schedule.lede"),
                actions: schedule == nil
                    ? [] : [.post(t("schedule.end"), "/console/match-schedule/end", style: .danger)]),
            form: Form(
                action: "/console/match-schedule", fields: fields, submit: t("schedule.set"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                problem: problem?.sentence(besides: fields)))
        let frame = Frame(
            title: t("schedule.title"), site: site, viewer: reading.viewer, current: "match-runs",
            breadcrumbs: [Breadcrumb(t("runs.title"), "/console/match-runs")])
        return HTML(bytes: try PageTemplate.matchSchedule.render(model, in: frame))
    }

    private func values(of schedule: MatchSchedule?) -> [String: [String]] {
        let usual = [
            "weeks": "2", "first_on": CalendarDate(Date(), in: .utc).adding(days: 1).description,
            "length": "\(MatchRunRequest.usualLength)",
        ]
        let set = schedule.map { schedule in
            [
                "weeks": "\(schedule.weeks)", "first_on": schedule.nextOn.description, "length": "\(schedule.length)",
                "rules.most_lists": schedule.rules?.mostLists.map(String.init) ?? "",
                "rules.least_lists": schedule.rules?.leastLists.map(String.init) ?? "",
                "rules.rest_days": schedule.rules?.restDays.map(String.init) ?? "",
            ]
        }
        return (set ?? usual).mapValues { [$0] }
    }
}

/// The rhythm of match runs, to be set.
struct MatchSchedulePage: ViewModel {
    var header: PageHeader
    var form: Form
}

extension PageTemplate<MatchSchedulePage> {
    static let matchSchedule = PageTemplate("investment/schedule", in: .investment)
}
