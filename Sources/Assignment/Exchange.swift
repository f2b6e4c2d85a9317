/// Seats, who holds them, and for each two reviewers the cheapest seat that one could hand to the other.
///
/// The applications are many and the reviewers few, so that a path of exchanges is looked for among reviewers alone: the
/// matrix of cheapest handovers is all it takes, and it changes in few cells when a seat changes hands. Reviewers with too
/// many seats are freed of them along shortest paths to those with room (Tomizawa 1971; Edmonds and Karp 1972), which keeps
/// prices by which every application holds its best seats. Where needs make kinds of seats, the seats of an application are a
/// transversal matroid, and the path of fewest handovers among the shortest stays within it (Frank 1981, *A weighted matroid
/// intersection algorithm*): in the flow network with a node for each kind it is a simple path.
struct Exchange {
    /// What is aimed at.
    struct Aim {
        /// What a millionth of affinity is worth.
        var weight = 0
        /// What a standing pair is worth.
        var bonus = 0
        /// What an empty seat costs, and a review that a least load lacks.
        var penalty = 1

        /// Filled seats and least loads, nothing else.
        static let seats = Aim()

        /// The total, where all seats together cannot outweigh one millionth by being kept, nor any rerouting that passes each
        /// reviewer once an empty seat.
        static func total(_ seating: Seating) -> Aim {
            let seats = seating.form.reduce(0) { $0 + seating.forms[$1].seats }
            let unit = seats + 1
            let dearest = (Seating.one + 2 * seating.loadWeight + 1) * unit
            return Aim(weight: unit, bonus: 1, penalty: 2 * (seating.reviewers.count + 3) * dearest)
        }
    }

    struct Seat {
        /// A reviewer, or nobody: the number of reviewers.
        var holder: Int32
        var kind: Int32
        /// The holder's code.
        var code: Int32 = 0
        /// The place among those that the holder holds.
        var place: Int32 = -1
        var isFixed = false
        /// Kinds of seats that one may take for this to be freed, others of the application moving up.
        var reach: UInt64 = 1
    }

    let seating: Seating
    let aim: Aim
    /// The place after the last reviewer, where empty seats are held.
    let nobody: Int
    /// What the seats of an application lie between.
    private(set) var starts: [Int] = [0]
    private(set) var seats: [Seat] = []
    /// The application of every seat.
    private(set) var applicationOf: [Int32] = []
    /// As in the seating, but -1 also where the pair is in the plan or below the floor.
    private var codes: [Int32]
    /// Seats by holder, fixed ones left out.
    private var holdings: [[Int32]]
    /// Seats of every reviewer, and those of nobody.
    private(set) var loads: [Int]
    /// Seats that every holder is meant to have, at its price.
    private var accepted: [Int]
    /// Negative prices of the reviewers, of nobody, and of a load in general.
    private var potentials: [Int]
    /// For each two holders what the cheapest handover costs, and the seat.
    private var costs: [Int]
    private var ways: [Int32]
    private var search: Search

    private static let never = Int.max / 4

    /// All seats empty but the fixed ones.
    init(_ seating: Seating, _ aim: Aim) {
        self.seating = seating
        self.aim = aim
        nobody = seating.reviewers.count
        codes = seating.codes
        holdings = [[Int32]](repeating: [], count: nobody + 1)
        loads = [Int](repeating: 0, count: nobody + 1)
        accepted = loads
        potentials = [Int](repeating: 0, count: nobody + 2)
        costs = []
        ways = []
        search = Search(nodes: nobody + 2)
        for application in seating.applications.indices {
            let form = seating.forms[seating.form[application]]
            for (kind, count) in form.counts.enumerated() {
                for _ in 0..<count {
                    seats.append(Seat(holder: Int32(nobody), kind: Int32(kind)))
                    applicationOf.append(Int32(application))
                    hold(seats.count - 1)
                }
            }
            starts.append(seats.count)
            for reviewer in seating.fixed[application] { sit(reviewer, application, isFixed: true) }
        }
    }

    private func mask(_ holder: Int, _ application: Int) -> UInt64 {
        holder == nobody ? .max : seating.forms[seating.form[application]].masks[holder]
    }

    private func value(_ code: Int32) -> Int { Int(code >> 1) * aim.weight + Int(code & 1) * aim.bonus }

    private func value(ofSeat seat: Int) -> Int {
        seats[seat].holder == nobody ? -aim.penalty : value(seats[seat].code)
    }

    /// What a holder's `count`th seat costs.
    private func cost(ofSeat count: Int, of holder: Int) -> Int {
        guard holder != nobody else { return 0 }
        return aim.weight * seating.cost(ofReview: count, by: holder)
            - (count <= seating.least[holder] ? aim.penalty : 0)
    }

    private func most(_ holder: Int) -> Int { holder == nobody ? seats.count : seating.most[holder] }
}

// Who sits where.
extension Exchange {
    func seats(of application: Int) -> Range<Int> { starts[application]..<starts[application + 1] }

    private mutating func hold(_ seat: Int) {
        let holder = Int(seats[seat].holder)
        loads[holder] += 1
        guard !seats[seat].isFixed else { return }
        seats[seat].place = Int32(holdings[holder].count)
        holdings[holder].append(Int32(seat))
    }

    private mutating func letGo(_ seat: Int) {
        let (holder, place) = (Int(seats[seat].holder), Int(seats[seat].place))
        loads[holder] -= 1
        let last = holdings[holder].removeLast()
        if last != seat {
            holdings[holder][place] = last
            seats[Int(last)].place = Int32(place)
        }
    }

    /// Empties a seat.
    private mutating func release(_ seat: Int) {
        letGo(seat)
        codes[Int(applicationOf[seat]) * nobody + Int(seats[seat].holder)] = seats[seat].code
        seats[seat].holder = Int32(nobody)
        seats[seat].code = 0
        hold(seat)
    }

    /// Gives a reviewer a seat of an application, others moving up; whether there is one.
    @discardableResult private mutating func sit(_ reviewer: Int, _ application: Int, isFixed: Bool = false) -> Bool {
        var tried: UInt64 = 0
        guard let seat = room(mask(reviewer, application), application, &tried) else { return false }
        letGo(seat)
        seats[seat].holder = Int32(reviewer)
        seats[seat].code = codes[application * nobody + reviewer]
        seats[seat].isFixed = isFixed
        codes[application * nobody + reviewer] = -1
        hold(seat)
        return true
    }

    /// An empty seat of one of these kinds, after moving others if need be.
    private mutating func room(_ kinds: UInt64, _ application: Int, _ tried: inout UInt64) -> Int? {
        let own = seats(of: application)
        for seat in own where seats[seat].holder == nobody && kinds & (1 << seats[seat].kind) != 0 { return seat }
        for seat in own where kinds & ~tried & (1 << seats[seat].kind) != 0 {
            let kind = seats[seat].kind
            tried |= 1 << kind
            for other in own where seats[other].kind == kind {
                guard let free = room(mask(Int(seats[other].holder), application), application, &tried) else {
                    continue
                }
                exchange(other, free)
                return other
            }
        }
        return nil
    }

    /// Lets the holders of two seats of an application change places.
    private mutating func exchange(_ one: Int, _ other: Int) {
        let old = seats[one]
        let new = seats[other]
        (seats[one], seats[other]) = (new, old)
        (seats[one].kind, seats[other].kind) = (old.kind, new.kind)
        (seats[one].reach, seats[other].reach) = (old.reach, new.reach)
        for seat in [one, other] where !seats[seat].isFixed {
            holdings[Int(seats[seat].holder)][Int(seats[seat].place)] = Int32(seat)
        }
    }

    /// Works out by which kinds each seat of an application can be reached.
    private mutating func reach(_ application: Int) {
        guard seating.forms[seating.form[application]].counts.count > 1 else { return }
        let own = seats(of: application)
        for seat in own {
            var (reach, before): (UInt64, UInt64) = (1 << seats[seat].kind, 0)
            while reach != before {
                before = reach
                for other in own where mask(Int(seats[other].holder), application) & reach != 0 {
                    reach |= 1 << seats[other].kind
                }
            }
            seats[seat].reach = reach
        }
    }
}

// Where it starts.
extension Exchange {
    /// Fills each application's seats with its best, if `withinLoads` of those who have room, else whatever their loads.
    mutating func fill(
        withinLoads: Bool, tell: (Double) throws(AssignmentFailure) -> Void
    ) throws(AssignmentFailure) {
        for application in seating.applications.indices {
            if application % 64 == 0 { try tell(0) }
            let row = application * nobody
            let ranks = (0..<nobody).filter { codes[row + $0] >= 0 && (!withinLoads || loads[$0] < seating.most[$0]) }
                .map { (codes[row + $0], $0) }
                .sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }
            fill(application, ranks.lazy.map(\.1))
        }
    }

    private mutating func fill(_ application: Int, _ reviewers: some Sequence<Int>) {
        var left = seats(of: application).count { seats[$0].holder == nobody }
        for reviewer in reviewers {
            guard left > 0 else { return }
            if sit(reviewer, application) { left -= 1 }
        }
    }

    /// Closes what lies below the floor of each application, and empties seats held from there.
    mutating func raise(to floor: (Int) -> Int) {
        for application in seating.applications.indices {
            let (row, floor) = (application * nobody, floor(application))
            for seat in seats(of: application) where !seats[seat].isFixed && seats[seat].holder != nobody {
                if Int(seats[seat].code >> 1) < floor { release(seat) }
            }
            for reviewer in row..<row + nobody where codes[reviewer] >= 0 && Int(codes[reviewer] >> 1) < floor {
                codes[reviewer] = -1
            }
        }
    }

    /// The least affinity on an application's seats that are not fixed; 1 where there is none.
    func worst(of application: Int) -> Int {
        seats(of: application).reduce(Seating.one) {
            seats[$1].isFixed || seats[$1].holder == nobody ? $0 : min($0, Int(seats[$1].code >> 1))
        }
    }
}

// What is found.
extension Exchange {
    var emptySeats: Int { loads[nobody] }
    var missingReviews: Int { (0..<nobody).reduce(0) { $0 + max(0, seating.least[$1] - loads[$1]) } }

    /// Prices of the reviewers, that of a load in general being 0.
    var prices: [Int] { (0..<nobody).map { potentials[nobody + 1] - potentials[$0] } }

    /// The reviewers who could take over one of these seats, or from those who could, in order.
    func takers(of seats: some Sequence<Int>) -> [Int] {
        var isReached = [Bool](repeating: false, count: nobody + 1)
        isReached[nobody] = true
        var waiting: [Int] = []
        for seat in seats {
            for taker in 0..<nobody where !isReached[taker] && canTake(seat, taker) {
                isReached[taker] = true
                waiting.append(taker)
            }
        }
        while let next = waiting.popLast() {
            for taker in 0..<nobody where !isReached[taker] && ways[next * (nobody + 1) + taker] >= 0 {
                isReached[taker] = true
                waiting.append(taker)
            }
        }
        return (0..<nobody).filter { isReached[$0] }
    }

    /// The seats that are empty.
    var emptied: [Int32] { holdings[nobody] }

    /// The pairs, in the order of the problem.
    var pairs: [AssignmentPair] {
        seats.indices.filter { seats[$0].holder != nobody }
            .map { seating.pair(Int(applicationOf[$0]), Int(seats[$0].holder)) }
            .sorted()
    }

    /// These reviewers and all who could hand a seat over to them, or to those who could, in order.
    func givers(to reviewers: [Int]) -> [Int] {
        var isReached = [Bool](repeating: false, count: nobody + 1)
        for reviewer in reviewers { isReached[reviewer] = true }
        var waiting = reviewers
        while let next = waiting.popLast() {
            for giver in 0..<nobody where !isReached[giver] && ways[giver * (nobody + 1) + next] >= 0 {
                isReached[giver] = true
                waiting.append(giver)
            }
        }
        return (0..<nobody).filter { isReached[$0] }
    }

    /// Whether a reviewer could take a seat over.
    private func canTake(_ seat: Int, _ reviewer: Int) -> Bool {
        let application = Int(applicationOf[seat])
        return codes[application * nobody + reviewer] >= 0 && mask(reviewer, application) & seats[seat].reach != 0
    }
}

// The way there.
extension Exchange {
    /// Makes loads what they are meant to be, at the least cost.
    ///
    /// Starts from seats that are each application's best at no price, or, where nothing counts but filled seats, from any.
    /// One search of O(n²) for n reviewers for each review that is one too many, and O(n) for each seat that changes hands.
    /// - Parameters:
    ///   - limit: What empty seats and missing reviews may cost together; work ends as soon as the prices prove that they
    ///     cost more.
    ///   - tell: Told the part that is done before every search; what it throws ends the work.
    /// - Returns: Whether it went to the end.
    @discardableResult mutating func settle(
        within limit: Int = .max, tell: (Double) throws(AssignmentFailure) -> Void
    ) throws(AssignmentFailure) -> Bool {
        try tell(0)
        measure()
        accept()
        let first = excess
        var (left, lack) = (first, 0)
        while left > 0, let end = search.run(costs, potentials, loads, accepted, edges) {
            try tell(1 - Double(left) / Double(max(1, first)))
            if limit < .max {
                // Each path that costs more than was thought costs it for all that are still to be found.
                lack += search.distance(of: end) * left
                if lack > limit { return false }
            }
            search.raise(&potentials, to: end)
            let path = search.path(to: end)
            if path == [nobody, nobody + 1] {
                // Empty seats that stay empty: the way is as short for all that are left as for the first.
                let count = min(loads[nobody] - accepted[nobody], -surplus)
                accepted[nobody] += count
                left -= count
            } else {
                follow(path)
                left -= 1
            }
        }
        try tell(1)
        return true
    }

    private var excess: Int { loads.indices.reduce(0) { $0 + max(0, loads[$1] - accepted[$1]) } + max(0, surplus) }

    /// What loads in general have too much.
    private var surplus: Int { accepted.reduce(0, +) - loads.reduce(0, +) }

    /// The cost of one seat more and of one seat less for every holder.
    private func edges(_ holder: Int) -> (more: Int?, less: Int?) {
        let count = accepted[holder]
        return (
            count < most(holder) ? cost(ofSeat: count + 1, of: holder) : nil,
            count > 0 ? -cost(ofSeat: count, of: holder) : nil
        )
    }

    /// Prices loads so that about as many seats are accepted as there are, and accepts what is worth it.
    private mutating func accept() {
        potentials = [Int](repeating: 0, count: nobody + 2)
        func range(_ holder: Int, _ price: Int) -> ClosedRange<Int> {
            // Costs rise: the first count at which they reach, or pass, the price.
            func count(_ isTaken: (Int) -> Bool) -> Int {
                var (low, high) = (0, seating.most[holder])
                while low < high {
                    let middle = (low + high + 1) / 2
                    if isTaken(cost(ofSeat: middle, of: holder)) { low = middle } else { high = middle - 1 }
                }
                return low
            }
            return count { $0 < price }...count { $0 <= price }
        }
        var price = 0
        if aim.weight > 0 {
            let wanted = loads.reduce(0, +) - loads[nobody]
            var (low, high) = (0, seating.loadWeight)
            while low < high {
                let middle = (low + high) / 2
                let accepted = (0..<nobody).reduce(0) { $0 + range($1, middle * aim.weight).upperBound }
                if accepted < wanted { low = middle + 1 } else { high = middle }
            }
            price = low * aim.weight
            potentials[nobody] = price
        } else {
            potentials[nobody] = aim.penalty
        }
        potentials[nobody + 1] = price
        for holder in 0..<nobody {
            let range = range(holder, price)
            accepted[holder] = min(max(loads[holder], range.lowerBound), range.upperBound)
        }
        accepted[nobody] = aim.weight > 0 ? loads[nobody] : 0
    }

    /// Works the matrix out.
    private mutating func measure() {
        costs = [Int](repeating: Self.never, count: (nobody + 1) * (nobody + 1))
        ways = [Int32](repeating: -1, count: costs.count)
        for application in seating.applications.indices { offer(application) }
    }

    /// Enters the handovers of an application's seats.
    private mutating func offer(_ application: Int) {
        reach(application)
        let row = application * nobody
        let form = seating.forms[seating.form[application]]
        let hasKinds = form.counts.count > 1
        for seat in seats(of: application) where !seats[seat].isFixed {
            let holder = Int(seats[seat].holder)
            let (own, reach) = (value(ofSeat: seat), seats[seat].reach)
            let base = holder * (nobody + 1)
            let (weight, bonus) = (aim.weight, aim.bonus)
            costs.withUnsafeMutableBufferPointer { costs in
                ways.withUnsafeMutableBufferPointer { ways in
                    codes.withUnsafeBufferPointer { codes in
                        for taker in 0..<nobody {
                            let code = codes[row + taker]
                            if code < 0 || hasKinds && form.masks[taker] & reach == 0 { continue }
                            let cost = own - (Int(code >> 1) * weight + Int(code & 1) * bonus)
                            if cost < costs[base + taker] {
                                costs[base + taker] = cost
                                ways[base + taker] = Int32(seat)
                            }
                        }
                        if holder != nobody, own + aim.penalty < costs[base + nobody] {
                            costs[base + nobody] = own + aim.penalty
                            ways[base + nobody] = Int32(seat)
                        }
                    }
                }
            }
        }
    }

    /// Forgets the handovers of an application's seats; the cells that knew no better.
    private mutating func withdraw(_ application: Int, _ cells: inout [Int]) {
        let own = seats(of: application)
        for seat in own where !seats[seat].isFixed {
            let base = Int(seats[seat].holder) * (nobody + 1)
            for cell in base...base + nobody where own.contains(Int(ways[cell])) {
                cells.append(cell)
                (costs[cell], ways[cell]) = (Self.never, -1)
            }
        }
    }

    /// Looks through all that a holder has for the cheapest handover.
    private mutating func renew(_ cell: Int) {
        let (holder, taker) = cell.quotientAndRemainder(dividingBy: nobody + 1)
        for seat in holdings[holder] {
            let application = Int(applicationOf[Int(seat)])
            var cost = value(ofSeat: Int(seat))
            if taker == nobody {
                cost += aim.penalty
            } else {
                guard canTake(Int(seat), taker) else { continue }
                cost -= value(codes[application * nobody + taker])
            }
            if cost < costs[cell] { (costs[cell], ways[cell]) = (cost, seat) }
        }
    }

    /// Hands seats over along a path.
    private mutating func follow(_ path: [Int]) {
        var moves: [(seat: Int, taker: Int)] = []
        let load = nobody + 1
        for (giver, taker) in zip(path, path.dropFirst()) {
            if taker == load {
                accepted[giver] += 1
            } else if giver == load {
                accepted[taker] -= 1
            } else {
                moves.append((Int(ways[giver * (nobody + 1) + taker]), taker))
            }
        }
        var changed: [Int] = []
        var cells: [Int] = []
        for move in moves {
            let application = Int(applicationOf[move.seat])
            guard !changed.contains(application) else { continue }
            changed.append(application)
            withdraw(application, &cells)
        }
        let targets = moves.map { (Int(applicationOf[$0.seat]), $0.taker) }
        for move in moves where seats[move.seat].holder != nobody { release(move.seat) }
        for (application, taker) in targets where taker != nobody { sit(taker, application) }
        for application in changed { offer(application) }
        for cell in cells { renew(cell) }
    }
}
