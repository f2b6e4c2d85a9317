internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// The reviewer's side: invitations, the queue, and the sheet on which an application is judged.
struct ReviewerPages: Sendable {
    let site: Site

    var routes: [AnyRoute] {
        [
            queue, showInvitation, accept, decline, show, save, autosave, submit, askToAbstain, abstain, askForConflict,
            declareConflict, download,
        ]
    }

    // MARK: The queue

    private var queue: AnyRoute {
        PageRoute(
            .get, "/reviews", "reviewerQueue", access: .roles([.reviewer]), parameters: DoneQuery.self
        ) { call in
            let viewer = try await call.viewer()
            let t = PageKit.reviews.texts(in: viewer.language)
            let queue = try await call.database.snapshot(as: call.context) { snapshot in
                let rounds = try await snapshot.rounds()
                return ReviewerQueue(
                    rounds: rounds, seats: try await snapshot.ownSeats(),
                    assignments: try await snapshot.ownAssignments(),
                    moves: try await snapshot.dueMoves(of: rounds.map(\.id)), now: try await snapshot.clock())
            }
            let flash: FlashNotice? =
                switch call.parameters.done {
                case "accepted": FlashNotice(t("reviewer.done.accepted"))
                case "declined": FlashNotice(t("reviewer.done.declined"))
                case "abstained": FlashNotice(t("reviewer.done.abstained"))
                case "conflict": FlashNotice(t("reviewer.done.conflict"))
                case "last": FlashNotice(t("reviewer.done.last"))
                default: nil
                }
            let frame = Frame(
                title: t("reviewer.title"), site: site, viewer: viewer, current: "reviews", flash: flash)
            return HTML(bytes: try PageTemplate.queue.render(queue.page(in: viewer.language), in: frame))
        }.erased
    }

    // MARK: Invitations

    private var showInvitation: AnyRoute {
        PageRoute(
            .get, "/reviews/rounds/{round}/invitation", "reviewInvitation", access: .roles([.reviewer]),
            parameters: RoundPath.self
        ) { call in
            try await invitation(call)
        }.erased
    }

    private var accept: AnyRoute {
        PageRoute(
            .post, "/reviews/rounds/{round}/acceptance", "acceptReviewInvitation", access: .roles([.reviewer]),
            parameters: RoundPath.self
        ) { call in
            let (id, person) = (call.parameters.round, try call.principal.personID)
            let typed = (call.field("most") ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
            let most = WholeNumber.parse(typed)
            guard typed.isEmpty || most.map({ (1...1000).contains($0) }) == true else {
                let t = PageKit.reviews.texts(in: Pages.Language(tag: call.locale) ?? .english)
                return try await invitation(call, accepting: [("most", t("reviewer.error_most"))])
            }
            return try await answer(call, done: "accepted") { transaction in
                try await transaction.acceptPanelInvitation(to: id, taking: most, by: person)
            }
        }.erased
    }

    private var decline: AnyRoute {
        PageRoute(
            .post, "/reviews/rounds/{round}/decline", "declineReviewInvitation", access: .roles([.reviewer]),
            parameters: RoundPath.self, body: OptionalReason.self
        ) { call in
            let (id, person) = (call.parameters.round, try call.principal.personID)
            let reason: ShortText?
            do throws(Problem) { reason = try call.decoded().reason } catch {
                return try await invitation(call, declining: refused("reason", limit: ShortTextRule.limit, call))
            }
            return try await answer(call, done: "declined") { transaction in
                try await transaction.declinePanelInvitation(to: id, because: reason, by: person)
            }
        }.erased
    }

    /// An invitation that was answered meanwhile leads to the queue, which says where it stands.
    private func answer<B>(
        _ call: FormCall<RoundPath, B>, done: String, by verb: @Sendable @escaping (Transaction) async throws -> Void
    ) async throws -> HTML {
        do {
            return try await call.write { transaction in
                try await verb(transaction)
                return .redirect(to: "/reviews?done=\(done)")
            }
        } catch ReviewRefusal.invitationAnswered {
            return .redirect(to: "/reviews")
        }
    }

    private func invitation<B>(
        _ call: FormCall<RoundPath, B>, accepting: [(field: String, message: String)] = [],
        declining: [(field: String, message: String)] = []
    ) async throws -> HTML {
        let id = call.parameters.round
        guard let round = try await call.reader.round(id), let seat = try await call.reader.ownSeats()[id] else {
            throw Problem.notFound
        }
        guard seat.answer == .invited, round.status != .closed else { return .redirect(to: "/reviews") }
        let viewer = try await call.viewer()
        let t = PageKit.reviews.texts(in: viewer.language)
        let model = InvitationPage(
            round, seat, typed: call.fields, accepting: accepting, declining: declining,
            now: try await call.reader.clock(), in: viewer.language)
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "reviews",
            breadcrumbs: [Breadcrumb(t("reviewer.title"), "/reviews")])
        let status = accepting.isEmpty && declining.isEmpty ? 200 : 422
        return HTML(status: status, bytes: try PageTemplate.invitation.render(model, in: frame))
    }

    // MARK: The sheet

    private var show: AnyRoute {
        PageRoute(
            .get, "/reviews/{assignment}", "reviewSheet", access: .roles([.reviewer]), parameters: SheetQuery.self
        ) { call in
            let sheet = try await sheet(call.parameters.assignment, call)
            return try await page(for: call, of: sheet, done: call.parameters.done)
        }.erased
    }

    private var save: AnyRoute {
        PageRoute(
            .post, "/reviews/{assignment}/review", "saveReviewSheet", access: .roles([.reviewer]),
            parameters: AssignmentPath.self
        ) { call in
            let id = call.parameters.assignment
            guard let attempt = try await keep(call) else { return .redirect(to: "/reviews/\(id)") }
            guard attempt.typed.errors.isEmpty else {
                return try await page(for: call, of: attempt.sheet, refusing: attempt.typed.errors)
            }
            guard call.field("then") == "next" else { return .redirect(to: "/reviews/\(id)?done=saved") }
            let queue = try await call.reader.ownAssignments(in: attempt.sheet.round.id)
            guard let next = queue.nextToJudge(besides: id) else { return .redirect(to: "/reviews?done=last") }
            return .redirect(to: "/reviews/\(next.id)?done=next")
        }.erased
    }

    private var autosave: AnyRoute {
        PageRoute(
            .post, "/reviews/{assignment}/autosave", "autosaveReviewSheet", access: .roles([.reviewer]),
            parameters: AssignmentPath.self
        ) { call in
            let language = Pages.Language(tag: call.locale) ?? .english
            guard let attempt = try await keep(call), let reply = AutosaveReply(attempt, in: language) else {
                throw Problem.conflict("The review was submitted or the round closed meanwhile.")
            }
            return HTML(bytes: try reply.bytes, mediaType: AutosaveReply.mediaType)
        }.erased
    }

    private var submit: AnyRoute {
        PageRoute(
            .post, "/reviews/{assignment}/submission", "submitReviewSheet", access: .roles([.reviewer]),
            parameters: AssignmentPath.self
        ) { call in
            let (id, person) = (call.parameters.assignment, try call.principal.personID)
            // First what was typed is kept, in a transaction of its own: whatever then speaks against submitting.
            guard let attempt = try await keep(call) else { return .redirect(to: "/reviews/\(id)") }
            let (t, draft) = (PageKit.reviews.texts(in: attempt.language), attempt.typed.draft)
            guard attempt.typed.errors.isEmpty else {
                return try await page(for: call, of: attempt.sheet, refusing: attempt.typed.errors)
            }
            do {
                return try await call.write { transaction in
                    _ = try await transaction.submitReview(draft, of: id, by: person)
                    return .redirect(to: "/reviews/\(id)?done=submitted")
                }
            } catch ReviewRefusal.unscored(let criteria) {
                return try await page(
                    for: call, of: attempt.sheet,
                    refusing: criteria.map { ("/scores/\($0)", t("reviewer.error_unscored")) })
            } catch ReviewRefusal.reviewSubmitted {
                return .redirect(to: "/reviews/\(id)")
            }
        }.erased
    }

    /// What became of a form that was sent.
    struct Attempt: Sendable {
        /// The review as it is stored now.
        let sheet: ReviewSheet
        let typed: TypedReview
        let language: Pages.Language
    }

    /// Stores whatever of a form can be stored; nil when the review is not being written any more.
    private func keep(_ call: FormCall<AssignmentPath, NoBody>) async throws -> Attempt? {
        let (id, person) = (call.parameters.assignment, try call.principal.personID)
        let before = try await sheet(id, call)
        guard before.isOpen else { return nil }
        let language = Pages.Language(tag: call.locale) ?? .english
        let (fields, criteria, t) = (call.fields, before.round.criteria, PageKit.reviews.texts(in: language))
        do {
            let typed = try await call.database.write(as: call.context) { transaction in
                let typed = TypedReview(fields, over: try await transaction.review(of: id), by: criteria, t)
                _ = try await transaction.saveReview(typed.draft, of: id, by: person)
                return typed
            }
            return Attempt(sheet: try await sheet(id, call), typed: typed, language: language)
        } catch ReviewRefusal.reviewSubmitted {
            return nil
        }
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of sheet: ReviewSheet, refusing errors: [(field: String, message: String)] = [],
        done: String? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.reviews.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let found =
            sheet.review?.submittedAt == nil
            ? [] : try await call.reader.reviews(of: sheet.file.application, in: sheet.round.id)
        let model = sheet.page(
            typed: call.fields, errors: errors,
            others: found.map(\.review).filter { $0.assignment != sheet.id }, now: try await call.reader.clock(),
            in: viewer.language)
        let queue =
            done == "submitted"
            ? try await call.reader.ownAssignments(in: sheet.round.id) : []
        let flash: FlashNotice? =
            switch done {
            case "saved": sheet.saveState(in: viewer.language).map { FlashNotice($0.text) }
            case "next": FlashNotice(t("reviewer.done.next"))
            case "submitted":
                FlashNotice(
                    t("reviewer.done.submitted"),
                    link: queue.nextToJudge().map { LinkText(t("reviewer.next"), "/reviews/\($0.id)") }
                        ?? LinkText(t("reviewer.back"), "/reviews"))
            default: nil
            }
        let highest = sheet.round.criteria.filter { !$0.isLong }.map(\.highest).max() ?? 0
        let keys = [
            KeyHint("\(sheet.round.criteria.map(\.lowest).min() ?? 1) – \(min(9, highest))", t("reviewer.keys.score")),
            KeyHint("s", t("reviewer.keys.save")),
        ]
        let frame = Frame(
            title: sheet.title(in: spoken), site: site, viewer: viewer, current: "reviews",
            breadcrumbs: [Breadcrumb(t("reviewer.title"), "/reviews")], flash: flash,
            keys: sheet.isOpen ? keys : [])
        return HTML(status: errors.isEmpty ? 200 : 422, bytes: try PageTemplate.sheet.render(model, in: frame))
    }

    // MARK: Abstaining, and what stands in between

    private var askToAbstain: AnyRoute {
        PageRoute(
            .get, "/reviews/{assignment}/abstention", "askToAbstain", access: .roles([.reviewer]),
            parameters: AssignmentPath.self
        ) { call in
            try await confirmation(call, of: .abstention)
        }.erased
    }

    private var abstain: AnyRoute {
        PageRoute(
            .post, "/reviews/{assignment}/abstention", "abstainFromReviewSheet", access: .roles([.reviewer]),
            parameters: AssignmentPath.self, body: OptionalReason.self
        ) { call in
            let (id, person) = (call.parameters.assignment, try call.principal.personID)
            let reason: ShortText?
            do throws(Problem) { reason = try call.decoded().reason } catch {
                return try await confirmation(
                    call, of: .abstention, errors: refused("reason", limit: ShortTextRule.limit, call))
            }
            return try await leave(call, done: "abstained") { transaction in
                try await transaction.abstain(from: id, because: reason, by: person)
            }
        }.erased
    }

    private var askForConflict: AnyRoute {
        PageRoute(
            .get, "/reviews/{assignment}/conflict", "askForConflict", access: .roles([.reviewer]),
            parameters: AssignmentPath.self
        ) { call in
            try await confirmation(call, of: .conflict)
        }.erased
    }

    private var declareConflict: AnyRoute {
        PageRoute(
            .post, "/reviews/{assignment}/conflict", "declareConflictOverSheet", access: .roles([.reviewer]),
            parameters: AssignmentPath.self, body: ConflictNote.self
        ) { call in
            let principal = try call.principal
            let (id, tenant, person) = (call.parameters.assignment, try principal.workspace, principal.personID)
            let declaration = ConflictDeclaration.ID()
            let note: LongText?
            do throws(Problem) { note = try call.decoded().note } catch {
                return try await confirmation(
                    call, of: .conflict, errors: refused("note", limit: LongTextRule.limit, call))
            }
            return try await leave(call, done: "conflict") { transaction in
                try await transaction.declareConflict(over: id, note: note, as: declaration, in: tenant, by: person)
            }
        }.erased
    }

    private enum Leaving: String {
        case abstention, conflict
    }

    private func leave<B>(
        _ call: FormCall<AssignmentPath, B>, done: String,
        by verb: @Sendable @escaping (Transaction) async throws -> Void
    ) async throws -> HTML {
        try await call.write { transaction in
            try await verb(transaction)
            return .redirect(to: "/reviews?done=\(done)")
        }
    }

    private func confirmation<B>(
        _ call: FormCall<AssignmentPath, B>, of leaving: Leaving, errors: [(field: String, message: String)] = []
    ) async throws -> HTML {
        let id = call.parameters.assignment
        let sheet = try await sheet(id, call)
        guard sheet.round.status == .open, leaving == .conflict || sheet.isOpen else {
            return .redirect(to: "/reviews/\(id)")
        }
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.reviews.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let input = FormInput(values: call.fields, errors: errors, texts: t)
        let title = sheet.title(in: spoken)
        let (action, question, consequences, field): (SafeURL, String, [String], FormField) =
            switch leaving {
            case .abstention:
                (
                    "/reviews/\(id)/abstention", t("reviewer.abstain_title", ["name": title]),
                    [t("reviewer.abstain_gone"), t("reviewer.abstain_draft")],
                    input.text(
                        "reason", label: t("reviewer.reason"), hint: t("reviewer.reason_hint"), isOptional: true,
                        limit: ShortTextRule.limit)
                )
            case .conflict:
                (
                    "/reviews/\(id)/conflict", t("reviewer.conflict_title", ["name": title]),
                    [t("reviewer.conflict_gone"), t("reviewer.conflict_counts"), t("reviewer.conflict_lift")],
                    input.area(
                        "note", label: t("reviewer.conflict_note"), hint: t("reviewer.reason_hint"), isOptional: true,
                        rows: 3)
                )
            }
        let model = ConfirmPage(
            confirmation: Confirmation(
                title: question, consequences: consequences,
                form: Form(
                    action: action, fields: [field], submit: t("reviewer.\(leaving.rawValue)_do"), texts: t,
                    cancel: LinkText(t("reviewer.keep"), "/reviews/\(id)"), isDangerous: true)))
        let frame = Frame(
            title: question, site: site, viewer: viewer, current: "reviews",
            breadcrumbs: [Breadcrumb(t("reviewer.title"), "/reviews"), Breadcrumb(title, "/reviews/\(id)")])
        return HTML(status: errors.isEmpty ? 200 : 422, bytes: try PageTemplate.confirm.render(model, in: frame))
    }

    private func refused<P, B>(
        _ field: String, limit: Int, _ call: FormCall<P, B>
    ) -> [(field: String, message: String)] {
        let t = PageKit.reviews.texts(in: Pages.Language(tag: call.locale) ?? .english)
        return [(field, t("reviewer.error_text", ["limit": Figures.grouped(limit)]))]
    }

    private func sheet<P, B>(_ id: ReviewAssignment.ID, _ call: FormCall<P, B>) async throws -> ReviewSheet {
        let found = try await call.database.snapshot(as: call.context) { try await $0.sheet(id) }
        guard let found else { throw Problem.notFound }
        return found
    }
}

/// What was just done, so that the page after it can say so.
struct DoneQuery: Codable {
    let done: String?
}

struct SheetQuery: Codable {
    let assignment: ReviewAssignment.ID
    let done: String?
}
