import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Pages
import Postgres
import TestWorld
import Testing
import Vocabulary
import Wording

@testable import Investment

@Suite("What lapses")
struct LapseTests {
    private let tidewater = Cast.institution("harbour/tidewater")
    private let lionPeak = Cast.institution("harbour/lion-peak")
    private let today = CalendarDate(Date(), in: .utc)

    /// Who was written to, and under which subject.
    private func letters(_ world: World) async throws -> [String] {
        try await world.owner.reader(as: .none).rows(
            """
            SELECT split_part(l.recipient_name, ' ', 1) || ': ' || x.subject AS line
            FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE EXISTS (SELECT FROM lapse_warnings AS w
                          WHERE w.person_id = l.recipient_id AND w.warned_at = l.written_at)
            ORDER BY l.written_at, 1
            """
        ).map { try $0("line") }
    }

    private func warn(_ world: World) async throws {
        try await world.database.write(as: .system(in: Cast.harbour.id)) { try await $0.warnOfLapses() }
    }

    /// A world in which Mina prepares for Tidewater what Jun answers.
    private func world() async throws -> World {
        let world = try await World()
        _ = try await world.database.write(as: world.context(Cast.jun)) { [tidewater] in
            try await $0.setFirmRole(.analyst, of: Cast.mina.seat(), at: tidewater, by: Cast.jun.person.id)
        }
        return world
    }

    /// Has a firm's verification end so many days from now, though it was given long ago.
    private func verification(of firm: Institution.ID, ends days: Int, _ world: World) async throws {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            _ = try await transaction.execute(
                """
                UPDATE investor_verifications
                SET verified_at = now() - interval '300 days', valid_until = \(today.adding(days: days))
                WHERE investor_id = \(firm)
                """)
        }
    }

    private func mandates(of firm: Institution.ID, end days: Int, _ world: World) async throws {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            _ = try await transaction.execute(
                """
                UPDATE mandates SET created_at = now() - interval '300 days', confirmed_until = \(today.adding(days: days))
                WHERE investor_id = \(firm)
                """)
        }
    }

    @Test("is told to the firm's principal and to managers a month and a week before, and once it is over, each once")
    func occasions() async throws {
        let world = try await self.world()
        try await warn(world)
        #expect(try await letters(world).isEmpty)
        let told = [
            "Jun: What lets you see startups is about to lapse", "Mei: 1 verification or mandate of investors lapses",
            "Tom: 1 verification or mandate of investors lapses", "Wing: 1 verification or mandate of investors lapses",
        ]
        for (days, letters) in [(31, 0), (30, 1), (12, 1), (7, 2), (0, 2)] {
            try await verification(of: tidewater, ends: days, world)
            // The same last day, later.
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                _ = try await transaction.execute(
                    "UPDATE lapse_warnings SET last_day = \(today.adding(days: days)) WHERE investor_id = \(tidewater)")
            }
            try await warn(world)
            try await warn(world)
            let written = try await self.letters(world)
            #expect(written.count == 4 * letters, "\(days) days before")
            if letters == 1 { #expect(written == told) }
        }
        try await verification(of: tidewater, ends: -1, world)
        try await warn(world)
        try await warn(world)
        let all = try await letters(world)
        #expect(all.suffix(4).first == "Jun: What lets you see startups has lapsed" && all.count == 12)
        // Verified anew, it has another last day.
        try await verification(of: tidewater, ends: 29, world)
        try await warn(world)
        #expect(try await letters(world).count == 16)
    }

    @Test("is one letter a person for all that is due; of what is withdrawn, not deploying or long over there is none")
    func together() async throws {
        let world = try await self.world()
        try await verification(of: tidewater, ends: 6, world)
        try await mandates(of: tidewater, end: 20, world)
        try await mandates(of: lionPeak, end: 3, world)
        try await warn(world)
        let written = try await letters(world)
        #expect(written.count == 5, "\(written)")
        #expect(written.contains("Mei: 3 verifications or mandates of investors lapse"))
        let body: String = try await world.owner.reader(as: .none).value(
            """
            SELECT x.body FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE l.recipient_id = \(Cast.jun.person.id) AND x.subject = 'What lets you see startups is about to lapse'
            """)
        #expect(body.contains("is verified as a professional investor until") && body.contains("“Harbour cities”"))
        #expect(!body.contains("Lion Peak") && !body.contains("First cheques"))
        let path: String = try await world.owner.reader(as: .none).value(
            """
            SELECT x.action_path FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE l.recipient_id = \(Cast.jun.person.id) AND x.subject = 'What lets you see startups is about to lapse'
            """)
        #expect(path == "/mandates", "there the firm confirms what it can itself")

        let quiet = try await self.world()
        try await verification(of: tidewater, ends: -15, quiet)
        try await mandates(of: lionPeak, end: 3, quiet)
        try await quiet.owner.write(as: .none) { [lionPeak] transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            _ = try await transaction.execute("UPDATE mandates SET deploying = false WHERE investor_id = \(lionPeak)")
        }
        try await warn(quiet)
        #expect(try await letters(quiet).isEmpty)
        // Given for three weeks, it is not warned of a month before.
        try await quiet.owner.write(as: .none) { [lionPeak, today] transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            _ = try await transaction.execute(
                """
                UPDATE investor_verifications SET verified_at = now(), valid_until = \(today.adding(days: 21))
                WHERE investor_id = \(lionPeak)
                """)
        }
        try await warn(quiet)
        #expect(try await letters(quiet).isEmpty)
    }

    @Test("counts in its subject what is ahead, not what is over")
    func ahead() async throws {
        let world = try await self.world()
        try await verification(of: tidewater, ends: -1, world)
        try await mandates(of: lionPeak, end: 3, world)
        try await warn(world)
        #expect(try await letters(world).contains("Mei: 1 verification or mandate of investors lapses"))
    }

    @Test("is not said of what was looked at anew and taken back, nor a day of whoever takes a pause")
    func revokedOrPaused() async throws {
        let world = try await self.world()
        let jun = try await Visitor(Cast.jun, in: world)
        try await verification(of: tidewater, ends: 10, world)
        _ = try await world.database.write(as: world.context(Cast.jun)) { [tidewater] in
            try await $0.pauseInvestor(tidewater, until: nil, by: Cast.jun.person.id)
        }
        let paused = await jun.open("/standing").text
        #expect(paused.contains("Paused") && !paused.contains("Verified until"))

        try await verification(of: tidewater, ends: -1, world)
        #expect(await jun.open("/standing").text.contains("Lapsed after"))
        try await world.owner.write(as: .none) { [tidewater, today] transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            let planted = try await transaction.execute(
                """
                INSERT INTO investor_verifications
                SELECT (jsonb_populate_record(v, jsonb_build_object(
                            'id', gen_random_uuid(), 'verified_at', now() - interval '9 days',
                            'valid_until', \(today.adding(days: 300))::date, 'revoked_at', now() - interval '8 days',
                            'revoked_by', v.verified_by, 'revocation_reason', 'A test'))).*
                FROM investor_verifications AS v WHERE v.investor_id = \(tidewater) LIMIT 1
                """)
            #expect(planted == 1)
        }
        let revoked = await jun.open("/standing").text
        #expect(revoked.contains("Not verified") && !revoked.contains("Lapsed after"))
        try await warn(world)
        #expect(try await letters(world).isEmpty)
    }

    @Test("shows with its day on the pages of the firm and of the park; analysts and other firms read no warnings")
    func pages() async throws {
        let world = try await self.world()
        let jun = try await Visitor(Cast.jun, in: world)
        let mei = try await Visitor(Cast.mei, in: world)
        let day = today.adding(days: 10).text(in: .english)
        #expect(await !jun.open("/standing").text.contains("Verified until"))
        try await verification(of: tidewater, ends: 10, world)
        try await mandates(of: tidewater, end: 10, world)
        #expect(await jun.open("/standing").text.contains("Verified until \(day)"))
        #expect(await jun.open("/mandates").text.contains("Confirmed until \(day)"))
        #expect(await mei.open("/console/investors/\(tidewater)/standing").text.contains("Verified until \(day)"))
        try await verification(of: tidewater, ends: -1, world)
        try await mandates(of: tidewater, end: -1, world)
        let over = today.adding(days: -1).text(in: .english)
        #expect(await jun.open("/standing").text.contains("Lapsed after \(over)"))
        #expect(await jun.open("/mandates").text.contains("Lapsed after \(over)"))
        try await warn(world)
        func seen(_ member: Cast.Member) async throws -> Int {
            try await world.database.reader(as: world.context(member)).value("SELECT count(*) FROM lapse_warnings")
        }
        #expect(try await seen(Cast.mei) > 0)
        for member in [Cast.jun, Cast.mina, Cast.chloe, Cast.ada, Cast.leo] { #expect(try await seen(member) == 0) }
    }
}
