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

/// What the chair of a panel reads: all of the round, as blind as the round is, and nothing that is too near.
@Suite("The chair of a panel")
struct ChairTests {
    private let files = "/v1/rounds/\(World.round)/files"
    /// Whose applications the blind round holds.
    private let names = ["KelpSense", "Gridfellow", "Skylark", "Tideglass", "Plumbline"]
    private let pages = "/reviews/rounds/\(World.round)/files"

    @Test("The chair lists every file with what was submitted of it, page by page; nobody else lists any")
    func list() async throws {
        let world = try await World()
        let nora = try await Visitor(Cast.nora, in: world)
        let answer = await nora.ask("GET", files)
        let items = try answer.json()["items"]?.elements ?? []
        let known = try await world.database.reader(as: world.context(Cast.mei)).applications(in: World.round)
        #expect(items.compactMap { $0["code"]?.text } == known.map(\.code))
        func item(_ slug: String) -> JSON? {
            items.first { $0["application"]?.text == World.application(slug).description }
        }
        #expect(item("kelpsense")?["submitted"] == 2 && item("kelpsense")?["awaits_own"] == false)
        #expect(item("plumbline")?["submitted"] == 0 && item("plumbline")?["awaits_own"] == true)
        // The round is blind.
        for name in names { #expect(!answer.text.contains(name), "\(name)") }

        let first = try await nora.ask("GET", "\(files)?limit=3").json()
        let cursor = try #require(first["next"]?.text)
        let second = try await nora.ask("GET", "\(files)?limit=3&cursor=\(cursor)").json()
        let paged = [first, second].flatMap { $0["items"]?.elements ?? [] }
        #expect(paged.compactMap { $0["code"]?.text } == known.map(\.code))

        let page = await nora.open(pages)
        for name in names { #expect(!page.text.contains(name), "\(name)") }
        #expect(page.status == 200 && known.allSatisfy { page.text.contains($0.code) }, "\(page.text)")
        #expect(page.text.contains("Your review first"))
        #expect(await nora.open("/reviews").text.contains(pages))
        // Vera judges on the same panel, Jun was asked onto it.
        for (member, seat) in [(Cast.vera, 0), (Cast.jun, 1)] {
            let other = try await Visitor(member, seat: seat, in: world)
            #expect(await other.ask("GET", files).status == 404)
            #expect(await other.open(pages).status == 404)
            #expect(await !other.open("/reviews").text.contains(pages))
            // Past the query, the function tells them nothing.
            let rows: Int = try await world.database.reader(as: world.context(member, seat: seat)).value(
                "SELECT count(*) FROM files_of_the_chair(\(World.round))")
            #expect(rows == 0)
        }
        #expect(await (try await Visitor(Cast.mei, in: world)).ask("GET", files).status == 403)
    }

    @Test("The chair reads the answers, files and reviews of what others judge, and never whose they are")
    func reading() async throws {
        let world = try await World()
        let document = try await world.plant("%PDF-1.7\nA level\n%%EOF\n", in: "plumbline")
        try await world.takeFromChair("plumbline")
        let veras = try await world.judged("plumbline", by: Cast.vera, saying: "It stands upright.")
        let nora = try await Visitor(Cast.nora, in: world)
        let id = World.application("plumbline")
        let asked = await nora.ask("GET", "/v1/rounds/\(World.round)/applications/\(id)/file")
        let file = try asked.json()
        #expect(file["answers"]?.elements?.isEmpty == false, "\(file)")

        let page = await nora.open("\(pages)/\(id)")
        #expect(page.status == 200 && page.text.contains("It stands upright."), "\(page.text)")
        #expect(page.text.contains("Review 1 of 1") && page.text.contains(file["code"]?.text ?? "?"))
        let hidden = ["Vera", Cast.vera.person.id.description, Cast.startup("plumbline").description, "\(veras)"]
        for hidden in hidden + names {
            #expect(!page.text.contains(hidden) && !asked.text.contains(hidden), "\(hidden)")
        }
        let place = "\(pages)/\(id)/documents/\(document)"
        #expect(page.text.contains(place))
        #expect(await nora.open(place).status == 200)
        #expect(await nora.open("\(pages)/\(id)/documents/\(UUID())").status == 404)

        let vera = try await Visitor(Cast.vera, in: world)
        for path in ["\(pages)/\(id)", place] { #expect(await vera.open(path).status == 404) }
        // Of Tideglass, Vera judges nothing.
        let other = "/v1/rounds/\(World.round)/applications/\(World.application("tideglass"))/file"
        #expect(await vera.ask("GET", other).status == 404)
        #expect(await nora.ask("GET", other).status == 200)
    }

    @Test("What is the chair's to judge, too, opens once their own review is submitted")
    func ownFirst() async throws {
        let world = try await World()
        _ = try await world.judged("plumbline", by: Cast.vera, saying: "It stands upright.")
        let nora = try await Visitor(Cast.nora, in: world)
        let place = "\(pages)/\(World.application("plumbline"))"
        let before = await nora.open(place)
        #expect(before.status == 200 && !before.text.contains("It stands upright."))
        #expect(before.text.contains("This one is yours to judge, too."))
        #expect(before.text.contains("/reviews/\(World.assignment(Cast.nora, "plumbline"))"))
        try await world.submit(World.assignment(Cast.nora, "plumbline"), of: Cast.nora, saying: "It leans.")
        let after = await nora.open(place)
        #expect(after.text.contains("It stands upright.") && after.text.contains("It leans."), "\(after.text)")
    }

    @Test("A file that something stands before is none of the chair's, nor is one that was taken back")
    func tooNear() async throws {
        let world = try await World()
        let nora = try await Visitor(Cast.nora, in: world)
        let code = try #require(
            try await world.database.reader(as: world.context(Cast.nora))
                .file(of: World.application("tideglass"), in: World.round)?.code)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.declareConflict(
                of: Cast.nora.person.id, with: Cast.startup("tideglass"), note: nil, as: .init(),
                in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        let id = World.application("tideglass")
        for answer in [await nora.ask("GET", files), await nora.open(pages)] {
            #expect(answer.status == 200 && !answer.text.contains(code) && !answer.text.contains("\(id)"))
        }
        #expect(await nora.open("\(pages)/\(id)").status == 404)
        #expect(await nora.ask("GET", "/v1/rounds/\(World.round)/applications/\(id)/file").status == 404)
        func counted(_ slug: String) async throws -> Int {
            try await world.database.reader(as: world.context(Cast.nora)).value(
                "SELECT count(*) FROM files_of_the_chair(\(World.round)) WHERE application_id = \(World.application(slug))"
            )
        }
        #expect(try await counted("tideglass") == 0)
        #expect(try await counted("plumbline") == 1)
        try await world.database.write(as: world.context(Cast.wing, seat: 1)) { transaction in
            _ = try await transaction.withdrawApplication(
                World.application("plumbline"), because: nil, by: Cast.wing.person.id)
        }
        #expect(try await counted("plumbline") == 0)
    }

    // MARK: Who chairs

    @Test("The chair moves in an open round, on record, both are told, and what was followed goes with it")
    func moving() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let (nora, vera) = (try await Visitor(Cast.nora, in: world), try await Visitor(Cast.vera, in: world))
        let place = "/v1/rounds/\(World.round)/panel/\(Cast.vera.person.id)/chair"
        #expect(await nora.ask("POST", place).status == 403)
        let moved = await mei.ask("POST", place)
        #expect(try moved.status == 200 && moved.json()["is_chair"] == true, "\(moved.text)")
        #expect(await nora.ask("GET", files).status == 404)
        #expect(await vera.ask("GET", files).status == 200)
        let chairs = try await world.database.reader(as: world.context(Cast.mei)).panel(of: World.round)
            .filter(\.isChair)
        #expect(chairs.map(\.person) == [Cast.vera.person.id])
        // What nora judges stays hers.
        #expect(await nora.open("/reviews/\(World.assignment(Cast.nora, "plumbline"))").status == 200)
        let told = try await world.owner.reader(as: .none).rows(
            """
            SELECT l.address, t.body FROM letters AS l
            JOIN letter_texts AS t ON t.tenant_id = l.tenant_id AND t.letter_id = l.id AND t.version = l.version
            WHERE l.kind = 'notice' AND t.body LIKE '%hair%the panel%'
            """
        ).map { try (address: $0("address") as String, body: $0("body") as String) }
        #expect(told.count == 2)
        #expect(told.contains { $0.address == Cast.vera.person.email && $0.body.contains("You now chair") })
        #expect(told.contains { $0.address == Cast.nora.person.email && $0.body.contains("Somebody else chairs") })
        let trail: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM audit_events WHERE noun = 'panel_members' AND action = 'moveChair'")
        #expect(trail == 2)
        #expect(await mei.ask("POST", place).status == 409)
    }

    @Test("Nobody takes the chair who has not accepted, whose seat has ended, or when the round is over")
    func refusals() async throws {
        let world = try await World()
        let mei = world.context(Cast.mei)
        func refusal(_ person: Person.ID) async -> String? {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: mei) { try await $0.moveChair(of: World.round, to: person) }
            }?.constraint
        }
        #expect(await refusal(Cast.jun.person.id) == "reviewers_have_accepted")
        await #expect(throws: ReviewRefusal.chairsAlready) {
            try await world.database.write(as: mei) { try await $0.moveChair(of: World.round, to: Cast.nora.person.id) }
        }
        await #expect(throws: (any Error).self) {
            try await world.database.write(as: mei) { try await $0.moveChair(of: World.round, to: Cast.iris.person.id) }
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE memberships SET ended_at = now() WHERE id = \(Cast.vera.seat())")
        }
        #expect(await refusal(Cast.vera.person.id) == "reviewers_hold_a_seat")
        try await world.accept(Cast.jun, seat: 1)
        _ = try await world.database.write(as: mei) { try await $0.closeRound(World.round, by: Cast.mei.person.id) }
        await #expect(throws: ReviewRefusal.roundNotOpen(.closed)) {
            try await world.database.write(as: mei) { try await $0.moveChair(of: World.round, to: Cast.jun.person.id) }
        }
        // Past the verb, the database refuses by itself.
        let planted = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: mei) { transaction in
                try await transaction.seat(Cast.jun.person.id, inChairOf: World.round)
            }
        }
        #expect(planted?.constraint == "chairs_of_closed_rounds_stand")
        // Whoever was refused left the chair where it was.
        let chairs = try await world.database.reader(as: mei).panel(of: World.round).filter(\.isChair)
        #expect(chairs.map(\.person) == [Cast.nora.person.id])
    }

    @Test("A manager hands over the chair from the panelist's page, which offers it where it can be taken")
    func page() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let panel = "/console/rounds/\(World.round)/panel"
        func offers(_ member: Cast.Member) async -> Bool {
            await mei.open("\(panel)/\(member.person.id)").text.contains("/\(member.person.id)/chair\"")
        }
        #expect(await offers(Cast.vera))
        #expect(await !offers(Cast.nora))
        #expect(await !offers(Cast.jun))
        let early = await mei.send("\(panel)/\(Cast.jun.person.id)/chair")
        #expect(early.status == 422 && early.text.contains("They have not accepted a place on the panel."))
        let moved = await mei.send("\(panel)/\(Cast.vera.person.id)/chair")
        #expect(moved.status == 303 && moved.header("Location") == "/console/rounds/\(World.round)?done=chaired")
        #expect(await mei.open("/console/rounds/\(World.round)?done=chaired").text.contains("The chair has moved."))
        #expect(await !offers(Cast.vera))
        #expect(await offers(Cast.nora))
    }
}

extension World {
    /// Has a member of the panel judge an application of the demo's round, with the highest scores and these words.
    func judged(_ slug: String, by member: Cast.Member, saying words: String) async throws -> ReviewAssignment.ID {
        let assignment = try await assign(member, slug)
        try await submit(assignment.id, of: member, saying: words)
        return assignment.id
    }

    /// Submits a review with the highest scores and these words.
    func submit(_ assignment: ReviewAssignment.ID, of member: Cast.Member, saying words: String) async throws {
        let criteria = try #require(try await database.reader(as: context(member)).round(Self.round)).criteria
        let draft = ReviewDraft(
            scores: Dictionary(uniqueKeysWithValues: criteria.map { ($0.id, $0.highest) }),
            comment: try LongText(words))
        _ = try await database.write(as: context(member)) { transaction in
            try await transaction.submitReview(draft, of: assignment, by: member.person.id)
        }
    }
}
