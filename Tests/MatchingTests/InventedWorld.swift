import Foundation

@testable import Matching

/// Worlds made up from a seed: small, crowded, and with every kind of fact missing somewhere.
struct Inventor: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    static let areas = ["fintech", "payments", "insurance", "robotics", "drones", "vaccines"]
    static let stages = ["pre-seed", "seed", "series-a", "series-b", "grant"]
    static let places = ["Harbour", "Sakuragi", "Kitagawa"]
    static let words = ["cash", "robot", "dose", "harbour", "智慧城市", "wing", "risk", "data"]
    static let today = 20_000

    /// Fintech stands above payments and insurance, robotics above drones.
    static let table = AreaTable(
        areas,
        similarity: { focus, startup in
            switch (focus, startup) {
            case ("fintech", "payments"), ("fintech", "insurance"), ("robotics", "drones"): 1
            case ("payments", "fintech"), ("insurance", "fintech"), ("drones", "robotics"): 0.7
            case ("payments", "insurance"), ("insurance", "payments"): 0.5
            default: 0
            }
        },
        covers: { ($0 == "fintech" && ["payments", "insurance"].contains($1)) || ($0 == "robotics" && $1 == "drones") })

    static func key(_ kind: UInt64, _ number: Int) -> Key { Key(high: kind, low: UInt64(number)) }

    mutating func maybe<Value>(_ value: Value) -> Value? { Bool.random(using: &self) ? value : nil }

    mutating func some(_ list: [String], upTo count: Int) -> [String] {
        Array(list.shuffled(using: &self).prefix(Int.random(in: 0...count, using: &self)))
    }

    mutating func one(_ list: [String]) -> String { list.randomElement(using: &self) ?? "" }

    mutating func startup(_ number: Int) -> World.Startup {
        let last: World.LastRound =
            switch Int.random(in: 0...2, using: &self) {
            case 0: .unknown
            case 1: .none
            default: .round(kind: maybe(one(Self.stages)), day: maybe(day()), amount: maybe(amount()))
            }
        return World.Startup(
            Self.key(1, number),
            areas: some(Self.areas, upTo: 3).map { World.Weighted($0, Double.random(in: 0...1, using: &self)) },
            tags: some(["b2b", "deep tech", "export"], upTo: 2), text: some(Self.words, upTo: 6).joined(separator: " "),
            country: maybe(one(["HK", "JP", "SG"])), region: maybe(one(Self.places)),
            state: maybe(one(["North", "South"])), city: maybe(one(Self.places)), founded: maybe(day()),
            lastRound: last,
            askedStage: maybe(one(Self.stages)), askedAmount: maybe(amount()),
            isOptedIn: Int.random(in: 0...5, using: &self) > 0)
    }

    mutating func mandate(_ number: Int, investors: Int) -> World.Mandate {
        World.Mandate(
            Self.key(2, number), of: Self.key(3, Int.random(in: 0..<investors, using: &self)),
            areas: some(Self.areas, upTo: 3).map { World.Weighted($0, Double.random(in: 0...1, using: &self)) },
            stages: some(Self.stages, upTo: 3), isFirmOnStages: Int.random(in: 0...3, using: &self) == 0,
            cheque: maybe(amount()...amount() + 40_000_000),
            countries: Int.random(in: 0...3, using: &self) == 0 ? ["HK", "JP"] : [],
            excludedCountries: Int.random(in: 0...3, using: &self) == 0 ? ["SG"] : [],
            regions: some(Self.places, upTo: 2),
            excludedAreas: Int.random(in: 0...3, using: &self) == 0 ? [one(Self.areas)] : [],
            passes: (0..<Int.random(in: 0...3, using: &self)).map { _ in
                World.Pass(
                    over: Self.key(1, Int.random(in: 0...30, using: &self)),
                    because: World.Pass.Ground.allCases.randomElement(using: &self) ?? .area, day: day())
            },
            isDeploying: Int.random(in: 0...6, using: &self) > 0)
    }

    mutating func world(
        startups: Int = 30, mandates: Int = 4, investors: Int = 8, deals: Int = 60
    ) -> World {
        World(
            today: Self.today, startups: (0..<startups).map { startup($0) },
            mandates: (0..<mandates).map { mandate($0, investors: investors) },
            deals: (0..<deals).map { _ in
                World.Deal(
                    investor: Self.key(3, Int.random(in: 0..<investors, using: &self)),
                    startup: Self.key(1, Int.random(in: 0..<startups, using: &self)), day: day(),
                    kind: maybe(one(Self.stages)), amount: maybe(amount()))
            }, areas: Self.table)
    }

    /// A model of any weights, for and against.
    mutating func model(upTo most: Double = 9) -> Model {
        func weights() -> Model.Weights {
            var weights = Model.Weights(start: Double.random(in: -9...9, using: &self))
            for signal in Signal.allCases {
                weights.weight[signal] = Double.random(in: -most...most, using: &self)
                if signal.growsWithExperience {
                    weights.perExperience[signal] = Double.random(in: -3...3, using: &self)
                }
                if signal.hasUpside { weights.upside[signal] = Double.random(in: -most...most, using: &self) }
            }
            for stage in Self.stages { weights.demand["roundKind=\(stage)"] = Double.random(in: -9...9, using: &self) }
            return weights
        }
        return Model(version: "any", reference: -5, cold: weights(), warm: weights())
    }

    /// A large world in which names are shared between questions, some startups have many areas or none, and some have
    /// many backers: what bounds can be wrong about.
    mutating func crowd() -> World {
        let areaCount = Int.random(in: 1...600, using: &self)
        let words = ["north", "harbour", "data", "cash", "robots", "doses", "Kita", "智慧"]
        let startupCount = Int.random(in: 100...1200, using: &self)
        let startups = (0..<startupCount).map { number in
            var startup = startup(number)
            let count = Bool.random(using: &self) ? 3 : Int.random(in: 0...9, using: &self)
            let isEven = Bool.random(using: &self)
            startup.areas = (0..<count).map { _ in
                let weight = isEven ? 1 : Double.random(in: 0...1, using: &self)
                return World.Weighted(area(words, of: areaCount), weight)
            }
            let length = Int.random(in: 0...40, using: &self)
            startup.text = (0..<length).map { _ in one(words) }.joined(separator: " ")
            startup.region = maybe(one(words))
            startup.state = maybe(Bool.random(using: &self) ? one(words) : "\(one(words))\(below(60))")
            startup.city = maybe("\(one(words))\(below(200))")
            startup.country = maybe("C\(below(60))")
            return startup
        }
        let mandates = (0..<6).map { number in
            var mandate = mandate(number, investors: 12)
            mandate.areas = (0..<4).map { _ in World.Weighted(area(words, of: areaCount)) }
            mandate.regions = [one(words), one(words)]
            mandate.countries = []
            mandate.isDeploying = true
            return mandate
        }
        let backed = below(startupCount + 1)
        let deals = (0..<(backed > 0 ? 800 : 0)).map { _ in
            World.Deal(
                investor: Self.key(3, below(12)), startup: Self.key(1, below(backed)), day: day(),
                kind: maybe(one(Self.stages)), amount: maybe(amount()))
        }
        return World(today: Self.today, startups: startups, mandates: mandates, deals: deals, areas: Self.table)
    }

    /// A large world in which mandates have no past, and areas no words in common: each mandate tells few areas from the rest.
    ///
    /// - Parameter areas: how many there are; `nil` for three of its own for each startup, with mandates for those of some
    ///   startup and others whose codes end in the same byte.
    mutating func newcomers(areas given: Int?, startups: Int) -> World {
        let areas = given ?? 3 * startups
        let likely = Int.random(in: 1...areas, using: &self)
        func name(_ number: Int) -> String { "area\(number)" }
        let isEven = below(4) > 0
        let offered = (0..<startups).map { number in
            var startup = startup(number)
            startup.areas = (0..<(below(9) > 0 ? 3 : below(9))).map { place in
                let area = given == nil ? min(3 * number + place, areas - 1) : below(below(2) == 0 ? likely : areas)
                return World.Weighted(name(area), isEven ? 1 : Double.random(in: 0...1, using: &self))
            }
            return startup
        }
        let mandates = (0..<6).map { number in
            var mandate = mandate(number, investors: 12)
            // Half of them are of the latest codes.
            let first = 3 * (below(2) == 0 ? below(startups) : startups - 1 - below(startups / 8))
            let chosen =
                given == nil
                ? [first, first + 1, first + 2, first + 256, first + 512].prefix(3 + below(3))
                : (0..<Int.random(in: 1...9, using: &self)).map { _ in below(likely) }[...]
            let areEqual = below(2) == 0
            mandate.areas = chosen.map {
                World.Weighted(name($0), areEqual ? 1 : Double.random(in: 0...1, using: &self))
            }
            (mandate.investor, mandate.countries, mandate.isDeploying) = (Self.key(4, number), [], true)
            return mandate
        }
        let deals = (0..<below(300)).map { _ in
            World.Deal(
                investor: Self.key(3, below(12)), startup: Self.key(1, below(startups)), day: day(),
                kind: maybe(one(Self.stages)), amount: maybe(amount()))
        }
        return World(today: Self.today, startups: offered, mandates: mandates, deals: deals, areas: Self.table)
    }

    private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }

    private mutating func area(_ words: [String], of count: Int) -> String {
        "\(one(words)) \(one(words)) \(below(count))"
    }

    private mutating func day() -> Int { Int.random(in: Self.today - 4000...Self.today, using: &self) }
    private mutating func amount() -> Int { Int.random(in: 10_000...20_000_000, using: &self) }
}

/// How many worlds a property is held to: few in the tests of every day, many in the long form (`Scripts/prove matching`).
func worlds(_ usual: Int, long: Int) -> Range<UInt64> {
    0..<UInt64(ProcessInfo.processInfo.environment["TRELLIS_LONG"] == nil ? usual : long)
}

/// A model in which every signal counts in every way, so that no test passes because a weight is zero.
let everySignal: Model = {
    func weights(_ weight: (Int) -> Double) -> Model.Weights {
        let signals = Signal.allCases.enumerated()
        var weights = Model.Weights(start: -3)
        weights.weight = Dictionary(uniqueKeysWithValues: signals.map { ($1, weight($0)) })
        weights.perExperience = Dictionary(
            uniqueKeysWithValues: signals.filter(\.element.growsWithExperience).map { ($1, 0.1) })
        weights.upside = Dictionary(uniqueKeysWithValues: signals.filter(\.element.hasUpside).map { ($1, 0.5) })
        for stage in Inventor.stages { weights.demand["roundKind=\(stage)"] = Double(stage.utf8.count) }
        return weights
    }
    return Model(
        version: "test", reference: -5, cold: weights { Double($0 + 1) }, warm: weights { Double(60 - $0) })
}()
