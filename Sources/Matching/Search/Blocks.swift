/// Areas that occur, by their codes; those that are 256 apart are taken for one, so that a set is never too small.
struct AreaSet: Sendable {
    static let size = 256

    private var words = SIMD4<UInt64>.zero

    init() {}

    @inline(__always)
    init(_ bytes: inout UnsafePointer<UInt8>) {
        words = UnsafeRawPointer(bytes).loadUnaligned(as: SIMD4<UInt64>.self)
        bytes += 32
    }

    mutating func insert(_ code: Code) {
        let bit = Int(code) % Self.size
        words[bit >> 6] |= 1 << UInt64(bit & 63)
    }

    mutating func formUnion(_ other: Self) { words |= other.words }

    static let width = size / 8

    /// By the byte of eight areas, what keeps those that do not occur from being the largest.
    static let masks: [Bounds.Step] = (0..<256).map { byte in
        var mask = Bounds.Step(repeating: -.infinity)
        for bit in mask.indices where byte >> bit & 1 == 1 { mask[bit] = 0 }
        return mask
    }

    func write(to bytes: inout [UInt8]) { withUnsafeBytes(of: words) { bytes += $0 } }
}

/// Which answers occur among the startups of a block, of a block of blocks, and so on up: what can be told of many
/// startups without reading them.
struct Blocks: Sendable {
    /// Startups of a block, and blocks of a block of the next level.
    static let rows = 64
    static let children = 4
    /// Of more answers than this it is not kept which they are.
    static let most = 24
    /// Areas of a startup that are told apart by their place; those that follow are taken together.
    static let places = 3
    /// What a count of answers says when they are too many to tell anything.
    private static let many: UInt8 = 0xFF

    /// For each block the fewest words of a profile, how many areas a startup has, and the answers that occur.
    let bytes: [UInt8]
    /// Where each block's bytes start: those of startups first, then level by level up.
    let starts: [UInt32]
    /// For each level the numbers of its blocks.
    let levels: [Range<Int>]
    let rowCount: Int

    /// The rows of a block of the lowest level.
    func rows(_ block: Int) -> Range<Int> { block * Self.rows..<min((block + 1) * Self.rows, rowCount) }

    /// The blocks, where they lie in memory while `body` runs.
    func withView(_ body: (View) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            starts.withUnsafeBufferPointer { starts in
                levels.withUnsafeBufferPointer { body(View(bytes: bytes, starts: starts, levels: $0)) }
            }
        }
    }

    /// What a search goes through, without counting who holds it.
    struct View {
        let bytes: UnsafeBufferPointer<UInt8>
        let starts: UnsafeBufferPointer<UInt32>
        let levels: UnsafeBufferPointer<Range<Int>>

        var top: Int { levels.count - 1 }

        /// The blocks of the next level down that a block consists of.
        @inline(__always)
        func children(_ level: Int, _ block: Int) -> Range<Int> {
            let first = levels[level - 1].lowerBound + (block - levels[level].lowerBound) * Blocks.children
            return first..<min(first + Blocks.children, levels[level - 1].upperBound)
        }

        /// Where the bytes of some blocks, one after the other, lie.
        @inline(__always)
        func bytes(of blocks: Range<Int>) -> Range<Int> {
            guard !blocks.isEmpty else { return 0..<0 }
            let end = blocks.upperBound < starts.count ? Int(starts[blocks.upperBound]) : bytes.count
            return Int(starts[blocks.lowerBound])..<end
        }
    }

    var size: Int { bytes.count + 4 * starts.count }

    /// What is known of a block while it is made.
    private struct Content {
        var shortest = Lexicon.longest
        var fewestAreas = Int.max
        var mostAreas = 0
        var isEven = true
        var areas = [AreaSet](repeating: AreaSet(), count: Blocks.places)
        var single: [[Code]] = Array(repeating: [], count: Field.single.count)

        mutating func add(_ sheet: Sheet) {
            shortest = min(shortest, sheet.length)
            fewestAreas = min(fewestAreas, sheet.areas.count)
            mostAreas = max(mostAreas, sheet.areas.count)
            for (place, area) in sheet.areas.enumerated() {
                if area.percent != sheet.areas[0].percent { isEven = false }
                areas[min(place, Blocks.places - 1)].insert(area.code)
            }
            for place in single.indices { Self.insert(sheet.single[place], into: &single[place]) }
        }

        mutating func add(_ other: Content) {
            shortest = min(shortest, other.shortest)
            fewestAreas = min(fewestAreas, other.fewestAreas)
            mostAreas = max(mostAreas, other.mostAreas)
            isEven = isEven && other.isEven
            for place in areas.indices { areas[place].formUnion(other.areas[place]) }
            for place in single.indices { for code in other.single[place] { Self.insert(code, into: &single[place]) } }
        }

        /// One more than is kept is kept, so that too many stay too many.
        private static func insert(_ code: Code, into list: inout [Code]) {
            if list.count <= Blocks.most, !list.contains(code) { list.append(code) }
        }

        /// - Parameter all: for each field how many answers occur anywhere. A list of nearly all of them tells nothing.
        func write(to bytes: inout [UInt8], all: [Int]) {
            func write(_ places: Range<Int>) {
                for place in places {
                    let list = single[place]
                    let tells = list.count <= Blocks.most && (list.count < 4 || list.count + 1 < all[place])
                    bytes.append(tells ? UInt8(list.count) : Blocks.many)
                    if tells { for code in list { Varint.append(code, to: &bytes) } }
                }
            }
            bytes.append(UInt8(min(shortest, Lexicon.longest)))
            bytes.append(UInt8(min(fewestAreas, 127)) << 1 | (isEven ? 1 : 0))
            bytes.append(UInt8(min(mostAreas, 255)))
            write(0..<Field.declarableCount)
            for set in areas { set.write(to: &bytes) }
            write(Field.declarableCount..<single.count)
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
            var (bytes, starts, levels): ([UInt8], [UInt32], [Range<Int>]) = ([], [], [])
            var level = blocks
            let all = blocks.reduce(into: Content()) { $0.add($1) }.single.map(\.count)
            while true {
                levels.append(starts.count..<starts.count + level.count)
                for content in level {
                    starts.append(UInt32(bytes.count))
                    content.write(to: &bytes, all: all)
                }
                guard level.count > Blocks.children else { break }
                level = stride(from: 0, to: level.count, by: Blocks.children).map { first in
                    level[first..<min(first + Blocks.children, level.count)].reduce(into: Content()) { $0.add($1) }
                }
            }
            return Blocks(bytes: bytes, starts: starts, levels: levels, rowCount: rowCount)
        }
    }
}

extension Bounds.Tables {
    /// Of more partners than this a pair counts with the best of all.
    static let mostPartners = 4

    /// The most that a startup of a block can be worth without its own words, its tags and its backers, from the bytes of
    /// the block.
    ///
    /// - Parameters:
    ///   - perWord: for one unit of the words that its areas and places say.
    ///   - limit: what areas are worth in the block that it is a part of.
    ///   - least: what is enough to know to be out of reach: then some number below it is told, and not the bound.
    /// - Returns: the bound, what of it is the areas', what the answers that only a past tells of, with their pairs, and
    ///   which of the few areas occur.
    @inline(__always)
    func bound(
        _ block: UnsafePointer<UInt8>, perWord: Double, limit: Double, least: Double
    ) -> (all: Double, areas: Double, past: Double, occurring: UInt32) {
        let isEven = block[1] & 1 == 1
        let fewest = isEven ? Int(block[1] >> 1) : min(Int(block[1] >> 1), 1)
        let most = Int(block[2])
        var next = block + 3
        // What has been looked at counts as it is, the rest as it is at best.
        let areasMost = min(limit, max(0, areaMost) + perWord * areaWordsMost * Double(most))
        let pastMost = hasPast ? pastMost[0] + perWord * pastMost[1] : 0
        var sum = declarableMost[0] + perWord * declarableMost[1] + pastMost + areasMost
        for place in 0..<Field.declarableCount {
            sum += look(place, &next, perWord)
            guard sum >= least else { return Self.outOfReach }
        }
        let sets = next
        next += Blocks.places * AreaSet.width
        sum -= areasMost
        let declared = sum - pastMost
        if hasPast {
            for place in Field.declarableCount..<Field.singleCount {
                sum += look(place, &next, perWord)
                guard sum + areasMost >= least else { return Self.outOfReach }
            }
            for number in areaPairings..<pairings.count { sum += best(pairings[number]) - pairings[number].most }
            guard sum + areasMost >= least else { return Self.outOfReach }
        }
        let occurring = few.isEmpty ? 0 : occurring(sets)
        let areas = min(
            limit,
            few.isEmpty
                ? areas(sets, fewest: fewest, most: most, isEven: isEven, perWord: perWord)
                : areas(occurring, fewest: fewest, most: most, perWord: perWord))
        return (sum + areas, areas, sum - declared, occurring)
    }

    private static let outOfReach = (all: -Double.infinity, areas: 0.0, past: 0.0, occurring: UInt32(0))

    /// Reads the answers of a field, and tells how much less than the best of all they are worth.
    @inline(__always)
    private func look(_ place: Int, _ next: inout UnsafePointer<UInt8>, _ perWord: Double) -> Double {
        let count = next.pointee
        next += 1
        let start = place * Self.stride
        slots[start] = Code(count)
        guard count <= Blocks.most else { return 0 }
        guard let singles = singles.baseAddress else { return 0 }
        let field = fields[place]
        let worths = singles + field.start
        var best = -Double.infinity
        for number in 0..<Int(count) {
            let slot = Varint.next(&next)
            slots[start &+ number &+ 1] = slot
            let answer = min(Int(slot), field.last)
            var worth = worths[answer]
            if let words = field.words { worth += perWord * strengths[words &+ answer] }
            if worth > best { best = worth }
        }
        return best - field.most - perWord * field.wordsMost
    }

    /// The most that a pair of the block's answers to two fields is worth.
    @inline(__always)
    private func best(_ pairing: Bounds.Pairing) -> Double {
        let first = (pairing.first ?? 0) * Self.stride
        guard slots[first] <= Blocks.most else { return pairing.most }
        var best = -Float.infinity
        forEachRow(pairing) { row in
            for number in 1...Int(slots[first]) {
                best = max(best, pairs[row + pairing.column(Int(slots[first + number]))])
            }
        }
        return Double(best)
    }

    /// Tells the rows of the block's answers to the second field of a pair.
    @inline(__always)
    private func forEachRow(_ pairing: Bounds.Pairing, _ body: (Int) -> Void) {
        let second = pairing.second * Self.stride
        guard slots[second] <= Self.mostPartners else { return body(pairing.any) }
        for number in 1...Int(slots[second]) { body(pairing.row(Int(slots[second + number]))) }
    }

    /// The most that the areas of each place are worth with the partners that they have in the block, and with their words:
    /// eight areas at a time, where one of the eight occurs that is worth more than the least.
    ///
    /// - Parameter perWord: for one unit of words.
    @inline(__always)
    private func mostOfPlaces(_ sets: UnsafePointer<UInt8>, perWord: Float) -> (Float, Float, Float) {
        typealias Step = Bounds.Step
        let least = Step(repeating: areaLeast)
        var best = (least, least, least)
        guard let alone = alone.baseAddress, let said = said.baseAddress else { return (0, 0, 0) }
        // Where the rows of each pairing start, one after the other.
        for number in 0..<areaPairings {
            let pairing = pairings[number]
            let start = number * Self.mostPartners
            let second = pairing.second * Self.stride
            let count = slots[second] <= Self.mostPartners ? Int(slots[second]) : 0
            for place in 0..<count { rows[start + place] = pairing.row(Int(slots[second + place + 1])) }
            if count == 0 { rows[start] = pairing.any }
            partners[number] = max(1, count)
        }
        for step in steps {
            let byte = step.first % AreaSet.size / 8
            let occur = (
                sets[byte] & step.tells, sets[byte + AreaSet.width] & step.tells,
                sets[byte + 2 * AreaSet.width] & step.tells
            )
            guard occur.0 | occur.1 | occur.2 != 0 else { continue }
            var worth = UnsafeRawPointer(alone + step.first).loadUnaligned(as: Step.self)
            worth += perWord * UnsafeRawPointer(said + step.first).loadUnaligned(as: Step.self)
            if let pairs = pairs.baseAddress {
                for number in 0..<areaPairings {
                    let start = number * Self.mostPartners
                    var largest = UnsafeRawPointer(pairs + rows[start] + step.first).loadUnaligned(as: Step.self)
                    for place in 1..<max(1, partners[number]) {
                        let next = UnsafeRawPointer(pairs + rows[start + place] + step.first)
                            .loadUnaligned(as: Step.self)
                        largest.replace(with: next, where: next .> largest)
                    }
                    worth += largest
                }
            }
            let told = (worth + masks[Int(occur.0)], worth + masks[Int(occur.1)], worth + masks[Int(occur.2)])
            best.0.replace(with: told.0, where: told.0 .> best.0)
            best.1.replace(with: told.1, where: told.1 .> best.1)
            best.2.replace(with: told.2, where: told.2 .> best.2)
        }
        func most(_ step: Step) -> Float {
            var halves = step.lowHalf
            halves.replace(with: step.highHalf, where: step.highHalf .> halves)
            return max(halves[0], halves[1], max(halves[2], halves[3]))
        }
        return (most(best.0), most(best.1), most(best.2))
    }

    /// The strength of the words that the most telling area of each place says.
    @inline(__always)
    private func wordsOfPlaces(_ sets: UnsafePointer<UInt8>) -> (Float, Float, Float) {
        var best: (Float, Float, Float) = (0, 0, 0)
        for code in said.indices where said[code] > 0 {
            let bit = code % AreaSet.size
            let mask: UInt8 = 1 << UInt8(bit % 8)
            if sets[bit / 8] & mask != 0 { best.0 = max(best.0, said[code]) }
            if sets[AreaSet.width + bit / 8] & mask != 0 { best.1 = max(best.1, said[code]) }
            if sets[2 * AreaSet.width + bit / 8] & mask != 0 { best.2 = max(best.2, said[code]) }
        }
        return best
    }

    /// The most that the areas of a startup are worth, with their words.
    @inline(__always)
    private func areas(
        _ sets: UnsafePointer<UInt8>, fewest: Int, most: Int, isEven: Bool, perWord: Double
    ) -> Double {
        guard most > 0 else { return 0 }
        // Words are summed where areas are averaged. Where all areas weigh the same, each counts as much as if it were divided
        // with them; else an area may count little, and its words whole.
        let worths = mostOfPlaces(sets, perWord: isEven ? Float(perWord * Double(most)) : 0)
        let words = isEven || perWord == 0 || areaWordsMost == 0 ? (0, 0, 0) : wordsOfPlaces(sets)
        var (sum, best, said) = (0.0, fewest == 0 ? 0 : -Double.infinity, 0.0)
        for place in 0..<most {
            let last = Double(place == 0 ? worths.0 : place == 1 ? worths.1 : worths.2)
            sum += last
            said += Double(place == 0 ? words.0 : place == 1 ? words.1 : words.2)
            // Shares never rise from one place to the next, so that a mean of all is a mean of means of the first few.
            if takesBestArea {
                best = max(best, last)
            } else if place + 1 >= fewest {
                best = max(best, sum / Double(place + 1))
            }
        }
        return best + perWord * said
    }
}
