import API
import Accounts
import Foundation
import Institutions
import Pages
import Partnerships
import Postgres
import Vocabulary
import Wording

/// Programs, streams and cohorts as a manager keeps them.
struct ProgramsConsole {
    let site: Site

    var routes: [AnyRoute] { [overview, newProgram, addProgram, editProgram, reviseProgram] }

    private var overview: AnyRoute {
        PageRoute(
            .get, "/console/programs", "consolePrograms", access: .roles([.manager]), parameters: ProgramsDone.self
        ) { call in
            let viewer = try await call.viewer()
            let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
            let t = words.t
            let programs = try await call.reader.programs()
            let streams = try await call.reader.streams()
            let calls = try await call.reader.calls()
            let cohorts = try await call.reader.cohorts()
            let mous = try await call.reader.mous(Array(Set(streams.flatMap(\.partners).map(\.mou))))
            let names = try await call.reader.institutionNames(streams.flatMap(\.partners).map(\.institution))
            let agreements = Dictionary(uniqueKeysWithValues: mous.map { ($0.id, $0) })
            let model = ProgramsPage(
                header: PageHeader(
                    title: t("programs.title"), lede: t("programs.lede"),
                    actions: [
                        .link(
                            t("program.add"), "/console/programs/new", style: programs.isEmpty ? .primary : .secondary),
                        .link(t("presets.action"), "/console/program-presets"),
                        .link(t("registrations.title"), "/console/registrations"),
                        .link(t("extend.several"), "/console/call-extensions"),
                    ]),
                programs: programs.map { program in
                    let branches = streams.filter { $0.program == program.id }
                    return ProgramsPage.ProgramCard(
                        kind: t("kind.\(program.kind.rawValue)"), name: program.name.text(for: words.spoken),
                        summary: program.summary?.text(for: words.spoken),
                        streams: branches.map { stream in
                            card(
                                stream, calls: calls.filter { $0.stream == stream.id },
                                cohorts: cohorts.filter { $0.stream == stream.id }, agreements, names, words)
                        }, hasStreams: !branches.isEmpty,
                        actions: [
                            .link(t("stream.add"), "/console/programs/\(program.id)/streams/new"),
                            .link(t("edit.action"), "/console/programs/\(program.id)/edit"),
                            .link(t("clone.action"), "/console/programs/\(program.id)/clone"),
                        ])
                },
                empty: programs.isEmpty
                    ? EmptyState(
                        title: t("programs.none"), text: t("programs.none_text"),
                        action: LinkText(t("program.add"), "/console/programs/new")) : nil)
            let frame = Frame(
                title: t("programs.title"), site: site, viewer: viewer, current: "programs",
                flash: call.parameters.done.map { FlashNotice(t("done.\($0.rawValue)")) })
            return HTML(bytes: try PageTemplate.overview.render(model, in: frame))
        }.erased
    }

    private func card(
        _ stream: ProgramStream, calls: [CallForApplications], cohorts: [Cohort], _ agreements: [MoU.ID: MoU],
        _ names: [Institution.ID: LocalizedName], _ words: ProgramWords
    ) -> ProgramsPage.StreamCard {
        let t = words.t
        let partners = words.partners(stream, agreements, names)
        return ProgramsPage.StreamCard(
            name: stream.name.text(for: words.spoken), tags: stream.focusAreas.map { $0.label(in: words.language) },
            hasTags: !stream.focusAreas.isEmpty, partners: partners, hasPartners: !partners.isEmpty,
            calls: words.table(calls),
            cohorts: cohorts.sorted { $0.startsOn < $1.startsOn }.map { cohort in
                t(
                    "cohort.line",
                    [
                        "name": cohort.name.string, "from": cohort.startsOn.text(in: words.language),
                        "to": cohort.lastDay.text(in: words.language),
                        "capacity": t("cohort.capacity", count: cohort.capacity),
                    ])
            }, hasCohorts: !cohorts.isEmpty,
            actions: [.link(t("stream.details"), "/console/streams/\(stream.id)")]
                + (stream.endedAt == nil
                    ? [
                        .link(t("call.draft"), "/console/streams/\(stream.id)/calls/new"),
                        .link(t("cohort.add"), "/console/streams/\(stream.id)/cohorts/new"),
                    ] : []))
    }

    private var newProgram: AnyRoute {
        PageRoute(.get, "/console/programs/new", "consoleNewProgram", access: .roles([.manager])) { call in
            try await programForm(for: call, nil, values: [:])
        }.erased
    }

    private var addProgram: AnyRoute {
        PageRoute(
            .post, "/console/programs/new", "addConsoleProgram", access: .roles([.manager]), body: NewProgram.self
        ) { call in
            let tenant = try call.principal.workspace
            let id = Program.ID()
            return try await answering {
                let new = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.addProgram(new, as: id, in: tenant)
                    return .redirect(to: "/console/programs?done=program")
                }
            } again: { problem in
                try await programForm(for: call, nil, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var editProgram: AnyRoute {
        PageRoute(
            .get, "/console/programs/{program}/edit", "consoleEditProgram", access: .roles([.manager]),
            parameters: ProgramPath.self
        ) { call in
            guard let found = try await call.reader.program(call.parameters.program) else { throw Problem.notFound }
            var values = ["kind": [found.kind.rawValue]]
            for language in found.name.languages {
                values["name.\(language.rawValue)"] = [found.name.text(for: language)]
            }
            for language in found.summary?.languages ?? [] {
                values["summary.\(language.rawValue)"] = found.summary.map { [$0.text(for: language)] }
            }
            return try await programForm(for: call, found, values: values, version: try call.version(of: found))
        }.erased
    }

    private var reviseProgram: AnyRoute {
        PageRoute(
            .post, "/console/programs/{program}/edit", "reviseConsoleProgram", access: .roles([.manager]),
            parameters: ProgramPath.self, body: NewProgram.self
        ) { call in
            let id = call.parameters.program
            guard let found = try await call.reader.program(id) else { throw Problem.notFound }
            return try await answering {
                let revised = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.reviseProgram(id, to: revised) { try call.match($0) }
                    return .redirect(to: "/console/programs?done=program_revised")
                }
            } again: { problem in
                try await programForm(
                    for: call, found, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    private func programForm<P, B>(
        for call: FormCall<P, B>, _ existing: Program?, values: [String: [String]], version: String? = nil,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.programs.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let kinds = input.radios(
            "kind", label: t("field.kind"),
            options: Program.Kind.allCases.map {
                ($0.rawValue, t("kind.\($0.rawValue)"), t("kind_hint.\($0.rawValue)"))
            })
        let summary =
            existing == nil
            ? input.area("summary.en", label: t("field.summary"), isOptional: true, limit: 10_000, rows: 4)
            : input.localized("summary", label: t("field.summary"), rows: 4, isOptional: true)
        return try ProgramsForm(
            site: site, title: existing == nil ? t("program.add") : t("program.edit"),
            kind: existing?.name.text(for: Vocabulary.Language(viewer.language)), lede: t("program.lede"),
            address: existing.map { "/console/programs/\($0.id)/edit" } ?? "/console/programs/new",
            submit: existing == nil ? t("program.submit") : t("call.submit_edit")
        ).html(
            for: call, viewer, t, sections: [FormSection(fields: [kinds] + input.names("name", t) + [summary])],
            version: version, problem: problem)
    }
}
