/// The world in order: sorted, numbered, freed of what cannot be true.
///
/// Whatever order the lists came in, the same facts give the same `Market`, down to the rounding of every sum.
struct Market: Sendable {
    let today: Int
    let startups: [World.Startup]
    let mandates: [World.Mandate]
    let investors: [Key]
    let deals: [Deal]
    let rounds: [Round]
    let facets: FacetIndex
    /// What each startup answers today, one after the other; see ``range(_:_:)``.
    let answerIDs: [Int32]
    let answerWeights: [Double]
    private let answerStarts: [Int32]
    /// The market's habit: the share of each answer among all deals, with the pool of startups behind it.
    let shares: [Double]
    /// Who backs each startup: investor and the day of its first deal, by investor.
    let backers: [[(investor: Int, day: Int)]]
    /// For each investor the numbers of the deals by which it first joined a startup, oldest first. Following one's money
    /// into a later round says little of what one would pick anew.
    let entries: [[Int]]
    /// For each investor the startups in its portfolio and the day it first joined, by startup.
    let holdings: [[(startup: Int, day: Int)]]
    private let startupNumbers: [Key: Int]
    private let investorNumbers: [Key: Int]

    struct Deal: Sendable {
        let investor: Int
        let startup: Int
        let round: Int
        let day: Int
        let decay: Double
    }

    struct Round: Sendable {
        let startup: Int
        let day: Int
        let kind: String?
        let facets: FacetSet
    }

    /// Years after which a deal tells half as much of its investor.
    static let halfLife = 4.0
    /// Deals' worth of the pool of startups in the market's habit: what there is to choose from when no deal is known.
    static let poolWorth = 50.0

    init(_ world: World) {
        let today = Self.held(world.today)
        var startups = Self.distinct(world.startups.map(Self.sound), by: \.key)
        let mandates = Self.distinct(world.mandates.map(Self.sound), by: \.key)
        let deals = Set(world.deals.map(Self.sound)).filter { $0.day <= today }.sorted(by: Self.precedes)
        // A startup that only deals speak of is known by its key alone.
        let listed = Set(startups.map(\.key))
        startups += Set(deals.map(\.startup)).subtracting(listed).map { World.Startup($0, isOptedIn: false) }
        startups.sort { $0.key < $1.key }
        let startupNumbers = Dictionary(uniqueKeysWithValues: startups.enumerated().map { ($0.element.key, $0.offset) })
        let investors = Set(deals.map(\.investor)).union(mandates.map(\.investor)).sorted()
        let investorNumbers = Dictionary(uniqueKeysWithValues: investors.enumerated().map { ($0.element, $0.offset) })

        var roundAnswers: [(startup: Int, day: Int, kind: String?, answers: Answers)] = []
        // The days on which each startup is known to have raised.
        var raisedDays = [Int](repeating: 0, count: startups.count)
        var numbered: [(investor: Int, startup: Int, round: Int, day: Int)] = []
        var (previous, current): (Past, Past?) = (.none, nil)
        var lastDeal: World.Deal?
        for deal in deals {
            guard let startup = startupNumbers[deal.startup], let investor = investorNumbers[deal.investor] else {
                continue
            }
            if lastDeal?.startup != deal.startup {
                (previous, current) = (.none, nil)
                raisedDays[startup] = 1
            } else if let lastDeal, lastDeal.day != deal.day, let finished = current {
                (previous, current) = (finished, nil)
                raisedDays[startup] += 1
            }
            let isSame =
                lastDeal.map {
                    $0.startup == deal.startup && $0.day == deal.day && $0.kind == deal.kind && $0.amount == deal.amount
                } ?? false
            if !isSame {
                let answers = Self.answers(
                    startups[startup], on: deal.day, after: previous, rounds: raisedDays[startup] - 1, kind: deal.kind,
                    amount: deal.amount)
                roundAnswers.append((startup, deal.day, deal.kind, answers))
            }
            // Several reports of one day are one round to what follows: the later kind by name, the larger amount.
            current = .round(
                kind: deal.kind ?? current?.kind, day: deal.day,
                amount: max(deal.amount ?? 0, current?.amount ?? 0) > 0
                    ? max(deal.amount ?? 0, current?.amount ?? 0) : nil)
            numbered.append((investor, startup, roundAnswers.count - 1, deal.day))
            lastDeal = deal
        }
        let todayAnswers = zip(startups, raisedDays).map { startup, days in
            let past = Past(startup.lastRound)
            return Self.answers(
                startup, on: today, after: past, rounds: past.rounds(known: days), kind: startup.askedStage,
                amount: startup.askedAmount)
        }

        var names = [Set<String>](repeating: [], count: Field.allCases.count)
        for answers in roundAnswers.map(\.answers) + todayAnswers {
            for value in answers.values { names[value.field.rawValue].insert(value.name) }
        }
        let facets = FacetIndex(names)
        let answers = todayAnswers.map { FacetSet($0, facets) }
        let rounds = roundAnswers.map {
            Round(startup: $0.startup, day: $0.day, kind: $0.kind, facets: FacetSet($0.answers, facets))
        }
        let decayed = numbered.map { deal in
            Deal(
                investor: deal.investor, startup: deal.startup, round: deal.round, day: deal.day,
                decay: Self.decay(deal.day, on: today))
        }

        var dealNumbers = [[Int]](repeating: [], count: investors.count)
        for (number, deal) in decayed.enumerated() { dealNumbers[deal.investor].append(number) }
        var entries = [[Int]](repeating: [], count: investors.count)
        var holdings = [[(startup: Int, day: Int)]](repeating: [], count: investors.count)
        var backers = [[(investor: Int, day: Int)]](repeating: [], count: startups.count)
        for investor in dealNumbers.indices {
            var seen: Set<Int> = []
            dealNumbers[investor].sort { (decayed[$0].day, $0) < (decayed[$1].day, $1) }
            for number in dealNumbers[investor] where seen.insert(decayed[number].startup).inserted {
                entries[investor].append(number)
                holdings[investor].append((decayed[number].startup, decayed[number].day))
                backers[decayed[number].startup].append((investor, decayed[number].day))
            }
            holdings[investor].sort { $0.startup < $1.startup }
        }

        self.today = today
        self.startups = startups
        self.mandates = mandates
        self.investors = investors
        self.deals = decayed
        self.rounds = rounds
        self.facets = facets
        answerIDs = answers.flatMap(\.ids)
        answerWeights = answers.flatMap(\.weights)
        var starts: [Int32] = []
        var base = 0
        for set in answers {
            starts += set.ranges.map { Int32(base + $0.lowerBound) }
            base += set.ids.count
        }
        answerStarts = starts + [Int32(base)]
        self.backers = backers
        self.entries = entries
        self.holdings = holdings
        self.startupNumbers = startupNumbers
        self.investorNumbers = investorNumbers
        shares = Self.shares(
            deals: entries.flatMap { $0.map { decayed[$0] } }, rounds: rounds,
            pool: zip(startups, answers).filter(\.0.isOptedIn).map(\.1), facets: facets)
    }

    /// How much a deal of that day still tells, 0 to 1.
    func decay(_ day: Int) -> Double { Self.decay(day, on: today) }

    private static func decay(_ day: Int, on today: Int) -> Double {
        Arithmetic.exp(-0.693_147_180_559_945_3 * Double(today - day) / 365.25 / halfLife)
    }

    /// Where the answers of a startup to one question lie.
    func range(_ startup: Int, _ field: Field) -> Range<Int> {
        let index = startup * Field.allCases.count + field.rawValue
        return Int(answerStarts[index])..<Int(answerStarts[index + 1])
    }

    /// The one answer of a startup to a question that has no more than one.
    func answer(_ startup: Int, _ field: Field) -> Int? {
        let range = range(startup, field)
        return range.isEmpty ? nil : Int(answerIDs[range.lowerBound])
    }

    func startup(_ key: Key) -> Int? { startupNumbers[key] }
    func investor(_ key: Key) -> Int? { investorNumbers[key] }
}

extension Market {
    /// What went before a round.
    private enum Past {
        case unknown, none
        case round(kind: String?, day: Int?, amount: Int?)

        init(_ last: World.LastRound) {
            self =
                switch last {
                case .unknown: .unknown
                case .none: .none
                case .round(let kind, let day, let amount): .round(kind: kind, day: day, amount: amount)
                }
        }

        var kind: String? { if case .round(let kind, _, _) = self { kind } else { nil } }
        var amount: Int? { if case .round(_, _, let amount) = self { amount } else { nil } }

        /// How many rounds went before, when so many are known by day; `nil` when nothing is known.
        func rounds(known days: Int) -> Int? {
            switch self {
            case .unknown: days > 0 ? days : nil
            case .none: days
            case .round: max(days, 1)
            }
        }
    }

    private static func answers(
        _ startup: World.Startup, on day: Int, after past: Past, rounds: Int?, kind: String?, amount: Int?
    ) -> Answers {
        var answers = Answers()
        let stage: String?
        switch past {
        case .unknown: stage = nil
        case .none:
            stage = "-"
            answers.add(.lastSize, "-")
            answers.add(.gap, "-")
        case .round(let kind, let last, let amount):
            stage = kind
            answers.add(.lastSize, Bucket.size(amount))
            answers.add(.gap, Bucket.gap(from: last, to: day))
        }
        let age = Bucket.age(founded: startup.founded, on: day)
        for area in startup.areas where area.weight > 0 {
            answers.add(.area, area.name, area.weight)
            answers.add(.areaInRegion, joined(area.name, startup.region), area.weight)
            answers.add(.areaInState, joined(area.name, startup.state), area.weight)
            answers.add(.areaAtStage, joined(area.name, stage), area.weight)
            answers.add(.areaAtAge, joined(area.name, age), area.weight)
            answers.add(.areaInRound, joined(area.name, kind), area.weight)
        }
        for tag in startup.tags { answers.add(.tag, tag) }
        answers.add(.country, startup.country)
        answers.add(.region, startup.region)
        answers.add(.state, startup.state)
        answers.add(.city, startup.city)
        answers.add(.previousStage, stage)
        answers.add(.earlierRounds, rounds.map(Bucket.rounds))
        answers.add(.age, age)
        answers.add(.roundKind, kind)
        answers.add(.roundSize, Bucket.size(amount))
        answers.add(.regionAtStage, joined(startup.region, stage))
        answers.add(.regionAtAge, joined(startup.region, age))
        answers.add(.regionInRound, joined(startup.region, kind))
        answers.add(.stageAtAge, joined(stage, age))
        return answers
    }

    /// Two answers as one; the separator occurs in neither, since controls are dropped from names.
    private static func joined(_ first: String?, _ second: String?) -> String? {
        guard let first, let second else { return nil }
        return first + "\u{1F}" + second
    }

    private static func shares(
        deals: [Deal], rounds: [Round], pool: [FacetSet], facets: FacetIndex
    ) -> [Double] {
        var (dealt, offered) = (
            [Double](repeating: 0, count: facets.count), [Double](repeating: 0, count: facets.count)
        )
        for deal in deals {
            let set = rounds[deal.round].facets
            for (id, weight) in zip(set.ids, set.weights) { dealt[Int(id)] += deal.decay * weight }
        }
        for set in pool {
            for (id, weight) in zip(set.ids, set.weights) { offered[Int(id)] += weight }
        }
        var shares = [Double](repeating: 0, count: facets.count)
        for range in facets.ranges {
            let (dealtSum, offeredSum) = (dealt[range].reduce(0, +), offered[range].reduce(0, +))
            let pool = offeredSum > 0 ? poolWorth : 0
            let total = dealtSum + pool
            for id in range where total > 0 {
                shares[id] = (dealt[id] + (offeredSum > 0 ? pool * offered[id] / offeredSum : 0)) / total
            }
        }
        return shares
    }
}

extension Market {
    /// A day within some ten thousand years, so that no difference of two days overflows.
    static func held(_ day: Int) -> Int { min(max(day, -1_000_000), 4_000_000) }

    private static let largestAmount = 1_000_000_000_000_000

    /// An amount that can be one; nothing else is an amount.
    private static func amount(_ amount: Int?) -> Int? {
        amount.flatMap { $0 > 0 && $0 <= largestAmount ? $0 : nil }
    }

    private static func name(_ name: String?) -> String? {
        guard let name, !name.isEmpty else { return nil }
        let sound = String(String.UnicodeScalarView(name.unicodeScalars.prefix(120).filter { $0.value >= 32 }))
        return sound.isEmpty ? nil : sound
    }

    private static func names(_ list: [String]) -> [String] {
        Array(Set(list.compactMap(name)).sorted(by: bytewise).prefix(200))
    }

    private static func sound(_ startup: World.Startup) -> World.Startup {
        var sound = startup
        sound.areas = weighted(startup.areas)
        sound.tags = names(startup.tags)
        sound.country = name(startup.country)
        sound.region = name(startup.region)
        sound.state = name(startup.state)
        sound.city = name(startup.city)
        sound.founded = startup.founded.map(held)
        sound.askedStage = name(startup.askedStage)
        sound.askedAmount = amount(startup.askedAmount)
        if case .round(let kind, let day, let last) = startup.lastRound {
            sound.lastRound = .round(kind: name(kind), day: day.map(held), amount: amount(last))
        }
        return sound
    }

    private static func sound(_ mandate: World.Mandate) -> World.Mandate {
        var sound = mandate
        sound.areas = weighted(mandate.areas)
        sound.stages = names(mandate.stages)
        sound.regions = names(mandate.regions)
        sound.cheque = mandate.cheque.flatMap { cheque in
            guard cheque.upperBound > 0 else { return nil }
            return min(max(cheque.lowerBound, 1), largestAmount)...min(cheque.upperBound, largestAmount)
        }
        return sound
    }

    private static func sound(_ deal: World.Deal) -> World.Deal {
        World.Deal(
            investor: deal.investor, startup: deal.startup, day: held(deal.day), kind: name(deal.kind),
            amount: amount(deal.amount))
    }

    /// One weight for each name, the largest given, by name.
    private static func weighted(_ list: [World.Weighted]) -> [World.Weighted] {
        var best: [String: Double] = [:]
        for item in list {
            guard let name = name(item.name) else { continue }
            best[name] = max(best[name] ?? 0, item.weight)
        }
        return best.sorted { bytewise($0.key, $1.key) }.prefix(200).map { World.Weighted($0.key, $0.value) }
    }

    static func bytewise(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private static func precedes(_ left: World.Deal, _ right: World.Deal) -> Bool {
        if left.startup != right.startup { return left.startup < right.startup }
        if left.day != right.day { return left.day < right.day }
        if left.kind != right.kind { return bytewise(left.kind ?? "", right.kind ?? "") }
        if left.amount != right.amount { return (left.amount ?? 0) < (right.amount ?? 0) }
        return left.investor < right.investor
    }

    /// One item for each key, by key. Where two differ, the one whose description comes first: an arbitrary choice, but
    /// the same whatever order they came in.
    private static func distinct<Item: Hashable>(_ items: [Item], by key: KeyPath<Item, Key>) -> [Item] {
        var kept: [Key: Item] = [:]
        for item in items {
            guard let other = kept.updateValue(item, forKey: item[keyPath: key]), other != item else { continue }
            if bytewise(fingerprint(other), fingerprint(item)) { kept[item[keyPath: key]] = other }
        }
        return kept.values.sorted { $0[keyPath: key] < $1[keyPath: key] }
    }

    private static func fingerprint(_ item: some Hashable) -> String {
        if let mandate = item as? World.Mandate {
            // Sets print in no fixed order.
            var plain = mandate
            (plain.countries, plain.excludedCountries, plain.excludedAreas, plain.excludedStartups) = ([], [], [], [])
            return String(describing: plain) + "\(mandate.countries.sorted()) \(mandate.excludedCountries.sorted())"
                + " \(mandate.excludedAreas.sorted()) \(mandate.excludedStartups.sorted())"
        }
        return String(describing: item)
    }
}
