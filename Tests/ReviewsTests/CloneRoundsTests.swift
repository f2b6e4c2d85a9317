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

@Suite("Rounds of a call that is taken into the next year")
struct CloneRoundsTests {
    private let tenant = Cast.harbour.id
    private let source: CallForApplications.ID = demoID("call incubation")

    private func copy(_ reply: JSON) throws -> CallForApplications.ID {
        try #require(reply["calls"]?.elements?.first?["id"]?.text.flatMap { CallForApplications.ID($0) })
    }

    @Test("are drafted as they were run, whatever the design says, a year later and with criteria of their own")
    func asRun() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let run = try await reader.rounds(of: source).filter { $0.status != .draft }
        let first = try #require(run.first)
        let park = try await Visitor(Cast.mei, in: world)
        let reply = await park.ask("POST", "/v1/calls/\(source)/clone", json: "{}")
        #expect(reply.status == 200, "\(reply.text)")
        let id = try copy(try reply.json())
        let drafted = try await reader.rounds(of: id)
        let told = try #require(try reply.json()["calls"]?.elements?.first?["rounds"]?.elements)
        #expect(told.compactMap { $0["id"]?.text } == drafted.map(\.id.description))
        #expect(drafted.map(\.name) == run.map(\.name) && drafted.map(\.isBlind) == run.map(\.isBlind))
        #expect(drafted.map(\.reviewsWanted) == run.map(\.reviewsWanted) && drafted.map(\.quorum) == run.map(\.quorum))
        #expect(drafted.allSatisfy { $0.status == .draft && $0.call == id })
        for (one, other) in zip(drafted, run) {
            #expect(one.due.localTime.date == other.due.localTime.date.adding(months: 12))
            #expect(one.due.localTime.hour == other.due.localTime.hour)
            #expect(one.criteria.map(\.name) == other.criteria.map(\.name))
            #expect(one.criteria.map(\.weight) == other.criteria.map(\.weight))
            #expect(one.criteria.map(\.anchors) == other.criteria.map(\.anchors))
            #expect(Set(one.criteria.map(\.id)).isDisjoint(with: other.criteria.map(\.id)))
        }
        // The source is as it was, and nobody sits on a panel yet.
        #expect(try await reader.rounds(of: source).map(\.id).contains(first.id))
        #expect(try await reader.panel(of: try #require(drafted.first).id).isEmpty)
    }

    @Test("are left to the design where a manager says so, by API and on the page, which tells what would be drafted")
    func asDesigned() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let park = try await Visitor(Cast.mei, in: world)
        let address = "/console/calls/\(source)/clone"
        let page = await park.open(address)
        #expect(page.text.contains("Draft of the round") && page.text.contains("As they were run"))
        let calls = try await reader.calls().map(\.id)
        #expect(await park.send(address, [("rounds", "as_designed")]).status == 303)
        let made = try #require(try await reader.calls().first { !calls.contains($0.id) })
        #expect(try await reader.rounds(of: made.id).isEmpty)
        let reply = await park.ask("POST", "/v1/calls/\(source)/clone", json: #"{"rounds": "as_designed"}"#)
        #expect(reply.status == 200, "\(reply.text)")
        #expect(try await reader.rounds(of: try copy(try reply.json())).isEmpty)
        let wrong = await park.ask("POST", "/v1/calls/\(source)/clone", json: #"{"rounds": "as_dreamt"}"#)
        #expect(wrong.status == 422 && wrong.problem?.errors.map(\.pointer) == ["/rounds"], "\(wrong.text)")
    }

    @Test("keep their batch; where none was opened, those that were drafted go along")
    func ofABatch() async throws {
        let world = try await World()
        let rolling: CallForApplications.ID = demoID("call rolling")
        let made = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let due = Deadline(Date.now.addingTimeInterval(40 * 86_400), in: .hongKong, graceSeconds: 0)
            _ = try await transaction.draftRound(
                RoundDraft(
                    name: LocalizedName(en: "Second batch"), batch: 2, isBlind: true, due: due,
                    criteria: ReviewRound.usualCriteria()), as: ReviewRound.ID(), of: rolling, in: tenant)
            return try await transaction.clone(.call(rolling), in: tenant, rounds: ReviewsRoom.callRounds)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let rounds = try await reader.rounds(of: try #require(made.calls.first?.id))
        #expect(rounds.filter { $0.name.description == "Second batch" }.map(\.batch) == [2])
        #expect(rounds.allSatisfy { $0.status == .draft })
    }
}
