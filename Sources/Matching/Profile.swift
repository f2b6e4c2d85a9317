/// What one mandate brings to every pair: its investor's habits as tables, ready to be looked up.
struct Profile: Sendable {
    let mandate: World.Mandate
    let investor: Int?
    /// How far the investor's habit stands above the market's, as a logarithm; 0 says nothing.
    let lifts: Lifts
    /// By field, then by code, what the declaration adds to that; never negative.
    private let declaredByCode: [Double]
    private let declaredCodes: [Range<Int>]
    /// For each last round, how far the rounds that mostly follow it stand above the market's.
    private let usualByCode: [Double]
    /// How strongly the portfolio asks for each word it has more often than chance, and the mandate for each it declares, in
    /// ``wordUnit``.
    let words: [(word: Code, strength: Int32)]
    private var wordPlaces = Lookup()
    /// What the investor has passed over.
    let passed: [Answer: Passed]
    /// How active the investor is.
    let activity: Activity
    /// Whether the investor has a past; without one it is served by its mandate alone.
    let hasPast: Bool
    /// The other investors it has met; nobody without deals.
    let company: Company

    /// Whole parts of a unit of strength, so that the sum of words does not hang on their order.
    static let wordUnit = 10_240.0

    func strength(_ word: Code) -> Int32 { wordPlaces(UInt64(word)).map { words[$0].strength } ?? 0 }

    func declared(_ field: Field, _ code: Code) -> Double {
        let codes = declaredCodes[field.rawValue]
        return Int(code) < codes.count ? declaredByCode[codes.lowerBound + Int(code)] : 0
    }

    /// Every answer that the declaration adds to.
    func declared(_ field: Field) -> [(code: Code, value: Double)] {
        declaredByCode[declaredCodes[field.rawValue]].enumerated().compactMap { $1 > 0 ? (Code($0), $1) : nil }
    }

    func usual(_ previous: Code) -> Double { Int(previous) < usualByCode.count ? usualByCode[Int(previous)] : 0 }

    /// How far habits stand above the market's, for every answer.
    struct Lifts: Sendable {
        /// For each field, what stands for all answers that the investor and its company never met.
        fileprivate(set) var base = [Double](repeating: 0, count: Field.allCases.count)
        private var values: [[Double]] = Array(repeating: [], count: Field.allCases.count)
        private var answers: [[Answer]] = Array(repeating: [], count: Field.allCases.count)
        private var places = Lookup()

        @inline(__always)
        func value(_ answer: Answer) -> Double {
            let field = Int(answer.raw >> 56)
            return places(answer.raw).map { values[field][$0] } ?? base[field]
        }

        @inline(__always)
        func value(_ field: Field, _ code: Code) -> Double { value(Answer(field, code)) }

        /// The answers that differ from the others of their field.
        func exceptions(_ field: Field) -> Zip2Sequence<[Answer], [Double]> {
            zip(answers[field.rawValue], values[field.rawValue])
        }

        fileprivate mutating func reserve(_ count: Int) { places.reserve(count) }

        fileprivate mutating func set(_ answer: Answer, _ value: Double) {
            let field = answer.field.rawValue
            places.insert(values[field].count, for: answer.raw)
            values[field].append(value)
            answers[field].append(answer)
        }
    }

    /// Those an investor has met.
    struct Company: Sendable {
        /// The others by number, ascending, and what is known of each.
        fileprivate(set) var met: [(investor: Int, acquaintance: Acquaintance)] = []
        fileprivate(set) var places = Lookup()

        func callAsFunction(_ investor: Int) -> Acquaintance? {
            places(UInt64(investor)).map { met[$0].acquaintance }
        }
    }

    /// How two investors stand to each other.
    struct Acquaintance: Sendable {
        /// Likeness of portfolios, 0 to 1.
        var likeness = 0.0
        /// How often this investor came in after the other, per deal of the other.
        var follows = 0.0
        /// How often both came in on one day, per deal of the other; recent years count more.
        var joins = 0.0
        /// Shared startups, those with few backers counting more.
        var shared = 0.0
        /// The chance of a walk from this investor over a shared startup to the other and on to one of its startups.
        var walk = 0.0
    }

    /// How often an investor comes to a deal, against a typical one; all zero for one without a past.
    struct Activity: Sendable {
        /// Startups first funded within a year, as a logarithm.
        var year = 0.0
        /// Within two years.
        var twoYears = 0.0
        /// Startups ever funded, as a logarithm above that of twenty.
        var experience = 0.0
        /// The log-odds that a startup it comes to has no earlier round.
        var firstCheques = 0.0
    }

    /// Deals' worth of a declaration.
    static let declarationWorth = 10.0
    /// Deals' worth of the habits of those an investor often invests with, and how many of them count.
    static let companyWorth = 10.0
    static let companySize = 50
}

/// Habits of all investors, once for a market.
struct Habits: Sendable {
    /// For each investor its answers with the weight of its deals, by number.
    let answers: [[(number: Int, weight: Double)]]
    /// For each investor and field, the weight of the deals that answer it.
    let totals: [[Double]]
    /// For each code of a last round, what the next round was, as shares, by name.
    let next: [[(kind: Code, share: Double)]]

    init(_ market: Market) {
        var answers: [[(number: Int, weight: Double)]] = []
        var totals: [[Double]] = []
        var (dense, touched) = ([Double](repeating: 0, count: market.answers.count), [Int]())
        for portfolio in market.entries {
            var total = [Double](repeating: 0, count: Field.allCases.count)
            for number in portfolio {
                let deal = market.deals[number]
                let set = market.rounds[deal.round].answers
                for (field, range) in set.ranges.enumerated() where !range.isEmpty { total[field] += deal.decay }
                for (answer, share) in set.all {
                    if dense[answer] == 0 { touched.append(answer) }
                    dense[answer] += deal.decay * share
                }
            }
            touched.sort()
            answers.append(touched.map { ($0, dense[$0]) })
            for answer in touched { dense[answer] = 0 }
            touched.removeAll(keepingCapacity: true)
            totals.append(total)
        }
        self.answers = answers
        self.totals = totals
        next = Self.transitions(market)
    }

    private static func transitions(_ market: Market) -> [[(kind: Code, share: Double)]] {
        let book = market.answers
        let kinds = book.ranges[Field.roundKind.rawValue]
        let none = [Double](repeating: 0, count: kinds.count)
        var (counts, all): ([Code: [Double]], [Double]) = ([:], none)
        for round in market.rounds {
            let previous = round.answers.ranges[Field.previousStage.rawValue]
            let kind = round.answers.ranges[Field.roundKind.rawValue]
            guard !previous.isEmpty, !kind.isEmpty else { continue }
            let number = round.answers.all[kind.lowerBound].number - kinds.lowerBound
            counts[book.answers[round.answers.all[previous.lowerBound].number].code, default: none][number] += 1
            all[number] += 1
        }
        let sum = all.reduce(0, +)
        var next = [[(kind: Code, share: Double)]](repeating: [], count: market.codebook.count(.previousStage))
        for (previous, found) in counts {
            let total = found.reduce(0, +)
            next[Int(previous)] = kinds.compactMap { number in
                let place = number - kinds.lowerBound
                let share = (found[place] + 5 * all[place] / sum) / (total + 5)
                return share > 0 ? (book.answers[number].code, share) : nil
            }
        }
        return next
    }

    /// What mostly follows a last round; nothing for one that came up since.
    func next(_ previous: Code) -> [(kind: Code, share: Double)] {
        Int(previous) < next.count ? next[Int(previous)] : []
    }
}

extension Profile {
    /// - Parameter passed: answers that the investor has passed over.
    init(
        _ mandate: World.Mandate, _ market: Market, _ habits: Habits, _ lexicon: Lexicon, _ areas: AreaTable,
        passed: [Answer: Passed]
    ) {
        self.mandate = mandate
        self.passed = passed
        investor = market.investor(mandate.investor)
        let own = investor
        let company = own.map { Self.company(of: $0, market) } ?? Company()
        self.company = company
        activity = own.map { Self.activity(of: $0, market) } ?? Activity()
        hasPast = own != nil
        words = Self.words(mandate, own, market, lexicon)

        wordPlaces.reserve(words.count)
        for (place, word) in words.enumerated() { wordPlaces.insert(place, for: UInt64(word.word)) }
        let past = own.map { Past($0, company, market, habits) } ?? Past()
        let totals = past.totals
        var lifts = Lifts()
        let book = market.answers
        for field in Field.allCases where totals[field.rawValue] > 0 {
            let total = totals[field.rawValue]
            lifts.base[field.rawValue] = Arithmetic.log(field.shrinkage / (total + field.shrinkage))
        }
        lifts.reserve(past.met.count)
        for number in past.met {
            let (answer, share, count) = (book.answers[number], market.shares[number], past.counts[number])
            let (shrinkage, total) = (answer.field.shrinkage, totals[answer.field.rawValue])
            guard share > 0, total > 0 else { continue }
            let expected = (total + shrinkage) * share + (passed[answer]?.deals ?? 0)
            lifts.set(answer, Arithmetic.log((count + shrinkage * share) / expected))
        }
        // What nobody of its company ever did, and it does not want either.
        for (answer, missed) in passed where !past.has(market.answers.number(answer)) {
            let (shrinkage, total) = (answer.field.shrinkage, totals[answer.field.rawValue])
            let share = market.share(answer.field, answer.code)
            guard share > 0, total > 0 else { continue }
            lifts.set(answer, Arithmetic.log(shrinkage * share / ((total + shrinkage) * share + missed.deals)))
        }
        self.lifts = lifts
        usualByCode = own == nil ? [] : Self.usual(past, market, habits)
        let declared: [[Double]] = Self.wishes(mandate, market, areas).enumerated().map { field, wishes in
            wishes.enumerated().map { code, wish in
                guard wish > 0 else { return 0 }
                let field = Field.allCases[field]
                let count = past.count(book.number(Answer(field, Code(code))))
                let prior = field.shrinkage * market.share(field, Code(code))
                // The declaration counts as deals that only add: naming one more area takes nothing from the others.
                return prior > 0 ? Arithmetic.log(1 + Profile.declarationWorth * wish / (count + prior)) : 0
            }
        }
        var end = 0
        declaredCodes = declared.map { codes in
            defer { end += codes.count }
            return end..<end + codes.count
        }
        declaredByCode = declared.flatMap { $0 }
    }

    /// The weight of the deals that gave each answer, with those of the investors it is most like; and of all deals that
    /// answered each field.
    private struct Past {
        /// By the number of the answer; empty without a past.
        var counts: [Double] = []
        var totals = [Double](repeating: 0, count: Field.allCases.count)
        /// The numbers that count.
        var met: [Int] = []

        init() {}

        init(_ own: Int, _ company: Company, _ market: Market, _ habits: Habits) {
            counts = [Double](repeating: 0, count: market.answers.count)
            for (number, weight) in habits.answers[own] { add(weight, to: number) }
            totals = habits.totals[own]
            let nearest = company.met.filter { $0.acquaintance.likeness > 0 }
                .sorted { (-$0.acquaintance.likeness, $0.investor) < (-$1.acquaintance.likeness, $1.investor) }
                .prefix(Profile.companySize)
            let sum = nearest.reduce(0) { $0 + $1.acquaintance.likeness }
            guard sum > 0 else { return }
            for (other, acquaintance) in nearest {
                let worth = Profile.companyWorth * acquaintance.likeness / sum
                let theirs = habits.totals[other]
                for (field, total) in theirs.enumerated() where total > 0 { totals[field] += worth }
                var field = 0
                for (number, weight) in habits.answers[other] {
                    while number >= market.answers.ranges[field].upperBound { field += 1 }
                    add(worth * weight / theirs[field], to: number)
                }
            }
        }

        private mutating func add(_ weight: Double, to number: Int) {
            if counts[number] == 0 { met.append(number) }
            counts[number] += weight
        }

        func has(_ number: Int?) -> Bool { count(number) > 0 }

        func count(_ number: Int?) -> Double { number.map { counts.isEmpty ? 0 : counts[$0] } ?? 0 }
    }

    /// The log of how much more often than the market the investor joins what mostly comes next.
    private static func usual(_ past: Past, _ market: Market, _ habits: Habits) -> [Double] {
        let shrinkage = Field.roundKind.shrinkage
        let total = past.totals[Field.roundKind.rawValue]
        guard total > 0 else { return [] }
        return habits.next.map { next in
            var expected = 0.0
            for (kind, share) in next {
                guard let number = market.answers.number(Answer(.roundKind, kind)), market.shares[number] > 0 else {
                    continue
                }
                let usualShare = market.shares[number]
                expected +=
                    share * (past.counts[number] + shrinkage * usualShare) / (total + shrinkage) / usualShare
            }
            return expected > 0 ? Arithmetic.log(expected) : 0
        }
    }

    private static func activity(of own: Int, _ market: Market) -> Activity {
        let entries = market.entries[own].map { market.deals[$0] }
        let first = market.codebook.known(.earlierRounds, Bucket.rounds(0)).flatMap {
            market.answers.number(Answer(.earlierRounds, $0))
        }
        let firsts = entries.count { deal in
            first.map { market.rounds[deal.round].answers.has($0, .earlierRounds) } ?? false
        }
        func within(_ days: Int) -> Double { Double(entries.count { $0.day >= market.today - days }) }
        let share = Double(firsts + 2) / Double(entries.count + 4)
        return Activity(
            year: Arithmetic.log((1 + within(365)) / 3), twoYears: Arithmetic.log((1 + within(730)) / 5),
            experience: Arithmetic.log(min(max(Double(entries.count), 5), 200) / 20),
            firstCheques: Arithmetic.log(share / (1 - share)))
    }

    /// For each field and code, how much the answer is what the mandate declares, 0 to 1.
    private static func wishes(_ mandate: World.Mandate, _ market: Market, _ areas: AreaTable) -> [[Double]] {
        var wishes: [[Double]] = Array(repeating: [], count: Field.allCases.count)
        let codebook = market.codebook
        func wish(_ field: Field, _ code: Code, _ worth: Double) {
            let missing = Int(code) + 1 - wishes[field.rawValue].count
            if missing > 0 { wishes[field.rawValue] += [Double](repeating: 0, count: missing) }
            wishes[field.rawValue][Int(code)] = max(wishes[field.rawValue][Int(code)], worth)
        }
        if mandate.areas.contains(where: { $0.weight > 0 }) {
            let names = codebook.names(.area)
            let numbers = names.map(areas.number)
            for area in mandate.areas where area.weight > 0 {
                let focus = areas.number(area.name)
                for code in names.indices {
                    var likeness = names[code] == area.name ? 1.0 : 0
                    if let focus, let startup = numbers[code] {
                        likeness = areas.likeness(focus: focus, startup: startup)
                    }
                    if likeness > 0 { wish(.area, Code(code), area.weight * likeness) }
                }
            }
        }
        // A cheque is a part of a round, mostly between a twentieth of it and all of it.
        let rounds = mandate.cheque.map { Bucket.sizes.names(touching: $0.lowerBound...$0.upperBound * 20) } ?? []
        for (field, names) in [
            (Field.country, Array(mandate.countries)), (.region, mandate.regions), (.roundKind, mandate.stages),
            (.roundSize, rounds),
        ] {
            for name in names { if let code = codebook.known(field, name) { wish(field, code, 1) } }
        }
        return wishes
    }

    /// The words that a mandate asks for: those it declares, and those that more of its portfolio have than as many startups
    /// picked at random would, each with the log of how many more, times its rarity.
    private static func words(
        _ mandate: World.Mandate, _ own: Int?, _ market: Market, _ lexicon: Lexicon
    ) -> [(word: Code, strength: Int32)] {
        var counts: [Code: Double] = [:]
        if let own {
            let deals = Double(market.entries[own].count)
            for (word, count) in market.words[own] {
                let excess = Double(count) - deals * lexicon.share[Int(word)]
                if excess > 0 { counts[word] = excess }
            }
        }
        for word in mandate.areas.filter({ $0.weight > 0 }).flatMap({ Tokens.words($0.name) })
            + mandate.regions.flatMap({ Lexicon.words(.region, $0) })
        {
            if let number = lexicon.number(word) { counts[Code(number), default: 0] += 1 }
        }
        return counts.sorted { $0.key < $1.key }.map { word, count in
            let strength = Arithmetic.log(1 + count) * lexicon.rarity[Int(word)]
            return (word, Int32((strength * wordUnit / 10).rounded()))
        }
    }

    private static func company(of own: Int, _ market: Market) -> Company {
        var company = Company()
        var places: [Int: Int] = [:]
        let size = Double(market.holdings[own].count)
        for holding in market.holdings[own] {
            let backers = market.backers[holding.startup]
            let few = 1 / Double(backers.count).squareRoot()
            let step = 1 / (size * Double(backers.count))
            for backer in backers where backer.investor != own {
                let place: Int
                if let known = places[backer.investor] {
                    place = known
                } else {
                    place = company.met.count
                    places[backer.investor] = place
                    company.met.append((backer.investor, Acquaintance()))
                }
                company.met[place].acquaintance.likeness += 1
                company.met[place].acquaintance.shared += few
                company.met[place].acquaintance.walk += step
                if backer.day < holding.day { company.met[place].acquaintance.follows += 1 }
                if backer.day == holding.day {
                    company.met[place].acquaintance.joins += market.decay(holding.day)
                }
            }
        }
        for place in company.met.indices {
            let theirs = Double(market.holdings[company.met[place].investor].count)
            company.met[place].acquaintance.likeness /= (size * theirs).squareRoot()
            company.met[place].acquaintance.follows /= theirs + 10
            company.met[place].acquaintance.joins /= theirs + 10
            company.met[place].acquaintance.walk /= theirs
        }
        company.met.sort { $0.investor < $1.investor }
        for (place, other) in company.met.enumerated() { company.places.insert(place, for: UInt64(other.investor)) }
        return company
    }
}
