internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The pool of a stream as a manager keeps it, the nominations of its partners, and asking a pool onto a panel.
struct PoolConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] { [show, add, remove, nomination, accept, refuse, ofRound, ask] }

    // MARK: The pool of a stream

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/streams/{stream}/reviewers", "consoleStreamReviewers", access: .roles([.manager]),
            parameters: PoolDonePath.self
        ) { call in
            try await page(for: call, of: call.parameters.stream, done: call.parameters.done)
        }.erased
    }

    private var add: AnyRoute {
        PageRoute(
            .post, "/console/streams/{stream}/reviewers", "addConsoleStreamReviewers", access: .roles([.manager]),
            parameters: StreamPoolPath.self, body: PoolAdditionForm.self
        ) { call in
            let (stream, principal) = (call.parameters.stream, try call.principal)
            let tenant = try principal.workspace
            let desk = try await PoolDesk(call, in: site)
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let people = try form.candidates()
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.addToPool(
                        people, of: stream, until: form.until, mode, in: tenant, by: principal.personID)
                }
            } done: { transaction, verdicts in
                let candidates = try PoolAdditionForm.candidates(in: call.fields)
                let seated = zip(candidates, verdicts).compactMap {
                    candidate, verdict -> (String, String, Invitation)? in
                    guard case .address(let email, let name) = candidate, let invitation = verdict.done?.invitation
                    else { return nil }
                    return (name?.string ?? email.description, email.description, invitation)
                }
                return seated.isEmpty
                    ? .redirect(to: "/console/streams/\(stream)/reviewers?done=added")
                    : try codesPage(
                        seated,
                        Self.rows(
                            candidates, verdicts.map(\.refusal),
                            Dictionary(
                                try await transaction.reviewers().map { ($0.person, $0.name) },
                                uniquingKeysWith: { first, _ in first })),
                        of: try await transaction.stream(stream), desk)
            } page: { refusals, problem in
                try await page(for: call, of: stream, sent: .addition, refusals, problem: problem)
            }
        }.erased
    }

    private var remove: AnyRoute {
        PageRoute(
            .post, "/console/streams/{stream}/reviewers/removals", "removeConsoleStreamReviewers",
            access: .roles([.manager]), parameters: StreamPoolPath.self, body: PoolRemovalForm.self
        ) { call in
            let (stream, person) = (call.parameters.stream, try call.principal.personID)
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let people = try BulkMode.rows(form.leaving, at: "/leaving")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.removeFromPool(people, of: stream, mode, by: person)
                }
            } done: { _, _ in
                .redirect(to: "/console/streams/\(stream)/reviewers?done=removed")
            } page: { refusals, problem in
                try await page(for: call, of: stream, sent: .removal, refusals, problem: problem)
            }
        }.erased
    }

    /// How those who are new come in: the codes are shown once, here; and who was refused.
    private func codesPage(
        _ seated: [(String, String, Invitation)], _ rows: [BulkRow], of stream: ProgramStream?, _ desk: PoolDesk
    ) throws -> HTML {
        guard let stream else { throw Problem.notFound }
        let t = desk.t
        let pool: SafeURL = "/console/streams/\(stream.id)/reviewers"
        let model = RoundsPage(
            t("pool.result"), codes: seated, refused: rows, kind: stream.name.text(for: desk.spoken),
            back: .link(t("pool.back"), pool, style: .primary), in: .hongKong, t)
        let frame = Frame(
            title: t("pool.result"), site: site, viewer: desk.viewer, current: "programs",
            breadcrumbs: [Breadcrumb(t("pool.title"), pool)])
        return HTML(bytes: try PageTemplate.rounds.render(model, in: frame))
    }

    /// Whom somebody wants in a pool, by the names they are known by, and why each is refused.
    private static func rows(
        _ candidates: [PoolCandidate], _ refusals: [Problem?], _ names: [Person.ID: String] = [:]
    ) -> [BulkRow] {
        zip(candidates, refusals).map { candidate, refusal in
            switch candidate {
            case .known(let person): BulkRow(names[person] ?? person.description, refusal: refusal)
            case .address(let email, let name):
                BulkRow(name?.string ?? email.description, note: email.description, refusal: refusal)
            }
        }
    }

    /// What was sent to the page of a pool, which has a form for each.
    private enum Sent {
        case addition, removal
    }

    /// - Parameter refusals: why each is refused who was sent; empty where nothing was looked at.
    private func page<P, B>(
        for call: FormCall<P, B>, of id: ProgramStream.ID, done: PoolDone? = nil, sent: Sent? = nil,
        _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await PoolDesk(call, in: site)
        let t = desk.t
        guard let stream = try await call.reader.stream(id) else { throw Problem.notFound }
        let everybody = try await call.reader.pool(of: id, former: true)
        let pool = everybody.filter { $0.status == .nominated || $0.status == .member }
        let known = try await call.reader.reviewers()
        let inside = Set(pool.map(\.person))
        let others = known.filter { !inside.contains($0.person) }
        let isRunning = stream.endedAt == nil
        let key = call.freshIdempotencyKey
        // What was sent comes back in the form it was sent with, nothing in the other.
        func returned(to form: Sent) -> (fields: [String: [String]], problem: FormProblem?) {
            sent == form ? (call.fields, problem) : ([:], nil)
        }
        let (addition, departure) = (returned(to: .addition), returned(to: .removal))
        let adding = FormInput(values: addition.fields, errors: addition.problem?.errors ?? [], texts: t)
        let additions: [FormField] = [
            adding.checkboxes(
                "people", label: t("panel.known"),
                hint: others.count > Self.shown ? t("pool.more", count: others.count - Self.shown) : nil,
                options: others.prefix(Self.shown).map { ($0.person.description, $0.name, $0.email) }),
            adding.area(
                "addresses", label: t("pool.addresses"), hint: t("pool.addresses_hint"), isOptional: true, rows: 4),
            adding.date("until", label: t("pool.until"), hint: t("pool.until_hint"), isOptional: true),
        ]
        let names = Dictionary(
            known.map { ($0.person, $0.name) } + pool.map { ($0.person, $0.name) }, uniquingKeysWith: { $1 })
        let candidates = (try? PoolAdditionForm.candidates(in: addition.fields)) ?? []
        let add = BulkPage(
            t("pool.title"), lede: t("pool.add_intro"), subject: t("panel.person"),
            rows: Self.rows(candidates, refusals, names), action: "/console/streams/\(id)/reviewers",
            sections: [FormSection(title: t("pool.add"), intro: t("pool.add_intro"), fields: additions)],
            submit: t("pool.add_submit"), cancel: "/console/streams/\(id)", key: key, fields: addition.fields,
            problem: addition.problem, in: t.language)
        let members = pool.filter { $0.status == .member }
        let leaving = FormInput(values: departure.fields, errors: departure.problem?.errors ?? [], texts: t)
        let departures = [
            leaving.checkboxes(
                "leaving", label: t("pool.leaving"),
                options: members.prefix(Self.shown).map { ($0.person.description, $0.name, $0.email) },
                isOptional: false)
        ]
        let gone = sent == .removal ? call.ids("leaving", as: Person.ID.init) : []
        let remove = BulkPage(
            t("pool.title"), lede: t("pool.remove_intro"), subject: t("panel.person"),
            rows: zip(gone, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/streams/\(id)/reviewers/removals",
            sections: [FormSection(title: t("pool.remove"), intro: t("pool.remove_intro"), fields: departures)],
            submit: t("pool.remove_submit"), cancel: "/console/streams/\(id)", key: key, fields: departure.fields,
            problem: departure.problem, in: t.language)
        let former = everybody.filter { $0.status == .refused || $0.status == .ended }
        let model = PoolPage(
            header: PageHeader(
                title: t("pool.title"), kind: stream.name.text(for: desk.spoken), lede: t("pool.lede"),
                actions: pool.contains { $0.status == .nominated }
                    ? [.link(t("pool.answer_several"), "/console/streams/\(id)/nomination-answers")] : []),
            parts: [add, remove].compactMap(PoolPage.Part.init(looked:))
                + [PoolPage.Part(title: nil, text: nil, table: table(pool, desk, linked: true))]
                + (former.isEmpty
                    ? []
                    : [PoolPage.Part(title: t("pool.former"), text: nil, table: table(former, desk, linked: false))]),
            forms: (isRunning ? [add.form] : []) + (members.isEmpty ? [] : [remove.form]))
        let frame = Frame(
            title: t("pool.title"), site: site, viewer: desk.viewer, current: "programs",
            breadcrumbs: [
                Breadcrumb(t("pool.programs"), "/console/programs"),
                Breadcrumb(stream.name.text(for: desk.spoken), "/console/streams/\(id)"),
            ], flash: done.map { FlashNotice(t("pool.done.\($0.rawValue)")) })
        return try desk.html(model, frame)
    }

    /// How many people are offered for ticking at the most.
    private static let shown = 200

    private func table(_ pool: [StreamReviewer], _ desk: PoolDesk, linked: Bool) -> Table {
        let t = desk.t
        return Table(
            caption: t("pool.title"),
            columns: [
                .init(t("panel.person")), .init(t("pool.status")), .init(t("pool.since")), .init(t("panel.knows")),
                .init(t("pool.partner")),
            ],
            rows: pool.map { reviewer in
                [
                    linked && reviewer.status == .nominated
                        ? .link(reviewer.name, "/console/nominations/\(reviewer.id)", note: reviewer.email)
                        : .text(reviewer.name, note: reviewer.email),
                    .badge(desk.badge(reviewer.status), note: reviewer.note(t)),
                    reviewer.addedAt.map {
                        .text(
                            CalendarDate($0, in: .hongKong).text(in: t.language),
                            note: reviewer.addedByName.map { t("pool.added_by", ["name": $0]) })
                    } ?? .text("–"),
                    desk.knowledge(reviewer.focusAreas, reviewer.languages),
                    .text(reviewer.partnerName?.text(for: desk.spoken) ?? "–"),
                ]
            }, empty: EmptyState(title: t("pool.empty"), text: t("pool.empty_text")))
    }

    // MARK: Nominations

    private var nomination: AnyRoute {
        PageRoute(
            .get, "/console/nominations/{nomination}", "consoleNomination", access: .roles([.manager]),
            parameters: NominationPath.self
        ) { call in
            try await answer(for: call, to: call.parameters.nomination)
        }.erased
    }

    private var accept: AnyRoute {
        PageRoute(
            .post, "/console/nominations/{nomination}/acceptance", "acceptConsoleNomination",
            access: .roles([.manager]), parameters: NominationPath.self
        ) { call in
            let (id, principal) = (call.parameters.nomination, try call.principal)
            let tenant = try principal.workspace
            return try await answering {
                try await call.write { transaction in
                    let accepted = try await transaction.acceptNomination(id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/streams/\(accepted.stream)/reviewers?done=accepted")
                }
            } again: { problem in
                try await answer(for: call, to: id, problem: problem)
            }
        }.erased
    }

    private var refuse: AnyRoute {
        PageRoute(
            .post, "/console/nominations/{nomination}/refusal", "refuseConsoleNomination", access: .roles([.manager]),
            parameters: NominationPath.self, body: NominationRefusalBody.self
        ) { call in
            let (id, person) = (call.parameters.nomination, try call.principal.personID)
            return try await answering {
                let reason = try call.decoded().reason
                return try await call.write { transaction in
                    let refused = try await transaction.refuseNomination(id, because: reason, by: person)
                    return .redirect(to: "/console/streams/\(refused.stream)/reviewers?done=refused")
                }
            } again: { problem in
                try await answer(for: call, to: id, problem: problem)
            }
        }.erased
    }

    private func answer<P, B>(
        for call: FormCall<P, B>, to id: StreamReviewer.ID, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await PoolDesk(call, in: site)
        let t = desk.t
        guard let nomination = try await call.reader.streamReviewer(id) else { throw Problem.notFound }
        let pool: SafeURL = "/console/streams/\(nomination.stream)/reviewers"
        let key = HiddenField("idempotency_key", call.freshIdempotencyKey)
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let fields = [input.text("reason", label: t("pool.reason"), hint: t("pool.reason_hint"), limit: 500)]
        let isOpen = nomination.status == .nominated
        let names = [
            "partner": nomination.partnerName?.text(for: desk.spoken) ?? "",
            "stream": nomination.streamName.text(for: desk.spoken),
        ]
        let model = PoolPage(
            header: PageHeader(
                title: nomination.name, kind: t("pool.nomination"), badge: desk.badge(nomination.status),
                lede: t("pool.nomination_lede", names),
                actions: isOpen
                    ? [
                        .post(
                            t("pool.accept"), "/console/nominations/\(id)/acceptance", style: .primary, hidden: [key])
                    ] : []),
            refusal: ErrorSummary(fields: [], problem: problem?.sentence(besides: fields), texts: t),
            parts: [PoolPage.Part(title: nil, text: nil, table: table([nomination], desk, linked: false))],
            forms: isOpen
                ? [
                    Form(
                        action: "/console/nominations/\(id)/refusal",
                        sections: [FormSection(title: t("pool.refuse"), fields: fields)],
                        submit: t("pool.refuse_submit"),
                        texts: t, hidden: [key], cancel: LinkText(t("pool.back"), pool), isDangerous: true)
                ] : [])
        let frame = Frame(
            title: nomination.name, site: site, viewer: desk.viewer, current: "programs",
            breadcrumbs: [Breadcrumb(t("pool.title"), pool)])
        return try desk.html(model, frame)
    }

    // MARK: The pool of a round

    private var ofRound: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/pool", "consoleRoundPool", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            try await asking(for: call, of: call.parameters.round)
        }.erased
    }

    private var ask: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/pool", "askConsolePool", access: .roles([.manager]),
            parameters: RoundPath.self, body: PoolInvitationForm.self
        ) { call in
            let (id, principal) = (call.parameters.round, try call.principal)
            let tenant = try principal.workspace
            let desk = try await RoundDesk(call, id, in: site)
            let pool = try await call.reader.pool(for: id)
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let people = try BulkMode.rows(form.people, at: "/people")
                let terms = PanelTerms(least: form.least ?? 0, most: form.most, languages: form.languages)
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.invitePool(
                        people, to: id, terms, mode, in: tenant, by: principal.personID
                    ).map(\.verdict)
                }
            } done: { _, verdicts in
                let asked = zip(call.ids("people", as: Person.ID.init), verdicts).compactMap { person, verdict in
                    pool.first { $0.person == person }.flatMap { member in
                        EmailAddress(member.email).map { ((email: $0, name: member.name), verdict) }
                    }
                }
                return asked.allSatisfy { $1.done?.invitation == nil }
                    ? .redirect(to: "/console/rounds/\(id)?done=invited")
                    : try ManyAtOnceConsole.codesPage(asked.map { (who: $0, verdict: $1) }, desk)
            } page: { refusals, problem in
                try await asking(for: call, of: id, sent: call.fields, refusals, problem: problem)
            }
        }.erased
    }

    /// - Parameters:
    ///   - sent: what was sent; nil for a form that is opened, in which all are ticked who were not asked.
    ///   - refusals: why each is refused who was ticked; empty where nothing was looked at.
    private func asking<P, B>(
        for call: FormCall<P, B>, of id: ReviewRound.ID, sent: [String: [String]]? = nil, _ refusals: [Problem?] = [],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await PoolDesk(call, in: site)
        let t = desk.t
        guard let round = try await call.reader.round(id) else { throw Problem.notFound }
        let pool = try await call.reader.pool(for: id)
        let free = pool.filter { $0.answer == nil }
        let begins = ["people": free.map(\.person.description), "most": ["12"], "languages": ["en"]]
        let input = FormInput(values: sent ?? begins, errors: problem?.errors ?? [], texts: t)
        let fields: [FormField] = [
            input.checkboxes(
                "people", label: t("pool.title"),
                options: free.prefix(Self.shown).map { member in
                    (
                        member.person.description, member.name,
                        member.conflicts.isEmpty ? member.email : said(of: member.conflicts, t)
                    )
                }, isOptional: false),
            input.number("least", label: t("panel.least"), hint: t("panel.least_hint"), isOptional: true),
            input.number("most", label: t("panel.most")),
            input.checkboxes(
                "languages", label: t("panel.languages"), hint: t("pool.languages_hint"),
                options: Vocabulary.Language.allCases.map { ($0.rawValue, t("language.\($0.rawValue)"), nil) },
                isOptional: false),
        ]
        let names = Dictionary(pool.map { ($0.person, $0.name) }, uniquingKeysWith: { first, _ in first })
        let asked = sent == nil ? [] : call.ids("people", as: Person.ID.init)
        let bulk = BulkPage(
            t("pool.ask"), lede: t("pool.ask_lede", count: pool.count), subject: t("panel.person"),
            rows: zip(asked, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/rounds/\(id)/pool", sections: [FormSection(fields: fields)],
            submit: t("pool.ask_submit"), cancel: "/console/rounds/\(id)", key: call.freshIdempotencyKey,
            fields: sent ?? [:], problem: problem, in: t.language)
        let words = RoundWords(t: t, now: .now)
        let isOver = free.isEmpty || round.status == .closed
        let model = PoolPage(
            header: PageHeader(
                title: t("pool.ask"), kind: round.name.text(for: desk.spoken), badge: words.badge(round.status),
                lede: pool.isEmpty ? t("pool.ask_none") : t("pool.ask_lede", count: pool.count)),
            // What was refused is said in the form, where there still is one.
            refusal: isOver ? ErrorSummary(fields: [], problem: problem?.sentence(besides: []), texts: t) : nil,
            parts: [PoolPage.Part(looked: bulk)].compactMap(\.self)
                + [PoolPage.Part(title: nil, text: nil, table: table(pool, desk))],
            forms: isOver ? [] : [bulk.form])
        return try desk.html(model, words.frame(t("pool.ask"), of: round, site, desk.viewer))
    }

    /// Of how many startups: whose rival somebody is may have another conflict with them, too, so that the two add up to nothing.
    private func said(of conflicts: [Conflict], _ t: Texts) -> String {
        let others = Set(conflicts.compactMap(\.startup)).count
        return [
            others == 0 ? nil : t("pool.conflicts", count: others),
            conflicts.contains { $0.rivals != nil } ? t("conflicts.kind.rival") : nil,
        ].compactMap(\.self).joined(separator: " · ")
    }

    private func table(_ pool: [PoolMember], _ desk: PoolDesk) -> Table {
        let t = desk.t
        return Table(
            caption: t("pool.title"),
            columns: [
                .init(t("panel.person")), .init(t("pool.streams")), .init(t("panel.knows")),
                .init(t("conflicts.title")), .init(t("panel.answer")),
            ],
            rows: pool.map { member in
                let startups = member.conflicts.reduce(into: [String]()) { names, conflict in
                    let name = t.startups(conflict.startupName, rivals: conflict.rivals)
                    if !names.contains(name) { names.append(name) }
                }
                let partners = member.partners.map { $0.text(for: desk.spoken) }
                return [
                    .text(member.name, note: member.email),
                    .text(
                        member.streams.map { $0.text(for: desk.spoken) }.joined(separator: t("list.comma")),
                        note: partners.isEmpty
                            ? nil : t("pool.nominated_by", ["partner": partners.joined(separator: t("list.comma"))])),
                    desk.knowledge(member.focusAreas, member.languages),
                    .text(startups.isEmpty ? "–" : startups.prefix(12).joined(separator: t("list.comma"))),
                    .text(member.answer.map { t("panel.\($0.rawValue)") } ?? t("pool.not_asked")),
                ]
            }, empty: EmptyState(title: t("pool.empty"), text: t("pool.empty_round")))
    }
}

extension PoolDesk {
    func badge(_ status: StreamReviewer.Status) -> Badge {
        let tone: Badge.Tone =
            switch status {
            case .nominated: .info
            case .member: .success
            case .refused: .warning
            case .ended: .neutral
            }
        return Badge(t("pool.status.\(status.rawValue)"), tone)
    }
}

extension StreamReviewer {
    /// What is said beside where they stand: why they were refused, or until when they are in the pool.
    func note(_ t: Texts) -> String? {
        refusedReason?.string ?? until.map { t("pool.until_day", ["day": $0.text(in: t.language)]) }
    }
}

/// What was just done to a pool, as the address of the page after it says.
enum PoolDone: String, Codable, CaseIterable {
    case added, removed, accepted, refused, answered
}

struct PoolDonePath: Codable {
    let stream: ProgramStream.ID
    let done: PoolDone?
}

/// People to be taken into a pool, as the form sends them.
struct PoolAdditionForm: Codable {
    let people: [Person.ID]?
    let addresses: LongText?
    let until: CalendarDate?
    let partial: Bool?
    let sure: Bool?

    /// Whom it names, in the order of the form.
    func candidates() throws -> [PoolCandidate] {
        let all = try Self.candidates(people ?? [], addresses?.string ?? "")
        _ = try BulkMode.rows(Array(all.indices), at: "/people")
        return all
    }

    /// The same of a form as it was sent.
    static func candidates(in fields: [String: [String]]) throws -> [PoolCandidate] {
        try candidates((fields["people"] ?? []).compactMap(Person.ID.init), fields["addresses"]?.first ?? "")
    }

    private static func candidates(_ people: [Person.ID], _ addresses: String) throws -> [PoolCandidate] {
        var seen: Set<Person.ID> = []
        return people.filter { seen.insert($0).inserted }.map(PoolCandidate.known)
            + (try AddressLines.candidates(in: addresses))
    }
}

/// People to be taken out of a pool, as the form sends them.
struct PoolRemovalForm: Codable {
    let leaving: [Person.ID]?
    let partial: Bool?
    let sure: Bool?
}

/// People of a pool to be asked onto a panel, as the form sends them.
struct PoolInvitationForm: Codable {
    let people: [Person.ID]?
    let least: Int?
    let most: Int
    let languages: [Vocabulary.Language]
    let partial: Bool?
    let sure: Bool?
}
