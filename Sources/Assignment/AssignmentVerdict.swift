/// What a plan or a refusal is worth by its own proof.
///
/// Read from the problem anew, by simple loops that share nothing with the search: no bound is believed.
package struct AssignmentVerdict: Hashable, Sendable {
    /// Rules that the plan breaks, or numbers that it gets wrong, in words for a log. Of a partial plan without those that its
    /// refusal names.
    package internal(set) var faults: [String] = []
    /// How much better another plan above the floor might be, in units of ``AssignmentPlan/Proof``; 0 proves that none is.
    package internal(set) var gap = 0
    /// Whether the proof shows that the floor cannot be higher.
    package internal(set) var isFloorProven = true

    /// Whether the plan is valid and the best.
    package var holds: Bool { faults.isEmpty && gap == 0 && isFloorProven }
}

extension AssignmentProblem {
    /// Checks a plan, and the proof that none is better.
    /// - Parameter refusal: For a partial plan the refusal it came with.
    /// - Complexity: O(p log n) for p pairs of which each application has n.
    package func verdict(on plan: AssignmentPlan, in refusal: AssignmentRefusal? = nil) -> AssignmentVerdict {
        let rules = Rules(self, without: refusal)
        var verdict = AssignmentVerdict()
        func demand(_ holds: Bool, _ fault: @autoclosure () -> String) {
            if !holds { verdict.faults.append(fault()) }
        }
        demand(affinities.count == applications.count * reviewers.count, "affinities are missing")
        demand(plan.proof.prices.count == reviewers.count, "prices are missing")
        demand(plan.pairs == plan.pairs.sorted() && Set(plan.pairs).count == plan.pairs.count, "a pair is there twice")
        demand(plan.pairs.allSatisfy(rules.isKnown), "a pair is unknown")
        guard verdict.faults.isEmpty else { return verdict }

        let planned = Set(plan.pairs)
        for pair in rules.fixed where !planned.contains(pair) { demand(false, "\(pair) is fixed") }
        for pair in plan.pairs where !rules.fixed.contains(pair) && !rules.allows(pair) {
            demand(false, "\(pair) may not be")
        }
        let byApplication = Dictionary(grouping: plan.pairs, by: \.application).mapValues { $0.map(\.reviewer) }
        var empties = 0
        for application in applications.indices {
            let own = byApplication[application] ?? []
            demand(
                rules.rank(application, own) == own.count, "application \(application) seats somebody where it cannot")
            empties += rules.wanted(application) - own.count
        }
        let loads = plan.loads(of: reviewers.count)
        var missing = 0
        for (reviewer, load) in loads.enumerated() {
            demand(load <= rules.most[reviewer], "reviewer \(reviewer) has too much")
            missing += max(0, rules.least[reviewer] - load)
        }
        demand(empties == refusal?.emptySeats ?? 0, "\(empties) seats are empty")
        demand(missing == refusal?.missingReviews ?? 0, "\(missing) reviews are missing")
        let affinity = plan.pairs.reduce(0) { $0 + self.affinity(of: $1) }
        let total = loads.enumerated().reduce(affinity) { $0 - rules.cost(ofLoad: $1.element, of: $1.offset) }
        demand(affinity == plan.affinity && total == plan.total, "the total is \(total), the affinity \(affinity)")
        demand(plan.kept == rules.standing.intersection(plan.pairs).count, "other pairs are kept")

        let ceilings = applications.indices.map(rules.ceiling)
        if isFloored {
            let low = plan.pairs.filter {
                !rules.fixed.contains($0) && self.affinity(of: $0) < min(plan.floor, ceilings[$0.application])
            }
            demand(low.isEmpty, "\(low) are below the floor")
            if let cut = plan.proof.ceiling {
                let heights = ceilings.map { min($0, plan.floor + 1) }
                verdict.isFloorProven =
                    cut.countsSeats
                    ? rules.empties(cut.reviewers, heights) > empties : rules.missing(cut.reviewers, heights) > missing
            } else {
                verdict.isFloorProven = plan.floor == ceilings.max() ?? 0
            }
        } else {
            demand(plan.floor == 0, "there is no floor")
        }
        demand(
            plan.proof.unit > applications.indices.reduce(0) { $0 + min(rules.wanted($1), reviewers.count) }, "the unit"
        )
        verdict.gap = rules.gap(plan, byApplication, loads, above: ceilings.map { min($0, plan.floor) })
        return verdict
    }

    /// Checks a refusal: that what it names is so, that it proves by counting that no plan fills more seats or misses fewer
    /// reviews, and its partial plan, if there is one.
    package func verdict(on refusal: AssignmentRefusal) -> AssignmentVerdict {
        let rules = Rules(self, without: refusal)
        var verdict = refusal.partial.map { self.verdict(on: $0, in: refusal) } ?? AssignmentVerdict()
        let heights = [Int](repeating: 0, count: applications.count)
        let proven = (
            rules.empties(refusal.seatsCut.reviewers, heights), rules.missing(refusal.loadsCut.reviewers, heights)
        )
        if proven != (refusal.emptySeats, refusal.missingReviews) { verdict.faults.append("\(proven) are proven") }
        if refusal.violations.isEmpty { verdict.faults.append("nothing is violated") }
        for violation in refusal.violations where !rules.confirm(violation) {
            verdict.faults.append("\(violation) is not so")
        }
        return verdict
    }
}

extension AssignmentProblem {
    /// Why each pair is in a plan of this problem, in order.
    /// - Parameter application: The one whose pairs are asked for; all by default.
    /// - Complexity: O(r log r) for each pair and r reviewers, and O(c) for c conflicts.
    package func reasons(in plan: AssignmentPlan, of application: Int? = nil) -> [AssignmentPlan.Reason] {
        let rules = Rules(self, without: nil)
        let pairs = plan.pairs.filter { application == nil || $0.application == application }
        return Dictionary(grouping: pairs, by: \.application).sorted { $0.key < $1.key }
            .flatMap { application, pairs in rules.reasons(application, pairs.map(\.reviewer), plan) }
    }
}

/// The rules of a problem, read one by one.
private struct Rules {
    let problem: AssignmentProblem
    /// Fixed pairs that stay.
    let fixed: Set<AssignmentPair>
    let standing: Set<AssignmentPair>
    let conflicts: Set<AssignmentPair>
    let groups: [Set<Int>]
    var least: [Int] = []
    var most: [Int] = []
    /// Fixed pairs of each reviewer and application.
    private(set) var fixedLoads: [Int]
    private(set) var fixedReviewers: [[Int]]
    /// Fixed pairs that do not stay; they are not proposed either.
    let dropped: Set<AssignmentPair>

    init(_ problem: AssignmentProblem, without refusal: AssignmentRefusal?) {
        self.problem = problem
        let dropped = Set(
            (refusal?.violations ?? []).compactMap { if case .fixed(let pair, _) = $0 { pair } else { nil } })
        self.dropped = dropped
        fixed = Set(problem.fixed).subtracting(dropped)
        standing = Set(problem.standing)
        conflicts = Set(problem.conflicts)
        groups = problem.groups.map(Set.init)
        fixedLoads = problem.reviewers.map { _ in 0 }
        fixedReviewers = problem.applications.map { _ in [] }
        for pair in fixed.sorted() where isKnown(pair) {
            fixedLoads[pair.reviewer] += 1
            fixedReviewers[pair.application].append(pair.reviewer)
        }
        for (reviewer, load) in zip(problem.reviewers, fixedLoads) {
            let greatest = reviewer.isClosed ? load : min(max(reviewer.most, 0), Seating.mostWanted)
            most.append(min(greatest, problem.applications.count))
            least.append(reviewer.isClosed ? load : min(max(reviewer.least, load), greatest))
        }
    }

    func isKnown(_ pair: AssignmentPair) -> Bool {
        problem.applications.indices.contains(pair.application) && problem.reviewers.indices.contains(pair.reviewer)
    }

    func allows(_ pair: AssignmentPair) -> Bool {
        !problem.reviewers[pair.reviewer].isClosed && problem.canRead(pair) && !conflicts.contains(pair)
            && !dropped.contains(pair)
    }

    func wanted(_ application: Int) -> Int { min(max(0, problem.applications[application].wanted), Seating.mostWanted) }

    /// How many of these reviewers an application can seat at once: each moves somebody on who can sit elsewhere.
    func rank(_ application: Int, _ reviewers: some Sequence<Int>) -> Int {
        var table = Table(problem.applications[application], wanted(application), groups)
        return reviewers.reduce(0) { $0 + (table.seat($1) ? 1 : 0) }
    }

    /// Reviewers that an application could have beside its fixed ones, of at least this affinity.
    func open(_ application: Int, above height: Int) -> [Int] {
        problem.reviewers.indices.filter {
            let pair = AssignmentPair(application, $0)
            return allows(pair) && !fixed.contains(pair) && problem.affinity(of: pair) >= height
        }
    }

    /// The affinity that an application could have on all its seats if it were alone.
    func ceiling(_ application: Int) -> Int {
        var table = Table(problem.applications[application], wanted(application), groups)
        for reviewer in fixedReviewers[application] { _ = table.seat(reviewer) }
        let affinities = open(application, above: 0).map { (problem.affinity(of: AssignmentPair(application, $0)), $0) }
        return affinities.sorted { $0 > $1 }.reduce(Seating.one) { table.seat($1.1) ? $1.0 : $0 }
    }

    /// Seats that stay empty for want of others than these reviewers, beyond what they can bear.
    func empties(_ reviewers: [Int], _ heights: [Int]) -> Int {
        let members = Set(reviewers)
        let room = members.reduce(0) { $0 + most[$1] - fixedLoads[$1] }
        return problem.applications.indices.reduce(-room) { empties, application in
            let others = open(application, above: heights[application]).filter { !members.contains($0) }
            return empties + wanted(application) - rank(application, fixedReviewers[application] + others)
        }
    }

    /// Reviews that these reviewers lack to their least loads, beyond what applications can give them.
    func missing(_ reviewers: [Int], _ heights: [Int]) -> Int {
        let members = Set(reviewers)
        let asked = members.reduce(0) { $0 + least[$1] - fixedLoads[$1] }
        return problem.applications.indices.reduce(asked) { missing, application in
            let own = fixedReviewers[application]
            let given = open(application, above: heights[application]).filter(members.contains)
            return missing - rank(application, own + given) + own.count
        }
    }

    func value(_ pair: AssignmentPair, _ proof: AssignmentPlan.Proof) -> Int {
        problem.affinity(of: pair) * proof.unit + (standing.contains(pair) ? 1 : 0)
    }

    private func cost(ofReview count: Int, by reviewer: Int) -> Int {
        min(max(0, problem.loadWeight), Seating.one) * count
            / min(max(1, problem.reviewers[reviewer].most), Seating.mostWanted)
    }

    func cost(ofLoad load: Int, of reviewer: Int) -> Int {
        (0..<load).reduce(0) { $0 + cost(ofReview: $1 + 1, by: reviewer) }
    }

    /// What applications and reviewers would gain by choosing for themselves, at the prices.
    func gap(
        _ plan: AssignmentPlan, _ byApplication: [Int: [Int]], _ loads: [Int], above heights: [Int]
    ) -> Int {
        let (proof, prices) = (plan.proof, plan.proof.prices)
        var gap = 0
        for application in problem.applications.indices {
            func worth(_ reviewer: Int) -> Int {
                value(AssignmentPair(application, reviewer), proof) - prices[reviewer]
            }
            let own = (byApplication[application] ?? []).filter { !fixed.contains(AssignmentPair(application, $0)) }
            gap -= own.reduce(0) { $0 + worth($1) + proof.penalty }
            // The greedy choice is the best: what can sit at once is a matroid.
            var table = Table(problem.applications[application], wanted(application), groups)
            for reviewer in fixedReviewers[application] { _ = table.seat(reviewer) }
            let choice = open(application, above: heights[application]).map { (worth($0), $0) }.sorted { $0 > $1 }
            for (worth, reviewer) in choice where worth > -proof.penalty && !table.isFull && table.seat(reviewer) {
                gap += worth + proof.penalty
            }
        }
        for (reviewer, load) in loads.enumerated() {
            func gain(_ count: Int) -> Int {
                let missing = count <= least[reviewer] ? proof.penalty : 0
                return prices[reviewer] - proof.unit * cost(ofReview: count, by: reviewer) + missing
            }
            let start = fixedLoads[reviewer]
            var (sum, best, own) = (0, 0, 0)
            for count in start..<max(start, most[reviewer]) {
                sum += gain(count + 1)
                best = max(best, sum)
                if count + 1 == load { own = sum }
            }
            gap += best - own
        }
        return gap
    }

    /// Why an application has its reviewers.
    func reasons(_ application: Int, _ own: [Int], _ plan: AssignmentPlan) -> [AssignmentPlan.Reason] {
        func affinity(_ reviewer: Int) -> Int { problem.affinity(of: AssignmentPair(application, reviewer)) }
        func worth(_ reviewer: Int) -> Int {
            value(AssignmentPair(application, reviewer), plan.proof) - plan.proof.prices[reviewer]
        }
        let open = open(application, above: 0)
        let all = open + fixedReviewers[application]
        let height = min(plan.floor, ceiling(application))
        let others = open.filter { affinity($0) >= height && !own.contains($0) }
            .sorted { (worth($1), $0) < (worth($0), $1) }
        return own.map { reviewer in
            let pair = AssignmentPair(application, reviewer)
            let isFixed = fixed.contains(pair)
            let kept = own.filter { $0 != reviewer }
            let next = isFixed ? nil : others.first { rank(application, kept + [$0]) == own.count }
            return AssignmentPlan.Reason(
                pair: pair, affinity: affinity(reviewer), rank: 1 + all.count { affinity($0) > affinity(reviewer) },
                isFixed: isFixed, alternative: next,
                loss: next.map { Double(worth(reviewer) - worth($0)) / Double(plan.proof.unit) })
        }
    }

    func confirm(_ violation: AssignmentRefusal.Violation) -> Bool {
        switch violation {
        case .fixed(let pair, let fault):
            guard isKnown(pair) else { return fault == .unknown }
            let own = fixedReviewers[pair.application]
            return switch fault {
            case .unknown: false
            case .conflict: conflicts.contains(pair)
            case .language: !problem.canRead(pair)
            case .seatsTaken: own.count >= min(wanted(pair.application), problem.reviewers.count)
            case .seatsKept: rank(pair.application, own + [pair.reviewer]) == own.count
            case .overload: fixedLoads[pair.reviewer] >= problem.reviewers[pair.reviewer].most
            }
        case .loads(let reviewer):
            return problem.reviewers[reviewer].least > problem.reviewers[reviewer].most
        case .needs(let application, let needed, let wanted):
            return self.wanted(application) == wanted
                && (needed > wanted || problem.applications[application].needs.count > Seating.Form.mostKinds)
        case .group(let application, let need, let possible):
            let all = fixedReviewers[application] + open(application, above: 0)
            let group = groups.indices.contains(need.group) ? groups[need.group] : []
            return possible < need.count && possible == all.count(where: group.contains)
        case .reviewers(let application, let wanted, let possible):
            let all = fixedReviewers[application] + open(application, above: 0)
            return wanted > possible && possible == rank(application, all)
        case .seats(let applications, let reviewers, let needed, let room):
            let members = Set(reviewers)
            let own = applications.reduce(0) { sum, application in
                let (fixed, open) = (fixedReviewers[application], open(application, above: 0))
                return sum + rank(application, fixed + open)
                    - rank(application, fixed + open.filter { !members.contains($0) })
            }
            return needed > room && own == needed && room == members.reduce(0) { $0 + most[$1] - fixedLoads[$1] }
        case .leastLoads(let reviewers, let needed, let possible):
            let none = [Int](repeating: 0, count: problem.applications.count)
            return needed > possible && missing(reviewers, none) == needed - possible
        }
    }
}

/// An application's seats while they are taken.
private struct Table {
    private var kinds: [(members: Set<Int>?, count: Int, seated: [Int])] = []
    private var left: Int

    init(_ application: AssignmentProblem.Application, _ wanted: Int, _ groups: [Set<Int>]) {
        left = wanted
        var open = wanted
        for need in application.needs.filter({ $0.count > 0 }).prefix(Seating.Form.mostKinds) {
            let count = min(max(0, need.count), open)
            kinds.append((groups.indices.contains(need.group) ? groups[need.group] : [], count, []))
            open -= count
        }
        kinds.append((nil, open, []))
    }

    var isFull: Bool { left == 0 }

    mutating func seat(_ reviewer: Int) -> Bool {
        var tried = kinds.map { _ in false }
        guard left > 0, seat(reviewer, &tried) else { return false }
        left -= 1
        return true
    }

    private mutating func seat(_ reviewer: Int, _ tried: inout [Bool]) -> Bool {
        for kind in kinds.indices where !tried[kind] && kinds[kind].members?.contains(reviewer) ?? true {
            tried[kind] = true
            if kinds[kind].seated.count < kinds[kind].count {
                kinds[kind].seated.append(reviewer)
                return true
            }
            for place in kinds[kind].seated.indices where seat(kinds[kind].seated[place], &tried) {
                kinds[kind].seated[place] = reviewer
                return true
            }
        }
        return false
    }
}
