package import API
internal import Accounts
internal import Foundation
package import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

extension PageKit {
    static let institutions = PageKit("institutions", bundle: .module)
}

extension InstitutionsRoom {
    /// Where the directory stands in the navigation.
    package static var places: [Site.Place] {
        [
            Site.Place(
                "startups", key: "nav.startups", in: .institutions, groupKey: "nav.directory", url: "/console/startups",
                roles: ["manager"]),
            Site.Place(
                "institutions", key: "nav.institutions", in: .institutions, groupKey: "nav.directory",
                url: "/console/institutions", roles: ["manager"]),
            Site.Place("profile", key: "nav.profile", in: .institutions, url: "/portal/profile", roles: ["founder"]),
        ]
    }

    /// The pages, for the router.
    package static func pages(in site: Site) -> [AnyRoute] {
        let pages = InstitutionsPages(site: site)
        return [
            pages.listStartups, pages.showStartup, pages.listInstitutions, pages.editProfile, pages.saveProfile,
        ] + HolderPages(site: site).routes
    }
}

private struct InstitutionsPages {
    let site: Site

    var listStartups: AnyRoute {
        PageRoute(
            .get, "/console/startups", "consoleStartups", access: .roles([.manager]), parameters: ListStartups.self
        ) { call in
            let viewer = try await call.viewer()
            let t = PageKit.institutions.texts(in: viewer.language)
            let query = call.parameters
            let after = try call.position(query.cursor, as: Startup.ID.self)
            let found = try await call.reader.startups(
                named: query.q?.string, in: query.focusArea, after: after, limit: PageSize.rows(for: query.limit))
            let page = try call.page(found, size: query.limit) { $0.id }
            let shown = try await call.reader.shown(among: page.items.map(\.id))
            let filters: [(name: String, value: String)] =
                [("q", query.q?.string), ("focus_area", query.focusArea?.description)].compactMap { name, value in
                    value.map { (name, $0) }
                }
            let model = ListPage(
                header: PageHeader(title: t("startups.title"), lede: t("startups.lede")),
                filters: Filters(
                    action: "/console/startups",
                    search: Filters.Search(label: t("startups.search"), value: query.q?.string ?? ""),
                    choices: [
                        Filters.Choice(
                            name: "focus_area", label: t("startups.focus_area"), all: t("startups.any_focus_area"),
                            options: FocusAreaTaxonomy.standard.top.map {
                                ($0.id.description, $0.id.label(in: viewer.language))
                            }, chosen: query.focusArea?.description ?? "")
                    ], clearURL: filters.isEmpty ? nil : "/console/startups"),
                table: Table(
                    caption: t("startups.title"),
                    columns: [
                        Table.Column(t("startups.name")), Table.Column(t("startups.focus")),
                        Table.Column(t("startups.place")), Table.Column(t("startups.seeking")),
                        Table.Column(t("startups.ask"), isNumber: true), Table.Column(t("startups.matching")),
                    ],
                    rows: page.items.map { $0.row(isShown: shown.contains($0.id), in: viewer.language, t) },
                    empty: EmptyState(title: t("startups.none"), text: t("startups.none_text")),
                    pager: Pager(
                        firstURL: query.cursor == nil ? nil : ("/console/startups" as SafeURL).adding(filters),
                        nextURL: page.next.map {
                            ("/console/startups" as SafeURL).adding(filters + [("cursor", $0)])
                        })))
            let frame = Frame(title: t("startups.title"), site: site, viewer: viewer, current: "startups")
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    var showStartup: AnyRoute {
        PageRoute(
            .get, "/console/startups/{startup}", "consoleStartup", access: .roles([.manager]),
            parameters: StartupPath.self
        ) { call in
            let reader = call.reader
            guard let startup = try await reader.startup(call.parameters.startup),
                let entry = try await reader.institution(Institution.ID(startup.id.uuid))
            else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let t = PageKit.institutions.texts(in: viewer.language)
            let name = startup.name.text(for: Vocabulary.Language(viewer.language))
            let isShown = try await reader.shown(among: [startup.id]) == [startup.id]
            let model = StartupPage(
                header: PageHeader(
                    title: name, kind: t("startup.kind"),
                    badge: isShown ? Badge(t("matching.in"), .success) : Badge(t("matching.out")),
                    lede: startup.profile.pitch?.string,
                    actions: [
                        .link(t("startup.matches"), "/console/startups/\(startup.id.description)/matches"),
                        .link(t("consents.title"), "/console/startups/\(startup.id)/consents"),
                        .link(t("holders.title"), "/console/startups/\(startup.id)/holders"),
                    ]),
                description: startup.profile.description?.string,
                facts: startup.facts(registeredAs: entry.registrations, in: viewer.language, t))
            let frame = Frame(
                title: name, site: site, viewer: viewer, current: "startups",
                breadcrumbs: [Breadcrumb(t("startups.title"), "/console/startups")])
            return HTML(bytes: try PageTemplate.startup.render(model, in: frame))
        }.erased
    }

    var listInstitutions: AnyRoute {
        PageRoute(
            .get, "/console/institutions", "consoleInstitutions", access: .roles([.manager]),
            parameters: ListInstitutions.self
        ) { call in
            let viewer = try await call.viewer()
            let t = PageKit.institutions.texts(in: viewer.language)
            let query = call.parameters
            let after = try call.position(query.cursor, as: Institution.ID.self)
            let found = try await call.reader.institutions(
                of: query.kind, named: query.q?.string, after: after, limit: PageSize.rows(for: query.limit))
            let page = try call.page(found, size: query.limit) { $0.id }
            let filters: [(name: String, value: String)] =
                [("q", query.q?.string), ("kind", query.kind?.rawValue)].compactMap { name, value in
                    value.map { (name, $0) }
                }
            let model = ListPage(
                header: PageHeader(title: t("institutions.title"), lede: t("institutions.lede")),
                filters: Filters(
                    action: "/console/institutions",
                    search: Filters.Search(label: t("institutions.search"), value: query.q?.string ?? ""),
                    choices: [
                        Filters.Choice(
                            name: "kind", label: t("institutions.kind"), all: t("institutions.any_kind"),
                            options: Institution.Kind.allCases.map { ($0.rawValue, t("kind.\($0.rawValue)")) },
                            chosen: query.kind?.rawValue ?? "")
                    ], clearURL: filters.isEmpty ? nil : "/console/institutions"),
                table: Table(
                    caption: t("institutions.title"),
                    columns: [
                        Table.Column(t("institutions.name")), Table.Column(t("institutions.kind")),
                        Table.Column(t("institutions.country")),
                    ],
                    rows: page.items.map { institution in
                        [
                            .text(institution.name.text(for: Vocabulary.Language(viewer.language))),
                            .text(t("kind.\(institution.kind.rawValue)")),
                            .text(institution.country?.name(in: Vocabulary.Language(viewer.language)) ?? "–"),
                        ]
                    },
                    empty: EmptyState(title: t("institutions.none"), text: t("institutions.none_text")),
                    pager: Pager(
                        firstURL: query.cursor == nil ? nil : ("/console/institutions" as SafeURL).adding(filters),
                        nextURL: page.next.map {
                            ("/console/institutions" as SafeURL).adding(filters + [("cursor", $0)])
                        })))
            let frame = Frame(title: t("institutions.title"), site: site, viewer: viewer, current: "institutions")
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    var editProfile: AnyRoute {
        PageRoute(
            .get, "/portal/profile", "portalProfile", access: .roles([.founder]), parameters: Done.self
        ) { call in
            let startup = try await own(call.reader, try call.principal)
            return try await form(
                for: call, of: startup, values: ProfileForm(startup).values, version: try call.version(of: startup),
                done: call.parameters.done)
        }.erased
    }

    var saveProfile: AnyRoute {
        PageRoute(
            .post, "/portal/profile", "savePortalProfile", access: .roles([.founder]), body: ProfileForm.self
        ) { call in
            let principal = try call.principal
            let startup = try await own(call.reader, principal)
            do {
                let new = try call.decoded().applied(to: startup)
                let tenant = try principal.workspace
                return try await call.write { transaction in
                    _ = try await transaction.reviseStartup(startup.id, to: new, in: tenant) { try call.match($0) }
                    return .redirect(to: "/portal/profile?done=saved")
                }
            } catch let refusal as StartupRefusal {
                return try await form(
                    for: call, of: startup, values: call.fields, version: call.version ?? "", problem: refusal.problem)
            } catch let problem as Problem {
                return try await form(
                    for: call, of: startup, values: call.fields, version: call.version ?? "", problem: problem)
            }
        }.erased
    }

    private func own(_ reader: Reader, _ principal: Principal) async throws -> Startup {
        guard let startup = try await reader.startup(Startup.ID(try principal.actsFor)) else { throw Problem.notFound }
        return startup
    }

    private func form<P, B>(
        for call: FormCall<P, B>, of startup: Startup, values: [String: [String]], version: String,
        problem: Problem? = nil, done: String? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.institutions.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.fields(within: "profile") ?? [], texts: t)
        let stages = FundingStage.listed.map { ($0.rawValue, $0.label(in: Vocabulary.Language(viewer.language))) }
        let areas = FocusAreaTaxonomy.standard.areas.map { ($0.id.description, $0.id.label(in: viewer.language)) }
        let model = ProfilePage(
            header: PageHeader(
                title: startup.name.text(for: Vocabulary.Language(viewer.language)), kind: t("profile.kind"),
                lede: t("profile.lede"),
                actions: [.link(t("consents.title"), "/consents"), .link(t("holders.title"), "/portal/holders")]),
            form: Form(
                action: "/portal/profile",
                sections: [
                    FormSection(
                        title: t("profile.what"),
                        fields: [
                            input.area(
                                "pitch", label: t("profile.pitch"), hint: t("profile.pitch_hint"), limit: 500, rows: 2),
                            input.area(
                                "description", label: t("profile.description"), isOptional: true, limit: 10_000, rows: 8
                            ),
                            input.select(
                                "focus_area", label: t("profile.focus_area"), hint: t("profile.focus_hint"),
                                options: areas),
                            input.text("website", label: t("profile.website"), type: "url", isOptional: true),
                        ]),
                    FormSection(
                        title: t("profile.facts"), intro: t("profile.facts_intro"),
                        fields: [
                            input.number("full_time_staff", label: t("profile.full_time_staff"), isOptional: true),
                            input.number("technical_staff", label: t("profile.technical_staff"), isOptional: true),
                        ]),
                    FormSection(
                        title: t("profile.round"), intro: t("profile.round_intro"),
                        fields: [
                            input.select("seeking", label: t("profile.seeking"), options: stages, isOptional: true),
                            input.money(
                                "ask", label: t("profile.ask"), currencies: ["HKD", "USD", "JPY"], isOptional: true),
                        ]),
                ],
                submit: t("profile.submit"), texts: t, hidden: [HiddenField("version", version)],
                draft: "profile", problem: problem?.sentence))
        let frame = Frame(
            title: t("profile.kind"), site: site, viewer: viewer, current: "profile",
            flash: done == "saved" ? FlashNotice(t("profile.saved")) : nil)
        return HTML(status: problem?.formStatus ?? 200, bytes: try PageTemplate.profile.render(model, in: frame))
    }
}

struct Done: Codable {
    let done: String?
}

/// An amount as it was typed, and its currency.
struct AmountField: Codable {
    let amount: String?
    let currency: Currency?
}

/// What the profile's form asks for; all else that the startup said stays as it is.
struct ProfileForm: Codable {
    let pitch: ShortText?
    let description: LongText?
    let focusArea: FocusArea.ID?
    let website: WebAddress?
    let fullTimeStaff: Int?
    let technicalStaff: Int?
    let seeking: FundingStage?
    let ask: AmountField?

    init(_ startup: Startup) {
        let profile = startup.profile
        pitch = profile.pitch
        description = profile.description
        focusArea = profile.focusAreas.first?.area
        website = profile.website
        fullTimeStaff = profile.fullTimeStaff
        technicalStaff = profile.technicalStaff
        seeking = profile.seeking
        ask = profile.ask.map { AmountField(amount: $0.decimal, currency: $0.currency) }
    }

    var values: [String: [String]] {
        [
            "pitch": pitch?.string, "description": description?.string, "focus_area": focusArea?.description,
            "website": website?.description, "full_time_staff": fullTimeStaff.map(String.init),
            "technical_staff": technicalStaff.map(String.init), "seeking": seeking?.rawValue,
            "ask.amount": ask?.amount, "ask.currency": ask?.currency?.code,
        ].compactMapValues { $0.map { [$0] } }
    }

    func applied(to startup: Startup) throws -> NewStartup {
        var profile = startup.profile
        profile.pitch = pitch
        profile.description = description
        if let focusArea, focusArea != profile.focusAreas.first?.area {
            profile.focusAreas = [WeightedFocusArea(focusArea)] + profile.focusAreas.filter { $0.area != focusArea }
        }
        profile.website = website
        profile.fullTimeStaff = fullTimeStaff
        profile.technicalStaff = technicalStaff
        profile.seeking = seeking
        profile.ask = try ask?.amount.map { amount in
            guard let money = Money(amount, ask?.currency ?? .hkd) else {
                throw Problem.invalid("/ask/amount", "Write an amount such as 500000.")
            }
            return money
        }
        return NewStartup(name: startup.name, profile: profile)
    }
}

struct ListPage: ViewModel {
    var header: PageHeader
    var filters: Filters
    var table: Table
}

struct StartupPage: ViewModel {
    var header: PageHeader
    var description: String?
    var facts: Facts
}

struct ProfilePage: ViewModel {
    var header: PageHeader
    var form: Form
}

extension PageTemplate<ListPage> {
    static let list = PageTemplate("institutions/list", in: .institutions)
}

extension PageTemplate<StartupPage> {
    static let startup = PageTemplate("institutions/startup", in: .institutions)
}

extension PageTemplate<ProfilePage> {
    static let profile = PageTemplate("institutions/profile", in: .institutions)
}

extension Startup {
    fileprivate func row(isShown: Bool, in language: Pages.Language, _ t: Texts) -> [Table.Cell] {
        let spoken = Vocabulary.Language(language)
        let areas = profile.focusAreas.map { $0.area.label(in: language) }
        return [
            .link(name.text(for: spoken), "/console/startups/\(id.description)", note: profile.pitch?.string),
            .text(areas.prefix(2).joined(separator: ", ")),
            .text(
                [profile.city?.string, profile.country?.name(in: spoken)].compactMap(\.self).joined(separator: ", ")),
            .text(profile.seeking?.label(in: spoken) ?? "–"),
            profile.ask.map { .money(MoneyText($0)) } ?? .text("–"),
            .badge(isShown ? Badge(t("matching.in"), .success) : Badge(t("matching.out"))),
        ]
    }

    fileprivate func facts(
        registeredAs registrations: [Institution.Registration], in language: Pages.Language, _ t: Texts
    ) -> Facts {
        let spoken = Vocabulary.Language(language)
        let place = [profile.city?.string, profile.country?.name(in: spoken)].compactMap(\.self).joined(separator: ", ")
        var facts: [Fact] = [.tags(t("startups.focus"), profile.focusAreas.map { $0.area.label(in: language) })]
        if !place.isEmpty { facts.append(.text(t("startups.place"), place)) }
        if let founded = profile.foundedOn {
            facts.append(.time(t("startup.founded"), TimeText(founded, in: language)))
        }
        if let staff = profile.fullTimeStaff {
            facts.append(.text(t("startup.staff"), t("startup.staff_count", count: staff)))
        }
        if let stage = profile.stage { facts.append(.text(t("startup.stage"), stage.label(in: spoken))) }
        if let seeking = profile.seeking { facts.append(.text(t("startups.seeking"), seeking.label(in: spoken))) }
        if let ask = profile.ask { facts.append(.money(t("startups.ask"), MoneyText(ask))) }
        if !profile.tags.isEmpty { facts.append(.tags(t("startup.tags"), profile.tags.map(\.string))) }
        if let website = profile.website, let url = SafeURL(external: website.description) {
            facts.append(.link(t("startup.website"), LinkText(website.site, url)))
        }
        facts += registrations.map { .text(t("registration.\($0.scheme.rawValue)"), $0.value.string) }
        return Facts(facts)
    }
}
