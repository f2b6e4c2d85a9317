import API
import Accounts
import Foundation
import Institutions
import Pages
import Partnerships
import Postgres
import Vocabulary
import Wording

/// Streams as a manager keeps them: what they are about, who takes part, how they are designed, and their end.
struct StreamsConsole {
    let site: Site

    var routes: [AnyRoute] {
        [
            show, newStream, addStream, editStream, reviseStream, editSeats, saveSeats, editDesign, saveDesign, ending,
            end,
        ]
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/streams/{stream}", "consoleStream", access: .roles([.manager]),
            parameters: StreamPagePath.self
        ) { call in
            let stream = try await find(call.parameters.stream, call.reader)
            guard let program = try await call.reader.program(stream.program) else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
            let t = words.t
            let design = try await call.reader.design(of: stream.id) ?? .blank
            let calls = try await call.reader.calls(of: stream.id)
            let cohorts = try await call.reader.cohorts(of: stream.id)
            let mous = try await call.reader.mous(stream.partners.map(\.mou))
            let names = try await call.reader.institutionNames(stream.partners.map(\.institution))
            let partners = words.partners(
                stream, Dictionary(uniqueKeysWithValues: mous.map { ($0.id, $0) }), names,
                seated: try await call.reader.seats(in: stream.id))
            let isRunning = stream.endedAt == nil
            let model = StreamPage(
                header: PageHeader(
                    title: stream.name.text(for: words.spoken), kind: program.name.text(for: words.spoken),
                    badge: isRunning ? nil : Badge(t("stream.ended"), .neutral),
                    lede: stream.endReason.map { t("stream.ended_because", ["reason": $0.string]) },
                    actions: (isRunning
                        ? [
                            .link(t("design.action"), "/console/streams/\(stream.id)/design", style: .primary),
                            .link(t("edit.action"), "/console/streams/\(stream.id)/edit"),
                        ] : [])
                        + [
                            .link(t("stream.reviewers"), "/console/streams/\(stream.id)/reviewers")
                        ]
                        + (isRunning && !stream.partners.isEmpty
                            ? [.link(t("stream.seats_action"), "/console/streams/\(stream.id)/seats")] : [])
                        + [
                            .link(t("clone.action"), "/console/streams/\(stream.id)/clone")
                        ]
                        + (isRunning ? [.link(t("stream.end_action"), "/console/streams/\(stream.id)/ending")] : [])),
                calls: words.table(calls),
                draftURL: isRunning ? "/console/streams/\(stream.id)/calls/new" : nil,
                cohorts: cohortTable(cohorts, words), design: words.design(design),
                conditionsURL: isRunning ? "/console/streams/\(stream.id)/conditions" : nil, partners: partners,
                hasPartners: !partners.isEmpty,
                tags: stream.focusAreas.map { $0.label(in: words.language) })
            let frame = Frame(
                title: stream.name.text(for: words.spoken), site: site, viewer: viewer, current: "programs",
                breadcrumbs: [Breadcrumb(t("programs.title"), "/console/programs")],
                flash: call.parameters.done.map { FlashNotice(t("done.\($0.rawValue)")) })
            return HTML(bytes: try PageTemplate.stream.render(model, in: frame))
        }.erased
    }

    private func cohortTable(_ cohorts: [Cohort], _ words: ProgramWords) -> Table {
        let t = words.t
        return Table(
            caption: t("cohorts.title"),
            columns: [
                .init(t("field.cohort_name")), .init(t("field.starts_on")), .init(t("field.ends_on")),
                .init(t("field.capacity")),
            ],
            rows: cohorts.sorted { $0.startsOn > $1.startsOn }.map { cohort in
                [
                    .link(cohort.name.string, "/console/cohorts/\(cohort.id)"),
                    .text(cohort.startsOn.text(in: words.language)), .text(cohort.lastDay.text(in: words.language)),
                    .text(t("cohort.capacity", count: cohort.capacity)),
                ]
            }, empty: EmptyState(title: t("cohorts.none"), text: t("cohort.lede")))
    }

    // MARK: What is said of it

    private var newStream: AnyRoute {
        PageRoute(
            .get, "/console/programs/{program}/streams/new", "consoleNewStream", access: .roles([.manager]),
            parameters: ProgramPath.self
        ) { call in
            try await form(for: call, of: call.parameters.program, nil, values: [:])
        }.erased
    }

    private var addStream: AnyRoute {
        PageRoute(
            .post, "/console/programs/{program}/streams/new", "addConsoleStream", access: .roles([.manager]),
            parameters: ProgramPath.self, body: StreamFields.self
        ) { call in
            let tenant = try call.principal.workspace
            let program = call.parameters.program
            let id = ProgramStream.ID()
            return try await answering {
                let new = try call.decoded().revised()
                return try await call.write { transaction in
                    _ = try await transaction.addStream(
                        NewStream(
                            program: program, name: new.name, focusAreas: new.focusAreas, partners: new.partners),
                        as: id, in: tenant)
                    return .redirect(to: "/console/programs?done=stream")
                }
            } again: { problem in
                try await form(for: call, of: program, nil, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var editStream: AnyRoute {
        PageRoute(
            .get, "/console/streams/{stream}/edit", "consoleEditStream", access: .roles([.manager]),
            parameters: StreamPath.self
        ) { call in
            let found = try await find(call.parameters.stream, call.reader)
            return try await form(
                for: call, of: found.program, found, values: StreamFields.values(of: found),
                version: try call.version(of: found))
        }.erased
    }

    private var reviseStream: AnyRoute {
        PageRoute(
            .post, "/console/streams/{stream}/edit", "reviseConsoleStream", access: .roles([.manager]),
            parameters: StreamPath.self, body: StreamFields.self
        ) { call in
            let tenant = try call.principal.workspace
            let id = call.parameters.stream
            let found = try await find(id, call.reader)
            return try await answering {
                let revised = try call.decoded().revised()
                return try await call.write { transaction in
                    _ = try await transaction.reviseStream(id, to: revised, in: tenant) { try call.match($0) }
                    return .redirect(to: "/console/streams/\(id)?done=stream_revised")
                }
            } again: { problem in
                try await form(
                    for: call, of: found.program, found, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    private func form<P, B>(
        for call: FormCall<P, B>, of id: Program.ID, _ existing: ProgramStream?, values: [String: [String]],
        version: String? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let program = try await call.reader.program(id) else { throw Problem.notFound }
        let tenant = try call.principal.workspace
        let viewer = try await call.viewer()
        let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
        let t = words.t
        let kept = Set((existing?.partners ?? []).map(\.mou))
        let mous = try await call.reader.mous().filter {
            kept.contains($0.id) || $0.status != .abandoned && $0.status != .terminated
        }
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
        // What a partner brings is asked of those that take part; a new one brings nothing until it is said.
        let terms = (existing?.partners ?? []).enumerated().map { index, partner in
            FormSection(
                title: names[partner.institution]?.text(for: words.spoken) ?? "",
                intro: index == 0 ? t("section.terms_intro") : nil,
                fields: [
                    input.number("terms.\(index).seats", label: t("field.seats"), suffix: t("field.seats_suffix")),
                    input.checkbox(
                        "terms.\(index).co_decides", label: t("field.co_decides"),
                        statement: t("field.co_decides_statement")),
                    input.checkbox(
                        "terms.\(index).recommends", label: t("field.recommends"),
                        statement: t("field.recommends_statement")),
                    input.checkbox(
                        "terms.\(index).screens", label: t("field.screens"),
                        statement: t("field.screens_statement")),
                    input.number(
                        "terms.\(index).places", label: t("field.partner_places"),
                        hint: t("field.partner_places_hint"), isOptional: true),
                    input.number(
                        "terms.\(index).answer_days", label: t("field.answer_days"), hint: t("field.answer_days_hint"),
                        isOptional: true),
                    input.checkbox(
                        "terms.\(index).silence_consents", label: t("field.silence_consents"),
                        statement: t("field.silence_consents_statement")),
                ])
        }
        // Focus areas deeper in the taxonomy are none of the boxes and come back unseen.
        let top = Set(FocusAreaTaxonomy.standard.top.map { $0.id.description })
        let hidden =
            (existing?.partners ?? []).enumerated().map { HiddenField("terms.\($0.offset).partner", $0.element.field) }
            + (existing?.focusAreas ?? []).map(\.description).filter { !top.contains($0) }
            .map { HiddenField("focus_areas", $0) }
        return try ProgramsForm(
            site: site, title: existing == nil ? t("stream.add") : t("stream.edit"),
            kind: program.name.text(for: words.spoken), lede: t("stream.lede"),
            address: existing.map { "/console/streams/\($0.id)/edit" } ?? "/console/programs/\(id)/streams/new",
            submit: existing == nil ? t("stream.submit") : t("call.submit_edit"),
            cancel: existing.map { "/console/streams/\($0.id)" } ?? "/console/programs", hidden: hidden
        ).html(
            for: call, viewer, t, sections: [FormSection(fields: fields)] + terms, version: version, problem: problem)
    }

    // MARK: Who of its partners' staff takes part

    private var editSeats: AnyRoute {
        PageRoute(
            .get, "/console/streams/{stream}/seats", "consoleStreamSeats", access: .roles([.manager]),
            parameters: StreamPath.self
        ) { call in
            try await seatsForm(for: call, of: try await find(call.parameters.stream, call.reader))
        }.erased
    }

    private var saveSeats: AnyRoute {
        PageRoute(
            .post, "/console/streams/{stream}/seats", "saveConsoleStreamSeats", access: .roles([.manager]),
            parameters: StreamPath.self, body: StreamSeatFields.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let stream = try await find(call.parameters.stream, call.reader)
            return try await answering {
                let (given, ended) = try call.decoded().changes()
                return try await call.write { transaction in
                    for seat in ended {
                        try await transaction.endStreamSeat(
                            of: seat.person, of: seat.institution, in: stream.id, by: principal.personID)
                    }
                    for seat in given {
                        try await transaction.giveStreamSeat(
                            to: seat.person, of: seat.institution, in: stream.id, in: tenant, by: principal.personID)
                    }
                    return .redirect(to: "/console/streams/\(stream.id)?done=seats")
                }
            } again: { problem in
                try await seatsForm(for: call, of: stream, sent: call.fields, problem: problem)
            }
        }.erased
    }

    /// - Parameter sent: what was sent; nil for a form that is opened.
    private func seatsForm<P, B>(
        for call: FormCall<P, B>, of stream: ProgramStream, sent: [String: [String]]? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.programs.texts(in: viewer.language)
        let spoken = Vocabulary.Language(viewer.language)
        let staff = try await call.reader.seatCandidates(for: stream.id)
        let names = try await call.reader.institutionNames(stream.partners.map(\.institution))
        let held = staff.filter(\.holdsSeat).map(\.field)
        let input = FormInput(values: sent ?? ["seats": held], errors: problem?.errors ?? [], texts: t)
        let name = stream.name.text(for: spoken)
        return try ProgramsForm(
            site: site, title: t("stream.seats"), kind: name, lede: t("stream.seats_lede"),
            address: "/console/streams/\(stream.id)/seats", submit: t("stream.seats_submit"),
            cancel: "/console/streams/\(stream.id)",
            // What it showed: who was given a seat meanwhile by somebody else keeps it.
            hidden: (sent?["before"] ?? held).map { HiddenField("before", $0) },
            crumbs: [Breadcrumb(name, "/console/streams/\(stream.id)")]
        ).html(
            for: call, viewer, t,
            sections: [
                FormSection(
                    intro: staff.isEmpty ? t("stream.seats_no_staff") : nil,
                    fields: staff.isEmpty
                        ? []
                        : [
                            input.checkboxes(
                                "seats", label: t("stream.seats_who"),
                                options: staff.map {
                                    ($0.field, $0.name, names[$0.institution]?.text(for: spoken))
                                })
                        ])
            ], problem: problem)
    }

    // MARK: How it is designed

    private var editDesign: AnyRoute {
        PageRoute(
            .get, "/console/streams/{stream}/design", "consoleStreamDesign", access: .roles([.manager]),
            parameters: StreamPath.self
        ) { call in
            let stream = try await find(call.parameters.stream, call.reader)
            let design = try await call.reader.design(of: stream.id) ?? .blank
            return try await designForm(
                for: call, of: stream, values: DesignForm.values(of: design), version: try call.version(of: design))
        }.erased
    }

    private var saveDesign: AnyRoute {
        PageRoute(
            .post, "/console/streams/{stream}/design", "designConsoleStream", access: .roles([.manager]),
            parameters: StreamPath.self, body: DesignForm.self
        ) { call in
            let tenant = try call.principal.workspace
            let stream = try await find(call.parameters.stream, call.reader)
            let before = try await call.reader.design(of: stream.id) ?? .blank
            return try await answering {
                let design = try call.decoded().design(over: before)
                return try await call.write { transaction in
                    _ = try await transaction.designStream(stream.id, as: design, in: tenant) { try call.match($0) }
                    return .redirect(to: "/console/streams/\(stream.id)?done=designed")
                }
            } again: { problem in
                try await designForm(
                    for: call, of: stream, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    private func designForm<P, B>(
        for call: FormCall<P, B>, of stream: ProgramStream, values: [String: [String]], version: String?,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.programs.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let name = stream.name.text(for: Vocabulary.Language(viewer.language))
        return try ProgramsForm(
            site: site, title: t("design.title"), kind: name, lede: t("design.lede"),
            address: "/console/streams/\(stream.id)/design", submit: t("design.submit"),
            cancel: "/console/streams/\(stream.id)", hidden: QuestionFields.kept(in: values),
            crumbs: [Breadcrumb(name, "/console/streams/\(stream.id)")],
            actions: [.link(t("design.conditions"), "/console/streams/\(stream.id)/conditions")]
        ).html(
            for: call, viewer, t, sections: DesignForm.sections(input, values, t), version: version, problem: problem)
    }

    // MARK: Its end

    private var ending: AnyRoute {
        PageRoute(
            .get, "/console/streams/{stream}/ending", "consoleEndStream", access: .roles([.manager]),
            parameters: StreamPath.self
        ) { call in
            try await endingForm(
                for: call, of: try await find(call.parameters.stream, call.reader), values: [:])
        }.erased
    }

    private var end: AnyRoute {
        PageRoute(
            .post, "/console/streams/{stream}/ending", "endConsoleStream", access: .roles([.manager]),
            parameters: StreamPath.self, body: NewEnding.self
        ) { call in
            let person = try call.principal.personID
            let stream = try await find(call.parameters.stream, call.reader)
            return try await answering {
                let reason = try call.decoded().reason
                return try await call.write { transaction in
                    _ = try await transaction.endStream(stream.id, because: reason, by: person)
                    return .redirect(to: "/console/streams/\(stream.id)?done=ended")
                }
            } again: { problem in
                try await endingForm(for: call, of: stream, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func endingForm<P, B>(
        for call: FormCall<P, B>, of stream: ProgramStream, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.programs.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [input.area("reason", label: t("stream.end_reason"), limit: 500, rows: 3)]
        let name = stream.name.text(for: Vocabulary.Language(viewer.language))
        let model = CallConfirmationPage(
            header: PageHeader(title: name, kind: t("fact.stream")),
            confirmation: Confirmation(
                title: t("stream.end_title"),
                consequences: [
                    t("stream.end_effect_calls"), t("stream.end_effect_stays"), t("stream.end_effect_final"),
                ],
                form: Form(
                    action: "/console/streams/\(stream.id)/ending", fields: fields, submit: t("stream.end_submit"),
                    texts: t, hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                    cancel: LinkText(t("form.cancel"), "/console/streams/\(stream.id)"), isDangerous: true,
                    problem: problem?.sentence(besides: fields))))
        let frame = Frame(
            title: t("stream.end_title"), site: site, viewer: viewer, current: "programs",
            breadcrumbs: [
                Breadcrumb(t("programs.title"), "/console/programs"),
                Breadcrumb(name, "/console/streams/\(stream.id)"),
            ])
        return HTML(bytes: try PageTemplate.confirm.render(model, in: frame))
    }

    private func find(_ id: ProgramStream.ID, _ reader: Reader) async throws -> ProgramStream {
        guard let stream = try await reader.stream(id) else { throw Problem.notFound }
        return stream
    }
}

/// What was just done to a stream, as the address of the page after it says.
enum StreamDone: String, Codable, CaseIterable {
    case streamRevised = "stream_revised"
    case designed, ended, seats
}

struct StreamPagePath: Codable {
    let stream: ProgramStream.ID
    let done: StreamDone?
}
