import Testing

@testable import Matching

@Suite struct MeetingScheduleTests {
    @Test func noScheduleIsBetterWhereAllAreThere() {
        for seed in 0..<300 {
            var inventor = Inventor(seed: UInt64(seed))
            let (wishes, rules) = inventor.day(investors: 2, startups: 3, slots: 3, withAbsences: false)
            let schedule = MeetingSchedule(wishes, rules: rules)
            let best = MeetingDay(wishes, rules, []).best()
            #expect(schedule.standing(rules) == best, "seed \(seed)")
            #expect(schedule.report.untimed.isEmpty)
            #expect(schedule.report.bound == schedule.report.total)
        }
    }

    /// With absences the times are found step by step; how often that misses the best is known and small.
    @Test func fewSchedulesAreBetterWhereSomeAreAway() {
        var missed = 0
        for seed in 0..<300 {
            var inventor = Inventor(seed: UInt64(seed))
            let (wishes, rules) = inventor.day(investors: 3, startups: 3, slots: 2, withAbsences: true)
            let schedule = MeetingSchedule(wishes, rules: rules)
            let (found, best) = (schedule.standing(rules), MeetingDay(wishes, rules, []).best())
            #expect(found <= best)
            if found.floors == best.floors { #expect(schedule.report.bound >= best.total || rules.floor > 0) }
            if found < best { missed += 1 }
        }
        #expect(missed <= 6)
    }

    @Test func rulesAreNeverBroken() {
        for seed in 0..<2000 {
            var inventor = Inventor(seed: UInt64(seed))
            let (wishes, rules) = inventor.day(
                investors: Int.random(in: 0...5, using: &inventor), startups: Int.random(in: 0...6, using: &inventor),
                slots: Int.random(in: 0...4, using: &inventor), withAbsences: true, isWild: true)
            let schedule = MeetingSchedule(wishes, rules: rules)
            check(schedule, wishes, rules)
            var (fewer, changed) = (wishes, rules)
            if let gone = wishes.randomElement(using: &inventor)?.pair.seeker {
                fewer.removeAll { $0.pair.seeker == gone }
                changed.forbidden.formUnion(wishes.prefix(2).map(\.pair))
            }
            check(MeetingSchedule(fewer, rules: changed, keeping: schedule.meetings), fewer, changed)
        }
    }

    private func check(
        _ schedule: MeetingSchedule, _ wishes: [MeetingSchedule.Wish], _ rules: MeetingSchedule.Rules
    ) {
        var counts: [Key: Int] = [:]
        var times: Set<[String]> = []
        for meeting in schedule.meetings {
            #expect(wishes.contains { $0.pair == meeting.pair })
            #expect(!rules.forbidden.contains(meeting.pair))
            #expect((0..<max(0, rules.slots)).contains(meeting.slot))
            for key in [meeting.pair.seeker, meeting.pair.startup] {
                counts[key, default: 0] += 1
                #expect(times.insert(["\(key)", "\(meeting.slot)"]).inserted)
                #expect(!(rules.absences[key]?.contains(meeting.slot) ?? false))
            }
        }
        #expect(Set(schedule.meetings.map(\.pair)).count == schedule.meetings.count)
        #expect(wishes.allSatisfy { counts[$0.pair.seeker, default: 0] <= max(0, rules.mostPerInvestor) })
        #expect(wishes.allSatisfy { counts[$0.pair.startup, default: 0] <= max(0, rules.mostPerStartup) })
        let missing = Set(wishes.map(\.pair.startup)).filter { counts[$0, default: 0] < rules.floor }
        #expect(schedule.report.unmet.map(\.startup) == missing.sorted())
        #expect(schedule.report.unmet.allSatisfy { $0.given == counts[$0.startup, default: 0] })
        #expect(schedule.report.total == schedule.meetings.reduce(0) { $0 + $1.score })
    }

    @Test func theOrderOfTheInputChangesNothing() {
        for seed in 0..<300 {
            var inventor = Inventor(seed: UInt64(seed))
            let (wishes, rules) = inventor.day(investors: 4, startups: 5, slots: 3, withAbsences: true)
            let schedule = MeetingSchedule(wishes, rules: rules)
            let shuffled = (wishes + wishes.prefix(3)).shuffled(using: &inventor)
            #expect(MeetingSchedule(shuffled, rules: rules) == schedule)
            let again = MeetingSchedule(
                shuffled, rules: rules, keeping: schedule.meetings.shuffled(using: &inventor))
            #expect(again == MeetingSchedule(wishes, rules: rules, keeping: schedule.meetings))
            #expect(again.report.moved.isEmpty || schedule.standing(rules).floors < again.standing(rules).floors)
        }
    }

    /// A cancellation moves as few of the other meetings as any schedule that meets as many floors.
    @Test func aCancellationMovesFew() {
        var missed = 0
        for seed in 0..<300 {
            var inventor = Inventor(seed: UInt64(seed))
            let (wishes, rules) = inventor.day(investors: 3, startups: 3, slots: 2, withAbsences: false)
            let schedule = MeetingSchedule(wishes, rules: rules)
            guard let gone = schedule.meetings.randomElement(using: &inventor)?.pair.seeker else { continue }
            var changed = rules
            changed.absences[gone] = [0, 1]
            let after = MeetingSchedule(wishes, rules: changed, keeping: schedule.meetings)
            let best = MeetingDay(wishes, changed, schedule.meetings).best()
            let found = after.standing(changed, keeping: schedule.meetings)
            #expect(found <= best)
            if found.floors < best.floors || found.kept < best.kept { missed += 1 }
            if rules.floor == 0 { #expect(after.report.moved.isEmpty) }
        }
        #expect(missed <= 6)
    }

    @Test func aFloorCostsLittleOnALargeDay() {
        for seed in 0..<5 {
            var inventor = Inventor(seed: UInt64(seed))
            let fame = (0..<60).map { _ in Double.random(in: -1...1, using: &inventor) }
            let wishes = (0..<40).flatMap { investor in
                (0..<60).map { startup in
                    let odds = fame[startup] + Double.random(in: -2...2, using: &inventor)
                    return MeetingSchedule.Wish(
                        Pair(Inventor.key(3, investor), Inventor.key(1, startup)),
                        score: Int(1e6 / (1 + Arithmetic.exp(-odds))))
                }
            }
            let rules = MeetingSchedule.Rules(slots: 8, mostPerInvestor: 8, mostPerStartup: 8)
            var floored = rules
            floored.floor = 3
            let (free, fair) = (MeetingSchedule(wishes, rules: rules), MeetingSchedule(wishes, rules: floored))
            #expect(free.meetings.count == 320)
            #expect(fair.report.unmet.isEmpty)
            #expect(fair.report.untimed.isEmpty)
            #expect(Double(fair.report.total) >= 0.98 * Double(free.report.total))
            check(fair, wishes, floored)
        }
    }

    @Test func unmetFloorsSayWhy() {
        func wish(_ investor: Int, _ startup: Int, _ score: Int = 1) -> MeetingSchedule.Wish {
            MeetingSchedule.Wish(Pair(Inventor.key(3, investor), Inventor.key(1, startup)), score: score)
        }
        let one = MeetingSchedule([wish(0, 0, 5), wish(0, 1)], rules: MeetingSchedule.Rules(slots: 1, floor: 1))
        #expect(one.meetings.map(\.pair) == [wish(0, 0).pair])
        #expect(
            one.report.unmet == [
                UnmetFloor(
                    startup: Inventor.key(1, 1), promised: 1, given: 0, reason: .contested(by: [Inventor.key(1, 0)]))
            ])
        let two = MeetingSchedule([wish(0, 0)], rules: MeetingSchedule.Rules(slots: 2, floor: 2))
        #expect(two.report.unmet.map(\.reason) == [.fewSeekers(1)])
        let three = MeetingSchedule(
            [wish(0, 0), wish(1, 0)], rules: MeetingSchedule.Rules(slots: 2, floor: 2, mostPerStartup: 1))
        #expect(three.report.unmet.map(\.reason) == [.capped(at: 1)])
        // Both investors are there in the first slot only; the startup has just one of those.
        let four = MeetingSchedule(
            [wish(0, 0), wish(1, 0)],
            rules: MeetingSchedule.Rules(
                slots: 2, floor: 2, absences: [Inventor.key(3, 0): [1], Inventor.key(3, 1): [1]]))
        #expect(four.report.unmet.map(\.reason) == [.noCommonTime])
        #expect(four.report.untimed.count == 1)
    }

    @Test func pairsWhoWouldRatherMeetAreNamed() {
        func wish(_ investor: Int, _ startup: Int, _ score: Int) -> MeetingSchedule.Wish {
            MeetingSchedule.Wish(Pair(Inventor.key(3, investor), Inventor.key(1, startup)), score: score)
        }
        let wishes = [wish(0, 0, 10), wish(0, 1, 9), wish(1, 0, 9), wish(1, 1, 1)]
        let schedule = MeetingSchedule(wishes, rules: MeetingSchedule.Rules(slots: 1))
        #expect(schedule.report.total == 18)
        #expect(schedule.report.blocking == [wish(0, 0, 10).pair])
        for wish in wishes {
            let margin =
                wish.score - (schedule.prices[wish.pair.startup] ?? 0) - (schedule.bars[wish.pair.seeker] ?? 0)
            let meets = schedule.meetings.contains { $0.pair == wish.pair }
            #expect(meets ? margin >= 0 : margin <= 0)
        }
    }
}

extension Inventor {
    mutating func day(
        investors: Int, startups: Int, slots: Int, withAbsences: Bool, isWild: Bool = false
    ) -> ([MeetingSchedule.Wish], MeetingSchedule.Rules) {
        var wishes: [MeetingSchedule.Wish] = []
        var rules = MeetingSchedule.Rules(slots: slots)
        for investor in 0..<investors {
            for startup in 0..<startups where Int.random(in: 0...4, using: &self) > 0 {
                let pair = Pair(Self.key(3, investor), Self.key(1, startup))
                let extreme = [Int.min, .max, 0].randomElement(using: &self) ?? 0
                let isExtreme = isWild && Int.random(in: 0...4, using: &self) == 0
                wishes.append(
                    MeetingSchedule.Wish(pair, score: isExtreme ? extreme : Int.random(in: -3...20, using: &self)))
                if Int.random(in: 0...9, using: &self) == 0 { rules.forbidden.insert(pair) }
            }
        }
        let limits = isWild ? [Int.min, 0, 1, 2, .max] : [1, 2, 3, .max]
        rules.mostPerInvestor = limits.randomElement(using: &self) ?? 0
        rules.mostPerStartup = limits.randomElement(using: &self) ?? 0
        rules.floor = (isWild ? [Int.min, 0, 1, 2, .max] : [0, 1, 2]).randomElement(using: &self) ?? 0
        if isWild, Int.random(in: 0...9, using: &self) == 0 {
            rules.slots = [Int.min, .max].randomElement(using: &self) ?? 0
        }
        if withAbsences {
            for key in wishes.flatMap({ [$0.pair.seeker, $0.pair.startup] })
            where Int.random(in: 0...3, using: &self) == 0 {
                rules.absences[key, default: []].insert(Int.random(in: 0...max(1, slots), using: &self))
            }
        }
        return (wishes, rules)
    }
}

/// What schedules are judged by, in this order.
private struct Standing: Comparable {
    var floors = 0
    var kept = 0
    var total = 0

    static func < (left: Self, right: Self) -> Bool {
        (left.floors, left.kept, left.total) < (right.floors, right.kept, right.total)
    }
}

extension MeetingSchedule {
    fileprivate func standing(_ rules: Rules, keeping earlier: [Meeting] = []) -> Standing {
        let counts = Dictionary(grouping: meetings, by: \.pair.startup).mapValues(\.count)
        return Standing(
            floors: counts.values.reduce(0) { $0 + min($1, max(0, rules.floor)) },
            kept: Set(earlier).intersection(meetings).count, total: report.total)
    }
}

extension MeetingDay {
    /// By trying all schedules.
    fileprivate func best() -> Standing {
        var best = Standing()
        var taken = [Set<Int>](repeating: [], count: slots)
        var (ofInvestor, ofStartup) = (
            [Int](repeating: 0, count: investors.count), [Int](repeating: 0, count: startups.count)
        )
        func choose(_ number: Int, _ standing: Standing) {
            guard number < pairs.count else {
                best = max(best, standing)
                return
            }
            choose(number + 1, standing)
            let pair = pairs[number]
            guard ofInvestor[pair.investor] < most(investor: pair.investor),
                ofStartup[pair.startup] < most(startup: pair.startup)
            else { return }
            for slot in 0..<slots
            where investorTimes[pair.investor][slot] && startupTimes[pair.startup][slot]
                && taken[slot].isDisjoint(with: [pair.investor, -1 - pair.startup])
            {
                var next = standing
                next.total += pair.score
                if ofStartup[pair.startup] < rules.floor { next.floors += 1 }
                if self.standing[number] == slot { next.kept += 1 }
                taken[slot].formUnion([pair.investor, -1 - pair.startup])
                ofInvestor[pair.investor] += 1
                ofStartup[pair.startup] += 1
                choose(number + 1, next)
                ofInvestor[pair.investor] -= 1
                ofStartup[pair.startup] -= 1
                taken[slot].subtract([pair.investor, -1 - pair.startup])
            }
        }
        choose(0, Standing())
        return best
    }
}
