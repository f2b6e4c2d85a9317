/// The best few of many, kept as they come by; equal scores in the order of their keys.
struct Shortlist {
    private let limit: Int
    /// A heap whose root is the worst kept.
    private var heap: [(score: Int, startup: Key)] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// What a startup must at least score to be kept; minus infinity while there is room.
    @inline(__always)
    var least: Double { heap.count < limit ? -.infinity : Double(heap[0].score) }

    mutating func offer(_ startup: Key, _ score: Int) {
        if heap.count < limit {
            heap.append((score, startup))
            var child = heap.count - 1
            while child > 0, Self.isWorse(heap[child], heap[(child - 1) / 2]) {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if Self.isWorse(heap[0], (score, startup)) {
            heap[0] = (score, startup)
            var parent = 0
            while true {
                var worst = parent
                for child in 2 * parent + 1..<min(2 * parent + 3, max(heap.count, 2 * parent + 1)) {
                    if Self.isWorse(heap[child], heap[worst]) { worst = child }
                }
                guard worst != parent else { return }
                heap.swapAt(parent, worst)
                parent = worst
            }
        }
    }

    /// Best first.
    var sorted: [(score: Int, startup: Key)] {
        heap.sorted { Self.isWorse($1, $0) }
    }

    private static func isWorse(_ left: (score: Int, startup: Key), _ right: (score: Int, startup: Key)) -> Bool {
        left.score != right.score ? left.score < right.score : left.startup > right.startup
    }
}
