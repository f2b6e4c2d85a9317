/// What one mandate brings to every pair: its investor's habits as tables, ready to be looked up.
struct Profile: Sendable {
    let mandate: Int
    let investor: Int?
    /// For each answer, how far the investor's habit stands above the market's, as a logarithm; 0 says nothing.
    var lifts: [Double]
    /// For each answer, what the declaration adds to that; never negative.
    var declared: [Double]
    /// For each answer about the last round, how far the rounds that mostly follow it stand above the market's; 0 for all
    /// other answers.
    var usual: [Double]
    /// For each word, how strongly the portfolio asks for it.
    var words: [Double]
    /// How active the investor is.
    let activity: Activity
    /// Whether the investor has a past; without one it is served by its mandate alone.
    let hasPast: Bool
    /// For each other investor, how often the two met; empty without deals.
    var company: Company

    struct Company: Sendable {
        /// Likeness of portfolios, 0 to 1.
        var likeness: [Double]
        /// How often this investor came in after the other, per deal of the other.
        var follows: [Double]
        /// How often both came in on one day, per deal of the other; recent years count more.
        var joins: [Double]
        /// Shared startups, those with few backers counting more.
        var shared: [Double]
        /// The chance of a walk from this investor over a shared startup to the other and on to one of its startups.
        var walk: [Double]
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

/// Habits of all investors, once for a world.
struct Habits: Sendable {
    /// For each investor its answers with the weight of its deals, by number.
    let answers: [[(id: Int32, weight: Double)]]
    /// For each investor and field, the weight of the deals that answer it.
    let totals: [[Double]]
    /// For each answer about the last round, what the next round was, as shares; empty for all other answers.
    let next: [[(id: Int32, share: Double)]]
    private let ends: [Int]

    func upperBound(_ field: Int) -> Int { ends[field] }

    init(_ market: Market) {
        var answers: [[(id: Int32, weight: Double)]] = []
        var totals: [[Double]] = []
        var (dense, touched) = ([Double](repeating: 0, count: market.facets.count), [Int32]())
        for portfolio in market.entries {
            var total = [Double](repeating: 0, count: Field.allCases.count)
            for number in portfolio {
                let deal = market.deals[number]
                let set = market.rounds[deal.round].facets
                for (field, range) in set.ranges.enumerated() where !range.isEmpty { total[field] += deal.decay }
                for (id, weight) in zip(set.ids, set.weights) {
                    if dense[Int(id)] == 0 { touched.append(id) }
                    dense[Int(id)] += deal.decay * weight
                }
            }
            touched.sort()
            answers.append(touched.map { ($0, dense[Int($0)]) })
            for id in touched { dense[Int(id)] = 0 }
            touched.removeAll(keepingCapacity: true)
            totals.append(total)
        }
        self.answers = answers
        self.totals = totals
        next = Self.transitions(market)
        ends = market.facets.ranges.map(\.upperBound)
    }

    private static func transitions(_ market: Market) -> [[(id: Int32, share: Double)]] {
        let kinds = market.facets.ranges[Field.roundKind.rawValue]
        let none = [Double](repeating: 0, count: kinds.count)
        var (counts, all): ([Int: [Double]], [Double]) = ([:], none)
        for round in market.rounds {
            let previous = round.facets.ranges[Field.previousStage.rawValue]
            let kind = round.facets.ranges[Field.roundKind.rawValue]
            guard !previous.isEmpty, !kind.isEmpty else { continue }
            let id = Int(round.facets.ids[kind.lowerBound]) - kinds.lowerBound
            counts[Int(round.facets.ids[previous.lowerBound]), default: none][id] += 1
            all[id] += 1
        }
        let sum = all.reduce(0, +)
        var next = [[(id: Int32, share: Double)]](repeating: [], count: market.facets.count)
        for (previous, found) in counts {
            let total = found.reduce(0, +)
            next[previous] = kinds.compactMap { id in
                let share = (found[id - kinds.lowerBound] + 5 * all[id - kinds.lowerBound] / sum) / (total + 5)
                return share > 0 ? (Int32(id), share) : nil
            }
        }
        return next
    }
}

extension Profile {
    init(_ number: Int, _ market: Market, _ habits: Habits, _ lexicon: Lexicon, _ areas: AreaTable) {
        let mandate = market.mandates[number]
        self.mandate = number
        investor = market.investor(mandate.investor)
        let own = investor.flatMap { market.holdings[$0].isEmpty ? nil : $0 }
        company =
            own.map { Self.company(of: $0, market) }
            ?? Company(likeness: [], follows: [], joins: [], shared: [], walk: [])
        activity = own.map { Self.activity(of: $0, market) } ?? Activity()
        hasPast = own != nil
        words = Self.words(mandate, own, market, lexicon)

        var counts = [Double](repeating: 0, count: market.facets.count)
        var totals = [Double](repeating: 0, count: Field.allCases.count)
        if let own {
            for (id, weight) in habits.answers[own] { counts[Int(id)] = weight }
            totals = habits.totals[own]
            Self.addCompany(company, to: &counts, &totals, habits)
        }
        let wishes = Self.wishes(mandate, market, areas)
        usual = Self.usual(counts, totals, market, habits)
        lifts = [Double](repeating: 0, count: market.facets.count)
        declared = lifts
        for field in Field.allCases {
            let shrinkage = field.shrinkage
            for id in market.facets.ranges[field.rawValue] where market.shares[id] > 0 {
                let prior = shrinkage * market.shares[id]
                if totals[field.rawValue] > 0 {
                    lifts[id] = Arithmetic.log(
                        (counts[id] + prior) / (totals[field.rawValue] + shrinkage) / market.shares[id])
                }
                // The declaration counts as deals that only add: naming one more area takes nothing from the others.
                if wishes[id] > 0 {
                    declared[id] = Arithmetic.log(1 + Self.declarationWorth * wishes[id] / (counts[id] + prior))
                }
            }
        }
    }

    /// The log of how much more often than the market the investor joins what mostly comes next.
    private static func usual(
        _ counts: [Double], _ totals: [Double], _ market: Market, _ habits: Habits
    ) -> [Double] {
        var usual = [Double](repeating: 0, count: market.facets.count)
        let shrinkage = Field.roundKind.shrinkage
        let total = totals[Field.roundKind.rawValue]
        guard total > 0 else { return usual }
        for previous in market.facets.ranges[Field.previousStage.rawValue] {
            var expected = 0.0
            for (id, share) in habits.next[previous] where market.shares[Int(id)] > 0 {
                let usualShare = market.shares[Int(id)]
                expected += share * (counts[Int(id)] + shrinkage * usualShare) / (total + shrinkage) / usualShare
            }
            if expected > 0 { usual[previous] = Arithmetic.log(expected) }
        }
        return usual
    }

    private static func activity(of own: Int, _ market: Market) -> Activity {
        let entries = market.entries[own].map { market.deals[$0] }
        let first = market.facets.number(.earlierRounds, Bucket.rounds(0))
        let firsts = entries.count { deal in
            let set = market.rounds[deal.round].facets
            return set.ranges[Field.earlierRounds.rawValue].contains { set.ids[$0] == first }
        }
        func within(_ days: Int) -> Double { Double(entries.count { $0.day >= market.today - days }) }
        let share = Double(firsts + 2) / Double(entries.count + 4)
        return Activity(
            year: Arithmetic.log((1 + within(365)) / 3), twoYears: Arithmetic.log((1 + within(730)) / 5),
            experience: Arithmetic.log(min(max(Double(entries.count), 5), 200) / 20),
            firstCheques: Arithmetic.log(share / (1 - share)))
    }

    /// How much each answer is what the mandate declares, 0 to 1.
    private static func wishes(_ mandate: World.Mandate, _ market: Market, _ areas: AreaTable) -> [Double] {
        var wishes = [Double](repeating: 0, count: market.facets.count)
        let table = Dictionary(uniqueKeysWithValues: areas.names.enumerated().map { ($0.element, $0.offset) })
        for wish in mandate.areas where wish.weight > 0 {
            for id in market.facets.ranges[Field.area.rawValue] {
                let name = market.facets.names[id]
                var likeness = name == wish.name ? 1.0 : 0
                if let focus = table[wish.name], let startup = table[name] {
                    likeness = areas.likeness(focus: focus, startup: startup)
                }
                wishes[id] = max(wishes[id], wish.weight * likeness)
            }
        }
        // A cheque is a part of a round, mostly between a twentieth of it and all of it.
        let rounds = mandate.cheque.map { Bucket.sizes.names(touching: $0.lowerBound...$0.upperBound * 20) } ?? []
        for (field, names) in [
            (Field.country, mandate.countries.sorted(by: Market.bytewise)), (.region, mandate.regions),
            (.roundKind, mandate.stages), (.roundSize, rounds),
        ] {
            for name in names {
                if let id = market.facets.number(field, name) { wishes[Int(id)] = 1 }
            }
        }
        return wishes
    }

    private static func words(
        _ mandate: World.Mandate, _ own: Int?, _ market: Market, _ lexicon: Lexicon
    ) -> [Double] {
        var counts = [Double](repeating: 0, count: lexicon.words.count)
        if let own {
            for holding in market.holdings[own] {
                for entry in lexicon.profiles[holding.startup] { counts[Int(entry.word)] += 1 }
            }
        }
        for word in mandate.areas.filter({ $0.weight > 0 }).flatMap({ Tokens.words($0.name) })
            + mandate.regions.map({ "@" + $0.lowercased() })
        {
            if let number = lexicon.number(word) { counts[Int(number)] += 1 }
        }
        for index in counts.indices where counts[index] > 0 { counts[index] = Arithmetic.log(1 + counts[index]) }
        return counts
    }

    private static func company(of own: Int, _ market: Market) -> Company {
        let none = [Double](repeating: 0, count: market.investors.count)
        var company = Company(likeness: none, follows: none, joins: none, shared: none, walk: none)
        let size = Double(market.holdings[own].count)
        for holding in market.holdings[own] {
            let backers = market.backers[holding.startup]
            let few = 1 / Double(backers.count).squareRoot()
            let step = 1 / (size * Double(backers.count))
            for backer in backers where backer.investor != own {
                company.likeness[backer.investor] += 1
                company.shared[backer.investor] += few
                company.walk[backer.investor] += step
                if backer.day < holding.day { company.follows[backer.investor] += 1 }
                if backer.day == holding.day { company.joins[backer.investor] += market.decay(holding.day) }
            }
        }
        for other in none.indices where company.likeness[other] > 0 {
            let theirs = Double(market.holdings[other].count)
            company.likeness[other] /= (size * theirs).squareRoot()
            company.follows[other] /= theirs + 10
            company.joins[other] /= theirs + 10
            company.walk[other] /= theirs
        }
        return company
    }

    private static func addCompany(
        _ company: Company, to counts: inout [Double], _ totals: inout [Double], _ habits: Habits
    ) {
        let nearest = company.likeness.indices.filter { company.likeness[$0] > 0 }
            .sorted { (-company.likeness[$0], $0) < (-company.likeness[$1], $1) }.prefix(companySize)
        let sum = nearest.reduce(0) { $0 + company.likeness[$1] }
        guard sum > 0 else { return }
        for other in nearest {
            let worth = companyWorth * company.likeness[other] / sum
            let theirs = habits.totals[other]
            for (field, total) in theirs.enumerated() where total > 0 { totals[field] += worth }
            var field = 0
            for (id, weight) in habits.answers[other] {
                while id >= habits.upperBound(field) { field += 1 }
                counts[Int(id)] += worth * weight / theirs[field]
            }
        }
    }
}
