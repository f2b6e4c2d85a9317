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
    private var areaTable: [Double] = []
    private(set) var areaMost = 0.0
    private var singleTable: [Double] = []
    private var offsets: [Int] = []
    private var lasts: [Int] = []
    private var mosts: [Double] = []

    @inline(__always)
    func area(_ code: Code) -> Double {
        let code = Int(code)
        return code < areaTable.count ? areaTable[code] : areaMost
    }

    /// - Parameter slot: the code of the answer plus one, 0 where there is none.
    @inline(__always)
    func single(_ place: Int, _ slot: Code) -> Double { singleTable[offsets[place] + min(Int(slot), lasts[place])] }

    @inline(__always)
    func singleMost(_ place: Int) -> Double { mosts[place] }

    /// Takes tables of one worth for each answer.
    ///
    /// - Parameters:
    ///   - areas: by code.
    ///   - otherArea: for an area that has no place there.
    ///   - single: for each of ``Field/single`` first the worth of no answer, then by code, last that of all others.
    init(areas: [Double], otherArea: Double, single: [[Double]]) {
        areaTable = areas
        areaMost = max(otherArea, areas.max() ?? otherArea)
        for table in single {
            let most = table.max() ?? 0
            // A wide field is looked up no more than whether it is answered.
            let kept = table.count <= Self.widest ? table : [table[0], table.dropFirst().max() ?? table[0]]
            offsets.append(singleTable.count)
            singleTable += kept
            lasts.append(kept.count - 1)
            mosts.append(most)
        }
    }

    /// The most that a startup's facts can add, without its words and backers.
    @inline(__always)
    func bound(_ sheet: borrowing Sheet) -> Double {
        var sum = 0.0
        for place in 0..<Field.single.count { sum += single(place, sheet.single[place]) }
        guard !sheet.areas.isEmpty else { return sum }
        if takesBestArea {
            var best = -Double.infinity
            for area in sheet.areas { best = max(best, self.area(area.code)) }
            return sum + best
        }
        var (all, percents) = (0.0, 0.0)
        for area in sheet.areas {
            all += self.area(area.code) * Double(area.percent)
            percents += Double(area.percent)
        }
        return sum + all / percents
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
            }
            if field == .country {
                for code in codes.indices where !keeper.enters(Code(code)) { codes[code] = -.infinity }
                if !keeper.enters(nil) { none = -.infinity }
            }
            return [none] + codes + [other]
        }
        self.init(areas: areas.codes, otherArea: areas.other, single: singles)
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
        slack = Double(Signal.allCases.count) + 1e-9 * (constant.magnitude + areaMost.magnitude + mosts.reduce(0) {
            $1.isFinite ? $0 + $1.magnitude : $0
        })
        perWord = 1000 * (scale.weight[at.text] + scale.perExperience[at.text] * experience) / Profile.wordUnit
    }
}
