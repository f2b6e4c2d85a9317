public import API
internal import Foundation
public import Pages
public import Postgres
internal import Vocabulary
internal import Wording

extension PageKit {
    static let accounts = PageKit("accounts", bundle: .module)
}

/// Signing in and out, changing seats, accepting an invitation, one's own account.
public struct AccountsPages: Sendable {
    private let site: Site
    private let database: Database
    private let hasher: PasswordHasher
    private let announces: @Sendable (Reader) async throws -> Bool

    /// Pages of a site that hash by `hasher`.
    ///
    /// - Parameter announces: whether there is anything that whoever has no account may apply to.
    public init(
        site: Site, database: Database, hasher: PasswordHasher,
        announces: @escaping @Sendable (Reader) async throws -> Bool
    ) {
        self.site = site
        self.database = database
        self.hasher = hasher
        self.announces = announces
    }

    /// The routes, for the router.
    public var routes: [AnyRoute] {
        [
            home, showSignIn, signIn, signOut, takeSeat, chooseLanguage, showInvitation, acceptInvitation, showAccount,
            chooseTimeZone,
        ]
    }

    /// Where a role begins.
    static func home(of role: Role) -> String {
        switch role {
        case .manager: "/console"
        case .founder: "/portal"
        case .mentor: "/mentees"
        case .reviewer: "/reviews"
        case .investor: "/shortlists"
        case .partner: "/partner/agreements"
        case .operator: "/operator/jobs"
        default: "/account"
        }
    }

    private var home: AnyRoute {
        PageRoute(.get, "/", "home", access: .anyone(because: "it only leads on")) { call in
            .redirect(to: call.visitor.map { Self.home(of: $0.role) } ?? "/sign-in")
        }.erased
    }

    private var showSignIn: AnyRoute {
        PageRoute(
            .get, "/sign-in", "showSignIn", access: .anyone(because: "this is the door"), parameters: SignInQuery.self
        ) { call in
            if let visitor = call.visitor { return .redirect(to: Self.home(of: visitor.role)) }
            return try await page(for: call, input: [:], next: call.parameters.next)
        }.erased
    }

    private var signIn: AnyRoute {
        PageRoute(
            .post, "/sign-in", "signIn", access: .anyone(because: "this is the door"), rate: .signIn,
            body: SignInForm.self
        ) { call in
            do {
                let form = try call.decoded()
                let session = try await Accounts.signIn(
                    email: form.email, password: form.password, database: database, hasher: hasher)
                let next = form.next.flatMap { LocalPath($0)?.text }
                return .redirect(
                    to: next ?? Self.home(of: Role(rawValue: session.seat.role)),
                    headers: [call.sessionCookie(session.secret.text, lifetime: nil)])
            } catch let refusal as SignInRefusal {
                return try await page(for: call, input: call.fields, next: call.field("next"), problem: refusal.problem)
            } catch let problem as Problem {
                return try await page(for: call, input: call.fields, next: call.field("next"), problem: problem)
            }
        }.erased
    }

    private var signOut: AnyRoute {
        PageRoute(.post, "/sign-out", "signOut", access: .signedIn) { call in
            if case .session(let hash, _) = try call.principal.credential {
                _ = try await call.write { transaction in
                    try await transaction.signOut(session: hash)
                    return .redirect(to: "/sign-in")
                }
            }
            return .redirect(to: "/sign-in", headers: [call.endingSession()])
        }.erased
    }

    private var takeSeat: AnyRoute {
        PageRoute(.post, "/seat", "takeSeat", access: .signedIn, body: SeatForm.self) { call in
            let seat = try call.decoded().seat
            guard case .session(let hash, _) = try call.principal.credential else { return .redirect(to: "/") }
            let moved = try await call.write { transaction in
                try await transaction.takeSeat(seat, session: hash)
                return .redirect(to: "/")
            }
            call.forgetWhoActs()
            return moved
        }.erased
    }

    private var chooseLanguage: AnyRoute {
        PageRoute(.post, "/language", "chooseLanguageForm", access: .signedIn, body: LanguageForm.self) { call in
            let form = try call.decoded()
            let chosen = try await call.write { transaction in
                try await transaction.chooseLanguage(form.lang)
                return .redirect(to: form.next.flatMap { LocalPath($0)?.text } ?? "/")
            }
            call.forgetWhoActs()
            return chosen
        }.erased
    }

    private var showInvitation: AnyRoute {
        PageRoute(
            .get, "/invitation", "showInvitation", access: .anyone(because: "the code is the credential"),
            parameters: InvitationQuery.self
        ) { call in
            try await page(for: call, code: call.parameters.code ?? "")
        }.erased
    }

    private var acceptInvitation: AnyRoute {
        PageRoute(
            .post, "/invitation", "acceptInvitationForm", access: .anyone(because: "the code is the credential"),
            rate: .signIn, body: Acceptance.self
        ) { call in
            do {
                let form = try call.decoded()
                try await Accounts.acceptInvitation(
                    code: form.code, password: form.password, database: database, hasher: hasher)
                return .redirect(to: "/sign-in")
            } catch let refusal as InvitationRefusal {
                return try await page(for: call, code: call.field("code") ?? "", problem: refusal.problem)
            } catch let problem as Problem {
                return try await page(for: call, code: call.field("code") ?? "", problem: problem)
            }
        }.erased
    }

    private var showAccount: AnyRoute {
        PageRoute(.get, "/account", "showAccount", access: .signedIn) { call in
            try await account(for: call, zone: call.principal.timeZone)
        }.erased
    }

    private var chooseTimeZone: AnyRoute {
        PageRoute(.post, "/account/time-zone", "chooseTimeZoneForm", access: .signedIn, body: NewTimeZone.self) {
            call in
            do {
                let form = try call.decoded()
                let chosen = try await call.write { transaction in
                    try await transaction.chooseTimeZone(form.timeZone)
                    return .redirect(to: "/account")
                }
                call.forgetWhoActs()
                return chosen
            } catch let problem as Problem {
                return try await account(for: call, zone: call.field("time_zone"), problem: problem)
            }
        }.erased
    }

    private func account<P, B>(
        for call: FormCall<P, B>, zone: String?, problem: Problem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.accounts.texts(in: viewer.language)
        let seats = try await call.reader.seats(of: try call.principal.personID)
        // Other names of a zone are taken too, and listed for whoever chose one.
        let alias = zone.flatMap { TimeZoneName($0) }.flatMap { TimeZoneName.all.contains($0) ? nil : $0 }
        let input = FormInput(
            values: ["time_zone": [zone ?? ""]], errors: problem?.fields ?? [], texts: t)
        let model = AccountPage(
            header: PageHeader(title: try call.principal.name, kind: t("account.kind"), lede: t("account.lede")),
            seats: Table(
                caption: t("account.seats"),
                columns: [Table.Column(t("account.role")), Table.Column(t("account.workspace"))],
                rows: seats.map { [.text(t("role.\($0.role)")), .text($0.tenantName ?? t("account.platform"))] },
                empty: EmptyState(title: t("account.no_seats"), text: t("account.no_seats_text"))),
            clock: Form(
                action: "/account/time-zone",
                fields: [
                    input.select(
                        "time_zone", label: t("account.time_zone"), hint: t("account.time_zone_hint"),
                        options: ([alias].compactMap(\.self) + TimeZoneName.all).map {
                            ($0.description, $0.description)
                        },
                        prompt: t("account.no_time_zone"), isOptional: true)
                ],
                submit: t("account.keep_time_zone"), texts: t, problem: problem?.sentence))
        let frame = Frame(title: t("account.kind"), site: site, viewer: viewer, current: "account")
        return HTML(status: problem?.formStatus ?? 200, bytes: try PageTemplate.account.render(model, in: frame))
    }

    private func page<P, B>(
        for call: FormCall<P, B>, input: [String: [String]], next: String?, problem: Problem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.accounts.texts(in: viewer.language)
        let fields = FormInput(values: input, errors: problem?.fields ?? [], texts: t)
        let model = DoorPage(
            title: t("sign_in.title"), lede: t("sign_in.lede"),
            form: Form(
                action: "/sign-in",
                fields: [
                    fields.text("email", label: t("sign_in.email"), type: "email", autocomplete: "username"),
                    fields.text(
                        "password", label: t("sign_in.password"), type: "password", autocomplete: "current-password"),
                ],
                submit: t("sign_in.submit"), texts: t, hidden: next.map { [HiddenField("next", $0)] } ?? [],
                problem: problem?.sentence),
            link: try await announces(call.reader) ? LinkText(t("sign_in.open_calls"), "/open-calls") : nil)
        let frame = Frame(title: t("sign_in.title"), site: site, viewer: viewer)
        return HTML(status: problem?.formStatus ?? 200, bytes: try PageTemplate.door.render(model, in: frame))
    }

    private func page<P, B>(
        for call: FormCall<P, B>, code: String, problem: Problem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.accounts.texts(in: viewer.language)
        let fields = FormInput(values: [:], errors: problem?.fields ?? [], texts: t)
        let model = DoorPage(
            title: t("invitation.title"), lede: t("invitation.lede"),
            form: Form(
                action: "/invitation",
                fields: [
                    fields.text(
                        "password", label: t("invitation.password"), hint: t("invitation.hint"), type: "password",
                        autocomplete: "new-password")
                ],
                submit: t("invitation.submit"), texts: t, hidden: [HiddenField("code", code)],
                problem: problem?.sentence), link: nil)
        let frame = Frame(title: t("invitation.title"), site: site, viewer: viewer)
        return HTML(status: problem?.formStatus ?? 200, bytes: try PageTemplate.door.render(model, in: frame))
    }
}

extension Problem {
    /// The refused fields, as a form takes them.
    public var fields: [(field: String, message: String)] {
        errors.map { ($0.pointer, $0.words) }
    }

    /// The refused fields where the form's own are called without the name under which an operation's body holds them:
    /// `/profile/ask/amount_minor` is the field `/ask/amount`.
    public func fields(within name: String) -> [(field: String, message: String)] {
        fields.map { error in
            guard error.field.utf8.starts(with: "/\(name)/".utf8) else { return error }
            let field = String(error.field.dropFirst(name.utf8.count + 1))
            return (field.hasSuffix("/amount_minor") ? String(field.dropLast("_minor".count)) : field, error.message)
        }
    }

    /// What to say above a form: nothing when each error stands with its field.
    public var sentence: String? {
        errors.isEmpty ? words : nil
    }

    /// The status of a form shown again: the problem's own, but never the 401 that would send a browser elsewhere.
    public var formStatus: Int {
        status == 401 ? 422 : status
    }
}

struct SignInQuery: Codable {
    let next: String?
}

struct SignInForm: Codable {
    let email: String
    let password: String
    let next: String?
}

struct SeatForm: Codable {
    let seat: Seat.ID
}

/// A language of the footer, and the page to come back to.
struct LanguageForm: Codable {
    let lang: Vocabulary.Language
    let next: String?
}

struct InvitationQuery: Codable {
    let code: String?
}

struct DoorPage: ViewModel {
    var title: String
    var lede: String
    var form: Form
    /// Where whoever has no account goes on.
    var link: LinkText?
}

struct AccountPage: ViewModel {
    var header: PageHeader
    var seats: Table
    /// In which zone times are said beside the one they were set in.
    var clock: Form
}

extension PageTemplate<DoorPage> {
    static let door = PageTemplate("accounts/door", in: .accounts, layout: .quiet)
}

extension PageTemplate<AccountPage> {
    static let account = PageTemplate("accounts/account", in: .accounts)
}
