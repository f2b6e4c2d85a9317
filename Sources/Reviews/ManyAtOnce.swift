package import API
package import Accounts
package import Applications
package import Institutions
package import Postgres
package import Vocabulary

extension Transaction {
    /// Takes several applications into an open round, frozen as they stand now: those named, or all that could enter.
    ///
    /// - Returns: what came of each in the order named, with the application where it entered.
    ///
    /// Throws `ReviewRefusal`, `RowsRefused`, or not found.
    package func enterRound(
        _ id: ReviewRound.ID, several named: [Application.ID]?, _ mode: BulkMode, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws -> [(application: Application.ID, verdict: RowVerdict<Application.ID>)] {
        guard let round = try await lockRound(id) else { throw Problem.notFound }
        try round.checkOpen()
        try await checkNoneIsTheirOwn(in: round)
        let files = try await entrants(to: round, among: named)
        guard let named else {
            guard !files.isEmpty else { throw ReviewRefusal.nothingToEnter }
            if mode != .dryRun { try await insert(files, into: id, in: tenant, by: person) }
            return files.map { ($0.application, RowVerdict(done: $0.application)) }
        }
        let found = Set(files.map(\.application))
        let reasons = try await reasonsNotToEnter(round, named.filter { !found.contains($0) })
        let verdicts = named.map { application -> (application: Application.ID, verdict: RowVerdict<Application.ID>) in
            guard !found.contains(application) else { return (application, RowVerdict(done: application)) }
            return (application, RowVerdict(refusal: (reasons[application] ?? .unknownHere).problem))
        }
        guard mode != .allOrNothing || reasons.isEmpty && found.count == Set(named).count else {
            throw RowsRefused(verdicts.map(\.verdict.refusal), at: "/applications")
        }
        if mode != .dryRun, !files.isEmpty { try await insert(files, into: id, in: tenant, by: person) }
        return verdicts
    }

    /// Asks several people onto the panel of a round, each by letter.
    ///
    /// Throws `ReviewRefusal.roundNotOpen` for a closed round, `RowsRefused`, or not found.
    package func invitePanelists(
        _ invitations: [PanelInvitation], to id: ReviewRound.ID, _ mode: BulkMode, in tenant: Tenant.ID,
        by manager: Person.ID
    ) async throws -> [RowVerdict<InvitedPanelist>] {
        guard let round = try await round(id) else { throw Problem.notFound }
        guard round.status != .closed else { throw ReviewRefusal.roundNotOpen(.closed) }
        return try await each(
            of: invitations, inOrderOf: \.email.normalized, mode, at: "/invitations",
            constraints: ReviewsRoom.constraints
        ) {
            try await $0.invitePanelist($1, to: id, in: tenant, by: manager)
        }
    }

    /// Gives panelists applications to judge.
    ///
    /// Throws `RowsRefused`, or not found.
    package func assignReviewers(
        _ pairs: [(application: Application.ID, person: Person.ID)], in id: ReviewRound.ID, _ mode: BulkMode,
        in tenant: Tenant.ID, by manager: Person.ID
    ) async throws -> [RowVerdict<ReviewAssignment>] {
        guard try await round(id) != nil else { throw Problem.notFound }
        return try await each(
            of: pairs, inOrderOf: \.person, mode, at: "/assignments", constraints: ReviewsRoom.constraints
        ) {
            try await $0.assignReviewer(
                $1.person, to: $1.application, in: id, as: ReviewAssignment.ID(), in: tenant, by: manager)
        }
    }

    /// Takes several assignments of a round back, for the same reason.
    ///
    /// Throws `RowsRefused`, or not found.
    package func withdrawAssignments(
        _ ids: [ReviewAssignment.ID], of round: ReviewRound.ID, because reason: ShortText?, _ mode: BulkMode
    ) async throws -> [RowVerdict<ReviewAssignment.ID>] {
        try await each(of: ids, in: round, mode) { try await $0.withdrawAssignment($1, because: reason) }
    }

    /// Gives several submitted reviews of a round back to their reviewers.
    ///
    /// Throws `RowsRefused`, or not found.
    package func reopenReviews(
        of ids: [ReviewAssignment.ID], in round: ReviewRound.ID, _ mode: BulkMode
    ) async throws -> [RowVerdict<ReviewAssignment.ID>] {
        try await each(of: ids, in: round, mode) { try await $0.reopenReview(of: $1) }
    }

    /// Freezes the files of several applications anew.
    ///
    /// Throws `ReviewRefusal.roundNotOpen`, `RowsRefused`, or not found.
    package func renewFiles(
        of applications: [Application.ID], in id: ReviewRound.ID, _ mode: BulkMode, by person: Person.ID
    ) async throws -> [RowVerdict<Application.ID>] {
        guard let round = try await lockRound(id) else { throw Problem.notFound }
        try round.checkOpen()
        return try await each(
            of: applications, inOrderOf: \.self, mode, at: "/applications", constraints: ReviewsRoom.constraints
        ) {
            try await $0.renewFile(of: $1, in: id, by: person)
            return $1
        }
    }

    /// Takes several people off a panel who have never been assigned anything there.
    ///
    /// Throws `RowsRefused`, or not found.
    package func removePanelists(
        _ people: [Person.ID], of id: ReviewRound.ID, _ mode: BulkMode
    ) async throws -> [RowVerdict<Person.ID>] {
        guard try await round(id) != nil else { throw Problem.notFound }
        return try await each(
            of: people, inOrderOf: \.self, mode, at: "/people", constraints: ReviewsRoom.constraints
        ) {
            try await $0.removePanelist($1, of: id)
            return $1
        }
    }

    /// Changes how much several panelists take. What they read and know, and what they have been assigned, stays theirs.
    ///
    /// Throws `RowsRefused`, or not found.
    package func revisePanelists(
        _ people: [Person.ID], of id: ReviewRound.ID, toTake load: (least: Int, most: Int), _ mode: BulkMode
    ) async throws -> [RowVerdict<Person.ID>] {
        guard try await round(id) != nil else { throw Problem.notFound }
        let terms = Dictionary(
            try await panel(of: id).map { ($0.person, $0.terms) }, uniquingKeysWith: { first, _ in first })
        return try await each(
            of: people, inOrderOf: \.self, mode, at: "/people", constraints: ReviewsRoom.constraints
        ) {
            guard let known = terms[$1] else { throw Problem.notFound }
            try await $0.revisePanelist(
                $1, of: id,
                to: PanelTerms(
                    least: load.least, most: load.most, languages: known.languages, focusAreas: known.focusAreas))
            return $1
        }
    }

    /// Says that something stands between people and startups. What they were to judge of those is taken from them at once.
    ///
    /// Throws `RowsRefused`.
    package func declareConflicts(
        _ pairs: [(person: Person.ID, startup: Startup.ID)], note: LongText?, _ mode: BulkMode, in tenant: Tenant.ID,
        by manager: Person.ID
    ) async throws -> [RowVerdict<ConflictDeclaration.ID>] {
        try await each(
            of: pairs, inOrderOf: { "\($0.person) \($0.startup)" }, mode, at: "/conflicts",
            constraints: ReviewsRoom.constraints
        ) {
            let id = ConflictDeclaration.ID()
            try await $0.declareConflict(
                of: $1.person, with: $1.startup, note: note, as: id, in: tenant, by: manager)
            return id
        }
    }

    /// One thing for each of several assignments of one round.
    private func each(
        of ids: [ReviewAssignment.ID], in id: ReviewRound.ID, _ mode: BulkMode,
        _ verb: @Sendable @escaping (Transaction, ReviewAssignment.ID) async throws -> Void
    ) async throws -> [RowVerdict<ReviewAssignment.ID>] {
        guard try await round(id) != nil else { throw Problem.notFound }
        return try await each(
            of: ids, inOrderOf: \.self, mode, at: "/assignments", constraints: ReviewsRoom.constraints
        ) {
            guard try await $0.assignment($1)?.round == id else { throw Problem.notFound }
            try await verb($0, $1)
            return $1
        }
    }
}

/// Why an application does not enter a round.
enum NoEntrance: String, Sendable {
    case alreadyIn = "already_in"
    case otherCall = "other_call"
    case notInReview = "not_in_review"
    case notJudged = "not_judged"

    /// What is not there, or hidden, is of no call that one may know of.
    static let unknownHere = NoEntrance.otherCall

    var problem: Problem {
        switch self {
        case .alreadyIn: .conflict("The application is in the round already.")
        case .otherCall: .conflict("There is no such application to the call of the round.")
        case .notInReview: ReviewRefusal.changesPending.problem
        case .notJudged: .conflict("The application is not among those that the round judges.")
        }
    }
}
