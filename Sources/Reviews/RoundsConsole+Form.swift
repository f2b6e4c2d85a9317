internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

// What a round begins with, and how it is drafted and revised.
extension RoundsConsole {
    var new: AnyRoute {
        PageRoute(
            .get, "/console/rounds/new", "consoleNewRound", access: .roles([.manager]), parameters: NewRoundPath.self
        ) { call in
            guard let id = call.parameters.call else { return try await choice(for: call) }
            guard let judged = try await call.reader.call(id) else { throw Problem.notFound }
            let (stream, batch) = (call.parameters.stream, call.parameters.batch)
            guard judged.judges(for: stream), judged.takes(batch) else { throw Problem.notFound }
            if judged.offersChoice, stream == nil, call.parameters.all != true {
                return try await choice(of: judged, for: call)
            }
            // A new round begins as its call's stream plans it, or else with the rubric of the last one: most calls judge as
            // the one before did.
            let before = try await call.reader.rounds(of: id).filter {
                $0.judges(for: stream) && (batch == nil || $0.judges(in: batch))
            }
            let zone = TimeZoneName.hongKong
            let due = LocalTime(CalendarDate(Date.now, in: zone).adding(days: 21), hour: 18, minute: 0)
            var values = RoundForm.rubric(
                of: try before.last?.criteria ?? ReviewRound.usualCriteria(), keepingIDs: false)
            values["is_blind"] = ["true"]
            values["is_shared"] = ["true"]
            values["reviews_wanted"] = ["3"]
            values["quorum"] = ["2"]
            values["time_zone"] = [zone.description]
            values["due_at"] = due.map { [$0.field] }
            if let planned = try await call.reader.plannedRound(of: id, for: stream, in: batch, now: .now)?
                .draft
            {
                let fields = RoundForm.values(of: planned)
                // A stream that plans rounds and has no rubric keeps to that of the round before.
                if !planned.criteria.isEmpty { values = values.filter { !$0.key.hasPrefix("criteria.") } }
                values.merge(fields) { $1 }
            }
            values["call"] = [id.description]
            values["stream"] = stream.map { [$0.description] }
            values["batch"] = batch.map { ["\($0)"] }
            return try await form(for: call, nil, values: values, version: nil)
        }.erased
    }

    var create: AnyRoute {
        PageRoute(
            .post, "/console/rounds/new", "createConsoleRound", access: .roles([.manager]), body: NewRoundForm.self
        ) { call in
            let tenant = try call.principal.workspace
            let id = ReviewRound.ID()
            return try await answering {
                let wanted = try call.decoded()
                let draft = try wanted.round.draft()
                return try await call.write { transaction in
                    _ = try await transaction.draftRound(draft, as: id, of: wanted.call, in: tenant)
                    return .redirect(to: "/console/rounds/\(id)?done=drafted")
                }
            } again: { problem in
                try await form(for: call, nil, values: call.fields, version: nil, problem: problem)
            }
        }.erased
    }

    var edit: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/edit", "consoleEditRound", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            guard let round = try await call.reader.round(call.parameters.round) else { throw Problem.notFound }
            guard round.status == .draft else { return .redirect(to: "/console/rounds/\(round.id)") }
            return try await form(
                for: call, round, values: RoundForm.values(of: round),
                version: try call.version(of: RoundView(round, nil)))
        }.erased
    }

    var revise: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/edit", "reviseConsoleRound", access: .roles([.manager]),
            parameters: RoundPath.self, body: RoundForm.self
        ) { call in
            let (tenant, id) = (try call.principal.workspace, call.parameters.round)
            guard let round = try await call.reader.round(id) else { throw Problem.notFound }
            return try await answering {
                let draft = try call.decoded().draft()
                return try await call.write { transaction in
                    _ = try await transaction.reviseRound(id, to: draft, in: tenant) {
                        try call.match(RoundView($0, nil))
                    }
                    return .redirect(to: "/console/rounds/\(id)?done=revised")
                }
            } again: { problem in
                try await form(for: call, round, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    /// The calls that a round can be drafted for, the last to close first: what a round begins with depends on its call.
    private func choice<P, B>(for call: FormCall<P, B>) async throws -> HTML {
        let viewer = try await call.viewer()
        let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
        let t = words.t
        let calls = try await call.reader.calls().filter { $0.cancelledAt == nil }
            .sorted { ($1.deadline.instant, $0.id) < ($0.deadline.instant, $1.id) }
        let model = RoundsPage(
            header: PageHeader(title: t("round.new"), lede: t("round.choose_call")),
            table: Table(
                caption: t("round.choose_call"), columns: [.init(t("round.call")), .init(t("round.closes"))],
                rows: calls.map { found in
                    [
                        .link(
                            found.title.text(for: words.spoken), "/console/rounds/new?call=\(found.id)",
                            note: found.streamName.text(for: words.spoken)), .time(words.time(found.deadline)),
                    ]
                }, empty: EmptyState(title: t("round.no_call"), text: t("round.no_call_text"))))
        let frame = Frame(
            title: t("round.new"), site: site, viewer: viewer, current: "rounds",
            breadcrumbs: [Breadcrumb(t("rounds.title"), "/console/rounds")])
        return HTML(bytes: try PageTemplate.rounds.render(model, in: frame))
    }

    /// What a round of a call that offers several streams can judge: what it begins with depends on it.
    private func choice<P, B>(of judged: CallForApplications, for call: FormCall<P, B>) async throws -> HTML {
        let viewer = try await call.viewer()
        let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
        let t = words.t
        let address: SafeURL = "/console/rounds/new?call=\(judged.id)"
        let all: [Table.Cell] = [
            .link(t("round.every_stream"), address.adding([("all", "true")]), note: t("round.every_stream_note")),
            .time(words.time(judged.deadline)),
        ]
        let model = RoundsPage(
            header: PageHeader(
                title: t("round.new"), kind: judged.title.text(for: words.spoken), lede: t("round.choose_stream")),
            table: Table(
                caption: t("round.choose_stream"), columns: [.init(t("round.stream")), .init(t("round.closes"))],
                rows: [all]
                    + judged.offered.map { offered in
                        [
                            .link(
                                offered.name.text(for: words.spoken),
                                address.adding([("stream", offered.stream.description)])),
                            .time(words.time(judged.deadline(of: offered.stream))),
                        ]
                    }, empty: EmptyState(title: t("round.no_call"), text: t("round.no_call_text"))))
        let frame = Frame(
            title: t("round.new"), site: site, viewer: viewer, current: "rounds",
            breadcrumbs: [
                Breadcrumb(t("rounds.title"), "/console/rounds"), Breadcrumb(t("round.new"), "/console/rounds/new"),
            ])
        return HTML(bytes: try PageTemplate.rounds.render(model, in: frame))
    }

    private func form<P, B>(
        for call: FormCall<P, B>, _ existing: ReviewRound?, values: [String: [String]], version: String?,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
        let t = words.t
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let chosen = existing == nil ? values["call"]?.first.flatMap(CallForApplications.ID.init) : nil
        let judged: CallForApplications? =
            if let id = existing?.call ?? chosen { try await call.reader.call(id) } else { nil }
        let calls = existing == nil && judged == nil ? try await call.reader.callTitles() : []
        let rows = max(3, Self.criteria(in: values) + 1)
        // The call stands once it is chosen: what the form begins with is the call's.
        let which =
            existing == nil && judged == nil
            ? [
                input.select(
                    "call", label: t("round.call"),
                    options: calls.map { ($0.id.description, $0.title.text(for: words.spoken)) })
            ] : []
        let streams = judged?.offered ?? []
        let whose =
            streams.isEmpty
            ? []
            : [
                input.select(
                    "stream", label: t("round.stream"), hint: t("round.stream_hint"),
                    options: streams.map { ($0.stream.description, $0.name.text(for: words.spoken)) },
                    prompt: t("round.every_stream"), isOptional: true)
            ]
        let batches = judged?.batches ?? []
        let when =
            batches.isEmpty
            ? []
            : [
                input.select(
                    "batch", label: t("round.batch"), hint: t("round.batch_hint"),
                    options: batches.map {
                        (
                            "\($0.number)",
                            t(
                                "round.batch_until",
                                [
                                    "number": "\($0.number)",
                                    "day": CalendarDate($0.closesAt, in: judged?.deadline.zone ?? .hongKong)
                                        .text(in: viewer.language),
                                ])
                        )
                    },
                    prompt: t("round.every_batch"), isOptional: true)
            ]
        let sections =
            [
                FormSection(fields: which + [input.localized("name", label: t("round.name"))] + whose + when),
                FormSection(
                    title: t("round.section_rules"),
                    fields: [
                        input.radios(
                            "is_blind", label: t("round.blinding"),
                            options: [
                                ("true", t("round.blind"), t("round.blind_hint")),
                                ("false", t("round.named"), t("round.named_hint")),
                            ]),
                        input.checkbox(
                            "is_shared", label: t("round.sharing"), statement: t("round.shared"),
                            hint: t("round.shared_hint")),
                        input.number("reviews_wanted", label: t("round.wanted"), hint: t("round.wanted_hint")),
                        input.number("quorum", label: t("round.quorum"), hint: t("round.quorum_hint")),
                        input.select(
                            "time_zone", label: t("round.zone"),
                            options: TimeZoneName.offered.map { ($0.description, $0.place) }),
                        input.text("due_at", label: t("round.due"), type: "datetime-local", width: "medium"),
                    ]),
            ] + (0..<rows).map { criterion($0, between: RoundForm.scoresBetween(ofRow: $0, in: values), input, t) }
        let title = existing == nil ? t("round.new") : t("round.edit")
        let model = ReviewsFormPage(
            header: PageHeader(
                title: title, kind: (existing?.name ?? judged?.title)?.text(for: words.spoken),
                lede: t("round.form_lede")),
            form: Form(
                action: existing.map { "/console/rounds/\($0.id)/edit" } ?? "/console/rounds/new", sections: sections,
                submit: t("round.save"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                    + (version.map { [HiddenField("version", $0)] } ?? [])
                    + (existing == nil ? judged.map { [HiddenField("call", $0.id.description)] } ?? [] : [])
                    + Self.kept(in: values, rows: rows),
                cancel: LinkText(
                    t("form.cancel"), existing.map { "/console/rounds/\($0.id)" } ?? "/console/rounds"),
                draft: existing.map { "round-\($0.id)" } ?? judged.map { Self.draft(of: $0.id, values) } ?? "round-new",
                problem: problem?.sentence(besides: sections.flatMap(\.fields))))
        let frame = Frame(
            title: title, site: site, viewer: viewer, current: "rounds",
            breadcrumbs: [Breadcrumb(t("rounds.title"), "/console/rounds")])
        return HTML(bytes: try PageTemplate.reviewsForm.render(model, in: frame))
    }

    private func criterion(_ index: Int, between: [Int], _ input: FormInput, _ t: Texts) -> FormSection {
        let row = "criteria.\(index)"
        return FormSection(
            title: t("criterion.section", ["number": "\(index + 1)"]),
            intro: index == 0 ? t("criterion.intro") : nil,
            fields: [
                input.localized("\(row).name", label: t("criterion.name"), isOptional: true),
                input.localized("\(row).guidance", label: t("criterion.guidance"), rows: 2, isOptional: true),
                input.number(
                    "\(row).weight", label: t("criterion.weight"), hint: t("criterion.weight_hint"), isOptional: true,
                    suffix: t("criterion.of_hundred")),
                input.number("\(row).lowest", label: t("criterion.lowest"), isOptional: true),
                input.localized("\(row).low_meaning", label: t("criterion.low_meaning"), isOptional: true),
                input.number("\(row).highest", label: t("criterion.highest"), isOptional: true),
                input.localized("\(row).high_meaning", label: t("criterion.high_meaning"), isOptional: true),
            ]
                + between.enumerated().map { place, score in
                    input.localized(
                        "\(row).meanings.\(place).meaning", label: t("criterion.meaning", ["score": "\(score)"]),
                        isOptional: true)
                })
    }

    /// What the form has no field for and must bring back, row by row: rows are told by where they first appear.
    private static func kept(in values: [String: [String]], rows: Int) -> [HiddenField] {
        (0..<rows).flatMap { row in
            let id = values["criteria.\(row).id"]?.first.flatMap { $0.isEmpty ? nil : $0 }
            let scores = RoundForm.scoresBetween(ofRow: row, in: values).enumerated().map { place, score in
                HiddenField("criteria.\(row).meanings.\(place).score", "\(score)")
            }
            return (id.map { [HiddenField("criteria.\(row).id", $0)] } ?? []) + scores
        }
    }

    /// Under which name a browser keeps what was typed: what a round begins with depends on its stream and batch.
    private static func draft(of call: CallForApplications.ID, _ values: [String: [String]]) -> String {
        let stream = values["stream"]?.first.flatMap(ProgramStream.ID.init)
        let batch = values["batch"]?.first.flatMap { Int($0) }
        return (["round-new-\(call)"] + [stream?.description, batch.map { "batch-\($0)" }].compactMap { $0 })
            .joined(separator: "-")
    }

    /// How many criteria a form was filled in with.
    private static func criteria(in values: [String: [String]]) -> Int {
        values.compactMap { name, texts -> Int? in
            let parts = name.split(separator: ".")
            guard parts.count == 4, parts[0] == "criteria", parts[2] == "name", let index = Int(parts[1]), index < 50,
                texts.contains(where: { !$0.isEmpty })
            else { return nil }
            return index + 1
        }.max() ?? 0
    }
}

/// A round and the call it is for, as one form sends both.
struct NewRoundForm: Codable {
    let call: CallForApplications.ID
    let round: RoundForm

    private enum CodingKeys: CodingKey { case call }

    init(from decoder: any Decoder) throws {
        call = try decoder.container(keyedBy: CodingKeys.self).decode(CallForApplications.ID.self, forKey: .call)
        round = try RoundForm(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(call, forKey: .call)
        try round.encode(to: encoder)
    }
}

/// For which call a round is drafted, and for which of its streams and batches, or for all of them.
struct NewRoundPath: Codable {
    let call: CallForApplications.ID?
    let stream: ProgramStream.ID?
    let batch: Int?
    let all: Bool?
}
