import Accounts
import DemoWorld
import Foundation
import Institutions
import Investment
import Letters
import Pages
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import DemoDays

@Suite("Demo days that change")
struct DemoDayChangeTests {
    typealias Day = DemoDayWorld

    @Test("take the times along when they are moved, and write to whoever takes part or may still accept")
    func moved() async throws {
        let world = try await Day()
        try await world.invite(Day.guests.map(\.institution))
        let (begins, later) = (world.terms.startsAt, 7 * 86_400 + 3600.0)
        let late = Participant.Window(from: begins.addingTimeInterval(1800), until: begins.addingTimeInterval(7200))
        try await world.accept(Cast.ada, during: [late])
        try await world.accept(Cast.jun)
        try await world.cancel(Cast.chloe)
        // Another name moves nothing and writes to nobody.
        var terms = world.terms
        terms.title = try LocalizedName(en: "Summer demo day")
        try await world.revise(to: terms)
        #expect(try await world.reader(Cast.ada).participant(Day.kelpsense, of: world.day)?.windows == [late])
        terms.startsAt += later
        try await world.revise(to: terms)
        let moved = Participant.Window(
            from: late.startsAt.addingTimeInterval(later), until: late.endsAt.addingTimeInterval(later))
        #expect(try await world.reader(Cast.ada).participant(Day.kelpsense, of: world.day)?.windows == [moved])
        // The day moves them; no manager does by hand.
        let changed = try await world.write(as: Cast.mei) { [day = world.day] in
            try await $0.execute("UPDATE demo_day_windows SET ends_at = ends_at WHERE demo_day_id = \(day)")
        }
        #expect(changed == 0)
        try await world.world.working {
            for member in [Cast.ada, Cast.ravi, Cast.jun] {
                let got = try await world.world.awaiting {
                    try await world.letters(member)
                } until: {
                    $0.contains { $0.text.subject.string.hasPrefix("Moved") }
                }
                let told = got.filter { $0.text.subject.string == "Moved: Summer demo day" }
                #expect(told.count == 1, "\(member.person.name)")
                // From when to when: at 14:00 and at 15:00.
                let text = told.first?.text.body.string ?? ""
                #expect(text.contains("14:00") && text.contains("15:00"), "\(text)")
            }
        }
        #expect(try await world.letters(Cast.chloe).allSatisfy { !$0.text.subject.string.hasPrefix("Moved") })
    }

    @Test("take meetings out of calendars that take place no more, and write to whom the park takes out")
    func calledOff() async throws {
        let world = try await Day()
        try await world.complete()
        _ = try await world.published()
        func file(_ member: Cast.Member) async throws -> String {
            let day = try #require(try await world.reader(member).demoDay(world.day))
            return day.calendarFile(
                of: try await world.reader(member).ownMeetings(on: world.day), in: .english, at: Date())
        }
        #expect(!(try await file(Cast.ada).contains("STATUS:CANCELLED")))
        try await world.cancel(Cast.chloe)
        let seen = try await world.reader(Cast.ada).ownMeetings(on: world.day)
        let off = try #require(seen.first { $0.investor == Day.lionPeak })
        #expect(off.isDropped && !off.takesPlace && off.sequence == 2 && off.investorName == nil)
        #expect(seen.first { $0.investor == Day.tidewater }?.sequence == 1)
        let ada = try await file(Cast.ada)
        #expect(ada.contains("STATUS:CANCELLED") && ada.contains("STATUS:CONFIRMED") && !ada.contains("Lion Peak"))
        #expect(try await file(Cast.chloe).contains("METHOD:CANCEL"))
        // Nobody reads another's.
        let others = try await world.reader(Cast.jun).rows(
            "SELECT slot FROM called_off_meetings('investor', \(world.day))")
        #expect(others.isEmpty)

        _ = try await world.write(as: Cast.mei) { [day = world.day] in
            try await $0.cancelParticipation(of: Day.tidewater, in: day, by: Cast.mei.person.id)
        }
        #expect(try await file(Cast.jun).contains("METHOD:CANCEL"))
        func isTold(_ letters: [Letter]) -> Bool {
            letters.contains { $0.text.subject.string == "You no longer take part: Spring demo day" }
        }
        try await world.world.working {
            let got = try await world.world.awaiting {
                try await world.letters(Cast.jun)
            } until: {
                isTold($0)
            }
            #expect(isTold(got))
        }
        #expect(!isTold(try await world.letters(Cast.chloe)), "it cancelled itself")
        #expect(!isTold(try await world.letters(Cast.ada)))
    }

    @Test("bring a meeting back into calendars when somebody takes part after all, and plan it as news")
    func comesBack() async throws {
        let world = try await Day(floor: 0)
        try await world.complete()
        let first = try await world.published()
        /// What Ada's calendar takes in some minutes from now: its version, and how many meetings it takes out.
        func file(after minutes: Double) async throws -> (version: Int, cancelled: Int) {
            let day = try #require(try await world.reader(Cast.ada).demoDay(world.day))
            let meetings = try await world.reader(Cast.ada).ownMeetings(on: world.day)
            let text = day.calendarFile(of: meetings, in: .english, at: Date().addingTimeInterval(60 * minutes))
            let versions = text.components(separatedBy: "SEQUENCE:").dropFirst().map { $0.prefix { $0.isNumber } }
            return (
                try #require(versions.first.flatMap { Int($0) }),
                text.components(separatedBy: "STATUS:CANCELLED").count - 1
            )
        }
        let before = try await file(after: 1)
        try await world.cancel(Cast.chloe)
        let off = try await file(after: 2)
        try await world.invite([Day.lionPeak])
        try await world.accept(Cast.chloe)
        let back = try await file(after: 3)
        #expect([before.cancelled, off.cancelled, back.cancelled] as [Int] == [0, 1, 0])
        #expect(before.version < off.version && off.version < back.version)

        let second = try await world.planned()
        let (old, new) = (
            try await world.reader(Cast.mei).meetings(of: first.id, on: world.day),
            try await world.reader(Cast.mei).meetings(of: second.id, on: world.day)
        )
        #expect(Set(old.map(\.startsAt)) == Set(new.map(\.startsAt)) && new.count == 4)
        // Hers are written about, as if they were new; the others are not.
        for meeting in new {
            #expect(meeting.sequence == (meeting.investor == Day.lionPeak ? 2 : 1))
        }
    }

    @Test("tell the link of a room to the park, and to those who meet there as long as they do")
    func links() async throws {
        let world = try await Day()
        let address = WebAddress("https://meet.harbour.example/spring")
        let link = try #require(address)
        var terms = world.terms
        terms.rooms = [DemoDayRoom(try Name("Online"), capacity: nil, link: link)]
        try await world.revise(to: terms)
        try await world.invite(Day.guests.map(\.institution))
        for member in [Cast.ada, Cast.ravi, Cast.jun] { try await world.accept(member) }
        func rooms(_ member: Cast.Member) async throws -> [DemoDayRoom] {
            try await world.reader(member).demoDay(world.day)?.terms.rooms ?? []
        }
        func links(_ member: Cast.Member) async throws -> Int {
            try await world.reader(member).rows("SELECT link FROM demo_day_rooms WHERE demo_day_id = \(world.day)")
                .count
        }
        _ = try await world.published()
        #expect(try await rooms(Cast.mei) == terms.rooms, "the park keeps them; the hall is withdrawn")
        for guest in Day.guests {
            let told = try await rooms(guest.member)
            #expect(told.map(\.name.string) == ["Online"] && told.allSatisfy { $0.link == nil })
        }
        #expect(try await world.own(Cast.ada).map(\.link) == [link])
        #expect(try await links(Cast.ada) == 1)
        #expect(try await links(Cast.chloe) == 0, "it never answered")
        try await world.cancel(Cast.ada)
        #expect(try await links(Cast.ada) == 0)
        let left = try await world.reader(Cast.ada).ownMeetings(on: world.day)
        #expect(left.count == 1 && left.allSatisfy { $0.link == nil && $0.room.string == "Online" })
        #expect(try await world.own(Cast.jun).map(\.link) == [link], "with LedgerLeaf")
    }

    @Test("are not answered, and nobody is ranked or refused, by an analyst in the firm's name")
    func analysts() async throws {
        let world = try await Day()
        try await world.complete()
        let (day, tenant, mina) = (world.day, Cast.harbour.id, Cast.mina.person.id)
        let verbs: [@Sendable (Transaction) async throws -> Void] = [
            { _ = try await $0.acceptDemoDay(day, for: Day.tidewater, during: [], in: tenant, by: mina) },
            { _ = try await $0.cancelParticipation(of: Day.tidewater, in: day, by: mina) },
            {
                try await $0.sayWishes(
                    Wishes(ranked: [Day.kelpsense]), for: Day.tidewater, on: day, in: tenant, by: mina)
            },
        ]
        for verb in verbs {
            await #expect(throws: FirmRefusal.analyst) { try await world.write(as: Cast.mina, verb) }
        }
        let deeds: [Query] = [
            """
            INSERT INTO demo_day_wish_lists (tenant_id, demo_day_id, author_id, ranked, refused, said_by)
            VALUES (\(tenant), \(day), acting_institution(), 1, 0, acting_person())
            """,
            """
            INSERT INTO demo_day_wishes (tenant_id, demo_day_id, author_id, about_id, rank)
            VALUES (\(tenant), \(day), acting_institution(), \(Day.kelpsense), 1)
            """,
            "UPDATE demo_day_wish_lists SET refused = 1 WHERE demo_day_id = \(day)",
            "DELETE FROM demo_day_wishes WHERE demo_day_id = \(day)",
            """
            INSERT INTO demo_day_windows (tenant_id, demo_day_id, institution_id, position, starts_at, ends_at)
            VALUES (\(tenant), \(day), acting_institution(), 1, now(), now() + interval '1 hour')
            """,
            "DELETE FROM demo_day_windows WHERE demo_day_id = \(day)",
        ]
        for deed in deeds {
            await #expect(
                performing: { try await world.write(as: Cast.mina) { _ = try await $0.execute(deed) } },
                throws: refuses("analysts_do_not_answer_for_the_firm"))
            // A principal may, which shows that there was something to refuse.
            let done = try await world.write(as: Cast.jun) { try await $0.execute(deed) }
            #expect(done == 1, "\(deed.sql)")
        }
    }
}
