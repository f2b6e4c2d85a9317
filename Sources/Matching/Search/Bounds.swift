/// The most that each answer of a startup, and each pair of answers, can add to its score under one mandate, in
/// thousandths of a point: cheap to look up, never too low.
struct Bounds {
    /// Of more names than this a field's answers are not looked up one by one.
    private static let widest = 1 << 14
    /// Of more pairs than this, or pairs of more areas, it counts only what the first answer is worth with its best partner.
    private static let mostPairs = 1 << 20
    private static let mostAreas = 1 << 10
    /// Areas that are looked at in one step.
    typealias Step = SIMD8<Float>

    /// What every startup gets, whatever it answers.
    var constant = 0.0
    /// What rounding can add.
    var slack = 0.0
    /// Whether a startup counts by its best area alone, not by the mean of all; then there are at most three, of no words
    /// and nothing below zero.
    var takesBestArea = false
    /// For one unit of matched words, see ``Lexicon/worth(ofWordsAmong:)``.
    var perWord = 0.0
    private var areas: [Area] = []
    private var areaMost: Double
    /// What the least of all areas is worth.
    private var areaLeast: Float = 0
    private var areaWordsMost = 0.0
    /// Steps over the areas that leave out those of no more worth than the least.
    private var steps: [Stretch] = []
    /// The areas that tell, where they are few and count by their mean.
    private var few: FewAreas?
    private var fields: [SingleField] = []
    private var singles: [Double] = []
    private var strengths: [Double] = []
    private var pairings: [Pairing] = []
    private var pairs: [Float] = []
    /// By code what an area is worth alone, up to a whole step.
    private var alone: [Float] = []
    /// By code the strength of the words that an area says.
    private var said: [Float] = []
    /// By code plus one what an area is worth with the best of partners, up to a whole step, and the strength of its words;
    /// first what no area is, last what all others are, those that columns do not tell apart among them.
    private var slotWorths: [SIMD2<Float>] = []
    /// The largest number in the tables of areas, for or against.
    private var largest = 0.0

    struct Area {
        /// What it is worth without its partners, or with the best of those that are too many to be looked up.
        var alone = 0.0
        /// What it is worth with the best of partners.
        var most = 0.0
        /// The strength of the words that it says by itself.
        var words = 0.0
    }

    /// Eight areas, and a bit for each that is worth more than the least.
    struct Stretch {
        let first: Int
        let tells: UInt8
    }

    /// Where the worths of a field's answers stand: first that of no answer, then by code, last that of all others.
    struct SingleField {
        var start = 0
        var last = 0
        var most = 0.0
        /// Where the strengths of the words that its answers say stand; `nil` when they say none.
        var words: Int?
        var wordsMost = 0.0
    }

    /// Where the worths of pairs of two fields' answers stand: a row for each slot of the second answer, so that what all
    /// areas are worth in one place stands together; a last row for the best of all; in a row by the
    /// slot of the first, or by the code of the area.
    struct Pairing {
        /// Places in ``Field/single``; no first for areas.
        let first: Int?
        let second: Int
        let start: Int
        let width: Int
        /// The row for the best of all.
        let last: Int
        var most = 0.0

        /// Where the row of an answer starts; one row stands for all where there are too many pairs.
        @inline(__always)
        func row(_ slot: Int) -> Int { start + max(0, min(slot, last - 1)) * width }

        @inline(__always)
        var any: Int { start + last * width }

        @inline(__always)
        func column(_ slot: Int) -> Int { min(slot, width - 1) }
    }

    /// Takes tables of one worth for each answer.
    ///
    /// - Parameters:
    ///   - areas: by code, what each is worth, and the strength of the words that it says.
    ///   - single: for each of ``Field/single`` first the worth of no answer, then by code, last that of all others.
    ///   - words: for each of ``Field/single`` the strengths of the words that the answers say, in the same places; empty
    ///     where they say none.
    init(areas: [SIMD2<Double>], otherArea: Double, single: [[Double]], words: [[Double]] = []) {
        self.areas = areas.map { Area(alone: $0[0], most: $0[0], words: $0[1]) }
        areaMost = otherArea
        alone = areas.map { Self.up($0[0]) }
        said = areas.map { Self.up($0[1]) }
        while alone.count % Step.scalarCount > 0 {
            alone.append(-.infinity)
            said.append(0)
        }
        largest = areas.reduce(otherArea.magnitude) { max($0, $1[0].magnitude) }
        for (place, table) in single.enumerated() {
            var field = SingleField(start: singles.count)
            field.most = table.max() ?? 0
            // A wide field is looked up no more than whether it is answered.
            func kept(_ table: [Double]) -> [Double] {
                table.count <= Self.widest ? table : [table[0], table.dropFirst().max() ?? table[0]]
            }
            singles += kept(table)
            field.last = singles.count - field.start - 1
            if place < words.count, let most = words[place].max(), most > 0 {
                field.words = strengths.count
                field.wordsMost = most
                strengths += kept(words[place])
            }
            fields.append(field)
        }
        order()
    }

    /// Adds what pairs of answers are worth.
    ///
    /// - Parameters:
    ///   - usual: what all other pairs are worth.
    ///   - counts: how many answers each of the two fields has.
    private mutating func pair(
        _ first: Int?, _ second: Int, usual: Double, counts: (first: Int, second: Int),
        _ special: some Sequence<(answer: Answer, worth: Double)>
    ) {
        let width = first == nil ? alone.count : counts.first + 2
        let last = width * (counts.second + 3) <= Self.mostPairs ? counts.second + 2 : 0
        var pairing = Pairing(first: first, second: second, start: pairs.count, width: width, last: last)
        let (most, other) = (Self.up(max(0, usual)), Self.up(usual))
        func append(_ worth: Float) {
            pairs += repeatElement(worth, count: width)
            // Without a first answer there is no pair.
            if first != nil { pairs[pairs.count - width] = 0 }
        }
        if last > 0 {
            append(0)
            for _ in 1..<last { append(other) }
        }
        append(most)
        for (answer, worth) in special where Int(answer.first) < counts.first && Int(answer.code) < counts.second {
            let column = Int(answer.first) + (first == nil ? 0 : 1)
            largest = max(largest, worth.magnitude)
            let worth = Self.up(worth)
            if last > 0 { pairs[pairing.row(Int(answer.code) + 1) + column] = worth }
            pairs[pairing.any + column] = max(pairs[pairing.any + column], worth)
        }
        for column in 0..<width { pairing.most = max(pairing.most, Double(pairs[pairing.any + column])) }
        largest = max(largest, usual.magnitude)
        if first == nil {
            for code in areas.indices { areas[code].most += Double(pairs[pairing.any + code]) }
            areaMost += Double(most)
            guard last > 0, areas.count <= Self.mostAreas else {
                for code in areas.indices {
                    areas[code].alone += Double(pairs[pairing.any + code])
                    alone[code] = Self.up(areas[code].alone)
                }
                pairs.removeLast(pairs.count - pairing.start)
                return
            }
        }
        pairings.append(pairing)
    }

    private static func up(_ worth: Double) -> Float {
        let near = Float(worth)
        return Double(near) < worth ? near.nextUp : near
    }

    private mutating func order() {
        for area in areas { areaMost = max(areaMost, area.most) }
        areaLeast = Self.up(areas.reduce(areaMost) { min($0, $1.most) })
        areaWordsMost = areas.reduce(0) { max($0, $1.words) }
        slotWorths =
            [.zero] + areas.prefix(Columns.largestArea + 1).map { SIMD2(Self.up($0.most), Self.up($0.words)) }
            + [SIMD2(Self.up(areaMost), Self.up(areaWordsMost))]
        // With partners any area may be worth more than alone.
        let isPaired = pairings.contains { $0.first == nil }
        steps = stride(from: 0, to: alone.count, by: Step.scalarCount).compactMap { first in
            var tells: UInt8 = 0
            for code in first..<min(first + Step.scalarCount, areas.count)
            where isPaired || areas[code].words > 0 || alone[code] > areaLeast {
                tells |= 1 << UInt8(code - first)
            }
            return tells > 0 ? Stretch(first: first, tells: tells) : nil
        }
        few = isPaired ? nil : FewAreas(worths: alone, words: said, count: areas.count, least: areaLeast)
    }

    /// The tables, where they lie in memory while `body` runs.
    func withTables<Result>(_ body: (Tables) -> Result) -> Result {
        areas.withUnsafeBufferPointer { areas in
            said.withUnsafeBufferPointer { said in
                steps.withUnsafeBufferPointer { steps in
                    fields.withUnsafeBufferPointer { fields in
                        singles.withUnsafeBufferPointer { singles in
                            strengths.withUnsafeBufferPointer { strengths in
                                pairings.withUnsafeBufferPointer { pairings in
                                    pairs.withUnsafeBufferPointer { pairs in
                                        withRoom { alone, slotWorths, few, fewBest, slots, rows, partners in
                                            body(
                                                Tables(
                                                    takesBestArea: takesBestArea, areas: areas, areaMost: areaMost,
                                                    areaLeast: areaLeast, areaWordsMost: areaWordsMost, said: said,
                                                    steps: steps,
                                                    fields: fields, singles: singles, strengths: strengths,
                                                    pairings: pairings, pairs: pairs, alone: alone,
                                                    slotWorths: slotWorths, few: few, fewBest: fewBest, slots: slots,
                                                    rows: rows, partners: partners))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func withRoom<Result>(
        _ body: (
            UnsafeBufferPointer<Float>, UnsafeBufferPointer<SIMD2<Float>>, UnsafeBufferPointer<FewAreas.Area>,
            UnsafeBufferPointer<FewAreas.Worth>, UnsafeMutableBufferPointer<Code>, UnsafeMutableBufferPointer<Int>,
            UnsafeMutableBufferPointer<Int>
        ) -> Result
    ) -> Result {
        alone.withUnsafeBufferPointer { alone in
            slotWorths.withUnsafeBufferPointer { slotWorths in
                (takesBestArea ? [] : few?.areas ?? []).withUnsafeBufferPointer { few in
                    (self.few?.best ?? []).withUnsafeBufferPointer { fewBest in
                        withUnsafeTemporaryAllocation(of: Code.self, capacity: Tables.room) { slots in
                            withUnsafeTemporaryAllocation(
                                of: Int.self, capacity: Field.joint.count * Tables.mostPartners
                            ) { rows in
                                withUnsafeTemporaryAllocation(of: Int.self, capacity: Field.joint.count) { partners in
                                    body(alone, slotWorths, few, fewBest, slots, rows, partners)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Tables of bounds, laid open for a search: looked up without checks, since ranking does little else.
    struct Tables {
        let takesBestArea: Bool
        let areas: UnsafeBufferPointer<Area>
        let areaMost: Double
        let areaLeast: Float
        let said: UnsafeBufferPointer<Float>
        let steps: UnsafeBufferPointer<Stretch>
        let fields: UnsafeBufferPointer<SingleField>
        let singles: UnsafeBufferPointer<Double>
        let strengths: UnsafeBufferPointer<Double>
        let pairings: UnsafeBufferPointer<Pairing>
        let pairs: UnsafeBufferPointer<Float>
        let alone: UnsafeBufferPointer<Float>
        let slotWorths: UnsafeBufferPointer<SIMD2<Float>>
        /// See ``FewAreas``; empty where areas that tell are many, or none.
        let few: UnsafeBufferPointer<FewAreas.Area>
        let fewBest: UnsafeBufferPointer<FewAreas.Worth>
        /// Room for what is being looked at: for each field how many answers there are, and their slots.
        let slots: UnsafeMutableBufferPointer<Code>
        /// Room for the rows of the partners that the areas of a block have, and how many there are for each pairing.
        let rows: UnsafeMutableBufferPointer<Int>
        let partners: UnsafeMutableBufferPointer<Int>
        let masks = AreaSet.masks

        /// The most that the words of one area ask for.
        let areaWordsMost: Double
        /// Whether the answers that only a past tells of are worth anything.
        let hasPast: Bool
        /// How many pairings, the first, are those of areas.
        let areaPairings: Int
        /// What the answers that a mandate can declare are worth at best, and what those are that only a past tells of, with
        /// their pairs and without areas; each without words and with the strength of its words.
        let declarableMost: SIMD2<Double>
        let pastMost: SIMD2<Double>

        static let stride = Blocks.most + 1
        static let room = Field.singleCount * stride

        init(
            takesBestArea: Bool, areas: UnsafeBufferPointer<Area>, areaMost: Double, areaLeast: Float,
            areaWordsMost: Double, said: UnsafeBufferPointer<Float>, steps: UnsafeBufferPointer<Stretch>,
            fields: UnsafeBufferPointer<SingleField>, singles: UnsafeBufferPointer<Double>,
            strengths: UnsafeBufferPointer<Double>, pairings: UnsafeBufferPointer<Pairing>,
            pairs: UnsafeBufferPointer<Float>, alone: UnsafeBufferPointer<Float>,
            slotWorths: UnsafeBufferPointer<SIMD2<Float>>, few: UnsafeBufferPointer<FewAreas.Area>,
            fewBest: UnsafeBufferPointer<FewAreas.Worth>, slots: UnsafeMutableBufferPointer<Code>,
            rows: UnsafeMutableBufferPointer<Int>, partners: UnsafeMutableBufferPointer<Int>
        ) {
            (self.takesBestArea, self.areas, self.areaMost, self.areaLeast) = (
                takesBestArea, areas, areaMost, areaLeast
            )
            (self.areaWordsMost, self.said, self.steps, self.fields) = (areaWordsMost, said, steps, fields)
            (self.singles, self.strengths, self.pairings, self.pairs) = (singles, strengths, pairings, pairs)
            (self.alone, self.slotWorths, self.few, self.fewBest) = (alone, slotWorths, few, fewBest)
            (self.slots, self.rows, self.partners) = (slots, rows, partners)
            func most(_ fields: Slice<UnsafeBufferPointer<SingleField>>) -> SIMD2<Double> {
                fields.reduce(into: .zero) { $0 += SIMD2($1.most, $1.wordsMost) }
            }
            declarableMost = most(fields[..<Field.declarableCount])
            var past = most(fields[Field.declarableCount...])
            var isTold = !pairings.isEmpty
            for field in fields[Field.declarableCount...] {
                if field.words != nil { isTold = true }
                for slot in field.start...field.start + field.last where singles[slot] != 0 { isTold = true }
            }
            hasPast = isTold
            areaPairings = pairings.prefix { $0.first == nil }.count
            for pairing in pairings where pairing.first != nil { past[0] += pairing.most }
            pastMost = past
        }

        @inline(__always)
        func area(_ code: Code) -> Area {
            Int(code) < areas.count && code <= Columns.largestArea
                ? areas[Int(code)] : Area(alone: areaMost, most: areaMost, words: areaWordsMost)
        }

        /// What an answer is worth with the words that it says.
        ///
        /// - Parameter slot: the code of the answer plus one, 0 where there is none.
        @inline(__always)
        func worth(_ place: Int, _ slot: Code, _ perWord: Double) -> Double {
            let field = fields[place]
            let answer = min(Int(slot), field.last)
            guard let words = field.words else { return singles[field.start &+ answer] }
            return singles[field.start &+ answer] + perWord * strengths[words &+ answer]
        }
    }
}

extension Bounds.Tables {
    /// Finds the rows of an open block that may reach a score, and sets the most that each of them can be worth.
    ///
    /// Most rows are given up by their areas and words alone, with what the rest is worth at best in the block.
    ///
    /// - Parameters:
    ///   - page: the block, with what each row is worth so far, and the strength of its own words.
    ///   - perWord: for one unit of the words of its rows, at best.
    ///   - worths: of one unit of matched words by the length of the profile; see ``Lexicon/worth(ofWordsAmong:)``.
    ///   - limit: what areas with their words are worth in the block.
    ///   - fields: what the other answers are worth in the block, with their words.
    ///   - past: what of them is worth what only a past tells of.
    ///   - occurring: which of the few areas occur; see ``occurring(_:)``.
    ///   - isPlain: whether no row is worth anything so far, or has words of its own.
    ///   - least: the score.
    /// - Returns: how many there are.
    @inline(__always)
    func select(
        _ page: inout Page, perWord: Double, worths: UnsafeBufferPointer<Double>, areas limit: Double, fields: Double,
        past: Double, occurring: UInt32, isPlain: Bool, least: Double
    ) -> Int {
        page.open(before: 1)
        var found = narrow(
            page, perWord: perWord, areas: limit, occurring: occurring, isPlain: isPlain, least: least - fields)
        guard found > 0 else { return 0 }
        page.open(before: Columns.told)
        let all = found
        found = 0
        for place in 0..<all {
            let row = page.found[place]
            let perWord = worths[min(Int(page[Columns.length][row]), Lexicon.longest)]
            var sum = page.sums[row] + perWord * page.words[row]
            for place in 0..<Field.declarableCount { sum += worth(place, page[Columns.column(place)][row], perWord) }
            var areas = min(limit, page.areas[row])
            if hasPast {
                guard sum + areas + past >= least else { continue }
                page.open(before: Columns.count)
                for place in Field.declarableCount..<Field.singleCount {
                    sum += worth(place, page[Columns.column(place)][row], perWord)
                }
                for number in areaPairings..<pairings.count {
                    let pairing = pairings[number]
                    let second = page[Columns.column(pairing.second)][row]
                    let first = page[Columns.column(pairing.first ?? 0)][row]
                    sum += Double(pairs[pairing.row(Int(second)) + pairing.column(Int(first))])
                }
                guard sum + areas >= least else { continue }
                areas = min(areas, self.areas(page, row, perWord: perWord))
            }
            guard sum + areas >= least, sum + areas > -.infinity else { continue }
            page.found[found] = row
            page.sums[row] = sum + areas
            found += 1
        }
        return found
    }

    /// The most that a row's areas can be worth with the partners that they have, and with their words.
    @inline(__always)
    private func areas(_ page: Page, _ row: Int, perWord: Double) -> Double {
        for number in 0..<areaPairings {
            rows[number] = pairings[number].row(Int(page[Columns.column(pairings[number].second)][row]))
        }
        var mean = MeanOfAreas(page[Columns.shape][row])
        for place in 0..<page.areaPlaces {
            let slot = page.area(place, row)
            guard slot > 0 else { break }
            let column = min(slot - 1, alone.count - 1)
            let area = area(Code(slot - 1))
            var worth = area.alone
            for number in 0..<areaPairings { worth += Double(pairs[rows[number] + column]) }
            mean.add(worth, words: area.words)
        }
        return mean.most(others: areaMost, words: areaWordsMost, perWord: perWord)
    }

    /// Finds the rows that may reach a score by their areas and words, and sets the most that the areas can be worth.
    @inline(__always)
    private func narrow(
        _ page: Page, perWord: Double, areas limit: Double, occurring: UInt32, isPlain: Bool, least: Double
    ) -> Int {
        let shapes = page[Columns.shape]
        let last = slotWorths.count - 1
        var (isSimple, fewest) = (true, Blocks.places)
        for number in 0..<shapes.count {
            let shape = shapes.numbers[number]
            page.shares[number] = 1 / Float(max(1, shape >> 1))
            isSimple = isSimple && (takesBestArea || shape & 1 == 0) && shape >> 1 <= Blocks.places
            fewest = min(fewest, Int(shape >> 1))
        }
        var sifted: Int?
        if isPlain, isSimple, fewest > 0, !few.isEmpty {
            sifted = sift(
                page, occurring: occurring, fewest: fewest, perWord: Float(perWord), enough: Float(least - page.start))
            if sifted == 0 { return 0 }
        }
        if sifted == nil { for row in 0..<page.count { page.found[row] = row } }
        let all = sifted ?? page.count
        var found = 0
        /// - Parameter areas: what those of a row are worth.
        @inline(__always)
        func narrow(_ areas: (_ row: Int) -> Double) {
            for place in 0..<all {
                let row = page.found[place]
                let areas = min(limit, areas(row))
                page.areas[row] = areas
                page.found[found] = row
                found += page.sums[row] + perWord * page.words[row] + areas >= least ? 1 : 0
            }
        }
        @inline(__always)
        func worth(_ place: Int, _ row: Int) -> SIMD2<Float> { slotWorths[min(page.area(place, row), last)] }
        guard isSimple else {
            narrow { row in
                var mean = MeanOfAreas(shapes[row])
                for place in 0..<min(Int(shapes[row] >> 1), page.areaPlaces) {
                    let worth = worth(place, row)
                    mean.add(Double(worth[0]), words: Double(worth[1]))
                }
                return mean.most(others: areaMost, words: areaWordsMost, perWord: perWord)
            }
            return found
        }
        if takesBestArea {
            narrow { row in
                var best: Float = 0
                for place in 0..<page.areaPlaces { best = max(best, worth(place, row)[0]) }
                return Double(best)
            }
            return found
        }
        let perWordOfAreas = Float(perWord)
        @inline(__always)
        func mean(_ sum: SIMD2<Float>, _ row: Int) -> Double {
            Double(sum[0] * page.shares[Int(shapes.rows[row])] + perWordOfAreas * sum[1])
        }
        // Written out, since hardly anything else takes so much of a search.
        switch page.areaPlaces {
        case 0: narrow { _ in 0 }
        case 1: narrow { mean(worth(0, $0), $0) }
        case 2: narrow { mean(worth(0, $0) + worth(1, $0), $0) }
        default: narrow { mean(worth(0, $0) + worth(1, $0) + worth(2, $0), $0) }
        }
        return found
    }
}

/// The mean of what a startup's areas are worth, as far as their places tell.
private struct MeanOfAreas {
    private let count: Int
    private let isEven: Bool
    private var (added, sum, mostMean, words) = (0, 0.0, -Double.infinity, 0.0)

    /// - Parameter shape: see ``Columns/shape``.
    @inline(__always)
    init(_ shape: Code) { (count, isEven) = (Int(shape >> 1), shape & 1 == 0) }

    @inline(__always)
    mutating func add(_ worth: Double, words said: Double) {
        added += 1
        sum += worth
        words += said
        if !isEven { mostMean = max(mostMean, sum / Double(added)) }
    }

    /// The most that the mean can be, with the words of the areas.
    ///
    /// - Parameters:
    ///   - others: what areas that were not added are worth at best.
    ///   - said: the strength of their words at best.
    @inline(__always)
    func most(others: Double, words said: Double, perWord: Double) -> Double {
        guard count > 0 else { return 0 }
        let more = Double(count - added)
        let words = perWord * (words + more * said)
        let mean = (more > 0 ? sum + more * others : sum) / Double(count)
        // Shares never rise from one place to the next, so that a mean of all is a mean of means of the first few.
        return (isEven ? mean : max(mean, mostMean)) + words
    }
}

extension Bounds {
    init(_ profile: borrowing Profile, _ keeper: GateKeeper, _ scale: Scale, isWarm: Bool, _ index: Index) {
        let at = SignalNumbers.all
        let codebook = index.market.codebook
        let experience = profile.activity.experience
        /// The points of a signal of that value, in thousandths.
        func points(_ number: Int, _ value: Double) -> Double {
            1000
                * ((scale.weight[number] + scale.perExperience[number] * experience) * value
                    + scale.upside[number] * max(value, 0))
        }
        let lifts = profile.lifts
        /// The worth of all answers of one field, by code, and of those that came up since.
        func table(_ field: Field) -> (codes: [Double], other: Double) {
            let count = codebook.count(field)
            var (codes, other) = ([Double](), 0.0)
            if profile.hasPast {
                let number = PairValues.habitNumbers[field.rawValue]
                other = points(number, lifts.base[field.rawValue])
                codes = [Double](repeating: other, count: count)
                for (answer, lift) in lifts.exceptions(field) where Int(answer.code) < count {
                    codes[Int(answer.code)] = points(number, lift)
                }
                if Demand.fields.contains(field) {
                    for code in 0..<count { codes[code] += 1000 * scale.demand(field, Code(code)) }
                }
                if field == .previousStage {
                    for code in 0..<count { codes[code] += points(at.usualRound, profile.usual(Code(code))) }
                }
            } else {
                codes = [Double](repeating: 0, count: count)
            }
            if let number = PairValues.declaredNumbers[field.rawValue] {
                for (code, value) in profile.declared(field) where Int(code) < count {
                    codes[Int(code)] += points(number, value)
                }
            }
            return (codes, other)
        }
        /// For a field and each code, the strength of the words that the answer says.
        func words(_ field: Field, count: Int) -> [Double] {
            var strengths = [Double](repeating: 0, count: count)
            for (word, strength) in profile.words {
                index.lexicon.saying(word, field) { code in
                    if Int(code) < count { strengths[Int(code)] += Double(strength) }
                }
            }
            return strengths
        }
        let areas = table(.area)
        var (singles, singleWords): ([[Double]], [[Double]]) = ([], [])
        for field in Field.single {
            var (codes, other) = table(field)
            var none = 0.0
            if field == .roundKind {
                // Where nothing is asked, the declaration is held to what usually follows the last round.
                for code in 0..<codebook.count(.previousStage) {
                    none = max(none, points(at.declaredStage, index.expected(Code(code), profile)))
                }
                for code in codes.indices where !keeper.joins(Code(code)) { codes[code] = -.infinity }
                if !keeper.joins(nil) { none = -.infinity }
            }
            if field == .region {
                for code in codes.indices where !keeper.reaches(Code(code)) { codes[code] = -.infinity }
                if !keeper.reaches(nil) { none = -.infinity }
            }
            if field == .country {
                for code in codes.indices where !keeper.enters(Code(code)) { codes[code] = -.infinity }
                if !keeper.enters(nil) { none = -.infinity }
            }
            singles.append([none] + codes + [other])
            singleWords.append(Lexicon.telling.contains(field) ? [0] + words(field, count: codes.count) + [0] : [])
        }
        self.init(
            areas: zip(areas.codes, words(.area, count: areas.codes.count)).map { SIMD2($0, $1) },
            otherArea: areas.other, single: singles, words: singleWords)
        if profile.hasPast {
            for (field, first, second) in Field.joint {
                let number = PairValues.habitNumbers[field.rawValue]
                guard let place = second.place else { continue }
                pair(
                    first.place, place, usual: points(number, lifts.base[field.rawValue]),
                    counts: (codebook.count(first), codebook.count(second)),
                    lifts.exceptions(field).lazy.map { ($0, points(number, $1)) })
            }
            order()
        }
        var same = PairValues()
        index.fillSame(&same, profile, isWarm: isWarm)
        for number in [at.start, at.activity, at.steadiness, at.experience, at.firstCheques] {
            constant += Double(index.part(number, same, scale, profile))
        }
        // Half a thousandth a signal, and what sums of large numbers lose.
        var magnitude = constant.magnitude + areaMost.magnitude
        for field in fields where field.most.isFinite { magnitude += field.most.magnitude }
        for pairing in pairings { magnitude += pairing.most }
        perWord = 1000 * (scale.weight[at.text] + scale.perExperience[at.text] * experience) / Profile.wordUnit
        let said = perWord.magnitude * 3 * areaWordsMost * Double(Blocks.places)
        slack =
            Double(Signal.allCases.count) + 1e-9 * magnitude + 1e-6 * (largest + said) * Double(1 + pairings.count)
    }
}
