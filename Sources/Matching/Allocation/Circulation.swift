/// A network whose arcs carry whole units, each at a cost; what flows into a node flows out again.
///
/// Shortlists and meetings are both circulations: from a hub to those who choose, over the pairs to the startups, and
/// back to the hub. What is wished for has a negative cost, so that nothing flows that nobody wants, and the network
/// that carries nothing is always an answer.
struct Network {
    private(set) var tails: [Int32] = []
    private(set) var heads: [Int32] = []
    private(set) var capacities: [Int] = []
    private(set) var costs: [Int] = []
    let nodes: Int

    /// More than any arc needs, and so little that sums over millions of arcs stay within a word.
    static let unlimited = 1 << 30

    /// A network of nodes 0 to `nodes` - 1 without arcs.
    init(nodes: Int) {
        self.nodes = nodes
    }

    /// The most that a cost may be for the prices of all nodes to stay within a word; larger ones are held there.
    var dearest: Int { (1 << 59) / (nodes + 1) }

    /// A cost for what must be done if it can be: more than any rerouting saves that passes each node once and wins
    /// `most` at each. Held where prices would leave the word; for chances in billionths that starts at some ten
    /// thousand nodes, and the cost still outweighs thousands of certain answers.
    func must(over most: Int) -> Int { min(nodes * min(most, dearest), dearest / 2) }

    /// Adds an arc for `capacity` units at `cost` each, and returns its number.
    @discardableResult mutating func join(_ tail: Int, _ head: Int, capacity: Int, cost: Int) -> Int {
        tails.append(Int32(tail))
        heads.append(Int32(head))
        capacities.append(min(max(capacity, 0), Self.unlimited))
        costs.append(min(max(cost, -dearest), dearest))
        return heads.count - 1
    }
}

/// What flows at the least cost, and the proof that it is the least.
struct Circulation {
    /// Units on every arc, in the order in which the arcs were joined.
    let flow: [Int]
    /// A price at every node, in units of cost: an arc whose cost exceeds the rise in price from tail to head carries
    /// nothing, and one whose cost is below it is full.
    let prices: [Int]
    /// How much cheaper another circulation might be, by the prices; 0 proves that none is.
    let gap: Int
}

extension Network {
    /// The cheapest circulation.
    ///
    /// Scaling of costs with pushes along ever cheaper arcs (Goldberg and Tarjan 1990, *Finding minimum-cost
    /// circulations by successive approximation*; Goldberg 1997, *An efficient implementation of a scaling minimum-cost
    /// flow algorithm*): O(n² m log nC) at worst, in practice close to linear in the arcs. All in whole numbers. Costs
    /// are multiplied by more than the number of nodes, so that an error of 1 left at each arc sums to less than one
    /// unit around any cycle and the result is exact; a network too large for such a factor gets a smaller one, and
    /// its ``Circulation/gap`` says what that may have lost.
    /// - Parameter prices: Those of a network that differs little, if there is one: the first rounds are then left out.
    func cheapestCirculation(near prices: [Int] = []) -> Circulation {
        let most = costs.reduce(0) { max($0, abs($1)) }
        guard most > 0 else {
            return Circulation(
                flow: [Int](repeating: 0, count: heads.count), prices: [Int](repeating: 0, count: nodes), gap: 0)
        }
        let factor = min(nodes + 1, max(1, (1 << 59) / ((nodes + 1) * most)))
        var residual = Residual(self, factor: factor, near: prices)
        // The dearest arcs are those of ``must(over:)``; the others cost less by about the number of nodes.
        var error = prices.isEmpty ? most * factor : max(1, most / (16 * nodes)) * factor
        repeat {
            error = max(1, error / Residual.step)
            residual.refine(to: error)
        } while error > 1
        return residual.circulation(factor: factor)
    }
}

/// Who could pass a unit on to whom, by taking it from where it flows now: worked out once for all who ask.
struct Givers {
    /// For each node those that could pass a unit on to it at once.
    private var sources: [[Int32]]

    init(_ network: Network, _ circulation: Circulation) {
        sources = [[Int32]](repeating: [], count: network.nodes)
        for arc in network.heads.indices {
            let (head, tail) = (network.heads[arc], network.tails[arc])
            if circulation.flow[arc] < network.capacities[arc] { sources[Int(head)].append(tail) }
            if circulation.flow[arc] > 0 { sources[Int(tail)].append(head) }
        }
    }

    /// The nodes that could pass a unit on to `node`; other than the node itself and the hub, node 0. In order.
    func callAsFunction(to node: Int) -> [Int] {
        var isReached = [Bool](repeating: false, count: sources.count)
        (isReached[0], isReached[node]) = (true, true)
        var waiting = [node]
        while let next = waiting.popLast() {
            for source in sources[next] where !isReached[Int(source)] {
                isReached[Int(source)] = true
                waiting.append(Int(source))
            }
        }
        (isReached[0], isReached[node]) = (false, false)
        return isReached.indices.filter { isReached[$0] }
    }
}

/// A network and its opposite arcs in the order of their tails, with what they may still carry.
private struct Residual {
    /// By how much the error shrinks from one round to the next.
    static let step = 4

    struct Arc {
        var head: Int32 = 0
        /// The place of the opposite arc.
        var mate: Int32 = 0
        var room = 0
        var cost = 0
    }

    private var arcs: [Arc]
    /// The arcs of a node lie between its start and the next one's.
    private let starts: [Int]
    /// The place of every arc of the network.
    private let places: [Int32]
    private var prices: [Int]
    private var excess: [Int]
    /// The first arc of every node that may be worth a push.
    private var next: [Int]

    init(_ network: Network, factor: Int, near prices: [Int]) {
        let count = network.heads.count
        var starts = [Int](repeating: 0, count: network.nodes + 1)
        for node in network.tails { starts[Int(node) + 1] += 1 }
        for node in network.heads { starts[Int(node) + 1] += 1 }
        for node in 0..<network.nodes { starts[node + 1] += starts[node] }
        var next = Array(starts.dropLast())
        var arcs = [Arc](repeating: Arc(), count: 2 * count)
        var places = [Int32](repeating: 0, count: count)
        for arc in 0..<count {
            let (tail, head) = (Int(network.tails[arc]), Int(network.heads[arc]))
            let there = next[tail]
            next[tail] += 1
            let back = next[head]
            next[head] += 1
            let cost = network.costs[arc] * factor
            arcs[there] = Arc(head: Int32(head), mate: Int32(back), room: network.capacities[arc], cost: cost)
            arcs[back] = Arc(head: Int32(tail), mate: Int32(there), room: 0, cost: -cost)
            places[arc] = Int32(there)
        }
        self.arcs = arcs
        self.starts = starts
        self.places = places
        self.next = next
        self.prices =
            prices.isEmpty ? [Int](repeating: 0, count: network.nodes) : prices.map { ($0 - prices[0]) * factor }
        excess = [Int](repeating: 0, count: network.nodes)
    }

    /// Changes flow and prices so that every arc with room costs at least -`error` by the prices.
    mutating func refine(to error: Int) {
        for node in prices.indices {
            next[node] = starts[node]
            for place in starts[node]..<starts[node + 1] where arcs[place].room > 0 {
                let arc = arcs[place]
                if arc.cost + prices[node] - prices[Int(arc.head)] < 0 { push(arc.room, along: place, from: node) }
            }
        }
        var queue = prices.indices.filter { excess[$0] > 0 }
        while !queue.isEmpty {
            var woken: [Int] = []
            for node in queue { discharge(node, error, &woken) }
            queue = woken
        }
    }

    /// Sends on all that a node has too much of.
    private mutating func discharge(_ node: Int, _ error: Int, _ woken: inout [Int]) {
        let end = starts[node + 1]
        while excess[node] > 0 {
            var place = next[node]
            let price = prices[node]
            while place < end {
                let arc = arcs[place]
                if arc.room > 0, arc.cost + price - prices[Int(arc.head)] < 0 {
                    let head = Int(arc.head)
                    let wasIdle = excess[head] <= 0
                    push(min(excess[node], arc.room), along: place, from: node)
                    if wasIdle, excess[head] > 0 { woken.append(head) }
                    if excess[node] == 0 { break }
                }
                place += 1
            }
            next[node] = place
            if place == end { relabel(node, error) }
        }
    }

    /// Lowers a price just far enough that an arc with room becomes worth a push.
    private mutating func relabel(_ node: Int, _ error: Int) {
        var best = Int.min
        for place in starts[node]..<starts[node + 1] where arcs[place].room > 0 {
            best = max(best, prices[Int(arcs[place].head)] - arcs[place].cost)
        }
        prices[node] = best - error
        next[node] = starts[node]
    }

    private mutating func push(_ units: Int, along place: Int, from tail: Int) {
        let (head, mate) = (Int(arcs[place].head), Int(arcs[place].mate))
        arcs[place].room -= units
        arcs[mate].room += units
        excess[tail] -= units
        excess[head] += units
    }

    func circulation(factor: Int) -> Circulation {
        var gap = 0
        // With more than a factor for every node the whole prices prove that none is left.
        for node in prices.indices where factor <= prices.count {
            for arc in arcs[starts[node]..<starts[node + 1]] where arc.room > 0 {
                gap += arc.room * max(0, prices[Int(arc.head)] - prices[node] - arc.cost)
            }
        }
        return Circulation(
            flow: places.map { arcs[Int(arcs[Int($0)].mate)].room }, prices: wholePrices(factor), gap: gap / factor)
    }

    /// The prices in units of cost.
    ///
    /// Rounded down they might contradict the flow by one unit where the remainders of two neighbours lie at the two
    /// ends of a unit. There are more remainders than nodes: counted from one that no node has, none does.
    private func wholePrices(_ factor: Int) -> [Int] {
        func remainder(_ price: Int) -> Int { ((price % factor) + factor) % factor }
        let taken = Set(prices.map(remainder))
        let free = (0..<factor).first { !taken.contains($0) } ?? factor - 1
        let shift = factor - 1 - free
        return prices.map { price in
            let shifted = price + shift
            return (shifted - remainder(shifted)) / factor
        }
    }
}
