internal import API
internal import Accounts
internal import Foundation
internal import Jobs
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// Planning by API: a manager asks for a plan, looks at it, and takes it or not.
enum AssignmentRunsAPI {
    static let operations: [AnyOperation] = [
        requestAssignmentRun, requestReplacementRun, listAssignmentRuns, getAssignmentRun, listPlan, listTakenBack,
        cancelAssignmentRun,
        applyPlan,
    ]

    private static var requestAssignmentRun: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/assignment-runs", "requestAssignmentRun",
            summary: "Work out who judges what in a round",
            description: """
                The hard rules are kept exactly: conflicts, languages, loads, the number of reviews wanted; what was begun \
                stays. Among all such plans it finds the one whose worst-served application is served best, then the one \
                whose reviewers know most about what they judge, with even loads. Each application of a stream with partner \
                seats gets a reviewer of each such partner, unless `partner_seats` is false. Nothing changes before it is \
                applied.
                """,
            tag: "reviews", access: .roles([.manager]), parameters: RequestRun.self, output: AssignmentRunView.self,
            success: .created, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = AssignmentRun.ID()
            return try await call.write { transaction in
                let run = try await transaction.requestAssignmentRun(
                    of: call.parameters.round, keepingPartnerSeats: call.parameters.partnerSeats ?? true, as: id,
                    in: tenant, by: principal.personID)
                return .created(AssignmentRunView(run), location: "/v1/assignment-runs/\(id)")
            }
        }.erased
    }

    private static var requestReplacementRun: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/replacement-runs", "requestReplacementRun",
            summary: "Work out who writes the overdue reviews of a round instead",
            description: """
                What is submitted stays; what is overdue, begun or not, goes to panelists who owe nothing themselves, under the \
                rules of `requestAssignmentRun`. What nobody else can take stays where it is. Nothing changes before the plan \
                is applied, which is refused once a review came in or the day was moved. Refused where nothing is overdue.
                """,
            tag: "reviews", access: .roles([.manager]), parameters: RoundPath.self, output: AssignmentRunView.self,
            success: .created, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = AssignmentRun.ID()
            return try await call.write { transaction in
                let run = try await transaction.requestAssignmentRun(
                    of: call.parameters.round, replacingOverdue: true, as: id, in: tenant, by: principal.personID)
                return .created(AssignmentRunView(run), location: "/v1/assignment-runs/\(id)")
            }
        }.erased
    }

    private static var listAssignmentRuns: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/assignment-runs", "listAssignmentRuns",
            summary: "The latest plans of a round, the latest first", tag: "reviews", access: .roles([.manager]),
            parameters: RoundPath.self, output: AssignmentRunList.self, problems: [.notFound]
        ) { call in
            guard try await call.reader.round(call.parameters.round) != nil else { throw Problem.notFound }
            let runs = try await call.reader.assignmentRuns(of: call.parameters.round, limit: 100)
            return .ok(AssignmentRunList(items: runs.map { AssignmentRunView($0) }))
        }.erased
    }

    private static var getAssignmentRun: AnyOperation {
        Operation(
            .get, "/v1/assignment-runs/{run}", "getAssignmentRun", summary: "How far a plan is, and what came of it",
            tag: "reviews", access: .roles([.manager]), parameters: AssignmentRunPath.self,
            output: AssignmentRunView.self, problems: [.notFound]
        ) { call in
            let id = call.parameters.run
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard let run = try await snapshot.assignmentRun(id) else { throw Problem.notFound }
                return .ok(AssignmentRunView(run, isOvertaken: try await snapshot.isOvertaken(id)))
            }
        }.erased
    }

    private static var listPlan: AnyOperation {
        Operation(
            .get, "/v1/assignment-runs/{run}/pairs", "listPlan",
            summary: "The pairs of a plan, in the order of the applications' codes", tag: "reviews",
            access: .roles([.manager]), parameters: ListPlan.self, output: Page<PlannedAssignmentView>.self,
            problems: [.notFound]
        ) { call in
            let parameters = call.parameters
            guard try await call.reader.assignmentRun(parameters.run) != nil else { throw Problem.notFound }
            let found = try await call.reader.plan(
                of: parameters.run, onlyChanges: parameters.changes ?? false,
                after: try call.position(parameters.cursor, as: AssignmentPosition.self),
                limit: PageSize.rows(for: parameters.limit))
            return .ok(
                try call.page(found.map(PlannedAssignmentView.init), size: parameters.limit) {
                    AssignmentPosition(code: $0.code, id: ReviewAssignment.ID($0.reviewer.id.uuid))
                })
        }.erased
    }

    private static var listTakenBack: AnyOperation {
        Operation(
            .get, "/v1/assignment-runs/{run}/taken-back", "listTakenBack",
            summary: "What taking a plan would take back, in the order of the applications' codes",
            description: """
                As things stand now: what was assigned, was not begun and is not in the plan. None once the plan was taken.
                """,
            tag: "reviews", access: .roles([.manager]), parameters: ListTakenBack.self,
            output: Page<AssignmentView>.self, problems: [.notFound]
        ) { call in
            let parameters = call.parameters
            guard try await call.reader.assignmentRun(parameters.run) != nil else { throw Problem.notFound }
            let found = try await call.reader.takenBack(
                by: parameters.run, after: try call.position(parameters.cursor, as: AssignmentPosition.self),
                limit: PageSize.rows(for: parameters.limit))
            return .ok(
                try call.page(found.map(AssignmentView.init), size: parameters.limit) {
                    AssignmentPosition(code: $0.code, id: $0.id)
                })
        }.erased
    }

    private static var cancelAssignmentRun: AnyOperation {
        Operation(
            .post, "/v1/assignment-runs/{run}/cancellation", "cancelAssignmentRun", summary: "Stop working out a plan",
            tag: "reviews", access: .roles([.manager]), parameters: AssignmentRunPath.self,
            output: AssignmentRunView.self, problems: [.notFound, .conflict]
        ) { call in
            try await call.write { transaction in
                .ok(AssignmentRunView(try await transaction.cancelAssignmentRun(call.parameters.run)))
            }
        }.erased
    }

    private static var applyPlan: AnyOperation {
        Operation(
            .post, "/v1/assignment-runs/{run}/application", "applyPlan",
            summary: "Take a plan: take back what it leaves out, assign what is new in it",
            description: "Refused where assignments have changed since it was worked out: work it out again.",
            tag: "reviews", access: .roles([.manager]), parameters: AssignmentRunPath.self,
            output: AssignmentRunView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                .ok(AssignmentRunView(try await transaction.applyPlan(of: call.parameters.run, by: person)))
            }
        }.erased
    }
}

struct RequestRun: Codable {
    let round: ReviewRound.ID
    let partnerSeats: Bool?
}

struct AssignmentRunPath: Codable {
    let run: AssignmentRun.ID
}

struct ListPlan: Codable {
    let run: AssignmentRun.ID
    let changes: Bool?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct ListTakenBack: Codable {
    let run: AssignmentRun.ID
    let limit: PageSize?
    let cursor: PageCursor?
}

/// A run as JSON.
struct AssignmentRunView: Described {
    let id: AssignmentRun.ID
    let round: ReviewRound.ID
    let state: WorkState
    let done: Int?
    let of: Int?
    let requestedAt: Date
    let finishedAt: Date?
    let appliedAt: Date?
    let partnerSeats: Bool
    let isOvertaken: Bool?
    let replacesOverdue: Bool
    let report: PlanReportView?

    static let documentation = [
        "done": "How far it is, while it runs.",
        "is_overtaken": """
        Whether assignments have changed since, so that the plan is not taken any more. Said of a single run that has \
        finished and was not taken.
        """,
        "replaces_overdue": "Whether it gives what is overdue to others.",
        "partner_seats": "Whether each application gets a reviewer of each partner that has seats in its streams.",
        "report": "What came of it; absent until it has finished.",
    ]

    init(_ run: AssignmentRun, isOvertaken: Bool? = nil) {
        self.isOvertaken = isOvertaken
        id = run.id
        round = run.round
        state = run.state
        done = run.progress?.done
        of = run.progress?.total
        requestedAt = run.requestedAt
        finishedAt = run.finishedAt
        appliedAt = run.appliedAt
        replacesOverdue = run.replacesOverdue
        partnerSeats = run.keepsPartnerSeats
        report = run.report.map(PlanReportView.init)
    }
}

struct AssignmentRunList: Described {
    let items: [AssignmentRunView]
}

struct PlanReportView: Described {
    let isWhole: Bool
    let pairs: Int
    let added: Int
    let removed: Int
    let applicationsChanged: Int
    let worstAffinity: Int
    let meanAffinity: Int
    let leastLoad: Int
    let mostLoad: Int
    let emptySeats: Int
    let missingReviews: Int
    let contradictions: [ContradictionView]

    static let documentation = [
        "is_whole": "Whether the plan keeps every rule.",
        "worst_affinity": "In thousandths: how well the pair fits that fits worst.",
        "mean_affinity": "In thousandths: how well the pairs fit in the mean.",
        "empty_seats": "Reviews that nobody can give: no plan has fewer.",
        "missing_reviews": "By which panelists fall short of the fewest they asked for.",
        "contradictions": "What cannot all be kept, with those it concerns.",
    ]

    init(_ report: AssignmentRun.Report) {
        isWhole = report.isWhole
        pairs = report.pairs
        added = report.added
        removed = report.removed
        applicationsChanged = report.applicationsChanged
        worstAffinity = report.worstAffinity
        meanAffinity = report.meanAffinity
        leastLoad = report.leastLoad
        mostLoad = report.mostLoad
        emptySeats = report.emptySeats
        missingReviews = report.missingReviews
        contradictions = report.contradictions.map(ContradictionView.init)
    }
}

struct ContradictionView: Described {
    let kind: AssignmentRun.Contradiction.Kind
    let applications: [String]
    let reviewers: [String]
    let needed: Int
    let possible: Int
    let partners: [LocalizedName]?

    static let documentation = [
        "applications": "By their codes; none where one of them is not yours to know of.",
        "reviewers": "By their names.", "partners": "Whose seats it is about, where it is about some.",
    ]

    init(_ contradiction: AssignmentRun.Contradiction) {
        kind = contradiction.kind
        applications = contradiction.applications
        reviewers = contradiction.reviewers
        needed = contradiction.needed
        possible = contradiction.possible
        partners = contradiction.partners
    }
}

struct PlannedAssignmentView: Described {
    let code: String
    let startupName: LocalizedName
    let reviewer: ConflictPerson
    let affinity: Int
    let stands: Bool

    static let documentation = [
        "affinity": "In thousandths: how well they know what it is about.", "stands": "Whether it is assigned already.",
    ]

    init(_ planned: PlannedAssignment) {
        code = planned.code
        startupName = planned.startupName
        reviewer = ConflictPerson(id: planned.person, name: planned.personName)
        affinity = planned.affinity
        stands = planned.stands
    }
}
