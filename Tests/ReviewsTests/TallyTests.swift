import Accounts
import Applications
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// What a round's progress is told by, kept by triggers as reviews come and go.
@Suite("Tallies of reviews")
struct TallyTests {
    private let round = World.round

    private func progress(_ world: World) async throws -> [Int] {
        let found = try #require(
            try await world.database.reader(as: world.context(Cast.mei)).progress(of: [round])[round])
        return [found.files, found.assigned, found.submitted, found.decidable]
    }

    private func full(_ world: World) async throws -> ReviewDraft {
        let reader = world.database.reader(as: world.context(Cast.mei))
        let criteria = try #require(try await reader.round(round)).criteria
        return ReviewDraft(
            scores: Dictionary(uniqueKeysWithValues: criteria.map { ($0.id, 3) }), comment: try LongText("Sound."))
    }

    private func sound(_ world: World) async throws {
        let files: [Application.ID] = try await world.owner.reader(as: .none).rows(
            "SELECT application_id AS id FROM review_files WHERE round_id = \(round)"
        ).map { try $0("id") }
        for id in files { try await world.holds(id) }
    }

    @Test("They follow what is reopened, submitted, abstained from, in conflict and taken back")
    func following() async throws {
        let world = try await World()
        #expect(try await progress(world) == [5, 8, 6, 4])
        let (own, draft) = (World.assignment(Cast.nora, "kelpsense"), try await full(world))
        try await world.database.write(as: world.context(Cast.mei)) { try await $0.reopenReview(of: own) }
        #expect(try await progress(world)[1...2] == [8, 5])
        _ = try await world.database.write(as: world.context(Cast.nora)) { transaction in
            try await transaction.submitReview(draft, of: own, by: Cast.nora.person.id)
        }
        #expect(try await progress(world) == [5, 8, 6, 4])
        try await sound(world)

        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.declareConflict(
                of: Cast.nora.person.id, with: Cast.startup("kelpsense"), note: nil, as: .init(), in: Cast.harbour.id,
                by: Cast.mei.person.id)
        }
        #expect(try await progress(world)[1...2] == [7, 5])
        let open: ReviewAssignment.ID = try await world.owner.reader(as: .none).value(
            """
            SELECT s.id FROM review_assignments AS s LEFT JOIN reviews AS w ON w.assignment_id = s.id
            WHERE s.round_id = \(round) AND s.state = 'assigned' AND w.submitted_at IS NULL
              AND s.person_id = \(Cast.vera.person.id) LIMIT 1
            """)
        try await world.database.write(as: world.context(Cast.vera)) { transaction in
            try await transaction.abstain(from: open, because: nil, by: Cast.vera.person.id)
        }
        #expect(try await progress(world)[1...2] == [6, 5])
        try await sound(world)

        let taken: Application.ID = World.application("plumbline")
        try await world.database.write(as: world.context(Cast.wing, seat: 1)) { transaction in
            _ = try await transaction.withdrawApplication(taken, because: nil, by: Cast.wing.person.id)
        }
        #expect(try await progress(world)[0] == 4)
        try await sound(world)
        let tally: Int = try await world.owner.reader(as: .none).value(
            "SELECT assigned + submitted AS n FROM review_tallies WHERE application_id = \(taken)")
        #expect(tally == 0)
    }

    @Test("Managers read them, of no startup of their own; nobody writes them, and nobody else learns of any")
    func walls() async throws {
        let world = try await World()
        for (member, seat, seen) in [
            (Cast.mei, 0, 5), (Cast.wing, 0, 4), (Cast.wing, 1, 0), (Cast.nora, 0, 0), (Cast.ada, 0, 0),
            (Cast.iris, 0, 0),
        ] {
            let count: Int = try await world.database.reader(as: world.context(member, seat: seat)).value(
                "SELECT count(*) AS n FROM review_tallies WHERE round_id = \(round)")
            #expect(count == seen, "\(member.person.email), seat \(seat)")
            let written = try? await world.database.write(as: world.context(member, seat: seat)) { transaction in
                try await transaction.execute("UPDATE review_tallies SET submitted = 0, assigned = 0")
            }
            #expect((written ?? 0) == 0)
        }
        #expect(try await progress(world) == [5, 8, 6, 4])
    }

    @Test("A review that is submitted while its assignment ends is tallied as what became of it")
    func meanwhile() async throws {
        let world = try await World()
        let draft = try await full(world)
        let submitted: [(ReviewAssignment.ID, Person.ID, Startup.ID)] = try await world.owner.reader(as: .none).rows(
            """
            SELECT s.id, s.person_id, a.startup_id FROM review_assignments AS s
            JOIN reviews AS w ON w.assignment_id = s.id JOIN applications AS a ON a.id = s.application_id
            WHERE s.round_id = \(round) AND s.state = 'assigned' AND w.submitted_at IS NOT NULL ORDER BY s.id
            """
        ).map { try ($0("id"), $0("person_id"), $0("startup_id")) }
        #expect(submitted.count == 6)
        for (id, person, startup) in submitted {
            try await world.database.write(as: world.context(Cast.mei)) { try await $0.reopenReview(of: id) }
            let judge = person == Cast.nora.person.id ? Cast.nora : Cast.vera
            async let submitting = try? world.database.write(as: world.context(judge)) { transaction in
                try await transaction.submitReview(draft, of: id, by: person)
            }
            async let ending = try? world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.declareConflict(
                    of: person, with: startup, note: nil, as: .init(), in: Cast.harbour.id, by: Cast.mei.person.id)
            }
            _ = await (submitting, ending)
            try await sound(world)
        }
        #expect(try await progress(world)[2] == 0)
    }
}
