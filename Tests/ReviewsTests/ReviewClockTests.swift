import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Letters
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// Reviews that are late: which they are, who sees it, who is asked, and who writes them instead.
@Suite("The clocks of review")
struct ReviewClockTests {
    private let list = "/v1/assignments?round=\(World.round)&state=assigned"

    @Test("What is to be written is overdue once its day has passed, and stale a week after anybody touched it")
    func states() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        // Of eight assignments vera has begun one and nora not begun another; the rest is submitted.
        #expect(try await found(mei, "overdue=true") == [])
        #expect(try await found(mei, "stale=true") == [])
        try await world.late(due: "3 days", touched: "8 days")
        let owed = [
            World.assignment(Cast.vera, "skylarkinspect"), World.assignment(Cast.nora, "plumbline"),
        ].map(\.description)
        #expect(try await found(mei, "overdue=true") == [])
        #expect(Set(try await found(mei, "stale=true")) == Set(owed))
        #expect(try await found(mei, "stale=false").count == 6)
        try await world.late(due: "-1 hour", touched: "6 days")
        #expect(Set(try await found(mei, "overdue=true")) == Set(owed))
        #expect(try await found(mei, "stale=true") == [])
        #expect(try await found(mei, "overdue=true&stale=true") == [])
        #expect([400, 422].contains(await mei.ask("GET", "\(list)&overdue=perhaps").status))
        // A reviewer sees it of their own alone.
        let vera = try await Visitor(Cast.vera, in: world)
        #expect(try await found(vera, "overdue=true") == [owed[0]])

        let round = try await mei.ask("GET", "/v1/rounds/\(World.round)").json()
        #expect(round["progress"]?["overdue"] == 2 && round["progress"]?["stale"] == 0, "\(round)")
        #expect(round["progress"]?["unanswered"] == 1, "jun has not answered")
        let closed = await mei.ask("POST", "/v1/rounds/\(World.round)/closing")
        #expect(try closed.json()["progress"]?["overdue"] == 0, "\(closed.text)")
        #expect(try closed.json()["progress"]?["unanswered"] == 0)
        #expect(try await found(mei, "overdue=true") == [])
    }

    @Test("A review that was given back is touched at that moment")
    func reopened() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        try await world.late(due: "3 days", touched: "20 days")
        let before = try await found(mei, "stale=true")
        let given = World.assignment(Cast.nora, "kelpsense")
        #expect(await mei.ask("POST", "/v1/assignments/\(given)/reopening").status == 200)
        #expect(try await found(mei, "stale=true") == before)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("ALTER TABLE reviews DISABLE TRIGGER USER")
            try await transaction.execute("UPDATE reviews SET reopened_at = reopened_at - interval '8 days'")
        }
        #expect(try await found(mei, "stale=true").contains(given.description))
    }

    @Test("The pages of manager and reviewer say what is late, and of an application in numbers why it stands there")
    func pages() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let application = World.application("plumbline")
        try await world.late(due: "-1 hour", touched: "8 days")
        let round = await mei.open("/console/rounds/\(World.round)").text
        #expect(round.contains("2 reviews are overdue") && round.contains("assignments?clock=overdue"))
        #expect(round.contains("have accepted, one has not answered"))
        let overview = await mei.open("/console").text
        #expect(overview.contains("/console/rounds/\(World.round)") && overview.contains("6 of 8"))
        #expect(overview.contains("2 overdue"))
        let assignments = await mei.open("/console/rounds/\(World.round)/assignments?clock=overdue").text
        #expect(assignments.contains("Plan who writes the 2 overdue reviews"))
        #expect(assignments.contains("Vera Ito") && assignments.contains("Overdue"))
        let queue = await (try await Visitor(Cast.vera, in: world)).open("/reviews").text
        #expect(queue.contains("1 review of yours is overdue") && queue.contains("Begun, 1 of 3"))

        let told = await mei.ask("GET", "/v1/applications/\(application)/awaited-reviews")
        let counts = try told.json()
        #expect(counts["outstanding"] == 1 && counts["overdue"] == 1 && counts["unassigned"] == 1, "\(told.text)")
        #expect(await mei.open("/console/applications/\(application)").text.contains("one of them overdue"))
        #expect(await mei.open("/console/applications/board").text.contains("one of them overdue"))
        #expect(await mei.open("/console/applications?limit=100").text.contains("one of them overdue"))
        // Plumbline is Wing's own: she learns of no review of it. Startups learn of none at all.
        let wing = try await Visitor(Cast.wing, in: world)
        let hers = await wing.ask("GET", "/v1/applications/\(application)/awaited-reviews")
        #expect(try hers.status == 404 || hers.json()["outstanding"] == 0, "\(hers.text)")
        let ada = try await Visitor(Cast.ada, in: world)
        let own = "/v1/applications/\(World.application("kelpsense"))/awaited-reviews"
        #expect(await ada.ask("GET", own).status == 403)
    }

    @Test("Who judges what leaves as files that say what is late, of what a manager may know and has chosen")
    func files() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        try await world.late(due: "-1 hour", touched: "8 days")
        let file = "/v1/rounds/\(World.round)/assignments"
        let all = await mei.ask("GET", "\(file).csv")
        #expect(all.status == 200 && all.header("Content-Type")?.hasPrefix("text/csv") == true, "\(all.text)")
        // Eight, below their titles.
        #expect(all.text.split(whereSeparator: \.isNewline).count == 9, "\(all.text)")
        let overdue = await mei.ask("GET", "\(file).csv?clock=overdue").text
        #expect(overdue.split(whereSeparator: \.isNewline).count == 3 && overdue.contains("Vera Ito"), "\(overdue)")
        #expect(await mei.ask("GET", "\(file).xlsx").status == 200)
        let page = "/console/rounds/\(World.round)/assignments"
        #expect(await mei.open("\(page)?clock=overdue").text.contains("href=\"\(page).csv?clock=overdue\""))
        #expect(await mei.open("\(page).csv?clock=overdue").text.split(whereSeparator: \.isNewline).count == 3)
        #expect(await mei.open("\(page).xlsx").status == 200)
        #expect(await (try await Visitor(Cast.vera, in: world)).ask("GET", "\(file).csv").status == 403)
        // Plumbline is Wing's own.
        let hers = await (try await Visitor(Cast.wing, in: world)).ask("GET", "\(file).csv").text
        #expect(!hers.contains("Plumbline") && hers.split(whereSeparator: \.isNewline).count == 8, "\(hers)")
    }

    @Test("Who leaves a review untouched is asked about it once for its day, and not beside another reminder")
    func untouched() async throws {
        let world = try await World()
        try await world.late(due: "12 days", touched: "8 days")
        try await world.remind()
        try await world.remind()
        let asked = try await world.untouchedLetters()
        #expect(asked.map(\.address) == [Cast.nora, Cast.vera].map(\.person.email).sorted(), "\(asked)")
        #expect(asked.allSatisfy { $0.body.contains("One of yours is still to be submitted.") })
        // A week before the day, that is what is said.
        try await world.late(due: "6 days", touched: "9 days")
        try await world.remind()
        #expect(try await world.untouchedLetters().count == asked.count)
    }

    @Test("What is overdue goes to who owes nothing, stays where nobody else can take it, and changes nothing before")
    func replaced() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/v1/rounds/\(World.round)/replacement-runs"
        let early = await mei.ask("POST", place)
        #expect(early.status == 409 && early.text.contains("No review is overdue."), "\(early.text)")
        try await world.accept(Cast.jun, seat: 1)
        try await world.late(due: "-1 hour", touched: "1 day")
        let before = try await world.standing()

        let run = try await world.finished(mei, place)
        #expect(run["replaces_overdue"] == true && run["is_overtaken"] == false, "\(run)")
        let report = try #require(run["report"])
        // Jun takes Skylark for Vera and what is free; Nora keeps Plumbline, for which there is nobody else.
        #expect(report["added"] == 3 && report["removed"] == 1 && report["empty_seats"] == 0, "\(report)")
        #expect(try await world.standing() == before)
        let id = run["id"]?.text ?? ""
        let back = try await mei.ask("GET", "/v1/assignment-runs/\(id)/taken-back").json()["items"]?.elements ?? []
        let taken = World.assignment(Cast.vera, "skylarkinspect")
        #expect(back.map { $0["id"]?.text } == [taken.description], "begun, and taken back all the same")
        let page = await mei.open("/console/assignment-runs/\(id)")
        #expect(page.text.contains("nobody else can take them") && page.text.contains("Whatever was submitted stays."))

        let applied = await mei.ask("POST", "/v1/assignment-runs/\(id)/application")
        #expect(applied.status == 200, "\(applied.text)")
        let after = try await world.standing()
        #expect(after == before.subtracting([taken]).union(after.subtracting(before)) && after.count == 10)
        #expect(after.contains(World.assignment(Cast.nora, "plumbline")))
        let ended = try #require(try await world.database.reader(as: world.context(Cast.mei)).assignment(taken))
        #expect(ended.state == .withdrawn && ended.endedReason != nil)
    }

    @Test("Such a plan is not taken once a review came in that it gives away, or the day was moved")
    func overtaken() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/v1/rounds/\(World.round)/replacement-runs"
        try await world.accept(Cast.jun, seat: 1)
        try await world.late(due: "-1 hour", touched: "1 day")
        let run = try await world.finished(mei, place)
        let first = "/v1/assignment-runs/\(run["id"]?.text ?? "")"
        let criteria = try #require(
            try await world.database.reader(as: world.context(Cast.vera)).round(World.round)
        ).criteria
        try await world.database.write(as: world.context(Cast.vera)) { transaction in
            _ = try await transaction.submitReview(
                ReviewDraft(scores: Dictionary(uniqueKeysWithValues: criteria.map { ($0.id, $0.lowest) })),
                of: World.assignment(Cast.vera, "skylarkinspect"), by: Cast.vera.person.id)
        }
        #expect(try await mei.ask("GET", first).json()["is_overtaken"] == true)
        #expect(await mei.ask("POST", "\(first)/application").status == 409)

        let again = try await world.finished(mei, place)
        let second = "/v1/assignment-runs/\(again["id"]?.text ?? "")"
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.moveDue(
                of: World.round, to: Deadline(transaction.now.addingTimeInterval(86_400), in: .hongKong),
                because: try ShortText("They asked for a day."), by: Cast.mei.person.id, matching: {})
        }
        #expect(await mei.ask("POST", "\(second)/application").status == 409)
        #expect(await mei.ask("POST", place).status == 409, "nothing is overdue any more")
    }

    /// The ids of the assignments that stand and are let through.
    private func found(_ visitor: Visitor, _ filter: String) async throws -> [String] {
        let answer = await visitor.ask("GET", "\(list)&limit=100&\(filter)")
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.json()["items"]?.elements?.compactMap { $0["id"]?.text } ?? []
    }
}

/// A letter as its recipient's mailbox would know it.
private struct Written {
    let address: String
    let body: String
}

extension World {
    /// Moves the demo round to where its reviews are due in so much, and what was last done for them to that long ago.
    fileprivate func late(due: String, touched: String) async throws {
        try await owner.write(as: .none) { transaction in
            for table: Query in ["review_assignments", "reviews"] {
                try await transaction.execute("ALTER TABLE \(fragment: table) DISABLE TRIGGER USER")
            }
            try await transaction.execute(
                "UPDATE review_rounds SET due_at = now() + \(due)::interval WHERE id = \(Self.round)")
            try await transaction.execute(
                """
                UPDATE review_assignments SET assigned_at = now() - \(touched)::interval WHERE round_id = \(Self.round)
                """)
            try await transaction.execute(
                "UPDATE reviews SET saved_at = now() - \(touched)::interval WHERE round_id = \(Self.round)")
            for table: Query in ["review_assignments", "reviews"] {
                try await transaction.execute("ALTER TABLE \(fragment: table) ENABLE TRIGGER USER")
            }
        }
    }

    fileprivate func remind() async throws {
        try await database.write(as: .system(in: Cast.harbour.id)) { try await $0.remindPanels() }
    }

    fileprivate func untouchedLetters() async throws -> [Written] {
        try await owner.reader(as: .none).rows(
            """
            SELECT l.address, t.body FROM letters AS l
            JOIN letter_texts AS t ON t.tenant_id = l.tenant_id AND t.letter_id = l.id AND t.version = l.version
            WHERE strpos(t.body, 'worked on for a week') > 0 ORDER BY l.address
            """
        ).map { try Written(address: $0("address"), body: $0("body")) }
    }

    fileprivate func standing() async throws -> Set<ReviewAssignment.ID> {
        Set(
            try await database.reader(as: context(Cast.mei))
                .assignments(in: Self.round, standing: .assigned, limit: 100).map(\.id))
    }

    fileprivate func finished(_ manager: Visitor, _ place: String) async throws -> JSON {
        let asked = await manager.ask("POST", place)
        #expect(asked.status == 201, "\(asked.text)")
        let run = try #require(asked.header("Location"))
        return try await working {
            try await awaiting {
                try await manager.ask("GET", run).json()
            } until: { state in
                !["waiting", "running"].contains(state["state"]?.text ?? "")
            }
        }
    }
}
