import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Pages
import Postgres
import Reviews
import TestWorld
import Testing
import Vocabulary

@testable import Decisions

@Suite("What reviewers wrote, with the decision")
struct ReviewerCommentTests {
    /// Two comments on each of four applications, and beside them what is nobody's to pass on.
    private func judged(in world: World) async throws -> (batch: DecisionBatch.ID, ids: [Application.ID]) {
        let (call, ids) = try await world.applicants(4)
        let round = try await world.openRound(for: call)
        let batch = try await world.open(call, places: 4, preparing: [])
        try await world.owner.write(as: .none) { transaction in
            // Past the rules of who judges when: what is taken over are the rows.
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            for (word, person) in [("nora", Cast.nora), ("vera", Cast.vera), ("open", Cast.jun), ("gone", Cast.leo)] {
                try await transaction.execute(
                    """
                    INSERT INTO review_assignments (
                        tenant_id, id, round_id, application_id, person_id, state, assigned_by, ended_at)
                    SELECT \(Cast.harbour.id), md5('comment ' || n || ' ' || \(word))::uuid, \(round), id,
                           \(person.person.id), CASE WHEN \(word) = 'gone' THEN 'withdrawn' ELSE 'assigned' END,
                           \(Cast.mei.person.id), CASE WHEN \(word) = 'gone' THEN now() END
                    FROM unnest(\(ids)) WITH ORDINALITY AS f (id, n)
                    """)
                try await transaction.execute(
                    """
                    INSERT INTO reviews (
                        tenant_id, assignment_id, round_id, application_id, person_id, comment, private_note, submitted_at)
                    SELECT s.tenant_id, s.id, s.round_id, s.application_id, s.person_id, 'Said by ' || \(word),
                           'Not for them by ' || \(word), CASE WHEN \(word) <> 'open' THEN now() END
                    FROM review_assignments AS s
                    WHERE s.round_id = \(round) AND s.person_id = \(person.person.id)
                    """)
            }
            try await transaction.execute(
                """
                INSERT INTO review_tallies (tenant_id, round_id, application_id, assigned, submitted)
                SELECT \(Cast.harbour.id), \(round), id, 3, 2 FROM unnest(\(ids)) AS f (id)
                ON CONFLICT (tenant_id, round_id, application_id) DO UPDATE SET assigned = 3, submitted = 2
                """)
        }
        return (batch, ids)
    }

    private func feedback(on id: Application.ID, in batch: DecisionBatch.ID, _ world: World) async throws -> String? {
        try await world.database.reader(as: world.context(Cast.mei))
            .preparedDecision(on: id, in: batch)?.preparation.feedback?.string
    }

    @Test(
        "They stand on the page without a name, join the feedback once, and the startup reads them when it is decided")
    func page() async throws {
        let world = try await World()
        let (batch, ids) = try await judged(in: world)
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/console/decisions/\(batch)/applications/\(ids[0])"
        let form = await mei.open(place)
        #expect(form.status == 200 && form.text.contains("Said by nora") && form.text.contains("Said by vera"))
        for hidden in ["Not for them", "Said by open", "Said by gone", Cast.nora.person.name, Cast.vera.person.name] {
            #expect(!form.text.contains(hidden), "\(hidden)")
        }
        let sent = [("outcome", "reject"), ("note", "No."), ("feedback", "Own words.")]
        #expect(await mei.send(place, sent).status == 303)
        #expect(try await feedback(on: ids[0], in: batch, world) == "Own words.", "nothing goes over unasked")
        #expect(await mei.send(place, sent + [("with_comments", "true")]).status == 303)
        let taken = try #require(try await feedback(on: ids[0], in: batch, world))
        #expect(taken.hasPrefix("Own words.\n\n"))
        #expect(Set(taken.components(separatedBy: "\n\n")) == ["Own words.", "Said by nora", "Said by vera"])
        // What was taken over already is not said twice.
        let again = [("outcome", "reject"), ("note", "No."), ("feedback", taken), ("with_comments", "true")]
        #expect(await mei.send(place, again).status == 303)
        #expect(try await feedback(on: ids[0], in: batch, world) == taken)

        let founder = world.database.reader(as: try await world.founder(of: 0))
        #expect(try await founder.releasedDecision(on: ids[0]) == nil)
        try await world.release(batch)
        #expect(try await founder.releasedDecision(on: ids[0])?.feedback?.string == taken)
        #expect(try await DecisionPortal.part(of: ids[0], founder, .english)?.feedback == taken)
    }

    @Test("By API and in bulk, each application gets its own; what is too long is refused")
    func bulk() async throws {
        let world = try await World()
        let (batch, ids) = try await judged(in: world)
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/v1/decision-batches/\(batch)"
        let one = await mei.ask(
            "PUT", "\(place)/decisions/\(ids[0])", json: #"{"outcome":"reject","note":"No.","with_comments":true}"#)
        #expect(one.status == 200, "\(one.text)")
        #expect(try one.json()["feedback"]?.text?.contains("Said by vera") == true)
        let rows = """
            {"decisions":[{"application":"\(ids[1])","outcome":"waitlist","note":"Wait.","with_comments":true},
                          {"application":"\(ids[2])","outcome":"reject","note":"No."}]}
            """
        #expect(await mei.ask("POST", "\(place)/preparations", json: rows).status == 200)
        #expect(try await feedback(on: ids[1], in: batch, world)?.contains("Said by nora") == true)
        #expect(try await feedback(on: ids[2], in: batch, world) == nil)
        let ticked = await mei.send(
            "/console/decisions/\(batch)/bulk/chosen",
            [
                ("applications", "\(ids[2])"), ("applications", "\(ids[3])"), ("outcome", "reject"), ("note", "No."),
                ("feedback", "For all."), ("with_comments", "true"), ("partial", "false"), ("step", "prepare"),
            ])
        #expect(ticked.status == 303, "\(ticked.text)")
        for id in ids[2...] {
            let parts = try await feedback(on: id, in: batch, world)?.components(separatedBy: "\n\n") ?? []
            #expect(parts.first == "For all." && Set(parts) == ["For all.", "Said by nora", "Said by vera"])
        }
        let long = String(repeating: "x", count: 9_990)
        let refused = await mei.ask(
            "PUT", "\(place)/decisions/\(ids[0])",
            json: #"{"outcome":"reject","note":"No.","feedback":"\#(long)","with_comments":true}"#)
        #expect(refused.status == 422 && refused.problem?.errors.map(\.pointer) == ["/feedback"], "\(refused.text)")
    }

    @Test("Their order is no person's, and always the same; nobody but managers who may judge reads them")
    func order() async throws {
        let world = try await World()
        let (_, ids) = try await judged(in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let comments = try await reader.reviewerComments(on: ids)
        #expect(comments.count == 4 && comments.values.allSatisfy { $0.count == 2 })
        #expect(Set(comments.values.compactMap { $0.first?.string }) == ["Said by nora", "Said by vera"])
        #expect(try await reader.reviewerComments(on: ids) == comments)
        for context in [
            try await world.founder(of: 0), world.context(Cast.nora), world.context(Cast.kenji),
            world.context(Cast.jun), world.context(Cast.leo),
        ] {
            #expect(try await world.database.reader(as: context).reviewerComments(on: ids).isEmpty)
        }
        // Who belongs to a startup reads nothing that was said of it, also not as a manager.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                SELECT gen_random_uuid(), tenant_id, \(Cast.mei.person.id), startup_id, 'founder'
                FROM applications WHERE id = \(ids[0])
                """)
        }
        let near = try await reader.reviewerComments(on: ids)
        #expect(near[ids[0]] == nil && near.count == 3)
    }
}
