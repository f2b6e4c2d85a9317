internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Applications into a round, people onto its panel and files anew, many at once on pages: ticked, looked at, done.
struct ManyAtOnceConsole {
    let site: Site

    var routes: [AnyRoute] { [askEntry, enter, askInvitations, invite, askRenewals, renew] }

    /// Most rows that are offered for ticking; a form may have a thousand fields.
    private static let shown = 400

    // MARK: Applications into the round

    private var askEntry: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/entry", "consoleRoundEntry", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            try await entryPage(for: call, call.parameters.round)
        }.erased
    }

    private var enter: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/entry", "enterConsoleRound", access: .roles([.manager]),
            parameters: RoundPath.self, body: EntryForm.self
        ) { call in
            let (id, principal) = (call.parameters.round, try call.principal)
            let tenant = try principal.workspace
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let applications = try BulkMode.rows(form.applications, at: "/applications")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.enterRound(
                        id, several: applications, mode, in: tenant, by: principal.personID
                    ).map(\.verdict)
                }
            } done: { _, _ in
                .redirect(to: "/console/rounds/\(id)?done=entered")
            } page: { refusals, problem in
                try await entryPage(for: call, id, refusals, problem: problem)
            }
        }.erased
    }

    private func entryPage<P, B>(
        for call: FormCall<P, B>, _ id: ReviewRound.ID, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, id, in: site)
        // What was refused is said here, whatever became of the round meanwhile.
        guard desk.round.status == .open || problem != nil else { return .redirect(to: "/console/rounds/\(id)") }
        let chosen = call.ids("applications", as: Application.ID.init)
        let (ready, names) = try await call.database.snapshot(as: call.context) { snapshot in
            let ready = try await snapshot.entrants(to: desk.round, among: nil).map(\.application)
            return (ready, try await snapshot.startupNames(of: ready + chosen))
        }
        func name(_ application: Application.ID) -> String {
            names[application]?.text(for: desk.spoken) ?? application.description
        }
        let t = desk.t
        let offered = ready.map { (value: $0.description, label: name($0), hint: String?.none) }
            .sorted { ($0.label, $0.value) < ($1.label, $1.value) }.prefix(Self.shown)
        // Whoever comes here wants most of them in.
        let values = call.fields.isEmpty ? ["applications": offered.map(\.value)] : call.fields
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let field = input.checkboxes(
            "applications", label: t("entry.applications"), hint: offered.isEmpty ? t("entry.none") : nil,
            options: Array(offered), isOptional: false)
        let model = BulkPage(
            t("entry.title"), kind: desk.round.name.text(for: desk.spoken), lede: t("entry.lede"),
            subject: t("assignments.application"),
            rows: zip(chosen, refusals).map { BulkRow(name($0), refusal: $1) },
            action: "/console/rounds/\(id)/entry", sections: [FormSection(fields: [field])],
            submit: t("entry.submit"), cancel: "/console/rounds/\(id)", key: call.freshIdempotencyKey,
            fields: call.fields, problem: problem, in: t.language)
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: desk.frame(t("entry.title"))))
    }

    // MARK: People onto the panel

    private var askInvitations: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/panel-invitations", "consolePanelInvitations", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            try await invitationsPage(for: call, call.parameters.round)
        }.erased
    }

    private var invite: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/panel-invitations", "inviteConsolePanelists", access: .roles([.manager]),
            parameters: RoundPath.self, body: PanelInvitationsForm.self
        ) { call in
            let (id, principal) = (call.parameters.round, try call.principal)
            let tenant = try principal.workspace
            let desk = try await RoundDesk(call, id, in: site)
            let known = try await call.reader.reviewers()
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let invitations = try form.invitations(knowing: known)
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.invitePanelists(
                        invitations, to: id, mode, in: tenant, by: principal.personID)
                }
            } done: { _, verdicts in
                let seated = verdicts.compactMap { verdict in verdict.done.flatMap(\.invitation) }
                return seated.isEmpty
                    ? .redirect(to: "/console/rounds/\(id)?done=invited")
                    : try Self.codesPage(
                        Array(zip(try PanelInvitationsForm.named(call.fields, knowing: known), verdicts)), desk)
            } page: { refusals, problem in
                try await invitationsPage(for: call, id, refusals, problem: problem)
            }
        }.erased
    }

    private func invitationsPage<P, B>(
        for call: FormCall<P, B>, _ id: ReviewRound.ID, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, id, in: site)
        guard desk.round.status != .closed || problem != nil else { return .redirect(to: "/console/rounds/\(id)") }
        let t = desk.t
        let known = try await call.reader.reviewers()
        let on = Set(try await call.reader.panel(of: id).map(\.person))
        let offered = known.filter { !on.contains($0.person) }.prefix(Self.shown)
        let rows = refusals.isEmpty ? [] : (try? PanelInvitationsForm.named(call.fields, knowing: known)) ?? []
        let values = call.fields.isEmpty ? ["most": ["12"], "languages": ["en"]] : call.fields
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let who = [
            input.checkboxes(
                "people", label: t("asking.known"), hint: offered.isEmpty ? t("asking.known_none") : nil,
                options: offered.map { ($0.person.description, $0.name, $0.email) }),
            input.area(
                "others", label: t("asking.others"), hint: t("asking.others_hint"), isOptional: true, limit: 20_000,
                rows: 5),
        ]
        let terms = [
            input.number("least", label: t("panel.least"), hint: t("panel.least_hint"), isOptional: true),
            input.number("most", label: t("panel.most")),
            input.checkboxes(
                "languages", label: t("panel.languages"),
                options: Vocabulary.Language.allCases.map { ($0.rawValue, t("language.\($0.rawValue)"), nil) },
                isOptional: false),
        ]
        let model = BulkPage(
            t("asking.title"), kind: desk.round.name.text(for: desk.spoken), lede: t("asking.lede"),
            subject: t("panel.person"),
            rows: zip(rows, refusals).map { BulkRow($0.name, note: $0.email.description, refusal: $1) },
            action: "/console/rounds/\(id)/panel-invitations",
            sections: [
                FormSection(fields: who),
                FormSection(title: t("asking.terms"), intro: t("asking.terms_hint"), fields: terms),
            ],
            submit: t("asking.submit"), cancel: "/console/rounds/\(id)", key: call.freshIdempotencyKey,
            fields: call.fields, problem: problem, in: t.language)
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: desk.frame(t("asking.title"))))
    }

    /// How those who are new come in: the codes are shown once, here.
    static func codesPage(
        _ asked: [(who: (email: EmailAddress, name: String), verdict: RowVerdict<InvitedPanelist>)], _ desk: RoundDesk
    ) throws -> HTML {
        let t = desk.t
        let model = RoundsPage(
            t("asking.codes"),
            codes: asked.compactMap { who, verdict in
                verdict.done?.invitation.map { (who.name, who.email.description, $0) }
            }, refused: asked.map { BulkRow($0.who.name, note: $0.who.email.description, refusal: $0.verdict.refusal) },
            kind: desk.round.name.text(for: desk.spoken),
            back: .link(t("panel.seated_done"), "/console/rounds/\(desk.round.id)", style: .primary),
            in: desk.round.due.zone, t)
        return HTML(bytes: try PageTemplate.rounds.render(model, in: desk.frame(t("asking.codes"))))
    }

    // MARK: Files anew

    private var askRenewals: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/renewals", "consoleRenewals", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            try await renewalsPage(for: call, call.parameters.round)
        }.erased
    }

    private var renew: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/renewals", "renewConsoleReviewFiles", access: .roles([.manager]),
            parameters: RoundPath.self, body: EntryForm.self
        ) { call in
            let (id, person) = (call.parameters.round, try call.principal.personID)
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let applications = try BulkMode.rows(form.applications, at: "/applications")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.renewFiles(of: applications, in: id, mode, by: person)
                }
            } done: { _, _ in
                .redirect(to: "/console/rounds/\(id)?done=renewed")
            } page: { refusals, problem in
                try await renewalsPage(for: call, id, refusals, problem: problem)
            }
        }.erased
    }

    private func renewalsPage<P, B>(
        for call: FormCall<P, B>, _ id: ReviewRound.ID, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, id, in: site)
        let t = desk.t
        let found = try await call.reader.applicationsToRenew(in: id)
        let names = Dictionary(
            found.map {
                (
                    $0.application,
                    t("assignments.option", ["code": $0.code, "startup": $0.startupName.text(for: desk.spoken)])
                )
            }, uniquingKeysWith: { first, _ in first })
        let values =
            call.fields.isEmpty ? ["applications": found.map(\.application.description)] : call.fields
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let field = input.checkboxes(
            "applications", label: t("renewals.applications"), hint: found.isEmpty ? t("renewals.none") : nil,
            options: found.prefix(Self.shown).map {
                ($0.application.description, names[$0.application] ?? $0.code, nil)
            }, isOptional: false)
        let chosen = call.ids("applications", as: Application.ID.init)
        let title = t("renewals.title")
        let model = BulkPage(
            title, kind: desk.round.name.text(for: desk.spoken), lede: t("renewals.lede"),
            subject: t("assignments.application"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/rounds/\(id)/renewals", sections: [FormSection(fields: [field])],
            submit: t("renewals.submit"), cancel: "/console/rounds/\(id)", key: call.freshIdempotencyKey,
            fields: call.fields, problem: problem, in: t.language)
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: desk.frame(title)))
    }
}

/// Applications that are ticked to enter a round, or to be frozen anew.
struct EntryForm: Codable {
    let applications: [Application.ID]?
    let partial: Bool?
    let sure: Bool?
}

/// People who are ticked or written down to be asked onto a panel, all on the same terms.
struct PanelInvitationsForm: Codable {
    let people: [Person.ID]?
    let others: String?
    let least: Int?
    let most: Int
    let languages: [Vocabulary.Language]
    let partial: Bool?
    let sure: Bool?

    /// Whom it names, in the order of the form.
    func invitations(
        knowing known: [(person: Person.ID, name: String, email: String)]
    ) throws -> [PanelInvitation] {
        let terms = PanelTerms(least: least ?? 0, most: most, languages: languages)
        let named = try Self.named(people ?? [], others ?? "", known)
        _ = try BulkMode.rows(named.map(\.email.normalized), at: "/people")
        return try named.map { PanelInvitation(email: $0.email, name: try Name($0.name), terms: terms) }
    }

    /// The same of a form as it was sent.
    static func named(
        _ fields: [String: [String]], knowing known: [(person: Person.ID, name: String, email: String)]
    ) throws -> [(email: EmailAddress, name: String)] {
        try named((fields["people"] ?? []).compactMap(Person.ID.init), fields["others"]?.first ?? "", known)
    }

    private static func named(
        _ people: [Person.ID], _ others: String, _ known: [(person: Person.ID, name: String, email: String)]
    ) throws -> [(email: EmailAddress, name: String)] {
        let wanted = Set(people)
        var named = known.filter { wanted.contains($0.person) }
            .compactMap { person in EmailAddress(person.email).map { (email: $0, name: person.name) } }
        // A carriage return and a line feed are one character, and a line's end as well as either.
        let lines = others.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (place, line) in lines.enumerated() {
            let parts = line.split(separator: ",", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard let first = parts.first, !first.isEmpty else { continue }
            guard let email = EmailAddress(first), parts.count == 2, (try? Name(parts[1])) != nil else {
                throw Problem.invalid("/others", "Line \(place + 1) is not an e-mail address, a comma and a name.")
            }
            named.append((email, parts[1]))
        }
        var seen: Set<String> = []
        return named.filter { seen.insert($0.email.normalized).inserted }
    }
}
