import Testing

@testable import Matching

@Suite struct MeetingScheduleTests {
    @Test func noScheduleIsBetterWhereAllAreThere() {
        for seed in 0..<300 {
            var inventor = Inventor(seed: UInt64(seed))
            let (wishes, rules) = inventor.day(investors: 2, startups: 3, slots: 3, withAbsences: false)
            let schedule = MeetingSchedule(wishes, rules: rules)
            let best = MeetingDay(wishes, rules, []).best()
            #expect(schedule.worth(rules) == best, "seed \(seed)")
            #expect(schedule.report.untimed.isEmpty)
            #expect(schedule.report.bound == schedule.report.total)
        }
    }

    @Test func noSmallScheduleIsBetter() {
        for seed in worlds(300, long: 1500) {
            var inventor = Inventor(seed: seed)
            let (wishes, rules) = inventor.day(investors: 3, startups: 3, slots: 2, withAbsences: true)
            let schedule = MeetingSchedule(wishes, rules: rules)
            #expect(schedule.worth(rules) == MeetingDay(wishes, rules, []).best(), "seed \(seed)")
            #expect(schedule.report.isProvedBest)
            #expect(schedule.report.bound == schedule.report.total)
        }
    }

    /// Too many for all to be tried, and still proved: another solver agrees, see `Scripts/prove demo-day`.
    @Test func largerSchedulesAreProvedBest() {
        for seed in worlds(5, long: 50) {
            var inventor = Inventor(seed: seed)
            let (wishes, rules) = inventor.day(investors: 7, startups: 7, slots: 5, withAbsences: true)
            let schedule = MeetingSchedule(wishes, rules: rules)
            #expect(schedule.report.isProvedBest)
            check(schedule, wishes, rules)
        }
    }

    @Test func rulesAreNeverBroken() {
        for seed in worlds(500, long: 4000) {
            var inventor = Inventor(seed: seed)
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
            #expect((meeting.room == nil) == (rules.rooms == nil))
            #expect(meeting.room.map { !(rules.absences[$0]?.contains(meeting.slot) ?? false) } ?? true)
        }
        for (room, meetings) in Dictionary(grouping: schedule.meetings, by: \.room) {
            guard let room, let places = rules.rooms?[room] else { continue }
            let held = Dictionary(grouping: meetings, by: \.slot).values
            #expect(held.allSatisfy { $0.count <= places })
        }
        #expect(Set(schedule.meetings.map(\.pair)).isDisjoint(with: schedule.obstacles.keys))
        #expect(Set(schedule.meetings.map(\.pair)).union(schedule.obstacles.keys) == Set(wishes.map(\.pair)))
        #expect(schedule.report.moved.count >= schedule.report.fewestMoved)
        #expect(Set(schedule.meetings.map(\.pair)).count == schedule.meetings.count)
        #expect(wishes.allSatisfy { counts[$0.pair.seeker, default: 0] <= max(0, rules.mostPerInvestor) })
        #expect(wishes.allSatisfy { counts[$0.pair.startup, default: 0] <= max(0, rules.mostPerStartup) })
        let missing = Set(wishes.map(\.pair.startup)).filter { counts[$0, default: 0] < rules.floor }
        #expect(schedule.report.unmet.map(\.startup) == missing.sorted())
        #expect(schedule.report.unmet.allSatisfy { $0.given == counts[$0.startup, default: 0] })
        #expect(schedule.report.total == schedule.meetings.reduce(0) { $0 + $1.score })
    }

    @Test func theOrderOfTheInputChangesNothing() {
        for seed in worlds(100, long: 600) {
            var inventor = Inventor(seed: seed)
            let (wishes, rules) = inventor.day(investors: 4, startups: 4, slots: 3, withAbsences: true)
            let schedule = MeetingSchedule(wishes, rules: rules)
            let shuffled = (wishes + wishes.prefix(3)).shuffled(using: &inventor)
            #expect(MeetingSchedule(shuffled, rules: rules) == schedule)
            let again = MeetingSchedule(
                shuffled, rules: rules, keeping: schedule.meetings.shuffled(using: &inventor))
            #expect(again == MeetingSchedule(wishes, rules: rules, keeping: schedule.meetings))
            #expect(again.report.moved.isEmpty || schedule.worth(rules).floors < again.worth(rules).floors)
        }
    }

    /// No schedule that meets as many floors moves fewer of the other meetings, and none that moves as few is worth more.
    @Test func aCancellationMovesTheFewest() {
        for seed in worlds(300, long: 1500) {
            var inventor = Inventor(seed: seed)
            let (wishes, rules) = inventor.day(
                investors: 3, startups: 3, slots: 2, withAbsences: !seed.isMultiple(of: 3))
            let schedule = MeetingSchedule(wishes, rules: rules)
            guard let gone = schedule.meetings.randomElement(using: &inventor) else { continue }
            var changed = rules
            changed.absences[gone.pair.seeker] = [0, 1]
            if seed.isMultiple(of: 2), let room = gone.room { changed.absences[room] = [0, 1] }
            let after = MeetingSchedule(wishes, rules: changed, keeping: schedule.meetings)
            let day = MeetingDay(wishes, changed, schedule.meetings)
            let best = day.best()
            #expect(after.worth(changed, keeping: schedule.meetings) == best, "seed \(seed)")
            #expect(after.report.isProvedBest)
            #expect(after.report.moved.count == day.standing.count - best.kept)
            #expect(after.report.fewestMoved == after.report.moved.count)
            if rules.floor == 0, changed.rooms == nil { #expect(after.report.moved.isEmpty) }
        }
    }

    /// Five people of eleven cancel, and some meetings of the others are moved for a floor: never more than must be, as trying
    /// all schedules shows.
    @Test func fiveCancellationsMoveTheFewest() {
        var moved = 0
        for seed in worlds(100, long: 500) {
            var inventor = Inventor(seed: seed)
            var (wishes, rules) = inventor.day(investors: 6, startups: 5, slots: 2, withAbsences: true)
            rules.floor = 2
            let schedule = MeetingSchedule(wishes, rules: rules)
            let people = Set(wishes.flatMap { [$0.pair.seeker, $0.pair.startup] }).sorted()
            var changed = rules
            for key in people.shuffled(using: &inventor).prefix(5) { changed.absences[key] = [0, 1] }
            let after = MeetingSchedule(wishes, rules: changed, keeping: schedule.meetings)
            let day = MeetingDay(wishes, changed, schedule.meetings)
            let best = day.best()
            #expect(after.worth(changed, keeping: schedule.meetings) == best, "seed \(seed)")
            #expect(after.report.moved.count == day.standing.count - best.kept, "seed \(seed)")
            moved += after.report.moved.count
        }
        #expect(moved > 0)
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

    @Test func everyPairThatDoesNotMeetHasAReason() {
        func wish(_ investor: Int, _ startup: Int, _ score: Int = 1) -> MeetingSchedule.Wish {
            MeetingSchedule.Wish(Pair(Inventor.key(3, investor), Inventor.key(1, startup)), score: score)
        }
        func obstacles(_ wishes: [MeetingSchedule.Wish], _ rules: MeetingSchedule.Rules) -> [MeetingSchedule.Obstacle] {
            MeetingSchedule(wishes, rules: rules).obstacles.sorted { $0.key < $1.key }.map(\.value)
        }
        let (i, s) = (Inventor.key(3, 0), Inventor.key(1, 0))
        var rules = MeetingSchedule.Rules(slots: 2, absences: [i: [0], s: [1]], forbidden: [wish(0, 1).pair])
        #expect(obstacles([wish(0, 0), wish(0, 1), wish(1, 0, 0)], rules) == [.noCommonTime, .forbidden, .worthless])
        rules = MeetingSchedule.Rules(slots: 1)
        #expect(obstacles([wish(0, 0, 5), wish(1, 0, 4)], rules) == [.startupFull(least: 5)])
        #expect(obstacles([wish(0, 0, 5), wish(0, 1, 4)], rules) == [.investorFull(least: 5)])
        // Investor 0 has a time left only when startup 0 has none.
        rules = MeetingSchedule.Rules(slots: 2, absences: [Inventor.key(3, 1): [1], Inventor.key(1, 1): [0]])
        #expect(obstacles([wish(0, 0, 1), wish(0, 1, 5), wish(1, 0, 5)], rules) == [.noFreeTime])
        rules = MeetingSchedule.Rules(slots: 1, rooms: [Inventor.key(9, 0): 1])
        let scarce = MeetingSchedule([wish(0, 0, 5), wish(1, 1, 4)], rules: rules)
        #expect(scarce.obstacles == [wish(1, 1).pair: .noFreeRoom])
        #expect((4...5).contains(scarce.rent))
        #expect(MeetingSchedule([wish(0, 0), wish(1, 0)], rules: MeetingSchedule.Rules(slots: 1)).rent == 0)
    }

    @Test func bothSidesChoose() {
        func wish(_ investor: Int, _ startup: Int, _ ofInvestor: Int, _ ofStartup: Int) -> MeetingSchedule.Wish {
            MeetingSchedule.Wish(
                Pair(Inventor.key(3, investor), Inventor.key(1, startup)), forInvestor: ofInvestor * 1_000_000,
                forStartup: ofStartup * 1_000_000)
        }
        #expect(wish(0, 0, 500, 400).score == 200_000_000)
        #expect(wish(0, 0, -5, 400).score == 0)
        #expect(wish(0, 0, 5_000, 400).score == 400_000_000)
        #expect(MeetingSchedule.Wish.chance(rank: 1) == 1_000_000_000)
        #expect(MeetingSchedule.Wish.chance(rank: 3) == 500_000_000)
        // What one side wants and the other does not is not what takes place, and stands in nobody's way.
        let wishes = [wish(0, 0, 900, 100), wish(0, 1, 500, 500), wish(1, 0, 400, 600), wish(1, 1, 300, 300)]
        let schedule = MeetingSchedule(wishes, rules: MeetingSchedule.Rules(slots: 1))
        #expect(schedule.meetings.map(\.pair) == [wishes[1].pair, wishes[2].pair])
        #expect(schedule.report.blocking.isEmpty)
    }

    @Test func peopleStayWhereTheyAre() {
        let tables = (0..<3).map { Inventor.key(9, $0) }
        func wish(_ investor: Int, _ startup: Int) -> MeetingSchedule.Wish {
            MeetingSchedule.Wish(Pair(Inventor.key(3, investor), Inventor.key(1, startup)), score: 10)
        }
        let wishes = (0..<3).flatMap { investor in (0..<3).map { wish(investor, $0) } }
        var rules = MeetingSchedule.Rules(slots: 3, rooms: Dictionary(uniqueKeysWithValues: tables.map { ($0, 1) }))
        // Nine meetings: one side stays, the other walks twice each.
        let schedule = MeetingSchedule(wishes, rules: rules)
        #expect(schedule.meetings.count == 9)
        #expect(schedule.report.walks == 6)
        rules.homes = [Inventor.key(1, 0): tables[2], Inventor.key(1, 1): tables[0], Inventor.key(1, 2): tables[1]]
        let housed = MeetingSchedule(wishes, rules: rules)
        #expect(housed.meetings.allSatisfy { $0.room == rules.homes[$0.pair.startup] })
        // A table that closes sends away who was there, and nobody else.
        rules.rooms?[Inventor.key(9, 7)] = 1
        rules.absences[tables[2]] = [1]
        let after = MeetingSchedule(wishes, rules: rules, keeping: housed.meetings)
        #expect(after.report.moved.isEmpty)
        #expect(after.report.rehoused.map(\.room) == [Inventor.key(9, 7)])
        #expect(after.report.rehoused.map(\.pair.startup) == [Inventor.key(1, 0)])
        // Where tables are few, the rest meets online, and only the rest.
        rules = MeetingSchedule.Rules(slots: 3, rooms: [tables[0]: 1, tables[1]: .max])
        let online = MeetingSchedule(wishes, rules: rules).meetings
        #expect(online.count == 9)
        #expect(online.count { $0.room == tables[0] } == 3)
    }

    @Test func absencesFollowFromWindows() {
        let slots = [0..<30, 30..<60, 60..<90, 90..<120]
        func absences(_ windows: [Range<Int>]) -> Set<Int> { MeetingSchedule.absences(in: slots, windows: windows) }
        #expect(absences([]) == [0, 1, 2, 3])
        #expect(absences([0..<120]) == [])
        #expect(absences([45..<100, 0..<45]) == [3])
        #expect(absences([0..<20, 25..<59, 60..<90]) == [0, 1, 3])
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
                - schedule.rent
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
            if Bool.random(using: &self) {
                rules.rooms = [:]
                for room in 0..<Int.random(in: isWild ? 0...3 : 1...3, using: &self) {
                    let places = isWild ? [Int.min, 0, 1, 2, .max] : [1, 1, 2]
                    rules.rooms?[Self.key(9, room)] = places.randomElement(using: &self)
                    if Int.random(in: 0...3, using: &self) == 0 {
                        rules.absences[Self.key(9, room)] = [Int.random(in: 0...max(1, slots), using: &self)]
                    }
                }
                for key in wishes.flatMap({ [$0.pair.seeker, $0.pair.startup] }) where Bool.random(using: &self) {
                    rules.homes[key] = Self.key(9, Int.random(in: 0...3, using: &self))
                }
            }
        }
        return (wishes, rules)
    }
}

extension MeetingSchedule {
    fileprivate func worth(_ rules: Rules, keeping earlier: [Meeting] = []) -> MeetingWorth {
        let counts = Dictionary(grouping: meetings, by: \.pair.startup).mapValues(\.count)
        let kept = Set(earlier.map { Meeting($0.pair, slot: $0.slot) })
            .intersection(meetings.map { Meeting($0.pair, slot: $0.slot) })
        return MeetingWorth(
            floors: counts.values.reduce(0) { $0 + min($1, max(0, rules.floor)) }, kept: kept.count,
            total: meetings.reduce(0) { $0 + $1.score })
    }
}

extension MeetingDay {
    /// By trying all schedules.
    fileprivate func best() -> MeetingWorth {
        var best = MeetingWorth()
        var taken = [Set<Int>](repeating: [], count: slots)
        var (ofInvestor, ofStartup) = (
            [Int](repeating: 0, count: investors.count), [Int](repeating: 0, count: startups.count)
        )
        func choose(_ number: Int, _ worth: MeetingWorth) {
            guard number < pairs.count else {
                best = max(best, worth)
                return
            }
            choose(number + 1, worth)
            let pair = pairs[number]
            guard ofInvestor[pair.investor] < most(investor: pair.investor),
                ofStartup[pair.startup] < most(startup: pair.startup)
            else { return }
            for slot in 0..<slots
            where admits(number, slot) && taken[slot].count < 2 * places[slot]
                && taken[slot].isDisjoint(with: [pair.investor, -1 - pair.startup])
            {
                var next = worth
                next.total += pair.score
                if ofStartup[pair.startup] < rules.floor { next.floors += 1 }
                if standing[number]?.slot == slot { next.kept += 1 }
                taken[slot].formUnion([pair.investor, -1 - pair.startup])
                ofInvestor[pair.investor] += 1
                ofStartup[pair.startup] += 1
                choose(number + 1, next)
                ofInvestor[pair.investor] -= 1
                ofStartup[pair.startup] -= 1
                taken[slot].subtract([pair.investor, -1 - pair.startup])
            }
        }
        choose(0, MeetingWorth())
        return best
    }
}
