package import Foundation
package import Institutions
package import Jobs
package import Vocabulary

/// Who meets whom, when and where: made by a job from what was known at one moment, looked at by the park, and published.
///
/// Its state is where its job is, until it is made; it never changes after that. It keeps the plan that was in force when it
/// was asked for, as far as that can be held.
package struct DemoDayPlan: Codable, Sendable, Identifiable {
    /// Names a plan within its tenant.
    package typealias ID = Identifier<DemoDayPlan>

    /// The plan.
    package let id: ID
    /// Of which day.
    package let demoDay: DemoDay.ID
    /// Counts the plans of the day, from 1.
    package let number: Int
    /// Where it is.
    package let state: WorkState
    /// The plan it keeps what it can of.
    package let base: ID?
    /// When it was asked for.
    package let askedAt: Date
    /// When it was made.
    package let madeAt: Date?
    /// SHA-256 over all it was made from, in hexadecimal: the same gives the same plan.
    package let inputsHash: String?
    /// What it is worth.
    package let report: PlanReport?
    /// When it was published.
    package let publishedAt: Date?
    /// Whether it is the one in force.
    package let isInForce: Bool
    /// Whether it is a draft that something has changed since, so that it is not published any more.
    package let isOutdated: Bool
}

/// What was gained and given up in a plan. Of wishes it tells sums alone.
package struct PlanReport: Codable, Sendable, Equatable {
    /// Startups that take part.
    package let startups: Int
    /// Investors that take part.
    package let investors: Int
    /// How many meetings there are.
    package let meetings: Int
    /// What they are worth together: chances that both sides want a meeting, in billionths.
    package let total: Int
    /// What no plan is worth more than that keeps as many promises.
    package let bound: Int
    /// Whether no plan is better.
    package let isProvedBest: Bool
    /// Promises that are not kept, and why.
    package let unmet: [Unmet]
    /// Why the other pairs do not meet, counted.
    package let obstacles: [ObstacleCount]
    /// What became of the pairs that ranked each other; nil of plans made before these were counted.
    package let mutual: MutualWishes?
    /// Meetings of the plan before that any plan moves.
    package let fewestMoved: Int
    /// How often somebody changes rooms from one meeting to the next.
    package let walks: Int

    /// A startup with fewer meetings than it was promised.
    package struct Unmet: Codable, Sendable, Equatable {
        /// The startup.
        package let startup: Startup.ID
        /// What it has.
        package let given: Int
        /// Why there are no more.
        package let reason: Reason
        /// Those whose own promises take the places it could have.
        package let contenders: [Startup.ID]
    }

    /// Why a startup has fewer meetings than it was promised.
    package enum Reason: String, Codable, Sendable, CaseIterable {
        /// It is there too shortly for more.
        case capped
        /// There are not more investors that could meet it.
        case fewInvestors = "few_investors"
        /// Others were promised the places it could take.
        case contested
        /// Where somebody would meet it, the times do not suit or there is no room.
        case noCommonTime = "no_common_time"
    }

    /// How many pairs do not meet for a reason.
    package struct ObstacleCount: Codable, Sendable, Equatable {
        /// The reason.
        package let obstacle: Obstacle
        /// How many.
        package let pairs: Int
    }

    /// Wishes of both sides, counted: which they are, only those who wished know.
    package struct MutualWishes: Codable, Sendable, Equatable {
        /// Pairs that may meet and ranked each other.
        package let pairs: Int
        /// Those of them that meet.
        package let met: Int
        /// Why the others do not.
        package let obstacles: [ObstacleCount]
    }

    /// Why two who take part do not meet.
    package enum Obstacle: String, Codable, Sendable, CaseIterable {
        /// One of them would not, or they are kept apart.
        case unwanted
        /// They are never there together while a room is open.
        case noCommonTime = "no_common_time"
        /// The startup has other meetings that are wanted more.
        case startupFull = "startup_full"
        /// The investor has other meetings that are wanted more.
        case investorFull = "investor_full"
        /// When one is free, the other is not.
        case noFreeTime = "no_free_time"
        /// When both are free, no room is.
        case noFreeRoom = "no_free_room"
    }
}

/// A meeting of a plan.
package struct DemoDayMeeting: Codable, Sendable {
    /// The investor.
    package let investor: Institution.ID
    /// What it is called; nil for whom one is not told of.
    package let investorName: LocalizedName?
    /// The startup.
    package let startup: Startup.ID
    /// What it is called; nil for whom one is not told of.
    package let startupName: LocalizedName?
    /// In which slot, from 0.
    package let slot: Int
    /// When it begins.
    package let startsAt: Date
    /// When it ends.
    package let endsAt: Date
    /// Where.
    package let room: Name
    /// Where on the net.
    package let link: WebAddress?
    /// Whether an earlier plan had it and it was dropped.
    package let isDropped: Bool
    /// The number of the plan that changed it last.
    package let sequence: Int
    /// Whether both still take part and may meet.
    package let takesPlace: Bool
    /// What came of it.
    package let outcome: Outcome?

    /// What came of a meeting.
    package enum Outcome: String, Codable, Sendable, CaseIterable {
        case held
        /// One of the two did not come.
        case noShow = "no_show"
    }
}

/// How a plan differs from the one before it.
package struct PlanChanges: Codable, Sendable {
    /// What changed, by time.
    package let items: [Item]
    /// Meetings that stay as they were.
    package let kept: Int

    /// A meeting that changed.
    package struct Item: Codable, Sendable {
        /// What happens to it.
        package let change: Change
        /// The meeting as it will be; as it was, if it is dropped.
        package let meeting: DemoDayMeeting
        /// When it was, if it is moved.
        package let before: DemoDayMeeting?
    }

    /// What happens to a meeting.
    package enum Change: String, Codable, Sendable, CaseIterable {
        /// It is there for the first time.
        case new
        /// It is at another time.
        case moved
        /// It is at the same time in another room.
        case rehoused
        /// It is not there any more.
        case dropped
    }

    /// Compares a plan with the one before it.
    package init(from earlier: [DemoDayMeeting], to later: [DemoDayMeeting]) {
        func pair(_ meeting: DemoDayMeeting) -> [UUID] { [meeting.investor.uuid, meeting.startup.uuid] }
        let before = Dictionary(
            earlier.filter { !$0.isDropped }.map { (pair($0), $0) }, uniquingKeysWith: { first, _ in first })
        var (items, kept, standing): ([Item], Int, Set<[UUID]>) = ([], 0, [])
        for meeting in later where !meeting.isDropped {
            standing.insert(pair(meeting))
            guard let was = before[pair(meeting)] else {
                items.append(Item(change: .new, meeting: meeting, before: nil))
                continue
            }
            if (was.startsAt, was.endsAt) != (meeting.startsAt, meeting.endsAt) {
                items.append(Item(change: .moved, meeting: meeting, before: was))
            } else if was.room != meeting.room {
                items.append(Item(change: .rehoused, meeting: meeting, before: was))
            } else {
                kept += 1
            }
        }
        items += before.filter { !standing.contains($0.key) }.map { Item(change: .dropped, meeting: $1, before: nil) }
        self.items = items.sorted {
            ($0.meeting.startsAt, $0.meeting.investor, $0.meeting.startup)
                < ($1.meeting.startsAt, $1.meeting.investor, $1.meeting.startup)
        }
        self.kept = kept
    }

    /// How many changed in a way.
    package func count(_ change: Change) -> Int { items.count { $0.change == change } }
}
