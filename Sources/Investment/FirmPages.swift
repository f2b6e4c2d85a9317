internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary

/// Who is what within a firm: for its own people, and for the park.
struct FirmPages {
    let site: Site

    var routes: [AnyRoute] { [showOwn, setOwn, showConsole, setConsole] }

    private var showOwn: AnyRoute {
        PageRoute(.get, "/firm", "firm", access: .roles([.investor])) { call in
            try await page(for: call, of: Institution.ID(try call.principal.actsFor), .own)
        }.erased
    }

    private var setOwn: AnyRoute {
        PageRoute(.post, "/firm", "setFirmRoleForm", access: .roles([.investor]), body: RoleForm.self) { call in
            try await set(call, of: Institution.ID(try call.principal.actsFor), .own)
        }.erased
    }

    private var showConsole: AnyRoute {
        PageRoute(
            .get, "/console/investors/{investor}/firm", "consoleFirm", access: .roles([.manager]),
            parameters: StandingPath.self
        ) { call in
            try await page(for: call, of: call.parameters.investor, .console)
        }.erased
    }

    private var setConsole: AnyRoute {
        PageRoute(
            .post, "/console/investors/{investor}/firm", "consoleSetFirmRole", access: .roles([.manager]),
            parameters: StandingPath.self, body: RoleForm.self
        ) { call in
            try await set(call, of: call.parameters.investor, .console)
        }.erased
    }

    private func set<P>(
        _ call: FormCall<P, RoleForm>, of firm: Institution.ID, _ way: MandatePages.Way
    ) async throws -> HTML {
        guard try await call.reader.institution(firm) != nil else { throw Problem.notFound }
        let person = try call.principal.personID
        do {
            let form = try call.decoded()
            return try await call.write { transaction in
                _ = try await transaction.setFirmRole(form.role, of: form.seat, at: firm, by: person)
                return .redirect(to: way == .own ? "/firm" : "/console/investors/\(firm)/firm")
            }
        } catch let problem as Problem where [.invalid, .conflict].contains(problem.kind) {
            return try await page(for: call, of: firm, way, values: call.fields, problem: problem)
        } catch let problem as Problem where problem.kind == .notFound {
            // The firm is there; the seat that was chosen is not one of it.
            return try await page(
                for: call, of: firm, way, values: call.fields,
                problem: .invalid("/seat", "Choose somebody of the firm."))
        }
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of firm: Institution.ID, _ way: MandatePages.Way, values: [String: [String]] = [:],
        problem: Problem? = nil
    ) async throws -> HTML {
        guard let investor = try await call.reader.institution(firm), investor.kind != .startup else {
            throw Problem.notFound
        }
        let people = try await call.reader.people(of: firm)
        let own = try await call.reader.actingFirmRole()
        let reading = try await Reading(call)
        let t = reading.t
        let input = FormInput(values: values, errors: problem?.fields ?? [], texts: t)
        let name = investor.name.text(for: reading.spoken)
        let maySet = !people.isEmpty && (own == .principal || way == .console)
        let model = FirmPage(
            header: PageHeader(title: t("firm.title"), kind: name, lede: t("firm.lede")),
            people: Table(
                caption: t("firm.title"),
                columns: [Table.Column(t("firm.person")), Table.Column(t("firm.role"))],
                rows: people.map { person in
                    [
                        .text(person.name),
                        .text(
                            t("firm_role.\(person.role.rawValue)"), note: t("firm_role_hint.\(person.role.rawValue)")),
                    ]
                },
                empty: EmptyState(title: t("firm.nobody"), text: t("firm.nobody_text"))),
            form: maySet
                ? Form(
                    action: way == .own ? "/firm" : "/console/investors/\(firm.description)/firm",
                    sections: [
                        FormSection(
                            title: t("firm.set"),
                            fields: [
                                input.select(
                                    "seat", label: t("firm.person"),
                                    options: people.map { ($0.seat.description, $0.name) }),
                                input.radios(
                                    "role", label: t("firm.role"),
                                    options: FirmRole.allCases.map {
                                        (
                                            $0.rawValue, t("firm_role.\($0.rawValue)"),
                                            t("firm_role_hint.\($0.rawValue)")
                                        )
                                    }),
                            ])
                    ], submit: t("firm.submit"), texts: t,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)], problem: problem?.sentence)
                : nil)
        let crumbs: [Breadcrumb] =
            way == .own
            ? []
            : [
                Breadcrumb(t("investors.title"), "/console/investors"),
                Breadcrumb(name, "/console/investors/\(firm.description)"),
            ]
        let frame = Frame(
            title: t("firm.title"), site: site, viewer: reading.viewer, current: way == .own ? "firm" : "investors",
            breadcrumbs: crumbs)
        return HTML(status: problem?.formStatus ?? 200, bytes: try PageTemplate.firm.render(model, in: frame))
    }
}

/// Who is to be what.
struct RoleForm: Codable {
    let seat: Seat.ID
    let role: FirmRole
}

/// The people of a firm.
struct FirmPage: ViewModel {
    var header: PageHeader
    var people: Table
    /// For whoever may say who is what.
    var form: Form?
}

extension PageTemplate<FirmPage> {
    static let firm = PageTemplate("investment/firm", in: .investment)
}
