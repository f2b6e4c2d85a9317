/// The areas that a mandate has something for, where they are so few that a byte has a bit for each: those that are worth
/// more than the least of all, or say words that are asked for.
///
/// A startup has an area once. What it is worth in all its places is therefore no more than the best that so many
/// different areas are worth together, which is what ``best`` tells of any set of them.
struct FewAreas {
    /// More than these are not few.
    static let most = 8

    /// One of them.
    struct Area {
        /// Where its bit stands in an ``AreaSet``.
        let byte: Int
        let shift: Int
        /// What a column says of it; see ``Page/area(_:_:)``.
        let slot: UInt8
        /// What it is worth beyond the least.
        let extra: Float
        /// The strength of the words that it says.
        let said: Float
    }

    let areas: [Area]
    /// By a set of them, what the best one, two and three of it are worth, with others where it has fewer; and the strength
    /// of the words that the most telling one, two and three say.
    let best: [Worth]

    struct Worth {
        var areas = SIMD4<Float>.zero
        var words = SIMD4<Float>.zero
    }

    /// Takes the worth and the words of every area by its code; `nil` when more than a few tell.
    init?(worths: [Float], words: [Float], count: Int, least: Float) {
        guard least.isFinite else { return nil }
        var areas: [Area] = []
        for code in 0..<count where worths[code] > least || words[code] > 0 {
            // A column does not say which of the areas of very large codes a startup has.
            guard areas.count < Self.most, code <= Columns.largestArea, worths[code].isFinite, words[code].isFinite
            else {
                return nil
            }
            let (bit, slot) = (code % AreaSet.size, UInt8(truncatingIfNeeded: code + 1))
            // Of two that a byte takes for one, a startup would seem to have both in one place.
            guard !areas.contains(where: { $0.slot == slot }) else { return nil }
            areas.append(
                Area(
                    byte: bit / 8, shift: bit % 8, slot: slot, extra: worths[code] - least, said: words[code]))
        }
        self.areas = areas
        /// The largest, the next and the one after that, once one more is looked at.
        func insert(_ value: Float, _ top: SIMD4<Float>) -> SIMD4<Float> {
            value > top[0]
                ? SIMD4(value, top[0], top[1], 0)
                : value > top[1]
                    ? SIMD4(top[0], value, top[1], 0) : SIMD4(top[0], top[1], max(top[2], value), 0)
        }
        var largest = [Worth](repeating: Worth(), count: 1 << areas.count)
        for (number, area) in areas.enumerated() {
            for set in 1 << number..<2 << number {
                largest[set] = largest[set - 1 << number]
                largest[set].areas = insert(area.extra, largest[set].areas)
                largest[set].words = insert(area.said, largest[set].words)
            }
        }
        best = largest.map { one in
            func sums(_ top: SIMD4<Float>, _ least: Float) -> SIMD4<Float> {
                SIMD4(top[0] + least, top[0] + top[1] + 2 * least, top[0] + top[1] + top[2] + 3 * least, 0)
            }
            return Worth(areas: sums(one.areas, least), words: sums(one.words, 0))
        }
    }
}

extension Bounds.Tables {
    /// Which of the few areas occur in the places of a block: a byte for each place, that of the first the lowest.
    @inline(__always)
    func occurring(_ sets: UnsafePointer<UInt8>) -> UInt32 {
        var occurring: UInt32 = 0
        for number in 0..<few.count {
            let area = few[number]
            let (set, shift) = (sets + area.byte, UInt8(truncatingIfNeeded: area.shift))
            let (first, second, third) = (
                set[0] &>> shift, set[AreaSet.width] &>> shift, set[2 * AreaSet.width] &>> shift
            )
            let bits = UInt32(first & 1) | UInt32(second & 1) &<< 8 | UInt32(third & 1) &<< 16
            occurring |= bits &<< UInt32(truncatingIfNeeded: number)
        }
        return occurring
    }

    /// The most that the areas of a startup are worth, with their words, from what occurs in each place.
    @inline(__always)
    func areas(_ occurring: UInt32, fewest: Int, most: Int, perWord: Double) -> Double {
        guard most > 0 else { return 0 }
        var (best, worth, all) = (fewest == 0 ? 0 : -Float.infinity, FewAreas.Worth(), 0)
        for place in 0..<most {
            let set = Int(occurring >> UInt32(8 * min(place, Blocks.places - 1))) & 0xFF
            all |= set
            // By places, and by what so many different areas are worth.
            worth.areas[0] += fewBest[set].areas[0]
            worth.words[0] += fewBest[set].words[0]
            if place < Blocks.places {
                worth.areas[0] = min(worth.areas[0], fewBest[all].areas[place])
                worth.words[0] = min(worth.words[0], fewBest[all].words[place])
            }
            // Shares never rise from one place to the next, so that a mean of all is a mean of means of the first few.
            if place + 1 >= fewest { best = max(best, worth.areas[0] / Float(place + 1)) }
        }
        return Double(best) + perWord * Double(worth.words[0])
    }

    /// Finds the rows of a whole block whose areas may be worth so much, where rows have neither words nor tags nor
    /// backers that add to it: all 64 at once, area by area, in portions of the worth that is asked for.
    ///
    /// - Parameters:
    ///   - occurring: which areas occur in which place.
    ///   - fewest: how many areas a row has at least, 1 or more.
    ///   - enough: what the areas of a row must be worth with their words.
    /// - Returns: how many there are; `nil` where nothing can be told so.
    @inline(__always)
    func sift(_ page: Page, occurring: UInt32, fewest: Int, perWord: Float, enough: Float) -> Int? {
        // Three areas that are worth all that is asked for are still less than a byte can say.
        let portions: UInt8 = 80
        let asked = enough - areaLeast
        guard asked > 0, page.count == Blocks.rows else { return nil }
        let (perArea, perSaid) = (Float(portions) / (asked * Float(fewest)), Float(portions) * perWord / asked)
        let sums = page.portions
        sums.update(repeating: 0, count: Blocks.rows)
        for place in 0..<page.areaPlaces {
            var bits = occurring >> UInt32(8 * place) & 0xFF
            let slots = page.slots(of: place)
            while bits != 0 {
                let area = few[bits.trailingZeroBitCount]
                bits &= bits - 1
                let portion = UInt8(min(area.extra * perArea + area.said * perSaid, Float(portions))) + 1
                for row in 0..<Blocks.rows { sums[row] &+= slots[row] == area.slot ? portion : 0 }
            }
        }
        for row in 0..<Blocks.rows { sums[row] = sums[row] >= portions ? 1 : 0 }
        var found = 0
        for first in Swift.stride(from: 0, to: Blocks.rows, by: 8) {
            var reaching = UnsafeRawPointer(sums + first).loadUnaligned(as: UInt64.self)
            while reaching != 0 {
                page.found[found] = first + reaching.trailingZeroBitCount / 8
                found += 1
                reaching &= reaching - 1
            }
        }
        return found
    }
}
