extension AssignmentProblem {
    /// The best plan, see ``AssignmentPlan``.
    ///
    /// Three phases: whether all seats can be filled, by the cheapest of flows that cost nothing but empty seats; the floor,
    /// by bisection over such flows; the total, by one flow of least cost. The same problem gives the same plan to the last
    /// bit, and with a plan as its standing pairs it gives that plan again.
    /// - Parameters:
    ///   - partially: Whether a refusal should hold the best partial plan.
    ///   - progress: Told now and then how far it is, from the same thread.
    ///   - isCancelled: Asked several hundred times a second; `true` ends the work.
    /// - Throws: ``AssignmentFailure``; a refusal if there is no whole plan.
    /// - Complexity: O(k n² + n p) for n reviewers, p pairs and k reviews above or below what loads allow if each application
    ///   got its best, once for the total and some twenty times, with few such reviews, for the floor. Twenty bytes a pair.
    package func solve(
        partially: Bool = false, progress: (AssignmentProgress) -> Void = { _ in },
        isCancelled: () -> Bool = { false }
    ) throws(AssignmentFailure) -> AssignmentPlan {
        let expected = applications.count * reviewers.count
        guard affinities.count == expected else {
            throw .affinities(expected: expected, found: affinities.count)
        }
        func tell(_ phase: AssignmentProgress.Phase, _ fraction: Double) throws(AssignmentFailure) {
            if isCancelled() { throw .cancelled }
            progress(AssignmentProgress(phase: phase, fraction: fraction))
        }
        let seating = Seating(self)

        try tell(.seats, 0)
        var filled = Exchange(seating, .seats)
        try filled.fill(withinLoads: true) { (_) throws(AssignmentFailure) in try tell(.seats, 0) }
        try filled.settle { (part) throws(AssignmentFailure) in try tell(.seats, part) }
        let refusal = Refusing(seating, filled)
        guard refusal.isWhole || partially else { throw .refused(refusal.refusal(nil)) }

        let height =
            isFloored
            ? try Height(seating, filled, tell: { (part) throws(AssignmentFailure) in try tell(.floor, part) }) : nil
        var exchange = Exchange(seating, .total(seating))
        if let height { exchange.raise(to: height.floor(of:)) }
        try exchange.fill(withinLoads: false) { (_) throws(AssignmentFailure) in try tell(.total, 0) }
        try exchange.settle { (part) throws(AssignmentFailure) in try tell(.total, part) }
        let plan = AssignmentPlan(seating, exchange, height)
        guard refusal.isWhole else { throw .refused(refusal.refusal(plan)) }
        return plan
    }
}

/// How high the floor can be, and why not higher.
struct Height {
    /// Millionths.
    let floor: Int
    /// What each application could have on all its seats if it were alone.
    let ceilings: [Int]
    let cut: AssignmentCut?

    func floor(of application: Int) -> Int { min(floor, ceilings[application]) }

    init(_ seating: Seating, _ filled: Exchange, tell: (Double) throws(AssignmentFailure) -> Void)
        throws(AssignmentFailure)
    {
        var alone = Exchange(seating, .seats)
        try alone.fill(withinLoads: false) { (_) throws(AssignmentFailure) in try tell(0) }
        let ceilings = seating.applications.indices.map(alone.worst(of:))
        self.ceilings = ceilings
        // What is known to be possible, and to be impossible or beyond all ceilings.
        let beyond = (ceilings.max() ?? 0) + 1
        var (low, high, best) = (0, beyond, filled)
        // Reviews beyond what a reviewer could give at all are missing whatever is done.
        let lack =
            filled.emptySeats + filled.missingReviews
            - (0..<filled.nobody).reduce(0) { $0 + max(0, seating.least[$1] - seating.most[$1]) }
        var fraction = 0.0
        while high - low > 1 {
            let middle = low + (high - low) / 2
            let share = (1 - fraction) / 4
            var next = best
            next.raise { min(middle, ceilings[$0]) }
            let isPossible = try next.settle(within: lack) { (part) throws(AssignmentFailure) in
                try tell(fraction + share * part)
            }
            fraction += share
            if isPossible {
                // The worst seat is often better than was asked for.
                low = max(middle, min(high - 1, next.floor(under: ceilings)))
                best = next
            } else {
                high = middle
            }
        }
        floor = low
        if high < beyond {
            best.raise { min(high, ceilings[$0]) }
            let share = 1 - fraction
            try best.settle { (part) throws(AssignmentFailure) in try tell(fraction + share * part) }
            cut = best.emptySeats > filled.emptySeats ? best.seatsCut : best.loadsCut
        } else {
            cut = nil
        }
        try tell(1)
    }
}

extension Exchange {
    /// The floor that this plan keeps: the least affinity on a seat whose application could have a better one.
    fileprivate func floor(under ceilings: [Int]) -> Int {
        ceilings.indices.reduce(Seating.one) { floor, application in
            let worst = worst(of: application)
            return worst < ceilings[application] ? min(floor, worst) : floor
        }
    }

    /// Proves how many seats stay empty, once it is settled.
    var seatsCut: AssignmentCut {
        AssignmentCut(reviewers: numbers(takers(of: emptied.map(Int.init))), countsSeats: true)
    }

    /// Proves how many reviews are missing, once it is settled.
    var loadsCut: AssignmentCut {
        let short = (0..<nobody).filter { loads[$0] < seating.least[$0] }
        return AssignmentCut(reviewers: numbers(givers(to: short)), countsSeats: false)
    }

    func numbers(_ places: [Int]) -> [Int] { places.map { seating.reviewers[$0] }.sorted() }
}

/// What stands in the way of a whole plan.
struct Refusing {
    private let seating: Seating
    private let filled: Exchange
    private let hopeless: Int

    init(_ seating: Seating, _ filled: Exchange) {
        self.seating = seating
        self.filled = filled
        hopeless = seating.form.reduce(0) { $0 + seating.forms[$1].hopeless }
    }

    var isWhole: Bool {
        seating.violations.isEmpty && hopeless == 0 && filled.emptySeats == 0 && filled.missingReviews == 0
    }

    func refusal(_ partial: AssignmentPlan?) -> AssignmentRefusal {
        AssignmentRefusal(
            emptySeats: filled.emptySeats + hopeless, missingReviews: filled.missingReviews,
            violations: seating.violations + starving + contested + short, seatsCut: filled.seatsCut,
            loadsCut: filled.loadsCut, partial: partial)
    }

    /// Applications that could not have what they want if they were alone.
    private var starving: [AssignmentRefusal.Violation] {
        var found: [(Int, [AssignmentRefusal.Violation])] = []
        for (application, number) in seating.applications.enumerated() {
            let possible = seating.rank(application) { _ in true }
            let wanted = seating.problem.applications[number].wanted
            guard possible < min(max(0, wanted), Seating.mostWanted) else { continue }
            let groups = seating.possible(application)
            let lacking = seating.problem.applications[number].needs.enumerated().filter {
                groups[$0.offset] < $0.element.count
            }
            if lacking.isEmpty {
                found.append((number, [.reviewers(application: number, wanted: wanted, possible: possible)]))
            } else {
                found.append(
                    (
                        number,
                        lacking.map { .group(application: number, need: $0.element, possible: groups[$0.offset]) }
                    ))
            }
        }
        return found.sorted { $0.0 < $1.0 }.flatMap(\.1)
    }

    /// Applications that compete for reviewers: for each one with an empty seat the closest cut around it.
    private var contested: [AssignmentRefusal.Violation] {
        var (done, known): (Set<Int>, Set<[Int]>) = ([], [])
        var found: [AssignmentRefusal.Violation] = []
        for seat in filled.emptied {
            let application = Int(filled.applicationOf[Int(seat)])
            guard done.insert(application).inserted else { continue }
            let takers = filled.takers(
                of: filled.seats(of: application).filter { filled.seats[$0].holder == filled.nobody })
            guard !takers.isEmpty, known.insert(takers).inserted else { continue }
            let isTaker = takers.reduce(into: [Bool](repeating: false, count: filled.nobody)) { $0[$1] = true }
            var (applications, needed): ([Int], Int) = ([], 0)
            for (other, number) in seating.applications.enumerated() {
                let own = seating.rank(other) { _ in true } - seating.rank(other) { !isTaker[$0] }
                if own > 0 {
                    applications.append(number)
                    needed += own
                }
            }
            let room = takers.reduce(0) { $0 + seating.most[$1] - seating.fixedLoad[$1] }
            // One that starves even alone is named by itself.
            guard needed > room else { continue }
            found.append(
                .seats(
                    applications: applications.sorted(), reviewers: filled.numbers(takers), needed: needed, room: room))
        }
        return found
    }

    /// Reviewers whose least loads cannot be met: for each the closest cut around it.
    private var short: [AssignmentRefusal.Violation] {
        var known: Set<[Int]> = []
        return (0..<filled.nobody).compactMap { reviewer in
            guard filled.loads[reviewer] < seating.least[reviewer] else { return nil }
            let givers = filled.givers(to: [reviewer])
            guard known.insert(givers).inserted else { return nil }
            let isGiver = givers.reduce(into: [Bool](repeating: false, count: filled.nobody)) { $0[$1] = true }
            let possible = seating.applications.indices.reduce(0) {
                $0 + seating.rank($1) { isGiver[$0] } - seating.fixed[$1].count
            }
            let needed = givers.reduce(0) { $0 + seating.least[$1] - seating.fixedLoad[$1] }
            return .leastLoads(reviewers: filled.numbers(givers), needed: needed, possible: possible)
        }
    }
}

extension AssignmentPlan {
    fileprivate init(_ seating: Seating, _ exchange: Exchange, _ height: Height?) {
        pairs = exchange.pairs
        let problem = seating.problem
        affinity = pairs.reduce(0) { $0 + problem.affinity(of: $1) }
        let loads = exchange.loads
        total = (0..<exchange.nobody).reduce(affinity) { total, reviewer in
            (0..<loads[reviewer]).reduce(total) { $0 - seating.cost(ofReview: $1 + 1, by: reviewer) }
        }
        kept = Set(problem.standing).intersection(pairs).count
        floor = height?.floor ?? 0
        var prices = [Int](repeating: 0, count: seating.reviewers.count)
        for (place, price) in exchange.prices.enumerated() { prices[seating.reviewers[place]] = price }
        proof = Proof(prices: prices, unit: exchange.aim.weight, penalty: exchange.aim.penalty, ceiling: height?.cut)
    }
}
