/// An earlier day of a world, and what followed: what a model is taught with.
struct Lesson: Sendable {
    /// What was known on the day. Those of its startups are on offer that raised in the time that followed, or that an
    /// investor asked to meet; its mandates are those of the investors who were at work.
    let world: World
    /// For each investor, the startups it joined for the first time in the time that followed, or asked to meet.
    let joined: [Key: Set<Key>]
    /// For each investor, the startups it asked to meet in it of which more is known than the word: how many examples each
    /// stands for.
    let worth: [Key: [Key: Double]]

    /// Days that follow. In half a year enough happens to learn from, and the last lesson is half a year old at most.
    static let days = 183
    /// An investor that joined no startup for longer than this was not at work.
    static let workingDays = 730
    /// Startups that an investor must have joined: from fewer, its habits cannot be told from chance.
    static let leastPortfolio = 5
}

/// An investor that asked to meet a startup it was shown. Models learn from it as from a deal, while the startup's own
/// record stays what it was: a meeting is no round.
public struct Interest: Hashable, Sendable {
    /// The investor.
    public let investor: Key
    /// The startup.
    public let startup: Key
    /// The day it was said.
    public let day: Int
    /// How many examples it stands for, 1 to 10: one for the word alone, more for what was seen to come of it. A word costs
    /// little; a meeting, and a look at the books, say that it was meant.
    public let worth: Double

    /// An interest; a worth out of bounds is brought there, NaN is 1.
    public init(of investor: Key, in startup: Key, day: Int, worth: Double = 1) {
        self.investor = investor
        self.startup = startup
        self.day = day
        self.worth = worth >= 1 ? min(worth, 10) : 1
    }
}

/// The deals of a world in an order from which every earlier day can be told.
struct Chronicle: Sendable {
    private let world: World
    private let interests: [Interest]
    private let byStartup: [Key: [World.Deal]]
    private let byInvestor: [(investor: Key, deals: [World.Deal])]

    init(_ world: World, interests: [Interest] = []) {
        func precedes(_ left: World.Deal, _ right: World.Deal) -> Bool {
            if left.day != right.day { return left.day < right.day }
            if left.kind != right.kind { return Market.bytewise(left.kind ?? "", right.kind ?? "") }
            return (left.amount ?? 0) < (right.amount ?? 0)
        }
        self.world = world
        self.interests = interests
        byStartup = Dictionary(grouping: world.deals, by: \.startup).mapValues { $0.sorted(by: precedes) }
        byInvestor = Dictionary(grouping: world.deals, by: \.investor)
            .map { (investor: $0.key, deals: $0.value) }.sorted { $0.investor < $1.investor }
    }

    /// The world as it stood on a day, and what followed.
    ///
    /// - Parameter asks: the share of startups that said then what round they were raising, 0 to 1; it is known from what
    ///   they raised.
    func lesson(from day: Int, asks: Double) -> Lesson {
        let end = day + Lesson.days
        let said = interests.filter { $0.day >= day && $0.day < end }
        let sought = Set(said.map(\.startup))
        let saidBy = Dictionary(grouping: said, by: \.investor)
        let startups = world.startups.map { startup in
            var past = startup
            let deals = byStartup[startup.key] ?? []
            let following = deals.first { $0.day >= day && $0.day < end }
            past.isOptedIn = following != nil || sought.contains(startup.key)
            past.audience = .everyone
            past.lastRound = Self.lastRound(deals.prefix { $0.day < day })
            past.askedStage = Lot.draw(startup.key, on: day) < asks ? following?.kind : nil
            past.askedAmount = nil
            return past
        }
        var mandates: [World.Mandate] = []
        var joined: [Key: Set<Key>] = [:]
        var worth: [Key: [Key: Double]] = [:]
        for (investor, deals) in byInvestor {
            let before = deals.filter { $0.day < day }
            let portfolio = Set(before.map(\.startup))
            guard portfolio.count >= Lesson.leastPortfolio,
                before.contains(where: { $0.day >= day - Lesson.workingDays })
            else { continue }
            mandates.append(World.Mandate(investor, of: investor))
            joined[investor] = Set(deals.filter { $0.day >= day && $0.day < end }.map(\.startup))
                .union((saidBy[investor] ?? []).map(\.startup)).subtracting(portfolio)
            for interest in saidBy[investor] ?? [] where interest.worth > 1 {
                worth[investor, default: [:]][interest.startup, default: 1].raise(to: interest.worth)
            }
        }
        return Lesson(
            world: World(
                today: day, startups: startups, mandates: mandates, deals: world.deals.filter { $0.day < day },
                areas: world.areas),
            joined: joined, worth: worth)
    }

    private static func lastRound(_ deals: ArraySlice<World.Deal>) -> World.LastRound {
        guard let last = deals.last else { return .none }
        let round = deals.filter { $0.day == last.day }
        return .round(kind: round.compactMap(\.kind).last, day: last.day, amount: round.compactMap(\.amount).max())
    }
}

extension Double {
    fileprivate mutating func raise(to other: Double) { self = Swift.max(self, other) }
}

/// Numbers that look drawn and hang on nothing but what they are drawn for, so that a lesson can be given again.
enum Lot {
    /// A number from 0 up to 1 for a day and a key or two.
    static func draw(_ keys: Key..., on day: Int) -> Double {
        var mixed = UInt64(bitPattern: Int64(day))
        for key in keys {
            for word in [key.high, key.low] {
                mixed = (mixed ^ word) &* 0xBF58_476D_1CE4_E5B9
                mixed = (mixed ^ (mixed >> 31)) &* 0x94D0_49BB_1331_11EB
                mixed ^= mixed >> 29
            }
        }
        return Double(mixed >> 11) / Double(1 << 53)
    }
}
