import API
import Accounts
import Foundation
import Institutions
import Pages
import Partnerships
import Postgres
import Vocabulary
import Wording

/// Taking a program, a stream or a call into the next year: first what it would make, then making it.
struct ClonesConsole {
    let site: Site

    var routes: [AnyRoute] {
        pair("programs/{program}", "Program", ProgramPath.self) {
            .program($0.program)
        } done: { _ in
            "/console/programs?done=cloned"
        }
            + pair("streams/{stream}", "Stream", StreamPath.self) {
                .stream($0.stream)
            } done: { _ in
                "/console/programs?done=cloned"
            }
            + pair("calls/{call}", "Call", CallPath.self) {
                .call($0.call)
            } done: { made in
                made.calls.first.map { "/console/calls/\($0.id)?done=cloned" } ?? "/console/programs?done=cloned"
            }
    }

    private func pair<Path: Codable & Sendable>(
        _ path: String, _ noun: String, _: Path.Type, scope: @escaping @Sendable (Path) -> CloneScope,
        done: @escaping @Sendable (ProgramClone) -> String
    ) -> [AnyRoute] {
        let ask = PageRoute(
            .get, "/console/\(path)/clone", "consoleClone\(noun)", access: .roles([.manager]), parameters: Path.self
        ) { call in
            try await page(for: call, of: scope(call.parameters))
        }.erased
        let make = PageRoute(
            .post, "/console/\(path)/clone", "cloneConsole\(noun)", access: .roles([.manager]), parameters: Path.self
        ) { call in
            let tenant = try call.principal.workspace
            let scope = scope(call.parameters)
            return try await answering {
                try await call.write { transaction in
                    .redirect(to: done(try await transaction.clone(scope, in: tenant)))
                }
            } again: { problem in
                try await page(for: call, of: scope, problem: problem)
            }
        }.erased
        return [ask, make]
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of scope: CloneScope, problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
        let t = words.t
        let plan = try await call.reader.planClone(of: scope, now: words.now)
        let names = try await call.reader.institutionNames(
            plan.streams.flatMap { $0.partners.map(\.institution) + $0.leftOut.map(\.institution) })
        let address: SafeURL
        switch scope {
        case .program(let id): address = "/console/programs/\(id)/clone"
        case .stream(let id): address = "/console/streams/\(id)/clone"
        case .call(let id): address = "/console/calls/\(id)/clone"
        }
        let model = CallConfirmationPage(
            header: PageHeader(title: t("clone.title"), lede: t("clone.lede")),
            confirmation: Confirmation(
                title: t("clone.what"), consequences: lines(plan, names, words),
                form: Form(
                    action: address, fields: [], submit: t("clone.submit"), texts: t,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                    cancel: LinkText(t("form.cancel"), "/console/programs"),
                    problem: problem?.sentence(besides: []))))
        let frame = Frame(
            title: t("clone.title"), site: site, viewer: viewer, current: "programs",
            breadcrumbs: [Breadcrumb(t("programs.title"), "/console/programs")])
        return HTML(bytes: try PageTemplate.confirm.render(model, in: frame))
    }

    private func lines(
        _ plan: ProgramClone, _ names: [Institution.ID: LocalizedName], _ words: ProgramWords
    ) -> [String] {
        let t = words.t
        func named(_ id: Institution.ID) -> String { names[id]?.text(for: words.spoken) ?? "" }
        var lines: [String] = []
        if let program = plan.program {
            lines.append(t("clone.program", ["name": program.name.text(for: words.spoken)]))
        }
        for stream in plan.streams {
            let label = stream.name.text(for: words.spoken)
            let name = ["name": label]
            lines.append(stream.hasDesign ? t("clone.stream_designed", name) : t("clone.stream", name))
            if stream.reviewers > 0 {
                lines.append(t("clone.pool", count: stream.reviewers, name))
            }
            lines += stream.partners.map { t("clone.partner", ["name": named($0.institution), "stream": label]) }
            lines += stream.leftOut.map { left in
                t(
                    "clone.left_out",
                    [
                        "name": named(left.institution), "stream": label, "day": left.day.text(in: words.language),
                        "status": Badge(left.status, in: words.language).label,
                    ])
            }
        }
        lines += plan.cohorts.map { cohort in
            t(
                "clone.cohort",
                [
                    "name": cohort.name.string, "from": cohort.startsOn.text(in: words.language),
                    "to": cohort.endsOn.text(in: words.language),
                ])
        }
        lines += plan.calls.map { draft in
            t(
                "clone.call",
                [
                    "title": draft.title.text(for: words.spoken),
                    "opens": words.time(draft.opensAt, in: draft.deadline.zone).text,
                    "closes": words.time(draft.deadline.instant, in: draft.deadline.zone).text,
                    "zone": draft.deadline.zone.place,
                ])
        }
        return lines + [t("clone.unpublished")]
    }
}
