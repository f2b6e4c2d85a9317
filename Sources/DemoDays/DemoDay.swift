package import API
package import Foundation
internal import Matching
package import Vocabulary

/// A day on which startups and investors meet, one meeting a slot: when and where there is room, and what is promised.
///
///     planned ──► invited and answered ──► wished ──► drafted by a job ──► published ──► held
///                                                       ▲                     │
///                                                       └── somebody cancels ─┘
package struct DemoDay: Codable, Sendable, Identifiable {
    /// Names a demo day within its tenant.
    package typealias ID = Identifier<DemoDay>

    /// The demo day.
    package let id: ID
    /// When, where and by which rules.
    package let terms: DemoDayTerms
    /// The plan in force; nil before one was published.
    package let plan: DemoDayPlan.ID?
    /// Since when it is.
    package let publishedAt: Date?
    /// When it was set up.
    package let createdAt: Date

    /// Refuses what is too late once the day has begun.
    func checkIsAhead(now: Date) throws(DemoDayRefusal) {
        guard now < terms.startsAt else { throw .hasBegun }
    }
}

/// What a manager says of a demo day.
package struct DemoDayTerms: Codable, Sendable, Equatable {
    /// What it is called.
    package var title: LocalizedName
    /// When its first slot begins.
    package var startsAt: Date
    /// In which zone that is meant.
    package var timeZone: TimeZoneName
    /// How many slots there are, 1 to 60.
    package var slots: Int
    /// How long a meeting lasts, 5 to 120 minutes.
    package var slotMinutes: Int
    /// How long it is from one meeting to the next, up to 120 minutes.
    package var breakMinutes: Int
    /// Where meetings are held.
    package var rooms: [DemoDayRoom]
    /// Meetings that every startup is promised.
    package var floor: Int
    /// Meetings that a startup has at most.
    package var mostPerStartup: Int
    /// Meetings that an investor has at most.
    package var mostPerInvestor: Int

    /// Terms of a demo day.
    package init(
        title: LocalizedName, startsAt: Date, in timeZone: TimeZoneName, slots: Int, slotMinutes: Int,
        breakMinutes: Int = 0, rooms: [DemoDayRoom], floor: Int, mostPerStartup: Int, mostPerInvestor: Int
    ) {
        self.title = title
        self.startsAt = startsAt
        self.timeZone = timeZone
        self.slots = slots
        self.slotMinutes = slotMinutes
        self.breakMinutes = breakMinutes
        self.rooms = rooms
        self.floor = floor
        self.mostPerStartup = mostPerStartup
        self.mostPerInvestor = mostPerInvestor
    }

    /// The slots in order, as instants.
    package var times: [Range<Date>] {
        (0..<max(0, slots)).map { slot in
            let begins = startsAt.addingTimeInterval(Double(slot * (slotMinutes + breakMinutes)) * 60)
            return begins..<begins.addingTimeInterval(Double(slotMinutes) * 60)
        }
    }

    /// The day in its own zone.
    package var day: CalendarDate { CalendarDate(startsAt, in: timeZone) }

    /// Refuses what no constraint has a place for; the numbers are held by the database.
    func check(now: Date) throws(DemoDayRefusal) {
        guard startsAt > now else { throw .startsInThePast }
        guard !rooms.isEmpty else { throw .noRoom }
        guard rooms.count <= Self.mostRooms else { throw .tooManyRooms }
        for (index, room) in rooms.enumerated() {
            guard !rooms[..<index].contains(where: { $0.name == room.name }) else { throw .roomIsNamedTwice(index) }
            if let opens = room.opensAt, let closes = room.closesAt, opens >= closes {
                throw .roomClosesBeforeItOpens(index)
            }
        }
    }

    /// Refuses times in which nobody could be met, those of another day above all. Without any, one is there all day.
    func check(_ windows: [Participant.Window]) throws(DemoDayRefusal) {
        let times = times
        for (index, window) in windows.enumerated()
        where !times.contains(where: { $0.lowerBound < window.endsAt && window.startsAt < $0.upperBound }) {
            throw .windowMeetsNoSlot(index)
        }
        let there = windows.map { $0.startsAt..<$0.endsAt }
        if !there.isEmpty, MeetingSchedule.absences(in: times, windows: there).count == times.count {
            throw .windowMeetsNoSlot(0)
        }
    }

    /// Rooms that a demo day has at most.
    static let mostRooms = 50
}

/// Where meetings are held: a room or a row of tables, or a place on the net.
package struct DemoDayRoom: Codable, Sendable, Equatable {
    /// What it is called, which tells it from the others.
    package var name: Name
    /// Meetings that it holds at a time; nil for any number, as online.
    package var capacity: Int?
    /// Where it is on the net.
    package var link: WebAddress?
    /// From when it is open; nil for the beginning of the day.
    package var opensAt: Date?
    /// Until when it is open; nil for the end of the day.
    package var closesAt: Date?

    /// A place for meetings.
    package init(
        _ name: Name, capacity: Int?, link: WebAddress? = nil, from opensAt: Date? = nil, until closesAt: Date? = nil
    ) {
        self.name = name
        self.capacity = capacity
        self.link = link
        self.opensAt = opensAt
        self.closesAt = closesAt
    }
}

/// Why something about a demo day is refused.
package enum DemoDayRefusal: Refusal, Equatable {
    /// It would begin in the past.
    case startsInThePast
    /// It has begun.
    case hasBegun
    /// There is no place to meet.
    case noRoom
    /// There are more places than a day is planned with.
    case tooManyRooms
    /// Two places have one name.
    case roomIsNamedTwice(Int)
    /// A place closes before it opens.
    case roomClosesBeforeItOpens(Int)
    /// Nobody is named.
    case nobodyInvited
    /// Somebody of the directory who may not know of it, or nobody.
    case inviteeUnknown(Int)
    /// A time that ends before it begins.
    case windowEndsBeforeItBegins(Int)
    /// A time in which no meeting of the day is held.
    case windowMeetsNoSlot(Int)
    /// More times than anybody is away in a day.
    case tooManyWindows
    /// It does not take part, or no longer.
    case takesNoPart
    /// Somebody it does not meet, or nobody.
    case wishUnknown(String)
    /// Somebody who is named before.
    case wishRepeated(String)
    /// One side has nobody yet.
    case nobodyToMeet
    /// The job has not made it.
    case notMade
    /// It was published already.
    case isPublished

    package var problem: Problem {
        switch self {
        case .startsInThePast: .invalid("/starts_at", "Choose a time to come.")
        case .hasBegun: .conflict("The demo day has begun.")
        case .noRoom: .invalid("/rooms", "Name a room, or a place on the net.")
        case .tooManyRooms: .invalid("/rooms", "Name \(DemoDayTerms.mostRooms) rooms at most.")
        case .roomIsNamedTwice(let index): .invalid("/rooms/\(index)/name", "Another room has this name.")
        case .roomClosesBeforeItOpens(let index):
            .invalid("/rooms/\(index)/closes_at", "Choose a time after the room opens.")
        case .nobodyInvited: .invalid("/institutions", "Choose whom to invite.")
        case .inviteeUnknown(let index):
            .invalid("/institutions/\(index)", "Choose a startup or an investor of the directory.")
        case .windowEndsBeforeItBegins(let index):
            .invalid("/windows/\(index)/ends_at", "Choose a time after the one it begins at.")
        case .windowMeetsNoSlot(let index):
            .invalid("/windows/\(index)/starts_at", "Choose a time in which the day has a whole meeting.")
        case .tooManyWindows: .invalid("/windows", "Give \(Participant.mostWindows) times at most.")
        case .takesNoPart: .conflict("Only who takes part can do this. Accept the invitation first.")
        case .wishUnknown(let pointer): .invalid(pointer, "Choose somebody you may meet on this day.")
        case .wishRepeated(let pointer): .invalid(pointer, "Name each only once.")
        case .nobodyToMeet: .conflict("A plan needs a startup and an investor that have accepted.")
        case .notMade: .conflict("The plan has not been made.")
        case .isPublished: .conflict("The plan was published already.")
        }
    }
}
