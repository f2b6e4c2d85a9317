import API
import Accounts
import DemoDays
import DemoWorld
import Foundation
import Incubation
import Institutions
import Investment
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("What is linked to agreements by hand")
struct LinkTests {
    private let first: MoU.ID = demoID("mou MoU-1")
    private let second: MoU.ID = demoID("mou MoU-2")
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let startup = Cast.startup("kelpsense")

    private func link(
        _ noun: MoU.Standing.Noun, _ object: UUID, to mou: MoU.ID, in area: FocusArea.ID?, _ world: World
    ) async throws -> MoU.Link.ID {
        let id = MoU.Link.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.linkActivity(NewLink(noun, object, in: area), as: id, to: mou, in: tenant, by: mei)
        }
        return id
    }

    /// Tidewater meets KelpSense.
    private func introduce(_ world: World) async throws -> Introduction.ID {
        let investor = world.database.reader(as: world.context(Cast.jun))
        var found: Shortlist.ID?
        for list in try await investor.shortlists(limit: 50) {
            if try await investor.item(startup, of: list.id) != nil { found = list.id }
        }
        let (list, jun, ada) = (try #require(found), Cast.jun.person.id, Cast.ada.person.id)
        try await world.database.write(as: world.context(Cast.jun)) { transaction in
            _ = try await transaction.answerShortlistItem(
                startup, of: list, with: NewAnswer(.interested), as: Answer.ID(), in: tenant, by: jun)
        }
        let id = try #require(try await investor.introductions(limit: 1).first).id
        _ = try await world.database.write(as: world.context(Cast.ada)) {
            try await $0.consentToIntroduction(id, by: ada)
        }
        return id
    }

    @Test("a cohort counts with whoever is enrolled in it, in the area that was named")
    func cohort() async throws {
        let world = try await World()
        let manager = world.database.reader(as: world.context(Cast.mei))
        let area = try #require(try await manager.mou(first)?.areas.first?.focusArea)
        #expect(try await manager.activities(under: first).isEmpty)
        let cohort: Cohort.ID = demoID("cohort spring")
        let id = try await link(.cohort, cohort.uuid, to: first, in: area, world)
        let counted = try await manager.activities(under: first).filter { $0.kind == .startupEnrolled }
        #expect(counted.contains { $0.startup == startup } && counted.allSatisfy { $0.areas == [area] })
        let standing = try #require(try await manager.standing(under: first).first { $0.noun == .cohort })
        #expect(standing.link == id && standing.object == cohort.uuid && standing.areas == [area])
        await #expect(throws: DatabaseError.self) {
            _ = try await link(.cohort, cohort.uuid, to: first, in: nil, world)
        }
        await #expect(throws: DatabaseError.self) { _ = try await link(.cohort, UUID(), to: first, in: nil, world) }
    }

    @Test("an introduction counts by its link alone, and a partner learns neither who nor with whom")
    func introduction() async throws {
        let world = try await World()
        let manager = world.database.reader(as: world.context(Cast.mei))
        let area = try #require(try await manager.mou(first)?.areas.first?.focusArea)
        let introduction = try await introduce(world)
        #expect(try await manager.activities(under: first).isEmpty)
        _ = try await link(.introduction, introduction.uuid, to: first, in: area, world)
        let counted = try await manager.activities(under: first)
        #expect(counted.map(\.kind) == [.startupIntroduced] && counted.first?.object == introduction.uuid)
        #expect(counted.first?.areas == [area] && counted.first?.line == .investmentMatching)
        // Of the bank's own agreement, its staff learn that there was one.
        _ = try await link(.introduction, introduction.uuid, to: second, in: nil, world)
        let bank = world.database.reader(as: world.context(Cast.kenji))
        let seen = try #require(try await bank.standing(under: second).first { $0.noun == .introduction })
        #expect(seen.object == nil && seen.name == nil)
        let told = try await bank.activities(under: second).filter { $0.noun == .introduction }
        #expect(told.count == 1 && told.allSatisfy { $0.startup == nil && $0.startupName == nil && $0.object == nil })
        let (mei, kenji) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let page = "/console/mous/\(second)"
        #expect(await mei.open("\(page)/report").text.contains("/introductions/\(introduction)"))
        #expect(await mei.open("\(page)/links/new").text.contains("introduction:\(introduction)"))
        #expect(await kenji.open("/partner/agreements/\(second)/report").status == 200)
        let two = await mei.ask(
            "POST", "/v1/mous/\(first)/links",
            json: #"{"introduction":"\#(introduction)","cohort":"\#(demoID("cohort spring") as Cohort.ID)"}"#)
        #expect(two.status == 422)
    }

    @Test(
        "a demo day counts once it is over, with the meetings held at it, and a partner learns of nobody who met there")
    func demoDay() async throws {
        let world = try await World()
        let manager = world.database.reader(as: world.context(Cast.mei))
        let day: DemoDay.ID = demoID("demo day")
        let id = try await link(.demoDay, day.uuid, to: second, in: nil, world)
        func counted(_ reader: Reader) async throws -> [MoU.Activity] {
            try await reader.activities(under: second).filter { $0.noun == .demoDay }
        }
        let standing = try #require(try await manager.standing(under: second).first { $0.noun == .demoDay })
        #expect(standing.link == id && standing.object == day.uuid && standing.line == .investmentMatching)
        let bank = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await bank.standing(under: second).contains { $0.noun == .demoDay })
        // Until it is published it is the park's own.
        let plan: Query = "(SELECT p.id FROM demo_day_plans AS p WHERE p.demo_day_id = demo_days.id LIMIT 1)"
        for (state, isTold) in [
            ("plan_id = NULL, published_at = NULL" as Query, false),
            ("plan_id = \(fragment: plan), published_at = now()", true),
        ] {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                try await transaction.execute("UPDATE demo_days SET \(fragment: state) WHERE id = \(day)")
            }
            #expect(try await bank.standing(under: second).contains { $0.noun == .demoDay } == isTold)
            #expect(try await manager.standing(under: second).contains { $0.noun == .demoDay })
        }
        // It is to come in three weeks.
        #expect(try await counted(manager).isEmpty)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("UPDATE demo_days SET starts_at = now() - interval '1 day' WHERE id = \(day)")
            for (other, outcome) in [("harbour/tidewater", "held"), ("harbour/sakuragi-ventures", "no_show")] {
                try await transaction.execute(
                    """
                    INSERT INTO demo_day_outcomes (tenant_id, demo_day_id, investor_id, startup_id, outcome, recorded_by)
                    VALUES (\(tenant), \(day), \(Cast.institution(other)), \(startup), \(outcome), \(mei))
                    """)
            }
        }
        let held = try await counted(manager)
        #expect(Set(held.map(\.kind)) == [.demoDayHeld, .meetingHeld] && held.count == 2)
        #expect(held.first { $0.kind == .meetingHeld }?.startup == startup)
        let told = try await counted(world.database.reader(as: world.context(Cast.kenji)))
        #expect(told.count == 2 && told.allSatisfy { $0.startup == nil && $0.startupName == nil })
        #expect(told.first { $0.kind == .demoDayHeld }?.object == day.uuid)
        #expect(told.first { $0.kind == .meetingHeld }?.object == nil)
        let park = try await Visitor(Cast.mei, in: world)
        #expect(await park.open("/console/mous/\(second)/links/new").text.contains("demo_day:\(day)"))
        #expect(await park.open("/console/mous/\(second)/report").text.contains("/console/demo-days/\(day)"))
        let again = await park.ask("POST", "/v1/mous/\(second)/links", json: #"{"demo_day":"\#(day)"}"#)
        #expect(again.status == 409, "\(again.text)")
        let unknown = await park.ask("POST", "/v1/mous/\(second)/links", json: #"{"demo_day":"\#(DemoDay.ID())"}"#)
        #expect(unknown.status == 422 && unknown.text.contains("/demo_day"), "\(unknown.text)")
    }
}
