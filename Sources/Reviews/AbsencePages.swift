internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Where reviewers say when they are away.
struct AbsencePages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [show, note, forget] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/reviews/absences", "reviewerAbsences", access: .roles([.reviewer]), parameters: DoneQuery.self
        ) { call in
            try await page(for: call, done: call.parameters.done)
        }.erased
    }

    private var note: AnyRoute {
        PageRoute(
            .post, "/reviews/absences", "noteReviewerAbsence", access: .roles([.reviewer]), body: AbsenceBody.self
        ) {
            call in
            let principal = try call.principal
            let tenant = try principal.workspace
            return try await answering {
                let days = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.noteAbsence(
                        of: principal.personID, from: days.firstDay, to: days.lastDay, as: Absence.ID(), in: tenant)
                    return .redirect(to: "/reviews/absences?done=noted")
                }
            } again: { problem in
                try await page(for: call, problem: problem)
            }
        }.erased
    }

    private var forget: AnyRoute {
        PageRoute(
            .post, "/reviews/absences/{absence}/removal", "forgetReviewerAbsence", access: .roles([.reviewer]),
            parameters: OwnAbsencePath.self
        ) { call in
            let (id, person) = (call.parameters.absence, try call.principal.personID)
            return try await call.write { transaction in
                try await transaction.forgetAbsence(id, of: person)
                return .redirect(to: "/reviews/absences?done=forgotten")
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, done: String? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.reviews.texts(in: viewer.language)
        let absences = try await call.reader.absences(of: try call.principal.personID)
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.date("first_day", label: t("absence.first_day")),
            input.date("last_day", label: t("absence.last_day"), hint: t("absence.last_day_hint")),
        ]
        let model = AbsencesPage(
            header: PageHeader(title: t("absence.title"), lede: t("absence.lede")),
            table: Table(
                caption: t("absence.noted"),
                columns: [.init(t("absence.first_day")), .init(t("absence.last_day")), .init(t("absence.deed"))],
                rows: absences.map { absence in
                    [
                        .text(absence.firstDay.text(in: t.language)), .text(absence.lastDay.text(in: t.language)),
                        .action(
                            .post(
                                t("absence.forget"), "/reviews/absences/\(absence.id)/removal",
                                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)])),
                    ]
                },
                empty: EmptyState(title: t("absence.empty"), text: t("absence.empty_text"))),
            form: Form(
                action: "/reviews/absences",
                sections: [FormSection(title: t("absence.note_title"), fields: fields)], submit: t("absence.note"),
                texts: t, hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                problem: problem?.sentence(besides: fields)))
        let flash: FlashNotice? =
            switch done {
            case "noted": FlashNotice(t("absence.done.noted"))
            case "forgotten": FlashNotice(t("absence.done.forgotten"))
            default: nil
            }
        let frame = Frame(
            title: t("absence.title"), site: site, viewer: viewer, current: "reviews",
            breadcrumbs: [Breadcrumb(t("reviewer.title"), "/reviews")], flash: flash)
        return HTML(bytes: try PageTemplate.absences.render(model, in: frame))
    }
}

struct OwnAbsencePath: Codable {
    let absence: Absence.ID
}

/// A reviewer's absences, and a form for one more.
struct AbsencesPage: ViewModel {
    var header: PageHeader
    var table: Table
    var form: Form
}

extension PageTemplate<AbsencesPage> {
    static let absences = PageTemplate("reviews/absences", in: .reviews)
}
