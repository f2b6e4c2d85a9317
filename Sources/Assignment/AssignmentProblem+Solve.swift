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
        let obstacles = Obstacles(seating, filled)
        guard obstacles.isEmpty || partially else {
            throw .refused(try obstacles.refusal(nil) { () throws(AssignmentFailure) in try tell(.seats, 1) })
        }

        let height =
            isFloored
            ? try Height(seating, filled, tell: { (part) throws(AssignmentFailure) in try tell(.floor, part) }) : nil
        var exchange = Exchange(seating, .total(seating))
        if let height { exchange.raise(to: height.floor(of:)) }
        try exchange.fill(withinLoads: false) { (_) throws(AssignmentFailure) in try tell(.total, 0) }
        try exchange.settle { (part) throws(AssignmentFailure) in try tell(.total, part) }
        let plan = AssignmentPlan(seating, exchange, height)
        guard obstacles.isEmpty else {
            throw .refused(try obstacles.refusal(plan) { () throws(AssignmentFailure) in try tell(.total, 1) })
        }
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
struct Obstacles {
    private let seating: Seating
    private let filled: Exchange
    private let hopeless: Int

    /// Cuts of a kind that are named: who has more has lost sight of them long before.
    private static let mostCuts = 100

    init(_ seating: Seating, _ filled: Exchange) {
        self.seating = seating
        self.filled = filled
        hopeless = seating.form.reduce(0) { $0 + seating.forms[$1].hopeless }
    }

    var isEmpty: Bool {
        seating.violations.isEmpty && hopeless == 0 && filled.emptySeats == 0 && filled.missingReviews == 0
    }

    /// - Parameter tell: Told now and then; what it throws ends the work.
    func refusal(
        _ partial: AssignmentPlan?, tell: () throws(AssignmentFailure) -> Void
    ) throws(AssignmentFailure) -> AssignmentRefusal {
        AssignmentRefusal(
            emptySeats: filled.emptySeats + hopeless, missingReviews: filled.missingReviews,
            violations: seating.violations + (try starving(tell)) + (try contested(tell)) + (try short(tell)),
            seatsCut: filled.seatsCut, loadsCut: filled.loadsCut, partial: partial)
    }

    /// Applications that could not have what they want if they were alone.
    private func starving(
        _ tell: () throws(AssignmentFailure) -> Void
    ) throws(AssignmentFailure) -> [AssignmentRefusal.Violation] {
        var found: [(application: Int, violations: [AssignmentRefusal.Violation])] = []
        for (application, number) in seating.applications.enumerated() {
            if application % 64 == 0 { try tell() }
            let (wanted, needs) = (
                seating.problem.applications[number].wanted, seating.problem.applications[number].needs
            )
            let possible = seating.rank(application) { _ in true }
            guard possible < min(wanted, Seating.mostWanted) else { continue }
            let groups = zip(needs, seating.possible(application)).filter { $0.0.count > $0.1 }
            found.append(
                (
                    number,
                    groups.isEmpty
                        ? [.reviewers(application: number, wanted: wanted, possible: possible)]
                        : groups.map { .group(application: number, need: $0.0, possible: $0.1) }
                ))
        }
        return found.sorted { $0.application < $1.application }.flatMap(\.violations)
    }

    /// Applications that compete for reviewers: for each one with an empty seat the closest cut around it.
    private func contested(
        _ tell: () throws(AssignmentFailure) -> Void
    ) throws(AssignmentFailure) -> [AssignmentRefusal.Violation] {
        var (done, known): (Set<Int>, Set<[Int]>) = ([], [])
        var found: [AssignmentRefusal.Violation] = []
        for seat in filled.emptied where found.count < Self.mostCuts {
            try tell()
            let application = Int(filled.applicationOf[Int(seat)])
            guard done.insert(application).inserted else { continue }
            let takers = filled.takers(
                of: filled.seats(of: application).filter { filled.seats[$0].holder == filled.nobody })
            guard !takers.isEmpty, known.insert(takers).inserted else { continue }
            let isTaker = marks(takers)
            var (applications, needed): ([Int], Int) = ([], 0)
            for (other, number) in seating.applications.enumerated() {
                let own = seating.rank(other) { _ in true } - seating.rank(other) { !isTaker[$0] }
                guard own > 0 else { continue }
                applications.append(number)
                needed += own
            }
            let room = takers.reduce(0) { $0 + seating.most[$1] - seating.fixedLoad[$1] }
            // An application that starves alone is named by itself.
            guard needed > room else { continue }
            found.append(
                .seats(
                    applications: applications.sorted(), reviewers: filled.numbers(takers), needed: needed, room: room))
        }
        return found
    }

    /// Reviewers whose least loads cannot be met: for each the closest cut around it.
    private func short(
        _ tell: () throws(AssignmentFailure) -> Void
    ) throws(AssignmentFailure) -> [AssignmentRefusal.Violation] {
        var known: Set<[Int]> = []
        var found: [AssignmentRefusal.Violation] = []
        for reviewer in 0..<filled.nobody where filled.loads[reviewer] < seating.least[reviewer] {
            guard found.count < Self.mostCuts else { break }
            try tell()
            let givers = filled.givers(to: [reviewer])
            guard known.insert(givers).inserted else { continue }
            let isGiver = marks(givers)
            let possible = seating.applications.indices.reduce(0) {
                $0 + seating.rank($1) { isGiver[$0] } - seating.fixed[$1].count
            }
            let needed = givers.reduce(0) { $0 + seating.least[$1] - seating.fixedLoad[$1] }
            found.append(.leastLoads(reviewers: filled.numbers(givers), needed: needed, possible: possible))
        }
        return found
    }

    private func marks(_ places: [Int]) -> [Bool] {
        places.reduce(into: [Bool](repeating: false, count: filled.nobody)) { $0[$1] = true }
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
