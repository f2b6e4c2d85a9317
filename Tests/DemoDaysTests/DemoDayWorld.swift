import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Letters
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import DemoDays

/// A world with a demo day of its own in ten days: KelpSense and LedgerLeaf, Tidewater and Lion Peak are to meet.
struct DemoDayWorld {
    static let kelpsense = Institution.ID(Cast.startup("kelpsense").uuid)
    static let ledgerleaf = Institution.ID(Cast.startup("ledgerleaf").uuid)
    static let tidewater = Cast.institution("harbour/tidewater")
    static let lionPeak = Cast.institution("harbour/lion-peak")
    static let guests: [(member: Cast.Member, institution: Institution.ID)] = [
        (Cast.ada, kelpsense), (Cast.ravi, ledgerleaf), (Cast.jun, tidewater), (Cast.chloe, lionPeak),
    ]

    let world: World
    let day = DemoDay.ID()
    var terms: DemoDayTerms

    init(floor: Int = 1, capacity: Int = 2) async throws {
        world = try await World()
        let day = CalendarDate(Date(), in: .hongKong).adding(days: 10)
        let begins = try #require(LocalTime(day, hour: 14, minute: 0)).instant(in: .hongKong)
        terms = DemoDayTerms(
            title: try LocalizedName(en: "Spring demo day"), startsAt: begins, in: .hongKong, slots: 4, slotMinutes: 20,
            breakMinutes: 10, rooms: [DemoDayRoom(try Name("Hall"), capacity: capacity)], floor: floor,
            mostPerStartup: 3, mostPerInvestor: 3)
        _ = try await write(as: Cast.mei) { [self] in
            try await $0.createDemoDay(terms, as: self.day, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
    }

    func write<R: Sendable>(
        as member: Cast.Member, _ body: @Sendable @escaping (Transaction) async throws -> R
    ) async throws -> R {
        try await world.database.write(as: world.context(member)) { try await body($0) }
    }

    func reader(_ member: Cast.Member) -> Reader { world.database.reader(as: world.context(member)) }

    func invite(_ institutions: [Institution.ID]) async throws {
        try await write(as: Cast.mei) { [day] in
            try await $0.inviteToDemoDay(institutions, to: day, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
    }

    func accept(_ member: Cast.Member, during windows: [Participant.Window] = []) async throws {
        let own = try #require(Self.guests.first { $0.member.person.id == member.person.id }).institution
        _ = try await write(as: member) { [day] in
            try await $0.acceptDemoDay(
                day, for: own, during: windows, in: Cast.harbour.id, by: member.person.id)
        }
    }

    func cancel(_ member: Cast.Member) async throws {
        let own = try #require(Self.guests.first { $0.member.person.id == member.person.id }).institution
        _ = try await write(as: member) { [day] in
            try await $0.cancelParticipation(of: own, in: day, by: member.person.id)
        }
    }

    func wish(_ member: Cast.Member, _ wishes: Wishes) async throws {
        let own = try #require(Self.guests.first { $0.member.person.id == member.person.id }).institution
        try await write(as: member) { [day] in
            try await $0.sayWishes(wishes, for: own, on: day, in: Cast.harbour.id, by: member.person.id)
        }
    }

    /// Everybody is invited and has accepted.
    func complete() async throws {
        try await invite(Self.guests.map(\.institution))
        for guest in Self.guests { try await accept(guest.member) }
    }

    /// What somebody was written about the day.
    func letters(_ member: Cast.Member) async throws -> [Letter] {
        try await reader(member).ownLetters(limit: 50).filter { $0.about?.id == day.uuid }
    }

    func revise(to terms: DemoDayTerms) async throws {
        _ = try await write(as: Cast.mei) { [day] in
            try await $0.reviseDemoDay(day, to: terms, in: Cast.harbour.id)
        }
    }

    func request() async throws -> DemoDayPlan.ID {
        let plan = DemoDayPlan.ID()
        _ = try await write(as: Cast.mei) { [day] in
            try await $0.requestDemoDayPlan(of: day, as: plan, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        return plan
    }

    func planned() async throws -> DemoDayPlan {
        let plan = try await request()
        try await world.database.write(as: .system(in: Cast.harbour.id)) { [day] in
            try await $0.makePlan(plan, of: day)
        }
        return try #require(try await reader(Cast.mei).demoDayPlan(plan, of: day))
    }

    @discardableResult
    func publish(_ plan: DemoDayPlan.ID) async throws -> DemoDayPlan {
        try await write(as: Cast.mei) { [day] in
            try await $0.publishDemoDayPlan(plan, of: day, by: Cast.mei.person.id)
        }
    }

    func published() async throws -> DemoDayPlan { try await publish(try await planned().id) }

    func own(_ member: Cast.Member) async throws -> [DemoDayMeeting] {
        try await reader(member).ownMeetings(on: day).filter { !$0.isDropped }
    }

    func partners(_ member: Cast.Member) async throws -> [Institution.ID] {
        let own = try #require(Self.guests.first { $0.member.person.id == member.person.id }).institution
        return try await reader(member).partners(on: day, for: own).map(\.institution)
    }

    func block(_ startup: Institution.ID, from investor: Institution.ID) async throws {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO blocks (tenant_id, id, investor_id, startup_id, side, set_by)
                VALUES (\(Cast.harbour.id), gen_random_uuid(), \(investor), \(startup), 'startup', \(Cast.ada.person.id))
                """)
        }
    }

    /// Lets the demo day begin, by moving it and its meetings back.
    func begin() async throws {
        try await world.owner.write(as: .none) { [day] transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE demo_days SET starts_at = starts_at - interval '11 days' WHERE id = \(day)")
            try await transaction.execute(
                """
                UPDATE demo_day_meetings SET starts_at = starts_at - interval '11 days', ends_at = ends_at - interval '11 days'
                WHERE demo_day_id = \(day)
                """)
        }
    }
}

/// Whether an error is the refusal of a constraint.
func refuses(_ constraint: String) -> @Sendable (any Error) -> Bool {
    { ($0 as? DatabaseError)?.constraint == constraint }
}
