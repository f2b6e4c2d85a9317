internal import CCache
import Synchronization

/// What one mandate's words and company add to the startups of a segment: room that is used again for the next.
final class Reach: @unchecked Sendable {  // Taken out of ``Spare`` by one search at a time.
    /// For each row the strength of its own words that are asked for, and for each level the most of any row of a block.
    private(set) var words = Sums()
    /// For each row what its tags, and what its backers, can add at best, in thousandths of a point.
    private(set) var tags = Sums()
    private(set) var backers = Sums()
    let page = Page()

    deinit {
        page.deallocate()
        for sums in [words, tags, backers] { sums.deallocate() }
    }

    /// Looks up a mandate's words, and the tags and investors that it knows.
    func reach(
        _ segment: Segment, words asked: [(word: Code, strength: Int32)] = [],
        tags known: [(tag: Code, worth: Int32)] = [], backers met: [(investor: Code, worth: Int32)] = []
    ) {
        words.set(asked, segment.words, segment.blocks)
        tags.set(known, segment.tags, segment.blocks)
        backers.set(met, segment.backers, segment.blocks)
    }

    /// What some numbers that rows have are worth, summed. What one use wrote is cleared by the next.
    struct Sums {
        /// How many rows were written to; none when nothing was.
        private var used = 0
        private var rows = UnsafeMutableBufferPointer<Int32>(start: nil, count: 0)
        private var most = UnsafeMutableBufferPointer<Int32>(start: nil, count: 0)
        /// The rows written to, where they are few.
        private var touched: [Int32]?

        /// The sums, to be read until they are set again.
        var view: View {
            View(
                rows: used > 0 ? rows.baseAddress.map { UnsafePointer($0) } : nil,
                most: used > 0 ? most.baseAddress.map { UnsafePointer($0) } : nil)
        }

        /// What a search reads for every block, and so without counting who holds what.
        struct View {
            fileprivate let rows: UnsafePointer<Int32>?
            fileprivate let most: UnsafePointer<Int32>?

            @inline(__always)
            func row(_ row: Int) -> Int32 { rows.map { $0[row] } ?? 0 }

            /// Adds what some rows have to as many sums.
            @inline(__always)
            func add(_ range: Range<Int>, to sums: UnsafeMutablePointer<Double>) {
                guard let rows else { return }
                for place in 0..<range.count { sums[place] += Double(rows[range.lowerBound + place]) }
            }

            /// The most of any row of a block.
            @inline(__always)
            func most(_ block: Int) -> Int32 { most.map { $0[block] } ?? 0 }
        }

        private static func grow(_ room: inout UnsafeMutableBufferPointer<Int32>, to count: Int) {
            guard room.count < count else { return }
            room.deallocate()
            room = .allocate(capacity: count)
            room.initialize(repeating: 0)
        }

        func deallocate() {
            rows.deallocate()
            most.deallocate()
        }

        mutating func set(_ worths: [(Code, Int32)], _ postings: Postings, _ blocks: Blocks) {
            clear()
            let size = worths.reduce(0) { $0 + postings.size(of: $1.0) }
            guard size > 0 else { return }
            used = blocks.rowCount
            Self.grow(&rows, to: used)
            Self.grow(&most, to: blocks.starts.count)
            guard let base = rows.baseAddress else { return }
            for (number, worth) in worths { postings.rows(number) { base[$0] &+= worth } }
            // To go through all rows takes longer than to note some.
            guard size < used / 16 else {
                blocks.raise(most, by: base)
                return
            }
            var few: [Int32] = []
            for (number, _) in worths { postings.rows(number) { few.append(Int32($0)) } }
            blocks.raise(most, by: base, at: few)
            touched = few
        }

        private mutating func clear() {
            guard used > 0 else { return }
            if let touched {
                for row in touched { rows[Int(row)] = 0 }
            } else {
                rows[..<used].update(repeating: 0)
            }
            most.update(repeating: 0)
            (used, touched) = (0, nil)
        }
    }
}

extension Blocks {
    /// Sets what is the most of any row of each block.
    fileprivate func raise(_ most: UnsafeMutableBufferPointer<Int32>, by rows: UnsafePointer<Int32>) {
        for block in levels[0] {
            var best: Int32 = 0
            for row in self.rows(block) { best = max(best, rows[row]) }
            most[block] = best
        }
        withView { view in
            for level in levels.indices.dropFirst() {
                for block in levels[level] {
                    var best: Int32 = 0
                    for child in view.children(level, block) { best = max(best, most[child]) }
                    most[block] = best
                }
            }
        }
    }

    /// The same where but a few rows are not zero.
    fileprivate func raise(
        _ most: UnsafeMutableBufferPointer<Int32>, by rows: UnsafePointer<Int32>, at few: [Int32]
    ) {
        for row in few {
            var place = Int(row) / Self.rows
            for level in levels {
                most[level.lowerBound + place] = max(most[level.lowerBound + place], rows[Int(row)])
                place /= Self.children
            }
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
    ///   - score: the exact score of a row, of whose own words so much is asked for; `nil` for one that may not be proposed.
    func search(
        _ bounds: Bounds, _ reach: Reach, _ lexicon: Lexicon, into best: inout Shortlist,
        score: (_ row: Int, _ sheet: Sheet, _ words: Int32) -> Int?
    ) {
        guard count > 0 else { return }
        let always = bounds.constant + bounds.slack
        // A word counts against a startup only where a model says so; it is then left out of the bounds.
        let worths = (0...Lexicon.longest).map { max(0, bounds.perWord * lexicon.worth(ofWordsAmong: $0)) }
        let (words, tags, backers) = (reach.words.view, reach.tags.view, reach.backers.view)
        bounds.withTables { tables in
            withViews(worths) { blocks, columns, worths in
                func look(_ level: Int, _ block: Int, limit: Double) -> Frontier.Block? {
                    guard let bytes = blocks.bytes.baseAddress else { return nil }
                    let start = bytes + Int(blocks.starts[block])
                    let worth = worths[Int(start[0])]
                    let known =
                        always + Double(tags.most(block) &+ backers.most(block)) + worth * Double(words.most(block))
                    let least = best.least - known
                    let bound = tables.bound(start, perWord: worth, limit: limit, least: least)
                    // Before the list is full the least is nothing, which a closed gate is no better than.
                    guard bound.all >= least, bound.all > -.infinity else { return nil }
                    if level == 0 {
                        fetch(columns.bytes, columns.bytes(of: block).prefix(Page.head))
                    } else {
                        fetch(bytes, blocks.bytes(of: blocks.children(level, block)))
                    }
                    return Frontier.Block(
                        bound: known + bound.all, level: level, block: block, perWord: worth, areas: bound.areas,
                        fields: bound.all - bound.areas, past: bound.past, occurring: bound.occurring)
                }
                let all = blocks.levels[blocks.top].compactMap { look(blocks.top, $0, limit: .infinity) }
                // Here, where nothing that outlives a step can hold them, they are read and written without checks.
                var (waiting, sheet, page) = (Frontier(all, least: always), Sheet(), reach.page)
                while let next = waiting.next(reaching: best.least) {
                    guard next.level == 0 else {
                        for child in blocks.children(next.level, next.block) {
                            if let block = look(next.level - 1, child, limit: next.areas) { waiting.add(block) }
                        }
                        continue
                    }
                    let rows = self.blocks.rows(next.block)
                    page.turn(to: next.block, of: columns, rows: rows.count, worth: always)
                    let isPlain = words.most(next.block) | tags.most(next.block) | backers.most(next.block) == 0
                    if !isPlain {
                        words.add(rows, to: page.words)
                        tags.add(rows, to: page.sums)
                        backers.add(rows, to: page.sums)
                    }
                    let found = tables.select(
                        &page, perWord: next.perWord, worths: worths, areas: next.areas, fields: next.fields,
                        past: next.past, occurring: next.occurring,
                        isPlain: isPlain, least: best.least)
                    for place in 0..<found {
                        let row = page.found[place]
                        guard page.sums[row] >= best.least else { continue }
                        let number = rows.lowerBound + row
                        page.read(row, number, of: columns, into: &sheet)
                        if let score = score(number, sheet, words.row(number)) { best.offer(keys[number], score) }
                    }
                }
            }
        }
    }

    /// The blocks, the columns and some worths, where they lie in memory while `body` runs.
    private func withViews(
        _ worths: [Double], _ body: (Blocks.View, Columns.View, UnsafeBufferPointer<Double>) -> Void
    ) {
        blocks.withView { blocks in
            columns.withView { columns in worths.withUnsafeBufferPointer { body(blocks, columns, $0) } }
        }
    }
}

/// Asks memory for bytes that will be read, and does not wait for them.
@inline(__always)
private func fetch(_ base: UnsafePointer<UInt8>, _ bytes: Range<Int>) {
    for place in stride(from: bytes.lowerBound, to: bytes.upperBound, by: 64) { cache_fetch(base + place) }
}

/// Blocks still to be looked into, the most promising next: in piles of about the same promise, which are as good as a heap
/// and need no sorting.
private struct Frontier {
    struct Block {
        /// The most that a startup in it can score.
        let bound: Double
        let level: Int
        let block: Int
        /// For one unit of matched words; what of the bound is the areas', what all other answers', and what of them those are
        /// that only a past tells of; see ``Bounds/Tables``.
        let perWord: Double
        let areas: Double
        let fields: Double
        let past: Double
        let occurring: UInt32
        /// The one below it on its pile.
        fileprivate var next: Int32 = -1
    }

    private static let count = 1024
    private let highest: Double
    private let perPoint: Double
    private var blocks: [Block] = []
    /// By pile, from the most promising, the block on top.
    private var piles = [Int32](repeating: -1, count: count)
    private var pile = 0

    /// Starts with some blocks, of which others will be parts.
    ///
    /// - Parameter least: less than this hardly any block promises.
    init(_ all: [Block], least: Double) {
        highest = all.reduce(least) { max($0, $1.bound) }
        perPoint = Double(Self.count) / max(highest - least, 1)
        blocks.reserveCapacity(4096)
        for block in all { add(block) }
    }

    mutating func add(_ block: Block) {
        let place = (highest - block.bound) * perPoint
        let pile = place > 0 ? Int(min(place, Double(Self.count - 1))) : 0
        self.pile = min(self.pile, pile)
        blocks.append(block)
        blocks[blocks.count - 1].next = piles[pile]
        piles[pile] = Int32(blocks.count - 1)
    }

    /// Takes out one of the most promising blocks, unless nothing in any can reach a score.
    mutating func next(reaching least: Double) -> Block? {
        while pile < Self.count {
            let place = Int(piles[pile])
            guard place >= 0 else {
                pile += 1
                continue
            }
            piles[pile] = blocks[place].next
            if blocks[place].bound >= least { return blocks[place] }
        }
        return nil
    }
}

/// Room for searches, used by one after the other.
final class Spare: Sendable {
    private let free = Mutex<[Reach]>([])

    func take() -> Reach { free.withLock { $0.popLast() } ?? Reach() }

    func give(_ reach: Reach) { free.withLock { $0.append(reach) } }
}
