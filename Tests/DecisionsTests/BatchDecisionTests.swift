import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import Programs
import Reviews
import TestWorld
import Testing
import Vocabulary

@testable import Decisions

/// Decisions by the rounds of a rolling call's batches.
@Suite("Deciding batch by batch")
struct BatchDecisionTests {
    private let note: LongText
    private let mei = Cast.mei.person.id

    init() throws {
        note = try LongText("Thank you for applying.")
    }

    /// Two who came in the first batch and two who came in the second, each judged in the round of their batch.
    private func judged(
        in world: World
    ) async throws -> (call: RollingCall, rounds: [ReviewRound.ID], ids: [Application.ID]) {
        let call = try await world.rollingCall()
        let ids = try await world.handIn(to: call, batches: [1, 1, 2, 2])
        let rounds = [
            try await world.openRound(for: call.id, in: 1), try await world.openRound(for: call.id, in: 2),
        ]
        for (place, score) in [5, 2, 4, 3].enumerated() {
            try await world.judge(ids[place], in: rounds[place / 2], worth: score)
        }
        return (call, rounds, ids)
    }

    private func prepare(
        by round: ReviewRound.ID, in batch: DecisionBatch.ID, _ world: World
    ) async throws -> [Application.ID: Preparation] {
        let (note, mei) = (note, mei)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let rows = try await transaction.decisions(
                ByStanding(round, by: .raw, waitlist: 1) { _ in note }, in: batch)
            _ = try await transaction.prepareDecisions(rows, in: batch, .allOrNothing, by: mei)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        return Dictionary(
            uniqueKeysWithValues: try await reader.preparedDecisions(in: batch).map { ($0.application, $0.preparation) }
        )
    }

    @Test("The round of a batch decides on what came in it, and gives the places that the others leave")
    func standings() async throws {
        let world = try await World()
        let (call, rounds, ids) = try await judged(in: world)
        let batch = try await world.open(call.id, places: 3, preparing: [])
        let first = try await prepare(by: rounds[0], in: batch, world)
        #expect(Set(first.keys) == Set(ids.prefix(2)))
        #expect(first.values.allSatisfy { $0.outcome == .offer })
        // One of three places is left, and goes to the best of the second batch.
        let second = try await prepare(by: rounds[1], in: batch, world)
        #expect(second[ids[2]]?.outcome == .offer && second[ids[3]]?.outcome == .waitlist)
        #expect(second[ids[0]]?.outcome == .offer && second[ids[1]]?.outcome == .offer)
        // Again by the first: what the second batch was given stays.
        let again = try await prepare(by: rounds[0], in: batch, world)
        #expect(again.values.count { $0.outcome == .offer } == 3 && again[ids[2]]?.outcome == .offer)
        let park = try await Visitor(Cast.mei, in: world)
        let form = await park.open("/console/decisions/\(batch)/bulk").text
        #expect(form.contains("Panel · Batch 1") && form.contains("Panel · Batch 2"), "\(form)")

        try await world.release(batch)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.application(ids[2])?.application.state == .offered)
    }

    @Test("Where a round of the batch and one of all have judged, the later says what it is worth")
    func latest() async throws {
        let world = try await World()
        let (call, _, ids) = try await judged(in: world)
        let all = try await world.openRound(for: call.id)
        // The best of the first round is the worst of the second, which has not come to the others.
        try await world.judge(ids[0], in: all, worth: 1)
        let batch = try await world.open(call.id, places: 2, preparing: [])
        let park = try await Visitor(Cast.mei, in: world)
        let page = await park.open("/console/decisions/\(batch)/bulk/chosen").text
        #expect(page.contains("Score 0") && !page.contains("Score 100"), "\(page)")
        #expect(page.contains("Score 75"), "what the later round has not judged keeps what was said before")
    }

    @Test("An application of a batch that no round has judged lacks a quorum")
    func quorum() async throws {
        let world = try await World()
        let call = try await world.rollingCall()
        let ids = try await world.handIn(to: call, batches: [1, 2])
        let round = try await world.openRound(for: call.id, in: 1)
        try await world.judge(ids[0], in: round, worth: 4)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(Array(try await reader.shortOfQuorum(in: call.id).keys) == [ids[1]])
    }
}
