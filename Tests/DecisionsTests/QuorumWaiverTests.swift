import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Decisions

/// Decisions below the quorum of reviews: released when two managers say so, and not otherwise.
@Suite("Waivers of the quorum")
struct QuorumWaiverTests {
    let mei = Cast.mei.person.id
    let tom = Cast.tom.person.id
    let note: LongText

    init() throws {
        note = try LongText("The reviewer fell ill.")
    }

    private func propose(
        _ world: World, _ application: Application.ID, in batch: DecisionBatch.ID, by member: Cast.Member = Cast.mei
    ) async throws -> QuorumWaiver {
        try await world.database.write(as: world.context(member)) { transaction in
            try await transaction.proposeWaiver(
                of: application, in: batch, because: note, as: .init(), in: Cast.harbour.id, by: member.person.id)
        }
    }

    private func confirm(_ world: World, _ waiver: QuorumWaiver.ID, by member: Cast.Member) async throws {
        _ = try await world.database.write(as: world.context(member)) { transaction in
            try await transaction.confirmWaiver(waiver, by: member.person.id)
        }
    }

    private func constraint(_ world: World, _ sql: Query, by member: Cast.Member) async -> String? {
        do {
            _ = try await world.database.write(as: world.context(member)) { try await $0.execute(sql) }
            return nil
        } catch let error as DatabaseError {
            return error.constraint ?? error.sqlState
        } catch {
            return "\(error)"
        }
    }

    /// A batch with an offer and a rejection below the quorum, and a third that has its review.
    private func sitting(_ world: World) async throws -> (DecisionBatch.ID, [Application.ID]) {
        let (call, ids) = try await world.applicants(3)
        try await world.openRound(for: call)
        try await world.judge(ids[2])
        let batch = try await world.open(
            call, places: 3,
            preparing: [
                (ids[0], Preparation(.offer, note: note)), (ids[1], Preparation(.reject, note: note)),
                (ids[2], Preparation(.offer, note: note)),
            ])
        return (batch, ids)
    }

    @Test("One manager asks and another confirms; only then is the batch released")
    func twoPeople() async throws {
        let world = try await World()
        let (batch, ids) = try await sitting(world)
        await #expect(throws: DecisionRefusal.enoughReviews) { _ = try await propose(world, ids[2], in: batch) }
        await #expect(throws: Problem.self) { _ = try await propose(world, .init(), in: batch) }
        let first = try await propose(world, ids[0], in: batch)
        #expect(first.submitted == 0 && first.quorum == 1 && first.status == .open && first.outcome == .offer)
        let twice = await #expect(throws: DatabaseError.self) { _ = try await propose(world, ids[0], in: batch) }
        #expect(twice?.constraint == "a_quorum_is_waived_once")
        await #expect(throws: DecisionRefusal.waiverNeedsSecondPerson) {
            try await confirm(world, first.id, by: Cast.mei)
        }
        // Asked for is not confirmed, and the other is below the quorum as before.
        for _ in 0..<2 {
            let refusal = await #expect(throws: DecisionRefusal.self) { try await world.release(batch) }
            guard case .notReleasable(let errors) = refusal else { throw Problem.notFound }
            #expect(errors.contains { $0.pointer == "/decisions/\(ids[1])" })
            if try await world.database.reader(as: world.context(Cast.tom)).quorumWaiver(first.id)?.status == .open {
                #expect(errors.contains { $0.pointer == "/decisions/\(ids[0])" })
                try await confirm(world, first.id, by: Cast.tom)
            } else {
                #expect(errors.count == 1)
            }
        }
        await #expect(throws: DecisionRefusal.waiverAnswered) { try await confirm(world, first.id, by: Cast.tom) }
        let second = try await propose(world, ids[1], in: batch, by: Cast.tom)
        try await confirm(world, second.id, by: Cast.mei)
        try await world.release(batch)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.application(ids[0])?.application.state == .offered)
        #expect(try await reader.application(ids[1])?.application.state == .rejected)
        // It is on the trail: who asked, and who confirmed.
        let trail: Int = try await reader.value(
            "SELECT count(*) FROM audit_events WHERE noun = 'quorum_waivers' AND object_id = \(first.id)")
        #expect(trail == 2)
        // Nobody who waived it hears the appeal.
        let founder = try await world.founder(of: 1)
        let person = try world.person(of: founder)
        try await world.database.write(as: founder) { transaction in
            _ = try await transaction.lodgeAppeal(against: ids[1], saying: note, in: Cast.harbour.id, by: person)
        }
        let heard = await #expect(throws: DatabaseError.self) {
            try await world.answer(ids[1], .upheld, note, by: Cast.tom)
        }
        #expect(heard?.constraint == "appeals_are_heard_by_somebody_else")
    }

    @Test("A waiver is of the decision it was asked for: another takes another")
    func outdated() async throws {
        let world = try await World()
        let (batch, ids) = try await sitting(world)
        let open = try await propose(world, ids[0], in: batch)
        try await world.prepare(ids[0], Preparation(.reject, note: note), in: batch)
        await #expect(throws: DecisionRefusal.waiverOutdated) { try await confirm(world, open.id, by: Cast.tom) }
        let meant = try await propose(world, ids[0], in: batch)
        try await confirm(world, meant.id, by: Cast.tom)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let known = try #require(try await reader.decisionBatch(batch))
        func faults() async throws -> [String] {
            try await reader.releaseFaults(of: known, reader.preparedDecisions(in: batch), at: Date()).map(\.pointer)
        }
        #expect(try await faults() == ["/decisions/\(ids[1])"])
        try await world.prepare(ids[0], Preparation(.waitlist, note: note), in: batch)
        #expect(Set(try await faults()) == ["/decisions/\(ids[0])", "/decisions/\(ids[1])"])
        let reason = try LongText("Wait for the review.")
        let other = try await propose(world, ids[1], in: batch)
        try await world.database.write(as: world.context(Cast.tom)) { transaction in
            _ = try await transaction.refuseWaiver(other.id, because: reason, by: tom)
        }
        #expect(try await reader.quorumWaiver(other.id)?.refusedReason == reason)
        // Turned down, it may be asked for again.
        _ = try await propose(world, ids[1], in: batch)
    }

    @Test("The database holds it alone: two people, no rewriting, no release below the quorum")
    func walls() async throws {
        let world = try await World()
        let (batch, ids) = try await sitting(world)
        let waiver = try await propose(world, ids[0], in: batch).id
        #expect(
            await constraint(
                world, "UPDATE quorum_waivers SET confirmed_at = now(), confirmed_by = \(mei) WHERE id = \(waiver)",
                by: Cast.mei) == "a_waiver_takes_two_people")
        // Not in another's name, neither asking nor answering.
        #expect(
            await constraint(
                world, "UPDATE quorum_waivers SET confirmed_at = now(), confirmed_by = \(tom) WHERE id = \(waiver)",
                by: Cast.mei) != nil)
        #expect(
            await constraint(
                world,
                """
                INSERT INTO quorum_waivers (tenant_id, id, batch_id, application_id, outcome, submitted, quorum, reason,
                                            proposed_by)
                VALUES (\(Cast.harbour.id), \(UUID()), \(batch), \(ids[1]), 'reject', 0, 1, 'Why not?', \(tom))
                """, by: Cast.mei) != nil)
        #expect(
            await constraint(
                world,
                """
                UPDATE quorum_waivers SET reason = 'Another', confirmed_at = now(), confirmed_by = \(tom)
                WHERE id = \(waiver)
                """, by: Cast.tom) == "proposed_waivers_stand")
        #expect(await constraint(world, "DELETE FROM quorum_waivers", by: Cast.tom) != nil)
        // A release past the verb.
        func releasePastTheVerb() async -> String? {
            do {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.execute(
                        "UPDATE prepared_decisions SET released_at = now() WHERE batch_id = \(batch)")
                    try await transaction.execute(
                        "UPDATE decision_batches SET released_at = now(), released_by = \(mei) WHERE id = \(batch)")
                    try await transaction.execute(
                        """
                        INSERT INTO decisions (tenant_id, application_id, batch_id, outcome, last_day, note, appeal_until)
                        SELECT tenant_id, application_id, batch_id, outcome, last_day, note,
                               CASE WHEN outcome = 'reject' THEN now() END
                        FROM prepared_decisions WHERE batch_id = \(batch)
                        """)
                }
                return nil
            } catch {
                return (error as? DatabaseError)?.constraint
            }
        }
        #expect(await releasePastTheVerb() == "decisions_have_a_quorum_or_a_waiver")
        try await confirm(world, waiver, by: Cast.tom)
        #expect(await releasePastTheVerb() == "decisions_have_a_quorum_or_a_waiver")
        let other = try await propose(world, ids[1], in: batch).id
        try await confirm(world, other, by: Cast.tom)
        #expect(await releasePastTheVerb() == nil)
    }

    @Test("By JSON and on the page: asked for, seen in the batch, answered by another")
    func edge() async throws {
        let world = try await World()
        let (batch, ids) = try await sitting(world)
        let (mei, tom) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.tom, in: world))
        let place = "/console/decisions/\(batch)"
        let ask = "\(place)/applications/\(ids[0])/waiver"
        #expect(await mei.open(place).text.contains(ask))
        #expect(await mei.open(ask).text.contains("0 of 1 reviews"))
        let mute = await mei.send(ask, [("reason", "")])
        #expect(mute.status == 422 && mute.text.contains("f-reason-error"), "\(mute.text)")
        #expect(await mei.send(ask, [("reason", "The reviewer fell ill.")]).status == 303)
        #expect(await mei.send(ask, [("reason", "Once more.")]).status == 409)
        let shown = await tom.open(place)
        #expect(shown.text.contains("The reviewer fell ill.") && shown.text.contains("Waits for a second person"))
        let waiver = try #require(
            try await world.database.reader(as: world.context(Cast.mei)).quorumWaivers(in: batch).first)
        let address = "/console/quorum-waivers/\(waiver.id)"
        #expect(await mei.open(address).text.contains("You asked for it."))
        #expect(await mei.send("\(address)/confirmation", []).status == 409)
        #expect(await tom.open(address).text.contains("Confirm the waiver"))
        #expect(await tom.send("\(address)/refusal", [("reason", "")]).status == 422)
        #expect(await tom.send("\(address)/confirmation", []).status == 303)
        #expect(await mei.open(place).text.contains("Confirmed"))

        let json = "/v1/decision-batches/\(batch)/decisions/\(ids[1])/waivers"
        #expect(await mei.ask("POST", json, json: #"{"reason":""}"#).problem?.errors.first?.pointer == "/reason")
        let asked = await mei.ask("POST", json, json: #"{"reason":"No reviewer is left."}"#)
        #expect(asked.status == 201, "\(asked.text)")
        let id = try #require(try asked.json()["id"]?.text)
        #expect(await mei.ask("POST", "/v1/quorum-waivers/\(id)/confirmation").status == 409)
        let turned = await tom.ask("POST", "/v1/quorum-waivers/\(id)/refusal", json: #"{"reason":"One is."}"#)
        #expect(turned.status == 200, "\(turned.text)")
        let listed = try await mei.ask("GET", "/v1/decision-batches/\(batch)/decisions").json()
        #expect(listed["waivers"]?.elements?.count == 2)
        #expect(listed["faults"]?.elements?.count == 1)
        let nora = try await Visitor(Cast.nora, in: world)
        #expect(await nora.ask("POST", "/v1/quorum-waivers/\(id)/confirmation").status == 403)
        let wing = try await Visitor(Cast.wing, in: world)
        #expect(await wing.ask("POST", "/v1/quorum-waivers/\(QuorumWaiver.ID())/confirmation").status == 404)
    }
}
