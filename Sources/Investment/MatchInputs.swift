internal import Institutions
internal import Matching
internal import Vocabulary

/// Everything the engine is given for a run, and for which text of which mandate each list will be.
struct MatchInputs: Sendable {
    /// What the lists will be made for.
    struct Order: Sendable {
        let mandate: Mandate.ID
        let version: Int
        let investor: Institution.ID
        /// How many startups more the investor wants in hand; nil for any number.
        var room: Int?
    }

    /// The facts.
    var world: World
    /// The mandates of the world, in the order of their ids.
    var orders: [Order]
    /// How many startups a list holds at most.
    var length: Int
    /// What is kept to in sharing startups out.
    var rules: MatchRules
    /// Mandates and startups that rest from each other.
    var resting: Set<Pair>
    /// What startups are ranked by.
    var model: Model

    /// SHA-256 over all of it.
    func hash() -> [UInt8] {
        var hash = CanonicalHash()
        hash.add(MatchRun.engine(model.version))
        hash.add(world.today)
        hash.add(length)
        hash.add(rules.mostLists)
        hash.add(rules.leastLists)
        hash.add(rules.restDays)
        hash.add(resting.count)
        for pair in resting.sorted() {
            hash.add(pair.seeker)
            hash.add(pair.startup)
        }
        hash.add(world.startups.count)
        for startup in world.startups.sorted(by: { $0.key < $1.key }) { hash.add(startup) }
        hash.add(world.mandates.count)
        for mandate in world.mandates.sorted(by: { $0.key < $1.key }) { hash.add(mandate) }
        for order in orders {
            hash.add(order.version)
            hash.add(order.room)
        }
        hash.add(world.deals.count)
        for deal in world.deals.sorted(by: MatchInputs.precedes) { hash.add(deal) }
        return hash.bytes()
    }

    static func precedes(_ left: World.Deal, _ right: World.Deal) -> Bool {
        if left.investor != right.investor { return left.investor < right.investor }
        if left.startup != right.startup { return left.startup < right.startup }
        return (left.day, left.kind ?? "", left.amount ?? -1) < (right.day, right.kind ?? "", right.amount ?? -1)
    }
}

extension CanonicalHash {
    mutating func add(_ key: Key) {
        add(Int(bitPattern: UInt(key.high)))
        add(Int(bitPattern: UInt(key.low)))
    }

    fileprivate mutating func add(_ areas: [World.Weighted]) {
        add(areas.count)
        for area in areas.sorted(by: { ($0.name, $0.weight) < ($1.name, $1.weight) }) {
            add(area.name)
            add(area.weight)
        }
    }

    mutating func add(_ startup: World.Startup) {
        add(startup.key)
        add(startup.areas)
        add(unordered: startup.tags)
        add(startup.text)
        for fact in [startup.country, startup.region, startup.state, startup.city] { add(fact) }
        add(startup.founded)
        switch startup.lastRound {
        case .unknown: add("unknown")
        case .none: add("none")
        case .round(let kind, let day, let amount):
            add("round")
            add(kind)
            add(day)
            add(amount)
        }
        add(startup.askedStage)
        add(startup.askedAmount)
        add(startup.isOptedIn)
        switch startup.audience {
        case .everyone: add("everyone")
        case .only(let chosen): add("only", chosen)
        case .allBut(let others): add("all but", others)
        }
    }

    private mutating func add(_ audience: String, _ investors: Set<Key>) {
        add(audience)
        add(investors.count)
        for investor in investors.sorted() { add(investor) }
    }

    fileprivate mutating func add(_ mandate: World.Mandate) {
        add(mandate.key)
        add(mandate.investor)
        add(mandate.areas)
        add(unordered: mandate.stages)
        add(mandate.isFirmOnStages)
        add(mandate.cheque?.lowerBound)
        add(mandate.cheque?.upperBound)
        add(unordered: mandate.countries)
        add(unordered: mandate.excludedCountries)
        add(unordered: mandate.regions)
        add(unordered: mandate.excludedAreas)
        add(mandate.excludedStartups.count)
        for startup in mandate.excludedStartups.sorted() { add(startup) }
        add(mandate.passes.count)
        let passes = mandate.passes.sorted {
            ($0.startup, $0.day, $0.ground.rawValue) < ($1.startup, $1.day, $1.ground.rawValue)
        }
        for pass in passes {
            add(pass.startup)
            add(pass.ground.rawValue)
            add(pass.day)
        }
        add(mandate.isDeploying)
    }

    mutating func add(_ deal: World.Deal) {
        add(deal.investor)
        add(deal.startup)
        add(deal.day)
        add(deal.kind)
        add(deal.amount)
    }
}

extension AreaTable {
    /// The taxonomy that ships with the program, as the engine asks it.
    static let standard: AreaTable = {
        let taxonomy = FocusAreaTaxonomy.standard
        let ids = Dictionary(uniqueKeysWithValues: taxonomy.areas.map { ($0.id.description, $0.id) })
        return AreaTable(
            Array(ids.keys),
            similarity: { focus, startup in
                guard let focus = ids[focus], let startup = ids[startup] else { return 0 }
                return taxonomy.similarity(focus: focus, startup: startup)
            },
            covers: { focus, startup in
                guard let focus = ids[focus], let startup = ids[startup] else { return false }
                return taxonomy.covers(focus, startup)
            })
    }()
}

/// The words in which startups and mandates say what they do, beside the taxonomy: those for which it has no area. Looking
/// a word up takes longer than all else that is done with it, so each is looked up once.
struct FreeWords {
    private var known: [String: String?] = [:]

    /// The word as the engine compares it; nil for one that names an area.
    mutating func word(_ text: String) -> String? {
        if let known = known[text] { return known }
        let word = text.lowercased()
        let free = FocusAreaTaxonomy.standard.area(called: word) == nil ? word : nil
        known[text] = .some(free)
        return free
    }
}

extension World.Weighted {
    /// Focus areas, and those words for which the taxonomy has no area: a source's categories count like areas, each
    /// like itself and nothing else.
    static func areas(
        _ areas: [String], _ weights: [Int], words: [String], _ free: inout FreeWords
    ) -> [World.Weighted] {
        var found = zip(areas, weights).map { World.Weighted($0, Double($1) / 100) }
        for word in words {
            if let word = free.word(word), !found.contains(where: { $0.name == word }) {
                found.append(World.Weighted(word))
            }
        }
        return found
    }

    /// What rules a startup out, as the engine knows areas.
    static func exclusions(_ words: [String]) -> Set<String> {
        Set(words.map { FocusAreaTaxonomy.standard.area(called: $0)?.id.description ?? $0.lowercased() })
    }
}

extension Answer.Kind {
    /// Whether a startup that was answered so is left out of the investor's lists on a day.
    ///
    /// One that interests the investor is met, not proposed again. A pass stands for a year, since startups change; one
    /// for a conflict of interest stands for good.
    func standsInTheWay(because reason: Answer.PassReason?, until later: Int?, given: Int, on day: Int) -> Bool {
        switch self {
        case .interested: true
        case .pass: reason == .conflict || day < given + 365
        case .later: later.map { day < $0 } ?? false
        }
    }
}

extension Answer.PassReason {
    /// What a pass for this reason says did not fit; nil where it says nothing of what the investor looks for, and for what
    /// it thought of the people.
    var ground: World.Pass.Ground? {
        switch self {
        case .tooEarly, .tooLate: .stage
        case .notOurSector: .area
        case .notOurPlace: .place
        case .chequeDoesNotFit: .size
        case .conflict, .team, .market, .other: nil
        }
    }
}

extension EndingReason {
    /// What an introduction that fell through for this reason says did not fit, as a pass does.
    var ground: World.Pass.Ground? { Answer.PassReason(rawValue: rawValue)?.ground }

    /// Those that say something of what the investor looks for.
    static let grounded = allCases.filter { $0.ground != nil }
}
