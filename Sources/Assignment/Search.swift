/// The shortest path from reviewers with too many seats to one with too few, by Dijkstra's method on the matrix of handovers.
///
/// The last node is loads in general: to it leads what one review more costs somebody, from it what one fewer saves. Among
/// the shortest paths it finds one of the fewest steps, see ``Exchange``.
struct Search {
    private let nodes: Int
    private var distances: [Int]
    private var steps: [Int32]
    private var parents: [Int32]
    private var isDone: [Bool]

    private static let never = Int.max / 4

    init(nodes: Int) {
        self.nodes = nodes
        distances = [Int](repeating: 0, count: nodes)
        steps = [Int32](repeating: 0, count: nodes)
        parents = [Int32](repeating: -1, count: nodes)
        isDone = [Bool](repeating: false, count: nodes)
    }

    /// Searches until the first node that lacks something; `nil` where none is reached, or nobody has too much.
    mutating func run(
        _ costs: [Int], _ potentials: [Int], _ loads: [Int], _ accepted: [Int],
        _ edges: (Int) -> (more: Int?, less: Int?)
    ) -> Int? {
        let load = nodes - 1
        let surplus = accepted.reduce(0, +) - loads.reduce(0, +)
        func excess(_ node: Int) -> Int { node == load ? surplus : loads[node] - accepted[node] }
        for node in 0..<nodes {
            distances[node] = excess(node) > 0 ? 0 : Self.never
            steps[node] = 0
            parents[node] = -1
            isDone[node] = false
        }
        while true {
            var next = -1
            var (distance, step) = (Self.never, Int32.max)
            for node in 0..<nodes where !isDone[node] {
                if distances[node] < distance
                    || distances[node] == distance && steps[node] < step && distance < Self.never
                {
                    (next, distance, step) = (node, distances[node], steps[node])
                }
            }
            guard next >= 0 else { return nil }
            isDone[next] = true
            if excess(next) < 0 { return next }
            if next == load {
                for node in 0..<load where !isDone[node] {
                    if let less = edges(node).less {
                        reach(node, from: next, at: distance + less + potentials[load] - potentials[node])
                    }
                }
            } else {
                scan(next, costs, potentials)
                if !isDone[load], let more = edges(next).more {
                    reach(load, from: next, at: distance + more + potentials[next] - potentials[load])
                }
            }
        }
    }

    private mutating func scan(_ node: Int, _ costs: [Int], _ potentials: [Int]) {
        let holders = nodes - 1
        let base = node * holders
        let start = distances[node] + potentials[node]
        let step = steps[node] + 1
        costs.withUnsafeBufferPointer { costs in
            potentials.withUnsafeBufferPointer { potentials in
                distances.withUnsafeMutableBufferPointer { distances in
                    for other in 0..<holders where costs[base + other] < Self.never && !isDone[other] {
                        let distance = start + costs[base + other] - potentials[other]
                        if distance < distances[other] || distance == distances[other] && step < steps[other] {
                            distances[other] = distance
                            steps[other] = step
                            parents[other] = Int32(node)
                        }
                    }
                }
            }
        }
    }

    private mutating func reach(_ node: Int, from other: Int, at distance: Int) {
        guard distance < distances[node] || distance == distances[node] && steps[other] + 1 < steps[node] else {
            return
        }
        distances[node] = distance
        steps[node] = steps[other] + 1
        parents[node] = Int32(other)
    }

    /// How far a node was, by the prices before.
    func distance(of node: Int) -> Int { distances[node] }

    /// Changes prices so that the path found costs nothing and nothing gets below nothing.
    func raise(_ potentials: inout [Int], to end: Int) {
        for node in 0..<nodes { potentials[node] += min(distances[node], distances[end]) }
    }

    /// The nodes on the way.
    func path(to end: Int) -> [Int] {
        var path = [end]
        while let last = path.last, parents[last] >= 0 { path.append(Int(parents[last])) }
        return path.reversed()
    }
}
