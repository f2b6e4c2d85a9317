internal import API
internal import Institutions
internal import Postgres
internal import Vocabulary

struct ListDemoDays: Codable {
    let limit: PageSize?
    let cursor: PageCursor?
}

struct DemoDayPath: Codable {
    let day: DemoDay.ID
}

/// Whom to offer for an invitation: those with this in their name.
struct WhomToInvite: Codable {
    let day: DemoDay.ID
    let q: ShortText?
}

struct ParticipantPath: Codable {
    let day: DemoDay.ID
    let participant: Institution.ID
}

struct PlanPath: Codable {
    let day: DemoDay.ID
    let plan: DemoDayPlan.ID
}

/// Whom a manager invites.
struct InviteBody: Described {
    let institutions: [Institution.ID]

    static let documentation = ["institutions": "Startups and investors of the directory."]
}

/// When somebody who accepts is there.
struct AcceptBody: Described {
    let windows: [Participant.Window]?

    static let documentation = ["windows": "Up to 10 times; left out for all day."]
}

/// What came of a meeting.
struct OutcomeBody: Codable {
    let investor: Institution.ID
    let startup: Startup.ID
    let outcome: DemoDayMeeting.Outcome
}

struct ParticipantList: Described {
    let items: [Participant]
}

struct PartnerList: Described {
    let items: [Partner]
}

struct PlanList: Described {
    let items: [DemoDayPlan]
}

struct MeetingList: Described {
    let items: [DemoDayMeeting]
}

/// A plan with its meetings and what it changes of the plan it was made after.
struct WholePlan: Described {
    let plan: DemoDayPlan
    let meetings: [DemoDayMeeting]
    let changes: PlanChanges

    static let documentation = ["changes": "Against the plan that was in force when this one was asked for."]
}

extension Statements {
    /// A plan with its meetings and what it changes. Throws not found.
    func wholePlan(_ id: DemoDayPlan.ID, of day: DemoDay.ID) async throws -> WholePlan {
        guard let plan = try await demoDayPlan(id, of: day) else { throw Problem.notFound }
        let meetings = try await meetings(of: id, on: day)
        var earlier: [DemoDayMeeting] = []
        if let base = plan.base { earlier = try await self.meetings(of: base, on: day) }
        return WholePlan(plan: plan, meetings: meetings, changes: PlanChanges(from: earlier, to: meetings))
    }
}

extension DemoDay: Described {
    package static var documentation: [String: String] {
        ["plan": "The plan in force, and `published_at` since when; absent before one was published."]
    }
}

extension DemoDayTerms: Described {
    package static var documentation: [String: String] {
        [
            "starts_at": "When the first slot begins.",
            "time_zone": "In which zone that is meant.",
            "slots": "1 to 60.",
            "slot_minutes": "How long a meeting lasts, 5 to 120.",
            "break_minutes": "From the end of one slot to the next, 0 to 120.",
            "rooms": "1 to 50, by distinct names.",
            "floor": "Meetings that every startup is promised; a plan says which promises it could not keep, and why.",
        ]
    }
}

extension DemoDayRoom: Described {
    package static var documentation: [String: String] {
        [
            "capacity": "Meetings at a time, 1 to 500; left out for any number, as online.",
            "link": "For managers alone; whoever meets there is told it with the meeting.",
        ]
    }
}

extension Participant: Described {
    package static var documentation: [String: String] {
        [
            "windows": "When it is there; empty for all day.",
            "ranked": "How many it would meet; whom, only it knows itself.",
        ]
    }
}

extension Partner: Described {
    package static var documentation: [String: String] {
        [
            "unmet": """
            Why one does not meet whom one ranked, by the plan in force: told from one's own meetings and hours alone, so \
            that it says nothing of the other side's.
            """
        ]
    }
}
extension Wishes: Described {
    package static var documentation: [String: String] {
        ["ranked": "The first choice first.", "refused": "Whom one would not meet; they are not told."]
    }
}

extension DemoDayPlan: Described {
    package static var documentation: [String: String] {
        [
            "is_outdated": "A draft that is not published any more, because something has changed since.",
            "inputs_hash": "SHA-256 over all it was made from: the same gives the same plan.",
        ]
    }
}

extension PlanReport: Described {
    package static var documentation: [String: String] {
        [
            "total": "Chances that both sides want a meeting, in billionths, summed over the meetings.",
            "bound": "What no plan's total exceeds that keeps as many promises.",
            "mutual": "Pairs that ranked each other, in sums; absent of plans made before these were counted.",
        ]
    }
}

extension DemoDayMeeting: Described {
    package static var documentation: [String: String] {
        [
            "sequence": "The number of the plan that changed it last.",
            "takes_place": "Whether both still take part and may meet.",
        ]
    }
}
