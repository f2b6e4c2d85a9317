import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// What the database refuses by itself, whoever asks it past the verbs.
@Suite("The walls around reviews")
struct ReviewWallTests {
    private func refusal(_ sql: Query, as context: Context, in world: World) async -> String? {
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: context) { try await $0.execute(sql) }
        }?.constraint
    }

    @Test("a submitted review is neither removed, nor hollowed out, nor abstained from")
    func submitted() async throws {
        let world = try await World()
        let nora = world.context(Cast.nora)
        let (own, draft) = (World.assignment(Cast.nora, "gridfellow"), World.assignment(Cast.nora, "plumbline"))
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: nora) {
                try await $0.execute("DELETE FROM reviews WHERE assignment_id = \(own)")
            }
        }
        _ = try await world.database.write(as: nora) { transaction in
            try await transaction.saveReview(ReviewDraft(scores: [:]), of: draft, by: Cast.nora.person.id)
        }
        #expect(
            await refusal(
                "UPDATE review_scores SET assignment_id = \(draft) WHERE assignment_id = \(own)", as: nora, in: world)
                == "submitted_reviews_stand")
        let abstaining = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: nora) { transaction in
                try await transaction.abstain(from: own, because: nil, by: Cast.nora.person.id)
            }
        }
        #expect(abstaining?.constraint == "submitted_reviews_stand")
    }

    @Test("an assignment ends once, and none in a closed round")
    func ends() async throws {
        let world = try await World()
        let mei = world.context(Cast.mei)
        let (own, other) = (World.assignment(Cast.nora, "plumbline"), World.assignment(Cast.vera, "kelpsense"))
        try await world.database.write(as: world.context(Cast.nora)) { transaction in
            try await transaction.abstain(from: own, because: nil, by: Cast.nora.person.id)
        }
        #expect(
            await refusal(
                "UPDATE review_assignments SET state = 'assigned', ended_at = NULL WHERE id = \(own)", as: mei,
                in: world)
                == "assignments_end_once")
        _ = try await world.database.write(as: mei) { try await $0.closeRound(World.round, by: Cast.mei.person.id) }
        let closed = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: mei) { try await $0.withdrawAssignment(other, because: nil) }
        }
        #expect(closed?.constraint == "open_rounds_are_assigned")
    }

    @Test("nobody judges what was taken back, and nobody without a seat judges")
    func judges() async throws {
        let world = try await World()
        try await world.database.write(as: world.context(Cast.wing, seat: 1)) { transaction in
            _ = try await transaction.withdrawApplication(
                World.application("plumbline"), because: nil, by: Cast.wing.person.id)
        }
        let gone = await #expect(throws: DatabaseError.self) { try await world.assign(Cast.vera, "plumbline") }
        #expect(gone?.constraint == "what_is_withdrawn_is_not_judged")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE memberships SET ended_at = now() WHERE id = \(Cast.vera.seat())")
        }
        let seatless = await #expect(throws: DatabaseError.self) { try await world.assign(Cast.vera, "tideglass") }
        #expect(seatless?.constraint == "reviewers_hold_a_seat")
        let panel = try await world.database.reader(as: world.context(Cast.mei)).panel(of: World.round)
        #expect(panel.first { $0.person == Cast.vera.person.id }?.isAway == true)
    }

    @Test("a manager neither learns, says nor lifts what stands between the judges and a startup of their own")
    func ownStartup() async throws {
        let world = try await World()
        let (wing, plumbline) = (world.context(Cast.wing), Cast.startup("plumbline"))
        let id = ConflictDeclaration.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.declareConflict(
                of: Cast.vera.person.id, with: plumbline, note: nil, as: id, in: Cast.harbour.id, by: Cast.mei.person.id
            )
        }
        let reader = world.database.reader(as: wing)
        #expect(try await reader.conflicts(between: [Cast.vera.person.id], and: [plumbline]).isEmpty)
        let reason = try ShortText("It is nothing.")
        await #expect(throws: (any Error).self) {
            try await world.database.write(as: wing) { transaction in
                try await transaction.liftConflict(id, because: reason, by: Cast.wing.person.id)
            }
        }
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: wing) { transaction in
                try await transaction.declareConflict(
                    of: Cast.nora.person.id, with: plumbline, note: nil, as: .init(), in: Cast.harbour.id,
                    by: Cast.wing.person.id)
            }
        }
        #expect(
            try await world.database.reader(as: world.context(Cast.mei))
                .assignment(World.assignment(Cast.nora, "plumbline"))?.state == .assigned)
    }

    @Test("a manager opens, enters and plans no round that judges their own startup; nor may they plan past the verbs")
    func ownRound() async throws {
        let world = try await World()
        let (wing, person, tenant) = (world.context(Cast.wing), Cast.wing.person.id, Cast.harbour.id)
        await #expect(throws: ReviewRefusal.ownStartupApplied) {
            try await world.database.write(as: wing) { transaction in
                _ = try await transaction.enterRound(
                    World.round, several: nil, .allOrNothing, in: tenant, by: person)
            }
        }
        await #expect(throws: ReviewRefusal.ownStartupApplied) {
            try await world.database.write(as: wing) { transaction in
                _ = try await transaction.requestAssignmentRun(of: World.round, as: .init(), in: tenant, by: person)
            }
        }
        let job = UUID()
        let plant: @Sendable (Transaction, AssignmentRun.ID) async throws -> Void = { transaction, run in
            try await transaction.execute(
                """
                INSERT INTO assignment_runs (tenant_id, id, round_id, job_id, requested_by)
                VALUES (\(tenant), \(run), \(World.round), \(job), \(person))
                """)
        }
        let refused = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: wing) { try await plant($0, .init()) }
        }
        #expect(refused?.sqlState == "42501")
        let planned = AssignmentRun.ID()
        try await world.database.write(as: world.context(Cast.mei)) { try await plant($0, planned) }
        let touched = try await world.database.write(as: wing) { transaction in
            try await transaction.execute("UPDATE assignment_runs SET requested_at = now() WHERE id = \(planned)")
        }
        #expect(touched == 0)
        let draft = ReviewRound.ID()
        let call = try #require(
            try await world.database.reader(as: world.context(Cast.mei)).round(World.round)
        ).call
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftRound(
                RoundDraft(
                    name: try LocalizedName(en: "Second"), isBlind: false, reviewsWanted: 1, quorum: 1,
                    due: Deadline(Date().addingTimeInterval(86_400 * 20), in: .hongKong),
                    criteria: [ReviewRound.Criterion(id: .init(), name: try LocalizedName(en: "Overall"), weight: 100)]),
                as: draft, of: call, in: tenant)
        }
        await #expect(throws: ReviewRefusal.ownStartupApplied) {
            try await world.database.write(as: wing) { transaction in
                _ = try await transaction.openRound(draft, in: tenant, by: person)
            }
        }
        try await world.database.write(as: world.context(Cast.tom)) { transaction in
            _ = try await transaction.openRound(draft, in: tenant, by: Cast.tom.person.id)
        }
    }

    @Test("those who judge together do not learn each other's names")
    func names() async throws {
        let world = try await World()
        let known: Int = try await world.database.reader(as: world.context(Cast.vera)).value(
            "SELECT count(*) FROM reviews AS w, reader_of_letters(w.person_id) AS r WHERE w.person_id <> acting_person()"
        )
        #expect(known == 0)
    }
}
