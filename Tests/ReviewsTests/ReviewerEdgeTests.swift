import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// The reviewer's pages, the whole way of a request: what they show, refuse, and never tell.
@Suite("A reviewer's pages")
struct ReviewerEdgeTests {
    let call: CallForApplications.ID = demoID("call incubation")
    let round: ReviewRound.ID = demoID("round incubation")
    let criteria: [ReviewRound.Criterion.ID] = ["Team", "Innovation", "Market"].map { demoID("criterion \($0)") }
    /// Names of the startups whose applications the blind round holds.
    let names = ["KelpSense", "Gridfellow", "Skylark", "Tideglass", "Plumbline"]

    func assignment(_ member: Cast.Member, _ slug: String) -> ReviewAssignment.ID {
        demoID("assignment \(member.person.email) \(slug)")
    }
    func place(_ member: Cast.Member, _ slug: String) -> String { "/reviews/\(assignment(member, slug))" }
    func application(_ slug: String) -> Application.ID { demoID("application \(Cast.startup(slug)) \(call)") }
    func scores(_ values: [Int]) -> [(String, String)] { zip(criteria, values).map { ("scores.\($0)", "\($1)") } }

    // MARK: The queue

    @Test("The queue counts, puts what is left first, and begins with it")
    func queue() async throws {
        let world = try await World()
        let nora = try await Visitor(Cast.nora, in: world)
        let page = await nora.open("/reviews")
        #expect(page.status == 200 && page.text.contains("4 of 5 submitted"), "\(page.text)")
        #expect(page.text.contains("1 application is left to review.") && page.text.contains("Blind"))
        #expect(page.text.contains("Hong Kong") && page.text.contains("Tokyo"))
        let left = place(Cast.nora, "plumbline")
        #expect(page.text.contains("href=\"\(left)\">Begin next"))
        let (first, later) = (
            try #require(page.text.range(of: "row-link\" href=\"\(left)\"")),
            try #require(page.text.range(of: "row-link\" href=\"\(place(Cast.nora, "kelpsense"))\""))
        )
        #expect(first.lowerBound < later.lowerBound)

        let vera = try await Visitor(Cast.vera, in: world)
        let hers = await vera.open("/reviews")
        #expect(hers.text.contains("Begun, 1 of 3") && hers.text.contains("Continue next"))
    }

    @Test("Who sits on no panel learns what will stand there")
    func empty() async throws {
        let world = try await World()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("DELETE FROM panel_members WHERE person_id = \(Cast.jun.person.id)")
        }
        let jun = try await Visitor(Cast.jun, seat: 1, in: world)
        let page = await jun.open("/reviews")
        #expect(page.status == 200 && page.text.contains("Nothing to review yet"))
    }

    @Test("A reviewer alone comes here", arguments: [Cast.mei, Cast.ada, Cast.chloe])
    func strangers(member: Cast.Member) async throws {
        let visitor = try await Visitor(member, in: try await World())
        for place in ["/reviews", place(Cast.nora, "kelpsense"), "/reviews/rounds/\(round)/sheet.csv"] {
            #expect(await visitor.open(place).status == 403)
        }
    }

    // MARK: Invitations

    @Test("An invitation comes first, and is accepted for fewer applications")
    func accept() async throws {
        let world = try await World()
        let jun = try await Visitor(Cast.jun, seat: 1, in: world)
        let queue = await jun.open("/reviews")
        #expect(!queue.text.contains("You have reviewed everything"))
        #expect(queue.text.contains("up to 12 applications") && !queue.text.contains("KelpSense"))
        let page = await jun.open("/reviews/rounds/\(round)/invitation")
        #expect(page.status == 200 && page.text.contains("What you judge by"), "\(page.text)")
        for wrong in ["many", "0", "-3", "5000"] {
            let refused = await jun.send("/reviews/rounds/\(round)/acceptance", [("most", wrong)])
            #expect(refused.status == 422 && refused.text.contains("value=\"\(wrong)\""))
            #expect(refused.text.contains("href=\"#f-most\""))
        }
        let done = await jun.send("/reviews/rounds/\(round)/acceptance", [("most", "3")])
        #expect(done.status == 303 && done.header("Location") == "/reviews?done=accepted")
        let seat = try #require(
            try await world.database.reader(as: world.context(Cast.jun, seat: 1)).ownSeats()[round])
        #expect(seat.answer == .accepted && seat.terms.most == 3)
        // Answered is answered, from whichever window.
        #expect(await jun.send("/reviews/rounds/\(round)/decline").header("Location") == "/reviews")
        #expect(await jun.open("/reviews/rounds/\(round)/invitation").header("Location") == "/reviews")
        let after = await jun.open("/reviews")
        #expect(after.text.contains("Nothing is yours to judge yet") && !after.text.contains("KelpSense"))
    }

    @Test("An invitation is declined with a reason")
    func decline() async throws {
        let world = try await World()
        let jun = try await Visitor(Cast.jun, seat: 1, in: world)
        let long = String(repeating: "x", count: 501)
        let refused = await jun.send("/reviews/rounds/\(round)/decline", [("reason", long)])
        #expect(refused.status == 422 && refused.text.contains(long) && refused.text.contains("at most 500"))
        let done = await jun.send("/reviews/rounds/\(round)/decline", [("reason", "On leave.")])
        #expect(done.header("Location") == "/reviews?done=declined")
        let reader = world.database.reader(as: world.context(Cast.mei))
        let seat = try #require(try await reader.panel(of: round).first { $0.person == Cast.jun.person.id })
        #expect(seat.answer == .declined && seat.declinedReason?.string == "On leave.")
        #expect(await jun.open("/reviews").text.contains("Nothing to review yet"))
        #expect(await jun.open("/reviews/rounds/\(UUID())/invitation").status == 404)
    }

    // MARK: The sheet

    @Test("A reviewer scores, saves, is refused, completes and submits, without losing a word")
    func sheet() async throws {
        let world = try await World()
        let nora = try await Visitor(Cast.nora, in: world)
        let place = place(Cast.nora, "plumbline")
        let form = await nora.open(place)
        #expect(form.status == 200 && form.text.contains("data-autosave=\"\(place)/autosave\""), "\(form.text)")
        #expect(form.text.contains("No evidence") && form.text.contains("0 of 3 scored"))

        let saved = await nora.send(
            "\(place)/review", scores([4, 2]) + [("notes.\(criteria[0])", "Knows <kelp>"), ("comment", "Well told.")])
        #expect(saved.status == 303 && saved.header("Location") == "\(place)?done=saved", "\(saved.text)")
        let again = await nora.open("\(place)?done=saved")
        #expect(again.text.contains("Knows &lt;kelp&gt;") && again.text.contains("Well told."))
        #expect(again.text.contains("2 of 3 scored, 30 of 60 points so far"))

        // Bad input comes back as it was typed; what was good is kept.
        let wrong = await nora.send(
            "\(place)/review",
            [
                ("scores.\(criteria[0])", "5"), ("scores.\(criteria[2])", "9"), ("confidence", "7"),
                ("private_note", "Hidden\u{202E}text"), ("notes.\(criteria[2])", "Nobody pays."),
            ])
        #expect(wrong.status == 422 && wrong.text.contains("error-summary"))
        for field in ["scores-\(criteria[2])-1", "notes-\(criteria[2])", "confidence-1", "private_note"] {
            #expect(wrong.text.contains("href=\"#f-\(field)\""), "\(field)")
        }
        #expect(wrong.text.contains("Hidden") && wrong.text.contains("Nobody pays."))
        let kept = try #require(
            try await world.database.reader(as: world.context(Cast.nora)).review(of: assignment(Cast.nora, "plumbline"))
        )
        #expect(kept.scores[criteria[0]] == 5 && kept.comment?.string == "Well told." && kept.privateNote == nil)

        // Submitting too early says which criterion lacks a score.
        let early = await nora.send("\(place)/submission", scores([5, 2]))
        #expect(early.status == 422 && early.text.contains("href=\"#f-scores-\(criteria[2])-1\""))
        #expect(early.text.contains("Score this criterion before you submit."))

        let done = await nora.send("\(place)/submission", scores([5, 2, 3]))
        #expect(done.status == 303 && done.header("Location") == "\(place)?done=submitted", "\(done.text)")
        let read = await nora.open("\(place)?done=submitted")
        #expect(read.text.contains("Your review was submitted.") && read.text.contains("57.5 of 100"))
        #expect(read.text.contains("can give it back to you") && !read.text.contains("data-scores"))
        // Sent once more from an old window, nothing changes.
        #expect(await nora.send("\(place)/review", scores([1, 1, 1])).header("Location") == place)
        #expect(await nora.send("\(place)/submission", scores([1, 1, 1])).header("Location") == place)
        #expect(await nora.send("\(place)/autosave", scores([1, 1, 1])).status == 409)
        #expect(await nora.open(place).text.contains("57.5 of 100"))

        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await mei.ask("POST", "/v1/assignments/\(assignment(Cast.nora, "plumbline"))/reopening").status == 200)
        #expect(await nora.open(place).text.contains("data-scores"))
    }

    @Test("What is typed is saved on the way, field by field, and what cannot be is named")
    func autosave() async throws {
        let world = try await World()
        let vera = try await Visitor(Cast.vera, in: world)
        let place = place(Cast.vera, "skylarkinspect")
        let first = await vera.send("\(place)/autosave", [("scores.\(criteria[1])", "5")])
        #expect(first.status == 200 && first.header("Content-Type") == "application/json", "\(first.text)")
        #expect(try first.json()["count"]?.text == "2 of 3 scored, 45 of 60 points so far")
        // A note waits for its score, and nothing that was not sent is taken back.
        let note = await vera.send("\(place)/autosave", [("notes.\(criteria[2])", "Who pays?")])
        #expect(try note.json()["errors"]?["notes.\(criteria[2])"]?.text?.contains("Choose a score") == true)
        let both = await vera.send(
            "\(place)/autosave", [("notes.\(criteria[2])", "Who pays?"), ("scores.\(criteria[2])", "1")])
        #expect(try both.json()["errors"]?.members?.isEmpty == true)
        let review = try #require(
            try await world.database.reader(as: world.context(Cast.vera)).review(
                of: assignment(Cast.vera, "skylarkinspect")))
        #expect(review.scores.count == 3 && review.notes[criteria[2]]?.string == "Who pays?")
        #expect(review.comment?.string.hasPrefix("The problem is real") == true)
    }

    @Test("Save and next leads to what has the fewest scores, and back when nothing is left")
    func next() async throws {
        let world = try await World()
        let vera = try await Visitor(Cast.vera, in: world)
        try await world.assign(Cast.vera, application("tideglass"), in: round)
        try await world.assign(Cast.vera, application("plumbline"), in: round)
        let found = try await world.database.reader(as: world.context(Cast.vera)).assignments(in: round, limit: 100)
        let open = found.filter { $0.submittedAt == nil }
        #expect(open.count == 3 && found.nextToJudge()?.scored == 0)
        let first = try #require(found.nextToJudge())
        let second = try #require(found.nextToJudge(besides: first.id))
        let saved = await vera.send("/reviews/\(first.id)/review", scores([3]) + [("then", "next")])
        #expect(saved.header("Location") == "/reviews/\(second.id)?done=next")
        for summary in open {
            #expect(await vera.send("/reviews/\(summary.id)/submission", scores([3, 3, 3])).status == 303)
        }
        #expect(await vera.open("/reviews").text.contains("You have reviewed everything"))
        #expect(await vera.open("/reviews/\(first.id)?done=submitted").text.contains("Back to your reviews"))
    }

    @Test("The last one saved leads back to the queue")
    func last() async throws {
        let nora = try await Visitor(Cast.nora, in: try await World())
        let saved = await nora.send("\(place(Cast.nora, "plumbline"))/review", [("then", "next")])
        #expect(saved.header("Location") == "/reviews?done=last")
    }

    @Test("A long scale is a number, and a short one every score with its meaning")
    func scales() async throws {
        let world = try await World()
        let long: ReviewRound.Criterion.ID = demoID("criterion Team")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "ALTER TABLE review_criteria DISABLE TRIGGER a_rubric_stands_once_its_round_opened")
            try await transaction.execute("UPDATE review_criteria SET lowest = 0, highest = 100 WHERE id = \(long)")
        }
        let nora = try await Visitor(Cast.nora, in: world)
        let place = place(Cast.nora, "plumbline")
        let page = await nora.open(place)
        #expect(page.text.contains("Score, 0 to 100: Team") && page.text.contains("name=\"scores.\(long)\" value=\"\""))
        #expect(await nora.send("\(place)/review", [("scores.\(long)", "87")]).status == 303)
        #expect(await nora.open(place).text.contains("name=\"scores.\(long)\" value=\"87\""))
        let refused = await nora.send("\(place)/review", [("scores.\(long)", "8.7")])
        #expect(refused.status == 422 && refused.text.contains("whole number from 0 to 100"))
        // Emptied is taken back.
        #expect(await nora.send("\(place)/review", [("scores.\(long)", "")]).status == 303)
        #expect(await nora.open(place).text.contains("0 of 3 scored"))
    }

    @Test("A closed round is read and not written")
    func closed() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await mei.ask("POST", "/v1/rounds/\(round)/closing").status < 300)
        let nora = try await Visitor(Cast.nora, in: world)
        let place = place(Cast.nora, "plumbline")
        let page = await nora.open(place)
        #expect(page.status == 200 && page.text.contains("The round is closed.") && !page.text.contains("data-scores"))
        #expect(await nora.send("\(place)/review", scores([3])).header("Location") == place)
        #expect(await nora.send("\(place)/autosave", scores([3])).status == 409)
        let queue = await nora.open("/reviews")
        #expect(queue.text.contains("Closed") && !queue.text.contains("Begin next"))
        let offline = await nora.open("/reviews/rounds/\(round)/sheet")
        #expect(offline.text.contains("nothing can be brought back") && !offline.text.contains("name=\"content\""))
    }

    // MARK: Leaving

    @Test("Abstaining and declaring a conflict say what will happen, and then it does")
    func leaving() async throws {
        let world = try await World()
        let nora = try await Visitor(Cast.nora, in: world)
        let (first, second) = (place(Cast.nora, "plumbline"), place(Cast.nora, "tideglass"))
        #expect(await nora.open("\(first)/abstention").text.contains("leaves your list at once"))
        let long = String(repeating: "x", count: 501)
        let refused = await nora.send("\(first)/abstention", [("reason", long)])
        #expect(refused.status == 422 && refused.text.contains(long))
        let gone = await nora.send("\(first)/abstention", [("reason", "Too far from my field.")])
        #expect(gone.header("Location") == "/reviews?done=abstained")
        #expect(await nora.open(first).status == 404)
        #expect(await nora.send("\(first)/abstention").status == 404)

        // A submitted review is not abstained from, but a conflict may turn up late.
        #expect(await nora.open("\(second)/abstention").header("Location") == second)
        #expect(await nora.open("\(second)/conflict").text.contains("does not count"))
        let declared = await nora.send("\(second)/conflict", [("note", "A cousin works there.")])
        #expect(declared.header("Location") == "/reviews?done=conflict", "\(declared.text)")
        #expect(await nora.open(second).status == 404)
        #expect(await nora.open("/reviews").text.contains("3 of 3 submitted"))
    }

    // MARK: What is never told

    @Test("A blind round's pages and files name no startup")
    func blind() async throws {
        let world = try await World()
        for member in [Cast.nora, Cast.vera] {
            let visitor = try await Visitor(member, in: world)
            let sheets = ["kelpsense", "gridfellow", "skylarkinspect"].map { place(member, $0) }
            for page in ["/reviews", "/reviews/rounds/\(round)/sheet", "/reviews/rounds/\(round)/sheet.csv"] + sheets {
                let answer = await visitor.open(page)
                #expect(answer.status == 200)
                for name in names { #expect(!answer.text.contains(name), "\(name) on \(page)") }
            }
        }
    }

    @Test("A round that names startups shows them")
    func named() async throws {
        let world = try await World()
        try await world.nameStartups(in: round)
        let nora = try await Visitor(Cast.nora, in: world)
        #expect(await nora.open("/reviews").text.contains("KelpSense"))
        #expect(await nora.open(place(Cast.nora, "kelpsense")).text.contains("<h1>KelpSense"))
        let csv = await nora.open("/reviews/rounds/\(round)/sheet.csv")
        #expect(csv.text.contains("Application,Startup,Team") && csv.text.contains(",KelpSense,5,4,4,"))
    }

    @Test("Others' reviews are read after one's own is submitted, and never who wrote them")
    func others() async throws {
        let world = try await World()
        let vera = try await Visitor(Cast.vera, in: world)
        let planted = "Only nora would say this."
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("ALTER TABLE reviews DISABLE TRIGGER USER")
            try await transaction.execute(
                "UPDATE reviews SET comment = \(planted) WHERE assignment_id = \(assignment(Cast.nora, "skylarkinspect"))"
            )
        }
        let place = place(Cast.vera, "skylarkinspect")
        #expect(await vera.open(place).text.contains(planted) == false)
        #expect(await vera.send("\(place)/submission", scores([3, 3, 3])).status == 303)
        let page = await vera.open(place)
        #expect(page.text.contains(planted) && page.text.contains("Another review"))
        #expect(!page.text.contains("Nora") && !page.text.contains(Cast.nora.person.id.description))

        // Not where the round does not share them.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE review_rounds SET is_shared = false WHERE id = \(round)")
        }
        #expect(await vera.open(place).text.contains(planted) == false)
        // The chair reads what is submitted, but not before judging.
        let nora = try await Visitor(Cast.nora, in: world)
        try await world.assign(Cast.vera, application("plumbline"), in: round)
        let hers = try #require(
            try await world.database.reader(as: world.context(Cast.vera)).assignments(in: round, limit: 100)
                .first { $0.assignment.application == application("plumbline") })
        #expect(
            await vera.send("/reviews/\(hers.id)/submission", scores([2, 2, 2]) + [("comment", "Vera's words.")]).status
                == 303)
        #expect(await nora.open(self.place(Cast.nora, "plumbline")).text.contains("words.") == false)
    }

    @Test("Somebody else's sheet, and one that something stands before, do not exist")
    func hidden() async throws {
        let world = try await World()
        let (vera, jun) = (try await Visitor(Cast.vera, in: world), try await Visitor(Cast.jun, seat: 1, in: world))
        for visitor in [vera, jun] {
            let theirs = place(Cast.nora, "kelpsense")
            for page in [theirs, "\(theirs)/abstention", "\(theirs)/conflict"] {
                #expect(await visitor.open(page).status == 404)
            }
            for (target, fields) in [
                ("review", scores([1, 1, 1])), ("autosave", scores([1])), ("submission", scores([1, 1, 1])),
                ("abstention", []), ("conflict", []),
            ] {
                #expect(await visitor.send("\(theirs)/\(target)", fields).status == 404)
            }
        }
        // Planted: an assignment that should not have been, of what jun's house holds shares of.
        let planted = ReviewAssignment.ID()
        try await world.plant(planted, Cast.jun, application("kelpsense"), in: round)
        #expect(await jun.open("/reviews/\(planted)").status == 404)
        let queue = await jun.open("/reviews")
        #expect(!queue.text.contains(planted.description) && !queue.text.contains("KelpSense"))
        let csv = await jun.open("/reviews/rounds/\(round)/sheet.csv")
        #expect(csv.status == 200 && csv.text.split(separator: "\r\n").count == 1)
    }
}

extension World {
    /// Gives somebody an application to judge, as a manager does.
    func assign(_ member: Cast.Member, _ application: Application.ID, in round: ReviewRound.ID) async throws {
        _ = try await database.write(as: context(Cast.mei)) { transaction in
            try await transaction.assignReviewer(
                member.person.id, to: application, in: round, as: ReviewAssignment.ID(), in: Cast.harbour.id,
                by: Cast.mei.person.id)
        }
    }

    /// Turns a blind round into one that names startups, which no verb does.
    func nameStartups(in round: ReviewRound.ID) async throws {
        try await owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE review_rounds SET is_blind = false WHERE id = \(round)")
            try await transaction.execute(
                """
                UPDATE review_files AS f SET startup_name = i.names
                FROM applications AS a JOIN institutions AS i ON i.id = a.startup_id
                WHERE f.round_id = \(round) AND a.id = f.application_id
                """)
        }
    }

    /// Stores an assignment past every rule.
    func plant(
        _ id: ReviewAssignment.ID, _ member: Cast.Member, _ application: Application.ID, in round: ReviewRound.ID
    ) async throws {
        try await owner.write(as: .none) { transaction in
            try await transaction.execute("ALTER TABLE review_assignments DISABLE TRIGGER USER")
            try await transaction.execute(
                """
                INSERT INTO review_assignments (tenant_id, id, round_id, application_id, person_id, assigned_by)
                VALUES (\(Cast.harbour.id), \(id), \(round), \(application), \(member.person.id), \(Cast.mei.person.id))
                """)
            try await transaction.execute("ALTER TABLE review_assignments ENABLE TRIGGER USER")
        }
    }
}
