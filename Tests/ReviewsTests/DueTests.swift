import API
import Accounts
import DemoWorld
import Foundation
import Letters
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// The moment at which reviews are due: who moves it, who is told, and what goes by it.
@Suite("When reviews are due")
struct DueTests {
    private let place = "/v1/rounds/\(World.round)/due"

    @Test("An open round's moment moves to another one that is to come, a draft's and a closed one's not at all")
    func rule() throws {
        let now = ReviewTests.now
        func moment(_ hours: Double) -> Deadline { Deadline(now.addingTimeInterval(hours * 3600), in: .hongKong) }
        var round = try ReviewTests.round([ReviewTests.criterion("All", weight: 100)])
        #expect(throws: ReviewRefusal.roundNotOpen(.draft)) { try round.move(due: moment(48), at: now) }
        try round.open(at: now)
        #expect(throws: ReviewRefusal.dueStands) { try round.move(due: moment(24), at: now) }
        #expect(throws: ReviewRefusal.dueHasPassed) { try round.move(due: moment(0), at: now) }
        try round.move(due: moment(48), at: now)
        try round.move(due: moment(1), at: now)
        #expect(round.due == moment(1))
        try round.close(at: now)
        #expect(throws: ReviewRefusal.roundNotOpen(.closed)) { try round.move(due: moment(48), at: now) }
    }

    @Test("JSON moves it with a reason, against the version that was read; reviewers read it without who moved it")
    func json() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        func body(_ at: String) -> String {
            #"{"due": {"at": "\#(at)", "zone": "Asia/Hong_Kong"}, "reason": "Two reviewers fell ill."}"#
        }
        let read = await mei.ask("GET", place)
        let tag = try #require(read.header("ETag"), "\(read.text)")
        #expect(try read.json()["moves"]?.elements?.isEmpty == true)
        #expect(await mei.ask("PUT", place, json: body("2040-05-04T10:00:00Z")).status == 428)
        let past = await mei.ask("PUT", place, json: body("2020-05-04T10:00:00Z"), headers: [("If-Match", tag)])
        #expect(past.status == 422 && past.problem?.errors.map(\.pointer) == ["/due/at"], "\(past.text)")
        for unread in [
            #"{"due": {"at": "2040-05-04T10:00:00Z", "zone": "Asia/Hong_Kong"}}"#,
            #"{"due": {"at": "soon", "zone": "Asia/Hong_Kong"}, "reason": "x"}"#,
            #"{"due": {"at": "2040-05-04T10:00:00Z", "zone": "Asia/Hong_Kong"}, "reason": ""}"#,
        ] {
            let refused = await mei.ask("PUT", place, json: unread, headers: [("If-Match", tag)])
            #expect([400, 422].contains(refused.status), "\(refused.text)")
        }
        let moved = await mei.ask("PUT", place, json: body("2040-05-04T10:00:00Z"), headers: [("If-Match", tag)])
        #expect(moved.status == 200, "\(moved.text)")
        #expect(try moved.json()["moves"]?.elements?.first?["by"]?.text == Cast.mei.person.name)
        let stale = await mei.ask("PUT", place, json: body("2041-05-04T10:00:00Z"), headers: [("If-Match", tag)])
        #expect(stale.status == 412)
        let again = try #require(await mei.ask("GET", place).header("ETag"))
        let same = await mei.ask("PUT", place, json: body("2040-05-04T10:00:00Z"), headers: [("If-Match", again)])
        #expect(same.status == 422 && same.problem?.errors.map(\.pointer) == ["/due/at"], "\(same.text)")

        let nora = try await Visitor(Cast.nora, in: world)
        let hers = await nora.ask("GET", place)
        let move = try #require(try hers.json()["moves"]?.elements?.first, "\(hers.text)")
        #expect(move["reason"]?.text == "Two reviewers fell ill." && move["by"]?.text == nil)
        let hand = await nora.ask("PUT", place, json: body("2041-05-04T10:00:00Z"), headers: [("If-Match", again)])
        #expect(hand.status == 403)
        // Who sits on no panel of the round knows of no round.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("DELETE FROM panel_members WHERE person_id = \(Cast.jun.person.id)")
        }
        #expect(await (try await Visitor(Cast.jun, seat: 1, in: world)).ask("GET", place).status == 404)
    }

    @Test("Whoever owes a review or an answer is told once, of an earlier moment also who may still be given something")
    func letters() async throws {
        let world = try await World()
        try await world.move(by: 30)
        // Vera and Nora have something to write, Jun has an invitation.
        let later = try await world.letters(of: "due later than you were told")
        #expect(
            later.map(\.address) == [Cast.jun, Cast.nora, Cast.vera].map(\.person.email).sorted()
                && later.allSatisfy { $0.state == "released" && $0.body.contains("We waited for the grants.") })
        let asked = later.first { $0.address == Cast.jun.person.email }
        #expect(asked?.body.contains("still to be submitted") == false)

        let criteria = try #require(
            try await world.database.reader(as: world.context(Cast.vera)).round(World.round)
        ).criteria
        try await world.database.write(as: world.context(Cast.vera)) { transaction in
            _ = try await transaction.submitReview(
                ReviewDraft(scores: Dictionary(uniqueKeysWithValues: criteria.map { ($0.id, $0.lowest) })),
                of: World.assignment(Cast.vera, "skylarkinspect"), by: Cast.vera.person.id)
        }
        try await world.accept(Cast.jun, seat: 1)
        try await world.move(by: 20)
        let earlier = try await world.letters(of: "due earlier than you were told")
        #expect(earlier.map(\.address) == [Cast.jun, Cast.nora].map(\.person.email).sorted(), "vera has done hers")
        let moves = try await world.database.reader(as: world.context(Cast.mei)).dueMoves(of: [World.round])
        #expect(moves[World.round]?.count == 2)
        try await world.holds(World.application("kelpsense"))
    }

    @Test("Reminders go by the moment that holds now, and are sent again for a later one")
    func reminders() async throws {
        let world = try await World()
        try await world.assignedLongAgo()
        try await world.move(by: 6)
        try await world.remind()
        // In six days, as they have just been told: the week's moment passed before that.
        #expect(try await world.letters(of: "In a week").isEmpty)
        try await world.pass(days: 4)
        try await world.remind()
        try await world.remind()
        let first = try await world.letters(of: "In three days").map(\.address)
        #expect(first == [Cast.nora, Cast.vera].map(\.person.email).sorted())
        try await world.move(by: 10)
        try await world.pass(days: 8)
        try await world.remind()
        #expect(try await world.letters(of: "In three days").count == 2 * first.count)
    }

    @Test("The database takes another moment from a manager with a reason alone, keeps it, and shows it to the panel")
    func walls() async throws {
        let world = try await World()
        let mei = world.context(Cast.mei)
        func refusal(_ statement: Query, as context: Context) async -> DatabaseError? {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: context) { _ = try await $0.execute(statement) }
            }
        }
        let silent: Query = "UPDATE review_rounds SET due_at = due_at + interval '1 day' WHERE id = \(World.round)"
        #expect(await refusal(silent, as: mei)?.constraint == "due_moments_move_with_a_reason")
        func planted(_ was: Query, _ due: Query) -> Query {
            """
            INSERT INTO round_due_moves (tenant_id, round_id, id, person_id, was_due_at, due_at, reason)
            SELECT r.tenant_id, r.id, gen_random_uuid(), r.opened_by, \(fragment: was), \(fragment: due), 'Planted.'
            FROM review_rounds AS r WHERE r.id = \(World.round)
            """
        }
        let later: Query = "r.due_at + interval '1 day'"
        #expect(await refusal(planted(later, "r.due_at"), as: mei)?.constraint == "open_rounds_move_their_due")
        #expect(await refusal(planted("r.due_at", "r.due_at"), as: mei)?.constraint == "due_moments_move")
        #expect(
            await refusal(planted("r.due_at", "now() - interval '1 day'"), as: mei)?.constraint
                == "due_moments_move_to_what_is_to_come")
        #expect(await refusal(planted("r.due_at", later), as: world.context(Cast.nora))?.sqlState == "42501")

        // Wing's own startup applied: what she may not know of would be left out of whom it tells.
        await #expect(throws: ReviewRefusal.ownStartupApplied) {
            try await world.database.write(as: world.context(Cast.wing)) { transaction in
                _ = try await transaction.moveDue(
                    of: World.round, to: Deadline(transaction.now.addingTimeInterval(86_400), in: .hongKong),
                    because: try ShortText("Mine is late."), by: Cast.wing.person.id, matching: {})
            }
        }

        try await world.move(by: 30)
        let changed = try await world.database.write(as: mei) { transaction in
            try await transaction.execute("UPDATE round_due_moves SET reason = 'Another.'")
        }
        #expect(changed == 0, "what was said stands")
        func seen(_ context: Context) async throws -> Int {
            try await world.database.reader(as: context).value("SELECT count(*) FROM round_due_moves")
        }
        #expect(try await seen(mei) == 1)
        #expect(try await seen(world.context(Cast.nora)) == 1)
        #expect(try await seen(world.context(Cast.ada)) == 0)
        #expect(try await seen(world.context(Cast.chloe)) == 0)
        #expect(try await seen(world.context(Cast.kenji)) == 0)
    }

    @Test("A form moves it, comes back filled in, and the pages of manager and reviewer say how it was moved")
    func pages() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let round = "/console/rounds/\(World.round)"
        #expect(await mei.open(round).text.contains("href=\"\(round)/due\""))
        let form = await mei.open("\(round)/due")
        let version = try #require(form.text.firstMatch(of: #/name="version" value="([^"]+)"/#)).1
        let unescaped = String(version).replacing("&quot;", with: "\"").replacing("&#34;", with: "\"")
        func fields(_ at: String, version: String) -> [(String, String)] {
            [("due.at", at), ("reason", "The hall is free a week later."), ("version", version)]
        }
        for bad in ["tomorrow", "2020-05-04T18:00"] {
            let refused = await mei.send("\(round)/due", fields(bad, version: unescaped))
            #expect(refused.status == 422 && refused.text.contains("The hall is free"), "\(refused.text)")
        }
        #expect(await mei.send("\(round)/due", fields("2040-05-04T18:00", version: "\"old\"")).status == 412)
        let moved = await mei.send("\(round)/due", fields("2040-05-04T18:00", version: unescaped))
        #expect(moved.status == 303, "\(moved.text)")
        let shown = await mei.open("\(round)?done=moved")
        #expect(shown.text.contains("The hall is free a week later.") && shown.text.contains(Cast.mei.person.name))
        let queue = await (try await Visitor(Cast.nora, in: world)).open("/reviews")
        #expect(queue.text.contains("The hall is free a week later.") && !queue.text.contains(Cast.mei.person.name))
        #expect(await mei.send("\(round)/closing").status == 303)
        #expect(await mei.open("\(round)/due").status == 303)
        #expect(await mei.send("\(round)/due", fields("2041-05-04T18:00", version: unescaped)).status != 303)
    }

    @Test("Others' reviews tell a reviewer neither when they were written nor in which order")
    func whenOthersJudged() async throws {
        let world = try await World()
        let target = "/v1/rounds/\(World.round)/applications/\(World.application("kelpsense"))/reviews"
        for (member, dated) in [(Cast.mei, 2), (Cast.vera, 1), (Cast.nora, 1)] {
            let found = try await (try await Visitor(member, in: world)).ask("GET", target).json()
            let items = try #require(found["items"]?.elements)
            #expect(items.count == 2)
            #expect(items.count { $0["submitted_at"]?.text != nil } == dated, "\(member.person.name)")
            #expect(items.count { $0["saved_at"]?.text != nil } == dated, "\(member.person.name)")
        }
        // Whoever submitted first does not come first for it.
        func order() async throws -> [ReviewAssignment.ID] {
            try await world.database.reader(as: world.context(Cast.vera))
                .reviews(of: World.application("kelpsense"), in: World.round).map(\.review.assignment)
        }
        let before = try await order()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("ALTER TABLE reviews DISABLE TRIGGER USER")
            for (place, assignment) in before.enumerated() {
                try await transaction.execute(
                    """
                    UPDATE reviews SET submitted_at = now() - \(place) * interval '1 hour'
                    WHERE assignment_id = \(assignment)
                    """)
            }
        }
        #expect(try await order() == before)
    }
}

/// A letter as its recipient's mailbox would know it.
private struct Written {
    let address: String
    let state: String
    let body: String
}

extension World {
    /// Moves the demo round's reviews to where they are due so many days from now.
    fileprivate func move(by days: Int) async throws {
        try await database.write(as: context(Cast.mei)) { transaction in
            _ = try await transaction.moveDue(
                of: Self.round, to: Deadline(transaction.now.addingTimeInterval(Double(days) * 86_400), in: .hongKong),
                because: try ShortText("We waited for the grants."), by: Cast.mei.person.id, matching: {})
        }
    }

    /// Lets so many days go by in the demo round: what is due in it comes nearer, what was said of it is older.
    fileprivate func pass(days: Int) async throws {
        try await owner.write(as: .none) { transaction in
            let past: Query = "\(days) * interval '1 day'"
            try await transaction.execute("UPDATE review_rounds SET due_at = due_at - \(fragment: past)")
            try await transaction.execute("UPDATE review_reminders SET due_at = due_at - \(fragment: past)")
            try await transaction.execute(
                """
                UPDATE round_due_moves SET at = at - \(fragment: past), was_due_at = was_due_at - \(fragment: past),
                       due_at = due_at - \(fragment: past)
                """)
        }
    }

    fileprivate func assignedLongAgo() async throws {
        try await owner.write(as: .none) { transaction in
            try await transaction.execute("ALTER TABLE review_assignments DISABLE TRIGGER USER")
            try await transaction.execute("UPDATE review_assignments SET assigned_at = now() - interval '30 days'")
            try await transaction.execute("ALTER TABLE review_assignments ENABLE TRIGGER USER")
        }
    }

    fileprivate func remind() async throws {
        try await database.write(as: .system(in: Cast.harbour.id)) { try await $0.remindPanels() }
    }

    /// Letters that say so, by address.
    fileprivate func letters(of words: String) async throws -> [Written] {
        try await owner.reader(as: .none).rows(
            """
            SELECT l.address, l.state, t.body FROM letters AS l
            JOIN letter_texts AS t ON t.tenant_id = l.tenant_id AND t.letter_id = l.id AND t.version = l.version
            WHERE strpos(t.body, \(words)) > 0 ORDER BY l.address
            """
        ).map { try Written(address: $0("address"), state: $0("state"), body: $0("body")) }
    }
}
