import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

@Suite("Rounds as a stream plans them")
struct PlannedRoundTests {
    private let joint: CallForApplications.ID = demoID("call fintech")

    @Test("a round begins as the stream plans the next one, with its rubric")
    func planned() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let call = try #require(try await reader.call(joint))
        let design = try #require(try await reader.design(of: call.stream))
        let first = try #require(try await reader.plannedRound(of: joint, now: .now))
        #expect(first.name == design.rounds.first?.name)
        #expect(first.isBlind)
        #expect(first.criteria.map(\.name) == design.rubric.map(\.name))
        #expect(first.criteria.reduce(0) { $0 + $1.weight } == 100)
        let days = try #require(design.rounds.first?.days)
        #expect(first.due.localTime.date == call.deadline.localTime.date.adding(days: days))
        // After a closing that is long past, reviewers have their days all the same.
        let late = call.deadline.instant.addingTimeInterval(90 * 86_400)
        let second = try #require(try await reader.plannedRound(of: joint, now: late))
        #expect(second.due.instant > late)

        let mei = try await Visitor(Cast.mei, in: world)
        let page = await mei.open("/console/rounds/new?call=\(joint)")
        #expect(page.text.contains("Fit with the partner") && page.text.contains("Paper review"))
        let drafted = await mei.ask(
            "POST", "/v1/calls/\(joint)/rounds",
            json: """
                {"name": {"en": "Paper"}, "is_blind": true,
                 "due": {"at": "2030-01-01T10:00:00Z", "zone": "Asia/Hong_Kong"}}
                """)
        #expect(drafted.status == 201, "\(drafted.text)")
        #expect(try drafted.json()["criteria"]?.elements?.count == design.rubric.count)
        #expect(try await reader.plannedRound(of: joint, now: .now)?.name == design.rounds.last?.name)
        // A round more than is planned is nobody's plan.
        _ = await mei.ask(
            "POST", "/v1/calls/\(joint)/rounds",
            json: """
                {"name": {"en": "Panel"}, "is_blind": false, "criteria": [],
                 "due": {"at": "2030-01-01T10:00:00Z", "zone": "Asia/Hong_Kong"}}
                """)
        #expect(try await reader.plannedRound(of: joint, now: .now) == nil)
    }

    @Test("who does not keep rounds learns of no plan")
    func wall() async throws {
        let world = try await World()
        for member in [Cast.ada, Cast.nora, Cast.leo] {
            let reader = world.database.reader(as: world.context(member))
            #expect(try await reader.plannedRound(of: joint, now: .now) == nil)
        }
    }
}
