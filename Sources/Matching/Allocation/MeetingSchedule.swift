/// Who meets whom, and when: as much score as a day holds, with a floor of meetings for every startup.
///
/// ```swift
/// let schedule = MeetingSchedule(wishes, rules: MeetingSchedule.Rules(slots: 8, mostPerInvestor: 8, floor: 3))
/// let afterwards = MeetingSchedule(wishes, rules: changed, keeping: schedule.meetings)
/// ```
/// First the pairs: most floors met, then the greatest total, a cheapest circulation and so exact. Then the times: a
/// bipartite graph needs no more colours than its busiest node has edges (König 1916), so that whoever is there all
/// day gets all meetings. With absences that may fail, and deciding whether it must is NP-complete (Even, Itai and
/// Shamir 1976, *On the complexity of timetable and multicommodity flow problems*): pairs left without a time are
/// given up, the slots are matched anew one after the other until none can be improved, and ``Report/bound`` says how
/// much more there could have been at most.
public struct MeetingSchedule: Hashable, Sendable {
    /// A pair that may meet.
    public struct Wish: Hashable, Sendable {
        /// Investor and startup.
        public let pair: Pair
        /// What the meeting is worth, in any unit that may be added up; below 0 it takes place for a floor only.
        /// For scores in points, take their ``Chances``.
        public let score: Int

        /// A pair and its score. Of a pair given twice the higher one counts.
        public init(_ pair: Pair, score: Int) {
            self.pair = pair
            self.score = score
        }
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
        /// Slots in which an investor or a startup is not there.
        public var absences: [Key: Set<Int>]
        /// Pairs that do not meet.
        public var forbidden: Set<Pair>

        /// Rules; by default everybody is there all day and may meet anybody.
        public init(
            slots: Int, mostPerInvestor: Int = .max, floor: Int = 0, mostPerStartup: Int = .max,
            absences: [Key: Set<Int>] = [:], forbidden: Set<Pair> = []
        ) {
            self.slots = slots
            self.mostPerInvestor = mostPerInvestor
            self.floor = floor
            self.mostPerStartup = mostPerStartup
            self.absences = absences
            self.forbidden = forbidden
        }
    }

    /// A pair that meets.
    public struct Meeting: Hashable, Sendable {
        /// Investor and startup.
        public let pair: Pair
        /// When.
        public let slot: Int
        /// As wished.
        public let score: Int
    }

    /// By slot, then by pair.
    public let meetings: [Meeting]
    /// What a meeting with each startup costs because others want it too, in units of score; negative where its floor
    /// carries it. By the pairs' plan, before times are found.
    public let prices: [Key: Int]
    /// What a meeting must score, after the startup's price, to be worth an investor's time.
    public let bars: [Key: Int]
    /// What was gained and given up.
    public let report: Report

    /// What the meetings are together.
    public struct Report: Hashable, Sendable {
        /// The sum of the scores.
        public let total: Int
        /// The total of the pairs planned before times were found: what no schedule that meets as many floors, and
        /// keeps as many meetings, exceeds.
        public let bound: Int
        /// Pairs that were planned but found no time.
        public let untimed: [Pair]
        /// Floors that are not met, by startup.
        public let unmet: [UnmetFloor]
        /// Meetings that were to be kept, could be held, and are not, or not then.
        public let moved: [Meeting]
        /// Pairs who do not meet although each would rather meet the other than keep its least meeting or an empty
        /// place. A floor, and a total greater than that of a stable schedule, cost some.
        public let blocking: [Pair]
    }

    /// Plans the day.
    /// - Parameters:
    ///   - wishes: Pairs that may meet, in any order; a startup has to occur here to have a floor.
    ///   - rules: What holds for the day.
    ///   - standing: Meetings of an earlier plan. As few of them as possible are given up or moved: only for floors.
    /// - Complexity: O(pairs · people) in practice; a day of 40 investors and 60 startups takes milliseconds.
    public init(_ wishes: [Wish], rules: Rules, keeping standing: [Meeting] = []) {
        let day = MeetingDay(wishes, rules, standing)
        let plan = MeetingPlan(day)
        var timetable = Timetable(day)
        timetable.place(plan.pairs)
        let unplaced = plan.pairs.filter { !timetable.holds($0) }
        if !unplaced.isEmpty || !day.standing.isEmpty { timetable.improve() }
        meetings = timetable.meetings
        prices = plan.prices
        bars = plan.bars
        let counts = timetable.counts
        report = Report(
            total: meetings.reduce(0) { $0 + $1.score },
            bound: plan.pairs.reduce(0) { $0 + day.pairs[$1].score },
            untimed: unplaced.filter { !timetable.holds($0) }.map { day.pair($0) },
            unmet: plan.unmet(counts),
            moved: Set(day.standing.map { day.meeting($0.key, $0.value) }).subtracting(meetings)
                .sorted { ($0.slot, $0.pair) < ($1.slot, $1.pair) },
            blocking: timetable.blocking)
    }
}
