internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// A panel as a manager keeps it: asking somebody onto it, changing what they take, taking them off.
struct PanelConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] { [asking, ask, check, show, change, moveChair, noteAbsence, remove] }

    private var asking: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/panel/new", "consoleNewPanelist", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            guard let round = try await call.reader.round(call.parameters.round) else { throw Problem.notFound }
            guard round.status != .closed else { return .redirect(to: "/console/rounds/\(round.id)") }
            return try await form(for: call, round, nil, values: ["most": ["12"], "languages": ["en"]])
        }.erased
    }

    private var ask: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/panel/new", "createConsolePanelist", access: .roles([.manager]),
            parameters: RoundPath.self, body: PanelistForm.self
        ) { call in
            let principal = try call.principal
            let (tenant, id) = (try principal.workspace, call.parameters.round)
            guard let round = try await call.reader.round(id) else { throw Problem.notFound }
            return try await answering {
                let invitation = try call.decoded().invitation()
                let language = try await call.viewer().language
                return try await call.write { transaction in
                    let invited = try await transaction.invitePanelist(
                        invitation, to: id, in: tenant, by: principal.personID)
                    guard let code = invited.invitation else {
                        return .redirect(to: "/console/rounds/\(id)?done=invited")
                    }
                    return try await seated(
                        invitation, code, round, viewer: try await call.viewer(), language, transaction)
                }
            } again: { problem in
                try await form(for: call, round, nil, values: call.fields, problem: problem)
            }
        }.erased
    }

    /// Looks before anybody is asked; nothing is written.
    private var check: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/panel/conflicts", "checkConsolePanelist", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            let id = call.parameters.round
            guard let round = try await call.reader.round(id) else { throw Problem.notFound }
            let typed = (call.field("email") ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
            return try await answering {
                guard let email = EmailAddress(typed) else {
                    throw Problem(.invalid, errors: [.init("/email", .invalid, "must be an e-mail address")])
                }
                let found = try await call.database.snapshot(as: call.context) { snapshot in
                    try await snapshot.conflicts(at: [email], and: try await snapshot.applicants(in: id).map(\.startup))
                }
                return try await form(for: call, round, nil, values: call.fields, checked: (email, found))
            } again: { problem in
                try await form(for: call, round, nil, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/panel/{person}", "consolePanelist", access: .roles([.manager]),
            parameters: PanelistPath.self
        ) { call in
            let (round, panelist) = try await find(call.parameters, call.reader)
            return try await form(for: call, round, panelist, values: PanelistForm.values(of: panelist))
        }.erased
    }

    private var change: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/panel/{person}", "reviseConsolePanelist", access: .roles([.manager]),
            parameters: PanelistPath.self, body: TermsForm.self
        ) { call in
            let path = call.parameters
            let (round, panelist) = try await find(path, call.reader)
            return try await answering {
                let terms = try call.decoded().terms()
                return try await call.write { transaction in
                    try await transaction.revisePanelist(path.person, of: path.round, to: terms)
                    return .redirect(to: "/console/rounds/\(path.round)?done=changed")
                }
            } again: { problem in
                try await form(for: call, round, panelist, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var moveChair: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/panel/{person}/chair", "moveConsoleChair", access: .roles([.manager]),
            parameters: PanelistPath.self
        ) { call in
            let path = call.parameters
            let (round, panelist) = try await find(path, call.reader)
            return try await answering {
                try await call.write { transaction in
                    try await transaction.moveChair(of: path.round, to: path.person)
                    return .redirect(to: "/console/rounds/\(path.round)?done=chaired")
                }
            } again: { problem in
                try await form(
                    for: call, round, panelist, values: PanelistForm.values(of: panelist), problem: problem)
            }
        }.erased
    }

    private var noteAbsence: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/panel/{person}/absences", "noteConsoleAbsence", access: .roles([.manager]),
            parameters: PanelistPath.self, body: AbsenceBody.self
        ) { call in
            let (path, tenant) = (call.parameters, try call.principal.workspace)
            let (round, panelist) = try await find(path, call.reader)
            return try await answering {
                let days = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.noteAbsence(
                        of: path.person, from: days.firstDay, to: days.lastDay, as: Absence.ID(), in: tenant)
                    return .redirect(to: "/console/rounds/\(path.round)?done=away")
                }
            } again: { problem in
                try await form(
                    for: call, round, panelist, values: PanelistForm.values(of: panelist), absence: problem)
            }
        }.erased
    }

    private var remove: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/panel/{person}/removal", "removeConsolePanelist",
            access: .roles([.manager]), parameters: PanelistPath.self
        ) { call in
            let path = call.parameters
            let (round, panelist) = try await find(path, call.reader)
            return try await answering {
                try await call.write { transaction in
                    try await transaction.removePanelist(path.person, of: path.round)
                    return .redirect(to: "/console/rounds/\(path.round)?done=removed")
                }
            } again: { problem in
                try await form(
                    for: call, round, panelist, values: PanelistForm.values(of: panelist), problem: problem)
            }
        }.erased
    }

    // MARK: What is shown

    private func find(_ path: PanelistPath, _ reader: Reader) async throws -> (ReviewRound, Panelist) {
        guard let round = try await reader.round(path.round),
            let panelist = try await reader.panel(of: path.round).first(where: { $0.person == path.person })
        else { throw Problem.notFound }
        return (round, panelist)
    }

    /// How somebody new comes in: the code is shown once, here.
    private func seated(
        _ asked: PanelInvitation, _ code: Invitation, _ round: ReviewRound, viewer: Viewer, _ language: Pages.Language,
        _ transaction: Transaction
    ) async throws -> HTML {
        let words = RoundWords(t: PageKit.reviews.texts(in: language), now: transaction.now)
        let t = words.t
        let model = SeatedPage(
            header: PageHeader(
                title: t("panel.seated"), kind: round.label(for: words.spoken), lede: t("panel.seated_lede")),
            facts: Facts([
                .text(t("panel.person"), asked.name.string), .text(t("panel.email"), asked.email.normalized),
                .text(t("panel.code"), code.code),
                .time(
                    t("panel.code_until"),
                    TimeText(code.expiresAt, in: round.due.zone, and: .ofReader, language: t.language)),
            ]), done: LinkText(t("panel.seated_done"), "/console/rounds/\(round.id)"))
        return HTML(
            bytes: try PageTemplate.seated.render(model, in: words.frame(t("panel.seated"), of: round, site, viewer)))
    }

    private func form<P, B>(
        for call: FormCall<P, B>, _ round: ReviewRound, _ panelist: Panelist?, values: [String: [String]],
        problem: FormProblem? = nil, absence: FormProblem? = nil,
        checked: (email: EmailAddress, conflicts: [AddressConflict])? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
        let t = words.t
        // The operation speaks of `terms`, the form of its fields.
        let errors = (problem?.errors ?? []).map { error in
            (
                field: error.field.hasPrefix("terms.") ? String(error.field.dropFirst(6)) : error.field,
                message: error.message
            )
        }
        let input = FormInput(values: values, errors: errors, texts: t)
        let known = panelist == nil ? try await call.reader.reviewers() : []
        let pool = panelist == nil ? try await call.reader.poolOf(round: round.id) : nil
        let on = panelist == nil ? Set(try await call.reader.panel(of: round.id).map(\.person)) : []
        let who: [FormField] =
            panelist == nil
            ? [
                input.text(
                    "email", label: t("panel.email"), hint: t("panel.email_hint"), type: "email", limit: 254,
                    autocomplete: "off"),
                input.text("name", label: t("panel.name"), hint: t("panel.name_hint"), limit: 200, autocomplete: "off"),
                input.checkbox("is_chair", label: t("panel.chairing"), statement: t("panel.chairs")),
            ] : []
        let load = [
            input.number("least", label: t("panel.least"), hint: t("panel.least_hint"), isOptional: true),
            input.number("most", label: t("panel.most")),
            input.checkboxes(
                "languages", label: t("panel.languages"),
                options: Vocabulary.Language.allCases.map { ($0.rawValue, t("language.\($0.rawValue)"), nil) },
                isOptional: false),
        ]
        let areas = input.checkboxes(
            "focus_areas", label: t("panel.knows"), hint: t("panel.knows_hint"),
            options: FocusAreaTaxonomy.standard.areas.filter { $0.depth <= 2 }.map { area in
                (area.id.description, area.id.label(in: t.language), nil)
            })
        let title = panelist?.name ?? t("panel.ask")
        let action: SafeURL =
            panelist.map { "/console/rounds/\(round.id)/panel/\($0.person)" } ?? "/console/rounds/\(round.id)/panel/new"
        let sections = [
            FormSection(fields: who + load), FormSection(title: t("panel.knowledge"), fields: [areas]),
        ]
        // The pool of the round's streams first.
        let free = known.filter { !on.contains($0.person) }
        let seated =
            free.filter { pool?.contains($0.person) ?? false } + free.filter { !(pool?.contains($0.person) ?? false) }
        let model = PanelistPage(
            header: PageHeader(
                title: title, kind: round.label(for: words.spoken),
                lede: panelist == nil
                    ? [t("panel.ask_lede"), pool == nil ? nil : t("pool.ask_outside")].compactMap(\.self)
                        .joined(separator: t("plan.gap")) : t("panel.change_lede"),
                actions: pool == nil ? [] : [.link(t("pool.ask"), "/console/rounds/\(round.id)/pool")]),
            checked: checked.map { Self.table(of: $0.conflicts, at: $0.email, words) },
            known: seated.prefix(200).map { known in
                PanelistPage.Known(
                    name: known.name,
                    email: pool.map { !$0.contains(known.person) } ?? false
                        ? "\(known.email) · \(t("pool.outside"))" : known.email)
            },
            hasKnown: !seated.isEmpty,
            form: Form(
                action: action, sections: sections, submit: panelist == nil ? t("panel.ask_submit") : t("panel.save"),
                texts: t, hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                alternatives: panelist == nil
                    ? [FormButton(t("panel.check"), url: "/console/rounds/\(round.id)/panel/conflicts")] : [],
                cancel: LinkText(t("form.cancel"), "/console/rounds/\(round.id)"),
                problem: problem?.sentence(besides: sections.flatMap(\.fields))),
            absence: panelist.flatMap { panelist in
                round.status == .closed
                    ? nil
                    : Self.absenceForm(
                        of: panelist, in: round, call.fields, absence, t, key: call.freshIdempotencyKey)
            },
            chair: panelist.flatMap { panelist in
                panelist.chairs || panelist.answer != .accepted || round.status == .closed
                    ? nil
                    : .post(
                        t("panel.hand_chair"), "/console/rounds/\(round.id)/panel/\(panelist.person)/chair",
                        hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)])
            },
            removal: panelist.flatMap { panelist in
                panelist.assigned > 0
                    ? nil
                    : .post(
                        t("panel.remove"), "/console/rounds/\(round.id)/panel/\(panelist.person)/removal",
                        style: .danger, hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)])
            })
        return HTML(bytes: try PageTemplate.panelist.render(model, in: words.frame(title, of: round, site, viewer)))
    }
}

extension PanelConsole {
    /// Where a manager notes what somebody told them. What was refused comes back, nothing else that was sent.
    fileprivate static func absenceForm(
        of panelist: Panelist, in round: ReviewRound, _ sent: [String: [String]], _ problem: FormProblem?, _ t: Texts,
        key: String
    ) -> Form {
        let input = FormInput(values: problem == nil ? [:] : sent, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.date("first_day", label: t("absence.first_day")),
            input.date("last_day", label: t("absence.last_day"), hint: t("absence.last_day_hint")),
        ]
        return Form(
            action: "/console/rounds/\(round.id)/panel/\(panelist.person)/absences",
            sections: [FormSection(title: t("absence.note_title"), intro: panelist.absence(t), fields: fields)],
            submit: t("absence.note"), texts: t, hidden: [HiddenField("idempotency_key", key)],
            problem: problem?.sentence(besides: fields))
    }

    fileprivate static func table(
        of conflicts: [AddressConflict], at email: EmailAddress, _ words: RoundWords
    ) -> Table {
        let t = words.t
        return Table(
            caption: t("panel.checked", ["email": email.description]),
            columns: [.init(t("conflicts.startup")), .init(t("conflicts.what"))],
            rows: conflicts.map { conflict in
                [
                    .text(t.startups(conflict.startupName, rivals: conflict.rivals)),
                    .text(
                        t("conflicts.kind.\(conflict.kind.rawValue)"),
                        note: conflict.through.map {
                            t("conflicts.through", ["institution": $0.text(for: words.spoken)])
                        }),
                ]
            },
            empty: EmptyState(
                title: t("panel.checked_none", ["email": email.description]), text: t("conflicts.empty_text")))
    }
}

/// Somebody to be asked onto a panel, as the form sends it.
struct PanelistForm: Codable {
    let email: EmailAddress
    let name: Name
    let isChair: Bool?
    let least: Int?
    let most: Int
    let languages: [Vocabulary.Language]
    let focusAreas: [FocusArea.ID]

    func invitation() throws(Problem) -> PanelInvitation {
        PanelInvitation(
            email: email, name: name, isChair: isChair ?? false,
            terms: PanelTerms(least: least ?? 0, most: most, languages: languages, focusAreas: focusAreas))
    }

    /// The fields of a form that shows a panelist, by name.
    static func values(of panelist: Panelist) -> [String: [String]] {
        [
            "least": ["\(panelist.terms.least)"], "most": ["\(panelist.terms.most)"],
            "languages": panelist.terms.languages.map(\.rawValue),
            "focus_areas": panelist.terms.focusAreas.map(\.description),
        ]
    }
}

/// What a panelist takes and knows, as the form sends it.
struct TermsForm: Codable {
    let least: Int?
    let most: Int
    let languages: [Vocabulary.Language]
    let focusAreas: [FocusArea.ID]

    func terms() throws(Problem) -> PanelTerms {
        PanelTerms(least: least ?? 0, most: most, languages: languages, focusAreas: focusAreas)
    }
}

/// Asking somebody onto a panel, or what they take.
struct PanelistPage: ViewModel {
    var header: PageHeader
    /// What stands between somebody who might be asked and those who apply.
    var checked: Table?
    var known: [Known]
    var hasKnown: Bool
    var form: Form
    /// Notes when they are away.
    var absence: Form?
    /// Hands them the chair.
    var chair: Action?
    var removal: Action?

    /// Who judges here already.
    struct Known: ViewModel {
        var name: String
        var email: String
    }
}

/// How somebody who has just been seated comes in.
struct SeatedPage: ViewModel {
    var header: PageHeader
    var facts: Facts
    var done: LinkText
}

extension PageTemplate<PanelistPage> {
    static let panelist = PageTemplate("reviews/panelist", in: .reviews)
}
extension PageTemplate<SeatedPage> {
    static let seated = PageTemplate("reviews/seated", in: .reviews)
}
