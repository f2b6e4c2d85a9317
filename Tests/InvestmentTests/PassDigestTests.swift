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

/// A world in which investors pass KelpSense over, in a month that has ended.
private struct PassWorld {
    let world: World
    let startup = Cast.startup("kelpsense")
    let today = CalendarDate(Date(), in: .utc)

    init() async throws {
        world = try await World()
    }

    /// Has one of the directory's institutions pass the startup over, at the end of the month before this one; without a
    /// reason, be interested.
    func answer(_ investor: Int, because reason: String? = "too_early") async throws {
        try await world.owner.write(as: .none) { [startup] transaction in
            // What an investor may answer, and when, is another test's business.
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            _ = try await transaction.execute(
                """
                WITH list AS (
                    INSERT INTO shortlists (
                        tenant_id, id, run_id, mandate_id, mandate_version, investor_id, considered, released_at,
                        released_by, answer_by)
                    SELECT i.tenant_id, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, i.id, 9, now(),
                           \(Cast.mei.person.id), current_date
                    FROM institutions AS i
                    WHERE i.tenant_id = \(Cast.harbour.id) AND i.kind <> 'startup'
                    ORDER BY i.id OFFSET \(investor) LIMIT 1
                    RETURNING tenant_id, id)
                INSERT INTO shortlist_answers (
                    tenant_id, shortlist_id, startup_id, id, answer, reason, answered_at, answered_by)
                SELECT l.tenant_id, l.id, \(startup), gen_random_uuid(),
                       CASE WHEN \(reason)::text IS NULL THEN 'interested' ELSE 'pass' END, \(reason)::text,
                       date_trunc('month', now(), 'UTC') - interval '3 days', \(Cast.jun.person.id)
                FROM list AS l
                """)
        }
    }

    /// Has one of them ask to meet the startup, before it answers as above.
    func introduce(_ investor: Int) async throws {
        try await world.owner.write(as: .none) { [startup] transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            _ = try await transaction.execute(
                """
                INSERT INTO introductions (
                    tenant_id, id, investor_id, startup_id, shortlist_id, mandate_id, mandate_version, asked_at, asked_by,
                    consent_by)
                SELECT i.tenant_id, gen_random_uuid(), i.id, \(startup), gen_random_uuid(), gen_random_uuid(), 1,
                       date_trunc('month', now(), 'UTC') - interval '4 days', \(Cast.jun.person.id), current_date
                FROM institutions AS i
                WHERE i.tenant_id = \(Cast.harbour.id) AND i.kind <> 'startup'
                ORDER BY i.id OFFSET \(investor) LIMIT 1
                """)
        }
    }

    func tell() async throws {
        try await world.database.write(as: .system(in: Cast.harbour.id)) { try await $0.tellOfPasses() }
    }

    /// Lets a month pass, by moving what was answered and told back.
    func letAMonthPass() async throws {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE shortlist_answers SET answered_at = answered_at - interval '40 days'")
            _ = try await transaction.execute(
                """
                UPDATE pass_digests SET month = (month - interval '1 month')::date,
                    counted_until = (month - interval '1 month')::date - 1,
                    counted_since = (month - interval '1 month')::date - 400
                """)
        }
    }

    func digest(_ member: Cast.Member) async throws -> PassDigest {
        try await world.database.reader(as: world.context(member)).passDigest(
            of: startup, since: today.adding(days: -PassDigest.days), until: today)
    }

    /// What was written about it, to whom.
    func letters() async throws -> [(name: String, body: String)] {
        try await world.owner.reader(as: .none).rows(
            """
            SELECT l.recipient_name AS name, x.subject || E'\\n' || x.body AS body
            FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE l.about_id = \(startup) AND x.subject IN (
                'Why investors passed on KelpSense', '投資者婉拒 KelpSense 的原因', '投資家がKelpSenseを見送った理由')
            ORDER BY l.written_at
            """
        ).map { (try $0("name"), try $0("body")) }
    }
}

@Suite("Why investors passed")
struct PassDigestTests {
    @Test("is told once a month, of three investors at least, by reason and never by name")
    func told() async throws {
        let world = try await PassWorld()
        try await world.answer(0)
        try await world.answer(1)
        try await world.tell()
        #expect(try await world.letters().isEmpty)
        #expect(try await world.digest(Cast.mei).investors == nil)

        try await world.answer(2, because: "team")
        #expect(try await world.digest(Cast.ada).investors == nil, "nothing is told yet")
        try await world.tell()
        try await world.tell()
        let letters = try await world.letters()
        #expect(letters.map(\.name) == [Cast.ada.person.name])
        let body = try #require(letters.first?.body)
        #expect(body.contains("3 investors") && body.contains("Too early: 2") && body.contains("Team: 1"))
        let names: [String] = try await world.world.owner.reader(as: .none).rows(
            "SELECT names ->> 'en' AS name FROM institutions WHERE kind <> 'startup' AND names ? 'en'"
        ).map { try $0("name") }
        #expect(names.count > 5 && names.allSatisfy { !body.contains($0) })
        let digest = try await world.digest(Cast.ada)
        #expect(digest.investors == 3 && digest.reasons.map(\.investors) == [2, 1])
        #expect(digest.until < world.today && digest.until.adding(days: 1).day == 1)
    }

    @Test(
        "does not move by one investor's answer: founders read what they were told until three have answered otherwise")
    func difference() async throws {
        let world = try await PassWorld()
        for investor in 0..<3 { try await world.answer(investor) }
        try await world.tell()
        try await world.letAMonthPass()
        try await world.answer(3, because: "market")
        #expect(try await world.digest(Cast.mei).investors == 4)
        try await world.tell()
        #expect(try await world.letters().count == 1)
        #expect(try await world.digest(Cast.ada).investors == 3)
        // One of the first passes for another reason, and with a fifth they are three.
        try await world.answer(0, because: "market")
        try await world.tell()
        #expect(try await world.letters().count == 1)
        try await world.answer(4, because: "market")
        try await world.tell()
        try await world.tell()
        #expect(try await world.letters().count == 2)
        let digest = try await world.digest(Cast.ada)
        #expect(digest.investors == 5)
        #expect(
            digest.reasons == [
                .init(reason: .market, investors: 3), .init(reason: .tooEarly, investors: 2),
            ])
    }

    @Test("leaves out whom founders know by name, who asked to meet them, and hides nobody behind these")
    func introduced() async throws {
        let met = try await PassWorld()
        for investor in 0..<3 {
            try await met.introduce(investor)
            try await met.answer(investor)
        }
        try await met.tell()
        #expect(try await met.letters().isEmpty)
        // Three others do pass, and are counted alone.
        try await met.answer(3)
        try await met.answer(4)
        try await met.tell()
        #expect(try await met.letters().isEmpty)
        try await met.answer(5)
        try await met.tell()
        #expect(try await met.letters().count == 1)
        #expect(try await met.digest(Cast.ada).investors == 3)

        let world = try await PassWorld()
        for investor in 0..<4 { try await world.answer(investor) }
        try await world.tell()
        #expect(try await world.letters().count == 1)
        try await world.letAMonthPass()
        for investor in 0..<2 {
            try await world.introduce(investor)
            try await world.answer(investor, because: nil)
        }
        try await world.answer(4)
        try await world.tell()
        #expect(try await world.letters().count == 1, "of the three that answered anew, two are known")
        // What was told does not move either, though two of these are known since.
        #expect(try await world.digest(Cast.ada).investors == 4)
    }

    @Test("is kept from what would tell of one by the database, and from other founders")
    func walls() async throws {
        let world = try await PassWorld()
        for investor in 0..<3 { try await world.answer(investor) }
        let system = Context.system(in: Cast.harbour.id)
        let month = try #require(CalendarDate(year: world.today.year, month: world.today.month, day: 1))
        // Whether three have passed is the service's to know: asked of many days, it would tell of each.
        func hides(_ context: Context) async throws -> Bool {
            try await world.world.database.reader(as: context).value(
                """
                SELECT pass_digest_hides_firms(
                    \(world.startup), acting_role(), \(month.adding(days: -365)), \(month.adding(days: -1)))
                """)
        }
        #expect(try await hides(system))
        for member in [Cast.ada, Cast.jun, Cast.mei] { #expect(try await !hides(world.world.context(member))) }
        try await world.tell()
        try await world.letAMonthPass()
        try await world.answer(3)
        await #expect {
            try await world.world.database.write(as: system) { [startup = world.startup] in
                _ = try await $0.note(
                    PassDigestDue(
                        startup: startup, month: month, since: month.adding(days: -365), until: month.adding(days: -1)))
            }
        } throws: {
            ($0 as? DatabaseError)?.constraint == "pass_digests_hide_who_passed"
        }
        let rows: Query = "SELECT count(*) FROM pass_digests"
        func seen(_ member: Cast.Member) async throws -> Int {
            try await world.world.database.reader(as: world.world.context(member)).value(rows)
        }
        #expect(try await seen(Cast.ada) == 1)
        for member in [Cast.ravi, Cast.jun, Cast.kenji, Cast.leo] { #expect(try await seen(member) == 0) }
        // Of days of her own choosing a founder is told nothing, whatever a query asks.
        let asked: Int = try await world.world.database.reader(as: world.world.context(Cast.ada)).value(
            """
            SELECT count(*) FROM why_passed_over(
                \(world.startup), acting_role(), \(month.adding(days: -300)), \(world.today), 1)
            """)
        #expect(asked == 0)
        let directly: Int = try await world.world.database.reader(as: world.world.context(Cast.ada)).value(
            "SELECT count(*) FROM last_answers_about(\(world.startup), '2000-01-01', \(world.today))")
        #expect(directly == 0)
        #expect(try await world.digest(Cast.ravi).investors == nil)
    }

    @Test("is written in the founder's language, and to nobody who has declined, by page or API")
    func declined() async throws {
        let world = try await PassWorld()
        for investor in 0..<3 { try await world.answer(investor) }
        let ada = try await Visitor(Cast.ada, in: world.world)
        let page = await ada.open("/introductions")
        #expect(page.status == 200 && page.text.contains("Stop these letters"))
        #expect(await ada.send("/introductions/pass-letters", [("wanted", "false")]).status == 303)
        #expect(await ada.open("/introductions").text.contains("Send me these letters"))
        try await world.tell()
        #expect(try await world.letters().isEmpty)
        // The page stays, and says of which days.
        #expect(try await world.digest(Cast.ada).investors == 3)
        #expect(await ada.open("/introductions").text.contains("Too early"))

        #expect(await ada.ask("GET", "/v1/pass-letters").text.contains("false"))
        let again = await ada.ask("POST", "/v1/pass-letters", json: #"{"wanted": true}"#)
        #expect(again.status == 200 && again.text.contains("true"))
        let jun = try await Visitor(Cast.jun, in: world.world)
        #expect(await jun.ask("POST", "/v1/pass-letters", json: #"{"wanted": false}"#).status == 403)
        try await world.letAMonthPass()
        for investor in 0..<3 { try await world.answer(investor, because: "market") }
        try await world.world.owner.write(as: .none) {
            _ = try await $0.execute("UPDATE people SET locale = 'ja' WHERE id = \(Cast.ada.person.id)")
        }
        try await world.tell()
        let letters = try await world.letters()
        #expect(letters.count == 1 && letters.first?.body.contains("3社が見送りました") == true)
    }
}
