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
    let rounds: CallRounds

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
            .post, "/console/\(path)/clone", "cloneConsole\(noun)", access: .roles([.manager]), parameters: Path.self,
            body: CloneFields.self
        ) { call in
            let tenant = try call.principal.workspace
            let scope = scope(call.parameters)
            return try await answering {
                let taken = try call.decoded().rounds == .asDesigned ? nil : rounds
                return try await call.write { transaction in
                    .redirect(to: done(try await transaction.clone(scope, in: tenant, rounds: taken)))
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
        let plan = try await call.reader.planClone(of: scope, now: words.now, rounds: rounds)
        let names = try await call.reader.institutionNames(
            plan.streams.flatMap { $0.partners.map(\.institution) + $0.leftOut.map(\.institution) })
        let address: SafeURL
        switch scope {
        case .program(let id): address = "/console/programs/\(id)/clone"
        case .stream(let id): address = "/console/streams/\(id)/clone"
        case .call(let id): address = "/console/calls/\(id)/clone"
        }
        let input = FormInput(
            values: problem == nil ? ["rounds": [ClonedRounds.asRun.rawValue]] : call.fields,
            errors: problem?.errors ?? [], texts: t)
        let fields =
            plan.calls.allSatisfy(\.rounds.isEmpty)
            ? []
            : [
                input.radios(
                    "rounds", label: t("clone.rounds"),
                    options: [
                        (ClonedRounds.asRun.rawValue, t("clone.rounds_as_run"), t("clone.rounds_as_run_hint")),
                        (
                            ClonedRounds.asDesigned.rawValue, t("clone.rounds_as_designed"),
                            t("clone.rounds_as_designed_hint")
                        ),
                    ])
            ]
        let model = CallConfirmationPage(
            header: PageHeader(title: t("clone.title"), lede: t("clone.lede")),
            confirmation: Confirmation(
                title: t("clone.what"), consequences: lines(plan, names, words),
                form: Form(
                    action: address, fields: fields, submit: t("clone.submit"), texts: t,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                    cancel: LinkText(t("form.cancel"), "/console/programs"),
                    problem: problem?.sentence(besides: fields))))
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
            lines += dated(stream.moved, stream.toCheck, words)
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
                    "to": cohort.endsOn.adding(days: -1).text(in: words.language),
                ])
        }
        for draft in plan.calls {
            lines.append(
                t(
                    "clone.call",
                    [
                        "title": draft.title.text(for: words.spoken),
                        "opens": words.time(draft.opensAt, in: draft.deadline.zone).text,
                        "closes": words.time(draft.deadline.instant, in: draft.deadline.zone).text,
                        "zone": draft.deadline.zone.place,
                    ]))
            if let cohort = plan.cohorts.first(where: { $0.id == draft.cohort }) {
                lines.append(t("clone.leads_into", ["name": cohort.name.string]))
            } else if let left = draft.leftCohort {
                lines.append(t("clone.leads_nowhere", ["name": left.name.string]))
            }
            lines += draft.rounds.map { round in
                t(
                    "clone.round",
                    [
                        "name": round.name.text(for: words.spoken),
                        "reviews": t("round.reviews", count: round.reviewsWanted),
                        "criteria": t("clone.criteria", count: round.criteria),
                        "due": words.time(round.due.instant, in: round.due.zone).text, "zone": round.due.zone.place,
                    ])
            }
            lines += dated(draft.moved, draft.toCheck + draft.rounds.flatMap(\.toCheck), words)
        }
        return lines + [t("clone.unpublished")]
    }

    /// The days that move along, and the texts that somebody has to look at: each once, however many say the same.
    private func dated(
        _ moved: [ProgramClone.Moved], _ toCheck: [ProgramClone.ToCheck], _ words: ProgramWords
    ) -> [String] {
        let t = words.t
        let lines =
            moved.map { day in
                t(
                    "clone.moved",
                    [
                        "what": day.name?.text(for: words.spoken) ?? day.prompt?.text(for: words.spoken) ?? "",
                        "from": day.from.text(in: words.language), "to": day.to.text(in: words.language),
                    ])
            }
            + toCheck.map {
                t("clone.to_check", ["text": $0.text, "says": $0.says.joined(separator: t("condition.comma"))])
            }
        var seen: Set<String> = []
        return lines.filter { seen.insert($0).inserted }
    }
}

/// How a clone is made, as its form sends it.
struct CloneFields: Codable {
    let rounds: ClonedRounds?
}
