import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Letters
import Pages
import Postgres
import Programs
import Reviews
import TestWorld
import Testing
import Vocabulary

@testable import Decisions

/// The verbs on a real database: what each does, and who stops it.
@Suite("Deciding")
struct DecisionVerbTests {
    let mei = Cast.mei.person.id
    let tom = Cast.tom.person.id
    let note: LongText
    let today = CalendarDate(Date(), in: .hongKong)

    init() throws {
        note = try LongText("Decided by the panel.")
    }

    @Test("The demo has a released batch and one that is prepared")
    func demo() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let batches = try await reader.decisionBatches(of: World.call)
        #expect(batches.map { $0.releasedAt == nil } == [true, false])
        let open = try #require(batches.first)
        let tally = try #require(try await reader.tallies(of: [open.id])[open.id])
        #expect(tally.taken == 2 && tally.offers == 1 && tally.undecided == 0 && tally.letters == 1)
        #expect(tally.awards == 100_000_00 && tally.takenAwards == 200_000_00)
        #expect(try await reader.application(World.applied("plumbline"))?.application.state == .inReview)
        #expect(try await reader.releasedDecision(on: World.applied("tideglass"))?.outcome == .reject)
    }

    @Test("A batch is not released while reviews, places or money are missing; each reason is told at once")
    func refusals() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(4)
        let batch = try await world.open(
            call, places: 1, budget: 150, award: 100,
            preparing: [
                (ids[0], Preparation(.offer, note: note)), (ids[1], Preparation(.offer, note: note)),
                (ids[2], Preparation(.waitlist, rank: 3, note: note)),
                (ids[3], Preparation(.waitlist, rank: 3, note: note)),
            ])
        try await world.openRound(for: call)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE applications SET state = 'withdrawn', withdrawn_at = now() WHERE id = \(ids[3])")
        }
        let refusal = await #expect(throws: DecisionRefusal.self) { try await world.release(batch) }
        guard case .notReleasable(let errors) = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        let pointers = errors.map(\.pointer)
        #expect(pointers.contains("/places") && pointers.contains("/budget"))
        for id in ids[0...2] { #expect(pointers.contains("/decisions/\(id)")) }
        #expect(errors.contains { $0.pointer == "/decisions/\(ids[3])" && $0.detail.contains("no longer in review") })
        #expect(pointers.contains { $0.hasSuffix("/rank") })
        // Nothing of it is half done.
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.application(ids[0])?.application.state == .inReview)
        #expect(try await reader.decisionBatch(batch)?.releasedAt == nil)
    }

    @Test("A release moves every application, writes to each founder and lets the letters go")
    func release() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(3)
        let batch = try await world.open(
            call, places: 1, award: 100,
            preparing: [
                (ids[0], Preparation(.offer, note: note, feedback: try LongText("Strong."))),
                (ids[1], Preparation(.waitlist, note: note)), (ids[2], Preparation(.reject, note: note)),
            ])
        try await world.release(batch)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let states = try await ids.asyncMap { try await reader.application($0)?.application.state }
        #expect(states == [.offered, .waitlisted, .rejected])
        let letters = try await reader.letters(of: .decision, about: ids[0].uuid, limit: 5)
        #expect(letters.count == 1 && letters[0].state == .released)
        let founder = world.database.reader(as: try await world.founder(of: 0))
        let told = try #require(try await founder.releasedDecision(on: ids[0]))
        #expect(told.feedback?.string == "Strong." && told.award?.minor == 100)
        // One's own alone.
        #expect(try await founder.releasedDecision(on: ids[1]) == nil)
        await #expect(throws: DecisionRefusal.released) {
            try await world.prepare(ids[2], Preparation(.waitlist, note: note), in: batch)
        }
    }

    @Test(
        "The database refuses more offers than places, a decision without its release, and a batch rewritten afterwards"
    )
    func walls() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(2)
        let batch = try await world.open(
            call, places: 1,
            preparing: [
                (ids[0], Preparation(.offer, note: note)), (ids[1], Preparation(.reject, note: note)),
            ])
        let early = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute("UPDATE applications SET state = 'rejected' WHERE id = \(ids[1])")
            }
        }
        #expect(early?.constraint == "decisions_are_released_in_a_batch")
        try await world.release(batch)
        for (sql, wall): (Query, String) in [
            (
                "UPDATE prepared_decisions SET outcome = 'reject', last_day = NULL WHERE batch_id = \(batch)",
                "a_released_batch_stands"
            ),
            ("UPDATE decision_batches SET places = 99 WHERE id = \(batch)", "a_released_batch_stands"),
            (
                "UPDATE decisions SET outcome = 'offer', last_day = current_date, appeal_until = NULL WHERE application_id = \(ids[1])",
                "released_decisions_change_by_two"
            ),
            ("DELETE FROM decisions WHERE application_id = \(ids[1])", "released_decisions_change_by_two"),
            ("UPDATE applications SET state = 'in_review' WHERE id = \(ids[1])", "released_decisions_change_by_two"),
        ] {
            let refusal = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(sql) }
            }
            #expect(refusal?.constraint == wall)
        }
        let places = await #expect(throws: DatabaseError.self) {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute(
                    """
                    UPDATE applications SET state = 'offered', offer_expires_at = now() + interval '1 day'
                    WHERE id = \(ids[1])
                    """)
            }
        }
        #expect(places?.constraint == "offers_keep_to_the_places")
    }

    @Test("In bulk: a dry run changes nothing, all or nothing refuses, what can be is prepared")
    func bulk() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(2)
        let batch = try await world.open(call, places: 5, preparing: [])
        let foreign = World.applied("plumbline")
        let rows: [(application: Application.ID, preparation: Preparation)] = [
            (ids[0], Preparation(.waitlist, note: note)), (foreign, Preparation(.reject, note: note)),
            (ids[1], Preparation(.reject, award: Money(minor: 1, currency: .hkd), note: note)),
            (ids[0], Preparation(.reject, note: note)),
        ]
        let dry = try await world.prepare(rows, in: batch, .dryRun)
        #expect(dry.map { $0.fault?.field } == [nil, "", "award", ""])
        #expect(dry[0].preparation.rank == 1)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.preparedDecisions(in: batch).isEmpty)
        let refusal = await #expect(throws: DecisionRefusal.self) {
            try await world.prepare(rows, in: batch, .allOrNothing)
        }
        #expect(
            refusal?.problem.errors.map(\.pointer) == ["/decisions/1", "/decisions/2/award", "/decisions/3"])
        #expect(try await reader.preparedDecisions(in: batch).isEmpty)
        _ = try await world.prepare(rows, in: batch, .whatCanBe)
        #expect(try await reader.preparedDecisions(in: batch).map(\.application) == [ids[0]])
        // Preparing again replaces, and what was prepared can be taken back.
        try await world.prepare(ids[0], Preparation(.offer, note: note), in: batch)
        #expect(try await reader.preparedDecision(on: ids[0], in: batch)?.preparation.lastDay == today.adding(days: 7))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.withdrawPreparation(of: ids[0], in: batch)
        }
        #expect(try await reader.preparedDecisions(in: batch).isEmpty)
    }

    @Test("By standing: the best are offered a place, the next wait, the rest is rejected")
    func standing() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(3)
        let round = try await world.openRound(for: call)
        for (index, id) in ids.enumerated() { try await world.judge(id, worth: 5 - index) }
        let batch = try await world.open(call, places: 1, preparing: [])
        let note = note
        let rows = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.decisions(
                ByStanding(round, by: .raw, waitlist: 1) { _ in note }, in: batch)
        }
        #expect(rows.map(\.application) == ids)
        #expect(rows.map(\.preparation.outcome) == [.offer, .waitlist, .reject])
        #expect(rows.map(\.preparation.rank) == [nil, 1, nil])
        await #expect(throws: DecisionRefusal.standingAwaited) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.decisions(
                    ByStanding(round, by: .calibrated, waitlist: 1) { _ in note }, in: batch)
            }
        }
        // Three reviews by one person are too few.
        try await world.database.write(as: world.system()) { try await $0.calibrateRound(round) }
        await #expect(throws: DecisionRefusal.noStanding) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.decisions(
                    ByStanding(round, by: .calibrated, waitlist: 1) { _ in note }, in: batch)
            }
        }
        await #expect(throws: DecisionRefusal.otherCall) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.decisions(
                    ByStanding(demoID("round incubation"), by: .raw, waitlist: 1) { _ in note }, in: batch)
            }
        }
    }

    @Test("A released decision is changed by two people, or not at all")
    func secondPerson() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(2)
        let batch = try await world.open(
            call, places: 1,
            preparing: [
                (ids[0], Preparation(.offer, note: note)), (ids[1], Preparation(.reject, note: note)),
            ])
        try await world.release(batch)
        let reader = world.database.reader(as: world.context(Cast.mei))
        // No place is free for the other.
        let (full, swap) = (DecisionChange.ID(), DecisionChange.ID())
        try await world.propose(Preparation(.offer, note: note), for: ids[1], as: full)
        await #expect(throws: DecisionRefusal.noPlace("Every place is taken, of 1.")) {
            try await world.confirm(full, by: Cast.tom)
        }
        await #expect(throws: DecisionRefusal.needsSecondPerson) { try await world.confirm(full, by: Cast.mei) }
        let forged = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    "UPDATE decision_changes SET confirmed_at = now(), confirmed_by = \(mei) WHERE id = \(full)")
            }
        }
        #expect(forged?.constraint == "a_change_takes_two_people")
        // In another's name neither.
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    """
                    UPDATE decision_changes SET confirmed_at = now(), confirmed_by = \(Cast.tom.person.id)
                    WHERE id = \(full)
                    """)
            }
        }
        let twice = await #expect(throws: DatabaseError.self) {
            try await world.propose(Preparation(.waitlist, note: note), for: ids[1], as: .init())
        }
        #expect(twice?.constraint == "changes_are_proposed_one_at_a_time")
        let reason = try LongText("No place.")
        try await world.database.write(as: world.context(Cast.tom)) { transaction in
            _ = try await transaction.refuseChange(full, because: reason, by: Cast.tom.person.id)
        }
        await #expect(throws: DecisionRefusal.changeAnswered) {
            try await world.confirm(full, by: Cast.tom)
        }
        #expect(try await reader.application(ids[1])?.application.state == .rejected)
        // The offer becomes a rejection, confirmed by another.
        try await world.propose(Preparation(.reject, note: note), for: ids[0], as: swap)
        #expect(try await reader.application(ids[0])?.application.state == .offered)
        try await world.confirm(swap, by: Cast.tom)
        #expect(try await reader.application(ids[0])?.application.state == .rejected)
        #expect(try await reader.letters(of: .decision, about: ids[0].uuid, limit: 5).count == 2)
        await #expect(throws: DecisionRefusal.sameDecision) {
            try await world.propose(Preparation(.reject, note: note), for: ids[0], as: .init())
        }
    }

    @Test("A place that becomes free goes to the next who waits, once, whoever asks at the same time")
    func promotion() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(5)
        let batch = try await world.open(
            call, places: 2,
            preparing: [
                (ids[0], Preparation(.offer, note: note)), (ids[1], Preparation(.offer, note: note)),
                (ids[2], Preparation(.waitlist, rank: 2, note: note)),
                (ids[3], Preparation(.waitlist, rank: 1, note: note)),
                (ids[4], Preparation(.waitlist, rank: 3, note: note)),
            ])
        try await world.release(batch)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let system = try await world.system()
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [])
        // One lapses, one is declined; eight look at the same time.
        try await world.lapse(ids[0])
        let founder = try await world.founder(of: 1)
        _ = try await world.database.write(as: founder) { transaction in
            try await transaction.declineOffer(ids[1], because: nil, by: Cast.mei.person.id)
        }
        let promoted = try await withThrowingTaskGroup(of: [Application.ID].self) { group in
            for _ in 0..<8 {
                group.addTask { try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(promoted.count == 2 && Set(promoted) == [ids[3], ids[2]])
        #expect(try await reader.application(ids[3])?.application.state == .offered)
        #expect(try await reader.application(ids[4])?.application.state == .waitlisted)
        // Nobody has looked at these letters.
        let letters = try await reader.letters(about: ids[3].uuid, limit: 5)
        #expect(letters.contains { $0.state == .held && $0.text.subject.string.contains("become free") })
        // An accepted place is given back, and the job of that finds the last one.
        let second = try await world.founder(of: 2)
        _ = try await world.database.write(as: second) { try await $0.acceptOffer(ids[2], by: mei) }
        _ = try await world.database.write(as: second) { try await $0.giveBackPlace(ids[2], because: nil, by: mei) }
        let last = try await world.working {
            try await world.awaiting {
                try await reader.application(ids[4])?.application.state
            } until: {
                $0 == .offered
            }
        }
        #expect(last == .offered)
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [])
    }

    @Test("A batch that promotes by itself lets the letter go")
    func promotesItself() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(2)
        let batch = try await world.open(
            call, places: 1, promotesItself: true,
            preparing: [
                (ids[0], Preparation(.offer, note: note)), (ids[1], Preparation(.waitlist, note: note)),
            ])
        try await world.release(batch)
        try await world.lapse(ids[0])
        let system = try await world.system()
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [ids[1]])
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.letters(about: ids[1].uuid, limit: 5).allSatisfy { $0.state == .released })
        let offer = try #require(try await reader.application(ids[1])?.application.offerExpiresAt)
        #expect(CalendarDate(offer, in: .hongKong) == today.adding(days: 14))
    }

    @Test("A rejection is appealed once, in time, and heard by somebody who did not decide")
    func appeals() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(3)
        let batch = try await world.open(
            call, places: 1, preparing: ids.map { ($0, Preparation(.reject, note: note)) })
        try await world.release(batch)
        let (grounds, answer) = (try LongText("You missed the table."), try LongText("So we did."))
        func appeal(_ index: Int) async throws {
            let founder = try await world.founder(of: index)
            _ = try await world.database.write(as: founder) { transaction in
                try await transaction.lodgeAppeal(
                    against: ids[index], saying: grounds, in: Cast.harbour.id, by: world.person(of: founder))
            }
        }
        try await appeal(0)
        let again = await #expect(throws: DatabaseError.self) { try await appeal(0) }
        #expect(again?.constraint == "appeals_pkey")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE decisions SET appeal_until = now() - interval '1 second' WHERE application_id = \(ids[1])")
        }
        await #expect(throws: DecisionRefusal.appealOver) { try await appeal(1) }
        // Not another startup's.
        let stranger = try await world.founder(of: 0)
        await #expect(throws: Problem.self) {
            try await world.database.write(as: stranger) { transaction in
                _ = try await transaction.lodgeAppeal(
                    against: ids[2], saying: grounds, in: Cast.harbour.id, by: world.person(of: stranger))
            }
        }
        let own = await #expect(throws: DatabaseError.self) {
            try await world.answer(ids[0], .reopened, answer, by: Cast.mei)
        }
        #expect(own?.constraint == "appeals_are_heard_by_somebody_else")
        try await world.answer(ids[0], .reopened, answer, by: Cast.tom)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.application(ids[0])?.application.state == .inReview)
        #expect(try await reader.releasedDecision(on: ids[0]) == nil)
        let history = try await reader.history(of: ids[0])
        #expect(history.suffix(2).map(\.occasion) == [.appealed, nil] && history.last?.note == answer)
        #expect(try await reader.letters(of: .decision, about: ids[0].uuid, limit: 5).count == 2)
        // It can be decided anew.
        let later = try await world.open(call, places: 1, preparing: [(ids[0], Preparation(.offer, note: note))])
        try await world.release(later)
        #expect(try await reader.application(ids[0])?.application.state == .offered)
        try await appeal(2)
        try await world.answer(ids[2], .upheld, answer, by: Cast.tom)
        #expect(try await reader.application(ids[2])?.application.state == .rejected)
        await #expect(throws: DecisionRefusal.appealAnswered) {
            try await world.answer(ids[2], .reopened, answer, by: Cast.tom)
        }
    }

    @Test("What was found not eligible is appealed once, in time, and heard by somebody who did not screen it")
    func appealsOfScreening() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(3)
        let (grounds, answer) = (try LongText("The certificate is in the annex."), try LongText("So it is."))
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE applications SET state = 'submitted' WHERE id = ANY (\(ids))")
        }
        for id in ids {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.screenApplication(id, finding: .ineligible(because: note), by: mei)
            }
        }
        func appeal(_ index: Int) async throws {
            let founder = try await world.founder(of: index)
            _ = try await world.database.write(as: founder) { transaction in
                try await transaction.lodgeAppeal(
                    against: ids[index], saying: grounds, in: Cast.harbour.id, by: world.person(of: founder))
            }
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let until = try #require(try await reader.application(ids[0])?.appealUntil)
        #expect(until > Date().addingTimeInterval(13 * 86_400) && until < Date().addingTimeInterval(15 * 86_400))
        try await appeal(0)
        let twice = await #expect(throws: DatabaseError.self) { try await appeal(0) }
        #expect(twice?.constraint == "appeals_pkey")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE applications SET appeal_until = now() - interval '1 second', appeal_days = NULL
                WHERE id = \(ids[1])
                """)
        }
        await #expect(throws: DecisionRefusal.appealOver) { try await appeal(1) }
        let own = await #expect(throws: DatabaseError.self) {
            try await world.answer(ids[0], .reopened, answer, by: Cast.mei)
        }
        #expect(own?.constraint == "appeals_are_heard_by_somebody_else")
        // Nor past the verbs, without an appeal.
        let bare = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.tom)) { transaction in
                try await transaction.execute("UPDATE applications SET state = 'submitted' WHERE id = \(ids[2])")
            }
        }
        #expect(bare?.constraint == "screenings_are_reopened_by_an_appeal")
        try await world.answer(ids[0], .reopened, answer, by: Cast.tom)
        let again = try #require(try await reader.application(ids[0]))
        #expect(again.application.state == .submitted && again.appealUntil == nil)
        let history = try await reader.history(of: ids[0])
        #expect(history.suffix(2).map(\.occasion) == [.appealed, nil] && history.last?.note == answer)
        let letters = try await reader.letters(of: .decision, about: ids[0].uuid, limit: 5)
        #expect(letters.count == 2 && letters.contains { $0.text.subject.string.hasPrefix("Your appeal") })
        // The other stays out.
        try await appeal(2)
        try await world.answer(ids[2], .upheld, answer, by: Cast.tom)
        #expect(try await reader.application(ids[2])?.application.state == .ineligible)
        await #expect(throws: DecisionRefusal.appealAnswered) {
            try await world.answer(ids[2], .reopened, answer, by: Cast.tom)
        }
        // Whoever is in again and rejected later appeals that, too.
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.screenApplication(ids[0], finding: .eligible, by: mei)
        }
        let batch = try await world.open(call, places: 1, preparing: [(ids[0], Preparation(.reject, note: note))])
        try await world.release(batch)
        try await appeal(0)
        #expect(try await reader.appeal(of: ids[0])?.subject == .decision)
        try await world.answer(ids[0], .reopened, answer, by: Cast.tom)
        #expect(try await reader.application(ids[0])?.application.state == .inReview)
    }

    @Test("The days to appeal a screening begin with its letter; what is screened out again is not appealed again")
    func screenedTwice() async throws {
        let world = try await World()
        let (_, ids) = try await world.applicants(1)
        let (grounds, answer) = (try LongText("The certificate is in the annex."), try LongText("So it is."))
        func screenOut() async throws {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.screenApplication(ids[0], finding: .ineligible(because: note), by: mei)
            }
        }
        func held() async throws -> [Letter] {
            try await world.database.reader(as: world.context(Cast.mei))
                .letters(in: .held, of: .decision, about: ids[0].uuid, limit: 5)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE applications SET state = 'submitted' WHERE id = \(ids[0])")
        }
        try await screenOut()
        let letter = try #require(try await held().first)
        #expect(letter.text.body.string.contains("within 14 days, counted from the day of this letter"))
        // It lay there for longer than the days are.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE applications SET appeal_until = now() - interval '1 day' WHERE id = \(ids[0])")
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let waiting = try #require(try await reader.application(ids[0]))
        #expect(waiting.appealDays == 14 && waiting.appealUntil.map { $0 > Date() } == true)
        _ = try await world.database.write(as: world.context(Cast.mei)) { try await $0.releaseLetter(letter.id) }
        let running = try #require(try await reader.application(ids[0]))
        #expect(running.appealDays == nil)
        #expect(running.appealUntil.map { $0 > Date().addingTimeInterval(13 * 86_400) } == true)
        let founder = try await world.founder(of: 0)
        let longer = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: founder) { transaction in
                try await transaction.execute("UPDATE applications SET appeal_days = 300 WHERE id = \(ids[0])")
            }
        }
        #expect(longer?.constraint == "offers_end_when_the_park_says")
        _ = try await world.database.write(as: founder) { transaction in
            try await transaction.lodgeAppeal(
                against: ids[0], saying: grounds, in: Cast.harbour.id, by: world.person(of: founder))
        }
        try await world.answer(ids[0], .reopened, answer, by: Cast.tom)
        try await screenOut()
        let out = try #require(try await reader.application(ids[0]))
        #expect(out.application.state == .ineligible && out.appealUntil == nil && out.appealDays == nil)
        #expect(try await held().first?.text.body.string.contains("you can appeal") == false)
        await #expect(throws: DecisionRefusal.nothingToAppeal) {
            try await world.database.write(as: founder) { transaction in
                _ = try await transaction.lodgeAppeal(
                    against: ids[0], saying: grounds, in: Cast.harbour.id, by: world.person(of: founder))
            }
        }
        let part = try #require(
            try await DecisionPortal.part(of: ids[0], world.database.reader(as: founder), .english))
        #expect(part.appeal?.text.contains("still does not meet the conditions") == true)
        #expect(part.appeal?.form == nil)
    }

    @Test("A letter that says somebody is out does not go out when they are in again")
    func overtaken() async throws {
        let world = try await World()
        let (_, ids) = try await world.applicants(1)
        let (grounds, answer) = (try LongText("The certificate is in the annex."), try LongText("So it is."))
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE applications SET state = 'submitted' WHERE id = \(ids[0])")
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.screenApplication(ids[0], finding: .ineligible(because: note), by: mei)
        }
        let founder = try await world.founder(of: 0)
        _ = try await world.database.write(as: founder) { transaction in
            try await transaction.lodgeAppeal(
                against: ids[0], saying: grounds, in: Cast.harbour.id, by: world.person(of: founder))
        }
        try await world.answer(ids[0], .reopened, answer, by: Cast.tom)
        let letters = try await world.database.reader(as: world.context(Cast.mei))
            .letters(of: .decision, about: ids[0].uuid, limit: 5)
        #expect(Set(letters.map(\.state)) == [.released, .cancelled] && letters.count == 2)
    }

    @Test("After a batch was opened, a screening is appealed for as many days as it gives")
    func daysAfterScreening() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(1)
        let terms = try BatchTerms(name: Name("Two days"), places: 1, lastDay: today.adding(days: 7), appealDays: 2)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE applications SET state = 'submitted' WHERE id = \(ids[0])")
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.openBatch(terms, as: .init(), of: call, in: Cast.harbour.id, by: mei)
            _ = try await transaction.screenApplication(ids[0], finding: .ineligible(because: note), by: mei)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let until = try #require(try await reader.application(ids[0])?.appealUntil)
        #expect(until > Date().addingTimeInterval(86_400) && until < Date().addingTimeInterval(3 * 86_400))
    }

    @Test("An accepted place is taken back by two and goes to the next who waits; not once the startup is enrolled")
    func takenBack() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(2)
        let batch = try await world.open(
            call, places: 1, award: 5_000_000,
            preparing: [
                (ids[0], Preparation(.offer, note: note)), (ids[1], Preparation(.waitlist, rank: 1, note: note)),
            ])
        try await world.release(batch)
        let (first, second) = (try await world.founder(of: 0), try await world.founder(of: 1))
        _ = try await world.database.write(as: first) { try await $0.acceptOffer(ids[0], by: mei) }
        // Not by one.
        let bare = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.tom)) { transaction in
                try await transaction.execute("UPDATE applications SET state = 'offered' WHERE id = \(ids[0])")
            }
        }
        #expect(bare?.constraint == "released_decisions_change_by_two")
        let change = DecisionChange.ID()
        try await world.propose(Preparation(.waitlist, note: note), for: ids[0], as: change)
        await #expect(throws: DecisionRefusal.needsSecondPerson) { try await world.confirm(change, by: Cast.mei) }
        try await world.confirm(change, by: Cast.tom)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.application(ids[0])?.application.state == .waitlisted)
        let letters = try await reader.letters(of: .decision, about: ids[0].uuid, limit: 5)
        #expect(letters.contains { $0.text.subject.string.hasPrefix("On the waiting list") })
        // Whoever waited has it, with what it came with.
        let system = try await world.system()
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [ids[1]])
        #expect(try await reader.releasedDecision(on: ids[1])?.award == Money(minor: 5_000_000, currency: .hkd))
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [])
        // Taken back once more, it does not go to whom it was taken from, but to the other.
        _ = try await world.database.write(as: second) { try await $0.acceptOffer(ids[1], by: mei) }
        let back = DecisionChange.ID()
        try await world.propose(Preparation(.waitlist, note: note), for: ids[1], as: back)
        try await world.confirm(back, by: Cast.tom)
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [ids[0]])
        #expect(try await reader.application(ids[1])?.application.state == .waitlisted)
        // Once it is enrolled, the startup keeps its place, whenever the change was proposed.
        _ = try await world.database.write(as: first) { try await $0.acceptOffer(ids[0], by: mei) }
        let late = DecisionChange.ID()
        try await world.propose(Preparation(.reject, note: note), for: ids[0], as: late)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO enrolments (tenant_id, id, application_id, startup_id, cohort_id, started_on, created_by)
                SELECT a.tenant_id, gen_random_uuid(), a.id, a.startup_id, e.cohort_id, current_date, \(mei)
                FROM applications AS a JOIN enrolments AS e ON e.tenant_id = a.tenant_id WHERE a.id = \(ids[0]) LIMIT 1
                """)
        }
        let enrolled = await #expect(throws: DatabaseError.self) { try await world.confirm(late, by: Cast.tom) }
        #expect(enrolled?.constraint == "enrolled_startups_keep_their_place")
        let proposed = await #expect(throws: DatabaseError.self) {
            try await world.propose(Preparation(.reject, note: note), for: ids[0], as: .init())
        }
        #expect(proposed?.constraint == "enrolled_startups_keep_their_place")
        #expect(try await reader.application(ids[0])?.application.state == .accepted)
    }

    @Test("Whoever declined is offered a place again by two, theirs while it is free, until the same day or another")
    func offeredAgain() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(2)
        let batch = try await world.open(
            call, places: 1,
            preparing: [(ids[0], Preparation(.offer, note: note)), (ids[1], Preparation(.reject, note: note))])
        try await world.release(batch)
        let (founder, system) = (try await world.founder(of: 0), try await world.system())
        let freed: Query = "SELECT count(*) FROM freed_places WHERE application_id = \(ids[0]) AND filled_at IS NULL"
        func decline() async throws {
            _ = try await world.database.write(as: founder) { transaction in
                try await transaction.declineOffer(ids[0], because: nil, by: mei)
            }
            #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [])
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        try await decline()
        #expect(try await reader.value(freed, as: Int.self) == 1)
        let change = DecisionChange.ID()
        try await world.propose(Preparation(.offer, note: note), for: ids[0], as: change)
        try await world.confirm(change, by: Cast.tom)
        #expect(try await reader.application(ids[0])?.application.state == .offered)
        #expect(try await reader.value(freed, as: Int.self) == 0)
        let letters = try await reader.letters(of: .decision, about: ids[0].uuid, limit: 5)
        #expect(letters.contains { $0.text.subject.string.hasPrefix("Another offer") })
        await #expect(throws: DecisionRefusal.sameDecision) {
            try await world.propose(Preparation(.offer, note: note), for: ids[0], as: .init())
        }
        // Declined anew, though it ended with the same day, it is free anew.
        try await decline()
        #expect(try await reader.value(freed, as: Int.self) == 1)
        // Somebody else may have it meanwhile; then there is none.
        let other = DecisionChange.ID()
        try await world.propose(Preparation(.offer, note: note), for: ids[1], as: other)
        try await world.confirm(other, by: Cast.tom)
        let full = DecisionChange.ID()
        try await world.propose(Preparation(.offer, note: note), for: ids[0], as: full)
        await #expect(throws: DecisionRefusal.noPlace("Every place is taken, of 1.")) {
            try await world.confirm(full, by: Cast.tom)
        }
    }

    @Test("What is prepared is seen by managers alone, and by none whose own startup applied")
    func leaks() async throws {
        let world = try await World()
        let batch: DecisionBatch.ID = demoID("batch second")
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.proposeWaiver(
                of: World.applied("plumbline"), in: batch, because: note, as: .init(), in: Cast.harbour.id, by: mei)
        }
        let tables: [(String, Query)] = [
            ("decision_batches", "SELECT count(*) FROM decision_batches"),
            ("prepared_decisions", "SELECT count(*) FROM prepared_decisions"),
            ("decisions", "SELECT count(*) FROM decisions"),
            ("waiting_applications", "SELECT count(*) FROM waiting_applications"),
            ("freed_places", "SELECT count(*) FROM freed_places"),
            ("decision_changes", "SELECT count(*) FROM decision_changes"),
            ("quorum_waivers", "SELECT count(*) FROM quorum_waivers"),
            ("appeals", "SELECT count(*) FROM appeals"),
        ]
        for member in [Cast.wing, Cast.kenji, Cast.jun, Cast.nora, Cast.iris, Cast.leo] {
            let reader = world.database.reader(as: world.context(member))
            for (table, query) in tables {
                let seen: Int = try await reader.value(query)
                #expect(seen == 0, "\(member.person.name) reads \(table)")
            }
            #expect(try await reader.decisionBatch(batch) == nil)
        }
        // A founder reads the released decision of their own startup, and nothing that is prepared.
        let wing = world.database.reader(as: world.context(Cast.wing, seat: 1))
        #expect(try await wing.releasedDecision(on: World.applied("plumbline")) == nil)
        let ada = world.database.reader(as: world.context(Cast.ada))
        #expect(try await ada.value("SELECT count(*) FROM decisions", as: Int.self) == 1)
        #expect(try await ada.value("SELECT count(*) FROM prepared_decisions", as: Int.self) == 0)
        // The trail of it, too, is none of theirs.
        let trail: Int = try await world.database.reader(as: world.context(Cast.wing)).value(
            "SELECT count(*) FROM audit_events WHERE noun IN ('prepared_decisions', 'decisions', 'decision_batches', 'quorum_waivers')"
        )
        #expect(trail == 0)
        await #expect(throws: Problem.self) {
            try await world.database.write(as: world.context(Cast.wing)) { transaction in
                _ = try await transaction.releaseBatch(batch, by: Cast.wing.person.id)
            }
        }
        await #expect(throws: Problem.self) {
            try await world.database.write(as: world.context(Cast.wing)) { transaction in
                _ = try await transaction.openBatch(
                    BatchTerms(name: Name("Mine"), places: 1, lastDay: today), as: .init(), of: World.call,
                    in: Cast.harbour.id, by: Cast.wing.person.id)
            }
        }
    }

    @Test("Five hundred decisions are released in a few statements each")
    func many() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(500)
        let batch = try await world.open(
            call, places: 500, preparing: ids.map { ($0, Preparation(.offer, note: note)) })
        let begun = ContinuousClock.now
        try await world.release(batch)
        let took = ContinuousClock.now - begun
        print("500 decisions released in \(took)")
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(
            try await reader.applicationCounts(matching: ApplicationFilter(call: call))[.offered]?.applications == 500)
        #expect(took < .seconds(60))
    }
}
