internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// From an accepted offer into a cohort.
struct EnrolPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [ask, enrol] }

    private var ask: AnyRoute {
        PageRoute(
            .get, "/console/applications/{application}/enrolment", "consoleEnrol", access: .roles([.manager]),
            parameters: ApplicationPath.self
        ) { call in
            try await page(for: call)
        }.erased
    }

    private var enrol: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/enrolment", "enrolConsoleStartup", access: .roles([.manager]),
            parameters: ApplicationPath.self, body: EnrolmentBody.self
        ) { call in
            let (application, principal, id) = (call.parameters.application, try call.principal, Enrolment.ID())
            do {
                let tenant = try principal.workspace
                let body = try call.decoded()
                let new = NewEnrolment(in: body.cohort, mentor: body.mentor.map { Person.ID($0) })
                return try await call.write { transaction in
                    _ = try await transaction.enrolStartup(
                        of: application, new, as: id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/enrolments/\(id)?done=enrolled")
                }
            } catch {
                guard let problem = Problem(ofForm: error) else { throw error }
                return try await page(for: call, problem: problem)
            }
        }.erased
    }

    private func page<B>(for call: FormCall<ApplicationPath, B>, problem: Problem? = nil) async throws -> HTML {
        let id = call.parameters.application
        if let enrolled = try await call.reader.enrolment(ofApplication: id) {
            return .redirect(to: "/console/enrolments/\(enrolled)")
        }
        guard let summary = try await call.reader.application(id),
            let applied = try await call.reader.call(summary.application.call)
        else { throw Problem.notFound }
        guard summary.application.state == .accepted else { return .redirect(to: "/console/applications/\(id)") }
        let place = try await call.reader.placeStream(of: id)?.stream
        guard place != nil || !applied.offersChoice else { throw Problem.notFound }
        let cohorts = try await call.reader.cohorts(of: place ?? applied.stream)
        let mentors = try await call.reader.mentors()
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.incubation.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let name = summary.startupName.text(for: spoken)
        // The cohort that the call leads into stands there until another is chosen.
        let meant = applied.cohort.map { cohort in cohorts.filter { $0.id == cohort.id } } ?? []
        let values = call.fields.isEmpty ? ["cohort": meant.map(\.id.description)] : call.fields
        let input = FormInput(values: values, errors: problem?.fieldErrors ?? [], texts: t)
        let model = EnrolPage(
            header: PageHeader(
                title: t("enrol.title", ["startup": name]), kind: applied.programName.text(for: spoken),
                lede: t("enrol.lede")),
            form: cohorts.isEmpty
                ? nil
                : Form(
                    action: "/console/applications/\(id)/enrolment",
                    fields: [
                        input.select(
                            "cohort", label: t("enrol.cohort"), hint: t("enrol.cohort_hint"),
                            options: cohorts.map { cohort in
                                (
                                    cohort.id.description,
                                    t(
                                        "enrol.cohort_option",
                                        [
                                            "name": cohort.name.string,
                                            "start": cohort.startsOn.text(in: viewer.language),
                                        ])
                                )
                            }),
                        input.select(
                            "mentor", label: t("enrol.mentor"), hint: t("enrol.mentor_hint"),
                            options: mentors.map { ($0.id.description, $0.name) }, prompt: t("enrol.no_mentor"),
                            isOptional: true),
                    ],
                    submit: t("enrol.submit"), texts: t,
                    cancel: LinkText(t("enrol.cancel"), "/console/applications/\(id)"), problem: problem?.headline),
            empty: cohorts.isEmpty
                ? EmptyState(
                    title: t("enrol.no_cohorts"), text: t("enrol.no_cohorts_text"),
                    action: LinkText(t("enrol.to_programmes"), "/console/programs")) : nil)
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "applications",
            breadcrumbs: [Breadcrumb(name, "/console/applications/\(id)")])
        return HTML(status: problem?.status ?? 200, bytes: try PageTemplate.enrol.render(model, in: frame))
    }
}

struct EnrolPage: ViewModel {
    var header: PageHeader
    var form: Form?
    var empty: EmptyState?
}

extension PageTemplate<EnrolPage> {
    static let enrol = PageTemplate("incubation/enrol", in: .incubation)
}
