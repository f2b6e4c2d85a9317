import API
import Accounts
import Applications
import Calibration
import DemoWorld
import Foundation
import Jobs
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// What is kept of a round's calibration, and what readers are shown until it is.
@Suite("Calibrations that are kept")
struct RoundCalibrationTests {
    private let round = World.round

    // MARK: What is kept

    @Test("What is kept is what a calibration finds, and is read for any number of places")
    func kept() async throws {
        let world = try await World()
        try await world.plantReviews(in: round)
        let before = try await standings(world)
        guard case .awaited(nil) = before.state else { throw Unexpected(state: before.state) }
        #expect(before.entries.allSatisfy { $0.calibrated == nil } && before.entries.contains { $0.mean != nil })
        #expect(before.reviewers.isEmpty)

        try await world.calibrate(round)
        let fresh = try await world.database.snapshot(as: .system(in: Cast.harbour.id)) { snapshot in
            try #require(try await snapshot.reviewsToCalibrate(in: World.round)).calibrated()
        }
        let scores = try fresh.outcome.get()
        #expect(scores.applications.count >= 15)
        for places in [1, 3, 10, 100_000, .max] {
            let found = try await standings(world, places: places)
            let calibration = try #require(found.calibration, "\(found.state)")
            #expect(calibration.figures == scores.figures && calibration.compared == scores.applications.count)
            #expect(calibration.expectedOverlap == scores.overlaps[min(places, scores.overlaps.count) - 1])
            #expect(found.reviewers.count == scores.figures.reviewers.count)
            let entries = Dictionary(uniqueKeysWithValues: found.entries.map { ($0.application, $0) })
            for one in scores.applications {
                let read = try #require(entries[one.application]?.calibrated)
                #expect(read.score == one.score && read.interval == one.low...one.high)
                #expect(read.rank == one.rank && read.rawRank == one.rawRank)
                #expect(read.rankInterval == one.bestRank...one.worstRank)
                #expect(read.placeProbability == Double(one.likelyRanks.count { $0 <= places }) / 100)
            }
        }
        // The same again keeps the same again.
        try await world.calibrate(round)
        #expect(try await standings(world).calibration?.figures == scores.figures)
        try await world.holds(World.application("kelpsense"))
    }

    @Test("Too few reviews are refused, and the reason is kept with its moment")
    func refused() async throws {
        let world = try await World()
        try await world.calibrate(round)
        let found = try await standings(world)
        guard case .refused(_, let at) = found.state else { throw Unexpected(state: found.state) }
        #expect(at != nil && found.calibration == nil)
        let rows: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) AS n FROM round_calibrations WHERE round_id = \(round) AND refusal IS NOT NULL")
        #expect(rows == 1)
    }

    @Test("What was found from other reviews than there are by now is not kept")
    func overtaken() async throws {
        let world = try await World()
        try await world.plantReviews(in: round)
        let found = try await world.database.snapshot(as: .system(in: Cast.harbour.id)) { snapshot in
            try #require(try await snapshot.reviewsToCalibrate(in: World.round))
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.reopenReview(of: World.assignment(Cast.nora, "kelpsense"))
        }
        try await world.database.write(as: .system(in: Cast.harbour.id)) { transaction in
            try await transaction.keep(found.calibrated(), of: found.round)
        }
        #expect(try await standings(world).isAwaited)
        try await world.calibrate(round)
        #expect(try await !standings(world).isAwaited)
    }

    // MARK: When reviews come and go

    @Test("A review that goes takes the figures away at once; one job waits, and brings them back")
    func coming() async throws {
        let world = try await World()
        try await world.plantReviews(in: round)
        try await world.calibrate(round)
        #expect(try await standings(world).calibration != nil)
        let own = World.assignment(Cast.nora, "kelpsense")
        try await world.database.write(as: world.context(Cast.mei)) { try await $0.reopenReview(of: own) }
        let reopened = try await standings(world)
        guard case .awaited(_?) = reopened.state else { throw Unexpected(state: reopened.state) }
        #expect(reopened.entries.allSatisfy { $0.calibrated == nil })

        let criteria = try #require(try await world.database.reader(as: world.context(Cast.mei)).round(round)).criteria
        let draft = ReviewDraft(scores: Dictionary(uniqueKeysWithValues: criteria.map { ($0.id, $0.highest) }))
        _ = try await world.database.write(as: world.context(Cast.nora)) { transaction in
            try await transaction.submitReview(draft, of: own, by: Cast.nora.person.id)
        }
        #expect(try await standings(world).isAwaited, "the same reviews, but one of another moment")
        #expect(try await waiting(world) == 1)

        let mei = try await Visitor(Cast.mei, in: world)
        let page = await mei.open("/console/rounds/\(round)/standings")
        #expect(page.status == 200 && page.text.contains("they are being computed anew"), "\(page.text)")
        #expect(!page.text.contains("Chance of a place"))
        let one = await mei.open("/console/rounds/\(round)/applications/\(World.application("kelpsense"))")
        #expect(one.text.contains("being computed"), "\(one.text)")

        let found = try await world.working {
            try await world.awaiting {
                try await standings(world)
            } until: { standings in
                !standings.isAwaited
            }
        }
        #expect(found.calibration != nil, "\(found.state)")
        #expect(try await waiting(world) == 0)
        #expect(await mei.open("/console/rounds/\(round)/standings").text.contains("Calibrated as of"))
    }

    @Test("A conflict that ends a submitted review takes the figures away, too, and asks for a job")
    func conflict() async throws {
        let world = try await World()
        try await world.plantReviews(in: round)
        try await world.calibrate(round)
        try await forgetJobs(in: world)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.declareConflict(
                of: Cast.nora.person.id, with: Cast.startup("kelpsense"), note: nil, as: .init(), in: Cast.harbour.id,
                by: Cast.mei.person.id)
        }
        #expect(try await standings(world).isAwaited)
        #expect(try await waiting(world) == 1)
    }

    @Test("What was judged by nobody whom others tie to the rest keeps its mean beside what is calibrated")
    func incomparable() async throws {
        let world = try await World()
        try await world.plantReviews(in: round)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            for statement: Query in [
                """
                UPDATE review_assignments SET state = 'withdrawn', ended_at = now()
                WHERE application_id = md5('calibrated 15')::uuid AND person_id <> \(Cast.nora.person.id)
                """,
                """
                UPDATE reviews SET person_id = \(Cast.kenji.person.id)
                WHERE application_id = md5('calibrated 15')::uuid AND person_id = \(Cast.nora.person.id)
                """,
                """
                UPDATE review_assignments SET person_id = \(Cast.kenji.person.id)
                WHERE application_id = md5('calibrated 15')::uuid AND person_id = \(Cast.nora.person.id)
                """,
            ] {
                try await transaction.execute(statement)
            }
        }
        try await world.calibrate(round)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let planted = try #require(try await reader.round(round))
        let ids: [Application.ID] = try await reader.rows(
            "SELECT md5('calibrated ' || n)::uuid AS id FROM generate_series(14, 15) AS n ORDER BY n"
        ).map { try $0("id") }
        let (marks, isAwaited) = try await reader.marks(in: planted, of: ids)
        #expect(!isAwaited && marks[ids[0]]?.calibrated != nil)
        let apart = try #require(marks[ids[1]])
        #expect(apart.calibrated == nil && (0...100).contains(apart.mean))
    }

    @Test("What is not calibrated though it should be is found")
    func missing() async throws {
        let world = try await World()
        func missing() async throws -> [ReviewRound.ID] {
            try await world.database.snapshot(as: .system(in: Cast.harbour.id)) { try await $0.roundsToCalibrate() }
        }
        try await forgetJobs(in: world)
        #expect(try await missing().contains(round))
        try await world.calibrate(round)
        #expect(try await !missing().contains(round))
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE round_calibrations SET engine = engine - 1")
        }
        #expect(try await missing().contains(round))
        #expect(try await standings(world).isAwaited)
        // Not while a job waits for it, nor within a day after one was given up.
        try await world.database.write(as: .system(in: Cast.harbour.id)) { transaction in
            try await transaction.askForCalibration(of: World.round)
        }
        #expect(try await waiting(world) == 1)
        #expect(try await !missing().contains(round))
        for (ago, isFound) in [(Duration.seconds(3_600), false), (.seconds(90_000), true)] {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute(
                    """
                    UPDATE jobs SET outcome = 'dead', finished_at = now() - make_interval(secs => \(ago.components.seconds))
                    WHERE kind = \(CalibrateRound.kind)
                    """)
            }
            #expect(try await missing().contains(round) == isFound, "\(ago)")
        }
        // Closed for long, it is looked at only where nothing of this arithmetic is kept.
        try await world.calibrate(round)
        for (change, isFound) in [
            ("UPDATE round_calibrations SET inputs = ''", true),
            ("UPDATE review_rounds SET closed_at = now() - interval '2 days', closed_by = opened_by", false),
            ("UPDATE round_calibrations SET engine = engine - 1", true),
        ] as [(Query, Bool)] {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                try await transaction.execute(change)
            }
            #expect(try await missing().contains(round) == isFound, "\(change)")
        }
    }

    @Test("The database asks at the commit, as the job itself would be asked for, and waits for nobody who asks, too")
    func asking() async throws {
        let world = try await World()
        try await forgetJobs(in: world)
        let mei = world.context(Cast.mei)
        try await world.database.write(as: mei) { transaction in
            try await transaction.reopenReview(of: World.assignment(Cast.nora, "kelpsense"))
            let jobs: Int = try await transaction.value(
                "SELECT count(*) AS n FROM jobs WHERE kind = \(CalibrateRound.kind)")
            #expect(jobs == 0, "whoever else hands in meanwhile is not held up")
        }
        let asked = try await world.owner.reader(as: .none).rows(
            """
            SELECT key, key_freed_at_start, max_attempts FROM jobs
            WHERE kind = \(CalibrateRound.kind) AND lower(arguments ->> 'round') = \(round)::text
            """)
        let job = try #require(asked.first)
        #expect(asked.count == 1)
        #expect(try job("key") == round.description)
        #expect(try job("key_freed_at_start") == (CalibrateRound.keyHold == .untilStarted))
        #expect(try job("max_attempts") == CalibrateRound.maxAttempts)

        try await forgetJobs(in: world)
        let criteria = try #require(try await world.database.reader(as: mei).round(round)).criteria
        let draft = ReviewDraft(scores: Dictionary(uniqueKeysWithValues: criteria.map { ($0.id, $0.highest) }))
        try await world.owner.write(as: .none) { other in
            let holds: Bool = try await other.value("SELECT may_ask_for_calibration(\(World.round))")
            #expect(holds)
            try await world.database.write(as: world.context(Cast.nora)) { transaction in
                _ = try await transaction.submitReview(
                    draft, of: World.assignment(Cast.nora, "kelpsense"), by: Cast.nora.person.id)
            }
        }
        #expect(try await waiting(world) == 1)
    }

    // MARK: Walls

    @Test("Managers read it unless a startup of their own applied; nobody writes it, and nobody else learns when")
    func walls() async throws {
        let world = try await World()
        try await world.plantReviews(in: round)
        try await world.calibrate(round)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.reopenReview(of: World.assignment(Cast.nora, "kelpsense"))
        }
        try await world.calibrate(round)
        for (member, seat, isReader, isManager) in [
            (Cast.mei, 0, true, true), (Cast.wing, 0, false, true), (Cast.wing, 1, false, false),
            (Cast.nora, 0, false, false), (Cast.ada, 0, false, false), (Cast.iris, 0, false, false),
        ] {
            let context = world.context(member, seat: seat)
            let place: Comment = "\(member.person.email), seat \(seat)"
            let reader = world.database.reader(as: context)
            let rounds: Int = try await reader.value("SELECT count(*) AS n FROM round_calibrations")
            let applications: Int = try await reader.value("SELECT count(*) AS n FROM calibrated_applications")
            #expect((rounds > 0) == isReader && (applications > 0) == isReader, place)
            let jobs: Int = try await reader.value(
                "SELECT count(*) AS n FROM jobs WHERE kind = \(CalibrateRound.kind)")
            #expect((jobs > 0) == isManager, place)
            for change: Query in [
                "UPDATE round_calibrations SET inputs = ''", "UPDATE calibrated_applications SET rank = 1",
                "DELETE FROM calibrated_applications",
            ] {
                let written = try? await world.database.write(as: context) { try await $0.execute(change) }
                #expect((written ?? 0) == 0, place)
            }
        }
        let seen = try #require(
            try await world.database.reader(as: world.context(Cast.wing)).standings(of: round, places: 3))
        guard case .withheld = seen.state else { throw Unexpected(state: seen.state) }
        #expect(seen.entries.allSatisfy { $0.calibrated == nil } && seen.reviewers.isEmpty)
        let wing = try await Visitor(Cast.wing, in: world)
        let page = await wing.open("/console/rounds/\(round)/standings")
        #expect(page.text.contains("Calibrated scores are not shown to you"), "\(page.text)")
    }

    private struct Unexpected: Error {
        let state: RoundCalibration
    }

    private func standings(_ world: World, places: Int = 3) async throws -> Standings {
        let mei = world.context(Cast.mei)
        return try #require(
            try await world.database.snapshot(as: mei) { try await $0.standings(of: World.round, places: places) })
    }

    private func forgetJobs(in world: World) async throws {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("DELETE FROM jobs WHERE kind = \(CalibrateRound.kind)")
        }
    }

    private func waiting(_ world: World) async throws -> Int {
        try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) AS n FROM jobs
            WHERE kind = \(CalibrateRound.kind) AND lower(arguments ->> 'round') = \(round)::text
              AND finished_at IS NULL
            """)
    }
}

extension World {
    /// As the job does.
    func calibrate(_ round: ReviewRound.ID) async throws {
        try await database.write(as: .system(in: Cast.harbour.id)) { try await $0.calibrateRound(round) }
    }

    /// Fifteen more applications in a round, each judged by three of four reviewers, of whom the last is mild.
    func plantReviews(in round: ReviewRound.ID) async throws {
        let tenant = Cast.harbour.id
        let people = [Cast.nora, Cast.vera, Cast.jun, Cast.leo].map(\.person.id)
        try await owner.write(as: .none) { transaction in
            // Past the rules of who judges what: what is calibrated are the rows.
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            for statement: Query in [
                """
                INSERT INTO institutions (tenant_id, id, kind, names)
                SELECT \(tenant), md5('calibrated startup ' || n)::uuid, 'startup', jsonb_build_object('en', 'Judged ' || n)
                FROM generate_series(1, 15) AS n
                """,
                """
                INSERT INTO startups (tenant_id, id)
                SELECT \(tenant), md5('calibrated startup ' || n)::uuid FROM generate_series(1, 15) AS n
                """,
                """
                INSERT INTO applications (tenant_id, id, call_id, startup_id, state, submitted_at, created_by)
                SELECT \(tenant), md5('calibrated ' || n)::uuid, r.call_id, md5('calibrated startup ' || n)::uuid, 'in_review',
                       now(), gen_random_uuid()
                FROM review_rounds AS r, generate_series(1, 15) AS n WHERE r.tenant_id = \(tenant) AND r.id = \(round)
                """,
                """
                INSERT INTO review_files (tenant_id, round_id, application_id, code, language, answers, entered_by)
                SELECT \(tenant), \(round), md5('calibrated ' || n)::uuid, 'KEPT-' || n, 'en', '[]', gen_random_uuid()
                FROM generate_series(1, 15) AS n
                """,
                """
                INSERT INTO review_assignments (tenant_id, id, round_id, application_id, person_id, assigned_by)
                SELECT \(tenant), md5('calibrated ' || n || ' by ' || p.place)::uuid, \(round),
                       md5('calibrated ' || n)::uuid, p.id, gen_random_uuid()
                FROM generate_series(1, 15) AS n
                JOIN unnest(\(people)) WITH ORDINALITY AS p (id, place) ON p.place <> 1 + n % 4
                """,
                """
                INSERT INTO reviews (tenant_id, assignment_id, round_id, application_id, person_id, submitted_at)
                SELECT s.tenant_id, s.id, s.round_id, s.application_id, s.person_id, now() - interval '1 minute'
                FROM review_assignments AS s JOIN review_files AS f
                    ON f.round_id = s.round_id AND f.application_id = s.application_id AND f.code LIKE 'KEPT-%'
                """,
                """
                INSERT INTO review_scores (tenant_id, assignment_id, round_id, criterion_id, score)
                SELECT s.tenant_id, s.id, s.round_id, q.id,
                       least(q.highest, q.lowest + (split_part(f.code, '-', 2)::integer + q.position) % (q.highest - q.lowest)
                           + CASE WHEN s.person_id = \(people[3]) THEN 1 ELSE 0 END)
                FROM review_assignments AS s JOIN review_files AS f
                    ON f.round_id = s.round_id AND f.application_id = s.application_id AND f.code LIKE 'KEPT-%'
                JOIN review_criteria AS q ON q.tenant_id = s.tenant_id AND q.round_id = s.round_id
                """,
            ] {
                try await transaction.execute(statement)
            }
        }
    }
}
