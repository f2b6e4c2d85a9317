internal import API
internal import Accounts
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// Changes that the park asks for, by API.
enum ChangesAPI {
    static let operations: [AnyOperation] = [
        listChangeRequests, requestChanges, askLaterQuestions, extendChanges, cancelChanges, resubmitApplication,
    ]

    private static var listChangeRequests: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/change-requests", "listChangeRequests",
            summary: "Changes that the park asked for, the last first", tag: "applications",
            access: .roles([.manager, .founder]), parameters: ApplicationPath.self, output: ChangeRequestList.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.application
            guard let summary = try await call.reader.application(id) else { throw Problem.notFound }
            return .ok(
                ChangeRequestList(
                    items: try await call.reader.changeRequests(of: id).map {
                        ChangeRequestView($0, at: summary.readAt)
                    }))
        }.erased
    }

    private static var requestChanges: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/change-requests", "requestChanges",
            summary: "Ask a startup to change its answers to some questions, or facts it declared",
            description: """
                Only the answers to these questions and these facts open again, until the end of the day in the zone of the call; the \
                founders are written to at once. Nobody asks for changes to an application of their own startup.
                """,
            tag: "applications", access: .roles([.manager]), parameters: ApplicationPath.self,
            body: ChangeRequestBody.self, output: ChangeRequestView.self, success: .created,
            problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (id, request) = (call.parameters.application, ChangeRequest.ID())
            let wanted = call.body.wanted
            return try await call.write { transaction in
                let asked = try await transaction.requestChanges(
                    wanted, of: id, as: request, by: principal.personID)
                return .created(
                    ChangeRequestView(asked, at: transaction.now), location: "/v1/applications/\(id)/change-requests")
            }
        }.erased
    }

    private static var askLaterQuestions: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/later-questions", "askLaterQuestions",
            summary: "Ask a startup what its call asks only from a round on",
            description: """
                Of an application that is in review, shortlisted or called to an interview. Only these questions open, until \
                the end of the day in the zone of the call; the founders are written to at once. They hand their answers in \
                as they would hand in changes, and the application comes back to where it stood.
                """,
            tag: "applications", access: .roles([.manager]), parameters: ApplicationPath.self,
            body: LaterQuestionsBody.self, output: ChangeRequestView.self, success: .created,
            problems: [.notFound, .conflict]
        ) { call in
            let (id, request, person) = (call.parameters.application, ChangeRequest.ID(), try call.principal.personID)
            let wanted = call.body.wanted
            return try await call.write { transaction in
                let asked = try await transaction.askLaterQuestions(wanted, of: id, as: request, by: person)
                return .created(
                    ChangeRequestView(asked, at: transaction.now), location: "/v1/applications/\(id)/change-requests")
            }
        }.erased
    }

    private static var extendChanges: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/change-requests/{request}/extension", "extendChanges",
            summary: "Give a startup more time for its changes", tag: "applications", access: .roles([.manager]),
            parameters: ChangeRequestPath.self, body: ExtensionBody.self, output: ChangeRequestView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (path, day, person) = (call.parameters, call.body.dueOn, try call.principal.personID)
            return try await call.write { transaction in
                let extended = try await transaction.extendChanges(
                    path.request, of: path.application, to: day, by: person)
                return .ok(ChangeRequestView(extended, at: transaction.now))
            }
        }.erased
    }

    private static var cancelChanges: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/change-requests/{request}/cancellation", "cancelChanges",
            summary: "Go on with what was handed in before",
            description: "What the startup has written since the request is replaced by what it had handed in.",
            tag: "applications", access: .roles([.manager]), parameters: ChangeRequestPath.self,
            output: ApplicationView.self, problems: [.notFound, .conflict]
        ) { call in
            let (path, principal) = (call.parameters, try call.principal)
            return try await call.write { transaction in
                _ = try await transaction.cancelChanges(
                    path.request, of: path.application, by: principal.personID)
                return .ok(try await transaction.view(of: path.application, for: principal))
            }
        }.erased
    }

    private static var resubmitApplication: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/resubmission", "resubmitApplication",
            summary: "Hand in the changes that were asked for",
            description: "The answers that were asked about are checked and frozen again; a further copy is kept.",
            tag: "applications", access: .roles([.founder]), parameters: ApplicationPath.self,
            output: ApplicationView.self, problems: [.notFound, .conflict, .incomplete, .changesOverdue]
        ) { call in
            let (id, principal) = (call.parameters.application, try call.principal)
            return try await call.write { transaction in
                _ = try await transaction.resubmitApplication(id, by: principal.personID)
                return .ok(try await transaction.view(of: id, for: principal))
            }
        }.erased
    }
}

struct ChangeRequestPath: Codable {
    let application: Application.ID
    let request: ChangeRequest.ID
}

struct ChangeRequestBody: Described {
    let message: LongText
    let questions: [CallForApplications.Question.ID]?
    let facts: [ApplicantFact]?
    let dueOn: CalendarDate

    static var documentation: [String: String] {
        [
            "message": "What is to change and why. The startup reads it.",
            "questions": "Whose answers open again; these or `facts`, or both.",
            "facts": "Which declared facts open again, of those that conditions of the call look at.",
            "due_on": "The last day, to its end in the zone of the call.",
        ]
    }

    var wanted: ChangesWanted { ChangesWanted(message, to: questions ?? [], facts: facts ?? [], by: dueOn) }
}

/// The questions of a round, as they are asked.
struct LaterQuestionsBody: Described {
    let round: Int
    let message: LongText
    let dueOn: CalendarDate

    static var documentation: [String: String] {
        [
            "round": "What comes with earlier rounds and was not asked yet is asked with it.",
            "message": "The startup reads it above the questions.",
            "due_on": "The last day, to its end in the zone of the call.",
        ]
    }

    var wanted: QuestionsWanted { QuestionsWanted(ofRound: round, message, by: dueOn) }
}

struct ExtensionBody: Described {
    let dueOn: CalendarDate

    static var documentation: [String: String] { ["due_on": "The new last day, later than the one that was set."] }
}

/// A request for changes as JSON.
struct ChangeRequestView: Described {
    let id: ChangeRequest.ID
    let message: LongText
    let questions: [CallForApplications.Question.ID]
    let facts: [ApplicantFact]
    let round: Int?
    let requestedAt: Date
    let dueAt: Date
    let isOverdue: Bool
    let answeredAt: Date?
    let answeredBySnapshot: Int?
    let cancelledAt: Date?

    static var documentation: [String: String] {
        [
            "answered_by_snapshot": "The number of the copy with which the changes were handed in.",
            "round": "The round whose questions were asked; absent where changes were asked for.",
            "cancelled_at": "When the park went on with what was handed in before.",
        ]
    }

    init(_ request: ChangeRequest, at now: Date) {
        id = request.id
        message = request.message
        questions = request.questions
        facts = request.facts
        round = request.round
        requestedAt = request.requestedAt
        dueAt = request.dueAt
        isOverdue = request.answered == nil && request.cancelledAt == nil && request.isOverdue(at: now)
        answeredAt = request.answered?.at
        answeredBySnapshot = request.answered?.snapshot
        cancelledAt = request.cancelledAt
    }
}

struct ChangeRequestList: Described {
    let items: [ChangeRequestView]
}
