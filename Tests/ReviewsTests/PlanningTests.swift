import Accounts
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Reviews

/// Who judges what, worked out by a job and taken by a manager.
@Suite("Planning")
struct PlanningTests {
    @Test("A plan changes nothing until it is taken, keeps what was begun, and made again changes nothing")
    func plan() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        try await world.accept(Cast.jun, seat: 1)
        let run = try await finished(world, mei)
        let report = try #require(run["report"])
        #expect(run["state"]?.text == "finished", "\(run)")
        #expect(report["is_whole"] == true && report["pairs"] == 10, "\(report)")
        #expect(try await standing(world).count == 8)
        let place = "/v1/assignment-runs/\(run["id"]?.text ?? "")"
        let changes = try await mei.ask("GET", "\(place)/pairs?changes=true").json()["items"]?.elements ?? []
        #expect(report["added"] == .number(.init(changes.count)))

        let applied = await mei.ask("POST", "\(place)/application")
        #expect(applied.status == 200, "\(applied.text)")
        #expect(await mei.ask("POST", "\(place)/application").status == 409)
        let now = try await standing(world)
        #expect(now.count == 10)
        for (_, reviewers) in Dictionary(grouping: now, by: \.assignment.application) {
            #expect(Set(reviewers.map(\.assignment.person)).count == 2)
        }
        // jun's fund holds shares of KelpSense, nora had begun five of hers.
        #expect(
            !now.contains {
                $0.assignment.person == Cast.jun.person.id
                    && $0.assignment.application == World.application("kelpsense")
            })
        #expect(now.filter { $0.scored > 0 }.count == 7)

        let again = try await finished(world, mei)
        #expect(again["report"]?["added"] == 0 && again["report"]?["removed"] == 0, "\(again)")
    }

    @Test("What cannot be is said by name, with the best that can be")
    func contradiction() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.revisePanelist(
                Cast.vera.person.id, of: World.round, to: PanelTerms(most: 3, languages: [.english]))
            try await transaction.revisePanelist(
                Cast.nora.person.id, of: World.round, to: PanelTerms(most: 5, languages: [.english]))
        }
        let run = try await finished(world, mei)
        let report = try #require(run["report"])
        #expect(report["is_whole"] == false && report["empty_seats"] == 2, "\(report)")
        let contradictions = report["contradictions"]?.elements ?? []
        #expect(contradictions.count == 1 && contradictions[0]["kind"]?.text == "seats", "\(report)")
        // nora has begun as many as she takes, so that only vera could take the seats, and she is full.
        #expect(contradictions.first?["reviewers"]?.elements?.map(\.text) == ["Vera Ito"], "\(report)")
        #expect(contradictions.first?["needed"] == 2 && contradictions.first?["possible"] == 0)
    }

    @Test("A run is stopped, and a plan that was overtaken by a conflict is not taken")
    func overtaken() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let waiting = try await mei.ask("POST", "/v1/rounds/\(World.round)/assignment-runs").json()
        let id = waiting["id"]?.text ?? ""
        #expect(waiting["state"]?.text == "waiting")
        #expect(await mei.ask("POST", "/v1/assignment-runs/\(id)/application").status == 409)
        #expect(
            try await mei.ask("POST", "/v1/assignment-runs/\(id)/cancellation").json()["state"]?.text == "cancelled")
        #expect(await mei.ask("POST", "/v1/assignment-runs/\(id)/cancellation").status == 409)

        try await world.accept(Cast.jun, seat: 1)
        let run = try await finished(world, mei)
        let place = "/v1/assignment-runs/\(run["id"]?.text ?? "")"
        let changes = try await mei.ask("GET", "\(place)/pairs?changes=true").json()["items"]?.elements ?? []
        #expect(changes.contains { $0["reviewer"]?["id"]?.text == Cast.jun.person.id.description })
        let before = try await standing(world).count
        for slug in ["gridfellow", "skylarkinspect", "tideglass", "plumbline"] {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.declareConflict(
                    of: Cast.jun.person.id, with: Cast.startup(slug), note: nil, as: .init(), in: Cast.harbour.id,
                    by: Cast.mei.person.id)
            }
        }
        let refused = await mei.ask("POST", "\(place)/application")
        #expect(refused.status == 422 && refused.text.contains("stands between"), "\(refused.text)")
        #expect(try await standing(world).count == before)
    }

    private func standing(_ world: World) async throws -> [AssignmentSummary] {
        try await world.database.reader(as: world.context(Cast.mei))
            .assignments(in: World.round, standing: .assigned, limit: 100)
    }

    private func finished(_ world: World, _ manager: Visitor) async throws -> JSON {
        let asked = await manager.ask("POST", "/v1/rounds/\(World.round)/assignment-runs")
        #expect(asked.status == 201, "\(asked.text)")
        let place = try #require(asked.header("Location"))
        return try await world.working {
            try await world.awaiting {
                try await manager.ask("GET", place).json()
            } until: { state in
                !["waiting", "running"].contains(state["state"]?.text ?? "")
            }
        }
    }
}
