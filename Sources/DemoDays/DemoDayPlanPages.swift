internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Plans as the park looks at them before it publishes one: what they are worth, what they change, who meets whom.
struct DemoDayPlanPages {
    let site: Site

    var routes: [AnyRoute] { [request, show, publish] }

    private var request: AnyRoute {
        PageRoute(
            .post, "/console/demo-days/{day}/plans", "consoleRequestDemoDayPlan", access: .roles([.manager]),
            rate: .expensive, parameters: DemoDayPath.self
        ) { call in
            let principal = try call.principal
            let (day, plan, tenant) = (call.parameters.day, DemoDayPlan.ID(), try principal.workspace)
            return try await call.write { transaction in
                _ = try await transaction.requestDemoDayPlan(of: day, as: plan, in: tenant, by: principal.personID)
                return .redirect(to: "/console/demo-days/\(day)/plans/\(plan)")
            }
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/demo-days/{day}/plans/{plan}", "consoleDemoDayPlan", access: .roles([.manager]),
            parameters: PlanPath.self
        ) { call in
            try await page(for: call)
        }.erased
    }

    private var publish: AnyRoute {
        PageRoute(
            .post, "/console/demo-days/{day}/plans/{plan}/publication", "consolePublishDemoDayPlan",
            access: .roles([.manager]), parameters: PlanPath.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await FormProblem.answering(DemoDaysRoom.constraints) {
                try await call.write { transaction in
                    _ = try await transaction.publishDemoDayPlan(path.plan, of: path.day, by: person)
                    return .redirect(to: "/console/demo-days/\(path.day)?done=published")
                }
            } again: { problem in
                try await page(for: call, refusal: problem)
            }
        }.erased
    }

    private func page<B>(for call: FormCall<PlanPath, B>, refusal: FormProblem? = nil) async throws -> HTML {
        let path = call.parameters
        let whole = try await call.database.snapshot(as: call.context) {
            try await $0.wholePlan(path.plan, of: path.day)
        }
        guard let day = try await call.reader.demoDay(path.day) else { throw Problem.notFound }
        let named = whole.plan.report?.unmet.flatMap { [$0.startup] + $0.contenders } ?? []
        let names = try await call.reader.institutionNames(named.map { Institution.ID($0.uuid) })
        let reading = try await Reading(call)
        let model = PlanPage(
            whole, of: day, names: names, reading, now: Date(), key: call.freshIdempotencyKey, refusal: refusal)
        let frame = Frame(
            title: model.header.title, site: site, viewer: reading.viewer, current: "console-demo-days",
            breadcrumbs: [
                Breadcrumb(reading.t("list.title"), "/console/demo-days"),
                Breadcrumb(reading.name(day.terms.title), "/console/demo-days/\(day.id)"),
            ])
        // Works without scripts: while the plan is being made the page asks again by itself.
        let headers = whole.plan.state.isUnderWay ? [HeaderField("Refresh", "2")] : []
        return HTML(bytes: try PageTemplate.plan.render(model, in: frame), headers: headers)
    }
}
