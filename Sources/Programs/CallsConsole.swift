import API
import Accounts
import Foundation
import Institutions
import Pages
import Partnerships
import Postgres
import Vocabulary
import Wording

/// Calls as a manager keeps them.
struct CallsConsole {
    let site: Site
    let rounds: RoundStreams

    var routes: [AnyRoute] {
        [
            show, draft, create, edit, revise, publish, extending, extend, cancellation, cancel, batches, planBatches,
            leading, lead,
        ]
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}", "consoleCall", access: .roles([.manager]), parameters: CallPagePath.self
        ) { call in
            try await page(for: call, of: call.parameters.call, done: call.parameters.done)
        }.erased
    }

    private var draft: AnyRoute {
        PageRoute(
            .get, "/console/streams/{stream}/calls/new", "consoleNewCall", access: .roles([.manager]),
            parameters: JointFormPath.self
        ) { call in
            guard let stream = try await call.reader.stream(call.parameters.stream) else { throw Problem.notFound }
            let zone = TimeZoneName.hongKong
            let today = CalendarDate(Date.now, in: zone)
            func at(_ day: CalendarDate, _ hour: Int) -> String {
                LocalTime(day, hour: hour, minute: 0)?.field ?? ""
            }
            var texts = [
                "time_zone": zone.description, "grace_minutes": "1", "opens_at": at(today.adding(days: 7), 9),
                "closes_at": at(today.adding(days: 49), 18), "questions.0.is_required": "true",
                "access": CallForApplications.Access.public.rawValue,
            ]
            // A call begins with what its stream is designed to ask, and closes when its calls usually do.
            if let design = try await call.reader.design(of: stream.id) {
                texts.merge(CallFormFields.values(of: design.form)) { $1 }
                if let closing = design.closing,
                    let opens = LocalTime(today.adding(days: 7), hour: 9, minute: 0)?.instant(in: closing.zone),
                    let window = closing.window(from: opens)
                {
                    texts["closes_at"] = window.closes.field
                    texts["time_zone"] = closing.zone.description
                    for (index, cutoff) in window.cutoffs.enumerated() { texts["cutoffs.\(index)"] = cutoff.field }
                }
            }
            var values = texts.mapValues { [$0] }
            // With other streams of the program, it begins with what each is designed to ask.
            let forms = try await call.reader.designedForms(of: stream.program)
            let beside = forms.filter { $0.stream != stream.id && call.parameters.others.contains($0.stream) }
            if !beside.isEmpty {
                values = values.filter { !$0.key.hasPrefix("questions.") }
                let joint = StreamDesign.jointForm(of: stream.id, beside: Set(beside.map(\.stream)), among: forms)
                values.merge(CallFormFields.values(of: joint).mapValues { [$0] }) { $1 }
                values.merge(CallFormFields.streams(of: joint)) { $1 }
                for (index, form) in beside.enumerated() {
                    values["offered_streams.\(index + 1).stream"] = [form.stream.description]
                }
            }
            return try await draftForm(
                for: call, of: stream, nil, values: values, version: nil,
                beginning: forms.filter { form in
                    form.stream != stream.id && !beside.contains { $0.stream == form.stream }
                }, after: beside.map(\.stream))
        }.erased
    }

    private var create: AnyRoute {
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

    private var edit: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/edit", "consoleEditCall", access: .roles([.manager]),
            parameters: CallPath.self
        ) { call in
            let found = try await find(call.parameters.call, call.reader)
            guard let stream = try await call.reader.stream(found.stream) else { throw Problem.notFound }
            return try await draftForm(
                for: call, of: stream, found,
                values: CallFormFields.values(of: found).mapValues { [$0] }
                    .merging(CallFormFields.streams(of: found.questions.map { NewQuestion($0) })) { $1 },
                version: try call.version(of: CallView(found, at: .now)))
        }.erased
    }

    private var revise: AnyRoute {
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

    private var publish: AnyRoute {
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

    private var extending: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/extension", "consoleExtendCall", access: .roles([.manager]),
            parameters: CallPath.self
        ) { call in
            let found = try await find(call.parameters.call, call.reader)
            return try await extensionForm(
                for: call, of: found, values: ["closes_at": [found.deadline.localTime.field]])
        }.erased
    }

    private var extend: AnyRoute {
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
                let stream = body.stream
                return try await call.write { transaction in
                    _ = try await transaction.extendCall(
                        id, stream: stream, to: closing, because: body.reason, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/calls/\(id)?done=extended")
                }
            } again: { problem in
                try await extensionForm(for: call, of: found, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var batches: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/cutoffs", "consoleBatches", access: .roles([.manager]),
            parameters: CallPath.self
        ) { call in
            let found = try await find(call.parameters.call, call.reader)
            let values = CallFormFields.values(of: found).filter { $0.key.hasPrefix("cutoffs.") }.mapValues { [$0] }
            return try await batchesForm(
                for: call, of: found, values: values, version: try call.version(of: found.cutoffs))
        }.erased
    }

    private var planBatches: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/cutoffs", "planConsoleBatches", access: .roles([.manager]),
            parameters: CallPath.self, body: CutoffsFields.self
        ) { call in
            let found = try await find(call.parameters.call, call.reader)
            return try await answering {
                let cutoffs = try call.decoded().moments(over: found)
                return try await call.write { transaction in
                    _ = try await transaction.planBatches(cutoffs, of: found.id) { try call.match($0.cutoffs) }
                    return .redirect(to: "/console/calls/\(found.id)?done=planned")
                }
            } again: { problem in
                try await batchesForm(
                    for: call, of: found, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    private var leading: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/cohort", "consoleLeadCall", access: .roles([.manager]),
            parameters: CallPath.self
        ) { call in
            let found = try await find(call.parameters.call, call.reader)
            return try await cohortForm(
                for: call, of: found, values: found.cohort.map { ["cohort": ["\($0.id)"]] } ?? [:],
                version: try call.version(of: CohortOfCall(cohort: found.cohort?.id)))
        }.erased
    }

    private var lead: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/cohort", "leadConsoleCall", access: .roles([.manager]),
            parameters: CallPath.self, body: CohortOfCall.self
        ) { call in
            let found = try await find(call.parameters.call, call.reader)
            return try await answering {
                let cohort = try call.decoded().cohort
                return try await call.write { transaction in
                    _ = try await transaction.leadCall(found.id, into: cohort) {
                        try call.match(CohortOfCall(cohort: $0.cohort?.id))
                    }
                    return .redirect(to: "/console/calls/\(found.id)?done=led")
                }
            } again: { problem in
                try await cohortForm(
                    for: call, of: found, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    private func batchesForm<P, B>(
        for call: FormCall<P, B>, of found: CallForApplications, values: [String: [String]], version: String?,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.programs.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = (0..<(Self.cutoffs(in: values) + 3)).map {
            input.text(
                "cutoffs.\($0)", label: t("field.cutoff", ["number": "\($0 + 1)"]), hint: found.deadline.zone.place,
                type: "datetime-local", isOptional: true, width: "medium")
        }
        return try ProgramsForm(
            site: site, title: t("section.cutoffs"), kind: found.title.text(for: Vocabulary.Language(viewer.language)),
            lede: t("batches.lede"), address: "/console/calls/\(found.id)/cutoffs", submit: t("call.submit_edit"),
            cancel: "/console/calls/\(found.id)"
        ).html(
            for: call, viewer, t, sections: [FormSection(fields: fields)], version: version, problem: problem)
    }

    private var cancellation: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/cancellation", "consoleCancelCall", access: .roles([.manager]),
            parameters: CallPath.self
        ) { call in
            let found = try await find(call.parameters.call, call.reader)
            return try await cancellationForm(for: call, of: found, values: [:])
        }.erased
    }

    private var cancel: AnyRoute {
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
        let chosen = found.offered.map(\.stream)
        let streams =
            [stream]
            + (found.offersChoice
                ? try await call.reader.streams(of: found.program).filter {
                    $0.id != stream.id && chosen.contains($0.id)
                }
                : [])
        let members = streams.flatMap(\.partners)
        let mous = try await call.reader.mous(Array(Set(members.map(\.mou))))
        let names = try await call.reader.institutionNames(Array(Set(members.map(\.institution))))
        let extensions = try await call.reader.extensions(of: id)
        let status = found.status(at: words.now)
        // The day the agreements must hold on is the day it opens; a published call has passed that check.
        let opening =
            status == .draft ? CalendarDate(max(found.opensAt, words.now), in: found.deadline.zone) : nil
        let bound: Set<ProgramStream.Partner> =
            if let opening { try await call.reader.bound(members, on: opening) } else { [] }
        let agreements = Dictionary(uniqueKeysWithValues: mous.map { ($0.id, $0) })
        let partners = streams.flatMap { words.partners($0, agreements, names, opening: opening, bound: bound) }
        let warning = status == .draft ? try await unjudged(found, call.reader, words) : nil
        let questions = words.questions(found)
        let conditions = words.conditions(try await call.reader.conditions(of: id))
        let moved = words.extensions(extensions, of: found)
        var facts: [Fact] = [
            .text(t("fact.program"), found.programName.text(for: words.spoken)),
            .text(t("fact.stream"), found.streamName.text(for: words.spoken)),
        ]
        if let offered = words.offered(found) { facts.append(offered) }
        if let cohort = found.cohort {
            facts.append(
                .link(t("fact.cohort"), LinkText(words.line(cohort, of: found), "/console/cohorts/\(cohort.id)")))
        }
        facts += words.window(found) + words.kinds(found)
        if found.access != .public {
            facts.append(.link(t("fact.admitted"), LinkText(t("admissions.title"), "/console/calls/\(id)/admissions")))
        }
        facts.append(.link(t("fact.preview"), LinkText(t("fact.preview_form"), "/console/calls/\(id)/preview")))
        facts.append(.link(t("fact.preview"), LinkText(t("fact.preview_file"), "/console/calls/\(id)/preview/file")))
        if status != .cancelled {
            facts.append(.link(t("fact.reviews"), LinkText(t("fact.rounds"), "/console/rounds?call=\(id)")))
            facts.append(.link(t("fact.reviews"), LinkText(t("fact.new_round"), "/console/rounds/new?call=\(id)")))
        }
        if status == .open || status == .closed {
            facts.append(.link(t("fact.reviews"), LinkText(t("fact.overlaps"), "/console/calls/\(id)/overlaps")))
        }
        if status != .draft, status != .cancelled {
            let list = LinkText(t("fact.waiting_list"), "/console/calls/\(id)/waiting-list")
            facts.append(.link(t("fact.decisions"), list))
        }
        facts.append(.text(t("fact.grace"), t("minutes", count: found.deadline.graceSeconds / 60)))
        if let published = found.publishedAt {
            facts.append(.time(t("fact.published"), words.time(published, in: found.deadline.zone)))
            facts.append(
                .link(
                    t("fact.form"),
                    LinkText(
                        t("form.version", ["number": Figures.grouped(found.formVersion ?? 1)]),
                        "/console/calls/\(id)/form")))
            facts.append(.link(t("fact.public"), LinkText(t("fact.public_link"), "/calls/\(id)")))
        }
        let model = CallPage(
            header: PageHeader(
                title: found.title.text(for: words.spoken), kind: t("call.kind"), badge: words.badge(status),
                lede: words.lede(found), actions: actions(on: found, status, t, key: call.freshIdempotencyKey)),
            refusal: refusal.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) },
            warning: warning, questions: questions, hasQuestions: !questions.isEmpty,
            conditions: conditions,
            hasConditions: !conditions.isEmpty, conditionsURL: "/console/calls/\(id)/conditions", partners: partners,
            hasPartners: !partners.isEmpty, extensions: moved, hasExtensions: !moved.isEmpty,
            facts: Facts(title: t("fact.title"), facts))
        let frame = Frame(
            title: found.title.text(for: words.spoken), site: site, viewer: viewer, current: "programs",
            breadcrumbs: [Breadcrumb(t("programs.title"), "/console/programs")],
            flash: done.map { FlashNotice(t("done.\($0.rawValue)")) })
        return HTML(bytes: try PageTemplate.call.render(model, in: frame))
    }

    /// That no round of review is drafted for a call, or for some of the streams it offers, and none is planned.
    private func unjudged(
        _ call: CallForApplications, _ reader: Reader, _ words: ProgramWords
    ) async throws -> String? {
        let (t, drafted) = (words.t, try await rounds(call.id, reader))
        func isUnjudged(_ stream: ProgramStream.ID) async throws -> Bool {
            guard !drafted.contains(where: { $0 == nil || $0 == stream }) else { return false }
            return try await reader.design(of: stream)?.rounds.isEmpty ?? true
        }
        guard call.offersChoice else {
            return try await isUnjudged(call.stream) ? t("call.unjudged") : nil
        }
        var streams: [String] = []
        for offered in call.offered where try await isUnjudged(offered.stream) {
            streams.append(offered.name.text(for: words.spoken))
        }
        guard !streams.isEmpty else { return nil }
        return t("call.unjudged_streams", ["streams": streams.joined(separator: t("condition.comma"))])
    }

    private func actions(
        on call: CallForApplications, _ status: CallForApplications.Status, _ t: Texts, key: String
    ) -> [Action] {
        let cancel = Action.link(t("cancel.action"), "/console/calls/\(call.id)/cancellation")
        let clone = Action.link(t("clone.action"), "/console/calls/\(call.id)/clone")
        let batches =
            call.window == .rolling ? [Action.link(t("batches.action"), "/console/calls/\(call.id)/cutoffs")] : []
        let lead = Action.link(t("lead.action"), "/console/calls/\(call.id)/cohort")
        let form = Action.link(t("form.revise"), "/console/calls/\(call.id)/form/edit")
        switch status {
        case .draft:
            return [
                .post(
                    t("publish.action"), "/console/calls/\(call.id)/publication", style: .primary,
                    hidden: [HiddenField("idempotency_key", key)]),
                .link(t("edit.action"), "/console/calls/\(call.id)/edit"), cancel,
            ]
        case .scheduled, .open:
            return [.link(t("extend.action"), "/console/calls/\(call.id)/extension"), form] + batches
                + [lead, cancel, clone]
        case .closed: return [.link(t("extend.action"), "/console/calls/\(call.id)/extension"), form, lead, clone]
        case .cancelled: return [clone]
        }
    }

    private func draftForm<P, B>(
        for call: FormCall<P, B>, of stream: ProgramStream, _ existing: CallForApplications?,
        values: [String: [String]], version: String?, problem: FormProblem? = nil,
        beginning others: [DesignedForm] = [], after chosen: [ProgramStream.ID] = []
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.programs.texts(in: viewer.language)
        let spoken = Vocabulary.Language(viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let begin = others.map { form in
            Action.link(
                t("call.begin_with", ["stream": form.name.text(for: spoken)]),
                SafeURL("/console/streams/\(stream.id)/calls/new").adding(
                    (chosen + [form.stream]).map { ("beside", $0.description) }))
        }
        let rows = max(3, QuestionFields.count(in: values) + 2)
        let siblings = try await call.reader.streams(of: stream.program).filter { other in
            other.id != stream.id
                && (other.endedAt == nil || existing?.offered.contains { $0.stream == other.id } ?? false)
        }
        let named = Dictionary(
            ([stream] + siblings).map { ($0.id, $0.name.text(for: spoken)) }, uniquingKeysWith: { first, _ in first })
        let words = ProgramWords(t: t, now: .now)
        let cohort = try await cohortField(
            input, call.reader, of: named, in: stream.program, keeping: existing?.cohort, words)
        let choice =
            siblings.isEmpty
            ? [] : ([stream] + siblings).map { (value: $0.id.description, label: $0.name.text(for: spoken)) }
        let sections =
            [
                FormSection(title: t("section.call"), fields: input.names("title", t)),
                FormSection(
                    title: t("section.access"),
                    fields: [
                        input.radios(
                            "access", label: t("field.access"),
                            options: CallForApplications.Access.allCases.map {
                                ($0.rawValue, t("access.\($0.rawValue)"), t("access_hint.\($0.rawValue)"))
                            })
                    ]),
                FormSection(title: t("section.cohort"), fields: [cohort]),
            ] + (offeredSection(input, t, of: stream, beside: siblings, in: spoken).map { [$0] } ?? []) + [
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
                FormSection(
                    title: t("section.cutoffs"), intro: t("section.cutoffs_intro"),
                    fields: (0..<(Self.cutoffs(in: values) + 2)).map {
                        input.text(
                            "cutoffs.\($0)", label: t("field.cutoff", ["number": "\($0 + 1)"]), type: "datetime-local",
                            isOptional: true, width: "medium")
                    }),
            ] + (0..<rows).map { input.question($0, t, streams: choice) }
        let title = existing == nil ? t("call.draft") : t("call.edit")
        let model = ProgramsFormPage(
            header: PageHeader(
                title: title, kind: existing?.title.text(for: spoken) ?? stream.name.text(for: spoken),
                lede: t("call.lede"), actions: begin),
            form: Form(
                action: existing.map { "/console/calls/\($0.id)/edit" } ?? "/console/streams/\(stream.id)/calls/new",
                sections: sections, submit: existing == nil ? t("call.submit") : t("call.submit_edit"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                    + (version.map { [HiddenField("version", $0)] } ?? []) + QuestionFields.kept(in: values)
                    + (siblings.isEmpty ? [] : [HiddenField("offered_streams.0.stream", stream.id.description)]),
                cancel: LinkText(
                    t("form.cancel"), existing.map { "/console/calls/\($0.id)" } ?? "/console/programs"),
                draft: existing.map { "call-\($0.id)" } ?? "call-new-\(stream.id)",
                problem: problem?.sentence(besides: sections.flatMap(\.fields))))
        let frame = Frame(
            title: title, site: site, viewer: viewer, current: "programs",
            breadcrumbs: [Breadcrumb(t("programs.title"), "/console/programs")])
        return HTML(bytes: try PageTemplate.form.render(model, in: frame))
    }

    /// The cohorts that a call of these streams may lead into, and that are still to end.
    private func cohortField(
        _ input: FormInput, _ reader: Reader, of streams: [ProgramStream.ID: String], in program: Program.ID,
        keeping current: Cohort?, _ words: ProgramWords
    ) async throws -> FormField {
        let t = words.t
        let today = CalendarDate(words.now, in: .hongKong)
        let cohorts = try await reader.cohorts(in: program).filter {
            $0.id == current?.id || streams[$0.stream] != nil && $0.endsOn > today
        }
        return input.select(
            "cohort", label: t("field.cohort"),
            hint: cohorts.isEmpty ? t("field.cohort_none_yet") : t("field.cohort_of_call_hint"),
            options: cohorts.map { cohort in
                (
                    cohort.id.description,
                    [words.line(cohort), streams[cohort.stream]].compactMap(\.self).joined(separator: " · ")
                )
            }, prompt: t("field.cohort_none"), isOptional: true)
    }

    private func cohortForm<P, B>(
        for call: FormCall<P, B>, of found: CallForApplications, values: [String: [String]], version: String?,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
        let t = words.t
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let streams = Dictionary(
            [(found.stream, found.streamName.text(for: words.spoken))]
                + found.offered.map { ($0.stream, $0.name.text(for: words.spoken)) },
            uniquingKeysWith: { first, _ in first })
        let field = try await cohortField(
            input, call.reader, of: streams, in: found.program, keeping: found.cohort, words)
        return try ProgramsForm(
            site: site, title: t("section.cohort"), kind: found.title.text(for: words.spoken), lede: t("lead.lede"),
            address: "/console/calls/\(found.id)/cohort", submit: t("lead.submit"),
            cancel: "/console/calls/\(found.id)"
        ).html(
            for: call, viewer, t, sections: [FormSection(fields: [field])], version: version, problem: problem)
    }

    /// The streams of the program that applicants may choose beside the call's own; nil where it has no other.
    private func offeredSection(
        _ input: FormInput, _ t: Texts, of stream: ProgramStream, beside others: [ProgramStream],
        in spoken: Vocabulary.Language
    ) -> FormSection? {
        guard !others.isEmpty else { return nil }
        var fields = [
            input.number(
                "offered_streams.0.places",
                label: t("field.own_places", ["stream": stream.name.text(for: spoken)]), isOptional: true),
            input.text(
                "offered_streams.0.closes_at",
                label: t("field.own_closing", ["stream": stream.name.text(for: spoken)]), type: "datetime-local",
                isOptional: true, width: "medium"),
        ]
        for row in 1...min(others.count, OfferedStream.most - 1) {
            fields.append(
                input.select(
                    "offered_streams.\(row).stream", label: t("field.offered_stream", ["number": "\(row)"]),
                    options: others.map { ($0.id.description, $0.name.text(for: spoken)) },
                    prompt: t("field.offered_none"), isOptional: true))
            fields.append(
                input.number(
                    "offered_streams.\(row).places", label: t("field.offered_places", ["number": "\(row)"]),
                    isOptional: true))
            fields.append(
                input.text(
                    "offered_streams.\(row).closes_at", label: t("field.offered_closing", ["number": "\(row)"]),
                    type: "datetime-local", isOptional: true, width: "medium"))
        }
        return FormSection(title: t("section.offered"), intro: t("section.offered_intro"), fields: fields)
    }

    private static func cutoffs(in values: [String: [String]]) -> Int {
        values.count { $0.key.hasPrefix("cutoffs.") && !($0.value.first ?? "").isEmpty }
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
        let streams = found.offered.filter { $0.closesAt != nil }
        let which =
            streams.isEmpty
            ? []
            : [
                input.select(
                    "stream", label: t("extend.which"), hint: t("extend.which_hint"),
                    options: streams.map { stream in
                        let closing = words.sentence(found.deadline(of: stream.stream).instant, in: found.deadline.zone)
                        let name = stream.name.text(for: words.spoken)
                        return (
                            stream.stream.description,
                            t("extend.stream", ["stream": name, "closes": closing])
                        )
                    }, prompt: t("extend.call"), isOptional: true)
            ]
        let fields =
            which + [
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
