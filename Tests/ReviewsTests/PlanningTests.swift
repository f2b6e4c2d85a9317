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

    @Test("What a plan takes back is named as things stand, to those who may know")
    func takenBack() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let id = try await world.planTakingBack { try await finished(world, mei) }
        let back = try await mei.ask("GET", "/v1/assignment-runs/\(id)/taken-back").json()["items"]?.elements ?? []
        #expect(back.count == 1 && back.first?["reviewer"]?["name"]?.text == "Nora Lau", "\(back)")
        #expect(back.first?["application"]?.text == World.application("plumbline").description)
        let code = try #require(back.first?["code"]?.text)
        let page = await mei.open("/console/assignment-runs/\(id)")
        #expect(page.text.contains("Taken back: \(code) – Nora Lau."), "\(page.text)")
        let list = await mei.open("/console/assignment-runs/\(id)?show=taken_back")
        #expect(list.status == 200 && list.text.contains("Nora Lau") && list.text.contains("Plumbline"), "\(list.text)")
        // Plumbline is Wing's own.
        let wing = try await Visitor(Cast.wing, in: world)
        let hers = await wing.ask("GET", "/v1/assignment-runs/\(id)/taken-back")
        #expect(try hers.status == 200 && hers.json()["items"]?.elements?.isEmpty == true, "\(hers.text)")
        #expect(await !wing.open("/console/assignment-runs/\(id)?show=taken_back").text.contains(code))

        #expect(await mei.ask("POST", "/v1/assignment-runs/\(id)/application").status == 200)
        #expect(
            try await mei.ask("GET", "/v1/assignment-runs/\(id)/taken-back").json()["items"]?.elements?.isEmpty == true)
        let nora = try await standing(world).filter { $0.assignment.person == Cast.nora.person.id }
        #expect(!nora.contains { $0.code == code } && nora.count == 4)
    }

    @Test("A plan is not taken once somebody was assigned, or began what it would take back; it is worked out again")
    func overtakenByHand() async throws {
        for change in ["assigned", "begun"] {
            let world = try await World()
            let mei = try await Visitor(Cast.mei, in: world)
            let id = try await world.planTakingBack { try await finished(world, mei) }
            let place = "/v1/assignment-runs/\(id)"
            // What was begun already goes on: that alone changes no plan.
            _ = try await world.database.write(as: world.context(Cast.vera)) { transaction in
                try await transaction.saveReview(
                    ReviewDraft(scores: [:], comment: try LongText("More of it.")),
                    of: World.assignment(Cast.vera, "skylarkinspect"), by: Cast.vera.person.id)
            }
            #expect(try await mei.ask("GET", place).json()["is_overtaken"] == false)
            if change == "assigned" {
                _ = try await world.assign(Cast.vera, "tideglass")
            } else {
                _ = try await world.database.write(as: world.context(Cast.nora)) { transaction in
                    try await transaction.saveReview(
                        ReviewDraft(scores: [:], comment: try LongText("At last.")),
                        of: World.assignment(Cast.nora, "plumbline"), by: Cast.nora.person.id)
                }
            }
            let before = try await standing(world).map(\.id)
            #expect(try await mei.ask("GET", place).json()["is_overtaken"] == true)
            let refused = await mei.ask("POST", "\(place)/application")
            #expect(refused.status == 409 && refused.text.contains("Work it out again."), "\(refused.text)")
            #expect(try await standing(world).map(\.id) == before)
            let page = await mei.open("/console/assignment-runs/\(id)")
            #expect(page.text.contains("Plan again.") && !page.text.contains("/\(id)/application"), "\(page.text)")

            let again = try await finished(world, mei)
            let applied = await mei.ask("POST", "/v1/assignment-runs/\(again["id"]?.text ?? "")/application")
            #expect(applied.status == 200, "\(applied.text)")
        }
    }

    @Test("Who is away for most of the time that is left is planned for as much less")
    func absences() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let vera = Cast.vera.person.id
        // Only vera could take the two seats that are left.
        #expect(try await finished(world, mei)["report"]?["empty_seats"] == 0)
        let panel = try await world.database.reader(as: world.context(Cast.mei)).panel(of: World.round)
        let left = try #require(panel.first { $0.person == vera }).daysLeft
        try await world.database.write(as: world.context(Cast.vera)) { transaction in
            let today = CalendarDate(transaction.now, in: .hongKong)
            for days in [0...3, 4...(left - 2)] {
                _ = try await transaction.noteAbsence(
                    of: vera, from: today.adding(days: days.lowerBound), to: today.adding(days: days.upperBound),
                    as: Absence.ID(), in: Cast.harbour.id)
            }
        }
        // A day is too little for one of the nine that she would take beside the three she has begun.
        let run = try await finished(world, mei)
        #expect(run["report"]?["empty_seats"] == 2, "\(run)")
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

extension World {
    /// A plan that takes Plumbline back from nora, who has begun as many as she takes by now, and gives it to others.
    fileprivate func planTakingBack(_ plan: () async throws -> JSON) async throws -> String {
        try await accept(Cast.jun, seat: 1)
        try await database.write(as: context(Cast.mei)) { transaction in
            try await transaction.revisePanelist(
                Cast.nora.person.id, of: Self.round, to: PanelTerms(most: 4, languages: [.english]))
        }
        let run = try await plan()
        #expect(run["report"]?["removed"] == 1 && run["is_overtaken"] == false, "\(run)")
        return try #require(run["id"]?.text)
    }
}
