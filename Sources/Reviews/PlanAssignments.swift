internal import API
package import Accounts
internal import Applications
internal import Assignment
package import Foundation
package import Jobs
package import Postgres
internal import Synchronization
internal import Vocabulary

extension Transaction {
    /// Asks for a plan of who judges what in an open round: worked out by a job that starts when this transaction has
    /// committed, and changing nothing.
    ///
    /// Throws `ReviewRefusal.roundNotOpen`, `.ownStartupApplied` and `.nothingOverdue`, or not found.
    ///
    /// - Parameters:
    ///   - replacing: whether what is overdue is given to others who owe nothing themselves, also where it was begun, and
    ///     stays where it is as far as there are none. Such a plan insists on no seats of partners.
    ///   - keepingPartnerSeats: whether each application gets a reviewer of each partner that has seats in its streams.
    ///   - person: who asks; nil for the service.
    package func requestAssignmentRun(
        of round: ReviewRound.ID, replacingOverdue replacing: Bool = false, keepingPartnerSeats: Bool = true,
        as id: AssignmentRun.ID, in tenant: Tenant.ID, by person: Person.ID?
    ) async throws -> AssignmentRun {
        guard let found = try await self.round(round) else { throw Problem.notFound }
        try found.checkOpen()
        try await checkNoneIsTheirOwn(in: found)
        if replacing, try await (progress(of: [round])[round]?.overdue ?? 0) == 0 { throw ReviewRefusal.nothingOverdue }
        let job = try await enqueue(PlanAssignments(run: id.uuid))
        try await insert(
            id, of: round, replacingOverdue: replacing, keepingPartnerSeats: keepingPartnerSeats && !replacing,
            job: job,
            in: tenant, by: person)
        guard let run = try await assignmentRun(id) else { throw Problem.notFound }
        return run
    }

    /// Stops a run: at once if it waits, soon if it runs.
    ///
    /// Throws `ReviewRefusal.runOver` when it has ended, or not found.
    package func cancelAssignmentRun(_ id: AssignmentRun.ID) async throws -> AssignmentRun {
        guard let run = try await assignmentRun(id) else { throw Problem.notFound }
        guard run.state.isUnderWay else { throw ReviewRefusal.runOver }
        try await cancelJob(run.job)
        guard let stopped = try await assignmentRun(id) else { throw Problem.notFound }
        return stopped
    }

    /// Takes a plan: what it leaves out and was not begun is taken back, what is new in it is assigned; all or nothing.
    ///
    /// Throws `ReviewRefusal.planNotReady`, `.planOvertaken`, `.roundNotOpen` and `.ownStartupApplied`, or not found; refused by
    /// the constraints of `assignReviewer` when something has come between since it was worked out.
    package func applyPlan(of id: AssignmentRun.ID, by person: Person.ID) async throws -> AssignmentRun {
        guard let known = try await assignmentRun(id), let round = try await lockRound(known.round),
            let run = try await assignmentRun(id)
        else { throw Problem.notFound }
        try round.checkOpen()
        guard run.state == .finished, run.appliedAt == nil else { throw ReviewRefusal.planNotReady }
        try await checkNoneIsTheirOwn(in: round)
        guard try await isOvertaken(id) == false else { throw ReviewRefusal.planOvertaken }
        try await apply(id, of: round.id, by: person)
        guard let applied = try await assignmentRun(id) else { throw Problem.notFound }
        return applied
    }
}

/// Works out a plan: everything is read in one snapshot, solved in memory, and written with the end of the job.
package struct PlanAssignments: Job {
    /// The name it is stored under.
    package static let kind = "reviews.plan-assignments"
    /// A plan is cheap to ask for again; what fails three times will fail a fourth.
    package static let maxAttempts = 3

    /// The run.
    package let run: UUID
}

extension ReviewsRoom {
    /// Says how the room's jobs are performed.
    package static func register(in worker: Worker, database: Database) {
        // As the service itself: a manager who has a startup of their own must not see who judges it, and it is judged.
        worker.register(PlanAssignments.self, acting: .system) { job, run in
            try await perform(job, run, database)
        }
        registerCalibration(in: worker, database: database)
        RemindPanels.register(in: worker, database: database)
    }

    private static func perform(_ job: PlanAssignments, _ run: JobRun, _ database: Database) async throws {
        let id = AssignmentRun.ID(job.run)
        let inputs = try await database.snapshot(as: run.context, statementTimeout: .seconds(60)) { snapshot in
            try await snapshot.assignmentInputs(of: id)
        }
        // An earlier attempt finished after all.
        guard let inputs else { return }
        let found = try await inputs.solve { try await run.progress($0, of: 100) }
        try await run.finish { try await $0.keep(found, of: id) }
    }
}

/// What a plan is worked out from.
struct AssignmentInputs: Sendable {
    let round: ReviewRound
    let judged: [Judged]
    let panel: [Panelist]
    let conflicts: [(Person.ID, Application.ID)]
    let former: [FormerPair]
    /// Whether what is overdue is given to others: whatever stands and is not submitted.
    let replacesOverdue: Bool
    let partners: [PartnerNeed]
}

/// What was worked out, ready to be written.
struct AssignmentFinding: Sendable {
    let pairs: [(application: Application.ID, person: Person.ID, affinity: Int)]
    let report: AssignmentRun.Report
    /// The seats that stood when it was worked out, by which one tells later whether they still do.
    let stood: [FormerPair]
}

extension Statements {
    /// What a run works from; nil when there is no such run or it has finished.
    func assignmentInputs(of id: AssignmentRun.ID) async throws -> AssignmentInputs? {
        guard let run = try await assignmentRun(id), run.finishedAt == nil, let round = try await round(run.round)
        else { return nil }
        return AssignmentInputs(
            round: round, judged: try await judged(in: round.id),
            panel: try await panel(of: round.id).filter { $0.answer == .accepted }.sorted { $0.person < $1.person },
            conflicts: try await conflictedPairs(in: round.id) + knownPairs(in: round.id),
            former: try await formerPairs(in: round.id, replacingOverdue: run.replacesOverdue),
            replacesOverdue: run.replacesOverdue,
            partners: run.keepsPartnerSeats ? try await partnerNeeds(in: round.id) : [])
    }
}

extension AssignmentInputs {
    /// How much of a pair's affinity the last review of a full load is worth: enough that loads spread, too little to give
    /// an application to somebody of another field.
    private static let loadWeight = 100_000

    /// What is nearer than this counts as equal, so that a plan made anew keeps what stands: nobody knows how well somebody
    /// knows a field to more than a few parts in a hundred.
    private static let step = 0.02

    /// Solves the problem beside the threads of requests and jobs, telling now and then how far it is, in hundredths.
    /// Throws what `tell` throws, having stopped.
    func solve(telling tell: (Int) async throws -> Void) async throws -> AssignmentFinding {
        let watch = SolverWatch()
        let solving = Task.detached { () -> Result<AssignmentFinding, AssignmentFailure> in
            do throws(AssignmentFailure) {
                return .success(try self.solve(watch))
            } catch {
                return .failure(error)
            }
        }
        do {
            while !watch.isDone {
                try await tell(watch.percent)
                try await Task.sleep(for: .milliseconds(100))
            }
        } catch {
            watch.cancel()
            _ = await solving.value
            throw error
        }
        return try await solving.value.get()
    }

    private func solve(_ watch: SolverWatch) throws(AssignmentFailure) -> AssignmentFinding {
        defer { watch.finish() }
        let problem = problem()
        let tell: (AssignmentProgress) -> Void = { watch.note($0) }
        do throws(AssignmentFailure) {
            let plan = try problem.solve(partially: true, progress: tell, isCancelled: { watch.isCancelled })
            return finding(plan, problem, nil)
        } catch .refused(let refusal) {
            guard let partial = refusal.partial else { throw .refused(refusal) }
            return finding(partial, problem, refusal)
        }
    }

    /// What others are to write instead, where this is what is worked out.
    private var overdue: [FormerPair] {
        replacesOverdue ? former.filter { $0.state == .assigned && !$0.isBegun } : []
    }

    /// The problem as the engine takes it. What somebody abstained from or lost is theirs no more; what was begun stays. What is
    /// overdue is not theirs either, and whoever owes something is given nothing more.
    private func problem() -> AssignmentProblem {
        let taxonomy = FocusAreaTaxonomy.standard
        let languages = Dictionary(uniqueKeysWithValues: Language.allCases.enumerated().map { ($1, UInt64(1) << $0) })
        let applications = Dictionary(uniqueKeysWithValues: judged.enumerated().map { ($1.application, $0) })
        let people = Dictionary(uniqueKeysWithValues: panel.enumerated().map { ($1.person, $0) })
        let known = panel.map { panelist in
            Dictionary(panelist.terms.focusAreas.map { ($0, 1.0) }, uniquingKeysWith: { first, _ in first })
        }
        var affinities: [Int32] = []
        affinities.reserveCapacity(judged.count * panel.count)
        for application in judged {
            for focus in known {
                let score = taxonomy.score(focus: focus, startup: application.focusAreas)
                affinities.append(AssignmentProblem.millionths((score / Self.step).rounded() * Self.step))
            }
        }
        let overdue = overdue
        let late = Set(overdue.map(\.person))
        let needs = partners.enumerated().reduce(into: [Application.ID: [AssignmentProblem.Need]]()) { needs, partner in
            for application in partner.element.applications {
                needs[application, default: []].append(.init(of: partner.offset))
            }
        }
        let begun = Dictionary(grouping: former.filter { $0.state == .assigned && $0.isBegun }, by: \.person)
        var problem = AssignmentProblem(
            applications: judged.map {
                .init(
                    wanted: round.reviewsWanted, languages: languages[$0.language] ?? 0,
                    needs: needs[$0.application] ?? [])
            },
            reviewers: panel.map { panelist in
                let written = begun[panelist.person]?.count ?? 0
                let isLate = late.contains(panelist.person)
                let load = isLate ? (least: written, most: written) : panelist.load(begun: written)
                return .init(
                    least: load.least, most: load.most,
                    languages: panelist.terms.languages.reduce(0) { $0 | (languages[$1] ?? 0) },
                    isClosed: panelist.isAway || isLate)
            }, affinities: affinities)
        problem.groups = partners.map { partner in partner.people.compactMap { people[$0] } }
        func place(_ application: Application.ID, _ person: Person.ID) -> AssignmentPair? {
            guard let row = applications[application], let column = people[person] else { return nil }
            return AssignmentPair(row, column)
        }
        let standing = former.filter { $0.state == .assigned }
        let stands = Set(standing.compactMap { place($0.application, $0.person) })
        problem.fixed = standing.filter(\.isBegun).compactMap { place($0.application, $0.person) }
        problem.standing =
            replacesOverdue ? [] : standing.filter { !$0.isBegun }.compactMap { place($0.application, $0.person) }
        problem.conflicts =
            conflicts.compactMap { place($0.1, $0.0) }
            + former.filter { $0.state == .abstained || $0.state == .conflicted }.compactMap {
                place($0.application, $0.person)
            }
            .filter { !stands.contains($0) } + overdue.compactMap { place($0.application, $0.person) }
        problem.loadWeight = Self.loadWeight
        return problem
    }

    private func finding(
        _ plan: AssignmentPlan, _ problem: AssignmentProblem, _ refusal: AssignmentRefusal?
    ) -> AssignmentFinding {
        let kept = kept(beside: plan)
        let pairs = (plan.pairs + kept).sorted()
        let standing = problem.standing + overduePairs
        let stood = Set(problem.fixed + standing)
        let planned = Set(pairs)
        let (added, removed) = (planned.subtracting(stood), Set(standing).subtracting(planned))
        let loads = pairs.reduce(into: Array(repeating: 0, count: panel.count)) { $0[$1.reviewer] += 1 }
        let affinities = pairs.map { pair in
            Int(problem.affinities[pair.application * panel.count + pair.reviewer]) / 1000
        }
        let report = AssignmentRun.Report(
            pairs: pairs.count, added: added.count, removed: removed.count,
            applicationsChanged: Set(added.union(removed).map(\.application)).count,
            worstAffinity: affinities.min() ?? 0,
            meanAffinity: affinities.reduce(0, +) / max(affinities.count, 1), leastLoad: loads.min() ?? 0,
            mostLoad: loads.max() ?? 0, emptySeats: max(0, (refusal?.emptySeats ?? 0) - kept.count),
            missingReviews: refusal?.missingReviews ?? 0, contradictions: refusal?.violations.map(named) ?? [])
        return AssignmentFinding(
            pairs: zip(pairs, affinities).map { pair, affinity in
                (judged[pair.application].application, panel[pair.reviewer].person, affinity)
            }, report: report, stood: former.filter { $0.state == .assigned })
    }

    /// What is overdue, by its places in the problem.
    private var overduePairs: [AssignmentPair] {
        let applications = Dictionary(uniqueKeysWithValues: judged.enumerated().map { ($1.application, $0) })
        let people = Dictionary(uniqueKeysWithValues: panel.enumerated().map { ($1.person, $0) })
        return overdue.compactMap { pair in
            guard let row = applications[pair.application], let column = people[pair.person] else { return nil }
            return AssignmentPair(row, column)
        }
    }

    /// What stays where it is although it is overdue: it is better there than with nobody.
    private func kept(beside plan: AssignmentPlan) -> [AssignmentPair] {
        var seats = plan.pairs.reduce(into: [Int: Int]()) { $0[$1.application, default: 0] += 1 }
        return overduePairs.filter { pair in
            guard seats[pair.application, default: 0] < round.reviewsWanted else { return false }
            seats[pair.application, default: 0] += 1
            return true
        }
    }

    /// A contradiction in the names that a manager knows.
    private func named(_ violation: AssignmentRefusal.Violation) -> AssignmentRun.Contradiction {
        func contradiction(
            _ kind: AssignmentRun.Contradiction.Kind, _ applications: [Int], _ reviewers: [Int], _ needed: Int,
            _ possible: Int, _ partners: [LocalizedName]? = nil
        ) -> AssignmentRun.Contradiction {
            AssignmentRun.Contradiction(
                kind: kind, applications: applications.map { judged[$0].code }.sorted(),
                reviewers: reviewers.map { panel[$0].name }.sorted(), needed: needed, possible: possible,
                partners: partners)
        }
        func partners(of application: Int) -> [LocalizedName] {
            self.partners.filter { $0.applications.contains(judged[application].application) }.map(\.name)
        }
        switch violation {
        // What was begun takes the seats that are kept for a partner's people.
        case .fixed(let pair, .seatsKept):
            return contradiction(
                .partners, [pair.application], [pair.reviewer], 1, 0, partners(of: pair.application))
        case .fixed(let pair, _): return contradiction(.begun, [pair.application], [pair.reviewer], 1, 0)
        case .loads(let reviewer):
            return contradiction(
                .leastLoads, [], [reviewer], panel[reviewer].terms.least, panel[reviewer].terms.most)
        case .needs(let application, let needed, let wanted):
            return contradiction(.partners, [application], [], needed, wanted, partners(of: application))
        case .group(let application, let need, let possible):
            return contradiction(
                .partners, [application], [], need.count, possible,
                self.partners.indices.contains(need.group) ? [self.partners[need.group].name] : [])
        case .reviewers(let application, let wanted, let possible):
            return contradiction(.reviewers, [application], [], wanted, possible)
        case .seats(let applications, let reviewers, let needed, let room):
            return contradiction(.seats, applications, reviewers, needed, room)
        case .leastLoads(let reviewers, let needed, let possible):
            return contradiction(.leastLoads, [], reviewers, needed, possible)
        }
    }
}

/// What the solver's thread and the job's say to each other.
private final class SolverWatch: Sendable {
    private let state = Mutex((percent: 0, isCancelled: false, isDone: false))

    var percent: Int { state.withLock { $0.percent } }
    var isDone: Bool { state.withLock { $0.isDone } }
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func cancel() { state.withLock { $0.isCancelled = true } }
    func finish() { state.withLock { $0.isDone = true } }
    func note(_ progress: AssignmentProgress) {
        state.withLock { state in
            state.percent = max(state.percent, Int((Double(progress.phase.rawValue) + progress.fraction) * 100 / 3))
        }
    }
}
