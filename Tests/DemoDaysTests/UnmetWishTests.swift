import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import TestWorld
import Testing
import Vocabulary

@testable import DemoDays

@Suite("Wishes that are not met")
struct UnmetWishTests {
    typealias Day = DemoDayWorld

    private func partners(_ world: Day, _ member: Cast.Member) async throws -> [Institution.ID: UnmetWish] {
        let own = try #require(Day.guests.first { $0.member.person.id == member.person.id }).institution
        let partners = try await world.reader(member).explainedPartners(on: world.day, for: own)
        return Dictionary(
            uniqueKeysWithValues: partners.compactMap { partner in
                partner.unmet.map { (partner.institution, $0) }
            })
    }

    @Test("are explained once a plan is in force, by the cap and the meetings that were ranked higher")
    func cap() async throws {
        var world = try await Day(floor: 0)
        world.terms.mostPerStartup = 1
        try await world.revise(to: world.terms)
        try await world.complete()
        try await world.wish(Cast.ada, Wishes(ranked: [Day.lionPeak, Day.tidewater]))
        try await world.wish(Cast.chloe, Wishes(ranked: [Day.kelpsense]))
        try await world.wish(Cast.jun, Wishes(ranked: [Day.kelpsense]))
        let plan = try await world.planned()
        #expect(plan.report?.mutual?.pairs == 2 && plan.report?.mutual?.met == 1)
        #expect(try await partners(world, Cast.ada).isEmpty, "a draft is the park's")
        try await world.publish(plan.id)
        #expect(try await world.own(Cast.ada).map(\.investor) == [Day.lionPeak])
        #expect(
            try await partners(world, Cast.ada)
                == [Day.tidewater: UnmetWish(reason: .mostMeetings, meetings: 1, preferred: 1)])
        // That the startup has a meeting that it ranked higher is the startup's.
        #expect(try await partners(world, Cast.jun)[Day.kelpsense]?.reason == .notArranged)
        let page = await (try await Visitor(Cast.ada, in: world.world)).open("/demo-days/\(world.day)")
        #expect(page.text.contains("You have 1 meeting, which is the most the day allows."))
        #expect(page.text.contains("1 is with somebody you ranked higher."))
        let answer = await (try await Visitor(Cast.ada, in: world.world)).ask(
            "GET", "/v1/demo-days/\(world.day)/partners")
        #expect(answer.text.contains(#""reason":"most_meetings""#), "\(answer.text)")
        let park = await (try await Visitor(Cast.mei, in: world.world)).open(
            "/console/demo-days/\(world.day)/plans/\(plan.id)")
        #expect(park.text.contains("Wishes of both sides"))
    }

    @Test("are explained by one's own hours, where these are full")
    func hours() async throws {
        let world = try await Day(floor: 0)
        try await world.invite(Day.guests.map(\.institution))
        let begins = world.terms.startsAt
        try await world.accept(
            Cast.ada, during: [Participant.Window(from: begins, until: begins.addingTimeInterval(1200))])
        for member in [Cast.ravi, Cast.jun, Cast.chloe] { try await world.accept(member) }
        try await world.wish(Cast.ada, Wishes(ranked: [Day.lionPeak, Day.tidewater]))
        try await world.wish(Cast.chloe, Wishes(ranked: [Day.kelpsense]))
        _ = try await world.published()
        #expect(
            try await partners(world, Cast.ada)
                == [Day.tidewater: UnmetWish(reason: .noFreeSlot, meetings: 1, preferred: 1)])
    }

    @Test("say the same whether the other side would rather not, is away or has no time left")
    func refusal() async throws {
        var said: [UnmetWish?] = []
        for isRefused in [true, false] {
            let world = try await Day(floor: 0)
            try await world.invite([Day.kelpsense, Day.tidewater])
            let begins = world.terms.startsAt
            try await world.accept(
                Cast.ada, during: [Participant.Window(from: begins, until: begins.addingTimeInterval(1800))])
            let late = Participant.Window(
                from: begins.addingTimeInterval(3600), until: begins.addingTimeInterval(7200))
            try await world.accept(Cast.jun, during: isRefused ? [] : [late])
            try await world.wish(Cast.ada, Wishes(ranked: [Day.tidewater]))
            try await world.wish(
                Cast.jun, isRefused ? Wishes(ranked: [], refused: [Day.kelpsense]) : Wishes(ranked: [Day.kelpsense]))
            _ = try await world.published()
            said.append(try await partners(world, Cast.ada)[Day.tidewater])
        }
        let nothing = UnmetWish(reason: .notArranged, meetings: 0, preferred: 0)
        #expect(said == [nothing, nothing])
    }
}
