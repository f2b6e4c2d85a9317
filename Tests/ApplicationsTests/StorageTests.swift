import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// How much a startup stores in all: its applications and its data room together.
@Suite("The storage of a startup", .timeLimit(.minutes(3)))
struct StorageTests {
    private static let least = 209_715_200
    private let call: CallForApplications.ID = demoID("call incubation")
    private let startup = Cast.startup("ledgerleaf")
    private let pdf = "%PDF-1.7\nOur harbour plan\n%%EOF\n"

    /// Fills Ravi's data room, so that `left` bytes remain of the least that a workspace can let its startups store.
    private func fill(_ world: World, leaving left: Int) async throws {
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.setStorageLimit(StorageLimit(bytes: Self.least))
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            let document = UUID()
            try await transaction.execute(
                """
                INSERT INTO data_room_documents (tenant_id, startup_id, id, folder, title, watermarked, added_by)
                VALUES (\(Cast.harbour.id), \(startup), \(document), 'Pitch', 'Deck', true, \(Cast.ravi.person.id))
                """)
            try await transaction.execute(
                """
                INSERT INTO data_room_versions
                    (tenant_id, startup_id, document_id, number, name, media_type, bytes, sha256, state, uploaded_by)
                SELECT \(Cast.harbour.id), \(startup), \(document), n, 'deck.pdf', 'application/pdf',
                       26214400 - CASE WHEN n = 8 THEN \(left) ELSE 0 END, sha256('deck'), 'clean',
                       \(Cast.ravi.person.id)
                FROM generate_series(1, 8) AS n
                """)
        }
    }

    private func upload(
        _ visitor: Visitor, to question: CallForApplications.Question.ID, of id: Application.ID
    ) async -> Outgoing {
        await visitor.ask(
            "POST", "/v1/applications/\(id)/documents?question=\(question)&filename=deck.pdf", json: pdf,
            as: "application/octet-stream")
    }

    private func number(_ name: String, _ answer: Outgoing) throws -> Int? {
        guard case .number(let number)? = try answer.json()[name] else { return nil }
        return number.integer
    }

    @Test(
        "what would take more is refused with what is used, in applications and in the data room, and the pages say how much is left"
    )
    func full() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let deck = try await world.deck(of: call)
        let id = try await world.draft(to: call)
        #expect(
            await ravi.open("/portal/applications/\(id)").text.contains("Your startup&#39;s files take 0 B of 2.0 GB"))
        #expect(await upload(ravi, to: deck, of: id).status == 201)
        #expect(try number("used", await ravi.ask("GET", "/v1/storage")) == pdf.utf8.count)

        try await fill(world, leaving: pdf.utf8.count + 5)
        #expect(try number("left", await ravi.ask("GET", "/v1/storage")) == 5)
        let other = await ravi.ask(
            "POST", "/v1/applications/\(id)/documents?question=\(deck)&filename=b.pdf", json: pdf + "%",
            as: "application/octet-stream")
        #expect(other.status == 409)
        #expect(
            other.problem?.detail == "The files of the startup take 209.7 MB of 209.7 MB. Remove some first.",
            "\(other.text)")
        // The same bytes are the document that is there, and take nothing.
        #expect(await upload(ravi, to: deck, of: id).status == 201)
        let room = await ravi.ask(
            "POST", "/v1/data-room/documents?folder=Pitch&title=Plan&filename=plan.pdf", json: pdf,
            as: "application/octet-stream")
        #expect(room.status == 409, "\(room.text)")
        #expect(await ravi.open("/data-room").text.contains("5 B are left"))

        // What is taken away makes room.
        let document = try #require(
            try await world.database.reader(as: world.context(Cast.ravi)).documents(of: id).first)
        #expect(await ravi.ask("POST", "/v1/applications/\(id)/documents/\(document.id)/removal").status == 200)
        #expect(try number("left", await ravi.ask("GET", "/v1/storage")) == pdf.utf8.count + 5)
        #expect(await upload(ravi, to: deck, of: id).status == 201)
    }

    @Test("two files that fit alone do not get in together, one into an application and one into the data room")
    func together() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let deck = try await world.deck(of: call)
        let id = try await world.draft(to: call)
        try await fill(world, leaving: pdf.utf8.count + 5)
        let second = try await world.owner.write(as: .none) { transaction in
            // Another upload is under way: it has been let in and has not ended.
            try await transaction.execute(
                """
                SELECT pg_advisory_xact_lock('storage_limits'::regclass::oid::integer, hashtext(\(startup)::uuid::text))
                """)
            let task = Task { await upload(ravi, to: deck, of: id) }
            let waiting = try await world.awaiting(
                {
                    try await world.owner.reader(as: .none).value(
                        "SELECT count(*) AS rows FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                    ) as Int
                }, until: { $0 == 1 })
            #expect(waiting == 1)
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE data_room_versions SET bytes = 26214400 WHERE number = 8 AND startup_id = \(startup)")
            return task
        }
        let answer = await second.value
        #expect(answer.status == 409, "\(answer.text)")
        #expect(answer.problem?.detail?.contains("more than its workspace lets it store") == true)
    }

    @Test("managers say how much it is, within bounds and by the version they saw; nobody else reads what is used")
    func limit() async throws {
        let world = try await World()
        let (mei, ravi) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.ravi, in: world))
        let now = await mei.ask("GET", "/v1/storage-limit")
        #expect(try number("bytes", now) == 2_000_000_000)
        let tag = try #require(now.header("ETag"))
        #expect(await mei.ask("PUT", "/v1/storage-limit", json: #"{"bytes": 300000000}"#).status == 428)
        for wrong in ["1", "-1", "9223372036854775807"] {
            let refused = await mei.ask(
                "PUT", "/v1/storage-limit", json: #"{"bytes": \#(wrong)}"#, headers: [("If-Match", tag)])
            #expect(refused.status == 422 && refused.problem?.errors.first?.pointer == "/bytes", "\(refused.text)")
        }
        let set = await mei.ask(
            "PUT", "/v1/storage-limit", json: #"{"bytes": 300000000}"#, headers: [("If-Match", tag)])
        #expect(set.status == 200, "\(set.text)")
        let stale = await mei.ask(
            "PUT", "/v1/storage-limit", json: #"{"bytes": 400000000}"#, headers: [("If-Match", tag)])
        #expect(stale.status == 412)
        #expect(try number("limit", await ravi.ask("GET", "/v1/storage")) == 300000000)
        #expect(await ravi.ask("GET", "/v1/storage-limit").status == 403)
        #expect(await mei.ask("GET", "/v1/storage").status == 403)
        // Nor by the database: not of somebody else's startup, and not for a manager.
        #expect(
            try await world.database.reader(as: world.context(Cast.ravi)).storage(of: Cast.startup("kelpsense")) == nil)
        #expect(try await world.database.reader(as: world.context(Cast.mei)).storage(of: startup) == nil)
    }
}
