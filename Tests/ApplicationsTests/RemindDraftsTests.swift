import Accounts
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Applications

@Suite("Reminders of drafts")
struct RemindDraftsTests {
    @Test("Founders of a draft learn that its call closes, once an occasion, in their language; others do not")
    func reminders() async throws {
        let world = try await World()
        _ = try await world.draft(to: demoID("call fintech"))
        try await world.closes(in: "3 days")
        try await world.remind()
        try await world.remind()
        let week = try await world.closingLetters()
        let drafts = try await world.draftFounders()
        #expect(!drafts.isEmpty && week.map(\.address).sorted() == drafts.sorted())
        #expect(week.allSatisfy { $0.state == "released" })

        try await world.closes(in: "90 minutes")
        try await world.remind()
        #expect(try await world.closingLetters().count == 2 * drafts.count, "the day's moment has passed unsaid")
        // Extended, it closes once more: its founders are told again, and not before that is near.
        try await world.closes(in: "12 days")
        try await world.remind()
        #expect(try await world.closingLetters().count == 2 * drafts.count)
        try await world.closes(in: "6 days")
        try await world.remind()
        try await world.remind()
        #expect(try await world.closingLetters().count == 3 * drafts.count)
        try await world.closes(in: "-1 minute")
        try await world.remind()
        #expect(try await world.closingLetters().count == 3 * drafts.count)
    }

    @Test("Whoever names a stream that closes before the call is told of that, once an occasion; who does not is not")
    func streams() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let id = try await world.draft(to: call.id)
        try await world.closes(in: "30 days")
        try await world.closes(call.other, of: call.id, in: "3 days")
        try await world.remind()
        #expect(try await world.lettersOfStreams(about: id).isEmpty)
        _ = try await world.database.write(as: world.context(Cast.ravi)) {
            try await $0.chooseStreams([call.other], of: id, by: Cast.ravi.person.id)
        }
        try await world.remind()
        try await world.remind()
        let told = try await world.lettersOfStreams(about: id)
        #expect(told.contains(Cast.ravi.person.email.description) && Set(told).count == told.count, "\(told)")
        try await world.closes(call.other, of: call.id, in: "1 hour")
        try await world.remind()
        #expect(try await world.lettersOfStreams(about: id).count == 2 * told.count)
        // Extended, it closes once more.
        try await world.closes(call.other, of: call.id, in: "50 minutes")
        try await world.remind()
        try await world.remind()
        #expect(try await world.lettersOfStreams(about: id).count == 3 * told.count)
        // What a draft names does not show on the trail either.
        let shown: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) AS rows FROM audit_events WHERE noun = 'stream_reminders' AND after ? 'stream_id'
            """)
        #expect(shown == 0)
    }

    @Test("Who began after the moment, and whose call was called off, is not written to")
    func silent() async throws {
        let world = try await World()
        _ = try await world.draft(to: demoID("call fintech"))
        try await world.closes(in: "3 days", draftsBegun: "1 hour")
        try await world.remind()
        #expect(try await world.closingLetters().isEmpty)
        try await world.closes(in: "3 days")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE calls SET cancelled_at = now(), cancelled_by = published_by, cancellation_reason = 'No money.'
                WHERE published_at IS NOT NULL AND cancelled_at IS NULL
                """)
        }
        try await world.remind()
        #expect(try await world.closingLetters().isEmpty)
    }
}

private struct Written {
    let address: String
    let state: String
}

extension World {
    /// Moves all published calls to where they close in so much, opened long ago, and drafts to that long ago.
    fileprivate func closes(in interval: String, draftsBegun ago: String = "30 days") async throws {
        try await owner.write(as: .none) { transaction in
            try await transaction.execute("ALTER TABLE calls DISABLE TRIGGER USER")
            try await transaction.execute(
                """
                UPDATE calls SET opens_at = now() - interval '60 days', closes_at = now() + \(interval)::interval
                WHERE published_at IS NOT NULL AND cancelled_at IS NULL AND cutoffs = '{}'
                """)
            try await transaction.execute("ALTER TABLE calls ENABLE TRIGGER USER")
            try await transaction.execute(
                "UPDATE applications SET created_at = now() - \(ago)::interval WHERE state = 'draft'")
        }
    }

    fileprivate func remind() async throws {
        try await database.write(as: .system(in: Cast.harbour.id)) { try await $0.remindDrafts() }
    }

    fileprivate func closingLetters() async throws -> [Written] {
        try await owner.reader(as: .none).rows(
            """
            SELECT l.address, l.state FROM letters AS l
            JOIN draft_reminders AS d ON d.tenant_id = l.tenant_id AND d.application_id = l.about_id
              AND d.reminded_at = l.written_at
            """
        ).map { try Written(address: $0("address"), state: $0("state")) }
    }

    /// To whom it was written that a stream closes which a draft names.
    fileprivate func lettersOfStreams(about id: Application.ID) async throws -> [String] {
        try await owner.reader(as: .none).rows(
            """
            SELECT l.address FROM letters AS l
            JOIN stream_reminders AS r ON r.tenant_id = l.tenant_id AND r.application_id = l.about_id
              AND r.reminded_at = l.written_at
            WHERE l.about_id = \(id)
            """
        ).map { try $0("address") }
    }

    /// Addresses of founders, one for each draft of theirs to a call that was not called off.
    fileprivate func draftFounders() async throws -> [String] {
        try await owner.reader(as: .none).rows(
            """
            SELECT p.email FROM applications AS a
            JOIN calls AS c ON c.id = a.call_id AND c.published_at IS NOT NULL AND c.cancelled_at IS NULL
            JOIN memberships AS m ON m.tenant_id = a.tenant_id AND m.institution_id = a.startup_id
              AND m.role = 'founder' AND m.ended_at IS NULL
            JOIN people AS p ON p.id = m.person_id
            WHERE a.state = 'draft' AND a.tenant_id = \(Cast.harbour.id)
            """
        ).map { try $0("email") }
    }
}
