internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Many startups into one cohort, on a page.
struct ManyEnrolmentsPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [ask, enrol] }

    /// Most rows that are offered for ticking; a form may have a thousand fields.
    private static let shown = 400

    private var ask: AnyRoute {
        PageRoute(
            .get, "/console/cohorts/{cohort}/enrolments", "consoleEnrolMany", access: .roles([.manager]),
            parameters: CohortOfManyPath.self
        ) { call in
            try await page(for: call)
        }.erased
    }

    private var enrol: AnyRoute {
        PageRoute(
            .post, "/console/cohorts/{cohort}/enrolments", "enrolConsoleStartups", access: .roles([.manager]),
            parameters: CohortOfManyPath.self, body: EnrolmentsForm.self
        ) { call in
            let (id, principal) = (call.parameters.cohort, try call.principal)
            let tenant = try principal.workspace
            return try await BulkPage.answering(call, IncubationRoom.constraints) { form in
                let rows = try BulkMode.rows(form.applications, at: "/applications").map {
                    (application: $0, mentor: form.mentor.map { Person.ID($0) })
                }
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.enrolStartups(rows, in: id, mode, in: tenant, by: principal.personID)
                }
            } done: { _, _ in
                .redirect(to: "/console/enrolments?cohort=\(id)&done=\(EnrolmentsDone.enrolledSeveral.rawValue)")
            } page: { refusals, problem in
                try await page(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func page<B>(
        for call: FormCall<CohortOfManyPath, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let cohort = try await call.reader.cohort(call.parameters.cohort) else { throw Problem.notFound }
        let found = try await call.reader.placesToFill(in: cohort, limit: Self.shown + 1)
        let mentors = try await call.reader.mentors()
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.incubation.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let input = FormInput(
            values: call.fields(ticking: "applications", refusals), errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.checkboxes(
                "applications", label: t("enrol.startups"),
                hint: found.count > Self.shown ? t("enrol.more_wait") : nil,
                options: found.prefix(Self.shown).map {
                    (
                        $0.application.description, $0.startupName.text(for: spoken),
                        t("enrol.of_call", ["call": $0.callTitle.text(for: spoken)])
                    )
                }, isOptional: false),
            input.select(
                "mentor", label: t("enrol.mentor"), hint: t("enrol.mentor_of_all"),
                options: mentors.map { ($0.id.description, $0.name) }, prompt: t("enrol.no_mentor"), isOptional: true),
        ]
        let chosen = call.ids("applications", as: Application.ID.init)
        // Whoever was refused may wait for no place here.
        let names = try await call.reader.startupNames(of: chosen)
        let model = BulkPage(
            t("enrol.several"), kind: cohort.name.string,
            lede: t("enrol.several_lede", ["start": cohort.startsOn.text(in: viewer.language)]),
            subject: t("list.startup"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0]?.text(for: spoken) ?? $0.description, refusal: $1) },
            action: "/console/cohorts/\(cohort.id)/enrolments", sections: [FormSection(fields: fields)],
            submit: t("enrol.submit_several"), cancel: "/console/cohorts/\(cohort.id)",
            nothing: found.isEmpty ? t("enrol.nobody_waits") : nil, key: call.freshIdempotencyKey, fields: call.fields,
            problem: problem, in: t.language)
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "enrolments",
            breadcrumbs: [
                Onlooker.park.home(t), Breadcrumb(cohort.name.string, "/console/cohorts/\(cohort.id)"),
            ])
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: frame))
    }
}

/// Accepted offers that are ticked, and who advises all of their startups.
struct EnrolmentsForm: Codable {
    let applications: [Application.ID]?
    let mentor: UUID?
    let partial: Bool?
    let sure: Bool?
}

/// Which enrolments a page lists, and what was just done.
struct EnrolmentListQuery: Codable {
    let cohort: Cohort.ID?
    let state: Enrolment.State?
    let limit: PageSize?
    let cursor: PageCursor?
    let done: EnrolmentsDone?
}

/// What was just done, as the address of the list after it says.
enum EnrolmentsDone: String, Codable, CaseIterable {
    case enrolledSeveral = "enrolled_several"
}
