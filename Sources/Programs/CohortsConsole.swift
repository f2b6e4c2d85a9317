import API
import Accounts
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

/// Cohorts as a manager keeps them.
struct CohortsConsole {
    let site: Site

    var routes: [AnyRoute] { [new, add, show, edit, revise] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/cohorts/{cohort}", "consoleCohort", access: .roles([.manager]), parameters: CohortPath.self
        ) { call in
            guard let cohort = try await call.reader.cohort(call.parameters.cohort),
                let stream = try await call.reader.stream(cohort.stream)
            else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
            let t = words.t
            let calls = try await call.reader.calls(into: cohort.id)
            let name = stream.name.text(for: words.spoken)
            let model = CohortPage(
                header: PageHeader(
                    title: cohort.name.string, kind: name,
                    lede: t(
                        "cohort.span",
                        [
                            "from": cohort.startsOn.text(in: words.language),
                            "to": cohort.lastDay.text(in: words.language),
                            "capacity": t("cohort.capacity", count: cohort.capacity),
                        ]),
                    actions: [
                        .link(t("cohort.enrol"), "/console/cohorts/\(cohort.id)/enrolments", style: .primary),
                        .link(
                            t("cohort.enrolled"),
                            ("/console/enrolments" as SafeURL).adding([("cohort", cohort.id.description)])),
                        .link(t("edit.action"), "/console/cohorts/\(cohort.id)/edit"),
                    ]),
                table: words.table(
                    calls, empty: EmptyState(title: t("cohort.no_calls"), text: t("cohort.no_calls_text"))))
            let frame = Frame(
                title: cohort.name.string, site: site, viewer: viewer, current: "programs",
                breadcrumbs: [
                    Breadcrumb(t("programs.title"), "/console/programs"),
                    Breadcrumb(name, "/console/streams/\(stream.id)"),
                ])
            return HTML(bytes: try PageTemplate.cohort.render(model, in: frame))
        }.erased
    }

    private var new: AnyRoute {
        PageRoute(
            .get, "/console/streams/{stream}/cohorts/new", "consoleNewCohort", access: .roles([.manager]),
            parameters: StreamPath.self
        ) { call in
            try await form(for: call, of: call.parameters.stream, nil, values: [:])
        }.erased
    }

    private var add: AnyRoute {
        PageRoute(
            .post, "/console/streams/{stream}/cohorts/new", "addConsoleCohort", access: .roles([.manager]),
            parameters: StreamPath.self, body: CohortFields.self
        ) { call in
            let tenant = try call.principal.workspace
            let stream = call.parameters.stream
            let id = Cohort.ID()
            return try await answering {
                let new = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.addCohort(
                        NewCohort(
                            stream: stream, name: new.name, startsOn: new.startsOn, endsOn: new.endsOn,
                            capacity: new.capacity), as: id, in: tenant)
                    return .redirect(to: "/console/programs?done=cohort")
                }
            } again: { problem in
                try await form(for: call, of: stream, nil, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var edit: AnyRoute {
        PageRoute(
            .get, "/console/cohorts/{cohort}/edit", "consoleEditCohort", access: .roles([.manager]),
            parameters: CohortPath.self
        ) { call in
            guard let found = try await call.reader.cohort(call.parameters.cohort) else { throw Problem.notFound }
            let values = [
                "name": [found.name.string], "starts_on": [found.startsOn.description],
                "ends_on": [found.endsOn.description], "capacity": ["\(found.capacity)"],
            ]
            return try await form(
                for: call, of: found.stream, found, values: values, version: try call.version(of: found))
        }.erased
    }

    private var revise: AnyRoute {
        PageRoute(
            .post, "/console/cohorts/{cohort}/edit", "reviseConsoleCohort", access: .roles([.manager]),
            parameters: CohortPath.self, body: RevisedCohort.self
        ) { call in
            guard let found = try await call.reader.cohort(call.parameters.cohort) else { throw Problem.notFound }
            return try await answering {
                let revised = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.reviseCohort(found.id, to: revised) { try call.match($0) }
                    return .redirect(to: "/console/programs?done=cohort_revised")
                }
            } again: { problem in
                try await form(
                    for: call, of: found.stream, found, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    private func form<P, B>(
        for call: FormCall<P, B>, of id: ProgramStream.ID, _ existing: Cohort?, values: [String: [String]],
        version: String? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let stream = try await call.reader.stream(id) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let t = PageKit.programs.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.text(
                "name", label: t("field.cohort_name"), hint: t("field.cohort_hint"), limit: 200, width: "medium"),
            input.text("starts_on", label: t("field.starts_on"), type: "date", width: "medium"),
            input.text(
                "ends_on", label: t("field.ends_on"), hint: t("field.ends_on_hint"), type: "date", width: "medium"),
            input.number("capacity", label: t("field.capacity"), suffix: t("field.capacity_suffix")),
        ]
        return try ProgramsForm(
            site: site, title: existing == nil ? t("cohort.add") : t("cohort.edit"),
            kind: stream.name.text(for: Vocabulary.Language(viewer.language)), lede: t("cohort.lede"),
            address: existing.map { "/console/cohorts/\($0.id)/edit" } ?? "/console/streams/\(id)/cohorts/new",
            submit: existing == nil ? t("cohort.submit") : t("call.submit_edit")
        ).html(
            for: call, viewer, t, sections: [FormSection(fields: fields)], version: version, problem: problem)
    }
}
