internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Who owns a startup, as its founders and managers keep it: one form with all holders.
struct HolderPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [show, save, showOwn, saveOwn] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/startups/{startup}/holders", "consoleHolders", access: .roles([.manager]),
            parameters: HoldersPath.self
        ) { call in
            try await form(for: call, of: call.parameters.startup, done: call.parameters.done)
        }.erased
    }

    private var save: AnyRoute {
        PageRoute(
            .post, "/console/startups/{startup}/holders", "saveConsoleHolders", access: .roles([.manager]),
            parameters: StartupPath.self, body: HoldersForm.self
        ) { call in
            try await save(call, of: call.parameters.startup)
        }.erased
    }

    private var showOwn: AnyRoute {
        PageRoute(
            .get, "/portal/holders", "portalHolders", access: .roles([.founder]), parameters: Done.self
        ) { call in
            try await form(for: call, of: Startup.ID(try call.principal.actsFor), done: call.parameters.done)
        }.erased
    }

    private var saveOwn: AnyRoute {
        PageRoute(
            .post, "/portal/holders", "savePortalHolders", access: .roles([.founder]), body: HoldersForm.self
        ) { call in
            try await save(call, of: Startup.ID(try call.principal.actsFor))
        }.erased
    }

    private func save<P>(_ call: FormCall<P, HoldersForm>, of startup: Startup.ID) async throws -> HTML {
        let tenant = try call.principal.workspace
        let place = place(of: startup, try call.principal)
        return try await FormProblem.answering(InstitutionsRoom.constraints) {
            let holders = try call.decoded().list()
            return try await call.write { transaction in
                _ = try await transaction.recordHolders(holders, of: startup, in: tenant) {
                    try call.match(HolderList(holders: $0))
                }
                return .redirect(to: "\(place)?done=saved")
            }
        } again: { problem in
            try await form(for: call, of: startup, problem: problem)
        }
    }

    private func place(of startup: Startup.ID, _ principal: Principal) -> String {
        principal.role == .manager ? "/console/startups/\(startup)/holders" : "/portal/holders"
    }

    private func form<P, B>(
        for call: FormCall<P, B>, of id: Startup.ID, done: String? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let startup = try await call.reader.startup(id) else { throw Problem.notFound }
        let holders = try await call.reader.holders(of: id)
        let known = try await call.reader.institutionsThatHold()
        let viewer = try await call.viewer()
        let t = PageKit.institutions.texts(in: viewer.language)
        let spoken = Vocabulary.Language(viewer.language)
        let values = problem == nil ? HoldersForm.values(of: holders) : call.fields
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        // Founders may hold shares beside institutions that they do not see; a choice made by a manager is kept.
        let chosen = holders.compactMap(\.institution).filter { id in !known.contains { $0.id == id } }
        let options =
            known.map { ($0.id.description, $0.name.text(for: spoken)) }
            + chosen.map { ($0.description, t("holders.institution_kept")) }
        // Two rows more than are filled: without a script, saving makes the next ones.
        let rows = HoldersForm.rows(in: values) + 2
        let sections = (0..<rows).map { index in
            FormSection(
                title: t("holders.row", ["number": "\(index + 1)"]),
                fields: [
                    input.text("holders.\(index).name", label: t("holders.name"), isOptional: true, limit: 200),
                    input.number(
                        "holders.\(index).percent", label: t("holders.percent"), isOptional: true, suffix: "%",
                        isDecimal: true),
                    input.select(
                        "holders.\(index).institution", label: t("holders.institution"),
                        hint: index == 0 ? t("holders.institution_hint") : nil, options: options, isOptional: true),
                ])
        }
        let name = startup.name.text(for: spoken)
        let isManager = try call.principal.role == .manager
        let version = problem == nil ? try call.version(of: HolderList(holders: holders)) : call.version ?? ""
        let model = HoldersPage(
            header: PageHeader(title: t("holders.title"), kind: name, lede: t("holders.lede")),
            form: Form(
                action: isManager ? "/console/startups/\(id)/holders" : "/portal/holders", sections: sections,
                submit: t("holders.save"), texts: t,
                hidden: [
                    HiddenField("version", version), HiddenField("idempotency_key", call.freshIdempotencyKey),
                ] + HoldersForm.people(in: values),
                cancel: LinkText(t("holders.cancel"), isManager ? "/console/startups/\(id)" : "/portal/profile"),
                problem: problem?.sentence(besides: sections.flatMap(\.fields))))
        let frame = Frame(
            title: t("holders.title"), site: site, viewer: viewer, current: isManager ? "startups" : "profile",
            breadcrumbs: isManager
                ? [Breadcrumb(t("startups.title"), "/console/startups"), Breadcrumb(name, "/console/startups/\(id)")]
                : [Breadcrumb(t("profile.kind"), "/portal/profile")],
            flash: done == "saved" ? FlashNotice(t("holders.saved")) : nil)
        return HTML(
            status: problem?.status ?? 200, bytes: try PageTemplate.holders.render(model, in: frame))
    }
}

struct HoldersPath: Codable {
    let startup: Startup.ID
    let done: String?
}

/// All holders of a startup, as the form sends them; a row without a name is not meant.
struct HoldersForm: Codable {
    let holders: [Row]

    struct Row: Codable {
        let name: Name?
        let percent: String?
        let institution: Institution.ID?
        let person: Person.ID?
    }

    /// The holders the form means; refuses shares that are none.
    func list() throws(Problem) -> [Holder] {
        var list: [Holder] = []
        for (index, row) in holders.enumerated() {
            guard let name = row.name else {
                if row.percent?.isEmpty == false {
                    throw Problem(.invalid, errors: [.init("/holders/\(index)/name", .required, "Name the holder.")])
                }
                continue
            }
            guard let share = Self.basisPoints(row.percent ?? ""), (1...10_000).contains(share) else {
                throw Problem.invalid("/holders/\(index)/percent", "Write a share above 0 and up to 100, such as 12.5.")
            }
            list.append(
                Holder(
                    name, institution: row.institution, person: row.institution == nil ? row.person : nil,
                    basisPoints: share))
        }
        return list
    }

    /// Hundredths of a per cent from a figure with two decimals at the most.
    static func basisPoints(_ text: String) -> Int? {
        let parts = text.utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "%") }
            .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...3).contains(parts[0].count),
            parts.joined().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        let fraction = parts.count == 2 ? Array(parts[1]) : [UInt8(ascii: "0")]
        guard (1...2).contains(fraction.count) else { return nil }
        let digits = parts[0] + fraction + (fraction.count == 1 ? [UInt8(ascii: "0")] : [])
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    static func percent(_ basisPoints: Int) -> String {
        let (whole, fraction) = basisPoints.quotientAndRemainder(dividingBy: 100)
        guard fraction > 0 else { return "\(whole)" }
        return fraction % 10 == 0 ? "\(whole).\(fraction / 10)" : "\(whole).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    /// The fields of a form that shows holders, by name.
    static func values(of holders: [Holder]) -> [String: [String]] {
        var values: [String: [String]] = [:]
        for (index, holder) in holders.enumerated() {
            values["holders.\(index).name"] = [holder.name.string]
            values["holders.\(index).percent"] = [percent(holder.basisPoints)]
            values["holders.\(index).institution"] = holder.institution.map { [$0.description] }
            values["holders.\(index).person"] = holder.person.map { [$0.description] }
        }
        return values
    }

    /// How many rows a form was filled in with, fifty at the most.
    static func rows(in values: [String: [String]]) -> Int {
        (0..<50).last { index in
            ["name", "percent"].contains { values["holders.\(index).\($0)"]?.first?.isEmpty == false }
        }.map { $0 + 1 } ?? 0
    }

    /// Whom names mean; the form has no field for it and must bring it back.
    static func people(in values: [String: [String]]) -> [HiddenField] {
        (0..<50).compactMap { index in
            values["holders.\(index).person"]?.first.map { HiddenField("holders.\(index).person", $0) }
        }
    }
}

/// Who owns a startup.
struct HoldersPage: ViewModel {
    var header: PageHeader
    var form: Form
}

extension PageTemplate<HoldersPage> {
    static let holders = PageTemplate("institutions/holders", in: .institutions)
}
