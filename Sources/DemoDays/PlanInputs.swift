internal import Crypto
internal import Foundation
internal import Institutions
internal import Matching
internal import Vocabulary

/// All that a plan is made from, as it was at one moment: pure, and hashed, so that the same gives the same plan.
struct PlanInputs: Codable, Sendable {
    /// Somebody who takes part.
    struct Guest: Codable, Sendable {
        let id: UUID
        let windows: [Participant.Window]
        /// Whether it was invited anew since the plan in force was published: what it meets there was told as called off.
        var isBack = false
    }

    /// A place to meet.
    struct Place: Codable, Sendable {
        let id: UUID
        let capacity: Int?
        let opensAt: Date?
        let closesAt: Date?
    }

    /// Two who may meet: neither is kept from the other.
    struct Couple: Codable, Sendable, Hashable {
        let investor: UUID
        let startup: UUID
        /// How likely they want each other by the matching engine, in billionths; nil where it cannot say.
        var chance: Int?
    }

    /// What one has said of another; without a rank, that it would not meet it.
    struct Wish: Codable, Sendable {
        let author: UUID
        let about: UUID
        let rank: Int?
    }

    /// A meeting of the plan in force, or one that an earlier plan dropped.
    struct Standing: Codable, Sendable {
        let investor: UUID
        let startup: UUID
        let slot: Int
        let startsAt: Date
        let endsAt: Date
        let room: UUID
        let place: Int
        let isDropped: Bool
        let sequence: Int
    }

    /// Which plan of the day this will be.
    var number: Int
    /// The revision of the demo day that was read.
    var revision: Int
    var times: [Participant.Window]
    var floor: Int
    var mostPerStartup: Int
    var mostPerInvestor: Int
    var places: [Place]
    var startups: [Guest]
    var investors: [Guest]
    var couples: [Couple]
    var wishes: [Wish]
    var standing: [Standing]

    /// What a meeting is worth to a side that has said nothing, where the matching engine cannot say either: as little as a
    /// proposal that is hardly ever taken up.
    static let silent = 10_000_000

    /// SHA-256 over all of it.
    func hash() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Which plan it will be, and how often something changed, says nothing of what is planned.
        var inputs = self
        (inputs.number, inputs.revision) = (0, 0)
        return try Array(SHA256.hash(data: encoder.encode(inputs)))
    }

    /// The plan.
    func planned() -> PlannedDay {
        let schedule = MeetingSchedule(
            engineWishes, rules: rules,
            keeping: standing.filter { !$0.isDropped }.map {
                MeetingSchedule.Meeting(
                    Pair(Key($0.investor.uuid), Key($0.startup.uuid)), slot: $0.slot, room: Key($0.room.uuid))
            })
        return PlannedDay(
            meetings: meetings(of: schedule), report: report(on: schedule), revision: revision)
    }

    // MARK: What the engine is told

    private var rules: MeetingSchedule.Rules {
        let slots = times.map { $0.startsAt..<$0.endsAt }
        var absences: [Key: Set<Int>] = [:]
        for guest in startups + investors where !guest.windows.isEmpty {
            absences[Key(guest.id.uuid)] = MeetingSchedule.absences(
                in: slots, windows: guest.windows.map { $0.startsAt..<$0.endsAt })
        }
        for place in places where place.opensAt != nil || place.closesAt != nil {
            let opens = place.opensAt ?? .distantPast
            absences[Key(place.id.uuid)] = MeetingSchedule.absences(
                in: slots, windows: [opens..<max(opens, place.closesAt ?? .distantFuture)])
        }
        return MeetingSchedule.Rules(
            slots: times.count, mostPerInvestor: mostPerInvestor, floor: floor, mostPerStartup: mostPerStartup,
            absences: absences, forbidden: refused,
            rooms: Dictionary(uniqueKeysWithValues: places.map { (Key($0.id.uuid), $0.capacity ?? .max) }))
    }

    /// Pairs of which one would not meet the other.
    private var refused: Set<Pair> {
        let investors = Set(investors.map(\.id))
        return Set(
            wishes.filter { $0.rank == nil }.map { wish in
                investors.contains(wish.author)
                    ? Pair(Key(wish.author.uuid), Key(wish.about.uuid))
                    : Pair(Key(wish.about.uuid), Key(wish.author.uuid))
            })
    }

    /// Pairs that may meet and of which each has ranked the other.
    private var mutual: Set<Pair> {
        let ranked = Set(wishes.filter { $0.rank != nil }.map { [$0.author, $0.about] })
        return Set(
            couples.filter { ranked.isSuperset(of: [[$0.investor, $0.startup], [$0.startup, $0.investor]]) }
                .map { Pair(Key($0.investor.uuid), Key($0.startup.uuid)) })
    }

    /// A rank counts for what it is. Of whom somebody has said nothing the matching engine speaks, whose chances are those of a
    /// proposal: far below the last rank, so that they decide among those nobody asked for.
    private var engineWishes: [MeetingSchedule.Wish] {
        var ranks: [[UUID]: Int] = [:]
        for wish in wishes { ranks[[wish.author, wish.about]] = wish.rank }
        return couples.map { couple in
            func chance(of author: UUID, for other: UUID) -> Int {
                ranks[[author, other]].map { MeetingSchedule.Wish.chance(rank: $0) } ?? couple.chance ?? Self.silent
            }
            return MeetingSchedule.Wish(
                Pair(Key(couple.investor.uuid), Key(couple.startup.uuid)),
                forInvestor: chance(of: couple.investor, for: couple.startup),
                forStartup: chance(of: couple.startup, for: couple.investor))
        }
    }

    // MARK: What it said

    private func meetings(of schedule: MeetingSchedule) -> [Standing] {
        let before = Dictionary(
            standing.map { ([$0.investor, $0.startup], $0) }, uniquingKeysWith: { first, _ in first })
        let back = Set((startups + investors).filter(\.isBack).map(\.id))
        var (met, taken): (Set<[UUID]>, [[Int]: Int]) = ([], [:])
        let order = Dictionary(uniqueKeysWithValues: places.enumerated().map { (Key($1.id.uuid), $0) })
        var meetings = schedule.meetings.compactMap { meeting -> Standing? in
            guard let room = meeting.room, let number = order[room] else { return nil }
            let (investor, startup) = (UUID(uuid: meeting.pair.seeker.bytes), UUID(uuid: meeting.pair.startup.bytes))
            met.insert([investor, startup])
            taken[[meeting.slot, number], default: 0] += 1
            let (time, place) = (times[meeting.slot], places[number].id)
            let was = before[[investor, startup]]
            let isAsItWas =
                was.map {
                    !$0.isDropped && ($0.startsAt, $0.endsAt) == (time.startsAt, time.endsAt) && $0.room == place
                        && back.isDisjoint(with: [investor, startup])
                } ?? false
            return Standing(
                investor: investor, startup: startup, slot: meeting.slot, startsAt: time.startsAt,
                endsAt: time.endsAt, room: place, place: taken[[meeting.slot, number]] ?? 1, isDropped: false,
                sequence: isAsItWas ? was?.sequence ?? number : self.number)
        }
        for was in standing where !met.contains([was.investor, was.startup]) {
            meetings.append(
                Standing(
                    investor: was.investor, startup: was.startup, slot: was.slot, startsAt: was.startsAt,
                    endsAt: was.endsAt, room: was.room, place: was.place, isDropped: true,
                    sequence: was.isDropped ? was.sequence : self.number))
        }
        return meetings
    }

    private func report(on schedule: MeetingSchedule) -> PlanReport {
        let report = schedule.report
        // Whom nobody could meet the engine was not told of.
        let known = Set(couples.map(\.startup))
        let strangers = floor == 0 ? [] : startups.map(\.id).filter { !known.contains($0) }
        var counts: [PlanReport.Obstacle: Int] = [:]
        for obstacle in schedule.obstacles.values { counts[PlanReport.Obstacle(obstacle), default: 0] += 1 }
        let wanted = mutual
        let meeting = Set(schedule.meetings.map(\.pair))
        var missed: [PlanReport.Obstacle: Int] = [:]
        for pair in wanted where !meeting.contains(pair) {
            guard let obstacle = schedule.obstacles[pair] else { continue }
            missed[PlanReport.Obstacle(obstacle), default: 0] += 1
        }
        let apart = startups.count * investors.count - couples.count
        if apart > 0 { counts[.unwanted, default: 0] += apart }
        return PlanReport(
            startups: startups.count, investors: investors.count, meetings: schedule.meetings.count,
            total: report.total, bound: report.bound, isProvedBest: report.isProvedBest,
            unmet: report.unmet.map(PlanReport.Unmet.init)
                + strangers.map { .init(startup: Startup.ID($0), given: 0, reason: .fewInvestors, contenders: []) },
            obstacles: PlanReport.ObstacleCount.all(counts),
            mutual: PlanReport.MutualWishes(
                pairs: wanted.count, met: meeting.intersection(wanted).count,
                obstacles: PlanReport.ObstacleCount.all(missed)),
            fewestMoved: report.fewestMoved, walks: report.walks)
    }
}

/// A plan as it is kept.
struct PlannedDay: Sendable {
    let meetings: [PlanInputs.Standing]
    let report: PlanReport
    let revision: Int
}

extension PlanReport.Unmet {
    init(_ unmet: UnmetFloor) {
        let (reason, contenders): (PlanReport.Reason, [Key]) =
            switch unmet.reason {
            case .capped: (.capped, [])
            case .fewSeekers: (.fewInvestors, [])
            case .contested(let others): (.contested, others)
            case .noCommonTime: (.noCommonTime, [])
            }
        self.init(
            startup: Startup.ID(UUID(uuid: unmet.startup.bytes)), given: unmet.given, reason: reason,
            contenders: contenders.map { Startup.ID(UUID(uuid: $0.bytes)) })
    }
}

extension PlanReport.ObstacleCount {
    /// Those that stand in the way of anybody, in the order in which they are told.
    fileprivate static func all(_ counts: [PlanReport.Obstacle: Int]) -> [Self] {
        PlanReport.Obstacle.allCases.compactMap { obstacle in
            counts[obstacle].map { Self(obstacle: obstacle, pairs: $0) }
        }
    }
}

extension PlanReport.Obstacle {
    init(_ obstacle: MeetingSchedule.Obstacle) {
        self =
            switch obstacle {
            case .forbidden, .worthless: .unwanted
            case .noCommonTime: .noCommonTime
            case .startupFull: .startupFull
            case .investorFull: .investorFull
            case .noFreeTime: .noFreeTime
            case .noFreeRoom: .noFreeRoom
            }
    }
}
