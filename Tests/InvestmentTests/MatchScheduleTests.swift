import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment

@Suite("Match runs by schedule")
struct MatchScheduleTests {
    @Test("come on their day, once, with what they were set to keep to, and again in their rhythm")
    func comes() async throws {
        let world = try await World()
        let today = CalendarDate(Date(), in: .utc)
        func begin() async throws {
            try await world.database.write(as: .system(in: Cast.harbour.id)) {
                try await $0.beginScheduledRun()
            }
        }
        func runs() async throws -> [MatchRun] {
            try await world.database.reader(as: world.context(Cast.mei)).matchRuns(limit: 50)
        }
        let before = try await runs().count
        try await begin()
        #expect(try await runs().count == before)

        let rules = MatchRules(mostLists: 4, restDays: 30)
        let new = NewMatchSchedule(everyWeeks: 2, from: today.adding(days: 1), length: 7, rules: rules)
        let set = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.setMatchSchedule(new, by: Cast.mei.person.id)
        }
        #expect(set.nextOn == today.adding(days: 1) && set.length == 7 && set.rules == rules)
        try await begin()
        #expect(try await runs().count == before)

        // Its day comes, and nothing ran for three weeks after it: one run makes up for all.
        try await world.owner.write(as: .none) {
            _ = try await $0.execute(
                "UPDATE match_schedules SET next_on = next_on - 22 WHERE tenant_id = \(Cast.harbour.id)")
        }
        try await begin()
        try await begin()
        let after = try await runs()
        #expect(after.count == before + 1)
        let run = try #require(after.first)
        #expect(run.length == 7 && run.rules == rules && run.requestedBy == Cast.mei.person.id)
        let next = try await world.database.reader(as: world.context(Cast.mei)).matchSchedule()
        #expect(next?.nextOn == today.adding(days: 7))

        try await world.database.write(as: world.context(Cast.mei)) { try await $0.endMatchSchedule() }
        #expect(try await world.database.reader(as: world.context(Cast.mei)).matchSchedule() == nil)
        await #expect(throws: Problem.self) {
            try await world.database.write(as: world.context(Cast.mei)) { try await $0.endMatchSchedule() }
        }
    }

    @Test("are the managers' own, on both walls, and each park's")
    func walls() async throws {
        let world = try await World()
        let new = NewMatchSchedule(everyWeeks: 1, from: CalendarDate(Date(), in: .utc))
        _ = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.setMatchSchedule(new, by: Cast.mei.person.id)
        }
        for member in [Cast.jun, Cast.ada, Cast.leo] {
            #expect(try await world.database.reader(as: world.context(member)).matchSchedule() == nil)
        }
        let seen: Int = try await world.database.reader(as: world.context(Cast.jun)).value(
            "SELECT count(*) FROM match_schedules")
        #expect(seen == 0)
        await #expect {
            try await world.database.write(as: world.context(Cast.jun)) {
                try await $0.setMatchSchedule(new, by: Cast.jun.person.id)
            }
        } throws: {
            ($0 as? DatabaseError)?.sqlState == "42501"
        }
    }

    @Test("are refused with the field that is wrong, and the form comes back filled in")
    func refusals() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let bad = await mei.send(
            "/console/match-schedule",
            [("weeks", "27"), ("first_on", "2026-01-01"), ("length", "9"), ("rules.most_lists", "")])
        #expect(bad.status == 422)
        #expect(bad.text.contains("Give 1 to 26 weeks."))
        #expect(bad.text.contains(#"value="27""#) && bad.text.contains(#"value="9""#))
        let past = await mei.ask("POST", "/v1/match-schedule", json: #"{"weeks": 2, "first_on": "2026-01-01"}"#)
        #expect(past.status == 422 && past.text.contains("/first_on"))
        let day = CalendarDate(Date(), in: .utc).adding(days: 3)
        let good = await mei.send(
            "/console/match-schedule", [("weeks", "2"), ("first_on", day.description), ("length", "9")])
        #expect(good.status == 303)
        #expect(await mei.open("/console/match-schedule").text.contains(#"value="\#(day)""#))
    }

    @Test("keep their rhythm", arguments: [(0, 14), (13, 14), (14, 28), (15, 28), (-3, 14)])
    func rhythm(_ late: Int, _ next: Int) {
        let due = CalendarDate(daysSince1970: 20_000)
        #expect(
            MatchSchedule.next(after: due.adding(days: late), from: due, everyWeeks: 2) == due.adding(days: next))
    }
}
