/// Everything the engine knows: plain values, as of one day, with nothing looked up elsewhere.
///
/// The order of the lists means nothing. Absent facts are `nil` or empty and count neither for nor against anybody.
/// Amounts are whole units of one currency, into which the caller has brought them; one it cannot convert is `nil`.
/// Days count from 1970-01-01.
public struct World: Sendable {
    /// The day on which ages and recency are reckoned.
    public var today: Int
    /// Startups: those that may be proposed, and those that only past deals speak of.
    public var startups: [Startup]
    /// What investors look for.
    public var mandates: [Mandate]
    /// Who joined whose round when.
    public var deals: [Deal]
    /// How alike focus areas are.
    public var areas: AreaTable

    /// A world of these facts.
    public init(
        today: Int, startups: [Startup], mandates: [Mandate], deals: [Deal] = [], areas: AreaTable = AreaTable()
    ) {
        self.today = today
        self.startups = startups
        self.mandates = mandates
        self.deals = deals
        self.areas = areas
    }

    /// Something with a weight; weights that are not between 0 and 1 are brought there, NaN is 0.
    public struct Weighted: Hashable, Sendable {
        /// The slug or word.
        public let name: String
        /// How much it applies, 0 to 1.
        public let weight: Double

        /// A slug or word and how much it applies.
        public init(_ name: String, _ weight: Double = 1) {
            self.name = name
            self.weight = weight.isFinite ? min(max(weight, 0), 1) : weight == .infinity ? 1 : 0
        }
    }

    /// What is known of the last round before today.
    public enum LastRound: Hashable, Sendable {
        /// Nothing is known.
        case unknown
        /// There was none.
        case none
        /// There was one; what is not known of it is `nil`.
        case round(kind: String?, day: Int?, amount: Int?)
    }

    /// A startup.
    public struct Startup: Hashable, Sendable {
        /// Its key.
        public var key: Key
        /// Its focus areas, or the categories a source has instead.
        public var areas: [Weighted]
        /// Free tags.
        public var tags: [String]
        /// Name and description, as written.
        public var text: String
        /// ISO code of the country.
        public var country: String?
        /// The region that investors speak of.
        public var region: String?
        /// State, province or prefecture.
        public var state: String?
        /// Town.
        public var city: String?
        /// The day it was founded.
        public var founded: Int?
        /// The last round before today.
        public var lastRound: LastRound
        /// The kind of round it is raising now.
        public var askedStage: String?
        /// The amount it is raising now.
        public var askedAmount: Int?
        /// Whether it wants to be proposed to investors.
        public var isOptedIn: Bool
        /// To which of them, if it does.
        public var audience: Audience

        /// A startup of which only the key need be known.
        public init(
            _ key: Key, areas: [Weighted] = [], tags: [String] = [], text: String = "", country: String? = nil,
            region: String? = nil, state: String? = nil, city: String? = nil, founded: Int? = nil,
            lastRound: LastRound = .unknown, askedStage: String? = nil, askedAmount: Int? = nil, isOptedIn: Bool = true,
            audience: Audience = .everyone
        ) {
            self.key = key
            self.areas = areas
            self.tags = tags
            self.text = text
            self.country = country
            self.region = region
            self.state = state
            self.city = city
            self.founded = founded
            self.lastRound = lastRound
            self.askedStage = askedStage
            self.askedAmount = askedAmount
            self.isOptedIn = isOptedIn
            self.audience = audience
        }
    }

    /// The investors to which a startup wants to be proposed.
    public enum Audience: Hashable, Sendable {
        /// Every one.
        case everyone
        /// These.
        case only(Set<Key>)
        /// Every one but these.
        case allBut(Set<Key>)

        /// Whether an investor is among them.
        public func includes(_ investor: Key) -> Bool {
            switch self {
            case .everyone: true
            case .only(let chosen): chosen.contains(investor)
            case .allBut(let others): !others.contains(investor)
            }
        }
    }

    /// What an investor says it will fund.
    public struct Mandate: Hashable, Sendable {
        /// Its key.
        public var key: Key
        /// The investor, by the key that past deals use.
        public var investor: Key
        /// Focus areas it declares; each covers the areas below it.
        public var areas: [Weighted]
        /// Kinds of rounds it joins.
        public var stages: [String]
        /// Whether it joins no other kind of round.
        public var isFirmOnStages: Bool
        /// What one cheque of it may be.
        public var cheque: ClosedRange<Int>?
        /// Countries it invests in; empty means everywhere.
        public var countries: Set<String>
        /// Countries it does not invest in.
        public var excludedCountries: Set<String>
        /// Regions it likes best, without excluding others.
        public var regions: [String]
        /// Focus areas it will not touch, with everything below them.
        public var excludedAreas: Set<String>
        /// Startups it must not see: an answer that stands.
        public var excludedStartups: Set<Key>
        /// Startups that its investor passed over because they did not fit.
        public var passes: [Pass]
        /// Whether it has money to give now.
        public var isDeploying: Bool

        /// A mandate of which only the keys need be known.
        public init(
            _ key: Key, of investor: Key, areas: [Weighted] = [], stages: [String] = [], isFirmOnStages: Bool = false,
            cheque: ClosedRange<Int>? = nil, countries: Set<String> = [], excludedCountries: Set<String> = [],
            regions: [String] = [], excludedAreas: Set<String> = [], excludedStartups: Set<Key> = [],
            passes: [Pass] = [], isDeploying: Bool = true
        ) {
            self.key = key
            self.investor = investor
            self.areas = areas
            self.stages = stages
            self.isFirmOnStages = isFirmOnStages
            self.cheque = cheque
            self.countries = countries
            self.excludedCountries = excludedCountries
            self.regions = regions
            self.excludedAreas = excludedAreas
            self.excludedStartups = excludedStartups
            self.passes = passes
            self.isDeploying = isDeploying
        }
    }

    /// That an investor passed over a startup it was shown, because of something that did not fit.
    ///
    /// Only what says something of the investor: nothing is learned from a conflict, a full portfolio or a bad moment, and
    /// nothing from what somebody thought of the people.
    public struct Pass: Hashable, Sendable {
        /// What did not fit.
        public enum Ground: String, Hashable, Sendable, CaseIterable {
            case area, place, stage, size
        }

        /// The startup.
        public var startup: Key
        /// What did not fit.
        public var ground: Ground
        /// The day it was said.
        public var day: Int

        /// A pass.
        public init(over startup: Key, because ground: Ground, day: Int) {
            self.startup = startup
            self.ground = ground
            self.day = day
        }
    }

    /// One investor's part in one round of one startup.
    public struct Deal: Hashable, Sendable {
        /// The investor.
        public var investor: Key
        /// The startup.
        public var startup: Key
        /// The day the round was announced.
        public var day: Int
        /// The kind of round.
        public var kind: String?
        /// The amount of the whole round.
        public var amount: Int?

        /// A deal.
        public init(investor: Key, startup: Key, day: Int, kind: String? = nil, amount: Int? = nil) {
            self.investor = investor
            self.startup = startup
            self.day = day
            self.kind = kind
            self.amount = amount
        }
    }
}

/// How alike focus areas are and which stand above which, taken from a taxonomy once.
///
/// An area that the table does not have is like itself and like nothing else.
public struct AreaTable: Sendable {
    let names: [String]
    /// `focus * names.count + startup`
    private let likeness: [Double]
    private let coverage: [Bool]

    /// A table without areas.
    public init() {
        (names, likeness, coverage) = ([], [], [])
    }

    /// A table of named areas.
    ///
    /// - Parameters:
    ///   - similarity: how well a startup in the second area meets a focus on the first, 0 to 1.
    ///   - covers: whether the first area is the second or stands above it.
    public init(_ names: [String], similarity: (String, String) -> Double, covers: (String, String) -> Bool) {
        let names = Array(Set(names)).sorted()
        var (likeness, coverage): ([Double], [Bool]) = ([], [])
        for focus in names {
            for startup in names {
                let value = focus == startup ? 1 : similarity(focus, startup)
                likeness.append(value.isFinite ? min(max(value, 0), 1) : 0)
                coverage.append(focus == startup || covers(focus, startup))
            }
        }
        (self.names, self.likeness, self.coverage) = (names, likeness, coverage)
    }

    func likeness(focus: Int, startup: Int) -> Double { likeness[focus * names.count + startup] }
    func covers(_ focus: Int, _ startup: Int) -> Bool { coverage[focus * names.count + startup] }
}
