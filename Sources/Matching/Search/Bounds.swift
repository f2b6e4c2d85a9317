/// The most that each answer of a startup can add to its score under one mandate, in thousandths of a point: cheap to
/// look up, never too low.
struct Bounds {
    /// Of more names than this a field's answers are not looked up one by one.
    private static let widest = 1 << 14

    /// What every startup gets, whatever it answers.
    var constant = 0.0
    /// What rounding can add.
    var slack = 0.0
    /// Whether a startup counts by its best area alone, not by the mean of all.
    var takesBestArea = false
    /// For one unit of matched words, see ``Lexicon/worth(ofWordsAmong:)``.
    var perWord = 0.0
    /// What an area is worth, and the strength of the words that it says by itself.
    private var areaTable: [SIMD2<Double>] = []
    private var areaWordsMost = 0.0
    /// The places in an ``AreaSet`` that are worth something, the best first: by area and by its words.
    private var areaOrder: [(bit: Int, worth: Double)] = []
    private var wordOrder: [(bit: Int, worth: Double)] = []
    private var areaMost = 0.0
    private var singleTable: [Double] = []
    private var offsets: [Int] = []
    private var lasts: [Int] = []
    private var mosts: [Double] = []
    /// Whether the answers that only a past tells of are worth anything.
    private var hasPast = false

    /// Takes tables of one worth for each answer.
    ///
    /// - Parameters:
    ///   - areas: by code, with the strength of the words that each says.
    ///   - otherArea: for an area that has no place there.
    ///   - single: for each of ``Field/single`` first the worth of no answer, then by code, last that of all others.
    init(areas: [SIMD2<Double>], otherArea: Double, single: [[Double]]) {
        areaTable = areas
        areaMost = areas.reduce(otherArea) { max($0, $1[0]) }
        areaWordsMost = areas.reduce(0) { max($0, $1[1]) }
        areaOrder = Self.order(areas.map { $0[0] }, above: -.infinity)
        wordOrder = Self.order(areas.map { $0[1] }, above: 0)
        for table in single {
            let most = table.max() ?? 0
            // A wide field is looked up no more than whether it is answered.
            let kept = table.count <= Self.widest ? table : [table[0], table.dropFirst().max() ?? table[0]]
            offsets.append(singleTable.count)
            singleTable += kept
            lasts.append(kept.count - 1)
            mosts.append(most)
            if offsets.count > Field.declarableCount, kept.contains(where: { $0 != 0 }) { hasPast = true }
        }
    }

    private static func order(_ worths: [Double], above least: Double) -> [(bit: Int, worth: Double)] {
        var best = [Double](repeating: least, count: min(AreaSet.size, worths.count))
        for (code, worth) in worths.enumerated() { best[code % AreaSet.size] = max(best[code % AreaSet.size], worth) }
        return best.enumerated().filter { $0.element > least }.map { ($0.offset, $0.element) }
            .sorted { $0.worth > $1.worth }
    }

    /// The tables, where they lie in memory while `body` runs.
    func withTables<Result>(_ body: (Tables) -> Result) -> Result {
        areaTable.withUnsafeBufferPointer { areas in
            singleTable.withUnsafeBufferPointer { singles in
                offsets.withUnsafeBufferPointer { offsets in
                    lasts.withUnsafeBufferPointer { lasts in
                        mosts.withUnsafeBufferPointer { mosts in
                            body(
                                Tables(
                                    hasPast: hasPast, takesBestArea: takesBestArea, areas: areas, areaMost: areaMost,
                                    areaWordsMost: areaWordsMost,
                                    areaOrder: areaOrder, wordOrder: wordOrder, singles: singles,
                                    offsets: offsets, lasts: lasts, mosts: mosts,
                                    singlesMost: mosts.reduce(0, +)))
                        }
                    }
                }
            }
        }
    }

    /// Tables of bounds, laid open for a search: looked up without checks, since ranking does little else.
    struct Tables {
        let hasPast: Bool
        let takesBestArea: Bool
        let areas: UnsafeBufferPointer<SIMD2<Double>>
        let areaMost: Double
        let areaWordsMost: Double
        let areaOrder: [(bit: Int, worth: Double)]
        let wordOrder: [(bit: Int, worth: Double)]
        let singles: UnsafeBufferPointer<Double>
        let offsets: UnsafeBufferPointer<Int>
        let lasts: UnsafeBufferPointer<Int>
        let mosts: UnsafeBufferPointer<Double>
        /// What all fields but the areas are worth at best.
        let singlesMost: Double

        @inline(__always)
        func area(_ code: Code) -> SIMD2<Double> {
            Int(code) < areas.count ? areas[Int(code)] : SIMD2(areaMost, 0)
        }

        /// - Parameter slot: the code of the answer plus one, 0 where there is none.
        @inline(__always)
        func single(_ place: Int, _ slot: Code) -> Double { singles[offsets[place] + min(Int(slot), lasts[place])] }
    }
}

extension Bounds.Tables {
    /// The most that a startup can be worth without its own words and its backers, from the bytes of its ``Sheet``.
    ///
    /// - Parameters:
    ///   - worth: of one unit of matched words by the length of the profile; see ``Lexicon/worth(ofWordsAmong:)``.
    ///   - words: the strength of its own words.
    @inline(__always)
    func bound(_ row: UnsafePointer<UInt8>, worth: (Int) -> Double, words: Int32) -> Double {
        var next = row
        let length = Int(Varint.next(&next))
        var sum = 0.0
        for place in 0..<Field.declarableCount { sum += single(place, Varint.next(&next)) }
        let head = Varint.next(&next)
        let count = head >> 1
        var strength = Double(words)
        if count > 0 {
            var (all, percents, best) = (0.0, 0.0, -Double.infinity)
            for _ in 0..<count {
                let code = Varint.next(&next)
                let percent = head & 1 == 0 ? 100 : Double(Varint.next(&next))
                let worth = area(code)
                all += worth[0] * percent
                best = max(best, worth[0])
                percents += percent
                strength += worth[1]
            }
            sum += takesBestArea ? best : all / percents
        }
        if hasPast {
            for place in Field.declarableCount..<Field.singleCount { sum += single(place, Varint.next(&next)) }
        }
        return strength == 0 ? sum : sum + strength * worth(length)
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
        // What facts that join two can add to the first of them, at best.
        var joint: [[Double]] = Array(repeating: [], count: Field.allCases.count)
        var jointOther = [Double](repeating: 0, count: Field.allCases.count)
        if profile.hasPast {
            for (field, first, _) in Field.joint {
                let number = PairValues.habitNumbers[field.rawValue]
                let usual = max(0, points(number, lifts.base[field.rawValue]))
                if joint[first.rawValue].isEmpty {
                    joint[first.rawValue] = [Double](repeating: 0, count: codebook.count(first))
                }
                var best = [Double](repeating: usual, count: joint[first.rawValue].count)
                for (answer, lift) in lifts.exceptions(field) {
                    best[Int(answer.first)] = max(best[Int(answer.first)], points(number, lift))
                }
                for code in best.indices { joint[first.rawValue][code] += best[code] }
                jointOther[first.rawValue] += usual
            }
        }
        /// The worth of all answers of one field, by code, and of those that came up since.
        func table(_ field: Field) -> (codes: [Double], other: Double) {
            let count = codebook.count(field)
            var (codes, other) = ([Double](repeating: 0, count: count), 0.0)
            if profile.hasPast {
                let number = PairValues.habitNumbers[field.rawValue]
                other = points(number, lifts.base[field.rawValue]) + jointOther[field.rawValue]
                for code in 0..<count {
                    codes[code] =
                        points(number, lifts.value(field, Code(code)))
                        + (code < joint[field.rawValue].count
                            ? joint[field.rawValue][code] : jointOther[field.rawValue])
                }
                if Demand.fields.contains(field) {
                    for code in 0..<count { codes[code] += 1000 * scale.demand(field, Code(code)) }
                }
                if field == .previousStage {
                    for code in 0..<count { codes[code] += points(at.usualRound, profile.usual(Code(code))) }
                }
            }
            if let number = PairValues.declaredNumbers[field.rawValue] {
                for (code, value) in profile.declared(field) where Int(code) < count {
                    codes[Int(code)] += points(number, value)
                }
            }
            return (codes, other)
        }
        // The longest profile's words are worth least, and the shortest's most; places say one word.
        let mostPerWord = max(
            0,
            1000 * index.lexicon.worth(ofWordsAmong: 0) / Profile.wordUnit
                * (scale.weight[at.text] + scale.perExperience[at.text] * experience))
        let areas = table(.area)
        let singles = Field.single.map { field in
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
            if mostPerWord > 0, Lexicon.telling.contains(field) {
                for code in codes.indices {
                    for word in index.lexicon.implied(field, Code(code)) {
                        codes[code] += mostPerWord * Double(profile.strength(word))
                    }
                }
            }
            if field == .region {
                for code in codes.indices where !keeper.reaches(Code(code)) { codes[code] = -.infinity }
                if !keeper.reaches(nil) { none = -.infinity }
            }
            if field == .country {
                for code in codes.indices where !keeper.enters(Code(code)) { codes[code] = -.infinity }
                if !keeper.enters(nil) { none = -.infinity }
            }
            return [none] + codes + [other]
        }
        let areasWithWords = areas.codes.enumerated().map { code, worth in
            let words = index.lexicon.implied(.area, Code(code))
            return SIMD2(worth, words.reduce(0) { $0 + Double(profile.strength($1)) })
        }
        self.init(areas: areasWithWords, otherArea: areas.other, single: singles)
        var tags = 0.0
        if profile.hasPast {
            let number = PairValues.habitNumbers[Field.tag.rawValue]
            tags = max(0, points(number, lifts.base[Field.tag.rawValue]))
            for (_, lift) in lifts.exceptions(.tag) { tags = max(tags, points(number, lift)) }
        }
        var same = PairValues()
        index.fillSame(&same, profile, isWarm: isWarm)
        constant = tags
        for number in [at.start, at.activity, at.steadiness, at.experience, at.firstCheques] {
            constant += Double(index.part(number, same, scale, profile))
        }
        // Half a thousandth a signal, and what sums of large numbers lose.
        slack =
            Double(Signal.allCases.count) + 1e-9
            * (constant.magnitude + areaMost.magnitude
                + mosts.reduce(0) {
                    $1.isFinite ? $0 + $1.magnitude : $0
                })
        perWord = 1000 * (scale.weight[at.text] + scale.perExperience[at.text] * experience) / Profile.wordUnit
    }
}
