internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Where a manager moves the moment at which the reviews of an open round are due.
struct DueConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] { [show, move] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/due", "consoleRoundDue", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            let desk = try await RoundDesk(call, call.parameters.round, in: site)
            guard desk.round.status == .open else { return .redirect(to: "/console/rounds/\(desk.round.id)") }
            return try await form(
                for: call, desk, values: ["due.at": [desk.round.due.localTime.field]],
                version: try call.version(of: try await call.reader.dueView(desk.round.id)))
        }.erased
    }

    private var move: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/due", "moveConsoleRoundDue", access: .roles([.manager]),
            parameters: RoundPath.self, body: DueForm.self
        ) { call in
            let (id, person) = (call.parameters.round, try call.principal.personID)
            let desk = try await RoundDesk(call, id, in: site)
            return try await answering {
                let body = try call.decoded()
                let due = try body.deadline(in: desk.round.due.zone)
                return try await call.write { transaction in
                    _ = try await transaction.moveDue(of: id, to: due, because: body.reason, by: person) {
                        try call.match(try await transaction.dueView(id))
                    }
                    return .redirect(to: "/console/rounds/\(id)?done=moved")
                }
            } again: { problem in
                try await form(for: call, desk, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    private func form<P, B>(
        for call: FormCall<P, B>, _ desk: RoundDesk, values: [String: [String]], version: String?,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let (t, round) = (desk.t, desk.round)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.text(
                "due.at", label: t("due.new"),
                hint: t("due.hint", ["zone": round.due.zone.place, "due": desk.time(round.due.instant).text]),
                type: "datetime-local", width: "medium"),
            input.area("reason", label: t("due.reason"), hint: t("due.reason_hint"), limit: 500, rows: 3),
        ]
        let model = ReviewsFormPage(
            header: desk.header(t("due.title"), lede: t("due.lede")),
            form: Form(
                action: "/console/rounds/\(round.id)/due", fields: fields, submit: t("due.submit"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                    + (version.map { [HiddenField("version", $0)] } ?? []),
                cancel: LinkText(t("form.cancel"), "/console/rounds/\(round.id)"),
                problem: problem?.sentence(besides: fields)))
        return HTML(bytes: try PageTemplate.reviewsForm.render(model, in: desk.frame(t("due.title"))))
    }
}

/// What the form sends: a time on the clock of the round's zone, and why.
struct DueForm: Codable {
    let due: When
    let reason: ShortText

    struct When: Codable {
        let at: String
    }

    func deadline(in zone: TimeZoneName) throws(Problem) -> Deadline {
        Deadline(try LocalTime(field: due.at, at: "/due/at"), in: zone, graceSeconds: 0)
    }
}

extension RoundWords {
    /// How the moment at which reviews are due was moved; nil where it was not.
    func history(_ moves: [DueMove], of round: ReviewRound) -> Timeline? {
        guard !moves.isEmpty else { return nil }
        func time(_ instant: Date) -> TimeText {
            TimeText(instant, in: round.due.zone, and: .ofReader, language: t.language)
        }
        return Timeline(
            title: t("due.history"),
            moves.reversed().map { move in
                Timeline.Step(
                    t("due.moved", ["was": time(move.was).text, "due": time(move.due).text]), .done,
                    who: move.personName, time: time(move.at), note: move.reason.string)
            })
    }
}
