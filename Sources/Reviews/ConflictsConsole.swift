internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// What stands between a round's panel and those who apply.
struct ConflictsConsole {
    let site: Site

    var routes: [AnyRoute] { [list, declare, lifting, lift, ruling, rule] }

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/conflicts", "consoleConflicts", access: .roles([.manager]),
            parameters: ListRoundConflicts.self
        ) { call in
            try await page(for: call, of: call.parameters.round, done: call.parameters.done)
        }.erased
    }

    private var declare: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/conflicts", "declareConsoleConflict", access: .roles([.manager]),
            parameters: RoundPath.self, body: DeclarationBody.self
        ) { call in
            let (round, principal, id) = (call.parameters.round, try call.principal, ConflictDeclaration.ID())
            let tenant = try principal.workspace
            return try await answering {
                let said = try call.decoded()
                return try await call.write { transaction in
                    guard try await transaction.round(round) != nil else { throw Problem.notFound }
                    try await transaction.declareConflict(
                        of: said.person, with: said.startup, note: said.note, as: id, in: tenant,
                        by: principal.personID)
                    return .redirect(to: "/console/rounds/\(round)/conflicts?done=declared")
                }
            } again: { problem in
                try await page(for: call, of: round, problem: problem)
            }
        }.erased
    }

    private var lifting: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/conflicts/{conflict}/lifting", "consoleLifting", access: .roles([.manager]),
            parameters: RoundConflictPath.self
        ) { call in
            try await liftingPage(for: call, call.parameters)
        }.erased
    }

    private var lift: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/conflicts/{conflict}/lifting", "liftConsoleConflict",
            access: .roles([.manager]), parameters: RoundConflictPath.self, body: ReasonBody.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await answering {
                let reason = try call.decoded().reason
                return try await call.write { transaction in
                    guard try await transaction.round(path.round) != nil else { throw Problem.notFound }
                    try await transaction.liftConflict(path.conflict, because: reason, by: person)
                    return .redirect(to: "/console/rounds/\(path.round)/conflicts?done=lifted")
                }
            } again: { problem in
                // What was lifted meanwhile has no page of its own any more.
                problem.problem.kind == .conflict
                    ? try await page(for: call, of: path.round, refusal: problem)
                    : try await liftingPage(for: call, path, problem: problem)
            }
        }.erased
    }

    private var ruling: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/conflicts/named/{application}/{person}", "consoleConflictRuling",
            access: .roles([.manager]), parameters: RoundNamingPath.self
        ) { call in
            try await rulingPage(for: call, call.parameters)
        }.erased
    }

    private var rule: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/conflicts/named/{application}/{person}", "ruleOnConsoleConflict",
            access: .roles([.manager]), parameters: RoundNamingPath.self, body: RulingForm.self
        ) { call in
            let (path, person, id) = (call.parameters, try call.principal.personID, ConflictRuling.ID())
            return try await answering {
                let said = try call.decoded()
                return try await call.write { transaction in
                    guard try await transaction.naming(of: path.person, by: path.application, in: path.round) != nil
                    else { throw Problem.notFound }
                    try await transaction.ruleOnConflict(
                        of: path.person, namedBy: path.application, said.ruling, because: said.reason, as: id,
                        by: person)
                    return .redirect(to: "/console/rounds/\(path.round)/conflicts?done=\(said.ruling.rawValue)")
                }
            } again: { problem in
                try await rulingPage(for: call, path, problem: problem)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: ReviewRound.ID, done: ConflictDeed? = nil, problem: FormProblem? = nil,
        refusal: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, id, in: site)
        let t = desk.t
        async let ruled = call.reader.rulings(in: id)
        let found = try await call.reader.conflicts(in: id)
        let rulings = try await ruled
        let applicants = try await call.reader.applicants(in: id)
            .map { (value: $0.startup.description, label: $0.name.text(for: desk.spoken)) }
            .sorted { ($0.label, $0.value) < ($1.label, $1.value) }
        let panel = try await call.reader.panelNames(of: id)
        let input = FormInput(values: problem == nil ? [:] : call.fields, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.select(
                "person", label: t("conflicts.reviewer"),
                options: panel.map { ($0.person.description, $0.name) }),
            input.select("startup", label: t("conflicts.startup"), options: applicants),
            input.area(
                "note", label: t("conflicts.note"), hint: t("conflicts.note_hint"), isOptional: true, limit: 5000,
                rows: 3),
        ]
        let people = Set(found.map(\.person)).count
        let standing = found.filter(\.reviewStands)
        let stand = Set(standing.map { [$0.person.uuid, $0.startup?.uuid] }).count
        let model = ConflictsPage(
            header: desk.header(
                t("conflicts.title"),
                badge: stand == 0 ? nil : Badge(t("conflicts.standing", count: stand), .warning),
                lede: found.isEmpty ? t("conflicts.lede_none") : t("conflicts.lede", count: people),
                actions: found.contains { $0.application != nil } || !rulings.isEmpty
                    ? [.link(t("rulings.title"), "/console/rounds/\(id)/conflict-rulings")] : []),
            tabs: desk.tabs(.conflicts),
            refusal: ErrorSummary(fields: [], problem: refusal?.sentence(besides: []), texts: t),
            table: Table(
                caption: t("conflicts.title"),
                columns: [
                    .init(t("conflicts.reviewer")), .init(t("conflicts.startup")), .init(t("conflicts.what")),
                    .init(t("conflicts.note")), .init(t("conflicts.deed")),
                ],
                rows: found.map { row($0, desk) },
                empty: EmptyState(title: t("conflicts.empty"), text: t("conflicts.empty_text"))),
            rulings: rulings.isEmpty ? nil : table(rulings, desk),
            declare: Form(
                action: "/console/rounds/\(id)/conflicts#declare",
                sections: [
                    FormSection(
                        title: t("conflicts.declare_title"), intro: t("conflicts.declare_intro"), fields: fields)
                ],
                submit: t("conflicts.declare"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                problem: problem?.sentence(besides: fields)))
        return HTML(
            bytes: try PageTemplate.conflicts.render(
                model,
                in: desk.frame(
                    t("conflicts.title"), flash: done.map { FlashNotice(t("conflicts.done.\($0.rawValue)")) })))
    }

    private func row(_ conflict: Conflict, _ desk: RoundDesk) -> [Table.Cell] {
        let t = desk.t
        let stands =
            !conflict.reviewStands
            ? nil : conflict.kind == .rival ? t("conflicts.rival_stands") : t("conflicts.review_stands")
        return [
            .text(conflict.personName), .text(t.startups(conflict.startupName, rivals: conflict.rivals)),
            .text(
                t("conflicts.kind.\(conflict.kind.rawValue)"),
                note: conflict.through.map { t("conflicts.through", ["institution": $0.text(for: desk.spoken)]) }
                    ?? stands),
            .text(conflict.note?.string ?? "–"), deed(on: conflict, desk),
        ]
    }

    private func deed(on conflict: Conflict, _ desk: RoundDesk) -> Table.Cell {
        let (t, place) = (desk.t, "/console/rounds/\(desk.round.id)/conflicts")
        if let declaration = conflict.declaration, let page = SafeURL(path: "\(place)/\(declaration)/lifting") {
            return .action(.link(t("conflicts.lift"), page))
        }
        if let application = conflict.application,
            let page = SafeURL(path: "\(place)/named/\(application)/\(conflict.person)")
        {
            return .action(.link(t("conflicts.set_aside"), page))
        }
        return .text(t("conflicts.on_record"))
    }

    private func table(_ rulings: [ConflictRuling], _ desk: RoundDesk) -> Table {
        let t = desk.t
        return Table(
            caption: t("conflicts.rulings"),
            columns: [
                .init(t("conflicts.reviewer")), .init(t("conflicts.startup")), .init(t("conflicts.ruling")),
                .init(t("conflicts.reason")), .init(t("conflicts.deed")),
            ],
            rows: rulings.map { ruling in
                [
                    .text(ruling.personName), .text(ruling.startupName.text(for: desk.spoken)),
                    .text(
                        t("conflicts.ruling.\(ruling.deed.rawValue)"),
                        note: t(
                            "conflicts.ruled",
                            ["name": ruling.ruledBy ?? "–", "time": desk.time(ruling.ruledAt).text])),
                    .text(ruling.reason.string),
                    ruling.isLatest && ruling.deed == .setAside
                        ? .action(
                            .link(
                                t("conflicts.restore"),
                                "/console/rounds/\(desk.round.id)/conflicts/named/\(ruling.application)/\(ruling.person)"
                            ))
                        : .text("–"),
                ]
            },
            empty: EmptyState(title: t("conflicts.empty"), text: t("conflicts.empty_text")))
    }

    private func rulingPage<P, B>(
        for call: FormCall<P, B>, _ path: RoundNamingPath, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, path.round, in: site)
        guard let naming = try await call.reader.naming(of: path.person, by: path.application, in: path.round)
        else { throw Problem.notFound }
        let t = desk.t
        let who = ["reviewer": naming.personName, "startup": naming.startupName.text(for: desk.spoken)]
        let back = LinkText(t("conflicts.title"), "/console/rounds/\(path.round)/conflicts")
        let title = t("conflicts.ruling_title", who)
        guard let next = naming.next else {
            let model = ConfirmPage(header: desk.header(title, lede: t("conflicts.not_named", who)), wayBack: back)
            return HTML(bytes: try PageTemplate.confirm.render(model, in: desk.frame(title, under: .conflicts)))
        }
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.text("reason", label: t("conflicts.reason"), hint: t("conflicts.reason_hint"), limit: 500)
        ]
        let consequences =
            switch next {
            case .setAside: [t("conflicts.set_aside_effect", who), t("conflicts.set_aside_record")]
            case .restored: [t("conflicts.restore_effect", who), t("conflicts.restore_record")]
            }
        let model = ConfirmPage(
            header: desk.header(title),
            confirmation: Confirmation(
                title: t("assignments.what_happens"), consequences: consequences,
                form: Form(
                    action: "/console/rounds/\(path.round)/conflicts/named/\(path.application)/\(path.person)",
                    fields: fields,
                    submit: next == .setAside ? t("conflicts.set_aside_submit") : t("conflicts.restore_submit"),
                    texts: t,
                    hidden: [
                        HiddenField("ruling", next.rawValue),
                        HiddenField("idempotency_key", call.freshIdempotencyKey),
                    ],
                    cancel: back, problem: problem?.sentence(besides: fields))))
        return HTML(bytes: try PageTemplate.confirm.render(model, in: desk.frame(title, under: .conflicts)))
    }

    private func liftingPage<P, B>(
        for call: FormCall<P, B>, _ path: RoundConflictPath, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, path.round, in: site)
        guard
            let conflict = try await call.reader.conflicts(in: path.round)
                .first(where: { $0.declaration == path.conflict }),
            let startup = conflict.startupName
        else { throw Problem.notFound }
        let t = desk.t
        let who = ["reviewer": conflict.personName, "startup": startup.text(for: desk.spoken)]
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.text("reason", label: t("conflicts.reason"), hint: t("conflicts.reason_hint"), limit: 500)
        ]
        let title = t("conflicts.lift_title", who)
        let model = ConfirmPage(
            header: desk.header(title),
            confirmation: Confirmation(
                title: t("assignments.what_happens"),
                consequences: [t("conflicts.lift_effect", who), t("conflicts.lift_record")],
                form: Form(
                    action: "/console/rounds/\(path.round)/conflicts/\(path.conflict)/lifting", fields: fields,
                    submit: t("conflicts.lift_submit"), texts: t,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                    cancel: LinkText(t("conflicts.keep"), "/console/rounds/\(path.round)/conflicts"),
                    problem: problem?.sentence(besides: fields))))
        return HTML(bytes: try PageTemplate.confirm.render(model, in: desk.frame(title, under: .conflicts)))
    }
}

extension Texts {
    /// What somebody must not judge: a startup, or as many as they are a rival of.
    func startups(_ name: LocalizedName?, rivals: Int?) -> String {
        let t = self
        return rivals.map { t("conflicts.rivals", count: $0) } ?? name?.text(for: Vocabulary.Language(language)) ?? ""
    }
}

/// What was just done, so that the list can say so.
enum ConflictDeed: String, Codable, CaseIterable {
    case declared, lifted
    case setAside = "set_aside"
    case restored, ruled
}

struct ListRoundConflicts: Codable {
    let round: ReviewRound.ID
    let done: ConflictDeed?
}

struct RoundConflictPath: Codable {
    let round: ReviewRound.ID
    let conflict: ConflictDeclaration.ID
}

struct RoundNamingPath: Codable {
    let round: ReviewRound.ID
    let application: Application.ID
    let person: Person.ID
}

/// What a manager rules on the page that says what follows.
struct RulingForm: Described {
    let ruling: ConflictRuling.Deed
    let reason: ShortText
}

/// What stands between whom.
struct ConflictsPage: ViewModel {
    var header: PageHeader
    var tabs: Tabs
    /// Why one was not lifted.
    var refusal: ErrorSummary?
    var table: Table
    /// What was ruled on whom applications name.
    var rulings: Table?
    var declare: Form
}

extension PageTemplate<ConflictsPage> {
    static let conflicts = PageTemplate("reviews/conflicts", in: .reviews)
}
