import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment

@Suite("What has changed since the last list")
struct ShortlistChangesTests {
    /// A second list of Tidewater's mandate, released.
    private func next(in world: IntroductionWorld, length: Int = 200) async throws -> Shortlist {
        let run = try await world.match.performed(MatchRunRequest(length: length))
        try await world.match.release(run.id)
        return try #require(try await world.match.lists(run.id).first { $0.mandate == world.list.mandate })
    }

    @Test("tells who is new, what the others say otherwise, and who was answered")
    func changes() async throws {
        let world = try await IntroductionWorld()
        let before = try await world.match.items(world.list.id, as: Cast.jun)
        #expect(try await world.reader(Cast.jun).changes(of: world.list.id)?.since == nil, "a mandate's first list")
        let (passed, moved) = (before[0].startup.id, before[1].startup)
        try await world.answer(NewAnswer(.pass, because: .team), to: passed)
        try await world.letPass(days: 20)
        let area = try #require(FocusAreaTaxonomy.standard.top.first { !moved.focusAreas.contains($0.id) }).id
        try await world.world.owner.write(as: .none) { transaction in
            let changed = try await transaction.execute(
                """
                UPDATE startups SET ask_minor = 98765400, ask_currency = 'HKD', seeking = 'series-b',
                    focus_areas = array_append(focus_areas, \(area.description)),
                    focus_weights = array_append(focus_weights, 100::smallint)
                WHERE id = \(moved.id)
                """)
            #expect(changed == 1)
        }
        let list = try await next(in: world)
        let changes = try #require(try await world.reader(Cast.jun).changes(of: list.id))
        #expect(changes.since?.shortlist == world.list.id)
        #expect(changes.left.map(\.startup) == [passed])
        #expect(changes.left.map(\.reason) == [.passed])
        let items = try await world.match.items(list.id, as: Cast.jun)
        #expect(changes.items.map(\.startup) == items.map(\.startup.id))
        let listed = Set(before.map(\.startup.id))
        for change in changes.items { #expect(change.isNew != listed.contains(change.startup)) }
        let change = try #require(changes.items.first { $0.startup == moved.id })
        #expect(change.changed == [.seeking, .ask, .focusAreas])
        #expect(change.before?.ask == moved.ask && change.after?.ask == Money(minor: 98_765_400, currency: .hkd))
        #expect(!change.reasons.isEmpty)
        for reason in change.reasons { #expect(abs(reason.after - reason.before) >= 100) }

        let jun = try await Visitor(Cast.jun, in: world.world)
        let page = await jun.open("/shortlists/\(list.id)").text
        #expect(page.contains("New since the list of"))
        #expect(page.contains("asks for HKD 987,654"))
        #expect(page.contains("You passed"))
        let byAPI = try await jun.ask("GET", "/v1/shortlists/\(list.id)/changes").json()
        #expect(byAPI["left"]?.elements?.first?["reason"]?.text == "passed")
        let chloe = try await Visitor(Cast.chloe, in: world.world)
        #expect(await chloe.ask("GET", "/v1/shortlists/\(list.id)/changes").status == 404)

        // What an item keeps of a startup is gone with its consent, also for whoever asks past the query.
        _ = try await world.write(as: Cast.mei) {
            try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: moved.id)
        }
        let kept = try await world.reader(Cast.jun).rows(
            "SELECT profile FROM shortlist_items WHERE startup_id = \(moved.id)")
        #expect(kept.isEmpty)
        let after = try #require(try await world.reader(Cast.jun).changes(of: list.id))
        #expect(!after.items.contains { $0.startup == moved.id } && !after.left.contains { $0.startup == moved.id })
    }

    @Test("a list of one stream's startups is no news of the others: it is compared with lists of that stream")
    func ofAStream() async throws {
        let world = try await IntroductionWorld()
        try await world.letPass(days: 20)
        let stream: MatchRun.Stream.ID = try await world.world.database.reader(as: .system(in: Cast.harbour.id)).value(
            """
            SELECT h.stream_id FROM enrolments AS e JOIN cohorts AS h ON h.tenant_id = e.tenant_id AND h.id = e.cohort_id
            WHERE e.tenant_id = \(Cast.harbour.id) AND e.ended_at IS NULL ORDER BY h.stream_id LIMIT 1
            """)
        func since(_ stream: MatchRun.Stream.ID?) async throws -> Shortlist.ID? {
            let run = try await world.match.performed(MatchRunRequest(stream: stream))
            let list = try #require(try await world.match.lists(run.id).first { $0.mandate == world.list.mandate })
            return try await world.reader(Cast.mei).changes(of: list.id)?.since?.shortlist
        }
        #expect(try await since(nil) == world.list.id)
        #expect(try await since(stream) == nil)
    }

    @Test("who still waits for an answer is not said to have been outdone")
    func waiting() async throws {
        let world = try await IntroductionWorld()
        let list = try await next(in: world, length: 3)
        let changes = try #require(try await world.reader(Cast.jun).changes(of: list.id))
        let before = try await world.match.items(world.list.id)
        #expect(changes.left.count == before.count)
        #expect(changes.left.allSatisfy { $0.reason == .waiting })
        #expect(changes.items.allSatisfy { $0.isNew })

        try await world.letPass(days: 20)
        let third = try await next(in: world, length: 1)
        let others = try #require(try await world.reader(Cast.jun).changes(of: third.id))
        #expect(others.since?.shortlist == list.id)
        #expect(others.left.allSatisfy { $0.reason == .others })

        // A list that was made before and shown after is not the one that the investor had seen.
        try await world.world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE shortlists SET released_at = now() + interval '1 hour' WHERE id = \(list.id)")
        }
        let seen = try #require(try await world.reader(Cast.jun).changes(of: third.id))
        #expect(seen.since?.shortlist == world.list.id)
    }
}
