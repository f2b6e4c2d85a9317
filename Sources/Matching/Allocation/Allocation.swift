/// Shortlists for all mandates at once, such that few startups are overlooked and no list loses much.
///
/// ```swift
/// let allocation = Allocation(demands, rules: Allocation.Rules(mostLists: 20, floors: [newcomer: 1]))
/// for list in allocation.lists { … }
/// ```
/// Each mandate's best alone would send the same few startups to everybody. Here a startup has a price that rises with
/// every list it is on, and the lists are the ones that together are worth most after the prices.
///
/// *What a place is worth.* A score is taken as log-odds, so that the chance that the mandate will want the startup is
/// p = 1/(1 + e^-score), and what a list is worth is its chances weighted by how much each place is read,
/// Σ p/log2(1 + rank). Taking a startup off a list moves up all below it; the loss is what the startup counts here,
/// so that the first place is given up last. Beyond the list's end it counts its chance at the last place.
///
/// *What a list more costs.* Nothing for the first one; then half of ``Rules/crowding`` times the mean worth of a
/// place, then three quarters, seven eighths, … The Gini coefficient weighs exposure by the rank of the startup among
/// all, which climbs fast between none and a few lists and hardly from twenty to thirty; so does the price. It opens
/// the lists to those on none for little and leaves those wanted by many in peace; a cap, or a price that goes on
/// rising, loses several times as much for the same evenness.
///
/// Prices in proportion to the lists' own worth fit any market. The same input gives the same lists whatever its order.
public struct Allocation: Hashable, Sendable {
    /// A mandate and the startups it could be shown.
    public struct Demand: Hashable, Sendable {
        /// The mandate.
        public let mandate: Key
        /// Places to fill.
        public let length: Int
        /// Startups and their scores in thousandths of log-odds, in any order; of a startup given twice the better.
        public let candidates: [Ranked]

        /// A mandate, its places and its candidates. Of a mandate given twice the longer list counts, and the
        /// candidates of both.
        public init(_ mandate: Key, length: Int, candidates: [Ranked]) {
            self.mandate = mandate
            self.length = length
            self.candidates = candidates
        }
    }

    /// What holds for all lists.
    public struct Rules: Hashable, Sendable {
        /// Lists that one startup may be on.
        public var mostLists: Int
        /// Lists that a startup is promised, where its being a candidate allows it.
        public var floors: [Key: Int]
        /// Pairs that are not proposed again.
        public var proposed: Set<Pair>
        /// What a startup has in common with others: those of one group compete for a list's places.
        public var groups: [Key: Int]
        /// Startups of one group that a list may hold.
        public var mostOfGroup: Int
        /// How dear it is to be on many lists, in thousandths of the mean worth of a place; 0 for each mandate's best.
        public var crowding: Int

        /// Rules; by default nothing but the price of crowding.
        public init(
            mostLists: Int = .max, floors: [Key: Int] = [:], proposed: Set<Pair> = [], groups: [Key: Int] = [:],
            mostOfGroup: Int = .max, crowding: Int = 180
        ) {
            self.mostLists = mostLists
            self.floors = floors
            self.proposed = proposed
            self.groups = groups
            self.mostOfGroup = mostOfGroup
            self.crowding = crowding
        }
    }

    /// A mandate's list.
    public struct List: Hashable, Sendable {
        /// The mandate.
        public let mandate: Key
        /// Its startups, best first; equal scores in the order of their keys.
        public let startups: [Ranked]
        /// Billionths: what a startup had to be worth here, after its price, to be on the list.
        public let bar: Int
    }

    /// One list for every mandate, in the order of their keys.
    public let lists: [List]
    /// Billionths: what one list more, or one less, of each startup costs the others. Negative where a promise
    /// carries it.
    public let prices: [Key: Int]
    /// What was gained and given up.
    public let report: Report

    /// What the lists are together.
    public struct Report: Hashable, Sendable {
        /// Places asked for.
        public let places: Int
        /// Places filled: as many as the rules allow.
        public let filled: Int
        /// Billionths: the chances of all proposals, weighted by place.
        public let worth: Int
        /// Billionths: the same for each mandate's best, with no rule but that nothing is proposed twice.
        public let plainWorth: Int
        /// Startups on at least one list.
        public let covered: Int
        /// Startups that could be.
        public let candidates: Int
        /// Gini coefficient of the startups' exposure, the sum of 1/log2(1 + rank) over their lists.
        public let gini: Double
        /// Lists of the startup that is on most.
        public let mostLists: Int
        /// Promises that cannot be kept, by startup.
        public let unmet: [UnmetFloor]
        /// Billionths: how much more, after prices, other lists could at most be worth. 0 proves these the best.
        public let gap: Int

        /// The share of the plain lists' worth that was given up.
        public var loss: Double { plainWorth > 0 ? 1 - Double(worth) / Double(plainWorth) : 0 }
        /// The share of the startups that are on a list.
        public var coverage: Double { candidates > 0 ? Double(covered) / Double(candidates) : 0 }
    }
}

extension Allocation {
    /// Works the lists out.
    ///
    /// Most places first, and most lists of those promised, which never hinder each other (Mendelsohn and Dulmage
    /// 1958); then the greatest worth after prices. One cheapest circulation, exact, or so near that ``Report/gap``
    /// is a matter of billionths.
    /// - Parameters:
    ///   - demands: All mandates that get a list, in any order.
    ///   - rules: What holds for all lists.
    ///   - startups: How many startups there are, if some are nobody's candidate; they count in coverage and Gini.
    /// - Complexity: close to linear in the candidates of all mandates.
    public init(_ demands: [Demand], rules: Rules = Rules(), among startups: Int = 0) {
        let market = AllocationMarket(demands, rules)
        let network = AllocationNetwork(market, rules)
        let circulation = network.network.cheapestCirculation()
        let chosen = network.chosen(circulation)
        lists = market.mandates.indices.map { mandate in
            List(
                mandate: market.mandates[mandate].key,
                startups: chosen[mandate].map { market.ranked(mandate, $0) },
                bar: circulation.prices[network.node(mandate: mandate)] - circulation.prices[0])
        }
        var prices: [Key: Int] = [:]
        for (startup, key) in market.startups.enumerated() {
            prices[key] = circulation.prices[0] - circulation.prices[network.node(startup: startup)]
        }
        self.prices = prices
        report = Report(
            market, chosen, among: startups, unmet: network.unmet(circulation, rules), gap: circulation.gap)
    }
}

extension Allocation.Report {
    fileprivate init(
        _ market: AllocationMarket, _ chosen: [[Int]], among startups: Int, unmet: [UnmetFloor], gap: Int
    ) {
        var exposures = [Double](repeating: 0, count: max(market.startups.count, startups))
        var counts = [Int](repeating: 0, count: market.startups.count)
        var (worth, plainWorth) = (0, 0)
        for (mandate, list) in zip(market.mandates, chosen) {
            for (place, candidate) in list.enumerated() {
                let candidate = mandate.candidates[candidate]
                exposures[candidate.startup] += Exposure.share(rank: place + 1)
                counts[candidate.startup] += 1
                worth += candidate.chance * market.discounts[place] / 1_000_000
            }
            for (place, candidate) in mandate.candidates.prefix(mandate.length).enumerated() {
                plainWorth += candidate.chance * market.discounts[place] / 1_000_000
            }
        }
        self.worth = worth
        self.plainWorth = plainWorth
        places = market.mandates.reduce(0) { $0 + $1.length }
        filled = chosen.reduce(0) { $0 + $1.count }
        covered = counts.count { $0 > 0 }
        candidates = exposures.count
        gini = Exposure.gini(exposures)
        mostLists = counts.max() ?? 0
        self.unmet = unmet
        self.gap = gap
    }
}
