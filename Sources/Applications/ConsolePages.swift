internal import API
internal import Accounts
internal import Eligibility
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The park's side of one application: screening, shortlist and interview.
struct ConsolePages: Sendable {
    let site: Site
    let hasScanner: Bool
    let reviews: AwaitedReviews.Reading

    var routes: [AnyRoute] { [show, screen, step, download] }

    // MARK: One application

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/applications/{application}", "consoleApplication", access: .roles([.manager]),
            parameters: ApplicationPageQuery.self
        ) { call in
            try await page(for: call, of: call.parameters.application, done: call.parameters.done)
        }.erased
    }

    private var screen: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/screening", "screenConsoleApplication",
            access: .roles([.manager]), parameters: ApplicationPath.self, body: ScreeningBody.self
        ) { call in
            let (id, person) = (call.parameters.application, try call.principal.personID)
            do {
                let body = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.screenApplication(
                        id, finding: try await transaction.screening(body, of: id), citing: body.conditions ?? [],
                        by: person)
                    return .redirect(to: "/console/applications/\(id)?done=screened")
                }
            } catch let refusal as ApplicationRefusal {
                return try await page(for: call, of: id, screening: refusal.problem)
            } catch let problem as Problem where problem.status == 422 {
                return try await page(for: call, of: id, screening: problem)
            }
        }.erased
    }

    private var step: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/step", "stepConsoleApplication", access: .roles([.manager]),
            parameters: ApplicationPath.self, body: StepBody.self
        ) { call in
            let (id, person) = (call.parameters.application, try call.principal.personID)
            do {
                let step = try call.decoded().step()
                return try await call.write { transaction in
                    _ = try await transaction.moveApplication(id, by: step, by: person)
                    return .redirect(to: "/console/applications/\(id)?done=moved")
                }
            } catch let refusal as ApplicationRefusal {
                return try await page(for: call, of: id, step: refusal.problem)
            } catch let problem as Problem where problem.status == 422 {
                return try await page(for: call, of: id, step: problem)
            }
        }.erased
    }

    /// The page; after a refusal with the form that was sent, filled in, and what is wrong with it.
    private func page<P, B>(
        for call: FormCall<P, B>, of id: Application.ID, screening: Problem? = nil, step: Problem? = nil,
        done: String? = nil
    ) async throws -> HTML {
        guard let dossier = try await call.reader.dossier(id)?.asHandedIn(call.reader) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let (application, now) = (dossier.summary.application, dossier.summary.readAt)
        let standing = Standing(dossier.summary, for: .park, in: viewer.language)
        let isHidden = application.submittedAt == nil
        let screened = isHidden ? [] : try await call.reader.screened(id, of: dossier.call.id)
        let overlaps = isHidden ? [] : try await call.reader.overlaps(of: id)
        let awaited = isHidden ? nil : try await reviews([id], call.reader)[id]
        // The form stands below what it is about; this leads there.
        let actions: [Action] =
            if application.allows(.screen, at: now) {
                [.link(t("screen.action"), "#form", style: .primary)]
            } else if application.state.isJudged {
                [.link(t("decide.action"), "/console/decisions?call=\(application.call)", style: .primary)]
            } else if application.state == .accepted {
                [
                    .link(t("enrol.action"), "/console/applications/\(id)/enrolment", style: .primary),
                    .link(t("change.action"), "/console/applications/\(id)/decision"),
                ]
            } else if application.allows(.change, at: now) {
                [.link(t("change.action"), "/console/applications/\(id)/decision")]
            } else if application.state == .changesRequested {
                [.link(t("changes.action"), "/console/applications/\(id)/changes", style: .primary)]
            } else {
                []
            }
        let model = ApplicationPage(
            header: PageHeader(
                title: dossier.summary.startupName.text(for: spoken), kind: dossier.call.title.text(for: spoken),
                badge: standing.badge, lede: standing.next, actions: actions),
            deadline: standing.deadlineText(from: now, in: viewer.language),
            note: application.allows(.screen, at: now) ? dossier.findingOfPartner(t) : nil, offer: nil,
            findings: screened.table(in: viewer.language),
            overlaps: FundingOverlap.table(overlaps, of: id, in: viewer.language),
            screening: application.allows(.screen, at: now)
                ? screened.form(
                    for: call, of: id, sentTo: "/console/applications/\(id)/screening", problem: screening, t) : nil,
            step: stepForm(call, application, at: now, step, t),
            decision: nil,
            answers: isHidden ? [] : dossier.answered(in: spoken), hasAnswers: !isHidden,
            noAnswers: isHidden
                ? t(
                    "answers.hidden",
                    [
                        "answered": Figures.grouped(dossier.summary.count.answered),
                        "questions": Figures.grouped(dossier.summary.count.questions),
                    ]) : nil,
            documents: isHidden
                ? nil
                : dossier.documentLines(in: viewer.language, notice: hasScanner ? nil : t("document.no_scanner")) {
                    "/console/applications/\(id)/documents/\($0)"
                },
            timeline: nil, history: dossier.timeline(for: .park, in: viewer.language),
            facts: dossier.facts(in: viewer.language, withStartup: true, awaiting: awaited), tools: dossier.tools(t),
            hasTools: !dossier.tools(t).isEmpty)
        let flash: FlashNotice? =
            switch done {
            case "screened": FlashNotice(t("done.screened"))
            case "moved": FlashNotice(t("done.moved"))
            case "judged": FlashNotice(t("overlap.judged"))
            default: nil
            }
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "applications",
            breadcrumbs: [Breadcrumb(t("list.title"), "/console/applications")], flash: flash)
        let status = (screening ?? step)?.status ?? 200
        return HTML(status: status, bytes: try PageTemplate.application.render(model, in: frame))
    }

    /// The next stage, while there is one before the decision.
    private func stepForm<P, B>(
        _ call: FormCall<P, B>, _ application: Application, at now: Date, _ problem: Problem?, _ t: Texts
    ) -> Form? {
        let move: MovesBody.Move
        if application.allows(.shortlist, at: now) {
            move = .shortlist
        } else if application.allows(.interview, at: now) {
            move = .interview
        } else {
            return nil
        }
        let input = FormInput(values: problem == nil ? [:] : call.fields, errors: problem?.fieldErrors ?? [], texts: t)
        return Form(
            action: "/console/applications/\(application.id)/step",
            sections: [
                FormSection(
                    title: t("step.\(move.rawValue)"), intro: t("step.\(move.rawValue)_intro"),
                    fields: [
                        input.area(
                            "note", label: t("move.note"), hint: t("step.\(move.rawValue)_hint"),
                            isOptional: move == .shortlist, limit: 2000, rows: 4)
                    ])
            ],
            submit: t("step.\(move.rawValue)"), texts: t, hidden: [HiddenField("move", move.rawValue)],
            draft: "\(move.rawValue)-\(application.id)", problem: problem?.headline)
    }
}
