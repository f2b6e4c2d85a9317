package import API
internal import Accounts
internal import Files
internal import Foundation
internal import Institutions
internal import Postgres
internal import Programs
internal import Vocabulary

package import struct API.Operation

/// Applications by API: the startup's side and the park's.
package enum ApplicationsRoom {
    /// The operations, for the router.
    ///
    /// - Parameter hasScanner: whether workers have a virus scanner, so that documents wait for it.
    package static func operations(hasScanner: Bool = false) -> [AnyOperation] {
        [
            listApplications, getApplication, beginApplication, saveAnswers, saveAnswer, submitApplication,
            withdrawApplication, screenApplication, acceptOffer, declineOffer, giveBackPlace, listHistory,
            beginWithCode,
        ] + DocumentsAPI(hasScanner: hasScanner).operations + EligibilityAPI.operations
            + OverlapsAPI.operations + SnapshotsAPI.operations + ChangesAPI.operations + ManyChangesAPI.operations
            + ReuseAPI(hasScanner: hasScanner).operations
            + OversightAPI.operations + ChoicesAPI.operations + PartnerScreeningAPI.operations
    }

    /// What the room's constraints mean to a sender.
    package static let constraints: ConstraintProblems = [
        "applications_once_per_call": .conflict("The startup has an application to this call already."),
        "answers_are_frozen_once_submitted": ApplicationRefusal.answersAreFrozen.problem,
        "answers_answer_a_question_of_the_call": .invalid("/answers", "An answer belongs to no question of the call."),
        "streams_are_chosen_of_those_offered": .invalid("/streams", "Choose among the streams that the call offers."),
        "stream_choices_pkey": .invalid("/streams", "Choose each stream once."),
        "choices_are_frozen_once_submitted": ApplicationRefusal.answersAreFrozen.problem,
        "submissions_choose_a_stream": Problem(
            .incomplete, errors: [.init("/streams", .required, "Choose one stream at least.")]),
        "submissions_name_open_streams": Problem(
            .incomplete, errors: [.init("/streams", .outOfRange, "A stream that was chosen has closed.")]),
        "facts_are_frozen_once_submitted": ApplicationRefusal.answersAreFrozen.problem,
        "facts_are_of_a_reasonable_size": .invalid("/awards", "Declare less, in fewer words."),
        "findings_are_made_on_submission": ApplicationRefusal.answersAreFrozen.problem,
        "submissions_meet_what_blocks": Problem(.notEligible),
        "overlaps_are_between_two": .invalid("/other", "Compare it with another application."),
        "dismissed_overlaps_are_explained": .invalid("/reason", "Say why it is no overlap."),
        "each_side_makes_its_own_moves": Problem(.forbidden, "This step belongs to the other side."),
        "offers_end_when_the_park_says": Problem(.forbidden, "This step belongs to the other side."),
        "submissions_are_in_time": Problem(.callClosed),
        "closed_calls_take_whom_they_admit": Problem(.forbidden, "The call does not let the startup in."),
        "documents_answer_a_question_of_the_call": Problem(
            .invalid, errors: [.init("?question", .unknown, "is not a question of this call")]),
        "documents_answer_questions_for_files": DocumentRefusal.notAFileQuestion.problem,
        "questions_take_so_many_documents": .conflict("The question takes no more documents."),
        "applications_have_at_most_200_mib": DocumentRefusal.applicationFull.problem,
        "documents_are_given_once_per_question": .conflict("The document is there already."),
        "documents_have_at_most_25_mib": DocumentRefusal.fault(.tooLarge).problem,
        "documents_are_whole": Problem(.malformed, "The body ended early."),
        "documents_are_checked_by_the_service": Problem(.forbidden, "Nobody says so of their own document."),
        "changes_are_handed_in_by_their_day": Problem(.changesOverdue),
        "changes_are_due_after_they_are_asked_for": ChangesRefusal.dueInThePast.problem,
        "changes_are_asked_of_questions_of_the_call": .invalid(
            "/questions", "A question is not one of this call."),
        "changes_are_asked_of_known_facts": .invalid("/facts", "A fact is not one of those that are known."),
        "questions_are_asked_of_a_later_round": .invalid("/round", "Later questions come with round 2 to 20."),
        "later_questions_are_answered_once_asked": .invalid("/answers", "A question was not asked yet."),
        "stages_follow_each_other": .conflict("The application has not reached the stage before."),
        "managers_do_not_move_their_own": ApplicationRefusal.ownStartup.problem,
        "service_levels_are_of_stages_of_the_park": .invalid("", "This stage has no clock."),
        "service_level_is_within_a_year": .invalid("", "A stage takes 1 to 366 days."),
        "service_levels_tenant_id_stream_id_fkey": .notFound,
        "saved_filters_have_distinct_names": .invalid("/name", "You have a filter of this name already."),
        "saved_filter_has_a_name": .invalid("/name", "Give the filter a name."),
        "registrations_seat_nobody_whose_seat_stays": RegistrationRefusal.seated.problem,
        "enrolled_startups_keep_their_place": ApplicationRefusal.enrolled.problem,
    ]

    private static var listApplications: AnyOperation {
        Operation(
            .get, "/v1/applications", "listApplications", summary: "Applications by any filter, the newest first",
            description: """
                Founders see those of their startup. Managers see all, drafts as numbers without answers. The console's table \
                and board, bulk moves and the export take the same filter.
                """,
            tag: "applications", access: .roles([.manager, .founder]), parameters: ListApplications.self,
            output: Page<ApplicationView>.self
        ) { call in
            let parameters = call.parameters
            let after = try call.position(parameters.cursor, as: ApplicationPosition.self)
            var found = try await call.reader.applications(
                matching: parameters.filter, after: after, limit: PageSize.rows(for: parameters.limit))
            if try call.principal.role == .manager { found = try await call.reader.countingOverlaps(of: found) }
            let order = parameters.filter.order
            return .ok(
                try call.page(found.map { ApplicationView($0, answers: nil) }, size: parameters.limit) {
                    $0.position(by: order)
                })
        }.erased
    }

    private static var getApplication: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}", "getApplication", summary: "An application with its answers",
            description: "Founders read what is missing of what they can hand in, too.",
            tag: "applications", access: .roles([.manager, .founder]), parameters: ApplicationPath.self,
            output: ApplicationView.self, problems: [.notFound]
        ) { call in
            let (id, role) = (call.parameters.application, try call.principal.role)
            let view = try await call.database.snapshot(as: call.context) { snapshot in
                try await snapshot.applicationView(id, for: role)
            }
            guard let view else { throw Problem.notFound }
            return .ok(view)
        }.erased
    }

    private static var beginApplication: AnyOperation {
        Operation(
            .post, "/v1/calls/{call}/applications", "beginApplication", summary: "Begin a draft for an open call",
            tag: "applications", access: .roles([.founder]), parameters: CallPath.self, output: ApplicationView.self,
            success: .created, problems: [.notFound, .conflict, .callClosed]
        ) { call in
            let principal = try call.principal
            let (tenant, startup) = (try principal.workspace, Startup.ID(try principal.actsFor))
            let id = Application.ID()
            return try await call.write { transaction in
                _ = try await transaction.beginApplication(
                    to: call.parameters.call, for: startup, as: id, in: tenant, by: principal.personID)
                return .created(try await transaction.view(of: id, for: principal), location: "/v1/applications/\(id)")
            }
        }.erased
    }

    private static var saveAnswers: AnyOperation {
        Operation(
            .put, "/v1/applications/{application}/answers", "saveAnswers", summary: "Save any answers of a draft",
            description: """
                Answers by the id of their question. An empty text clears an answer; what is not mentioned stays. A draft \
                takes incomplete and too long answers: what is missing is said each time, and refuses submission alone.
                """,
            tag: "applications", access: .roles([.founder]), parameters: ApplicationPath.self, body: AnswersBody.self,
            output: ApplicationView.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let id = call.parameters.application
            let edits = try call.body.edits()
            return try await call.write { transaction in
                _ = try await transaction.saveAnswers(edits, of: id, by: principal.personID) { _ in
                    try call.match(try await transaction.view(of: id, for: principal))
                }
                return .ok(try await transaction.view(of: id, for: principal))
            }
        }.erased
    }

    private static var saveAnswer: AnyOperation {
        Operation(
            .put, "/v1/applications/{application}/answers/{question}", "saveAnswer",
            summary: "Save one answer of a draft",
            description: """
                For saving while somebody types. `based_on` is the fingerprint of the text that was there when they \
                began; if somebody else has changed the answer since, nothing is overwritten and the answer is 409.
                """,
            tag: "applications", access: .roles([.founder]), precondition: Precondition.none,
            parameters: AnswerPath.self, body: AnswerBody.self, output: SavedAnswerView.self,
            problems: [.notFound, .conflict, .answerChanged]
        ) { call in
            let principal = try call.principal
            let path = call.parameters
            let edit = AnswerEdit(call.body.text.text, seen: try call.body.fingerprint())
            return try await call.write { transaction in
                let saved = try await transaction.saveAnswers(
                    [path.question: edit], of: path.application, by: principal.personID)
                guard saved.conflicts.isEmpty else {
                    throw Problem(.answerChanged, "Read the answer again, then decide which text stays.")
                }
                let view = try await transaction.view(of: path.application, for: principal)
                let stored = try await transaction.answers(of: path.application)
                    .first { $0.question == path.question }?.text
                return .ok(SavedAnswerView(stored, to: path.question, in: view))
            }
        }.erased
    }

    private static var submitApplication: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/submission", "submitApplication", summary: "Hand a draft in",
            description: "The database's clock decides whether it is in time. The answers are frozen from then on.",
            tag: "applications", access: .roles([.founder]), parameters: ApplicationPath.self,
            output: ApplicationView.self, problems: [.notFound, .conflict, .callClosed, .incomplete, .notEligible]
        ) { call in
            try await move(call) { transaction, id, person in
                try await transaction.submitApplication(id, by: person)
            }
        }.erased
    }

    private static var withdrawApplication: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/withdrawal", "withdrawApplication",
            summary: "Take an application back", description: "The startup may apply to the same call again.",
            tag: "applications", access: .roles([.founder]), parameters: ApplicationPath.self, body: OptionalNote.self,
            output: ApplicationView.self, problems: [.notFound, .conflict]
        ) { call in
            try await move(call) { transaction, id, person in
                try await transaction.withdrawApplication(id, because: call.body.note, by: person)
            }
        }.erased
    }

    private static var screenApplication: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/screening", "screenApplication",
            summary: "Say whether an application meets the conditions of its call", tag: "applications",
            access: .roles([.manager]), parameters: ApplicationPath.self, body: ScreeningBody.self,
            output: ApplicationView.self, problems: [.notFound, .conflict]
        ) { call in
            let body = call.body
            return try await move(call) { transaction, id, person in
                try await transaction.screenApplication(
                    id, finding: try await transaction.screening(body, of: id), citing: body.conditions ?? [],
                    by: person)
            }
        }.erased
    }

    private static var acceptOffer: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/acceptance", "acceptOffer",
            summary: "Take the place that was offered",
            tag: "applications", access: .roles([.founder]), parameters: ApplicationPath.self,
            output: ApplicationView.self, problems: [.notFound, .conflict, .offerExpired]
        ) { call in
            try await move(call) { transaction, id, person in try await transaction.acceptOffer(id, by: person) }
        }.erased
    }

    private static var declineOffer: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/decline", "declineOffer",
            summary: "Do not take the place that was offered", tag: "applications", access: .roles([.founder]),
            parameters: ApplicationPath.self, body: OptionalNote.self, output: ApplicationView.self,
            problems: [.notFound, .conflict]
        ) { call in
            try await move(call) { transaction, id, person in
                try await transaction.declineOffer(id, because: call.body.note, by: person)
            }
        }.erased
    }

    private static var giveBackPlace: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/return", "giveBackPlace",
            summary: "Give back a place that was accepted", description: "Until the startup is enrolled.",
            tag: "applications", access: .roles([.founder]), parameters: ApplicationPath.self, body: OptionalNote.self,
            output: ApplicationView.self, problems: [.notFound, .conflict]
        ) { call in
            try await move(call) { transaction, id, person in
                try await transaction.giveBackPlace(id, because: call.body.note, by: person)
            }
        }.erased
    }

    private static var listHistory: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/history", "listApplicationHistory",
            summary: "What happened to an application, the oldest first", tag: "applications",
            access: .roles([.manager, .founder]), parameters: ApplicationPath.self, output: ApplicationHistory.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.application
            guard try await call.reader.application(id) != nil else { throw Problem.notFound }
            return .ok(ApplicationHistory(items: try await call.reader.history(of: id).map(ApplicationEventView.init)))
        }.erased
    }

    static func move<Body>(
        _ call: Call<ApplicationPath, Body>,
        by verb: @Sendable @escaping (Transaction, Application.ID, Person.ID) async throws -> Application
    ) async throws -> Reply<ApplicationView> {
        let principal = try call.principal
        let id = call.parameters.application
        return try await call.write { transaction in
            _ = try await verb(transaction, id, principal.personID)
            return .ok(try await transaction.view(of: id, for: principal))
        }
    }
}

extension Transaction {
    /// What the principal reads after a write.
    func view(of id: Application.ID, for principal: Principal) async throws -> ApplicationView {
        guard let view = try await applicationView(id, for: principal.role) else { throw Problem.notFound }
        return view
    }
}

struct ApplicationPath: Codable {
    let application: Application.ID
}

struct CallPath: Codable {
    let call: CallForApplications.ID
}

struct AnswerPath: Codable {
    let application: Application.ID
    let question: CallForApplications.Question.ID
}

struct ListApplications: Codable {
    let call: CallForApplications.ID?
    let batch: Int?
    let stream: ProgramStream.ID?
    let program: Program.ID?
    let partner: Institution.ID?
    let state: [Application.State]?
    let overdue: Bool?
    let stageDays: Int?
    let submittedFrom: CalendarDate?
    let submittedTo: CalendarDate?
    let q: ShortText?
    let complete: Bool?
    let overlap: OverlapStanding?
    let sort: ApplicationFilter.Order?
    let limit: PageSize?
    let cursor: PageCursor?

    var filter: ApplicationFilter {
        ApplicationFilter(
            call: call, stream: stream, program: program, partner: partner, state: state, overdue: overdue,
            stageDays: stageDays, submittedFrom: submittedFrom, submittedTo: submittedTo, q: q, complete: complete,
            batch: batch, overlap: overlap, sort: sort)
    }
}
