import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Investment
import Jobs
import Letters
import Pages
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import DemoDays

@Suite("Demo days")
struct DemoDayTests {
    typealias Day = DemoDayWorld

    @Test("invite those who may be shown to the other side, and nobody else")
    func invitations() async throws {
        let world = try await Day()
        await #expect(throws: DemoDayRefusal.nobodyInvited) { try await world.invite([]) }
        await #expect(throws: DemoDayRefusal.inviteeUnknown(1)) {
            try await world.invite([Day.kelpsense, Institution.ID()])
        }
        _ = try await world.write(as: Cast.ravi) {
            try await $0.decideOnConsent(NewConsent(.demoDays, to: .nobody), of: Cast.startup("ledgerleaf"))
        }
        await #expect(
            performing: { try await world.invite([Day.ledgerleaf]) },
            throws: refuses("startups_on_demo_days_agree_to_be_shown"))
        let bank = Cast.institution("harbour/sakuragi")
        await #expect(
            performing: { try await world.invite([bank]) }, throws: refuses("investors_on_demo_days_are_verified"))
        _ = try await world.write(as: Cast.jun) {
            try await $0.pauseInvestor(Day.tidewater, until: nil, by: Cast.jun.person.id)
        }
        await #expect(
            performing: { try await world.invite([Day.tidewater]) },
            throws: refuses("investors_on_demo_days_are_not_paused"))
        let offered = try await world.reader(Cast.mei).whomToInvite(to: world.day, on: .investor, limit: 400).map(\.id)
        #expect(offered.contains(Day.lionPeak) && !offered.contains(Day.tidewater) && !offered.contains(bank))
        let startups = try await world.reader(Cast.mei).whomToInvite(to: world.day, on: .startup, limit: 400).map(\.id)
        #expect(startups.contains(Day.kelpsense) && !startups.contains(Day.ledgerleaf))
        // However many come before it by name, one is found by a part of its own.
        let named = try await world.reader(Cast.mei).whomToInvite(
            to: world.day, on: .startup, named: "KELPS", limit: 1)
        #expect(named.map(\.id) == [Day.kelpsense])
        // Not by name of the other side either.
        await #expect(
            performing: {
                try await world.world.database.write(as: .system(in: Cast.harbour.id)) { [day = world.day] in
                    _ = try await $0.invite(
                        [Day.kelpsense: .investor], to: day, in: Cast.harbour.id, by: Cast.mei.person.id)
                }
            }, throws: refuses("startups_take_part_as_startups"))
        #expect(try await world.reader(Cast.mei).participants(of: world.day).isEmpty)
    }

    @Test(
        "are answered by each for itself: accepted with times, cancelled, and not again before the park invites again")
    func answers() async throws {
        let world = try await Day()
        try await world.invite([Day.kelpsense, Day.tidewater, Day.kelpsense])
        let begins = world.terms.startsAt
        let late = Participant.Window(from: begins.addingTimeInterval(1800), until: begins.addingTimeInterval(7200))
        await #expect(throws: DemoDayRefusal.windowEndsBeforeItBegins(0)) {
            try await world.accept(Cast.ada, during: [Participant.Window(from: begins, until: begins)])
        }
        await #expect(throws: DemoDayRefusal.tooManyWindows) {
            try await world.accept(Cast.ada, during: Array(repeating: late, count: 11))
        }
        // Times of another day are a mistake, and so are those in which no meeting fits.
        let elsewhere = Participant.Window(
            from: late.startsAt.addingTimeInterval(86_400), until: late.endsAt.addingTimeInterval(86_400))
        await #expect(throws: DemoDayRefusal.windowMeetsNoSlot(1)) {
            try await world.accept(Cast.ada, during: [late, elsewhere])
        }
        await #expect(throws: DemoDayRefusal.windowMeetsNoSlot(0)) {
            try await world.accept(
                Cast.ada, during: [Participant.Window(from: begins, until: begins.addingTimeInterval(1199))])
        }
        #expect(try await world.reader(Cast.ada).participant(Day.kelpsense, of: world.day)?.state == .invited)
        try await world.accept(Cast.ada, during: [late])
        let own = try #require(try await world.reader(Cast.ada).participant(Day.kelpsense, of: world.day))
        #expect(own.state == .accepted && own.windows == [late] && own.ranked == nil)
        // Nobody answers for another, and who was not invited knows of no demo day.
        await #expect(throws: Problem.notFound) {
            try await world.write(as: Cast.jun) { [day = world.day] in
                try await $0.acceptDemoDay(
                    day, for: Day.kelpsense, during: [], in: Cast.harbour.id, by: Cast.jun.person.id)
            }
        }
        #expect(try await world.reader(Cast.chloe).demoDay(world.day) == nil)
        await #expect(throws: Problem.notFound) { try await world.accept(Cast.chloe) }
        #expect(try await world.reader(Cast.jun).participants(of: world.day).map(\.institution) == [Day.tidewater])
        try await world.cancel(Cast.ada)
        await #expect(
            performing: { try await world.accept(Cast.ada) }, throws: refuses("participants_are_invited_by_the_park"))
        try await world.invite([Day.kelpsense])
        #expect(try await world.reader(Cast.ada).participant(Day.kelpsense, of: world.day)?.state == .invited)
        try await world.accept(Cast.ada)
        try await world.begin()
        await #expect(throws: DemoDayRefusal.hasBegun) { try await world.cancel(Cast.ada) }
        await #expect(throws: DemoDayRefusal.hasBegun) { try await world.invite([Day.lionPeak]) }
    }

    @Test("show the sides to each other once both have accepted, as little as that takes, and never who is kept apart")
    func whomToMeet() async throws {
        let world = try await Day()
        try await world.invite(Day.guests.map(\.institution))
        try await world.accept(Cast.jun)
        #expect(try await world.partners(Cast.jun).isEmpty, "no startup has accepted")
        try await world.accept(Cast.ada)
        #expect(try await world.partners(Cast.jun) == [Day.kelpsense])
        #expect(try await world.partners(Cast.chloe).isEmpty, "it has not accepted itself")
        try await world.accept(Cast.chloe)
        try await world.accept(Cast.ravi)
        #expect(Set(try await world.partners(Cast.ada)) == [Day.tidewater, Day.lionPeak])
        // Neither row of the directory nor of the participants tells more.
        #expect(try await world.reader(Cast.ada).institution(Day.lionPeak) == nil)
        #expect(try await world.reader(Cast.chloe).startup(Cast.startup("kelpsense")) == nil)
        let rows = try await world.reader(Cast.jun).rows(
            "SELECT institution_id FROM demo_day_participants WHERE demo_day_id = \(world.day)")
        #expect(rows.count == 1)
        // Nobody asks for another: not by the verb, not by the function.
        #expect(try await world.reader(Cast.jun).partners(on: world.day, for: Day.kelpsense).isEmpty)
        #expect(try await world.reader(Cast.kenji).partners(on: world.day, for: Day.tidewater).isEmpty)

        try await world.block(Day.kelpsense, from: Day.lionPeak)
        #expect(try await world.partners(Cast.ada) == [Day.tidewater])
        #expect(try await world.partners(Cast.chloe) == [Day.ledgerleaf])
        _ = try await world.write(as: Cast.ravi) {
            try await $0.decideOnConsent(NewConsent(.demoDays, to: .nobody), of: Cast.startup("ledgerleaf"))
        }
        #expect(try await world.partners(Cast.chloe).isEmpty)
        #expect(try await world.partners(Cast.jun) == [Day.kelpsense])
        try await world.world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE investor_verifications SET revoked_at = now(), revoked_by = verified_by, revocation_reason = 'returned'
                WHERE investor_id = \(Day.tidewater)
                """)
        }
        #expect(try await world.partners(Cast.jun).isEmpty)
        #expect(try await world.partners(Cast.ada).isEmpty)
    }

    @Test("keep wishes to their author: neither the other side nor the park reads one, nor on the trail")
    func wishes() async throws {
        let world = try await Day()
        try await world.invite(Day.guests.map(\.institution))
        try await world.accept(Cast.jun)
        try await world.accept(Cast.chloe)
        await #expect(throws: DemoDayRefusal.takesNoPart) { try await world.wish(Cast.ada, Wishes(ranked: [])) }
        try await world.accept(Cast.ada)
        try await world.accept(Cast.ravi)
        try await world.block(Day.kelpsense, from: Day.lionPeak)
        // Who is kept apart is refused in the words for nobody at all.
        for stranger in [Day.lionPeak, Institution.ID(), Day.ledgerleaf] {
            await #expect(throws: DemoDayRefusal.wishUnknown("/ranked/0")) {
                try await world.wish(Cast.ada, Wishes(ranked: [stranger]))
            }
        }
        await #expect(throws: DemoDayRefusal.wishRepeated("/refused/0")) {
            try await world.wish(Cast.jun, Wishes(ranked: [Day.kelpsense], refused: [Day.kelpsense]))
        }
        try await world.wish(Cast.jun, Wishes(ranked: [Day.ledgerleaf], refused: [Day.kelpsense]))
        let seen = try await world.reader(Cast.jun).partners(on: world.day, for: Day.tidewater)
        #expect(seen.map(\.institution) == [Day.ledgerleaf, Day.kelpsense])
        #expect(seen.map(\.rank) == [1, nil] && seen.map(\.isRefused) == [false, true])
        for member in [Cast.mei, Cast.ada, Cast.ravi, Cast.chloe, Cast.kenji] {
            let rows = try await world.reader(member).rows(
                "SELECT about_id FROM demo_day_wishes WHERE demo_day_id = \(world.day)")
            #expect(rows.isEmpty, "\(member.person.name)")
        }
        let trail = try await world.reader(Cast.mei).rows("SELECT seq FROM audit_events WHERE noun = 'demo_day_wishes'")
        #expect(trail.isEmpty)
        let kept = try await world.world.owner.reader(as: .none).rows(
            "SELECT seq FROM audit_events WHERE noun = 'demo_day_wishes'")
        #expect(!kept.isEmpty, "it is on the trail all the same")
        let guest = try await world.reader(Cast.mei).participants(of: world.day).first {
            $0.institution == Day.tidewater
        }
        #expect(guest?.ranked == 1 && guest?.refused == 1)
        #expect(try await world.partners(Cast.ada) == [Day.tidewater], "that one is refused does not show")
        // By the row no wish is kept for another, nor about whom one may not meet.
        for (author, about) in [(Day.ledgerleaf, Day.tidewater), (Day.kelpsense, Day.lionPeak)] {
            await #expect {
                try await world.write(as: Cast.ada) { [day = world.day] in
                    try await $0.execute(
                        """
                        INSERT INTO demo_day_wishes (tenant_id, demo_day_id, author_id, about_id, rank)
                        VALUES (\(Cast.harbour.id), \(day), \(author), \(about), 7)
                        """)
                }
            } throws: {
                ($0 as? DatabaseError)?.sqlState == "42501"
            }
        }
        // What was said of somebody who is away is not forgotten when one says more.
        try await world.cancel(Cast.ada)
        try await world.wish(Cast.jun, Wishes(ranked: [Day.ledgerleaf]))
        try await world.invite([Day.kelpsense])
        try await world.accept(Cast.ada)
        let back = try await world.reader(Cast.jun).partners(on: world.day, for: Day.tidewater)
        #expect(back.first { $0.institution == Day.kelpsense }?.isRefused == true)
    }

    @Test("are planned by a job from both sides' wishes, and shown to each as its own day once published")
    func story() async throws {
        let world = try await Day(floor: 1)
        await #expect(throws: DemoDayRefusal.nobodyToMeet) { try await world.request() }
        try await world.complete()
        try await world.wish(Cast.jun, Wishes(ranked: [Day.ledgerleaf], refused: [Day.kelpsense]))
        try await world.wish(Cast.ada, Wishes(ranked: [Day.lionPeak, Day.tidewater]))
        let plan = try await world.request()
        await #expect(throws: DemoDayRefusal.notMade) { try await world.publish(plan) }
        try await world.world.working {
            _ = try await world.world.awaiting {
                try await world.reader(Cast.mei).demoDayPlan(plan, of: world.day)
            } until: {
                $0?.state.isUnderWay == false
            }
        }
        let draft = try #require(try await world.reader(Cast.mei).demoDayPlan(plan, of: world.day))
        let report = try #require(draft.report)
        #expect(draft.state == .finished && !draft.isOutdated && !draft.isInForce && draft.number == 1)
        #expect(report.meetings == 3 && report.isProvedBest && report.unmet.isEmpty)
        #expect(report.obstacles == [.init(obstacle: .unwanted, pairs: 1)])
        #expect(draft.inputsHash?.utf8.count == 64)
        #expect(try await world.own(Cast.ada).isEmpty, "a draft is the park's")
        #expect(try await world.reader(Cast.ada).demoDayPlans(of: world.day).isEmpty)
        #expect(try await world.reader(Cast.ada).rows("SELECT id FROM demo_day_plans").isEmpty)

        try await world.publish(plan)
        await #expect(throws: DemoDayRefusal.isPublished) { try await world.publish(plan) }
        let ada = try await world.own(Cast.ada)
        #expect(ada.map(\.investor) == [Day.lionPeak])
        #expect(ada.first?.investorName?.text(for: .english) == "Lion Peak Angels" && ada.first?.room.string == "Hall")
        #expect(
            Set(try await world.own(Cast.chloe).map(\.startup))
                == Set([Day.kelpsense, Day.ledgerleaf].map { Startup.ID($0.uuid) }))
        #expect(try await world.own(Cast.jun).count == 1)
        // By row, too, each sees its own alone.
        let rows = try await world.reader(Cast.ada).rows(
            "SELECT investor_id FROM demo_day_meetings WHERE demo_day_id = \(world.day)")
        #expect(rows.count == 1)
        let file = try #require(try await world.reader(Cast.chloe).demoDay(world.day))
            .calendarFile(of: try await world.reader(Cast.chloe).ownMeetings(on: world.day), in: .english, at: Date())
        #expect(file.components(separatedBy: "BEGIN:VEVENT").count == 3 && file.contains("KelpSense"))
        #expect(file.contains("SEQUENCE:") && file.contains("TZID=Asia/Hong_Kong") && file.contains("METHOD:PUBLISH"))
    }

    @Test("are planned anew with few changes when somebody cancels, and write to those for whom something changes")
    func replanning() async throws {
        let world = try await Day(floor: 0)
        try await world.complete()
        func letters(_ member: Cast.Member) async throws -> [String] {
            try await world.reader(member).ownLetters(limit: 50).filter { $0.about?.id == world.day.uuid }
                .map(\.text.subject.string)
        }
        try await world.world.working {
            let first = try await world.published()
            #expect(first.report?.meetings == 4)
            let before = try await world.own(Cast.jun)
            for member in Day.guests.map(\.member) {
                let got = try await world.world.awaiting {
                    try await letters(member)
                } until: {
                    $0.count == 2
                }
                #expect(Set(got) == ["You are invited: Spring demo day", "Your meetings: Spring demo day"])
            }
            try await world.cancel(Cast.chloe)
            #expect(try await world.own(Cast.ada).map(\.investor) == [Day.tidewater], "the meeting is free at once")
            #expect(try await world.own(Cast.chloe).isEmpty)
            let all = try await world.reader(Cast.mei).meetings(of: first.id, on: world.day)
            #expect(all.count { !$0.takesPlace } == 2)
            let second = try await world.planned()
            let whole = try await world.reader(Cast.mei).wholePlan(second.id, of: world.day)
            #expect(whole.changes.kept == 2 && whole.changes.count(.dropped) == 2 && whole.changes.items.count == 2)
            #expect(second.report?.fewestMoved == 0 && second.base == first.id)
            try await world.publish(second.id)
            #expect(try await world.own(Cast.jun).map(\.startsAt) == before.map(\.startsAt))
            for member in [Cast.ada, Cast.ravi] {
                let got = try await world.world.awaiting {
                    try await letters(member)
                } until: {
                    $0.count == 3
                }
                #expect(got.contains("Your meetings have changed: Spring demo day"))
            }
            #expect(try await letters(Cast.jun).count == 2, "nothing changed for it")
            #expect(try await letters(Cast.chloe).count == 2, "it cancelled itself")
        }
        // Calendars take the dropped one out, under its old name and a higher number; of the other side nothing more is told.
        let meetings = try await world.reader(Cast.ada).ownMeetings(on: world.day)
        let file = try #require(try await world.reader(Cast.ada).demoDay(world.day)).calendarFile(
            of: meetings, in: .english, at: Date())
        #expect(file.contains("STATUS:CANCELLED") && file.contains("STATUS:CONFIRMED") && !file.contains("Lion Peak"))
        #expect(meetings.first(where: \.isDropped)?.sequence == 2 && meetings.first { !$0.isDropped }?.sequence == 1)
    }

    @Test("publish no plan that something has changed since, nor the second of two made at once")
    func outdated() async throws {
        let world = try await Day()
        try await world.complete()
        let plan = try await world.planned()
        try await world.wish(Cast.ada, Wishes(ranked: [], refused: [Day.tidewater]))
        #expect(try await world.reader(Cast.mei).demoDayPlan(plan.id, of: world.day)?.isOutdated == true)
        await #expect(
            performing: { try await world.publish(plan.id) },
            throws: refuses("demo_day_plans_are_published_as_things_stand"))
        let (one, other) = (try await world.planned(), try await world.planned())
        #expect([one.number, other.number] == [2, 3] && one.inputsHash == other.inputsHash)
        #expect(one.inputsHash != plan.inputsHash)
        try await world.publish(other.id)
        await #expect(
            performing: { try await world.publish(one.id) },
            throws: refuses("demo_day_plans_are_published_as_things_stand"))
        #expect(try await world.own(Cast.ada).map(\.investor) == [Day.lionPeak])
        // Other terms outdate a draft as well, and leave what is published.
        let next = try await world.planned()
        var terms = world.terms
        terms.startsAt += 3600
        _ = try await world.write(as: Cast.mei) { [day = world.day, terms] in
            try await $0.reviseDemoDay(day, to: terms, in: Cast.harbour.id)
        }
        await #expect(
            performing: { try await world.publish(next.id) },
            throws: refuses("demo_day_plans_are_published_as_things_stand"))
        let shift = try await world.own(Cast.ada).map { $0.startsAt.timeIntervalSince(world.terms.startsAt) }
        #expect(shift.allSatisfy { $0 >= 0 && $0.truncatingRemainder(dividingBy: 1800) == 0 })
    }

    @Test("never let those meet who agree no longer, whatever was planned or published")
    func consentFallsAway() async throws {
        let world = try await Day()
        try await world.complete()
        _ = try await world.published()
        let draft = try await world.planned()
        #expect(try await world.own(Cast.chloe).count == 2)
        try await world.block(Day.kelpsense, from: Day.lionPeak)
        #expect(try await world.own(Cast.chloe).map(\.startup.uuid) == [Day.ledgerleaf.uuid])
        let rows = try await world.reader(Cast.chloe).rows(
            "SELECT startup_id FROM demo_day_meetings WHERE demo_day_id = \(world.day)")
        #expect(rows.count == 1)
        // No revision tells of a block, and the database looks at every pair.
        #expect(try await world.reader(Cast.mei).demoDayPlan(draft.id, of: world.day)?.isOutdated == false)
        await #expect(
            performing: { try await world.publish(draft.id) },
            throws: refuses("demo_day_meetings_are_of_pairs_that_may_meet"))
        let next = try await world.planned()
        try await world.publish(next.id)
        _ = try await world.write(as: Cast.ravi) {
            try await $0.decideOnConsent(NewConsent(.demoDays, to: .nobody), of: Cast.startup("ledgerleaf"))
        }
        #expect(try await world.own(Cast.chloe).isEmpty)
        #expect(try await world.own(Cast.ravi).isEmpty)
        #expect(try await world.own(Cast.jun).map(\.startup.uuid) == [Day.kelpsense.uuid])
    }

    @Test("are not for investors whom a startup leaves out, and ask nothing of what it agreed to otherwise")
    func audiences() async throws {
        let ways = [
            NewConsent(.demoDays, to: .allBut, naming: [Day.lionPeak]),
            NewConsent(.demoDays, to: .chosen, naming: [Day.tidewater]),
        ]
        let world = try await Day()
        try await world.complete()
        // Being on lists is another purpose.
        _ = try await world.write(as: Cast.ada) {
            try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: Cast.startup("kelpsense"))
        }
        _ = try await world.published()
        #expect(try await world.own(Cast.chloe).count == 2)
        let draft = try await world.planned()
        for new in ways {
            _ = try await world.write(as: Cast.ada) {
                try await $0.decideOnConsent(new, of: Cast.startup("kelpsense"))
            }
            #expect(try await world.partners(Cast.chloe) == [Day.ledgerleaf])
            #expect(Set(try await world.partners(Cast.jun)) == [Day.kelpsense, Day.ledgerleaf])
            #expect(try await world.partners(Cast.ada) == [Day.tidewater])
            #expect(try await world.own(Cast.chloe).map(\.startup.uuid) == [Day.ledgerleaf.uuid])
            #expect(try await world.own(Cast.ada).map(\.investor) == [Day.tidewater])
            let rows = try await world.reader(Cast.chloe).rows(
                "SELECT startup_id FROM demo_day_meetings WHERE demo_day_id = \(world.day)")
            #expect(rows.count == 1)
            let error = await #expect(throws: DatabaseError.self) {
                try await world.write(as: Cast.chloe) { [day = world.day] in
                    _ = try await $0.execute(
                        """
                        INSERT INTO demo_day_wishes (tenant_id, demo_day_id, author_id, about_id)
                        VALUES (acting_tenant(), \(day), acting_institution(), \(Day.kelpsense))
                        """)
                }
            }
            #expect(error?.sqlState == "42501")
        }
        await #expect(
            performing: { try await world.publish(draft.id) },
            throws: refuses("demo_day_meetings_are_of_pairs_that_may_meet"))
        // It takes part all the same, and may be invited anew.
        #expect(try await world.reader(Cast.ada).participant(Day.kelpsense, of: world.day)?.state == .accepted)
    }

    @Test(
        "are not planned nor published where somebody of the investor mentors the startup, and nothing else tells of it"
    )
    func conflicts() async throws {
        let world = try await Day()
        try await world.complete()
        let draft = try await world.planned()
        #expect(draft.report?.meetings == 4)
        try await world.world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (gen_random_uuid(), \(Cast.harbour.id), \(Cast.iris.person.id), \(Day.tidewater), 'investor')
                """)
        }
        #expect(try await world.partners(Cast.jun).contains(Day.kelpsense))
        await #expect(
            performing: { try await world.publish(draft.id) },
            throws: refuses("demo_day_meetings_are_of_pairs_that_may_meet"))
        let next = try await world.planned()
        #expect(next.report?.meetings == 3)
        await #expect(
            performing: {
                try await world.world.database.write(as: .system(in: Cast.harbour.id)) { [day = world.day] in
                    try await $0.execute(
                        """
                        INSERT INTO demo_day_meetings (tenant_id, demo_day_id, plan_id, investor_id, startup_id, slot,
                            starts_at, ends_at, room_id, place, sequence)
                        SELECT tenant_id, demo_day_id, \(next.id), investor_id, startup_id, slot, starts_at, ends_at,
                               room_id, place, sequence
                        FROM demo_day_meetings
                        WHERE demo_day_id = \(day) AND plan_id = \(draft.id) AND investor_id = \(Day.tidewater)
                          AND startup_id = \(Day.kelpsense)
                        """)
                }
            }, throws: refuses("demo_day_meetings_are_of_pairs_that_may_meet"))
        try await world.publish(next.id)
        #expect(try await world.own(Cast.jun).map(\.startup.uuid) == [Day.ledgerleaf.uuid])
    }

    @Test("have one meeting a slot, a place for each, and no pair that is kept apart, held by the database")
    func constraints() async throws {
        let world = try await Day(capacity: 1)
        try await world.complete()
        try await world.block(Day.ledgerleaf, from: Day.lionPeak)
        let plan = try await world.request()
        let room: UUID = try await world.world.owner.reader(as: .none).value(
            "SELECT id FROM demo_day_rooms WHERE demo_day_id = \(world.day)")
        func insert(_ meetings: [(Institution.ID, Institution.ID, slot: Int, place: Int)]) async throws {
            try await world.world.database.write(as: .system(in: Cast.harbour.id)) { [day = world.day] transaction in
                for (investor, startup, slot, place) in meetings {
                    try await transaction.execute(
                        """
                        INSERT INTO demo_day_meetings (tenant_id, demo_day_id, plan_id, investor_id, startup_id, slot,
                            starts_at, ends_at, room_id, place, sequence)
                        VALUES (\(Cast.harbour.id), \(day), \(plan), \(investor), \(startup), \(slot), now(),
                            now() + interval '1 hour', \(room), \(place), 1)
                        """)
                }
            }
        }
        func refused(_ constraint: String, _ meetings: [(Institution.ID, Institution.ID, slot: Int, place: Int)]) async
        {
            await #expect(performing: { try await insert(meetings) }, throws: refuses(constraint))
        }
        await refused(
            "investors_have_one_meeting_at_a_time",
            [
                (Day.tidewater, Day.kelpsense, 0, 1), (Day.tidewater, Day.ledgerleaf, 0, 1),
            ])
        await refused(
            "startups_have_one_meeting_at_a_time",
            [
                (Day.tidewater, Day.kelpsense, 0, 1), (Day.lionPeak, Day.kelpsense, 0, 1),
            ])
        await refused("demo_day_meetings_have_a_place", [(Day.tidewater, Day.kelpsense, 0, 2)])
        await refused("demo_day_meetings_have_a_place", [(Day.tidewater, Day.kelpsense, 4, 1)])
        await refused("demo_day_meetings_are_of_pairs_that_may_meet", [(Day.lionPeak, Day.ledgerleaf, 0, 1)])
        // A second meeting in a room for one, of others.
        try await world.world.owner.write(as: .none) {
            try await $0.execute("DELETE FROM blocks WHERE startup_id = \(Day.ledgerleaf)")
        }
        await refused(
            "places_are_taken_once_at_a_time",
            [
                (Day.tidewater, Day.kelpsense, 0, 1), (Day.lionPeak, Day.ledgerleaf, 0, 1),
            ])
        // What a job has planned nobody moves by hand.
        let made = try await world.planned()
        #expect(made.report?.meetings == 4)
        await #expect {
            try await world.write(as: Cast.mei) { [day = world.day] in
                try await $0.execute("UPDATE demo_day_meetings SET slot = 0 WHERE demo_day_id = \(day)")
            }
        } throws: {
            ($0 as? DatabaseError)?.sqlState == "42501"
        }
    }

    @Test("have outcomes once they have begun; an investor goes on by a proposal, as always")
    func outcomes() async throws {
        let world = try await Day()
        try await world.complete()
        _ = try await world.published()
        func record(_ outcome: DemoDayMeeting.Outcome, _ investor: Institution.ID, as member: Cast.Member = Cast.mei)
            async throws
        {
            try await world.write(as: member) { [day = world.day] in
                try await $0.recordOutcome(
                    outcome, of: investor, with: Cast.startup("kelpsense"), on: day, in: Cast.harbour.id,
                    by: member.person.id)
            }
        }
        await #expect(
            performing: { try await record(.held, Day.tidewater) },
            throws: refuses("outcomes_are_of_meetings_that_have_begun"))
        try await world.begin()
        await #expect(
            performing: { try await record(.held, Cast.institution("harbour/kasumi")) },
            throws: refuses("outcomes_are_of_meetings_that_have_begun"))
        await #expect { try await record(.held, Day.tidewater, as: Cast.jun) } throws: {
            ($0 as? DatabaseError)?.sqlState == "42501"
        }
        try await record(.noShow, Day.tidewater)
        try await record(.held, Day.tidewater)
        #expect(try await world.own(Cast.jun).first { $0.startup == Cast.startup("kelpsense") }?.outcome == .held)
        #expect(try await world.own(Cast.ada).first { $0.investor == Day.tidewater }?.outcome == .held)
        // It was shown KelpSense on a list, and asks there; the meeting itself has made no introduction.
        let proposals = try await world.reader(Cast.jun).proposals(of: [Cast.startup("kelpsense")])
        #expect(proposals.keys.map(\.self) == [Cast.startup("kelpsense")])
        #expect(try await world.reader(Cast.mei).introductions(with: Cast.startup("kelpsense"), limit: 5).isEmpty)
        await #expect(throws: DemoDayRefusal.hasBegun) { try await world.request() }
    }
}
