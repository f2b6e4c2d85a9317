internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Changes that the park asks for: the park's pages, and the startup's button that hands them in.
struct ChangesPages: Sendable {
    let portal: PortalPages
    private var site: Site { portal.site }

    var routes: [AnyRoute] { [list, show, request, ask, extend, cancel, resubmit] }

    // MARK: The park

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/changes", "consoleChanges", access: .roles([.manager]), parameters: ChangesListQuery.self
        ) { call in
            let viewer = try await call.viewer()
            let found = try await call.database.snapshot(as: call.context) { snapshot in
                (
                    open: try await snapshot.changeRequests(answered: false, limit: 500),
                    back: try await snapshot.changeRequests(answered: true, limit: 100), now: try await snapshot.clock()
                )
            }
            let model = ChangeListPage(open: found.open, back: found.back, at: found.now, in: viewer.language)
            let t = PageKit.applications.texts(in: viewer.language)
            let frame = Frame(
                title: model.header.title, site: site, viewer: viewer, current: "applications",
                breadcrumbs: [Breadcrumb(t("list.title"), "/console/applications")],
                flash: call.parameters.done.map { FlashNotice(t("many_changes.done_\($0.rawValue)")) })
            return HTML(bytes: try PageTemplate.changeList.render(model, in: frame))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/applications/{application}/changes", "consoleApplicationChanges",
            access: .roles([.manager]), parameters: ChangesQuery.self
        ) { call in
            try await page(
                for: call, of: call.parameters.application, done: call.parameters.done,
                isAsking: call.parameters.round != nil, round: call.parameters.round)
        }.erased
    }

    private var request: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/changes", "requestConsoleChanges", access: .roles([.manager]),
            parameters: ApplicationPath.self, body: ChangeRequestBody.self
        ) { call in
            let (id, request, person) = (call.parameters.application, ChangeRequest.ID(), try call.principal.personID)
            return try await answering(call, id, "requested") { transaction, body in
                _ = try await transaction.requestChanges(body.wanted, of: id, as: request, by: person)
            }
        }.erased
    }

    private var ask: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/later-questions", "askConsoleQuestions",
            access: .roles([.manager]), parameters: ApplicationPath.self, body: LaterQuestionsBody.self
        ) { call in
            let (id, request, person) = (call.parameters.application, ChangeRequest.ID(), try call.principal.personID)
            return try await answering(call, id, "asked", isAsking: true) { transaction, body in
                _ = try await transaction.askLaterQuestions(body.wanted, of: id, as: request, by: person)
            }
        }.erased
    }

    private var extend: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/changes/{request}/extension", "extendConsoleChanges",
            access: .roles([.manager]), parameters: ChangeRequestPath.self, body: ExtensionBody.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await answering(call, path.application, "extended") { transaction, body in
                _ = try await transaction.extendChanges(
                    path.request, of: path.application, to: body.dueOn, by: person)
            }
        }.erased
    }

    private var cancel: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/changes/{request}/cancellation", "cancelConsoleChanges",
            access: .roles([.manager]), parameters: ChangeRequestPath.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await answering(call, path.application, "cancelled") { transaction, _ in
                _ = try await transaction.cancelChanges(path.request, of: path.application, by: person)
            }
        }.erased
    }

    private func answering<P, B>(
        _ call: FormCall<P, B>, _ id: Application.ID, _ done: String, isAsking: Bool = false,
        by verb: @Sendable @escaping (Transaction, B) async throws -> Void
    ) async throws -> HTML {
        do {
            let body = try call.decoded()
            return try await call.write { transaction in
                try await verb(transaction, body)
                return .redirect(to: "/console/applications/\(id)/changes?done=\(done)")
            }
        } catch let refusal as ChangesRefusal {
            return try await page(for: call, of: id, problem: refusal.problem, isAsking: isAsking)
        } catch let refusal as ApplicationRefusal {
            return try await page(for: call, of: id, problem: refusal.problem, isAsking: isAsking)
        } catch let problem as Problem where problem.status == 422 {
            return try await page(for: call, of: id, problem: problem, isAsking: isAsking)
        }
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: Application.ID, problem: Problem? = nil, done: String? = nil,
        isAsking: Bool = false, round: Int? = nil
    ) async throws -> HTML {
        guard let dossier = try await call.reader.dossier(id) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let t = PageKit.applications.texts(in: viewer.language)
        let requests = try await call.reader.changeRequests(of: id)
        let facts = try await call.reader.conditions(of: dossier.call.id).askedFacts
        let model = ApplicationChangesPage(
            dossier, requests, asking: facts, isTheirOwn: try await call.reader.isTheirOwn(id), isAsking: isAsking,
            input: FormInput(
                values: problem != nil ? call.fields : round.map { ["round": ["\($0)"]] } ?? [:],
                errors: problem?.fieldErrors ?? [], texts: t),
            problem: problem?.headline, in: viewer.language)
        let name = dossier.summary.startupName.text(for: Vocabulary.Language(viewer.language))
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "applications",
            breadcrumbs: [
                Breadcrumb(t("list.title"), "/console/applications"),
                Breadcrumb(name, "/console/applications/\(id)"),
            ],
            flash: ["requested", "asked", "extended", "cancelled"].contains(done)
                ? done.map { FlashNotice(t("changes.done_\($0)")) } : nil)
        return HTML(
            status: problem?.status ?? 200, bytes: try PageTemplate.applicationChanges.render(model, in: frame))
    }

    // MARK: The startup

    private var resubmit: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/resubmission", "resubmitPortalApplication",
            access: .roles([.founder]), parameters: ApplicationPath.self
        ) { call in
            let id = call.parameters.application
            // First what was typed is kept, in a transaction of its own: whatever then speaks against handing it in.
            guard let attempt = try await portal.keep(call, of: call.parameters.application) else {
                return .redirect(to: "/portal/applications/\(id)")
            }
            guard attempt.isWhole, attempt.further.isEmpty else {
                return try await portal.page(for: call, retrying: attempt)
            }
            let person = try call.principal.personID
            let done = attempt.draft.changes?.round == nil ? "resubmitted" : "answered"
            do {
                return try await call.write { transaction in
                    _ = try await transaction.resubmitApplication(id, by: person)
                    return .redirect(to: "/portal/applications/\(id)?done=\(done)")
                }
            } catch let refusal as ApplicationRefusal {
                return try await portal.page(for: call, retrying: attempt, refusal: refusal)
            } catch ChangesRefusal.overdue {
                let t = PageKit.applications.texts(in: try await call.viewer().language)
                return try await portal.page(for: call, retrying: attempt, problem: t("changes.cannot_submit"))
            }
        }.erased
    }
}

/// The requests of the workspace, and what was just done with several of them.
struct ChangesListQuery: Codable {
    enum Done: String, Codable, CaseIterable {
        case requested, changed
    }

    let done: Done?
}

/// The page of an application's changes, and the round whose questions are to be asked.
struct ChangesQuery: Codable {
    let application: Application.ID
    let done: String?
    let round: Int?
}

extension CallForApplications {
    /// The rounds whose questions are still to be asked of an application that was asked those up to `round`.
    func roundsToAsk(after round: Int) -> [Int] { Set(laterRounds.filter { $0 > round }).sorted() }
}

/// Requests for changes of the whole workspace.
struct ChangeListPage: ViewModel {
    var header: PageHeader
    var openTitle: String
    var open: Table
    var backTitle: String
    var back: Table
}

extension PageTemplate<ChangeListPage> {
    static let changeList = PageTemplate("applications/change-list", in: .applications)
}

extension ChangeListPage {
    init(open: [ChangeRequestSummary], back: [ChangeRequestSummary], at now: Date, in language: Pages.Language) {
        let t = PageKit.applications.texts(in: language)
        let spoken = Vocabulary.Language(language)
        header = PageHeader(
            title: t("changes.list_title"), lede: t("changes.list_lede"),
            actions: open.isEmpty ? [] : [.link(t("many_changes.open"), "/console/changes/several")])
        openTitle = t("changes.open_title")
        backTitle = t("changes.back_title")
        func line(_ summary: ChangeRequestSummary, _ page: SafeURL) -> [Table.Cell] {
            [
                .link(
                    summary.startupName.text(for: spoken),
                    page),
                .text(summary.callTitle.text(for: spoken)),
                .text(Figures.grouped(summary.request.questions.count)),
            ]
        }
        let columns: [Table.Column] = [
            .init(t("list.startup")), .init(t("list.call")), .init(t("changes.questions")),
        ]
        self.open = Table(
            caption: openTitle, columns: columns + [.init(t("changes.due")), .init(t("list.state"))],
            rows: open.map { summary in
                line(summary, "/console/applications/\(summary.request.application)/changes") + [
                    .time(
                        TimeText(
                            summary.request.dueAt, in: summary.zone, and: .ofReader, from: now, language: language)),
                    .badge(
                        summary.request.isOverdue(at: now)
                            ? Badge(
                                t(summary.request.round == nil ? "state.changes_overdue" : "state.answers_overdue"),
                                .warning)
                            : Badge(
                                t(summary.request.round == nil ? "state.changes_requested" : "state.questions_asked"),
                                .info)),
                ]
            }, empty: EmptyState(title: t("changes.none_open"), text: t("changes.none_open_text")))
        self.back = Table(
            caption: backTitle, columns: columns + [.init(t("changes.back_at"))],
            rows: back.map { summary in
                line(
                    summary,
                    "/console/applications/\(summary.request.application)/copies?number=\(summary.request.answered?.snapshot ?? 1)"
                ) + [
                    summary.request.answered.map { .time(TimeText($0.at, in: summary.zone, language: language)) }
                        ?? .text("")
                ]
            }, empty: EmptyState(title: t("changes.none_back"), text: t("changes.none_back_text")))
    }
}

/// What the park asks a startup to change, for a manager.
struct ApplicationChangesPage: ViewModel {
    var header: PageHeader
    /// Why nothing can be asked for.
    var closed: String?
    /// The form of a new request.
    var form: Form?
    /// The form that asks the questions of a later round.
    var ask: Form?
    /// The request that is open, with what a manager may do about it.
    var open: Open?
    /// What was asked before.
    var before: Timeline?

    struct Open: ViewModel {
        var title: String
        var message: String
        var questions: [String]
        var due: TimeText
        var overdue: String?
        var extend: Form?
        var cancel: Confirmation?
    }
}

extension PageTemplate<ApplicationChangesPage> {
    static let applicationChanges = PageTemplate("applications/changes", in: .applications)
}

extension ApplicationChangesPage {
    init(
        _ dossier: Dossier, _ requests: [ChangeRequest], asking facts: [ApplicantFact], isTheirOwn: Bool,
        isAsking: Bool, input: FormInput,
        problem: String?, in language: Pages.Language
    ) {
        let t = PageKit.applications.texts(in: language)
        let spoken = Vocabulary.Language(language)
        let (id, call, now) = (dossier.id, dossier.call, dossier.summary.readAt)
        let application = dossier.summary.application
        header = PageHeader(
            title: t(isAsking ? "later.title" : "changes.title"), kind: dossier.summary.startupName.text(for: spoken),
            lede: t(isAsking ? "later.lede" : "changes.lede"))
        func prompt(_ question: CallForApplications.Question) -> String {
            "\(question.position). \(question.prompt.text(for: spoken))"
        }
        let words = ConditionWords(in: language)
        let waiting = application.state == .changesRequested ? requests.first : nil
        open = waiting.map { request in
            Open(
                title: t(request.round == nil ? "changes.asked_of" : "later.asked_of"), message: request.message.string,
                questions: call.questions.filter { request.questions.contains($0.id) }.map(prompt)
                    + request.facts.map { words.name(of: $0) },
                due: TimeText(
                    request.dueAt, in: call.deadline.zone, and: call.deadline.zone.companion, from: now,
                    language: language),
                overdue: request.isOverdue(at: now) ? t("changes.overdue") : nil,
                extend: isTheirOwn
                    ? nil
                    : Form(
                        action: "/console/applications/\(id)/changes/\(request.id)/extension",
                        fields: [input.date("due_on", label: t("changes.new_due"), hint: t("changes.due_hint"))],
                        submit: t("changes.extend"), texts: t, problem: problem),
                cancel: isTheirOwn
                    ? nil
                    : Confirmation(
                        title: t(request.round == nil ? "changes.cancel_title" : "later.cancel_title"),
                        consequences: [t(request.round == nil ? "changes.cancel_text" : "later.cancel_text")],
                        form: Form(
                            action: "/console/applications/\(id)/changes/\(request.id)/cancellation", fields: [],
                            submit: t("changes.cancel"), texts: t, isDangerous: true)))
        }
        let rounds = call.roundsToAsk(after: application.askedRound)
        let mayAsk =
            !isTheirOwn
            && (isAsking
                ? application.allows(.askQuestions, at: now) && !rounds.isEmpty
                : application.allows(.requestChanges, at: now))
        closed =
            isTheirOwn
            ? t("changes.their_own")
            : waiting == nil && !mayAsk ? t(isAsking ? "later.not_now" : "changes.not_now") : nil
        form =
            mayAsk && !isAsking
            ? Form(
                action: "/console/applications/\(id)/changes",
                fields: [
                    input.checkboxes(
                        "questions", label: t("changes.which"), hint: t("changes.which_hint"),
                        options: call.asking(of: dossier.choices).questions.map { ($0.id.description, prompt($0), nil) }
                    )
                ]
                    + (facts.isEmpty
                        ? []
                        : [
                            input.checkboxes(
                                "facts", label: t("changes.which_facts"), hint: t("changes.which_hint"),
                                options: facts.map { ($0.rawValue, words.name(of: $0), nil) }, isOptional: true)
                        ]) + [
                        input.area(
                            "message", label: t("changes.message"), hint: t("changes.message_hint"), limit: 5000,
                            rows: 6),
                        input.date("due_on", label: t("changes.due"), hint: t("changes.due_hint")),
                    ], submit: t("changes.submit"), texts: t, draft: "changes-\(id)", problem: problem) : nil
        ask =
            mayAsk && isAsking
            ? Form(
                action: "/console/applications/\(id)/later-questions",
                fields: [
                    input.select(
                        "round", label: t("later.round"),
                        options: rounds.map { round in
                            let number = call.laterRounds.count { application.askedRound < $0 && $0 <= round }
                            return (
                                "\(round)", t("later.choice", ["round": "\(round)", "count": Figures.grouped(number)])
                            )
                        }),
                    input.area(
                        "message", label: t("later.message"), hint: t("changes.message_hint"), limit: 5000, rows: 6),
                    input.date("due_on", label: t("later.due"), hint: t("changes.due_hint")),
                ], submit: t("later.submit"), texts: t, draft: "questions-\(id)", problem: problem) : nil
        let past = requests.filter { $0.id != waiting?.id }
        before =
            past.isEmpty
            ? nil
            : Timeline(
                title: t("changes.before"),
                past.reversed().map { request in
                    Timeline.Step(
                        request.answered == nil ? t("event.changes_cancelled") : t("event.resubmitted"), .done,
                        time: (request.answered?.at ?? request.cancelledAt).map {
                            TimeText($0, in: call.deadline.zone, language: language)
                        }, note: request.message.string)
                })
    }
}
