internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The seats of partners on panels: for a manager those of a round, for the staff of a partner its own, with whom it nominates.
struct PartnerSeatPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [ofRound, waive, streams, stream, nominate, withdraw] }

    // MARK: For managers

    private var ofRound: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/partner-seats", "consolePartnerSeats", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            try await page(for: call, of: call.parameters.round)
        }.erased
    }

    private var waive: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/partner-seats", "waiveConsolePartnerSeats", access: .roles([.manager]),
            parameters: RoundPath.self, body: SeatWaiversForm.self
        ) { call in
            let (id, principal) = (call.parameters.round, try call.principal)
            let tenant = try principal.workspace
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let partners = try BulkMode.rows(form.partners, at: "/partners")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.waiveSeats(
                        of: partners, in: id, because: form.reason, mode, in: tenant, by: principal.personID
                    ).map(\.verdict)
                }
            } done: { _, _ in
                .redirect(to: "/console/rounds/\(id)?done=waived")
            } page: { refusals, problem in
                try await page(for: call, of: id, sent: call.fields, refusals, problem: problem)
            }
        }.erased
    }

    /// - Parameters:
    ///   - sent: what was sent; nil for a form that is opened, in which all are ticked.
    ///   - refusals: why each is refused who was ticked; empty where nothing was looked at.
    private func page<P, B>(
        for call: FormCall<P, B>, of id: ReviewRound.ID, sent: [String: [String]]? = nil, _ refusals: [Problem?] = [],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await PoolDesk(call, in: site)
        let t = desk.t
        guard let round = try await call.reader.round(id) else { throw Problem.notFound }
        let found = try await call.reader.partnerSeats(of: id)
        let empty = found.filter { $0.taken < $0.seats }
        let partners = empty.reduce(into: [PartnerSeats]()) { partners, seats in
            if !partners.contains(where: { $0.partner == seats.partner }) { partners.append(seats) }
        }
        let input = FormInput(
            values: sent ?? ["partners": partners.map(\.partner.description)], errors: problem?.errors ?? [], texts: t)
        let fields: [FormField] = [
            input.checkboxes(
                "partners", label: t("seats.partners"),
                options: partners.map { ($0.partner.description, $0.partnerName.text(for: desk.spoken), nil) },
                isOptional: false),
            input.area("reason", label: t("seats.reason"), hint: t("seats.reason_hint"), limit: 10_000, rows: 3),
        ]
        let words = RoundWords(t: t, now: .now)
        let names = Dictionary(
            found.map { ($0.partner, $0.partnerName.text(for: desk.spoken)) }, uniquingKeysWith: { first, _ in first })
        let bulk = BulkPage(
            t("seats.title"), lede: t("seats.waive_intro"), subject: t("pool.partner"),
            rows: zip(call.ids("partners", as: Institution.ID.init), refusals).map {
                BulkRow(names[$0] ?? $0.description, refusal: $1)
            }, action: "/console/rounds/\(id)/partner-seats",
            sections: [FormSection(title: t("seats.waive"), intro: t("seats.waive_intro"), fields: fields)],
            submit: t("seats.waive_submit"), cancel: "/console/rounds/\(id)", key: call.freshIdempotencyKey,
            fields: sent ?? [:], problem: problem, in: t.language)
        let model = PoolPage(
            header: PageHeader(
                title: t("seats.title"), kind: round.name.text(for: desk.spoken), badge: words.badge(round.status),
                lede: t("seats.lede")),
            parts: [PoolPage.Part(looked: bulk)].compactMap(\.self) + [
                PoolPage.Part(
                    title: nil, text: nil,
                    table: Table(
                        caption: t("seats.title"),
                        columns: [
                            .init(t("pool.partner")), .init(t("pool.streams")), .init(t("seats.taken")),
                            .init(t("seats.people")), .init(t("seats.waived")),
                        ],
                        rows: found.map { seats in
                            [
                                .text(seats.partnerName.text(for: desk.spoken)),
                                .text(seats.streamName.text(for: desk.spoken)),
                                .badge(desk.badge(taken: seats.taken, of: seats.seats)),
                                .text(seats.people.isEmpty ? "–" : seats.people.joined(separator: t("list.comma"))),
                                .text(
                                    seats.waiver?.reason.string ?? "–",
                                    note: seats.waiver.map { waiver in
                                        t(
                                            "seats.waived_by",
                                            [
                                                "name": waiver.waivedByName ?? "–",
                                                "day": CalendarDate(waiver.waivedAt, in: round.due.zone)
                                                    .text(in: t.language),
                                            ])
                                    }),
                            ]
                        }, empty: EmptyState(title: t("seats.none"), text: t("seats.none_text"))))
            ],
            forms: empty.isEmpty || round.status != .draft ? [] : [bulk.form])
        return try desk.html(model, words.frame(t("seats.title"), of: round, site, desk.viewer))
    }

    // MARK: For the staff of a partner

    private var streams: AnyRoute {
        PageRoute(.get, "/partner/streams", "partnerStreams", access: .roles([.partner])) { call in
            let desk = try await PoolDesk(call, in: site)
            let t = desk.t
            let streams = try await call.reader.streams().filter { !$0.partners.isEmpty }
            let own = Dictionary(grouping: try await call.reader.ownSeatsOnPanels(), by: \.stream)
            let seated = try await call.reader.ownStreamSeats()
            let model = PoolPage(
                header: PageHeader(title: t("own.title"), lede: t("own.lede")),
                parts: [
                    PoolPage.Part(
                        title: nil, text: nil,
                        table: Table(
                            caption: t("own.title"),
                            columns: [
                                .init(t("own.stream")), .init(t("own.seat")), .init(t("own.seats"), isNumber: true),
                                .init(t("own.rounds")),
                            ],
                            rows: streams.map { stream in
                                let rounds = (own[stream.id] ?? []).filter { $0.status != .closed }
                                let isShort = rounds.contains { $0.taken < $0.seats }
                                return [
                                    .link(stream.name.text(for: desk.spoken), "/partner/streams/\(stream.id)"),
                                    .text(seated.contains(stream.id) ? t("own.seat_held") : t("own.seat_none")),
                                    .number(stream.partners.first?.seats ?? 0),
                                    rounds.isEmpty
                                        ? .text(t("own.no_rounds"))
                                        : .badge(
                                            isShort
                                                ? Badge(t("own.empty"), .warning) : Badge(t("own.full"), .success)),
                                ]
                            }, empty: EmptyState(title: t("own.none"), text: t("own.none_text"))))
                ])
            return try desk.html(
                model, Frame(title: t("own.title"), site: site, viewer: desk.viewer, current: "seats"))
        }.erased
    }

    private var stream: AnyRoute {
        PageRoute(
            .get, "/partner/streams/{stream}", "partnerStream", access: .roles([.partner]),
            parameters: OwnStreamPath.self
        ) { call in
            try await own(for: call, call.parameters.stream, done: call.parameters.done)
        }.erased
    }

    private var nominate: AnyRoute {
        PageRoute(
            .post, "/partner/streams/{stream}/nominations", "nominatePartnerReviewers", access: .roles([.partner]),
            parameters: StreamPoolPath.self, body: NominationForm.self
        ) { call in
            let (id, principal) = (call.parameters.stream, try call.principal)
            let (tenant, partner) = (try principal.workspace, Institution.ID(try principal.actsFor))
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let people = try BulkMode.rows(form.people, at: "/people")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.nominateReviewers(
                        people, for: id, as: partner, mode, in: tenant, by: principal.personID)
                }
            } done: { _, _ in
                .redirect(to: "/partner/streams/\(id)?done=nominated")
            } page: { refusals, problem in
                try await own(for: call, id, sent: call.fields, refusals, problem: problem)
            }
        }.erased
    }

    private var withdraw: AnyRoute {
        PageRoute(
            .post, "/partner/nominations/{nomination}/withdrawal", "withdrawPartnerNomination",
            access: .roles([.partner]), parameters: NominationPath.self
        ) { call in
            let (id, person) = (call.parameters.nomination, try call.principal.personID)
            guard let nomination = try await call.reader.streamReviewer(id) else { throw Problem.notFound }
            return try await answering {
                try await call.write { transaction in
                    let withdrawn = try await transaction.withdrawNomination(id, by: person)
                    return .redirect(to: "/partner/streams/\(withdrawn.stream)?done=withdrawn")
                }
            } again: { problem in
                try await own(for: call, nomination.stream, refusal: problem)
            }
        }.erased
    }

    /// - Parameters:
    ///   - sent: whom the partner would nominate, as it was sent.
    ///   - refusals: why each of them is refused; empty where nothing was looked at.
    ///   - refusal: why a nomination was not taken back.
    private func own<P, B>(
        for call: FormCall<P, B>, _ id: ProgramStream.ID, done: OwnStreamDone? = nil, sent: [String: [String]] = [:],
        _ refusals: [Problem?] = [], problem: FormProblem? = nil, refusal: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await PoolDesk(call, in: site)
        let t = desk.t
        guard let stream = try await call.reader.stream(id), !stream.partners.isEmpty else { throw Problem.notFound }
        let seats = try await call.reader.ownSeatsOnPanels().filter { $0.stream == id }
        let pool = try await call.reader.pool(of: id, former: true)
        let inside = Set(pool.filter { $0.status == .nominated || $0.status == .member }.map(\.person))
        let staff = try await call.reader.ownStaff()
        let free = staff.filter { !inside.contains($0.person) }
        let key = HiddenField("idempotency_key", call.freshIdempotencyKey)
        let input = FormInput(values: sent, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.checkboxes(
                "people", label: t("own.staff"), options: free.map { ($0.person.description, $0.name, $0.email) },
                isOptional: false)
        ]
        let names = Dictionary(staff.map { ($0.person, $0.name) }, uniquingKeysWith: { first, _ in first })
        let chosen = sent.isEmpty ? [] : call.ids("people", as: Person.ID.init)
        let bulk = BulkPage(
            t("own.nominate"), lede: t("own.nominate_intro"), subject: t("panel.person"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/partner/streams/\(id)/nominations",
            sections: [FormSection(title: t("own.nominate"), intro: t("own.nominate_intro"), fields: fields)],
            submit: t("own.nominate_submit"), cancel: "/partner/streams/\(id)", key: call.freshIdempotencyKey,
            fields: sent, problem: problem, in: t.language)
        let words = RoundWords(t: t, now: .now)
        let rounds = Table(
            caption: t("own.rounds"),
            columns: [
                .init(t("round.kind")), .init(t("round.status")), .init(t("round.due")), .init(t("seats.taken")),
                .init(t("seats.people")), .init(t("seats.waived")),
            ],
            rows: seats.map { own in
                [
                    .text(own.roundName.text(for: desk.spoken), note: own.callTitle.text(for: desk.spoken)),
                    .badge(words.badge(own.status)), .time(words.time(own.due)),
                    .badge(desk.badge(taken: own.taken, of: own.seats)),
                    .text(own.people.isEmpty ? "–" : own.people.joined(separator: t("list.comma"))),
                    .text(own.reason?.string ?? "–"),
                ]
            }, empty: EmptyState(title: t("own.no_rounds"), text: t("own.no_rounds_text")))
        let nominated = Table(
            caption: t("own.nominated"),
            columns: [.init(t("panel.person")), .init(t("pool.status")), .init(t("own.deed"))],
            rows: pool.map { reviewer in
                [
                    .text(reviewer.name.isEmpty ? t("own.left") : reviewer.name, note: reviewer.email),
                    .badge(desk.badge(reviewer.status), note: reviewer.note(t)),
                    reviewer.status == .nominated || reviewer.status == .member
                        ? .action(
                            .post(
                                t("own.withdraw"), "/partner/nominations/\(reviewer.id)/withdrawal", hidden: [key]))
                        : .text("–"),
                ]
            }, empty: EmptyState(title: t("own.nobody"), text: t("own.nobody_text")))
        let model = PoolPage(
            header: PageHeader(
                title: stream.name.text(for: desk.spoken),
                lede: t("own.seats_lede", count: stream.partners.first?.seats ?? 0)),
            refusal: ErrorSummary(fields: [], problem: refusal?.sentence(besides: []), texts: t),
            parts: [PoolPage.Part(looked: bulk)].compactMap(\.self) + [
                PoolPage.Part(title: t("own.rounds"), text: nil, table: rounds),
                PoolPage.Part(title: t("own.nominated"), text: nil, table: nominated),
            ],
            forms: free.isEmpty || stream.endedAt != nil ? [] : [bulk.form])
        let frame = Frame(
            title: stream.name.text(for: desk.spoken), site: site, viewer: desk.viewer, current: "seats",
            breadcrumbs: [Breadcrumb(t("own.title"), "/partner/streams")],
            flash: done.map { FlashNotice(t("own.done.\($0.rawValue)")) })
        return try desk.html(model, frame)
    }
}

extension PoolDesk {
    func badge(taken: Int, of seats: Int) -> Badge {
        Badge(
            t("seats.taken_of", ["taken": Figures.grouped(taken), "seats": Figures.grouped(seats)]),
            taken < seats ? .warning : .success)
    }
}

/// What was just done by a partner, as the address of the page after it says.
enum OwnStreamDone: String, Codable, CaseIterable {
    case nominated, withdrawn
}

struct OwnStreamPath: Codable {
    let stream: ProgramStream.ID
    let done: OwnStreamDone?
}

struct NominationForm: Codable {
    let people: [Person.ID]?
    let partial: Bool?
    let sure: Bool?
}

/// Partners whose seats may stay empty, and why.
struct SeatWaiversForm: Codable {
    let partners: [Institution.ID]?
    let reason: LongText
    let partial: Bool?
    let sure: Bool?
}
