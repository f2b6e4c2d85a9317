internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// Assignments and reviews by API: a manager assigns, a reviewer judges.
enum ReviewsAPI {
    static let operations: [AnyOperation] = [
        listAssignments, getAwaitedReviews, assignReviewer, withdrawAssignment, getReviewSheet, listReviews, saveReview,
        submitReview,
        reopenReview, abstainFromReview, declareOwnConflict,
    ]

    private static var listAssignments: AnyOperation {
        Operation(
            .get, "/v1/assignments", "listAssignments",
            summary: "Who judges what, in the order of the applications' codes",
            description: """
                Reviewers see what is theirs to judge. What is overdue or stale is still to be written, in an open round.
                """, tag: "reviews",
            access: .roles([.manager, .reviewer]), parameters: ListAssignments.self,
            output: Page<AssignmentView>.self
        ) { call in
            let (parameters, principal) = (call.parameters, try call.principal)
            // Row-level security says the same of a reviewer, but not to the planner.
            let own = principal.role == .reviewer ? principal.personID : nil
            let found = try await call.reader.assignments(
                in: parameters.round, of: parameters.application, by: parameters.person ?? own,
                standing: parameters.state, clocks: parameters.clocks,
                after: try call.position(parameters.cursor, as: AssignmentPosition.self),
                limit: PageSize.rows(for: parameters.limit))
            return .ok(
                try call.page(found.map(AssignmentView.init), size: parameters.limit) {
                    AssignmentPosition(code: $0.code, id: $0.id)
                })
        }.erased
    }

    private static var getAwaitedReviews: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/awaited-reviews", "getAwaitedReviews",
            summary: "What an application waits for in the rounds that are open, in numbers", tag: "reviews",
            access: .roles([.manager]), parameters: JudgedPath.self, output: AwaitedReviewsView.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.application
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard try await snapshot.application(id) != nil else { throw Problem.notFound }
                return .ok(AwaitedReviewsView(try await snapshot.awaitedReviews(of: [id])[id]))
            }
        }.erased
    }

    private static var assignReviewer: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/assignments", "assignReviewer",
            summary: "Give a panelist an application to judge",
            tag: "reviews", access: .roles([.manager]), parameters: RoundPath.self, body: AssignmentBody.self,
            output: AssignmentView.self, success: .created, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = ReviewAssignment.ID()
            return try await call.write { transaction in
                guard try await transaction.round(call.parameters.round) != nil else { throw Problem.notFound }
                _ = try await transaction.assignReviewer(
                    call.body.person, to: call.body.application, in: call.parameters.round, as: id, in: tenant,
                    by: principal.personID)
                return .created(try await transaction.assignmentView(id), location: "/v1/assignments/\(id)")
            }
        }.erased
    }

    private static var withdrawAssignment: AnyOperation {
        Operation(
            .post, "/v1/assignments/{assignment}/withdrawal", "withdrawAssignment", summary: "Take an assignment back",
            description: "A review that was written stays on record and counts no more.", tag: "reviews",
            access: .roles([.manager]), parameters: AssignmentPath.self, body: OptionalReason.self,
            output: AssignmentView.self, problems: [.notFound, .conflict]
        ) { call in
            let id = call.parameters.assignment
            return try await call.write { transaction in
                try await transaction.withdrawAssignment(id, because: call.body.reason)
                return .ok(try await transaction.assignmentView(id))
            }
        }.erased
    }

    private static var getReviewSheet: AnyOperation {
        Operation(
            .get, "/v1/assignments/{assignment}", "getReviewSheet",
            summary: "An application as its round reads it, and the review of it", tag: "reviews",
            access: .roles([.manager, .reviewer]), parameters: AssignmentPath.self, output: ReviewSheetView.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.assignment
            return try await call.database.snapshot(as: call.context) { .ok(try await $0.sheetView(id)) }
        }.erased
    }

    private static var saveReview: AnyOperation {
        Operation(
            .put, "/v1/assignments/{assignment}/review", "saveReview", summary: "Save a review as far as it has come",
            description: "What is not mentioned is taken back.", tag: "reviews", access: .roles([.reviewer]),
            parameters: AssignmentPath.self, body: ReviewBody.self, output: ReviewSheetView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.assignment, try call.principal.personID)
            let draft = try call.body.draft()
            return try await call.write { transaction in
                _ = try await transaction.saveReview(draft, of: id, by: person) { _ in
                    try call.match(try await transaction.sheetView(id))
                }
                return .ok(try await transaction.sheetView(id))
            }
        }.erased
    }

    private static var submitReview: AnyOperation {
        Operation(
            .post, "/v1/assignments/{assignment}/submission", "submitReview", summary: "Hand a review in",
            description: "It scores every criterion, and stands until a manager reopens it.", tag: "reviews",
            access: .roles([.reviewer]), parameters: AssignmentPath.self, body: ReviewBody.self,
            output: ReviewSheetView.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.assignment, try call.principal.personID)
            let draft = try call.body.draft()
            return try await call.write { transaction in
                _ = try await transaction.submitReview(draft, of: id, by: person)
                return .ok(try await transaction.sheetView(id))
            }
        }.erased
    }

    private static var reopenReview: AnyOperation {
        Operation(
            .post, "/v1/assignments/{assignment}/reopening", "reopenReview",
            summary: "Give a submitted review back to its reviewer", tag: "reviews", access: .roles([.manager]),
            parameters: AssignmentPath.self, output: AssignmentView.self, problems: [.notFound, .conflict]
        ) { call in
            let id = call.parameters.assignment
            return try await call.write { transaction in
                try await transaction.reopenReview(of: id)
                return .ok(try await transaction.assignmentView(id))
            }
        }.erased
    }

    private static var abstainFromReview: AnyOperation {
        Operation(
            .post, "/v1/assignments/{assignment}/abstention", "abstainFromReview",
            summary: "Rather not judge an application", tag: "reviews", access: .roles([.reviewer]),
            parameters: AssignmentPath.self, body: OptionalReason.self, output: NoOutput.self,
            problems: [.notFound, .conflict]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                try await transaction.abstain(
                    from: call.parameters.assignment, because: call.body.reason, by: person)
                return .noContent
            }
        }.erased
    }

    private static var declareOwnConflict: AnyOperation {
        Operation(
            .post, "/v1/assignments/{assignment}/conflict", "declareOwnConflict",
            summary: "Say that something stands between you and an application",
            description: "It is taken from you at once, and you see it no more.", tag: "reviews",
            access: .roles([.reviewer]), parameters: AssignmentPath.self, body: ConflictNote.self,
            output: NoOutput.self, problems: [.notFound]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = ConflictDeclaration.ID()
            return try await call.write { transaction in
                try await transaction.declareConflict(
                    over: call.parameters.assignment, note: call.body.note, as: id, in: tenant,
                    by: principal.personID)
                return .noContent
            }
        }.erased
    }

    private static var listReviews: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/applications/{application}/reviews", "listReviews",
            summary: "The submitted reviews of an application in a round",
            description: """
                Reviewers read those of others once their own is submitted, where the round shares them, and never who \
                wrote them nor when. The chair of the panel reads those of every file; of what is theirs to judge, too, once \
                their own is submitted.
                """,
            tag: "reviews", access: .roles([.manager, .reviewer]), parameters: RoundApplicationPath.self,
            output: ReviewList.self, problems: [.notFound]
        ) { call in
            let (path, principal) = (call.parameters, try call.principal)
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard let round = try await snapshot.round(path.round),
                    try await snapshot.file(of: path.application, in: path.round) != nil
                else { throw Problem.notFound }
                let found = try await snapshot.reviews(of: path.application, in: path.round)
                return .ok(
                    ReviewList(
                        items: found.map { found in
                            ReviewView(
                                found.review, in: round,
                                by: found.name.map { ConflictPerson(id: found.person, name: $0) },
                                isDated: principal.role != .reviewer || found.person == principal.personID)
                        }))
            }
        }.erased
    }
}

extension Statements {
    fileprivate func assignmentView(_ id: ReviewAssignment.ID) async throws -> AssignmentView {
        guard let summary = try await assignmentSummary(id) else { throw Problem.notFound }
        return AssignmentView(summary)
    }

    fileprivate func sheetView(_ id: ReviewAssignment.ID) async throws -> ReviewSheetView {
        guard let sheet = try await sheet(id) else { throw Problem.notFound }
        return ReviewSheetView(sheet.summary, sheet.file, sheet.review, in: sheet.round)
    }

    /// Everything a review is written from; nil when the principal may not know of it.
    func sheet(_ id: ReviewAssignment.ID) async throws -> ReviewSheet? {
        guard let summary = try await assignmentSummary(id),
            let round = try await round(summary.assignment.round),
            let file = try await file(of: summary.assignment.application, in: summary.assignment.round)
        else { return nil }
        return ReviewSheet(
            summary: summary, round: round, file: file,
            documents: try await documents(of: file),
            review: try await review(of: id))
    }
}

/// An assignment with the application as the round reads it, and the review as far as it has come.
struct ReviewSheet: Sendable {
    let summary: AssignmentSummary
    let round: ReviewRound
    let file: ReviewFile
    /// The files among its answers.
    let documents: [Document]
    let review: Review?
}

struct AssignmentPath: Codable {
    let assignment: ReviewAssignment.ID
}

struct RoundApplicationPath: Codable {
    let round: ReviewRound.ID
    let application: Application.ID
}

struct JudgedPath: Codable {
    let application: Application.ID
}

struct ListAssignments: Codable {
    let round: ReviewRound.ID?
    let application: Application.ID?
    let person: Person.ID?
    let state: ReviewAssignment.State?
    let overdue: Bool?
    let stale: Bool?
    let limit: PageSize?
    let cursor: PageCursor?

    /// At what the clocks are to stand, or not.
    var clocks: [ReviewClock: Bool] {
        [ReviewClock.overdue: overdue, .stale: stale].compactMapValues(\.self)
    }
}

struct ConflictNote: Described {
    let note: LongText?

    static let documentation = ["note": "What it is, if you want to say. Managers read it."]
}
