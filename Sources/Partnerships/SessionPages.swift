import API
import Accounts
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

/// The sessions under an agreement: recorded by managers, read by the staff of its parties, too.
struct SessionPages {
    let site: Site

    var routes: [AnyRoute] { [read(isManager: true), read(isManager: false), record, remove] }

    private func read(isManager: Bool) -> AnyRoute {
        PageRoute(
            .get, isManager ? "/console/mous/{mou}/sessions" : "/partner/agreements/{mou}/sessions",
            isManager ? "consoleMoUSessions" : "partnerMoUSessions", access: .roles([isManager ? .manager : .partner]),
            parameters: SessionsQuery.self
        ) { call in
            try await page(for: call, of: call.parameters.mou, isManager: isManager, done: call.parameters.done)
        }.erased
    }

    private var record: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/sessions", "recordConsoleMoUSession", access: .roles([.manager]),
            parameters: MoUPath.self, body: SessionForm.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (ExchangeSession.ID(), call.parameters.mou)
            return try await answering {
                let new = try call.decoded().new()
                return try await call.write { transaction in
                    try await transaction.recordSession(new, as: id, under: mou, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(mou)/sessions?done=recorded")
                }
            } again: { problem in
                try await page(for: call, of: mou, isManager: true, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var remove: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/sessions/{session}/removal", "removeConsoleMoUSession",
            access: .roles([.manager]), parameters: SessionPath.self
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.removeSession(path.session, of: path.mou)
                return .redirect(to: "/console/mous/\(path.mou)/sessions?done=removed")
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, isManager: Bool, done: SessionDone? = nil,
        values: [String: [String]] = [:], problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let mou = try await call.reader.mou(id) else { throw Problem.notFound }
        let sessions = try await call.reader.sessions(under: id)
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let name = mou.title.text(for: Vocabulary.Language(viewer.language))
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let isOpen = isManager && mou.signedOn != nil
        let fields = fields(input, t, of: mou)
        let key = call.freshIdempotencyKey
        let model = MoUTablePage(
            header: PageHeader(title: t("session.section"), kind: name, lede: t("session.lede")),
            table: Table(
                caption: t("session.section"),
                columns: [
                    Table.Column(t("session.held_on")), Table.Column(t("session.title")),
                    Table.Column(t("session.hosts")), Table.Column(t("session.attendance"), isNumber: true),
                    Table.Column(t("areas.concept")), Table.Column(t("session.minutes")),
                ] + (isManager ? [Table.Column(t("report.change"))] : []),
                rows: sessions.map { row($0, of: id, isManager: isManager, key: key, t) },
                empty: EmptyState(title: t("session.none"), text: t("session.none_text"))),
            form: isOpen
                ? Form(
                    action: "/console/mous/\(id)/sessions", fields: fields, submit: t("session.submit"), texts: t,
                    hidden: [HiddenField("idempotency_key", key)], problem: problem?.sentence(besides: fields)) : nil)
        let frame = Frame(
            title: t("session.section"), site: site, viewer: viewer, current: isManager ? "mous" : "agreements",
            breadcrumbs: isManager
                ? [Breadcrumb(t("list.title"), "/console/mous"), Breadcrumb(name, "/console/mous/\(id)")]
                : [
                    Breadcrumb(t("agreements.title"), "/partner/agreements"),
                    Breadcrumb(name, "/partner/agreements/\(id)"),
                ], flash: done.map { FlashNotice(t("session_done.\($0.rawValue)")) })
        return HTML(bytes: try PageTemplate.table.render(model, in: frame))
    }

    private func row(
        _ session: ExchangeSession, of mou: MoU.ID, isManager: Bool, key: String, _ t: Texts
    ) -> [Table.Cell] {
        var cells: [Table.Cell] = [
            .time(TimeText(session.heldOn, in: t.language)),
            .text(session.title.text(for: Vocabulary.Language(t.language))),
            .text(session.hosts.map(\.string).joined(separator: t("list.separator"))), .number(session.attendance),
            .text(session.area?.label(in: t.language) ?? "–"),
            session.minutes.flatMap { address in
                SafeURL(external: address.description).map { .link(t("session.open_minutes"), $0, note: address.host) }
            } ?? .text("–"),
        ]
        if isManager {
            cells.append(
                .action(
                    .post(
                        t("session.remove"), "/console/mous/\(mou)/sessions/\(session.id)/removal",
                        hidden: [HiddenField("idempotency_key", "\(key)-\(session.id)")])))
        }
        return cells
    }

    private func fields(_ input: FormInput, _ t: Texts, of mou: MoU) -> [FormField] {
        CommitmentsConsole.titles(input, t) + [
            input.text(
                "held_on", label: t("session.held_on"), hint: t("session.held_hint"), type: "date", width: "medium"),
            input.area(
                "hosts", label: t("session.hosts"), hint: t("field.event_hosts_hint"), limit: 5_000, rows: 2),
            input.number("attendance", label: t("session.attendance")),
            CommitmentsConsole.area(of: mou, input, t),
            input.text(
                "minutes", label: t("session.minutes"), hint: t("session.minutes_hint"), type: "url", isOptional: true,
                limit: 2_000),
        ]
    }
}

/// What was just done, as the address of the page after it says.
enum SessionDone: String, Codable, CaseIterable {
    case recorded, removed
}

struct SessionsQuery: Codable {
    let mou: MoU.ID
    let done: SessionDone?
}

/// A session as its form sends it, with a host on each line.
struct SessionForm: Codable {
    let title: LocalizedName
    let heldOn: CalendarDate
    let hosts: LongText
    let attendance: Int
    let area: FocusArea.ID?
    let minutes: WebAddress?

    func new() throws(Problem) -> NewExchangeSession {
        NewExchangeSession(
            title, on: heldOn, by: try hosts.names(at: "/hosts"), attendance: attendance, in: area, minutes: minutes)
    }
}

extension LongText {
    /// The names in it, one a line.
    func names(at pointer: String) throws(Problem) -> [Name] {
        var names: [Name] = []
        for line in string.split(separator: "\n") where !line.allSatisfy(\.isWhitespace) {
            do { names.append(try Name(String(line))) } catch {
                throw Problem(
                    .invalid,
                    errors: [.init(pointer, .tooLong, "Write each host on a line of at most 200 characters.")])
            }
        }
        return names
    }
}
