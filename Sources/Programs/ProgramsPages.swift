package import API
import Accounts
import Foundation
import Institutions
package import Pages
import Partnerships
import Postgres
import Vocabulary
import Wording

extension ProgramsRoom {
    /// Where programs and calls stand in the navigation.
    package static var places: [Site.Place] {
        [
            Site.Place("programs", key: "nav.programs", in: .programs, url: "/console/programs", roles: ["manager"]),
            Site.Place(
                "calls", key: "nav.calls", in: .programs, url: "/calls", roles: ["founder", "partner", "mentor"]),
        ]
    }

    /// The pages, for the router.
    package static func pages(in site: Site) -> [AnyRoute] {
        let console = ProgramsConsole(site: site)
        let calls = CallsConsole(site: site)
        let open = PublicCalls(site: site)
        return [
            console.overview, console.newProgram, console.addProgram, console.newStream, console.addStream,
            console.newCohort, console.addCohort, calls.show, calls.draft, calls.create, calls.edit, calls.revise,
            calls.publish, calls.extending, calls.extend, calls.cancellation, calls.cancel, open.list, open.show,
        ]
    }
}

/// Runs a form's deed, and shows the form again with what its sender can mend.
private func answering(_ deed: () async throws -> HTML, again: (FormProblem) async throws -> HTML) async throws -> HTML
{
    do {
        return try await deed()
    } catch {
        guard let problem = FormProblem(error, constraints: ProgramsRoom.constraints) else { throw error }
        var page = try await again(problem)
        page.status = problem.status
        return page
    }
}

/// Programs, streams and cohorts as a manager keeps them.
private struct ProgramsConsole {
    let site: Site

    var overview: AnyRoute {
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
                            t("program.add"), "/console/programs/new", style: programs.isEmpty ? .primary : .secondary)
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
                        actions: [.link(t("stream.add"), "/console/programs/\(program.id)/streams/new")])
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
            calls: Table(
                caption: t("calls.title"),
                columns: [
                    Table.Column(t("calls.call")), Table.Column(t("calls.status")), Table.Column(t("calls.closes")),
                ],
                rows: calls.sorted { $0.opensAt > $1.opensAt }.map { call in
                    let status = call.status(at: words.now)
                    return [
                        .link(call.title.text(for: words.spoken), "/console/calls/\(call.id)"),
                        .badge(words.badge(status)),
                        .time(words.time(call.deadline.instant, in: call.deadline.zone, isRelative: status == .open)),
                    ]
                },
                empty: EmptyState(title: t("overview.no_calls"), text: t("overview.no_calls_text"))),
            cohorts: cohorts.sorted { $0.startsOn < $1.startsOn }.map { cohort in
                t(
                    "cohort.line",
                    [
                        "name": cohort.name.string, "from": cohort.startsOn.text(in: words.language),
                        "to": cohort.endsOn.text(in: words.language),
                        "capacity": t("cohort.capacity", count: cohort.capacity),
                    ])
            }, hasCohorts: !cohorts.isEmpty,
            actions: [
                .link(t("call.draft"), "/console/streams/\(stream.id)/calls/new"),
                .link(t("cohort.add"), "/console/streams/\(stream.id)/cohorts/new"),
            ])
    }

    var newProgram: AnyRoute {
        PageRoute(.get, "/console/programs/new", "consoleNewProgram", access: .roles([.manager])) { call in
            try await programForm(for: call, values: [:])
        }.erased
    }

    var addProgram: AnyRoute {
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
                try await programForm(for: call, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func programForm<P, B>(
        for call: FormCall<P, B>, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.programs.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields =
            [
                input.radios(
                    "kind", label: t("field.kind"),
                    options: Program.Kind.allCases.map {
                        ($0.rawValue, t("kind.\($0.rawValue)"), t("kind_hint.\($0.rawValue)"))
                    })
            ] + input.names("name", t)
            + [
                input.area("summary.en", label: t("field.summary"), isOptional: true, limit: 10_000, rows: 4)
            ]
        return try form(
            for: call, viewer, t, title: t("program.add"), lede: t("program.lede"), address: "/console/programs/new",
            fields: fields, submit: t("program.submit"), problem: problem)
    }

    var newStream: AnyRoute {
        PageRoute(
            .get, "/console/programs/{program}/streams/new", "consoleNewStream", access: .roles([.manager]),
            parameters: ProgramPath.self
        ) { call in
            try await streamForm(for: call, of: call.parameters.program, values: [:])
        }.erased
    }

    var addStream: AnyRoute {
        PageRoute(
            .post, "/console/programs/{program}/streams/new", "addConsoleStream", access: .roles([.manager]),
            parameters: ProgramPath.self, body: StreamFields.self
        ) { call in
            let tenant = try call.principal.workspace
            let program = call.parameters.program
            let id = ProgramStream.ID()
            return try await answering {
                let new = try call.decoded().stream(of: program)
                return try await call.write { transaction in
                    _ = try await transaction.addStream(new, as: id, in: tenant)
                    return .redirect(to: "/console/programs?done=stream")
                }
            } again: { problem in
                try await streamForm(for: call, of: program, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func streamForm<P, B>(
        for call: FormCall<P, B>, of id: Program.ID, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let program = try await call.reader.program(id) else { throw Problem.notFound }
        let tenant = try call.principal.workspace
        let viewer = try await call.viewer()
        let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
        let t = words.t
        let mous = try await call.reader.mous().filter { $0.status != .abandoned && $0.status != .terminated }
        let names = try await call.reader.institutionNames(mous.flatMap(\.parties).map(\.institution))
        let partners = mous.flatMap { mou in
            mou.parties.filter { $0.institution.uuid != tenant.uuid }.map { party in
                (
                    value: ProgramStream.Partner(party.institution, under: mou.id).field,
                    label: names[party.institution]?.text(for: words.spoken) ?? "",
                    hint: t(
                        "field.partner_under",
                        ["mou": mou.reference.string, "status": Badge(mou.status, in: words.language).label])
                )
            }
        }
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields =
            input.names("name", t)
            + [
                input.checkboxes(
                    "focus_areas", label: t("field.focus_areas"), hint: t("field.focus_areas_hint"),
                    options: FocusAreaTaxonomy.standard.top.map {
                        ($0.id.description, $0.id.label(in: words.language), nil)
                    }),
                input.checkboxes(
                    "partners", label: t("field.partners"), hint: t("field.partners_hint"),
                    options: partners.map { ($0.value, $0.label, $0.hint) }),
            ]
        return try form(
            for: call, viewer, t, title: t("stream.add"), kind: program.name.text(for: words.spoken),
            lede: t("stream.lede"), address: "/console/programs/\(id)/streams/new", fields: fields,
            submit: t("stream.submit"), problem: problem)
    }

    var newCohort: AnyRoute {
        PageRoute(
            .get, "/console/streams/{stream}/cohorts/new", "consoleNewCohort", access: .roles([.manager]),
            parameters: StreamPath.self
        ) { call in
            try await cohortForm(for: call, of: call.parameters.stream, values: [:])
        }.erased
    }

    var addCohort: AnyRoute {
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
                try await cohortForm(for: call, of: stream, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func cohortForm<P, B>(
        for call: FormCall<P, B>, of id: ProgramStream.ID, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let stream = try await call.reader.stream(id) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let t = PageKit.programs.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.text(
                "name", label: t("field.cohort_name"), hint: t("field.cohort_hint"), limit: 200, width: "medium"),
            input.text("starts_on", label: t("field.starts_on"), type: "date", width: "medium"),
            input.text("ends_on", label: t("field.ends_on"), type: "date", width: "medium"),
            input.number("capacity", label: t("field.capacity"), suffix: t("field.capacity_suffix")),
        ]
        return try form(
            for: call, viewer, t, title: t("cohort.add"),
            kind: stream.name.text(for: Vocabulary.Language(viewer.language)),
            lede: t("cohort.lede"), address: "/console/streams/\(id)/cohorts/new", fields: fields,
            submit: t("cohort.submit"), problem: problem)
    }

    private func form<P, B>(
        for call: FormCall<P, B>, _ viewer: Viewer, _ t: Texts, title: String, kind: String? = nil, lede: String,
        address: SafeURL, fields: [FormField], submit: String, problem: FormProblem?
    ) throws -> HTML {
        let model = ProgramsFormPage(
            header: PageHeader(title: title, kind: kind, lede: lede),
            form: Form(
                action: address, fields: fields, submit: submit, texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                cancel: LinkText(t("form.cancel"), "/console/programs"),
                problem: problem?.sentence(besides: fields)))
        let frame = Frame(
            title: title, site: site, viewer: viewer, current: "programs",
            breadcrumbs: [Breadcrumb(t("programs.title"), "/console/programs")])
        return HTML(bytes: try PageTemplate.form.render(model, in: frame))
    }
}

/// Calls as a manager keeps them.
private struct CallsConsole {
    let site: Site

    var show: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}", "consoleCall", access: .roles([.manager]), parameters: CallPagePath.self
        ) { call in
            try await page(for: call, of: call.parameters.call, done: call.parameters.done)
        }.erased
    }

    var draft: AnyRoute {
        PageRoute(
            .get, "/console/streams/{stream}/calls/new", "consoleNewCall", access: .roles([.manager]),
            parameters: StreamPath.self
        ) { call in
            guard let stream = try await call.reader.stream(call.parameters.stream) else { throw Problem.notFound }
            let zone = TimeZoneName.hongKong
            let today = CalendarDate(Date.now, in: zone)
            func at(_ day: CalendarDate, _ hour: Int) -> String {
                LocalTime(day, hour: hour, minute: 0)?.field ?? ""
            }
            let values = [
                "time_zone": zone.description, "grace_minutes": "1", "opens_at": at(today.adding(days: 7), 9),
                "closes_at": at(today.adding(days: 49), 18), "questions.0.is_required": "true",
            ]
            return try await draftForm(
                for: call, of: stream, nil, values: values.mapValues { [$0] }, version: nil)
        }.erased
    }

    var create: AnyRoute {
        PageRoute(
            .post, "/console/streams/{stream}/calls/new", "createConsoleCall", access: .roles([.manager]),
            parameters: StreamPath.self, body: CallFormFields.self
        ) { call in
            guard let stream = try await call.reader.stream(call.parameters.stream) else { throw Problem.notFound }
            let tenant = try call.principal.workspace
            let id = CallForApplications.ID()
            return try await answering {
                let draft = try call.decoded().draft(of: stream.id)
                return try await call.write { transaction in
                    _ = try await transaction.draftCall(draft, as: id, in: tenant)
                    return .redirect(to: "/console/calls/\(id)?done=drafted")
                }
            } again: { problem in
                try await draftForm(for: call, of: stream, nil, values: call.fields, version: nil, problem: problem)
            }
        }.erased
    }

    var edit: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/edit", "consoleEditCall", access: .roles([.manager]),
            parameters: CallPath.self
        ) { call in
            let found = try await find(call.parameters.call, call.reader)
            guard let stream = try await call.reader.stream(found.stream) else { throw Problem.notFound }
            return try await draftForm(
                for: call, of: stream, found, values: CallFormFields.values(of: found).mapValues { [$0] },
                version: try call.version(of: CallView(found, at: .now)))
        }.erased
    }

    var revise: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/edit", "reviseConsoleCall", access: .roles([.manager]),
            parameters: CallPath.self, body: CallFormFields.self
        ) { call in
            let tenant = try call.principal.workspace
            let id = call.parameters.call
            let found = try await find(id, call.reader)
            guard let stream = try await call.reader.stream(found.stream) else { throw Problem.notFound }
            return try await answering {
                let draft = try call.decoded().draft(of: stream.id)
                return try await call.write { transaction in
                    _ = try await transaction.reviseCall(id, to: draft, in: tenant) {
                        try call.match(CallView($0, at: transaction.now))
                    }
                    return .redirect(to: "/console/calls/\(id)?done=revised")
                }
            } again: { problem in
                try await draftForm(
                    for: call, of: stream, found, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    var publish: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/publication", "publishConsoleCall", access: .roles([.manager]),
            parameters: CallPath.self
        ) { call in
            let person = try call.principal.personID
            let id = call.parameters.call
            return try await answering {
                try await call.write { transaction in
                    _ = try await transaction.publishCall(id, by: person)
                    return .redirect(to: "/console/calls/\(id)?done=published")
                }
            } again: { problem in
                try await page(for: call, of: id, refusal: problem)
            }
        }.erased
    }

    var extending: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/extension", "consoleExtendCall", access: .roles([.manager]),
            parameters: CallPath.self
        ) { call in
            let found = try await find(call.parameters.call, call.reader)
            return try await extensionForm(
                for: call, of: found, values: ["closes_at": [found.deadline.localTime.field]])
        }.erased
    }

    var extend: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/extension", "extendConsoleCall", access: .roles([.manager]),
            parameters: CallPath.self, body: ExtensionFields.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = call.parameters.call
            let found = try await find(id, call.reader)
            return try await answering {
                let body = try call.decoded()
                let closing = try body.closing(in: found.deadline.zone)
                return try await call.write { transaction in
                    _ = try await transaction.extendCall(
                        id, to: closing, because: body.reason, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/calls/\(id)?done=extended")
                }
            } again: { problem in
                try await extensionForm(for: call, of: found, values: call.fields, problem: problem)
            }
        }.erased
    }

    var cancellation: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/cancellation", "consoleCancelCall", access: .roles([.manager]),
            parameters: CallPath.self
        ) { call in
            let found = try await find(call.parameters.call, call.reader)
            return try await cancellationForm(for: call, of: found, values: [:])
        }.erased
    }

    var cancel: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/cancellation", "cancelConsoleCall", access: .roles([.manager]),
            parameters: CallPath.self, body: NewCancellation.self
        ) { call in
            let person = try call.principal.personID
            let id = call.parameters.call
            let found = try await find(id, call.reader)
            return try await answering {
                let reason = try call.decoded().reason
                return try await call.write { transaction in
                    _ = try await transaction.cancelCall(id, because: reason, by: person)
                    return .redirect(to: "/console/calls/\(id)?done=cancelled")
                }
            } again: { problem in
                try await cancellationForm(for: call, of: found, values: call.fields, problem: problem)
            }
        }.erased
    }

    // MARK: What is shown

    private func find(_ id: CallForApplications.ID, _ reader: Reader) async throws -> CallForApplications {
        guard let call = try await reader.call(id) else { throw Problem.notFound }
        return call
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: CallForApplications.ID, done: CallDone? = nil, refusal: FormProblem? = nil
    ) async throws -> HTML {
        let found = try await find(id, call.reader)
        guard let stream = try await call.reader.stream(found.stream) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
        let t = words.t
        let mous = try await call.reader.mous(stream.partners.map(\.mou))
        let names = try await call.reader.institutionNames(stream.partners.map(\.institution))
        let extensions = try await call.reader.extensions(of: id)
        let status = found.status(at: words.now)
        // The day the agreements must hold on is the day it opens; a published call has passed that check.
        let opening =
            status == .draft ? CalendarDate(max(found.opensAt, words.now), in: found.deadline.zone) : nil
        let partners = words.partners(
            stream, Dictionary(uniqueKeysWithValues: mous.map { ($0.id, $0) }), names, opening: opening)
        let questions = words.questions(found)
        let moved = words.extensions(extensions, of: found)
        var facts: [Fact] = [
            .text(t("fact.program"), found.programName.text(for: words.spoken)),
            .text(t("fact.stream"), found.streamName.text(for: words.spoken)),
        ]
        facts += words.window(found)
        facts.append(.text(t("fact.grace"), t("minutes", count: found.deadline.graceSeconds / 60)))
        if let published = found.publishedAt {
            facts.append(.time(t("fact.published"), words.time(published, in: found.deadline.zone)))
            facts.append(.link(t("fact.public"), LinkText(t("fact.public_link"), "/calls/\(id)")))
        }
        let model = CallPage(
            header: PageHeader(
                title: found.title.text(for: words.spoken), kind: t("call.kind"), badge: words.badge(status),
                lede: words.lede(found), actions: actions(on: found, status, t, key: call.freshIdempotencyKey)),
            refusal: refusal.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) },
            questions: questions, hasQuestions: !questions.isEmpty, partners: partners,
            hasPartners: !partners.isEmpty, extensions: moved, hasExtensions: !moved.isEmpty,
            facts: Facts(title: t("fact.title"), facts))
        let frame = Frame(
            title: found.title.text(for: words.spoken), site: site, viewer: viewer, current: "programs",
            breadcrumbs: [Breadcrumb(t("programs.title"), "/console/programs")],
            flash: done.map { FlashNotice(t("done.\($0.rawValue)")) })
        return HTML(bytes: try PageTemplate.call.render(model, in: frame))
    }

    private func actions(
        on call: CallForApplications, _ status: CallForApplications.Status, _ t: Texts, key: String
    ) -> [Action] {
        let cancel = Action.link(t("cancel.action"), "/console/calls/\(call.id)/cancellation")
        switch status {
        case .draft:
            return [
                .post(
                    t("publish.action"), "/console/calls/\(call.id)/publication", style: .primary,
                    hidden: [HiddenField("idempotency_key", key)]),
                .link(t("edit.action"), "/console/calls/\(call.id)/edit"), cancel,
            ]
        case .scheduled, .open:
            return [.link(t("extend.action"), "/console/calls/\(call.id)/extension"), cancel]
        case .closed: return [.link(t("extend.action"), "/console/calls/\(call.id)/extension")]
        case .cancelled: return []
        }
    }

    private func draftForm<P, B>(
        for call: FormCall<P, B>, of stream: ProgramStream, _ existing: CallForApplications?,
        values: [String: [String]], version: String?, problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.programs.texts(in: viewer.language)
        let spoken = Vocabulary.Language(viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let rows = max(3, Self.questions(in: values) + 2)
        let sections =
            [
                FormSection(title: t("section.call"), fields: input.names("title", t)),
                FormSection(
                    title: t("section.window"), intro: t("section.window_intro"),
                    fields: [
                        input.select(
                            "time_zone", label: t("field.time_zone"),
                            options: TimeZoneName.offered.map { ($0.description, $0.place) }),
                        input.text("opens_at", label: t("field.opens_at"), type: "datetime-local", width: "medium"),
                        input.text("closes_at", label: t("field.closes_at"), type: "datetime-local", width: "medium"),
                        input.number(
                            "grace_minutes", label: t("field.grace"), hint: t("field.grace_hint"),
                            suffix: t("field.grace_suffix")),
                    ]),
            ] + (0..<rows).map { question($0, input, t) }
        let title = existing == nil ? t("call.draft") : t("call.edit")
        let model = ProgramsFormPage(
            header: PageHeader(
                title: title, kind: existing?.title.text(for: spoken) ?? stream.name.text(for: spoken),
                lede: t("call.lede")),
            form: Form(
                action: existing.map { "/console/calls/\($0.id)/edit" } ?? "/console/streams/\(stream.id)/calls/new",
                sections: sections, submit: existing == nil ? t("call.submit") : t("call.submit_edit"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                    + (version.map { [HiddenField("version", $0)] } ?? []) + Self.kept(in: values),
                cancel: LinkText(
                    t("form.cancel"), existing.map { "/console/calls/\($0.id)" } ?? "/console/programs"),
                draft: existing.map { "call-\($0.id)" } ?? "call-new-\(stream.id)",
                problem: problem?.sentence(besides: sections.flatMap(\.fields))))
        let frame = Frame(
            title: title, site: site, viewer: viewer, current: "programs",
            breadcrumbs: [Breadcrumb(t("programs.title"), "/console/programs")])
        return HTML(bytes: try PageTemplate.form.render(model, in: frame))
    }

    private func question(_ index: Int, _ input: FormInput, _ t: Texts) -> FormSection {
        let row = "questions.\(index)"
        return FormSection(
            title: t("section.question", ["number": "\(index + 1)"]),
            intro: index == 0 ? t("section.questions_intro") : nil,
            fields: [
                input.text("\(row).prompt.en", label: t("field.prompt_en"), isOptional: true, limit: 500),
                input.text("\(row).prompt.zh-Hant", label: t("field.prompt_zh"), isOptional: true, limit: 500),
                input.text("\(row).prompt.ja", label: t("field.prompt_ja"), isOptional: true, limit: 500),
                input.text("\(row).hint.en", label: t("field.hint"), isOptional: true, limit: 500),
                input.number(
                    "\(row).max_length", label: t("field.max_length"), hint: t("field.max_length_hint"),
                    isOptional: true, suffix: t("field.max_length_suffix")),
                input.select(
                    "\(row).audience", label: t("field.audience"), hint: t("field.audience_hint"),
                    options: CallForApplications.Question.Audience.allCases.map {
                        ($0.rawValue, t("audience.\($0.rawValue)"))
                    }, prompt: t("audience.usual"), isOptional: true),
                input.checkbox(
                    "\(row).is_required", label: t("field.required"), statement: t("field.required_statement")),
            ])
    }

    /// What the form has no field for and must bring back: the ids of questions, and hints in further languages.
    private static func kept(in values: [String: [String]]) -> [HiddenField] {
        values.sorted { $0.key < $1.key }.compactMap { name, texts in
            let parts = name.split(separator: ".")
            let isKept =
                parts.first == "questions"
                && (parts.last == "id" || (parts.dropFirst(2).first == "hint" && parts.last != "en"))
            guard isKept, let text = texts.first, !text.isEmpty else { return nil }
            return HiddenField(name, text)
        }
    }

    /// How many questions a form was filled in with.
    private static func questions(in values: [String: [String]]) -> Int {
        values.compactMap { name, texts -> Int? in
            let parts = name.split(separator: ".")
            guard parts.count == 4, parts[0] == "questions", parts[2] == "prompt", let index = Int(parts[1]),
                index < 100, texts.contains(where: { !$0.isEmpty })
            else { return nil }
            return index + 1
        }.max() ?? 0
    }

    private func extensionForm<P, B>(
        for call: FormCall<P, B>, of found: CallForApplications, values: [String: [String]],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
        let t = words.t
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let closes = words.time(found.deadline.instant, in: found.deadline.zone)
        let fields = [
            input.text(
                "closes_at", label: t("extend.closes_at"),
                hint: t("extend.hint", ["closes": closes.text, "zone": found.deadline.zone.place]),
                type: "datetime-local", width: "medium"),
            input.area("reason", label: t("extend.reason"), hint: t("reason.hint"), limit: 500, rows: 3),
        ]
        let title = found.title.text(for: words.spoken)
        let model = ProgramsFormPage(
            header: PageHeader(title: t("extend.title"), kind: title, lede: t("extend.lede")),
            form: Form(
                action: "/console/calls/\(found.id)/extension", fields: fields, submit: t("extend.submit"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                cancel: LinkText(t("form.cancel"), "/console/calls/\(found.id)"),
                problem: problem?.sentence(besides: fields)))
        return try HTML(
            bytes: PageTemplate.form.render(model, in: frame(t("extend.title"), of: found, viewer, words)))
    }

    private func cancellationForm<P, B>(
        for call: FormCall<P, B>, of found: CallForApplications, values: [String: [String]],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
        let t = words.t
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [input.area("reason", label: t("cancel.reason"), hint: t("reason.hint"), limit: 500, rows: 3)]
        let model = CallConfirmationPage(
            header: PageHeader(
                title: found.title.text(for: words.spoken), kind: t("call.kind"),
                badge: words.badge(found.status(at: words.now))),
            confirmation: Confirmation(
                title: t("cancel.title"),
                consequences: [t("cancel.effect_apply"), t("cancel.effect_read"), t("cancel.effect_final")],
                form: Form(
                    action: "/console/calls/\(found.id)/cancellation", fields: fields, submit: t("cancel.submit"),
                    texts: t, hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                    cancel: LinkText(t("cancel.keep"), "/console/calls/\(found.id)"), isDangerous: true,
                    problem: problem?.sentence(besides: fields))))
        return try HTML(
            bytes: PageTemplate.confirm.render(model, in: frame(t("cancel.title"), of: found, viewer, words)))
    }

    private func frame(
        _ title: String, of call: CallForApplications, _ viewer: Viewer, _ words: ProgramWords
    ) -> Frame {
        Frame(
            title: title, site: site, viewer: viewer, current: "programs",
            breadcrumbs: [
                Breadcrumb(words.t("programs.title"), "/console/programs"),
                Breadcrumb(call.title.text(for: words.spoken), "/console/calls/\(call.id)"),
            ])
    }
}

/// Calls as everybody with a seat reads them, and founders apply to them.
private struct PublicCalls {
    let site: Site

    var list: AnyRoute {
        PageRoute(.get, "/calls", "openCalls", access: .roles(Role.ofATenant)) { call in
            let viewer = try await call.viewer()
            let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
            let t = words.t
            let open = try await call.reader.openCalls()
            let soon = try await call.reader.calls(standing: .scheduled).sorted { $0.opensAt < $1.opensAt }
            let model = PublicCallsPage(
                header: PageHeader(title: t("calls.title"), lede: t("calls.lede")),
                table: Table(
                    caption: t("calls.title"),
                    columns: [
                        Table.Column(t("calls.call")), Table.Column(t("calls.status")), Table.Column(t("calls.opens")),
                        Table.Column(t("calls.closes")),
                    ],
                    rows: (open + soon).map { found in
                        let status = found.status(at: words.now)
                        let branch = [found.programName, found.streamName].map { $0.text(for: words.spoken) }
                        return [
                            .link(
                                found.title.text(for: words.spoken), "/calls/\(found.id)",
                                note: branch.joined(separator: " · ")),
                            .badge(words.badge(status)), .time(words.time(found.opensAt, in: found.deadline.zone)),
                            .time(
                                words.time(
                                    found.deadline.instant, in: found.deadline.zone, isRelative: status == .open)),
                        ]
                    }, empty: EmptyState(title: t("calls.none"), text: t("calls.none_text"))))
            let frame = Frame(title: t("calls.title"), site: site, viewer: viewer, current: "calls")
            return HTML(bytes: try PageTemplate.publicCalls.render(model, in: frame))
        }.erased
    }

    var show: AnyRoute {
        PageRoute(
            .get, "/calls/{call}", "publicCall", access: .roles(Role.ofATenant), parameters: CallPath.self
        ) { call in
            guard let found = try await call.reader.call(call.parameters.call) else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
            let t = words.t
            let program = try await call.reader.program(found.program)
            let stream = try await call.reader.stream(found.stream)
            let moved = words.extensions(try await call.reader.extensions(of: found.id), of: found)
            let status = found.status(at: words.now)
            let mayApply = try status == .open && call.principal.role == .founder
            var facts: [Fact] = [
                .text(t("fact.program"), found.programName.text(for: words.spoken)),
                .text(t("fact.stream"), found.streamName.text(for: words.spoken)),
            ]
            if let areas = stream?.focusAreas, !areas.isEmpty {
                facts.append(.tags(t("field.focus_areas"), areas.map { $0.label(in: words.language) }))
            }
            facts += words.window(found)
            let model = PublicCallPage(
                header: PageHeader(
                    title: found.title.text(for: words.spoken),
                    kind: [found.programName, found.streamName].map { $0.text(for: words.spoken) }
                        .joined(separator: " · "),
                    badge: words.badge(status), lede: words.lede(found),
                    actions: mayApply
                        ? [.link(t("apply.action"), "/portal/calls/\(found.id)/apply", style: .primary)] : []),
                summary: program?.summary?.text(for: words.spoken),
                closes: words.time(found.deadline.instant, in: found.deadline.zone, isRelative: true),
                opens: words.time(found.opensAt, in: found.deadline.zone, isRelative: true),
                isWaiting: status == .scheduled, isOpen: status == .open, questions: words.questions(found),
                extensions: moved, hasExtensions: !moved.isEmpty, facts: Facts(title: t("fact.title"), facts))
            let frame = Frame(
                title: found.title.text(for: words.spoken), site: site, viewer: viewer, current: "calls",
                breadcrumbs: [Breadcrumb(t("calls.title"), "/calls")])
            return HTML(bytes: try PageTemplate.publicCall.render(model, in: frame))
        }.erased
    }
}

/// What was just added, as the address of the page after it says.
enum ProgramsAdded: String, Codable, CaseIterable {
    case program, stream, cohort
}

struct ProgramsDone: Codable {
    let done: ProgramsAdded?
}

/// What was just done to a call, as the address of the page after it says.
enum CallDone: String, Codable, CaseIterable {
    case drafted, revised, published, extended, cancelled
}

struct CallPagePath: Codable {
    let call: CallForApplications.ID
    let done: CallDone?
}

extension FormInput {
    /// A name in three languages, of which one is enough.
    fileprivate func names(_ name: String, _ t: Texts) -> [FormField] {
        [
            text("\(name).en", label: t("field.name_en"), hint: t("field.name_hint"), isOptional: true, limit: 200),
            text("\(name).zh-Hant", label: t("field.name_zh"), isOptional: true, limit: 200),
            text("\(name).ja", label: t("field.name_ja"), isOptional: true, limit: 200),
        ]
    }
}
