internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// What stands between a round's panel and those who apply.
struct ConflictsConsole {
    let site: Site

    var routes: [AnyRoute] { [list, declare, lifting, lift] }

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

    private func page<P, B>(
        for call: FormCall<P, B>, of id: ReviewRound.ID, done: ConflictDeed? = nil, problem: FormProblem? = nil,
        refusal: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, id, in: site)
        let t = desk.t
        let found = try await call.reader.conflicts(in: id)
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
        let model = ConflictsPage(
            header: desk.header(
                t("conflicts.title"),
                lede: found.isEmpty ? t("conflicts.lede_none") : t("conflicts.lede", count: people)),
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
        return [
            .text(conflict.personName), .text(conflict.startupName.text(for: desk.spoken)),
            .text(
                t("conflicts.kind.\(conflict.kind.rawValue)"),
                note: conflict.through.map { t("conflicts.through", ["institution": $0.text(for: desk.spoken)]) }),
            .text(conflict.note?.string ?? "–"),
            conflict.declaration.map { id in
                .action(.link(t("conflicts.lift"), "/console/rounds/\(desk.round.id)/conflicts/\(id)/lifting"))
            } ?? .text(t("conflicts.on_record")),
        ]
    }

    private func liftingPage<P, B>(
        for call: FormCall<P, B>, _ path: RoundConflictPath, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, path.round, in: site)
        guard
            let conflict = try await call.reader.conflicts(in: path.round)
                .first(where: { $0.declaration == path.conflict })
        else { throw Problem.notFound }
        let t = desk.t
        let who = ["reviewer": conflict.personName, "startup": conflict.startupName.text(for: desk.spoken)]
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

/// What was just done, so that the list can say so.
enum ConflictDeed: String, Codable, CaseIterable {
    case declared, lifted
}

struct ListRoundConflicts: Codable {
    let round: ReviewRound.ID
    let done: ConflictDeed?
}

struct RoundConflictPath: Codable {
    let round: ReviewRound.ID
    let conflict: ConflictDeclaration.ID
}

/// What stands between whom.
struct ConflictsPage: ViewModel {
    var header: PageHeader
    var tabs: Tabs
    /// Why one was not lifted.
    var refusal: ErrorSummary?
    var table: Table
    var declare: Form
}

extension PageTemplate<ConflictsPage> {
    static let conflicts = PageTemplate("reviews/conflicts", in: .reviews)
}
