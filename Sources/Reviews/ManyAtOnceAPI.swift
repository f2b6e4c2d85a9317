internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Institutions
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// What managers do with many at once in a round, by API: looked at first where they want to, done as a whole or in part.
enum ManyAtOnceAPI {
    static let operations: [AnyOperation] = [
        enterRound, invitePanelists, assignReviewers, withdrawAssignments, reopenReviews, renewFiles,
        removePanelists, revisePanelists, declareConflicts,
    ]

    private static var enterRound: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/applications", "enterRound",
            summary: "Take further applications into an open round",
            description: """
                They are frozen as they stand now. All or none of those named enter, unless `partial` says otherwise; with \
                `dry_run` one sees what would come of each.
                """, tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, body: EntryBody.self,
            output: RowVerdicts<EntryItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (principal, body, id) = (try call.principal, call.body, call.parameters.round)
            let (tenant, mode) = (try principal.workspace, BulkMode(dryRun: body.dryRun, partial: body.partial))
            let named = try body.applications.map { named throws(Problem) in
                try BulkMode.rows(named, at: "/applications")
            }
            return try await call.write { transaction in
                let entries = try await transaction.enterRound(
                    id, several: named, mode, in: tenant, by: principal.personID)
                return .ok(
                    RowVerdicts(entries.map(\.verdict), of: entries.map(\.application), mode) {
                        EntryItem(application: $0, fault: $1.fault)
                    })
            }
        }.erased
    }

    private static var invitePanelists: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/panel-invitations", "invitePanelists",
            summary: "Ask several people onto the panel of a round",
            description: """
                Each as by `invitePanelist`, with a letter of their own. The codes of those who hold no reviewer's seat yet \
                are in this answer only.
                """, tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, body: PanelInvitationsBody.self,
            output: RowVerdicts<PanelInvitationItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (principal, body, id) = (try call.principal, call.body, call.parameters.round)
            let (tenant, mode) = (try principal.workspace, BulkMode(dryRun: body.dryRun, partial: body.partial))
            let invitations = try body.rows()
            return try await call.write { transaction in
                let verdicts = try await transaction.invitePanelists(
                    invitations, to: id, mode, in: tenant, by: principal.personID)
                return .ok(
                    RowVerdicts(verdicts, of: invitations, mode) {
                        PanelInvitationItem($0, mode == .dryRun ? nil : $1.done, $1.fault)
                    })
            }
        }.erased
    }

    private static var assignReviewers: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/allocations", "assignReviewers",
            summary: "Give panelists several applications to judge",
            description: """
                Each as by `assignReviewer`, one after the other: what comes before counts towards the load of what follows.
                """, tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, body: AllocationsBody.self,
            output: RowVerdicts<AllocationItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (principal, body, id) = (try call.principal, call.body, call.parameters.round)
            let (tenant, mode) = (try principal.workspace, BulkMode(dryRun: body.dryRun, partial: body.partial))
            let pairs = try BulkMode.rows(body.assignments, at: "/assignments").map {
                (application: $0.application, person: $0.person)
            }
            return try await call.write { transaction in
                let verdicts = try await transaction.assignReviewers(
                    pairs, in: id, mode, in: tenant, by: principal.personID)
                return .ok(
                    RowVerdicts(verdicts, of: pairs, mode) {
                        AllocationItem(
                            application: $0.application, person: $0.person,
                            assignment: mode == .dryRun ? nil : $1.done?.id, fault: $1.fault)
                    })
            }
        }.erased
    }

    private static var withdrawAssignments: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/assignment-withdrawals", "withdrawAssignments",
            summary: "Take several assignments back",
            description: "Reviews that were written stay on record and count no more.", tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, body: AssignmentsBody.self,
            output: RowVerdicts<AssignmentItem>.self, problems: [.notFound, .conflict]
        ) { call in
            try await answer(call) { transaction, ids, round, mode in
                try await transaction.withdrawAssignments(ids, of: round, because: call.body.reason, mode)
            }
        }.erased
    }

    private static var reopenReviews: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/review-reopenings", "reopenReviews",
            summary: "Give several submitted reviews back to their reviewers", tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, body: ReopeningsBody.self,
            output: RowVerdicts<AssignmentItem>.self, problems: [.notFound, .conflict]
        ) { call in
            try await answer(call) { transaction, ids, round, mode in
                try await transaction.reopenReviews(of: ids, in: round, mode)
            }
        }.erased
    }

    private static var renewFiles: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/renewals", "renewReviewFiles",
            summary: "Let reviewers read the changes that several startups handed in",
            description: "Each as by `renewReviewFile`. Reviews that were submitted stand.", tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, body: RenewalsBody.self,
            output: RowVerdicts<EntryItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (person, body, id) = (try call.principal.personID, call.body, call.parameters.round)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let applications = try BulkMode.rows(body.applications, at: "/applications")
            return try await call.write { transaction in
                let verdicts = try await transaction.renewFiles(of: applications, in: id, mode, by: person)
                return .ok(
                    RowVerdicts(verdicts, of: applications, mode) { EntryItem(application: $0, fault: $1.fault) })
            }
        }.erased
    }

    private static var removePanelists: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/panel-removals", "removePanelists",
            summary: "Take several people off a panel who were never assigned anything", tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, body: PanelRemovalsBody.self,
            output: RowVerdicts<PanelistItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (body, id) = (call.body, call.parameters.round)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let people = try BulkMode.rows(body.people, at: "/people")
            return try await call.write { transaction in
                let verdicts = try await transaction.removePanelists(people, of: id, mode)
                return .ok(RowVerdicts(verdicts, of: people, mode) { PanelistItem(person: $0, fault: $1.fault) })
            }
        }.erased
    }

    private static var revisePanelists: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/panel-loads", "revisePanelists",
            summary: "Change how much several panelists take",
            description: "What they read and know, and what they have been assigned, stays theirs.", tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, body: PanelLoadsBody.self,
            output: RowVerdicts<PanelistItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (body, id) = (call.body, call.parameters.round)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let people = try BulkMode.rows(body.people, at: "/people")
            return try await call.write { transaction in
                let verdicts = try await transaction.revisePanelists(
                    people, of: id, toTake: (body.least ?? 0, body.most), mode)
                return .ok(RowVerdicts(verdicts, of: people, mode) { PanelistItem(person: $0, fault: $1.fault) })
            }
        }.erased
    }

    private static var declareConflicts: AnyOperation {
        Operation(
            .post, "/v1/conflict-declarations", "declareConflicts",
            summary: "Say that something stands between several people and startups",
            description: "Each as by `declareConflict`: what they were to judge of them is taken from them at once.",
            tag: "reviews", access: .roles([.manager]), body: DeclarationsBody.self,
            output: RowVerdicts<DeclarationItem>.self, problems: [.conflict]
        ) { call in
            let (principal, body) = (try call.principal, call.body)
            let (tenant, mode) = (try principal.workspace, BulkMode(dryRun: body.dryRun, partial: body.partial))
            let pairs = try BulkMode.rows(body.conflicts, at: "/conflicts").map {
                (person: $0.person, startup: $0.startup)
            }
            return try await call.write { transaction in
                let verdicts = try await transaction.declareConflicts(
                    pairs, note: body.note, mode, in: tenant, by: principal.personID)
                return .ok(
                    RowVerdicts(verdicts, of: pairs, mode) {
                        DeclarationItem(
                            person: $0.person, startup: $0.startup, conflict: mode == .dryRun ? nil : $1.done,
                            fault: $1.fault)
                    })
            }
        }.erased
    }

    private static func answer<Body: ManyAssignments>(
        _ call: Call<RoundPath, Body>,
        _ verb:
            @Sendable @escaping (Transaction, [ReviewAssignment.ID], ReviewRound.ID, BulkMode) async throws ->
            [RowVerdict<ReviewAssignment.ID>]
    ) async throws -> Reply<RowVerdicts<AssignmentItem>> {
        let (body, id) = (call.body, call.parameters.round)
        let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
        let ids = try BulkMode.rows(body.assignments, at: "/assignments")
        return try await call.write { transaction in
            let verdicts = try await verb(transaction, ids, id, mode)
            return .ok(RowVerdicts(verdicts, of: ids, mode) { AssignmentItem(assignment: $0, fault: $1.fault) })
        }
    }
}

/// Applications to take into a round.
struct EntryBody: Described {
    let applications: [Application.ID]?
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = [
        "applications": "All that are in review and not in the round, unless given.",
        "dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning,
    ]
}

/// What came of an application.
struct EntryItem: Described {
    let application: Application.ID
    let fault: RowFault?
}

/// Several people to ask onto a panel.
struct PanelInvitationsBody: Described {
    let invitations: [PanelInvitationBody]
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]

    func rows() throws(Problem) -> [PanelInvitation] {
        _ = try BulkMode.rows(Array(invitations.indices), at: "/invitations")
        return invitations.map(\.invitation)
    }
}

/// What came of an invitation.
struct PanelInvitationItem: Described {
    let email: EmailAddress
    let person: Person.ID?
    let code: String?
    let expiresAt: Date?
    let fault: RowFault?

    static let documentation = [
        "person": "Absent where nobody was asked.",
        "code": "Shown once: how somebody who was seated with this invitation comes in.",
    ]

    init(_ invitation: PanelInvitation, _ invited: InvitedPanelist?, _ fault: RowFault?) {
        email = invitation.email
        person = invited?.person
        code = invited?.invitation?.code
        expiresAt = invited?.invitation?.expiresAt
        self.fault = fault
    }
}

/// Who is to judge what.
struct AllocationsBody: Described {
    let assignments: [Pair]
    let dryRun: Bool?
    let partial: Bool?

    struct Pair: Described, Hashable {
        let application: Application.ID
        let person: Person.ID
    }

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]
}

/// What came of an application and a panelist.
struct AllocationItem: Described {
    let application: Application.ID
    let person: Person.ID
    let assignment: ReviewAssignment.ID?
    let fault: RowFault?

    static let documentation = ["assignment": "Absent where nothing was assigned."]
}

/// A body that names assignments of a round.
protocol ManyAssignments: Described {
    var assignments: [ReviewAssignment.ID] { get }
    var dryRun: Bool? { get }
    var partial: Bool? { get }
}

/// Assignments to take back.
struct AssignmentsBody: ManyAssignments {
    let assignments: [ReviewAssignment.ID]
    let reason: ShortText?
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]
}

/// Assignments whose reviews go back to their reviewers.
struct ReopeningsBody: ManyAssignments {
    let assignments: [ReviewAssignment.ID]
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]
}

/// What came of an assignment.
struct AssignmentItem: Described {
    let assignment: ReviewAssignment.ID
    let fault: RowFault?
}

/// Applications whose files are frozen anew.
struct RenewalsBody: Described {
    let applications: [Application.ID]
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]
}

/// People to take off a panel.
struct PanelRemovalsBody: Described {
    let people: [Person.ID]
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]
}

/// How much several panelists take.
struct PanelLoadsBody: Described {
    let people: [Person.ID]
    let least: Int?
    let most: Int
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = [
        "least": "Fewest applications worth their while; none unless given.",
        "most": "Most applications they take, up to 1,000.", "dry_run": BulkMode.dryRunMeaning,
        "partial": BulkMode.partialMeaning,
    ]
}

/// What came of a panelist.
struct PanelistItem: Described {
    let person: Person.ID
    let fault: RowFault?
}

/// What stands between people and startups.
struct DeclarationsBody: Described {
    let conflicts: [Pair]
    let note: LongText?
    let dryRun: Bool?
    let partial: Bool?

    struct Pair: Described, Hashable {
        let person: Person.ID
        let startup: Startup.ID
    }

    static let documentation = [
        "note": "What it is, for all of them.", "dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning,
    ]
}

/// What came of a person and a startup.
struct DeclarationItem: Described {
    let person: Person.ID
    let startup: Startup.ID
    let conflict: ConflictDeclaration.ID?
    let fault: RowFault?

    static let documentation = ["conflict": "Absent where nothing was declared."]
}
