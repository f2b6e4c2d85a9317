/// The best schedule of a small day, and the proof that none is better.
///
/// Branch and bound. The relaxation lets a startup be in two meetings at once and a slot hold more than there are rooms,
/// each at a price: what remains is again a circulation, from the investors over their slots and the pairs to the
/// startups, which heeds caps, floors and that a pair meets once. The prices rise where too much is asked (Held and Karp
/// 1971, *The traveling-salesman problem and minimum spanning trees: Part II*; steps after Polyak 1969), and for any
/// prices no schedule exceeds what the circulation and the priced places are worth (Geoffrion 1974, *Lagrangean
/// relaxation for integer programming*). Where the bound is not below the best known, a pair and a slot are chosen from
/// a place that is asked for twice: the pair meets then, or does not. Bounds are whole numbers.
///
/// Floors and standing meetings come first, which would make most prices a thousandfold of what scores are, and their
/// steps too coarse for these. So they are settled alone, if the pairs' plan has not; then all are searched for with
/// floors and standing meetings that count a few scores. Where the best of these has them all, nothing is better: what
/// has as many and a greater total would count for more. Where it has not, they count more.
struct MeetingSearch {
    private let day: MeetingDay
    private let options: [Option]
    /// What a floor, a standing meeting and a score of 1 count.
    private var weights = (must: 0, keep: 0, score: 0)
    /// Prices are finer than what counts by this.
    private var scale = 1
    /// Circulations that may still be made.
    private var steps = Self.steps
    private(set) var best: Timetable
    private var bestWorth: MeetingWorth
    /// What any schedule seen counts at most, by the weights.
    private var bestValue = 0
    /// A pair in a slot.
    private struct Option {
        let pair: Int
        let slot: Int
        let investor: Int
        let startup: Int
        let stands: Bool
    }

    /// What is decided on the way to a part of all schedules.
    private struct Branch {
        var isOpen: [Bool]
        var fixed: [Int] = []
    }

    /// What a place costs: a startup's time, and a slot's rooms.
    private struct Prices {
        var times: [Int]
        var rooms: [Int]
    }

    /// What the relaxation takes, and what no schedule of the branch exceeds; scaled.
    private struct Relaxed {
        let bound: Int
        /// How much the bound may exceed what the prices of nodes prove; 0 in small days.
        let gap: Int
        let chosen: [Int]
        let nodes: [Int]
    }

    /// Pairs and slots of the largest day that is searched, as many as eight by eight by six and more.
    private static let largest = 640
    private static let steps = 4000
    /// Circulations for a branch.
    private static let rounds = 12

    /// `nil` for a day that is too large.
    init?(_ day: MeetingDay, _ timetable: Timetable) {
        guard day.pairs.count <= Self.largest else { return nil }
        options = day.pairs.indices.flatMap { pair in
            (0..<day.slots).filter { day.admits(pair, $0) }.map { slot in
                Option(
                    pair: pair, slot: slot, investor: day.pairs[pair].investor, startup: day.pairs[pair].startup,
                    stands: day.standing[pair]?.slot == slot)
            }
        }
        guard options.count <= Self.largest else { return nil }
        self.day = day
        best = timetable
        bestWorth = timetable.worth
    }

    /// Searches for what is better, but not than a bound; whether all schedules were tried or excluded before the steps
    /// were used up.
    mutating func isExhaustive(below bound: MeetingWorth) -> Bool {
        if (bestWorth.floors, bestWorth.kept) != (bound.floors, bound.kept) {
            weigh(must: day.standing.count + 1, keep: 1, score: 0)
            guard explore() else { return false }
        }
        let enough = day.weights(pairs: 2 * min(day.investors.count, day.startups.count) * day.slots)
        var few = day.most
        while true {
            let keep = min(few, enough.keep)
            weigh(must: min(2 * (keep + few), enough.must), keep: keep, score: 1)
            guard explore() else { return false }
            if value(bestWorth) == bestValue { return true }
            few *= 8
        }
    }

    private mutating func weigh(must: Int, keep: Int, score: Int) {
        weights = (must, keep, score)
        let nodes = 1 + day.investors.count * (1 + day.slots) + day.pairs.count + day.startups.count
        scale = max(1, min(1 << 12, (1 << 59) / (nodes + 1) / (nodes + 1) / dearest))
        bestValue = value(bestWorth)
    }

    private func value(_ worth: MeetingWorth) -> Int {
        weights.must * worth.floors + weights.keep * worth.kept + weights.score * worth.total
    }

    private func value(_ option: Option) -> Int {
        weights.score * day.pairs[option.pair].score + (option.stands ? weights.keep : 0)
    }

    /// The most that a meeting, or a price, may count.
    private var dearest: Int { weights.must + weights.keep + weights.score * day.most }

    private mutating func explore() -> Bool {
        explore(
            Branch(isOpen: [Bool](repeating: true, count: options.count)),
            Prices(
                times: [Int](repeating: 0, count: day.startups.count * day.slots),
                rooms: [Int](repeating: 0, count: day.slots)),
            [Double](repeating: 0, count: options.count), near: [], rounds: 200)
    }

    /// Searches a branch, from the prices of the one before and the mean of what was taken at them.
    private mutating func explore(
        _ branch: Branch, _ start: Prices, _ taken: [Double], near: [Int], rounds: Int
    ) -> Bool {
        var (prices, taken, near) = (start, taken, near)
        var lowest: (relaxed: Relaxed, prices: Prices)?
        var (pace, stale) = (1.0, 0)
        for _ in 0..<rounds {
            guard steps > 0 else { return false }
            steps -= 1
            let relaxed = relax(branch, prices, near: near)
            near = relaxed.nodes
            let usage = usage(branch, relaxed.chosen)
            for option in options.indices { taken[option] *= 0.9 }
            for option in relaxed.chosen { taken[option] += 0.1 }
            if usage.isFeasible { consider(Timetable(day, slots(branch.fixed + relaxed.chosen))) }
            if relaxed.bound < lowest?.relaxed.bound ?? .max {
                lowest = (relaxed, prices)
                stale = 0
            } else {
                stale += 1
                if stale == 5 { (pace, stale) = (pace / 2, 0) }
            }
            if isBeaten(lowest?.relaxed.bound ?? .max) { return true }
            guard raise(&prices, usage, by: pace * Double(relaxed.bound - bestValue * scale)) else { break }
        }
        guard let lowest else { return false }
        repair(branch, lowest.relaxed)
        if isBeaten(lowest.relaxed.bound) { return true }
        let rest = narrowed(branch, lowest.relaxed, lowest.prices)
        guard let choice = choice(rest, taken) else {
            consider(Timetable(day, slots(rest.fixed)))
            return true
        }
        return explore(taking(choice, rest), lowest.prices, taken, near: near, rounds: Self.rounds)
            && explore(leaving(choice, rest), lowest.prices, taken, near: near, rounds: Self.rounds)
    }
}

extension MeetingSearch {
    /// Whether no schedule under a bound is better than the best known.
    private func isBeaten(_ bound: Int) -> Bool { bound < (bestValue + 1) * scale }

    private mutating func consider(_ timetable: Timetable) {
        let worth = timetable.worth
        bestValue = max(bestValue, value(worth))
        if worth > bestWorth { (best, bestWorth) = (timetable, worth) }
    }

    private func slots(_ chosen: [Int]) -> [Int?] {
        var slots = [Int?](repeating: nil, count: day.pairs.count)
        for option in chosen { slots[options[option].pair] = options[option].slot }
        return slots
    }

    /// How many more there may be of everything that is limited.
    private func left(_ branch: Branch) -> (investors: [Int], startups: [Int], floors: [Int], rooms: [Int]) {
        var investors = day.investors.indices.map { day.most(investor: $0) }
        var startups = day.startups.indices.map { day.most(startup: $0) }
        var floors = day.startups.indices.map { day.floor(startup: $0) }
        var rooms = day.places
        for option in branch.fixed.map({ options[$0] }) {
            investors[option.investor] -= 1
            startups[option.startup] -= 1
            floors[option.startup] = max(0, floors[option.startup] - 1)
            rooms[option.slot] -= 1
        }
        return (investors, startups, floors, rooms)
    }

    /// The first nodes of investors' times, pairs and startups.
    private var firsts: (times: Int, pairs: Int, startups: Int) {
        let times = 1 + day.investors.count
        let pairs = times + day.investors.count * day.slots
        return (times, pairs, pairs + day.pairs.count)
    }

    private func cost(_ option: Option, _ prices: Prices) -> Int {
        prices.times[option.startup * day.slots + option.slot] - value(option) * scale
    }

    /// A branch without the meetings that nothing better than the best known has, and with those that everything has:
    /// what is not taken costs by the nodes' prices what the bound would lose (Dantzig, Fulkerson and Johnson 1954).
    private func narrowed(_ branch: Branch, _ relaxed: Relaxed, _ prices: Prices) -> Branch {
        guard relaxed.gap == 0 else { return branch }
        var narrowed = branch
        let chosen = Set(relaxed.chosen)
        func loss(_ number: Int) -> Int {
            let option = options[number]
            return cost(option, prices) + relaxed.nodes[firsts.times + option.investor * day.slots + option.slot]
                - relaxed.nodes[firsts.pairs + option.pair]
        }
        for number in options.indices where narrowed.isOpen[number] && !chosen.contains(number) {
            if isBeaten(relaxed.bound - loss(number)) { narrowed.isOpen[number] = false }
        }
        for number in relaxed.chosen where narrowed.isOpen[number] && isBeaten(relaxed.bound + loss(number)) {
            narrowed = taking(number, narrowed)
        }
        return narrowed
    }

    private func relax(_ branch: Branch, _ prices: Prices, near: [Int]) -> Relaxed {
        let left = left(branch)
        let (times, pairs, startups) = firsts
        var network = Network(nodes: startups + day.startups.count)
        for investor in day.investors.indices {
            network.join(0, 1 + investor, capacity: left.investors[investor], cost: 0)
            for slot in 0..<day.slots where day.investorTimes[investor][slot] {
                network.join(
                    1 + investor, times + investor * day.slots + slot, capacity: 1, cost: prices.rooms[slot])
            }
        }
        for pair in day.pairs.indices {
            network.join(pairs + pair, startups + day.pairs[pair].startup, capacity: 1, cost: 0)
        }
        for startup in day.startups.indices {
            let floor = min(left.floors[startup], left.startups[startup])
            network.join(startups + startup, 0, capacity: floor, cost: -weights.must * scale)
            network.join(startups + startup, 0, capacity: left.startups[startup] - floor, cost: 0)
        }
        let open = options.indices.filter { branch.isOpen[$0] }
        let arcs = open.map { number in
            let option = options[number]
            return network.join(
                times + option.investor * day.slots + option.slot, pairs + option.pair, capacity: 1,
                cost: cost(option, prices))
        }
        let circulation = network.cheapestCirculation(near: near)
        var bound = circulation.gap
        for option in branch.fixed { bound += value(options[option]) * scale }
        for startup in day.startups.indices {
            bound += (day.floor(startup: startup) - left.floors[startup]) * weights.must * scale
        }
        for arc in circulation.flow.indices where circulation.flow[arc] > 0 {
            bound -= circulation.flow[arc] * network.costs[arc]
        }
        var isBusy = [Bool](repeating: false, count: prices.times.count)
        for option in branch.fixed { isBusy[options[option].startup * day.slots + options[option].slot] = true }
        for time in isBusy.indices where !isBusy[time] { bound += prices.times[time] }
        for slot in 0..<day.slots { bound += prices.rooms[slot] * left.rooms[slot] }
        return Relaxed(
            bound: bound, gap: circulation.gap, chosen: zip(open, arcs).filter { circulation.flow[$0.1] > 0 }.map(\.0),
            nodes: circulation.prices)
    }

    /// How much more is asked for than there is; less than none where something is left.
    private struct Usage {
        var times: [Int]
        var rooms: [Int]
        var isFeasible: Bool { times.allSatisfy { $0 <= 0 } && rooms.allSatisfy { $0 <= 0 } }
    }

    private func usage(_ branch: Branch, _ chosen: [Int]) -> Usage {
        var usage = Usage(
            times: [Int](repeating: -1, count: day.startups.count * day.slots), rooms: day.places.map { -$0 })
        for option in (branch.fixed + chosen).map({ options[$0] }) {
            usage.times[option.startup * day.slots + option.slot] += 1
            usage.rooms[option.slot] += 1
        }
        return usage
    }

    /// Moves prices towards what is asked for, such that the bound would fall by `amount` if nothing else changed;
    /// whether any could move.
    private func raise(_ prices: inout Prices, _ usage: Usage, by amount: Double) -> Bool {
        func length(_ prices: [Int], _ usage: [Int]) -> Int {
            zip(prices, usage).reduce(0) { $0 + ($1.0 > 0 || $1.1 > 0 ? $1.1 * $1.1 : 0) }
        }
        let square = length(prices.times, usage.times) + length(prices.rooms, usage.rooms)
        guard square > 0 else { return false }
        let step = max(1, Int(amount / Double(square)))
        let dearest = dearest * scale
        func raised(_ prices: [Int], _ usage: [Int]) -> [Int] {
            zip(prices, usage).map { min(max(0, $0 + $1 * min(step, dearest)), dearest) }
        }
        prices = Prices(times: raised(prices.times, usage.times), rooms: raised(prices.rooms, usage.rooms))
        return true
    }

    /// Makes a schedule of what the relaxation takes: of two meetings at once the better one, then what else there is.
    private mutating func repair(_ branch: Branch, _ relaxed: Relaxed) {
        var usage = usage(branch, relaxed.chosen)
        var chosen = branch.fixed
        let worths = options.map { value($0) }
        for option in relaxed.chosen.sorted(by: { (worths[$0], $1) < (worths[$1], $0) }) {
            let (time, slot) = (options[option].startup * day.slots + options[option].slot, options[option].slot)
            if usage.times[time] > 0 || usage.rooms[slot] > 0 {
                usage.times[time] -= 1
                usage.rooms[slot] -= 1
            } else {
                chosen.append(option)
            }
        }
        var timetable = Timetable(day, slots(chosen))
        timetable.improve()
        consider(timetable)
    }

    /// What to decide next: the meeting that was taken about as often as not, while prices moved (the mean nears a
    /// solution of the linear program: Barahona and Anbil 2000, *The volume algorithm*).
    private func choice(_ branch: Branch, _ taken: [Double]) -> Int? {
        func doubt(_ option: Int) -> Double { min(taken[option], 1 - taken[option]) }
        return options.indices.filter { branch.isOpen[$0] }.max {
            (doubt($0), value(options[$0]), $1) < (doubt($1), value(options[$1]), $0)
        }
    }

    /// A branch in which a pair meets in a slot.
    private func taking(_ choice: Int, _ branch: Branch) -> Branch {
        var taking = branch
        taking.fixed.append(choice)
        let left = left(taking)
        let fixed = options[choice]
        for number in options.indices where taking.isOpen[number] {
            let option = options[number]
            let clashes =
                option.investor == fixed.investor || option.startup == fixed.startup || left.rooms[fixed.slot] == 0
            if option.slot == fixed.slot && clashes || option.pair == fixed.pair { taking.isOpen[number] = false }
        }
        return taking
    }

    private func leaving(_ choice: Int, _ branch: Branch) -> Branch {
        var leaving = branch
        leaving.isOpen[choice] = false
        return leaving
    }
}
