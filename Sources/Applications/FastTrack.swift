internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

extension ApplicationsRoom {
    static var beginWithCode: AnyOperation {
        Operation(
            .post, "/v1/fast-track-applications", "beginWithCode",
            summary: "Begin a draft with a fast-track code",
            description: """
                The code says which call it is for, which nobody sees without one. A code that is wrong, has run out or \
                is used up is refused, and nothing of it used. A draft that there is already is answered with.
                """, tag: "applications", access: .roles([.founder]), body: CodeBody.self,
            output: ApplicationView.self, success: .created, problems: [.conflict, .callClosed]
        ) { call in
            let principal = try call.principal
            let (tenant, startup) = (try principal.workspace, Startup.ID(try principal.actsFor))
            let id = Application.ID()
            return try await call.write { transaction in
                let begun = try await transaction.beginApplication(
                    with: call.body.code.string, for: startup, as: id, in: tenant, by: principal.personID)
                return .created(
                    try await transaction.view(of: begun, for: principal), location: "/v1/applications/\(begun)")
            }
        }.erased
    }
}

/// A code as it was typed.
struct CodeBody: Described {
    let code: ShortText
}

/// Where a founder brings a code.
struct FastTrackPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [ask, begin] }

    private var ask: AnyRoute {
        PageRoute(.get, "/portal/fast-track", "portalFastTrack", access: .roles([.founder])) { call in
            try await page(for: call, values: [:])
        }.erased
    }

    private var begin: AnyRoute {
        PageRoute(
            .post, "/portal/fast-track", "beginPortalWithCode", access: .roles([.founder]), body: CodeBody.self
        ) { call in
            let principal = try call.principal
            let (tenant, startup) = (try principal.workspace, Startup.ID(try principal.actsFor))
            let id = Application.ID()
            let words = ConstraintProblems(merging: [ProgramsRoom.constraints, ApplicationsRoom.constraints])
            return try await FormProblem.answering(words) {
                let code = try call.decoded().code.string
                return try await call.write { transaction in
                    let begun = try await transaction.beginApplication(
                        with: code, for: startup, as: id, in: tenant, by: principal.personID)
                    return .redirect(to: "/portal/applications/\(begun)")
                }
            } again: { problem in
                try await page(for: call, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.applications.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [input.text("code", label: t("code.field"), hint: t("code.hint"), limit: 40, width: "medium")]
        let model = FastTrackPage(
            header: PageHeader(title: t("code.title"), lede: t("code.lede")),
            form: Form(
                action: "/portal/fast-track", fields: fields, submit: t("code.submit"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                cancel: LinkText(t("code.cancel"), "/portal"), problem: problem?.sentence(besides: fields)))
        let frame = Frame(
            title: t("code.title"), site: site, viewer: viewer, current: "portal",
            breadcrumbs: [Breadcrumb(t("portal.title"), "/portal")])
        return HTML(bytes: try PageTemplate.fastTrack.render(model, in: frame))
    }
}

/// A form under a head, with nothing beside it.
struct FastTrackPage: ViewModel {
    var header: PageHeader
    var form: Form
}

extension PageTemplate<FastTrackPage> {
    static let fastTrack = PageTemplate("applications/fast-track", in: .applications)
}
