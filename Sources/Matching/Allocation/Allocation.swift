/// Shortlists for all mandates at once, such that few startups are overlooked and no list loses much.
///
/// ```swift
/// let allocation = Allocation(demands, rules: Allocation.Rules(mostLists: 20, floors: [newcomer: 1]))
/// for list in allocation.lists { … }
/// ```
/// Each mandate's best alone would send the same few startups to everybody. Here a startup has a price that rises with
/// every list it is on, and the lists are the ones that together weigh most after the prices.
///
/// *What a place weighs.* A score stands for a chance p that the mandate will want the startup, see ``Chances``, and a
/// list is worth its chances weighted by how much each place is read, Σ p/log2(1 + rank). Taking a
/// startup off a list moves up all below it; what the list loses is what the startup is worth to it, so that the first
/// place is given up last. Beyond the list's end that is its chance at the last place. Worth is divided by the root of
/// the mandate's mean: halfway between what brings most answers in all, at the expense of mandates that rarely find
/// what they seek, and asking the same share of everybody. It is also about how NDCG weighs one answer of a mandate.
///
/// *What a list more costs.* Nothing for the first one; then three quarters of the price, fifteen sixteenths, 63/64, and
/// the whole from the fifth on. The Gini coefficient weighs exposure by the rank of the startup among all, which climbs
/// fast from none to a few lists and hardly from twenty to thirty; so does the price. It opens the lists to those on
/// none for little and leaves those wanted by many in peace; a cap, or a price that goes on rising, loses several times
/// as much for the same evenness. The height of the price is the lowest that makes the lists as even as the rules ask,
/// see ``Rules/Crowding``.
///
/// The same input gives the same lists whatever its order.
public struct Allocation: Hashable, Sendable {
    /// A mandate and the startups it could be shown.
    public struct Demand: Hashable, Sendable {
        /// The mandate.
        public let mandate: Key
        /// Places to fill.
        public let length: Int
        /// Startups and their scores in thousandths of a point, in any order; of a startup given twice the better.
        /// A hundred or two for each mandate are enough.
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
        /// How dear it is to be on many lists.
        public var crowding: Crowding

        /// Rules; by default none but the price of crowding.
        public init(
            mostLists: Int = .max, floors: [Key: Int] = [:], proposed: Set<Pair> = [], groups: [Key: Int] = [:],
            mostOfGroup: Int = .max, crowding: Crowding = .standard
        ) {
            self.mostLists = mostLists
            self.floors = floors
            self.proposed = proposed
            self.groups = groups
            self.mostOfGroup = mostOfGroup
            self.crowding = crowding
        }

        /// How the price of being on many lists is set.
        public enum Crowding: Hashable, Sendable {
            /// Thousandths of the mean weight of a place; 0 for each mandate's best.
            case price(Int)
            /// The lowest price that brings the Gini coefficient of exposure down to so many thousandths, but none
            /// that costs more than so many thousandths of the lists' worth.
            case even(gini: Int, loss: Int)

            /// Exposure about as even as if nobody were on more than five lists of ten, at a quarter of that rule's loss.
            public static let standard = Crowding.even(gini: 585, loss: 30)
        }
    }

    /// A mandate's list.
    public struct List: Hashable, Sendable {
        /// The mandate.
        public let mandate: Key
        /// Its startups, best first; equal scores in the order of their keys.
        public let startups: [Ranked]
        /// What a startup had to weigh here, after its price, to be on the list; in the unit of ``Allocation/prices``.
        public let bar: Int
    }

    /// One list for every mandate, in the order of their keys.
    public let lists: [List]
    /// What being on one list more costs each startup, in billionths of a chance at the first place of an average list.
    /// Negative where a promise carries it.
    public let prices: [Key: Int]
    /// What was gained and given up.
    public let report: Report

    /// What the lists are together.
    public struct Report: Hashable, Sendable {
        /// Places asked for, as far as there are candidates.
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
        /// The price of crowding that was taken, in thousandths of the mean weight of a place.
        public let crowding: Int
        /// Promises that cannot be kept, by startup.
        public internal(set) var unmet: [UnmetFloor]
        /// How much more other lists could at most weigh after prices, in the unit of the prices. 0 proves these best.
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
    /// 1958); then the greatest weight after prices. One cheapest circulation for each price tried, exact, or so near
    /// that ``Report/gap`` is a matter of billionths.
    /// - Parameters:
    ///   - demands: All mandates that get a list, in any order.
    ///   - rules: What holds for all lists.
    ///   - startups: How many startups there are, if some are nobody's candidate; they count in coverage and Gini.
    /// - Complexity: close to linear in the candidates of all mandates.
    public init(_ demands: [Demand], rules: Rules = Rules(), among startups: Int = 0) {
        let market = AllocationMarket(demands, rules)
        let draft: AllocationDraft =
            switch rules.crowding {
            case .price(let crowding):
                AllocationDraft(market, rules, crowding: crowding, among: startups)
            case .even(let gini, let loss):
                .even(market, rules, gini: gini, loss: loss, among: startups)
            }
        lists = market.mandates.indices.map { mandate in
            List(
                mandate: market.mandates[mandate].key,
                startups: draft.chosen[mandate].map { market.ranked(mandate, $0) }, bar: draft.bar(mandate: mandate))
        }
        prices = Dictionary(
            uniqueKeysWithValues: market.startups.enumerated().map { ($0.element, draft.price(startup: $0.offset)) })
        var report = draft.report
        report.unmet = draft.unmet(rules)
        self.report = report
    }
}
