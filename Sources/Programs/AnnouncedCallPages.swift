import API
import Accounts
import Foundation
package import Pages
import Postgres
import Vocabulary
import Wording

/// Calls as everybody finds them by their address, without an account; and where a manager lets them be found.
struct AnnouncedCallPages {
    let site: Site

    var routes: [AnyRoute] { [list, show, settings, setSettings] }

    private var list: AnyRoute {
        PageRoute(
            .get, "/open-calls", "announcedCalls", access: .anyone(because: "it is announced to everybody"),
            parameters: AnnouncedCallsQuery.self
        ) { call in
            let reading = AnnouncedCallReading(call.parameters.lang, or: call.locale)
            let words = ProgramWords(t: PageKit.programs.texts(in: reading.language), now: .now)
            let t = words.t
            let found = try await call.reader.announcedCalls(in: call.parameters.workspace)
            let model = PublicCallsPage(
                header: PageHeader(
                    title: t("open_calls.title"), lede: t("open_calls.lede"),
                    actions: [.link(t("open_calls.sign_in"), "/sign-in")]),
                table: words.table(announced: found, reading))
            var page: SafeURL = "/open-calls"
            if let workspace = call.parameters.workspace { page = page.adding([("workspace", workspace)]) }
            let frame = Frame(title: t("open_calls.title"), site: site, viewer: Viewer(language: reading.language))
                .found(as: t("open_calls.description"), at: page)
            return HTML(
                bytes: try PageTemplate.publicCalls.render(model, in: frame),
                headers: AnnouncedCallReading.headers(for: call.visitor))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/open-calls/{call}", "announcedCall", access: .anyone(because: "it is announced to everybody"),
            parameters: AnnouncedCallPath.self
        ) { call in
            let found = try await AnnouncedReading(of: call.parameters.call, in: call.database)
            let reading = AnnouncedCallReading(call.parameters.lang, or: call.locale)
            let words = ProgramWords(t: PageKit.programs.texts(in: reading.language), now: .now)
            let t = words.t
            let isOpen = found.call.status(at: words.now) == .open
            let model = words.page(
                of: found.call, found.program, found.stream, conditions: found.conditions,
                extensions: found.extensions, keptBy: found.announced.workspaceName,
                actions: isOpen
                    ? [
                        .link(
                            t("open_calls.register"),
                            reading.keeping("/open-calls/\(found.call.id)/registration"), style: .primary)
                    ] : [])
            let title = "\(model.header.title) · \(found.announced.workspaceName)"
            let frame = Frame(
                title: title, site: site, viewer: Viewer(language: reading.language),
                breadcrumbs: [Breadcrumb(t("open_calls.title"), reading.keeping("/open-calls"))]
            ).found(
                as: [model.summary, model.header.lede].compactMap(\.self).joined(separator: " "),
                at: "/open-calls/\(found.call.id)")
            return HTML(
                bytes: try PageTemplate.publicCall.render(model, in: frame),
                headers: AnnouncedCallReading.headers(for: call.visitor))
        }.erased
    }

    private var settings: AnyRoute {
        PageRoute(.get, "/console/registrations", "consoleRegistrations", access: .roles([.manager])) { call in
            try await settingsPage(for: call)
        }.erased
    }

    private func settingsPage<P, B>(for call: FormCall<P, B>, problem: FormProblem? = nil) async throws -> HTML {
        let rules = try await call.reader.registrationRules()
        let (door, found) = (rules.door, try await call.reader.announcedCalls(in: rules.workspace))
        let viewer = try await call.viewer()
        let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
        let t = words.t
        let address = ("/open-calls" as SafeURL).adding([("workspace", rules.workspace)])
        let other: RegistrationDoor = door == .taken ? .notTaken : .taken
        let change = Action.post(
            t("registrations.set_\(other.rawValue)"), "/console/registrations",
            style: door == .taken ? .secondary : .primary,
            hidden: [
                HiddenField("registrations", other.rawValue),
                HiddenField("idempotency_key", call.freshIdempotencyKey),
            ])
        let input = FormInput(
            values: problem == nil ? ["letters_per_day": [String(rules.lettersPerDay)]] : call.fields,
            errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.number("letters_per_day", label: t("registrations.letters"), hint: t("registrations.letters_hint"))
        ]
        let model = RegistrationsPage(
            header: PageHeader(
                title: t("registrations.title"),
                badge: Badge(t("registrations.\(door.rawValue)"), door == .taken ? .success : .neutral),
                lede: t("registrations.lede"),
                actions: door == .taken ? [.link(t("registrations.see"), address), change] : [change]),
            table: words.table(
                announced: found, AnnouncedCallReading(nil, or: viewer.language.tag),
                empty: EmptyState(
                    title: t("registrations.none_\(door.rawValue)"),
                    text: t("registrations.none_text_\(door.rawValue)"))),
            limit: Form(
                action: "/console/registrations",
                sections: [
                    FormSection(
                        title: t("registrations.letters_title"),
                        intro: t("registrations.letters_today", count: rules.lettersToday), fields: fields)
                ],
                submit: t("registrations.set_letters"), texts: t,
                hidden: [
                    HiddenField("registrations", door.rawValue),
                    HiddenField("idempotency_key", call.freshIdempotencyKey),
                ],
                problem: problem?.sentence(besides: fields)))
        let frame = Frame(
            title: t("registrations.title"), site: site, viewer: viewer, current: "programs",
            breadcrumbs: [Breadcrumb(t("programs.title"), "/console/programs")])
        return HTML(bytes: try PageTemplate.registrations.render(model, in: frame))
    }

    private var setSettings: AnyRoute {
        PageRoute(
            .post, "/console/registrations", "setConsoleRegistrations", access: .roles([.manager]),
            body: NewRegistrationSettings.self
        ) { call in
            try await FormProblem.answering(ProgramsRoom.constraints) {
                let said = try call.decoded()
                return try await call.write { transaction in
                    try await transaction.setRegistrationDoor(said.registrations, lettersPerDay: said.lettersPerDay)
                    return .redirect(to: "/console/registrations")
                }
            } again: { problem in
                try await settingsPage(for: call, problem: problem)
            }
        }.erased
    }
}

/// In which language somebody reads who is not signed in: the one of the page's address, else what the browser asks for.
package struct AnnouncedCallReading: Sendable {
    /// The language.
    package let language: Pages.Language
    private let chosen: String?

    /// The language that was chosen, or else the browser's.
    package init(_ chosen: String?, or accepted: String) {
        let known = chosen.flatMap { Pages.Language(tag: $0) }
        language = known ?? Pages.Language(tag: accepted) ?? .english
        self.chosen = known?.tag
    }

    /// A page in the language that was chosen, if one was.
    package func keeping(_ page: SafeURL) -> SafeURL {
        chosen.map { page.adding([("lang", $0)]) } ?? page
    }

    /// Says what is refused meanwhile in this language, too, whatever the browser asks for.
    package func saying<Result>(_ deed: () async throws -> Result) async rethrows -> Result {
        try await PageLocale.$current.withValue(language.tag, operation: deed)
    }

    /// What everybody is answered alike may be kept for a minute; what somebody signed in is answered may not.
    static func headers(for visitor: Principal?) -> [HeaderField] {
        let varies = HeaderField("Vary", "Accept-Language, Cookie")
        return visitor == nil ? [AnnouncedCallsAPI.cacheable, varies] : [varies]
    }
}

struct AnnouncedCallsQuery: Codable {
    /// The short name of one workspace.
    let workspace: String?
    let lang: String?
}

/// An announced call, and the language it is read in.
package struct AnnouncedCallPath: Codable, Sendable {
    /// The call.
    package let call: CallForApplications.ID
    /// A language of the footer.
    package let lang: String?
}

extension ProgramWords {
    /// What is announced, with where it stands.
    func table(
        announced calls: [AnnouncedCall], _ reading: AnnouncedCallReading, empty: EmptyState? = nil
    ) -> Table {
        Table(
            caption: t("open_calls.title"),
            columns: [
                Table.Column(t("calls.call")), Table.Column(t("calls.status")), Table.Column(t("calls.opens")),
                Table.Column(t("calls.closes")),
            ],
            rows: calls.map { found in
                let status = found.status(at: now)
                let place = [found.programName, found.streamName].map { $0.text(for: spoken) }
                return [
                    .link(
                        found.title.text(for: spoken), reading.keeping("/open-calls/\(found.id)"),
                        note: ([found.workspaceName] + place).joined(separator: " · ")),
                    .badge(badge(status)), .time(time(found.opensAt, in: found.zone)),
                    .time(time(found.closesAt, in: found.zone, isRelative: status == .open)),
                ]
            }, empty: empty ?? EmptyState(title: t("open_calls.none"), text: t("open_calls.none_text")))
    }
}
