/// Which answers occur among the startups of a block, of a block of blocks, and so on up: what can be told of many
/// startups without reading them.
struct Blocks: Sendable {
    /// Startups of a block, and blocks of a block of the next level.
    static let rows = 32
    static let children = 8
    /// Of more answers than this it is not kept which they are.
    static let most = 24
    /// Areas of a startup that are told apart by their place; those that follow are taken together.
    static let places = 3
    /// What a count of answers says when they are too many.
    private static let many: UInt8 = 0xFF

    private let bytes: [UInt8]
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
            for list in areas + single {
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

extension Blocks {
    /// The most that a startup of a block can be worth without its words and backers.
    func bound(_ level: Int, _ block: Int, _ bounds: borrowing Bounds) -> Double {
        bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            var next = base + Int(starts[level][block]) + 1
            let isEven = next[0] & 1 == 1
            let fewest = Int(next[0] >> 1)
            let most = Int(next[1])
            next += 2
            var sum = bounds.areas(&next, fewest: isEven ? fewest : min(fewest, 1), most: most)
            for place in 0..<Field.single.count { sum += bounds.most(place, &next) }
            return sum
        }
    }

    /// The fewest words that a profile of a block has.
    func shortest(_ level: Int, _ block: Int) -> Int { Int(bytes[Int(starts[level][block])]) }
}

extension Bounds {
    @inline(__always)
    fileprivate func most(_ place: Int, _ next: inout UnsafePointer<UInt8>) -> Double {
        let count = next.pointee
        next += 1
        guard count <= Blocks.most else { return singleMost(place) }
        var best = -Double.infinity
        for _ in 0..<count { best = max(best, single(place, Varint.next(&next))) }
        return best
    }

    @inline(__always)
    fileprivate func areas(_ next: inout UnsafePointer<UInt8>, fewest: Int, most: Int) -> Double {
        var (sum, best, last) = (0.0, -Double.infinity, 0.0)
        if fewest == 0 { best = 0 }
        for place in 0..<Blocks.places {
            let count = next.pointee
            next += 1
            var largest = areaMost
            if count <= Blocks.most {
                largest = -Double.infinity
                for _ in 0..<count { largest = max(largest, area(Varint.next(&next))) }
            }
            guard place < most else { continue }
            last = largest
            if takesBestArea {
                best = max(best, largest)
            } else {
                sum += largest
                if place + 1 >= fewest { best = max(best, sum / Double(place + 1)) }
            }
        }
        if !takesBestArea, most > Blocks.places {
            // Shares never rise from one place to the next, so that a mean of all is a mean of means of the first few.
            for place in Blocks.places..<most {
                sum += last
                if place + 1 >= fewest { best = max(best, sum / Double(place + 1)) }
            }
        }
        return best
    }
}
