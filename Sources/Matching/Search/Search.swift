import Synchronization

/// What one mandate's words and company add to the startups of a segment: room that is used again for the next.
final class Reach: @unchecked Sendable {  // Taken out of ``Spare`` by one search at a time.
    /// For each row the strength of its words that are asked for.
    private(set) var words: [Int32] = []
    /// For each row what its backers can add at best, in thousandths of a point.
    private(set) var backers: [Int32] = []
    /// For each level the most of any row of each block.
    private var wordsMost: [[Int32]] = []
    private var backersMost: [[Int32]] = []
    private var hasBackers = false

    /// Looks up a mandate's words, and the investors it knows where they matter.
    func reach(
        _ segment: Segment, words asked: [(word: Code, strength: Int32)], backers known: [(investor: Code, worth: Int32)]
    ) {
        hasBackers = segment.isWarm && !known.isEmpty
        Self.spread(asked, segment.words, over: segment.count, into: &words)
        Self.most(words, segment.blocks, into: &wordsMost)
        guard hasBackers else { return }
        Self.spread(known, segment.backers, over: segment.count, into: &backers)
        Self.most(backers, segment.blocks, into: &backersMost)
    }

    @inline(__always)
    func mostWords(_ level: Int, _ block: Int) -> Int32 { wordsMost[level][block] }

    @inline(__always)
    func mostBackers(_ level: Int, _ block: Int) -> Int32 { hasBackers ? backersMost[level][block] : 0 }

    @inline(__always)
    func backers(_ row: Int) -> Int32 { hasBackers ? backers[row] : 0 }

    private static func spread(
        _ worths: [(Code, Int32)], _ postings: Postings, over count: Int, into sums: inout [Int32]
    ) {
        if sums.count < count {
            sums = [Int32](repeating: 0, count: count)
        } else {
            sums.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
        }
        sums.withUnsafeMutableBufferPointer { sums in
            guard let base = sums.baseAddress else { return }
            for (number, worth) in worths { postings.rows(number) { base[$0] &+= worth } }
        }
    }

    private static func most(_ sums: [Int32], _ blocks: Blocks, into levels: inout [[Int32]]) {
        levels.removeAll(keepingCapacity: true)
        var level = [Int32](unsafeUninitializedCapacity: blocks.starts[0].count) { most, count in
            sums.withUnsafeBufferPointer { sums in
                for block in 0..<blocks.starts[0].count {
                    var best: Int32 = 0
                    for row in blocks.rows(block) { best = max(best, sums[row]) }
                    most[block] = best
                }
            }
            count = blocks.starts[0].count
        }
        levels.append(level)
        for above in blocks.starts.indices.dropFirst() {
            level = (0..<blocks.starts[above].count).map { block in
                var best: Int32 = 0
                for child in blocks.children(above, block) { best = max(best, level[child]) }
                return best
            }
            levels.append(level)
        }
    }
}

extension Segment {
    /// Offers a shortlist every startup that can still get on it, the most promising blocks first.
    ///
    /// A block is passed over when even the best that its answers allow is worse than the worst on the list, so that the
    /// list is the same as if each startup had been scored.
    ///
    /// - Parameters:
    ///   - lexicon: what a matched word is worth in a profile of some length.
    ///   - score: the exact score of a row; `nil` for one that may not be proposed.
    func search(
        _ bounds: Bounds, _ reach: Reach, _ lexicon: Lexicon, into best: inout Shortlist,
        score: (_ row: Int, _ sheet: Sheet) -> Int?
    ) {
        guard count > 0 else { return }
        let perWord = bounds.perWord
        let always = bounds.constant + bounds.slack
        var waiting = Frontier()
        func consider(_ level: Int, _ block: Int) {
            var bound = always + blocks.bound(level, block, bounds) + Double(reach.mostBackers(level, block))
            if perWord > 0 {
                bound +=
                    perWord * lexicon.worth(ofWordsAmong: blocks.shortest(level, block))
                    * Double(reach.mostWords(level, block))
            }
            if bound >= best.least { waiting.add(bound, level, block) }
        }
        var sheet = Sheet()
        for block in blocks.starts[blocks.top].indices { consider(blocks.top, block) }
        while let (bound, level, block) = waiting.next(), bound >= best.least {
            guard level == 0 else {
                for child in blocks.children(level, block) { consider(level - 1, child) }
                continue
            }
            read(blocks.rows(block), into: &sheet) { row, sheet in
                let words = perWord * lexicon.worth(ofWordsAmong: sheet.length) * Double(reach.words[row])
                guard always + bounds.bound(sheet) + words + Double(reach.backers(row)) >= best.least,
                    let score = score(row, sheet)
                else { return }
                best.offer(keys[row], score)
            }
        }
    }
}

/// Blocks still to be looked into, the most promising next.
private struct Frontier {
    private var heap: [(bound: Double, level: Int32, block: Int32)] = []

    mutating func add(_ bound: Double, _ level: Int, _ block: Int) {
        heap.append((bound, Int32(level), Int32(block)))
        var child = heap.count - 1
        while child > 0, heap[child].bound > heap[(child - 1) / 2].bound {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func next() -> (bound: Double, level: Int, block: Int)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            var parent = 0
            while true {
                var most = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                    if heap[child].bound > heap[most].bound { most = child }
                }
                guard most != parent else { break }
                heap.swapAt(parent, most)
                parent = most
            }
        }
        return (first.bound, Int(first.level), Int(first.block))
    }
}

/// Room for searches, used by one after the other.
final class Spare: Sendable {
    private let free = Mutex<[Reach]>([])

    func take() -> Reach { free.withLock { $0.popLast() } ?? Reach() }

    func give(_ reach: Reach) { free.withLock { $0.append(reach) } }
}
