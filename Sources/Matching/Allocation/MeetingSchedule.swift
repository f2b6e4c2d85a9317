/// Who meets whom, when and at which table: as much score as a day holds, with a floor of meetings for every startup.
///
/// ```swift
/// let schedule = MeetingSchedule(wishes, rules: MeetingSchedule.Rules(slots: 8, mostPerInvestor: 8, floor: 3))
/// let afterwards = MeetingSchedule(wishes, rules: changed, keeping: schedule.meetings)
/// ```
/// Schedules are judged by three numbers, in this order: floors met, that is the sum over startups of their meetings up
/// to the floor; standing meetings kept; the total of the scores. A standing meeting *is kept* when it takes place in the
/// slot it had, and *is moved* when it could, by itself, take place there (its pair may meet, both are there, some room
/// is open) and does not. As many meetings are kept as any schedule keeps that meets as many floors, so that as few as
/// possible are moved.
///
/// First the pairs: the best by those numbers if times did not matter, a cheapest circulation and so exact. Then the
/// times: a bipartite graph needs no more colours than its busiest node has edges (König 1916), and its colours can be
/// used equally often (de Werra 1971, *Equitable colorations of graphs*), so that whoever is there all day gets all
/// meetings, and rooms are enough if they are in sum. With absences that may fail, and deciding whether it must is
/// NP-complete (Even, Itai and Shamir 1976, *On the complexity of timetable and multicommodity flow problems*): pairs
/// left without a time are given up, and the slots are matched anew one after the other until none can be improved. A
/// small day is then searched to the end, see ``Report/isProvedBest``; of any other ``Report/bound`` says how much more
/// there could have been at most, and where meetings stand it is planned again with other pairs that would serve as well,
/// until as few are moved as must be or the rounds are used up. Last the rooms, which change nothing of all this.
public struct MeetingSchedule: Hashable, Sendable {
    /// A pair that may meet.
    public struct Wish: Hashable, Sendable {
        /// Investor and startup.
        public let pair: Pair
        /// What the meeting is worth, in any unit that may be added up; below 0 it takes place for a floor only.
        /// For scores in points, take their ``Chances``.
        public let score: Int
        /// What it is worth to the investor; tells who would rather meet whom, see ``Report/blocking``.
        public let forInvestor: Int
        /// What it is worth to the startup.
        public let forStartup: Int

        /// A pair and its score, which is that of both. Of a pair given twice the higher one counts.
        public init(_ pair: Pair, score: Int) {
            self.pair = pair
            self.score = score
            (forInvestor, forStartup) = (score, score)
        }

        /// A pair in which both sides choose: the score is the chance that both want the meeting.
        ///
        /// That chance is the product, so that the total counts the meetings wanted on both sides; a harmonic mean, as in
        /// RECON (Pizzato et al. 2010), orders one list about alike and cannot be added up. Where a side has said
        /// nothing, give it the same chance everywhere. Where it has said no, forbid the pair.
        /// - Parameters:
        ///   - pair: Investor and startup.
        ///   - forInvestor: The chance that the investor wants it, in billionths; held between none and one.
        ///   - forStartup: The chance that the startup does. For ranks, see ``chance(rank:)``.
        public init(_ pair: Pair, forInvestor: Int, forStartup: Int) {
            self.pair = pair
            self.forInvestor = min(max(forInvestor, 0), 1_000_000_000)
            self.forStartup = min(max(forStartup, 0), 1_000_000_000)
            score = (self.forInvestor * self.forStartup + 500_000_000) / 1_000_000_000
        }

        /// What a place in somebody's ranking counts as, in billionths: 1/log2(1 + rank), all for the first place.
        public static func chance(rank: Int) -> Int { 1000 * Exposure.discount(rank: rank) }
    }

    /// What holds for the day.
    public struct Rules: Hashable, Sendable {
        /// Times at which everybody may have one meeting, numbered from 0; 200 are used at most.
        public var slots: Int
        /// Meetings that an investor has at most.
        public var mostPerInvestor: Int
        /// Meetings that a startup is promised.
        public var floor: Int
        /// Meetings that a startup has at most.
        public var mostPerStartup: Int
        /// Slots in which an investor or a startup is not there, or a room not open.
        public var absences: [Key: Set<Int>]
        /// Pairs that do not meet.
        public var forbidden: Set<Pair>
        /// Rooms or tables, and how many meetings each holds at a time: `.max` where there is no limit, as online, where
        /// meetings go that find no other room. `nil` if there is room for all.
        public var rooms: [Key: Int]?
        /// The room in which an investor or a startup would like to stay.
        public var homes: [Key: Key]

        /// Rules; by default everybody is there all day and may meet anybody, and there is room for all.
        public init(
            slots: Int, mostPerInvestor: Int = .max, floor: Int = 0, mostPerStartup: Int = .max,
            absences: [Key: Set<Int>] = [:], forbidden: Set<Pair> = [], rooms: [Key: Int]? = nil,
            homes: [Key: Key] = [:]
        ) {
            self.slots = slots
            self.mostPerInvestor = mostPerInvestor
            self.floor = floor
            self.mostPerStartup = mostPerStartup
            self.absences = absences
            self.forbidden = forbidden
            self.rooms = rooms
            self.homes = homes
        }
    }

    /// A pair that meets.
    public struct Meeting: Hashable, Sendable {
        /// Investor and startup.
        public let pair: Pair
        /// When.
        public let slot: Int
        /// Where, if rooms were given.
        public let room: Key?
        /// As wished.
        public let score: Int

        /// A meeting of an earlier plan; its score is that of the wish.
        public init(_ pair: Pair, slot: Int, room: Key? = nil, score: Int = 0) {
            self.pair = pair
            self.slot = slot
            self.room = room
            self.score = score
        }
    }

    /// Why a pair does not meet. The first that holds.
    public enum Obstacle: Hashable, Sendable {
        /// The rules forbid it.
        case forbidden
        /// In no slot are both there and a room open.
        case noCommonTime
        /// It scores nothing, so that only a floor could bring it about.
        case worthless
        /// The startup has all the meetings it may have, or has time for; the least of them scores this.
        case startupFull(least: Int)
        /// The investor has all the meetings it may have, or has time for; the least of them scores this.
        case investorFull(least: Int)
        /// Both could meet once more, but when one is free the other is not.
        case noFreeTime
        /// Whenever both are free, all rooms are taken.
        case noFreeRoom
    }

    /// By slot, then by pair.
    public let meetings: [Meeting]
    /// What stands in the way of each other pair that was wished for.
    public let obstacles: [Pair: Obstacle]
    /// What a meeting with each startup costs because others want it too, in units of score; negative where its floor
    /// carries it. By the pairs' plan, before times are found.
    public let prices: [Key: Int]
    /// What a meeting must score, after the startup's price and the ``rent``, to be worth an investor's time.
    public let bars: [Key: Int]
    /// What a meeting costs because rooms are scarce all day; 0 where they are not.
    public let rent: Int
    /// What was gained and given up.
    public let report: Report

    /// What the meetings are together.
    public struct Report: Hashable, Sendable {
        /// The sum of the scores.
        public let total: Int
        /// What no schedule's total exceeds that meets as many floors as this one, and keeps as many meetings; the total
        /// itself if it is proved best.
        public let bound: Int
        /// Whether no schedule is better: by the pairs' plan, all of which took place, or because all others were tried.
        /// Days up to some eight investors, eight startups and six slots nearly always are, larger ones where few are away.
        public let isProvedBest: Bool
        /// Pairs that were planned but found no time.
        public let untimed: [Pair]
        /// Floors that are not met, by startup.
        public let unmet: [UnmetFloor]
        /// Meetings that were to be kept, could be held when they were, and are not; as they stood.
        public let moved: [Meeting]
        /// How many any schedule moves at least that meets as many floors as this one; as many as `moved` has, if this one
        /// is proved best.
        public let fewestMoved: Int
        /// Meetings that are kept in their slot, but in another room; as they are now. As few as possible.
        public let rehoused: [Meeting]
        /// How often somebody goes to another room from one meeting to the next.
        public let walks: Int
        /// Pairs who do not meet although each would rather meet the other than keep its least meeting or an empty
        /// place, by what meetings are worth to each. A floor, and a total greater than that of a stable schedule, cost
        /// some.
        public let blocking: [Pair]
    }

    /// Plans the day.
    /// - Parameters:
    ///   - wishes: Pairs that may meet, in any order; a startup has to occur here to have a floor.
    ///   - rules: What holds for the day.
    ///   - standing: Meetings of an earlier plan. As few of them as possible are given up or moved: only for floors.
    /// - Complexity: O(pairs · people) in practice; a day of 40 investors and 60 startups takes milliseconds. A small day
    ///   is searched for a second or two at most, by a count of steps, not a clock.
    public init(_ wishes: [Wish], rules: Rules, keeping standing: [Meeting] = []) {
        let day = MeetingDay(wishes, rules, standing)
        let plan = MeetingPlan(day)
        var timetable = Timetable(day)
        let untimed = timetable.place(plan.pairs)
        let unplaced = plan.pairs.filter { !timetable.holds($0) }
        if !unplaced.isEmpty || !day.standing.isEmpty { timetable.improve() }
        var isProvedBest = timetable.worth >= plan.bound
        if !isProvedBest, var search = MeetingSearch(day, timetable) {
            isProvedBest = search.isExhaustive(below: plan.bound)
            timetable = search.best
        } else if !isProvedBest, !day.standing.isEmpty {
            timetable.replan(avoiding: untimed, below: plan.bound)
            isProvedBest = timetable.worth >= plan.bound
        }
        let rooms = MeetingRooms(day, timetable)
        meetings = rooms.meetings
        obstacles = timetable.obstacles
        prices = plan.prices
        bars = plan.bars
        rent = plan.rent
        let (counts, worth) = (timetable.counts, timetable.worth)
        var (mostKept, mostTotal) = (worth.kept, worth.total)
        if !isProvedBest {
            let isAsFair = worth.floors == plan.bound.floors
            mostKept = isAsFair ? plan.bound.kept : day.standing.count
            mostTotal =
                isAsFair && worth.kept == plan.bound.kept
                ? plan.bound.total : MeetingPlan(day, byScoreAlone: true).bound.total
        }
        report = Report(
            total: worth.total, bound: mostTotal, isProvedBest: isProvedBest,
            untimed: unplaced.filter { !timetable.holds($0) }.map { day.pair($0) }, unmet: plan.unmet(counts),
            moved: timetable.moved, fewestMoved: day.standing.count - mostKept,
            rehoused: rooms.rehoused, walks: rooms.walks, blocking: timetable.blocking)
    }

    /// The slots in which somebody is not there all the time.
    /// - Parameters:
    ///   - slots: When each slot begins and ends, in any order; as instants, so that zones and changes of clocks play no
    ///     part.
    ///   - windows: When somebody is there, in any order; windows that touch are one.
    /// - Complexity: O(slots · windows)
    public static func absences<Instant: Comparable>(
        in slots: [Range<Instant>], windows: [Range<Instant>]
    ) -> Set<Int> {
        let windows = windows.sorted { $0.lowerBound < $1.lowerBound }
        return Set(
            slots.indices.filter { slot in
                var reached = slots[slot].lowerBound
                for window in windows where window.contains(reached) { reached = window.upperBound }
                return reached < slots[slot].upperBound
            })
    }
}
