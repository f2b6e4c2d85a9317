internal import API
internal import Accounts
internal import Files
internal import Forms
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The startup's side: beginning, writing, handing in, and answering an offer.
struct PortalPages: Sendable {
    let site: Site
    let hasScanner: Bool
    /// What is told of a decision; another room knows.
    let decision: DecisionPart.Reading

    var routes: [AnyRoute] {
        [
            showCall, begin, show, save, autosave, submit, askToWithdraw, withdraw, accept, askToDecline, decline,
            download, remove, askToGiveBack, giveBack,
        ]
    }

    // MARK: Beginning

    private var showCall: AnyRoute {
        PageRoute(
            .get, "/portal/calls/{call}/apply", "portalApply", access: .roles([.founder]), parameters: CallPath.self
        ) { call in
            let id = call.parameters.call
            if let live = try await call.reader.liveApplication(to: id) {
                return .redirect(to: "/portal/applications/\(live)")
            }
            guard let found = try await call.reader.call(id) else { throw Problem.notFound }
            return try await page(for: call, beginning: found)
        }.erased
    }

    private var begin: AnyRoute {
        PageRoute(
            .post, "/portal/calls/{call}/apply", "beginPortalApplication", access: .roles([.founder]),
            parameters: CallPath.self
        ) { call in
            let principal = try call.principal
            let (tenant, startup) = (try principal.workspace, Startup.ID(try principal.actsFor))
            let id = Application.ID()
            do {
                return try await call.write { transaction in
                    // A second press of the button leads to the draft that the first one began.
                    if let live = try await transaction.liveApplication(to: call.parameters.call) {
                        return .redirect(to: "/portal/applications/\(live)")
                    }
                    _ = try await transaction.beginApplication(
                        to: call.parameters.call, for: startup, as: id, in: tenant, by: principal.personID)
                    return .redirect(to: "/portal/applications/\(id)")
                }
            } catch is ApplicationRefusal {
                guard let found = try await call.reader.call(call.parameters.call) else { throw Problem.notFound }
                return try await page(for: call, beginning: found, status: 409)
            }
        }.erased
    }

    private func page(
        for form: FormCall<CallPath, NoBody>, beginning call: CallForApplications, status: Int = 200
    ) async throws -> HTML {
        let viewer = try await form.viewer()
        let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let now = try await form.reader.clock()
        let standing = call.status(at: now)
        let model = BeginPage(
            header: PageHeader(
                title: call.title.text(for: spoken), kind: call.programName.text(for: spoken),
                badge: Badge(t("call.\(standing.rawValue)"), standing == .open ? .success : .neutral),
                lede: t("begin.lede.\(standing.rawValue)")),
            deadline: TimeText(
                call.deadline.instant, in: call.deadline.zone, and: call.deadline.zone.companion, from: now,
                language: viewer.language),
            questions: call.asking(upTo: 1).questions.map { question in
                BeginPage.Asked(
                    prompt: question.prompt.text(for: spoken),
                    hint: question.hint?.text(for: spoken),
                    note: ([
                        question.files.map { $0.words(with: nil, t) } ?? question.beginWords(t, in: spoken)
                    ]
                        + (call.streamsAsked(by: question, in: spoken).map {
                            [t("begin.for_streams", ["streams": $0])]
                        } ?? [])).joined(separator: " · "))
            },
            later: call.later(after: 1, t),
            streams: call.offersChoice
                ? Facts(
                    [call.streamFact([], t, in: spoken)] + call.closingsOfStreams(at: now, in: viewer.language)) : nil,
            beginURL: standing == .open ? "/portal/calls/\(call.id)/apply" : nil,
            againURL: standing != .open
                ? nil
                : try await form.reader.withdrawnApplication(to: call.id).map {
                    "/portal/applications/\($0)/new-beginning"
                })
        let frame = Frame(
            title: call.title.text(for: spoken), site: site, viewer: viewer, current: "portal",
            breadcrumbs: [Breadcrumb(t("portal.title"), "/portal")])
        return HTML(status: status, bytes: try PageTemplate.begin.render(model, in: frame))
    }

    // MARK: Writing and reading

    private var show: AnyRoute {
        PageRoute(
            .get, "/portal/applications/{application}", "portalApplication", access: .roles([.founder]),
            parameters: ApplicationPageQuery.self
        ) { call in
            let dossier = try await dossier(call.parameters.application, call)
            if [.draft, .changesRequested].contains(dossier.summary.application.state) {
                return try await page(for: call, writing: dossier.draft, done: call.parameters.done)
            }
            return try await page(for: call, reading: dossier, done: call.parameters.done)
        }.erased
    }

    private var save: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/answers", "savePortalAnswers", access: .roles([.founder]),
            parameters: ApplicationPath.self, bodyLimit: Self.formLimit, uploadLimit: CheckedFile.limit
        ) { call in
            let id = call.parameters.application
            guard let attempt = try await keep(call, of: call.parameters.application) else {
                return .redirect(to: "/portal/applications/\(id)")
            }
            guard attempt.isWhole else { return try await page(for: call, retrying: attempt) }
            return .redirect(to: "/portal/applications/\(id)?done=saved" + (attempt.emptyRow.map { "#\($0)" } ?? ""))
        }.erased
    }

    private var autosave: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/autosave", "autosavePortalAnswers", access: .roles([.founder]),
            parameters: ApplicationPath.self
        ) { call in
            guard let attempt = try await keep(call, of: call.parameters.application) else {
                throw Problem.conflict("The application was submitted meanwhile.")
            }
            let language = Pages.Language(tag: call.locale) ?? .english
            return HTML(
                bytes: try AutosaveReply(attempt, in: language).bytes, mediaType: AutosaveReply.mediaType)
        }.erased
    }

    private var submit: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/submission", "submitPortalApplication",
            access: .roles([.founder]), parameters: ApplicationPath.self, bodyLimit: Self.formLimit,
            uploadLimit: CheckedFile.limit
        ) { call in
            let id = call.parameters.application
            // First what was typed is kept, in a transaction of its own: whatever then speaks against submitting.
            guard let attempt = try await keep(call, of: call.parameters.application) else {
                return .redirect(to: "/portal/applications/\(id)")
            }
            guard attempt.isWhole, attempt.further.isEmpty else {
                return try await page(for: call, retrying: attempt)
            }
            let person = try call.principal.personID
            do {
                return try await call.write { transaction in
                    _ = try await transaction.submitApplication(id, by: person)
                    return .redirect(to: "/portal/applications/\(id)?done=submitted")
                }
            } catch let refusal as ApplicationRefusal {
                return try await page(for: call, retrying: attempt, refusal: refusal)
            }
        }.erased
    }

    /// What became of the answers of a form.
    struct Attempt: Sendable {
        let draft: Draft
        /// The fields as they were sent, without a row that was taken away.
        let form: [String: [String]]
        let typed: TypedAnswers
        let conflicts: [SavedAnswers.Conflict]
        /// The answers that were sent, as they are stored.
        let edits: [CallForApplications.Question.ID: AnswerEdit]
        /// Why files that were chosen are not taken, by field.
        var refusedFiles: [(field: String, message: String)] = []
        /// The order of streams that the form sent, if it did.
        var choices: TypedChoices?

        /// Whether everything that was typed or chosen is stored.
        var isWhole: Bool {
            typed.errors.isEmpty && conflicts.isEmpty && refusedFiles.isEmpty && choices?.errors.isEmpty ?? true
        }

        /// The questions that came up with these very answers, where nothing else keeps the form from being handed in: an
        /// optional one would otherwise be handed in by somebody who never saw it.
        var further: [CallForApplications.Question] {
            isWhole && draft.canSubmit && draft.completeness.gaps.isEmpty ? draft.unseen(in: form) : []
        }

        /// What the form comes back with: what was typed where it could not be stored, and what is stored everywhere else.
        /// There it is what was typed, or what a co-founder has written since into a field that this form left alone; the
        /// older text would carry that away with the next save, since the page tells it from then on as seen.
        var values: [String: [String]] {
            let refused = typed.errors.map(\.field) + conflicts.map { draft.call.field(of: $0.question) }
            var values = draft.call.questions.filter { refused.contains(where: $0.owns) }.reduce(into: draft.values) {
                values, question in
                let parts = question.values(of: question.typed(form, over: draft.text(of: question)) ?? "")
                values = values.filter { !question.owns($0.key) }.merging(parts) { $1 }
            }
            // An order is stored as a whole, or not.
            if let choices, !choices.errors.isEmpty {
                for name in draft.call.offered.indices.map(TypedChoices.name) { values[name] = form[name] }
            }
            return values
        }

        /// What the writer has seen of what comes back as it was typed, by hidden field: of a conflict the very text that is shown
        /// beside it, though a newer one may stand by now, and of what was refused whatever they had seen before.
        var seen: [String: String] {
            var seen: [String: String] = [:]
            for question in draft.call.questions where typed.errors.contains(where: { question.owns($0.field) }) {
                seen[question.seenField] = form[question.seenField]?.first
            }
            for conflict in conflicts {
                let field = draft.call.questions.first { $0.id == conflict.question }?.seenField
                if let field { seen[field] = Fingerprint(conflict.stored).description }
            }
            if let choices, !choices.errors.isEmpty {
                seen[TypedChoices.seenField] =
                    choices.theirs.map { StreamChoices.fingerprint(of: $0).description }
                    ?? form[TypedChoices.seenField]?.first
            }
            return seen
        }

        /// Where the page goes on after a row was asked for or taken away: the first cell of the empty one.
        var emptyRow: String? {
            guard let sent = (form["add"] ?? form["remove"])?.first,
                let question = draft.call.questions.first(where: { $0.owns(sent) }),
                let column = question.takes.allColumns.first
            else { return nil }
            return FormInput.emptyCell(of: question.field, column.key)
        }
    }

    /// Stores whatever of a form can be stored; nil when the draft is no longer one.
    func keep<P>(_ call: FormCall<P, NoBody>, of id: Application.ID) async throws -> Attempt? {
        let person = try call.principal.personID
        let before = try await dossier(id, call).draft
        let language = Pages.Language(tag: call.locale) ?? .english
        let form = call.fields.withoutRemovedRow
        let typed = TypedAnswers(
            form, to: before.reopened.questions,
            over: Dictionary(before.answers.map { ($0.question, $0.text) }, uniquingKeysWith: { first, _ in first }),
            PageKit.applications.texts(in: language))
        let t = PageKit.applications.texts(in: language)
        let choices =
            before.changes == nil ? TypedChoices(call.fields, to: before.call, over: before.choices) : nil
        do {
            let read = CallForApplications.version(in: form[CallForApplications.shownField]?.first).flatMap {
                $0 > before.summary.application.formVersion ? $0 : nil
            }
            let (saved, chosen) = try await call.database.write(as: call.context) { transaction in
                if let read { try await transaction.noteFormRead(read, of: id) }
                let saved = try await transaction.saveAnswers(typed.edits, of: id, by: person)
                guard let choices else { return (saved, choices) }
                do {
                    _ = try await transaction.chooseStreams(choices.places, seen: choices.seen, of: id, by: person)
                    return (saved, choices)
                } catch let refusal as ChoicesRefusal {
                    return (saved, choices.refused(refusal, t))
                }
            }
            let refused = try await keepFiles(call, of: before)
            return Attempt(
                draft: try await dossier(id, call).draft, form: form, typed: typed, conflicts: saved.conflicts,
                edits: saved.edits, refusedFiles: refused, choices: chosen)
        } catch ApplicationRefusal.answersAreFrozen {
            return nil
        } catch is ChangesRefusal {
            // What the form asks about is open no more.
            return nil
        }
    }

    func page<P>(
        for call: FormCall<P, NoBody>, retrying attempt: Attempt, refusal: ApplicationRefusal? = nil,
        problem headline: String? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.applications.texts(in: viewer.language)
        var errors = (attempt.choices?.errors ?? []) + attempt.typed.errors + attempt.refusedFiles
        var problem = headline
        // What the startup can mend is answered as a form with errors; what it cannot, as a conflict.
        var isMendable = headline == nil
        switch refusal {
        case .incomplete(let gaps)?:
            errors += attempt.draft.call.errors(of: gaps, in: attempt.draft.answers, t)
        case .deadlinePassed?, .callNotOpen?:
            problem = t("draft.cannot_submit")
            isMendable = false
        case .notEligible(let obstacles)?:
            problem = ([t("eligibility.refused")] + obstacles.map { $0.sentence(in: viewer.language) })
                .joined(separator: t("eligibility.space"))
        case let other?:
            problem = other.problem.headline
            isMendable = false
        case nil: break
        }
        return try page(
            for: viewer, writing: attempt.draft, try await eligibility(of: attempt.draft, call.reader),
            storage: try await call.reader.storage(of: attempt.draft.summary.application.startup),
            values: attempt.values, seen: attempt.seen, errors: errors, problem: problem,
            conflicts: attempt.conflicts, theirs: attempt.choices?.theirs, further: attempt.further,
            status: attempt.conflicts.isEmpty && attempt.choices?.theirs == nil && isMendable ? 422 : 409)
    }

    private func page<P, B>(
        for call: FormCall<P, B>, writing draft: Draft, done: String?
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.applications.texts(in: viewer.language)
        let flash: FlashNotice? =
            switch done {
            case "saved": FlashNotice(draft.saveState(in: viewer.language).text)
            case "reused": FlashNotice(t("done.reused"))
            default: nil
            }
        return try page(
            for: viewer, writing: draft, try await eligibility(of: draft, call.reader),
            storage: try await call.reader.storage(of: draft.summary.application.startup), flash: flash)
    }

    /// What the conditions of the call come to; nil where it has none.
    private func eligibility(of draft: Draft, _ reader: Reader) async throws -> EligibilityReport? {
        let found = try await reader.eligibility(of: draft.summary.application, to: draft.call, on: nil)
        return found.report.results.isEmpty ? nil : found.report
    }

    private func page(
        for viewer: Viewer, writing draft: Draft, _ eligibility: EligibilityReport?, storage: StartupStorage?,
        values: [String: [String]]? = nil, seen: [String: String] = [:],
        errors: [(field: String, message: String)] = [], problem: String? = nil,
        conflicts: [SavedAnswers.Conflict] = [], theirs: [ProgramStream.ID]? = nil,
        further: [CallForApplications.Question] = [], status: Int = 200,
        flash: FlashNotice? = nil
    ) throws -> HTML {
        let t = PageKit.applications.texts(in: viewer.language)
        let model = draft.page(
            values: values, seen: seen, errors: errors, problem: problem, conflicts: conflicts, theirs: theirs,
            further: further, finding: eligibility, storage: storage, in: viewer.language)
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "portal",
            breadcrumbs: [Breadcrumb(t("portal.title"), "/portal")], flash: flash)
        return HTML(status: status, bytes: try PageTemplate.draft.render(model, in: frame))
    }

    private func page<P, B>(
        for call: FormCall<P, B>, reading dossier: Dossier, done: String? = nil, status: Int = 200
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let (application, now) = (dossier.summary.application, dossier.summary.readAt)
        let standing = Standing(dossier.summary, for: .startup, in: viewer.language)
        let address: SafeURL = "/portal/applications/\(dossier.id)"
        let tools: [LinkText] =
            if application.allows(.withdraw, at: now) {
                [LinkText(t("withdraw.action"), "/portal/applications/\(dossier.id)/withdrawal")]
            } else if application.allows(.giveBack, at: now) {
                [LinkText(t("give_back.action"), "/portal/applications/\(dossier.id)/return")]
            } else {
                []
            }
        let copies = dossier.copies(for: .startup, t)
        let model = ApplicationPage(
            header: PageHeader(
                title: dossier.call.title.text(for: spoken), kind: dossier.call.programName.text(for: spoken),
                badge: standing.badge, lede: standing.next,
                actions: application.allows(.beginAgain, at: now) && dossier.call.status(at: now) == .open
                    ? [.post(t("again.action"), "/portal/applications/\(dossier.id)/new-beginning", style: .primary)]
                    : []),
            deadline: standing.deadlineText(from: now, in: viewer.language), note: dossier.note(t),
            offer: application.allows(.accept, at: now)
                ? ApplicationPage.Offer(
                    acceptURL: "/portal/applications/\(dossier.id)/acceptance",
                    declineURL: "/portal/applications/\(dossier.id)/decline") : nil,
            decision: try await decision(dossier.id, call.reader, viewer.language),
            answers: dossier.answered(in: spoken), hasAnswers: true, noAnswers: nil,
            documents: dossier.documentLines(in: viewer.language) {
                "/portal/applications/\(dossier.id)/documents/\($0)"
            },
            timeline: dossier.timeline(for: .startup, in: viewer.language), history: nil,
            facts: dossier.facts(in: viewer.language, withStartup: false), tools: copies + tools,
            hasTools: !(copies + tools).isEmpty)
        let flash: FlashNotice? =
            switch done {
            case "submitted": FlashNotice(t("done.submitted"))
            case "resubmitted": FlashNotice(t("done.resubmitted"))
            case "answered": FlashNotice(t("done.answered"))
            case "accepted": FlashNotice(t("done.accepted"))
            case "declined": FlashNotice(t("done.declined"))
            case "withdrawn": FlashNotice(t("done.withdrawn"))
            case "given_back": FlashNotice(t("done.given_back"))
            case "appealed": FlashNotice(t("done.appealed"))
            default: nil
            }
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "portal",
            breadcrumbs: [Breadcrumb(t("portal.title"), "/portal")], flash: flash, path: address)
        return HTML(status: status, bytes: try PageTemplate.application.render(model, in: frame))
    }

    // MARK: Taking back, accepting, declining

    private var askToWithdraw: AnyRoute {
        PageRoute(
            .get, "/portal/applications/{application}/withdrawal", "askToWithdraw", access: .roles([.founder]),
            parameters: ApplicationPath.self
        ) { call in
            try await confirmation(call, of: .withdraw)
        }.erased
    }

    private var withdraw: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/withdrawal", "withdrawPortalApplication",
            access: .roles([.founder]), parameters: ApplicationPath.self, body: OptionalNote.self
        ) { call in
            try await answer(call, .withdraw, done: "withdrawn") { transaction, id, note, person in
                try await transaction.withdrawApplication(id, because: note, by: person)
            }
        }.erased
    }

    private var accept: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/acceptance", "acceptPortalOffer", access: .roles([.founder]),
            parameters: ApplicationPath.self
        ) { call in
            let (id, person) = (call.parameters.application, try call.principal.personID)
            do {
                return try await call.write { transaction in
                    _ = try await transaction.acceptOffer(id, by: person)
                    return .redirect(to: "/portal/applications/\(id)?done=accepted")
                }
            } catch is ApplicationRefusal {
                // The page says where the application really stands: expired, or answered in another window.
                return try await page(for: call, reading: try await dossier(id, call), status: 409)
            }
        }.erased
    }

    private var askToDecline: AnyRoute {
        PageRoute(
            .get, "/portal/applications/{application}/decline", "askToDecline", access: .roles([.founder]),
            parameters: ApplicationPath.self
        ) { call in
            try await confirmation(call, of: .decline)
        }.erased
    }

    private var decline: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/decline", "declinePortalOffer", access: .roles([.founder]),
            parameters: ApplicationPath.self, body: OptionalNote.self
        ) { call in
            try await answer(call, .decline, done: "declined") { transaction, id, note, person in
                try await transaction.declineOffer(id, because: note, by: person)
            }
        }.erased
    }

    private var askToGiveBack: AnyRoute {
        PageRoute(
            .get, "/portal/applications/{application}/return", "askToGiveBack", access: .roles([.founder]),
            parameters: ApplicationPath.self
        ) { call in
            try await confirmation(call, of: .giveBack)
        }.erased
    }

    private var giveBack: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/return", "giveBackPortalPlace", access: .roles([.founder]),
            parameters: ApplicationPath.self, body: OptionalNote.self
        ) { call in
            try await answer(call, .giveBack, done: "given_back") { transaction, id, note, person in
                try await transaction.giveBackPlace(id, because: note, by: person)
            }
        }.erased
    }

    private func answer(
        _ call: FormCall<ApplicationPath, OptionalNote>, _ deed: Application.Deed, done: String,
        by verb: @Sendable @escaping (Transaction, Application.ID, LongText?, Person.ID) async throws -> Application
    ) async throws -> HTML {
        let (id, person) = (call.parameters.application, try call.principal.personID)
        do {
            let note = try call.decoded().note
            return try await call.write { transaction in
                _ = try await verb(transaction, id, note, person)
                return .redirect(to: "/portal/applications/\(id)?done=\(done)")
            }
        } catch is ApplicationRefusal {
            return .redirect(to: "/portal/applications/\(id)")
        } catch let problem as Problem where problem.status == 422 || problem.kind == .conflict {
            return try await confirmation(call, of: deed, problem: problem)
        }
    }

    private func confirmation<B>(
        _ call: FormCall<ApplicationPath, B>, of deed: Application.Deed, problem: Problem? = nil
    ) async throws -> HTML {
        let id = call.parameters.application
        guard let summary = try await call.reader.application(id) else { throw Problem.notFound }
        guard summary.application.allows(deed, at: summary.readAt) else {
            return .redirect(to: "/portal/applications/\(id)")
        }
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let input = FormInput(values: call.fields, errors: problem?.fieldErrors ?? [], texts: t)
        let isDraft = summary.application.state == .draft
        let (title, consequences, verb): (String, [String], String) =
            if deed == .decline {
                (t("decline.title"), [t("decline.place"), t("decline.final")], t("decline.submit"))
            } else if deed == .giveBack {
                (t("give_back.title"), [t("decline.place"), t("decline.final")], t("give_back.submit"))
            } else if isDraft {
                (t("discard.title"), [t("discard.answers"), t("discard.again")], t("discard.submit"))
            } else {
                (t("withdraw.title"), [t("withdraw.seen"), t("withdraw.again")], t("withdraw.submit"))
            }
        let action: SafeURL =
            switch deed {
            case .decline: "/portal/applications/\(id)/decline"
            case .giveBack: "/portal/applications/\(id)/return"
            default: "/portal/applications/\(id)/withdrawal"
            }
        let model = ConfirmPage(
            confirmation: Confirmation(
                title: title, consequences: consequences,
                form: Form(
                    action: action,
                    fields: [
                        input.area(
                            "note", label: t("withdraw.reason"), hint: t("withdraw.reason_hint"), isOptional: true,
                            limit: 2000, rows: 3)
                    ],
                    submit: verb, texts: t, cancel: LinkText(t("withdraw.keep"), "/portal/applications/\(id)"),
                    isDangerous: true, problem: problem?.headline)))
        let frame = Frame(
            title: title, site: site, viewer: viewer, current: "portal",
            breadcrumbs: [
                Breadcrumb(t("portal.title"), "/portal"),
                Breadcrumb(summary.callTitle.text(for: spoken), "/portal/applications/\(id)"),
            ])
        return HTML(status: problem == nil ? 200 : 422, bytes: try PageTemplate.confirm.render(model, in: frame))
    }

    func dossier<P, B>(_ id: Application.ID, _ call: FormCall<P, B>) async throws -> Dossier {
        guard let dossier = try await call.reader.dossier(id) else { throw Problem.notFound }
        return dossier
    }
}

extension Statements {
    /// Everything about an application; nil when the principal may not know of it.
    func dossier(_ id: Application.ID) async throws -> Dossier? {
        guard let summary = try await application(id),
            let call = try await call(summary.application.call)?.asking(summary.application)
        else { return nil }
        let changes = summary.application.state == .changesRequested ? try await changeRequests(of: id).first : nil
        let choices = try await streamChoices(of: id)
        let read = summary.application.formVersion
        let news =
            summary.application.state == .draft && call.formVersion ?? 1 > read
            ? try await formNews(of: call.id, since: read, naming: choices) : nil
        return Dossier(
            summary: summary, call: call, answers: try await answers(of: id), documents: try await documents(of: id),
            history: try await history(of: id), choices: choices, changes: changes, news: news)
    }
}

extension Dossier {
    /// What is open to be written: a draft, or the answers that the park asked about.
    var draft: Draft {
        Draft(
            summary: summary, call: call, answers: answers, documents: documents, choices: choices, changes: changes,
            news: news)
    }
}

extension AutosaveReply {
    /// What the script of a draft is told.
    init(_ attempt: PortalPages.Attempt, in language: Pages.Language) {
        let (draft, t) = (attempt.draft, PageKit.applications.texts(in: language))
        let disputed = Set(attempt.conflicts.map(\.question))
        // What an answer leads to is shown with the next page: until then the form says that there is more.
        let further = draft.unseen(in: attempt.form).count
        var saved = draft.saveState(in: language)
        if further > 0 { saved.text += language.gap + t("draft.further", count: further) }
        self.init(
            saved: saved, count: draft.summary.count.words(t),
            checklist: Dictionary(
                draft.checklist(t, in: Vocabulary.Language(language)).map { ($0.field, $0.standing) },
                uniquingKeysWith: { first, _ in first }),
            // A disputed answer keeps its old name, so that it stays disputed until somebody decides. Of the others the writer has
            // seen what they sent, and not what somebody may have written since.
            seen: Dictionary(
                uniqueKeysWithValues: draft.call.questions.filter { !disputed.contains($0.id) }.compactMap { question in
                    attempt.edits[question.id].map { (question.seenField, Fingerprint($0.text).description) }
                }
                    + (attempt.choices.flatMap { choices in
                        choices.errors.isEmpty
                            ? [
                                (
                                    TypedChoices.seenField,
                                    StreamChoices.fingerprint(of: choices.places.compactMap(\.self)).description
                                )
                            ] : nil
                    } ?? [])),
            errors: Dictionary(
                // The script knows a question by one name, whatever parts its answer has.
                attempt.typed.errors.map { (String($0.field.prefix { $0 != "." }), $0.message) }
                    + attempt.conflicts.map { (draft.call.field(of: $0.question), t("draft.conflict")) }
                    // An order is refused as a whole: none of the places that were sent is stored.
                    + (attempt.choices?.errors.first.map { [(TypedChoices.field, $0.message)] } ?? []),
                uniquingKeysWith: { first, _ in first }))
    }
}

/// A call before one applies to it.
struct BeginPage: ViewModel {
    var header: PageHeader
    var deadline: TimeText
    var questions: [Asked]
    /// How many more are asked later, if any.
    var later: String?
    /// What there is to choose among, where there is.
    var streams: Facts?
    /// Where the draft is begun; absent while the call is not open.
    var beginURL: SafeURL?
    /// Where it is begun with the answers of an application that was taken back.
    var againURL: SafeURL?

    struct Asked: ViewModel {
        var prompt: String
        var hint: String?
        var note: String
    }
}

struct ConfirmPage: ViewModel {
    var confirmation: Confirmation
}

extension PageTemplate<BeginPage> {
    static let begin = PageTemplate("applications/begin", in: .applications)
}

extension PageTemplate<ConfirmPage> {
    static let confirm = PageTemplate("applications/confirm", in: .applications)
}
