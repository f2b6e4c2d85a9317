/// Which answers occur among the startups of a block, of a block of blocks, and so on up: what can be told of many
/// startups without reading them.
struct Blocks: Sendable {
    /// Startups of a block, and blocks of a block of the next level.
    static let rows = 16
    static let children = 8
    /// Of more answers than this it is not kept which they are.
    static let most = 24
    /// Areas of a startup that are told apart by their place; those that follow are taken together.
    static let places = 3
    /// The place among ``Field/single`` of what is looked at first, since it parts startups best, and those of the others
    /// in their order.
    static let first = 2
    static let others = (0..<Field.singleCount).filter { $0 != first }
    /// What a count of answers says when they are too many.
    private static let many: UInt8 = 0xFF

    /// For each block the fewest words of a profile, how many areas a startup has, and the answers that occur.
    let bytes: [UInt8]
    /// For each level, from the blocks of startups up, where each block's bytes start.
    let starts: [[UInt32]]
    let rowCount: Int

    var top: Int { starts.count - 1 }

    func rows(_ block: Int) -> Range<Int> { block * Self.rows..<min((block + 1) * Self.rows, rowCount) }

    func children(_ level: Int, _ block: Int) -> Range<Int> {
        block * Self.children..<min((block + 1) * Self.children, starts[level - 1].count)
    }

    var size: Int { bytes.count + 4 * starts.reduce(0) { $0 + $1.count } }

    /// What is known of a block while it is made.
    private struct Content {
        var shortest = Lexicon.longest
        var fewestAreas = Int.max
        var mostAreas = 0
        var isEven = true
        var areas: [[Code]] = Array(repeating: [], count: Blocks.places)
        var single: [[Code]] = Array(repeating: [], count: Field.single.count)

        mutating func add(_ sheet: Sheet) {
            shortest = min(shortest, sheet.length)
            fewestAreas = min(fewestAreas, sheet.areas.count)
            mostAreas = max(mostAreas, sheet.areas.count)
            for (place, area) in sheet.areas.enumerated() {
                if area.percent != sheet.areas[0].percent { isEven = false }
                Self.insert(area.code, into: &areas[min(place, Blocks.places - 1)])
            }
            for place in single.indices { Self.insert(sheet.single[place], into: &single[place]) }
        }

        mutating func add(_ other: Content) {
            shortest = min(shortest, other.shortest)
            fewestAreas = min(fewestAreas, other.fewestAreas)
            mostAreas = max(mostAreas, other.mostAreas)
            isEven = isEven && other.isEven
            for place in areas.indices { for code in other.areas[place] { Self.insert(code, into: &areas[place]) } }
            for place in single.indices { for code in other.single[place] { Self.insert(code, into: &single[place]) } }
        }

        /// One more than is kept is kept, so that too many stay too many.
        private static func insert(_ code: Code, into list: inout [Code]) {
            if list.count <= Blocks.most, !list.contains(code) { list.append(code) }
        }

        func write(to bytes: inout [UInt8]) {
            bytes.append(UInt8(min(shortest, Lexicon.longest)))
            bytes.append(UInt8(min(fewestAreas, 127)) << 1 | (isEven ? 1 : 0))
            bytes.append(UInt8(min(mostAreas, 255)))
            for list in [single[Blocks.first]] + areas + Blocks.others.map({ single[$0] }) {
                bytes.append(list.count > Blocks.most ? Blocks.many : UInt8(list.count))
                if list.count <= Blocks.most { for code in list { Varint.append(code, to: &bytes) } }
            }
        }
    }

    struct Builder {
        private var blocks: [Content] = []
        private var rowCount = 0

        mutating func append(_ sheet: Sheet) {
            if rowCount % Blocks.rows == 0 { blocks.append(Content()) }
            blocks[blocks.count - 1].add(sheet)
            rowCount += 1
        }

        func finish() -> Blocks {
            var (bytes, starts): ([UInt8], [[UInt32]]) = ([], [])
            var level = blocks
            while true {
                starts.append(
                    level.map { content in
                        let start = UInt32(bytes.count)
                        content.write(to: &bytes)
                        return start
                    })
                guard level.count > Blocks.children else { break }
                level = stride(from: 0, to: level.count, by: Blocks.children).map { first in
                    level[first..<min(first + Blocks.children, level.count)].reduce(into: Content()) { $0.add($1) }
                }
            }
            return Blocks(bytes: bytes, starts: starts, rowCount: rowCount)
        }
    }
}

extension Bounds.Tables {
    /// The most that a startup of a block can be worth without its own words and its backers, from the bytes of the block.
    ///
    /// - Parameters:
    ///   - perWord: for one unit of the words that its areas say.
    ///   - least: what is enough to know to be out of reach: then some number below it is told, and not the bound.
    @inline(__always)
    func bound(_ block: UnsafePointer<UInt8>, perWord: Double, least: Double) -> Double {
        let isEven = block[1] & 1 == 1
        let fewest = Int(block[1] >> 1)
        let most = Int(block[2])
        var next = block + 3
        // What has been looked at counts as it is, the rest as it is at best.
        var sum = self.most(Blocks.first, &next) + othersMost
        guard sum + max(0, areaMost) + perWord * areaWordsMost * Double(most) >= least else { return -.infinity }
        sum += areas(&next, fewest: isEven ? fewest : min(fewest, 1), most: most, perWord: perWord)
        for place in hasPast ? 0..<Blocks.others.count : 0..<Field.declarableCount - 1 {
            guard sum >= least else { return -.infinity }
            let place = place < Blocks.first ? place : place + 1
            sum += self.most(place, &next) - mosts[place]
        }
        return sum
    }

    @inline(__always)
    private func most(_ place: Int, _ next: inout UnsafePointer<UInt8>) -> Double {
        let count = next.pointee
        next += 1
        guard count <= Blocks.most else { return mosts[place] }
        var best = -Double.infinity
        for _ in 0..<count { best = max(best, single(place, Varint.next(&next))) }
        return best
    }
    @inline(__always)
    private func areas(
        _ next: inout UnsafePointer<UInt8>, fewest: Int, most: Int, perWord: Double
    ) -> Double {
        var (sum, best, last) = (0.0, -Double.infinity, 0.0)
        var (words, lastWords) = (0.0, 0.0)
        if fewest == 0 { best = 0 }
        for place in 0..<Blocks.places {
            let count = next.pointee
            next += 1
            var (largest, telling) = (areaMost, areaWordsMost)
            if count <= Blocks.most {
                (largest, telling) = (-Double.infinity, 0)
                for _ in 0..<count {
                    let code = Varint.next(&next)
                    largest = max(largest, area(code))
                    telling = max(telling, self.words(code))
                }
            }
            guard place < most else { continue }
            (last, lastWords) = (largest, telling)
            words += telling
            if takesBestArea {
                best = max(best, largest)
            } else {
                sum += largest
                if place + 1 >= fewest { best = max(best, sum / Double(place + 1)) }
            }
        }
        if most > Blocks.places {
            // Shares never rise from one place to the next, so that a mean of all is a mean of means of the first few.
            for place in Blocks.places..<most {
                words += lastWords
                guard !takesBestArea else { continue }
                sum += last
                if place + 1 >= fewest { best = max(best, sum / Double(place + 1)) }
            }
        }
        return best + perWord * words
    }
}
