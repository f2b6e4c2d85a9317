import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Letters
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment

@Suite("Teasers")
struct TeaserTests {
    private static let tidewater = Cast.institution("harbour/tidewater")

    /// Tells Tidewater's people of lists, as the job does.
    private func tell(_ lists: [Shortlist.ID], in world: IntroductionWorld) async throws {
        try await world.world.database.write(as: .system(in: Cast.harbour.id)) {
            try await $0.tell(of: TellOfShortlists(lists, to: Self.tidewater))
        }
    }

    /// The letters that tell of lists: whose they are, what they say, and their links.
    private func letters(in world: IntroductionWorld) async throws -> [(reader: Person.ID, text: String, link: String)]
    {
        try await world.world.owner.reader(as: .none).rows(
            """
            SELECT l.recipient_id, x.subject || ' ' || x.body AS text, x.action_path
            FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id
            WHERE l.about_noun = 'teaser' ORDER BY l.written_at, l.recipient_id
            """
        ).map { try (reader: $0("recipient_id"), text: $0("text"), link: $0("action_path")) }
    }

    private func openings(in world: IntroductionWorld) async throws -> Int {
        try await world.world.owner.reader(as: .none)
            .one("SELECT count(*) AS count FROM audit_events WHERE noun = 'teaser_openings'")("count")
    }

    private func look(at link: String, in world: IntroductionWorld) async -> Outgoing {
        await world.world.edge.respond(to: Incoming("GET", link))
    }

    @Test("a release of several lists is one letter to each who answers for the firm, by way of one job an investor")
    func oneLetter() async throws {
        let world = try await IntroductionWorld()
        try await world.world.owner.write(as: .none) {
            _ = try await $0.execute("DELETE FROM jobs WHERE kind = \(TellOfShortlists.kind)")
        }
        var terms = MandateTerms(name: try Name("Anything at all"))
        terms.stages = []
        _ = try await world.write(as: Cast.jun) { [terms] in
            try await $0.createMandate(
                terms, as: Mandate.ID(), of: Self.tidewater, in: Cast.harbour.id, by: Cast.jun.person.id)
        }
        let run = try await world.match.performed(MatchRunRequest(length: 3))
        try await world.match.release(run.id)
        let jobs: Int = try await world.world.owner.reader(as: .none)
            .one("SELECT count(*) AS count FROM jobs WHERE kind = \(TellOfShortlists.kind)")("count")
        #expect(jobs == 5, "an investor with two lists is told once")
        let lists = try await world.match.lists(run.id, as: Cast.jun).map(\.id)
        #expect(lists.count == 2)
        try await tell(lists, in: world)
        let letters = try await letters(in: world)
        #expect(letters.map(\.reader) == [Cast.jun.person.id])
        var count = 0
        for list in lists { count += try await world.match.items(list, as: Cast.jun).count }
        #expect(letters[0].text.contains("\(count) startups") && letters[0].text.contains("Anything at all"))
        #expect(letters[0].text.contains("1. For it:"), "\(letters[0].text)")
    }

    @Test("tells no startup's name, lets nobody in, and puts on record who was shown what")
    func open() async throws {
        let world = try await IntroductionWorld()
        try await tell([world.list.id], in: world)
        let letter = try #require(try await letters(in: world).first)
        let shown = await look(at: letter.link, in: world)
        #expect(shown.status == 200, "\(shown.text)")
        let items = try await world.match.items(world.list.id, as: Cast.jun)
        #expect(shown.text.contains("\(items.count) startups for you"))
        for text in [shown.text, letter.text] {
            for item in items {
                #expect(!text.contains(item.startup.name.text(for: .english)))
                #expect(!text.contains(item.startup.id.description))
            }
        }
        #expect(shown.header("Set-Cookie").map { !$0.hasPrefix("trellis=") } ?? true)
        #expect(shown.text.contains("/sign-in?next=%2Fshortlists%2F\(world.list.id)"))
        #expect(try await openings(in: world) == 1)
        #expect(await look(at: letter.link, in: world).status == 200)
        #expect(try await openings(in: world) == 1, "looking again within the hour is one look")
        let mei = try await Visitor(Cast.mei, in: world.world)
        let trail = await mei.ask("GET", "/v1/audit-events?limit=50").text
        #expect(trail.contains("teaser_openings") && trail.contains(Cast.jun.person.id.description))
        #expect(!trail.contains(String(letter.link.dropFirst(3))))
        let kept = try await world.world.owner.reader(as: .none).one("SELECT hash FROM teasers")
        #expect(try kept.value("hash", as: [UInt8].self) == Secret(presented: String(letter.link.dropFirst(3))).hash)
    }

    @Test("opens for its reader alone, and for a while: all else is the same calm page")
    func closed() async throws {
        let world = try await IntroductionWorld()
        try await tell([world.list.id], in: world)
        let link = try #require(try await letters(in: world).first).link
        let jun = try await Visitor(Cast.jun, in: world.world)
        #expect(await jun.open(link).status == 200)
        for member in [Cast.mei, Cast.chloe, Cast.ada, Cast.leo] {
            let visitor = try await Visitor(member, in: world.world)
            let page = await visitor.open(link)
            #expect(page.status == 404)
            #expect(page.text.contains("This link does not open here"))
        }
        let seen = try await openings(in: world)
        func isClosed(_ link: String) async -> Bool {
            let page = await look(at: link, in: world)
            return page.status == 404 && page.text.contains("This link does not open here")
        }
        #expect(await isClosed("/t/x"))
        #expect(await isClosed(String(link.dropLast()) + (link.hasSuffix("A") ? "B" : "A")))
        // The secret is good in its own workspace only.
        let foreign = Cast.portDigital.id.description.split(separator: "-").joined()
        #expect(await isClosed("/t/" + foreign + String(link.dropFirst(3 + 32))))

        func once(_ change: Query, undoing undo: Query) async throws -> Bool {
            try await world.world.owner.write(as: .none) {
                try await $0.execute("SET LOCAL session_replication_role = replica")
                _ = try await $0.execute(change)
            }
            let closed = await isClosed(link)
            try await world.world.owner.write(as: .none) {
                try await $0.execute("SET LOCAL session_replication_role = replica")
                _ = try await $0.execute(undo)
            }
            return closed
        }
        #expect(
            try await once(
                "UPDATE teasers SET opens_until = opens_until - 15",
                undoing: "UPDATE teasers SET opens_until = opens_until + 15"))
        #expect(
            try await once(
                """
                UPDATE investor_verifications
                SET revoked_at = now(), revoked_by = verified_by, revocation_reason = 'A test'
                """,
                undoing: """
                    UPDATE investor_verifications
                    SET revoked_at = NULL, revoked_by = NULL, revocation_reason = NULL
                    """))
        #expect(
            try await once(
                "UPDATE memberships SET ended_at = now() WHERE person_id = \(Cast.jun.person.id)",
                undoing: "UPDATE memberships SET ended_at = NULL WHERE person_id = \(Cast.jun.person.id)"))
        #expect(try await openings(in: world) == seen)
        #expect(await look(at: link, in: world).status == 200)
    }
}
