package import API
package import Accounts
internal import Foundation
package import Pages
package import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

extension ApplicationsRoom {
    /// The pages of those who come in by an announced call; parameters as for the operations, and whether letters go out.
    package static func registrationPages(
        in site: Site, database: Database, hasher: PasswordHasher, sendsMail: Bool
    ) -> [AnyRoute] {
        RegistrationPages(site: site, database: database, hasher: hasher, sendsMail: sendsMail).routes
    }
}

/// Where somebody without an account registers for an announced call, and where the link of the letter leads.
struct RegistrationPages: Sendable {
    let site: Site
    let database: Database
    let hasher: PasswordHasher
    let sendsMail: Bool

    var routes: [AnyRoute] { [ask, send, sent, open, confirm] }

    private var ask: AnyRoute {
        PageRoute(
            .get, "/open-calls/{call}/registration", "askRegistration",
            access: .anyone(because: "whoever registers has no account yet"), parameters: AnnouncedCallPath.self
        ) { call in
            try await form(for: call, AnnouncedCallReading(call.parameters.lang, or: call.locale), values: [:])
        }.erased
    }

    private var send: AnyRoute {
        PageRoute(
            .post, "/open-calls/{call}/registration", "sendRegistration",
            access: .anyone(because: "whoever registers has no account yet"), rate: .signIn,
            parameters: AnnouncedCallPath.self, body: RegistrationForm.self
        ) { call in
            let reading = AnnouncedCallReading(call.field("language") ?? call.parameters.lang, or: call.locale)
            let id = call.parameters.call
            return try await reading.saying {
                try await FormProblem.answering(ApplicationsRoom.constraints) {
                    let typed = try call.decoded()
                    let new = NewRegistration(
                        email: typed.email, name: typed.name, startupName: typed.startupName,
                        language: Vocabulary.Language(reading.language))
                    try await register(new, from: call.address, for: id, database: database)
                    return .redirect(to: reading.keeping("/open-calls/\(id)/registration/sent").description)
                } again: { problem in
                    try await form(for: call, reading, values: call.fields, problem: problem)
                }
            }
        }.erased
    }

    private var sent: AnyRoute {
        PageRoute(
            .get, "/open-calls/{call}/registration/sent", "registrationSent",
            access: .anyone(because: "it says the same to everybody"), parameters: AnnouncedCallPath.self
        ) { call in
            guard let found = try await call.reader.announcedCall(call.parameters.call) else { throw Problem.notFound }
            let reading = AnnouncedCallReading(call.parameters.lang, or: call.locale)
            let t = PageKit.applications.texts(in: reading.language)
            let model = RegistrationPage(
                header: PageHeader(
                    title: t("registration.sent"), kind: found.title.text(for: Vocabulary.Language(reading.language)),
                    lede: t("registration.sent_lede")), notes: noMail(t) + [t("registration.sent_note")],
                link: LinkText(t("registration.call"), reading.keeping("/open-calls/\(found.id)")))
            return try page(model, reading, at: "/open-calls/\(found.id)/registration/sent")
        }.erased
    }

    private var open: AnyRoute {
        PageRoute(
            .get, "/registration", "openRegistration", access: .anyone(because: "the code is the credential"),
            rate: .signIn, parameters: RegistrationLinkQuery.self
        ) { call in
            let reading = AnnouncedCallReading(call.parameters.lang, or: call.locale)
            return try await confirmation(for: call, reading, code: call.parameters.code ?? "")
        }.erased
    }

    private var confirm: AnyRoute {
        PageRoute(
            .post, "/registration", "confirmRegistrationForm", access: .anyone(because: "the code is the credential"),
            rate: .signIn, body: RegistrationConfirmationForm.self
        ) { call in
            let reading = AnnouncedCallReading(call.field("lang"), or: call.locale)
            return try await reading.saying {
                do {
                    let typed = try call.decoded()
                    return Self.door(
                        to: try await confirmRegistration(
                            code: typed.code, named: typed.name, startup: typed.startupName, password: typed.password,
                            database: database, hasher: hasher))
                } catch RegistrationRefusal.used(let application) {
                    // A second press of the button leads on like the first one.
                    return Self.door(to: application)
                } catch {
                    guard let problem = FormProblem(error, constraints: ApplicationsRoom.constraints) else {
                        throw error
                    }
                    return try await confirmation(for: call, reading, code: call.field("code") ?? "", problem: problem)
                }
            }
        }.erased
    }

    /// That letters wait, where they do.
    private func noMail(_ t: Texts) -> [String] { sendsMail ? [] : [t("registration.no_mail")] }

    /// The draft, behind signing in.
    private static func door(to application: Application.ID) -> HTML {
        let page = ("/sign-in" as SafeURL).adding([("next", "/portal/applications/\(application)")])
        return .redirect(to: page.description)
    }

    private func form<B>(
        for call: FormCall<AnnouncedCallPath, B>, _ reading: AnnouncedCallReading, values: [String: [String]],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let id = call.parameters.call
        guard let found = try await call.reader.announcedCall(id) else { throw Problem.notFound }
        let t = PageKit.applications.texts(in: reading.language)
        let title = found.title.text(for: Vocabulary.Language(reading.language))
        let back = LinkText(t("registration.call"), reading.keeping("/open-calls/\(id)"))
        let apply = SafeURL(path: "/portal/calls/\(id)/apply") ?? "/portal"
        let model: RegistrationPage
        if found.status(at: .now) != .open {
            model = RegistrationPage(
                header: PageHeader(title: title, kind: found.workspaceName, lede: t("registration.not_open")),
                link: back)
        } else if let visitor = call.visitor {
            // Who is known here registers nobody else; whose startup has a seat elsewhere signs in there or signs out.
            let isFounder = visitor.role == .founder && visitor.tenant == found.tenant.uuid
            model = RegistrationPage(
                header: PageHeader(
                    title: title, kind: found.workspaceName,
                    lede: isFounder ? t("registration.seated") : t("registration.signed_in")),
                link: isFounder ? LinkText(t("registration.apply"), apply) : back)
        } else {
            let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
            let fields = [
                input.text(
                    "email", label: t("registration.email"), hint: t("registration.email_hint"), type: "email",
                    autocomplete: "email"),
                input.text("name", label: t("registration.name"), limit: 200, autocomplete: "name"),
                input.text(
                    "startup_name", label: t("registration.startup"), limit: 200, autocomplete: "organization"),
            ]
            let door = ("/sign-in" as SafeURL).adding([("next", apply.description)])
            model = RegistrationPage(
                header: PageHeader(
                    title: t("registration.title"), kind: "\(found.workspaceName) · \(title)",
                    lede: t("registration.lede")), notes: noMail(t),
                form: Form(
                    action: "/open-calls/\(id)/registration", fields: fields, submit: t("registration.submit"),
                    texts: t, hidden: [HiddenField("language", reading.language.tag)], cancel: back,
                    problem: problem?.sentence(besides: fields)),
                link: LinkText(t("registration.have_account"), door))
        }
        return try page(model, reading, at: "/open-calls/\(id)/registration", csrf: call.csrf)
    }

    private func confirmation<P, B>(
        for call: FormCall<P, B>, _ reading: AnnouncedCallReading, code: String, problem: FormProblem? = nil
    ) async throws -> HTML {
        let t = PageKit.applications.texts(in: reading.language)
        let page = ("/registration" as SafeURL).adding([("code", code)])
        do {
            let opened = try await Applications.openRegistration(code: code, database: database)
            let found = opened.registration
            let typed = ["name": [found.name.string], "startup_name": [found.startupName.string]]
            let input = FormInput(
                values: problem == nil ? typed : call.fields, errors: problem?.errors ?? [], texts: t)
            // Whoever typed the address may have typed anything beside it: its owner says what is so.
            let startup = input.text(
                "startup_name", label: t("registration.startup"), limit: 200, autocomplete: "organization")
            let name = input.text("name", label: t("registration.name"), limit: 200, autocomplete: "name")
            let password = input.text(
                "password", label: t("registration.password"), hint: t("registration.password_hint"), type: "password",
                autocomplete: "new-password")
            let fields =
                [startup] + (opened.hasAccount ? [] : [name]) + (opened.needsPassword ? [password] : [])
            let model = RegistrationPage(
                header: PageHeader(
                    title: t("registration.confirm"), kind: found.workspace,
                    lede: opened.needsPassword
                        ? t("registration.confirm_lede") : t("registration.confirm_lede_account")),
                facts: Facts([
                    .text(
                        t("registration.for_call"),
                        found.callTitle.text(for: Vocabulary.Language(reading.language))),
                    .text(t("registration.email"), found.email.description),
                ]),
                form: Form(
                    action: "/registration", fields: fields, submit: t("registration.confirm_submit"), texts: t,
                    hidden: [HiddenField("code", code), HiddenField("lang", reading.language.tag)]
                        // The account keeps its own.
                        + (opened.hasAccount ? [HiddenField("name", found.name.string)] : []),
                    problem: problem?.sentence(besides: fields)))
            return try self.page(model, reading, at: page, csrf: call.csrf, status: problem?.status ?? 200)
        } catch let refusal as RegistrationRefusal {
            let (title, text) =
                switch refusal {
                case .used: (t("registration.used"), t("registration.used_text"))
                case .seated: (t("registration.known"), t("registration.known_text"))
                case .notGood, .noPassword: (t("registration.not_good"), t("registration.not_good_text"))
                }
            let model = RegistrationPage(
                header: PageHeader(title: title, lede: text),
                link: refusal == .notGood
                    ? LinkText(t("registration.calls"), reading.keeping("/open-calls"))
                    : LinkText(t("registration.sign_in"), "/sign-in"))
            return try self.page(model, reading, at: page, status: 409)
        }
    }

    private func page(
        _ model: RegistrationPage, _ reading: AnnouncedCallReading, at page: SafeURL, csrf: String = "",
        status: Int = 200
    ) throws -> HTML {
        let frame = Frame(
            title: model.header.title, site: site, viewer: Viewer(language: reading.language, csrf: csrf)
        ).found(as: model.header.lede ?? model.header.title, at: page)
        return HTML(
            status: status, bytes: try PageTemplate.registration.render(model, in: frame),
            headers: [HeaderField("X-Robots-Tag", "noindex")])
    }
}

/// The form of a registration.
struct RegistrationForm: Codable {
    let email: EmailAddress
    let name: Name
    let startupName: Name
    /// The language of the page that was sent.
    let language: String?
}

struct RegistrationLinkQuery: Codable {
    let code: String?
    let lang: String?
}

struct RegistrationConfirmationForm: Codable {
    let code: String
    let name: Name
    let startupName: Name
    let password: String?
    let lang: String?
}

/// A step of a registration: what is asked or said, and where it goes on.
struct RegistrationPage: ViewModel {
    var header: PageHeader
    var facts: Facts?
    var notes: [String] = []
    var form: Form?
    var link: LinkText?
}

extension PageTemplate<RegistrationPage> {
    static let registration = PageTemplate("applications/registration", in: .applications, layout: .quiet)
}
