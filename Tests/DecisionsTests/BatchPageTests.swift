import API
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

/// A batch as managers look at it, of many applications.
@Suite("The page of a batch")
struct BatchPageTests {
    @Test("Its two tables go on fifty rows at a time, each by itself")
    func pages() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(130)
        let note = try LongText("Not this time.")
        let batch = try await world.open(
            call, places: 1, preparing: ids.prefix(70).map { ($0, Preparation(.reject, note: note)) })
        let reader = world.database.reader(as: world.context(Cast.mei))
        let prepared = try await reader.preparedDecisions(in: batch).map(\.application)
        let open = try await reader.undecided(in: batch).map(\.application)
        #expect(prepared.count == 70 && open.count == 60)
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/console/decisions/\(batch)"
        func row(_ id: Application.ID) -> String { "\(place)/applications/\(id)\"" }

        let first = await mei.open(place)
        #expect(first.status == 200, "\(first.text)")
        #expect(first.text.contains("1 to 50 of 70") && first.text.contains("1 to 50 of 60"))
        #expect(first.text.contains(row(prepared[0])) && first.text.contains(row(prepared[49])))
        #expect(!first.text.contains(row(prepared[50])) && !first.text.contains(row(open[50])))

        let next = await mei.open("\(place)?after=\(prepared[49])")
        #expect(next.text.contains("51 to 70 of 70") && next.text.contains("1 to 50 of 60"), "\(next.text)")
        #expect(next.text.contains(row(prepared[50])) && !next.text.contains(row(prepared[49])))
        #expect(next.text.contains(row(open[0])))

        let both = await mei.open("\(place)?after=\(prepared[49])&undecided=\(open[49])")
        #expect(both.text.contains("51 to 70 of 70") && both.text.contains("51 to 60 of 60"), "\(both.text)")
        #expect(both.text.contains(row(open[59])) && !both.text.contains(row(open[0])))
        // The way back of one table leaves the other where it is.
        #expect(both.text.contains("\"\(place)?after=\(prepared[49])\""), "\(both.text)")

        let gone = await mei.open("\(place)?after=\(Application.ID())")
        #expect(gone.status == 200 && gone.text.contains("1 to 50 of 70"))
    }

    @Test("The list counts what each batch decides, and a batch that decides nothing says so")
    func list() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(6)
        let note = try LongText("Read on.")
        _ = try await world.open(
            call, places: 3,
            preparing: ids.prefix(2).map { ($0, Preparation(.offer, note: note)) }
                + [(ids[2], Preparation(.waitlist, rank: 1, note: note))]
                + ids.dropFirst(3).map { ($0, Preparation(.reject, note: note)) })
        let (other, _) = try await world.applicants(1, from: 6)
        _ = try await world.open(other, places: 1, preparing: [])
        let mei = try await Visitor(Cast.mei, in: world)
        func figures(_ call: CallForApplications.ID) async -> [String?] {
            let page = await mei.open("/console/decisions?call=\(call)").text
            return ["Offers", "Waiting list", "Rejections"].map { column in
                page.components(separatedBy: "data-label=\"\(column)\"").dropFirst().first?
                    .components(separatedBy: "<span class=\"cell\">").dropFirst().first
                    .map { String($0.prefix(while: \.isNumber)) }
            }
        }
        #expect(await figures(call) == ["2", "1", "3"])
        #expect(await figures(other) == ["0", "0", "0"])
        let one = try await mei.ask("GET", "/v1/decision-batches?call=\(call)").json()
        let tally = one["items"]?.elements?.first?["tally"]
        #expect(tally?["offers"] == 2 && tally?["waitlisted"] == 1 && tally?["rejections"] == 3, "\(one)")
    }

    @Test("It says while calibrated scores are being computed, and what was prepared by some says by which")
    func calibrated() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(2)
        let round = try await world.openRound(for: call)
        for (index, id) in ids.enumerated() { try await world.judge(id, worth: 5 - index) }
        let note = try LongText("Come in.")
        let batch = try await world.open(call, places: 1, preparing: [])
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/console/decisions/\(batch)"
        #expect(await mei.open(place).text.contains("Calibrated scores are being computed"))
        try await world.database.write(as: world.system()) { try await $0.calibrateRound(round) }
        #expect(await !mei.open(place).text.contains("Calibrated scores are being computed"))

        // As if more had been judged: without leniency the second is the better one.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE round_calibrations
                SET refusal = NULL, figures = '{"reliability": 0.5, "calibratedReliability": 0.6, "reviewers": []}',
                    steadiness = '{1, 2}'
                WHERE round_id = \(round)
                """)
            try await transaction.execute(
                """
                INSERT INTO calibrated_applications (
                    tenant_id, round_id, application_id, call_id, score, low, high, rank, raw_mean, raw_rank, best_rank,
                    worst_rank, likely_ranks)
                SELECT k.tenant_id, k.round_id, f.id, k.call_id, 40 + 20 * f.place, 0, 100, 3 - f.place,
                       125 - 25 * f.place, f.place, 1, 2, array_fill(1, ARRAY[100])
                FROM round_calibrations AS k, unnest(\(ids)) WITH ORDINALITY AS f (id, place) WHERE k.round_id = \(round)
                """)
        }
        let rows = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.decisions(
                ByStanding(round, by: .calibrated, waitlist: 1) { _ in note }, in: batch)
        }
        #expect(rows.map(\.application) == [ids[1], ids[0]])
        let at = try #require(rows.first?.preparation.calibratedAt)
        try await world.prepare(rows, in: batch, .allOrNothing)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(
            try await reader.preparedDecisions(in: batch).allSatisfy { decision in
                decision.preparation.calibratedAt.map { abs($0.timeIntervalSince(at)) < 0.001 } ?? false
            })
        let page = await mei.open(place)
        #expect(page.text.contains("By scores calibrated") && page.text.contains("100 → 60"), "\(page.text)")
        // Another review, and it holds no more.
        let reviewed: ReviewAssignment.ID = try await world.owner.reader(as: .none).value(
            "SELECT id FROM review_assignments WHERE round_id = \(round) AND application_id = \(ids[0])")
        try await world.database.write(as: world.context(Cast.mei)) { try await $0.reopenReview(of: reviewed) }
        await #expect(throws: DecisionRefusal.standingAwaited) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.decisions(
                    ByStanding(round, by: .calibrated, waitlist: 1) { _ in note }, in: batch)
            }
        }
        #expect(await !mei.open(place).text.contains("100 → 60"))
        // Said by somebody instead, it follows nothing.
        try await world.prepare(ids[0], Preparation(.reject, note: note), in: batch)
        let said = try await reader.preparedDecisions(in: batch).first { $0.application == ids[0] }
        #expect(said != nil && said?.preparation.calibratedAt == nil)
    }
}
