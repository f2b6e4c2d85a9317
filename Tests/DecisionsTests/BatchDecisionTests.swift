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
        by round: ReviewRound.ID, in batch: DecisionBatch.ID, waitlist: Int = 1, _ world: World
    ) async throws -> [Application.ID: Preparation] {
        let (note, mei) = (note, mei)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let rows = try await transaction.decisions(
                ByStanding(round, by: .raw, waitlist: waitlist) { _ in note }, in: batch)
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

    @Test("Who waits by the round of a batch waits behind the others, and where they waited when it is asked again")
    func waiting() async throws {
        let world = try await World()
        let (call, rounds, ids) = try await judged(in: world)
        let batch = try await world.open(call.id, places: 0, preparing: [])
        func ranks(by round: ReviewRound.ID, in batch: DecisionBatch.ID) async throws -> [Int?] {
            let prepared = try await prepare(by: round, in: batch, waitlist: 2, world)
            return ids.map { prepared[$0]?.rank }
        }
        #expect(try await ranks(by: rounds[0], in: batch) == [1, 2, nil, nil])
        #expect(try await ranks(by: rounds[1], in: batch) == [1, 2, 3, 4])
        #expect(try await ranks(by: rounds[0], in: batch) == [1, 2, 3, 4])
        // The second batch in a batch of decisions of its own, after the release of the first.
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.withdrawPreparations(of: Array(ids.suffix(2)), in: batch, .allOrNothing)
        }
        try await world.release(batch)
        let later = try await world.open(call.id, places: 0, preparing: [])
        #expect(try await ranks(by: rounds[1], in: later) == [nil, nil, 3, 4])
        try await world.release(later)
    }

    @Test("Ranks that others hold are passed over, and nobody waits at a worse one than they had by another stream")
    func held() {
        let ids = (0..<3).map { _ in Application.ID() }
        let stream = ProgramStream.ID()
        let seats = Seats(
            offers: 0, waitlist: 3, streams: [:], held: Seats.HeldRanks(behind: 1, others: [1, 3]))
        #expect(seats.given(to: ids, wanting: [:]).map(\.rank) == [2, 4, 5])
        let given = seats.given(to: ids, in: stream, keeping: [], listed: [ids[1]: 3, ids[2]: 6])
        #expect(given.map(\.application) == [ids[0], ids[2]] && given.map(\.rank) == [2, 5])
    }

    @Test("An offer to somebody whom the round of their batch says nothing of takes one of the places")
    func unjudged() async throws {
        let world = try await World()
        let call = try await world.rollingCall()
        let ids = try await world.handIn(to: call, batches: [1, 1, 1])
        let round = try await world.openRound(for: call.id, in: 1)
        for (id, score) in [(ids[0], 5), (ids[1], 2)] { try await world.judge(id, in: round, worth: score) }
        let batch = try await world.open(
            call.id, places: 2, preparing: [(application: ids[2], preparation: Preparation(.offer, note: note))])
        let prepared = try await prepare(by: round, in: batch, world)
        #expect(ids.map { prepared[$0]?.outcome } == [.offer, .waitlist, .offer])
    }

    @Test("Two rounds that are prepared at once do not both give the same places")
    func atOnce() async throws {
        let world = try await World()
        let (call, rounds, ids) = try await judged(in: world)
        let batch = try await world.open(call.id, places: 2, preparing: [])
        async let first = prepare(by: rounds[0], in: batch, world)
        async let second = prepare(by: rounds[1], in: batch, world)
        _ = try await (first, second)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let prepared = try await reader.preparedDecisions(in: batch)
        #expect(prepared.count == ids.count && prepared.count { $0.preparation.outcome == .offer } == 2)
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
