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

/// The files among the answers that a round reads.
@Suite("Documents of a round's files")
struct FileDocumentTests {
    let mei = Cast.mei.person.id
    let bytes = "%PDF-1.7\nTwo buoys\n%%EOF\n"

    @Test(
        "Whoever judges an application opens its files from the sheet, under a name that names nobody, and signs for it"
    )
    func judging() async throws {
        let world = try await World()
        let document = try await world.plant(bytes, in: "kelpsense")
        let assignment = World.assignment(Cast.nora, "kelpsense")
        let nora = try await Visitor(Cast.nora, in: world)
        let place = "/reviews/\(assignment)/documents/\(document)"
        #expect(await nora.open("/reviews/\(assignment)").text.contains(place))
        let sent = await nora.open(place)
        #expect(sent.status == 200 && sent.header("Content-Type") == "application/pdf")
        #expect(try await sent.wholeBody() == Array(bytes.utf8))
        let reader = world.database.reader(as: world.context(Cast.nora))
        let file = try #require(try await reader.file(of: World.application("kelpsense"), in: World.round))
        let name = file.startupName == nil ? "\(file.code)-1.pdf" : "deck.pdf"
        #expect(sent.header("Content-Disposition")?.contains(name) == true)
        let signed: [UUID] = try await world.owner.reader(as: .none).rows(
            "SELECT person_id FROM document_downloads WHERE document_id = \(document)"
        ).map { try $0("person_id") }
        #expect(signed == [Cast.nora.person.id.uuid])

        // What waits for the scanner and what is not among the answers they may read is not there.
        for change: Query in [
            "state = 'quarantined'", "state = 'rejected', reason = 'Eicar'", "question_id = gen_random_uuid()",
        ] {
            let other = try await world.plant(bytes + change.sql, in: "kelpsense")
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                try await transaction.execute("UPDATE documents SET \(fragment: change) WHERE id = \(other)")
            }
            #expect(await nora.open("/reviews/\(assignment)/documents/\(other)").status == 404, "\(change.sql)")
            #expect(try await world.seen(other, by: Cast.nora) == 0, "\(change.sql)")
        }
        // Nor is what came after the file was frozen; what was taken away since is still in it, as the answers are.
        let late = try await world.plant(bytes + "late", in: "kelpsense", isNamed: false)
        #expect(await nora.open("/reviews/\(assignment)/documents/\(late)").status == 404)
        #expect(try await world.seen(late, by: Cast.nora) == 0)
        #expect(await !nora.open("/reviews/\(assignment)").text.contains("\(late)"))
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE documents SET removed_at = now(), removed_by = uploaded_by WHERE id = \(document)")
        }
        #expect(await nora.open(place).status == 200)
        // Nothing of it is, once something stands between them.
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.declareConflict(
                of: Cast.nora.person.id, with: Cast.startup("kelpsense"), note: nil, as: .init(),
                in: Cast.harbour.id, by: mei)
        }
        #expect(await nora.open(place).status == 404)
        #expect(try await world.seen(document, by: Cast.nora) == 0)
    }

    @Test(
        "The chair reads the files of the round's files without judging them; panelists do not, nor who chairs no more")
    func chairing() async throws {
        let world = try await World()
        let (document, id) = (try await world.plant(bytes, in: "plumbline"), World.application("plumbline"))
        try await world.takeFromChair("plumbline")
        let place = "/v1/rounds/\(World.round)/applications/\(id)/documents"
        let nora = try await Visitor(Cast.nora, in: world)
        let reader = world.database.reader(as: world.context(Cast.nora))
        #expect(
            try await reader.assignments(
                in: World.round, of: id, by: Cast.nora.person.id, standing: .assigned, limit: 1
            ).isEmpty)
        let file = try #require(try await reader.file(of: id, in: World.round))
        #expect(try await reader.documents(of: file).map(\.id) == [document])
        let list = try await nora.ask("GET", place).json()["items"]?.elements
        #expect(list?.count == 1 && list?.first?["id"]?.text == document.description)
        let sent = await nora.ask("GET", "\(place)/\(document)")
        #expect(sent.status == 200)
        #expect(try await sent.wholeBody() == Array(bytes.utf8))
        #expect(await nora.ask("GET", "\(place)/\(UUID())").status == 404)

        // Vera sits on the panel and judges other applications; Ravi founded another startup.
        for member in [Cast.vera, Cast.ravi, Cast.iris] {
            let other = await (try await Visitor(member, in: world)).ask("GET", "\(place)/\(document)")
            #expect([403, 404].contains(other.status), "\(member.person.email)")
            #expect(try await world.seen(document, by: member) == 0, "\(member.person.email)")
        }
        // Given to her, it is hers to read by the same way.
        _ = try await world.assign(Cast.vera, "plumbline")
        #expect(await (try await Visitor(Cast.vera, in: world)).ask("GET", "\(place)/\(document)").status == 200)

        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE panel_members SET is_chair = false WHERE person_id = \(Cast.nora.person.id)")
        }
        #expect(await nora.ask("GET", place).status == 404)
        #expect(await nora.ask("GET", "\(place)/\(document)").status == 404)
        #expect(try await world.seen(document, by: Cast.nora) == 0)
    }

    @Test("The chair reads nothing of a startup that is too near")
    func tooNear() async throws {
        let world = try await World()
        let (document, id) = (try await world.plant(bytes, in: "plumbline"), World.application("plumbline"))
        try await world.takeFromChair("plumbline")
        #expect(try await world.seen(document, by: Cast.nora) == 2)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.declareConflict(
                of: Cast.nora.person.id, with: Cast.startup("plumbline"), note: nil, as: .init(),
                in: Cast.harbour.id, by: mei)
        }
        let nora = try await Visitor(Cast.nora, in: world)
        let place = "/v1/rounds/\(World.round)/applications/\(id)/documents"
        #expect(await nora.ask("GET", place).status == 404)
        #expect(await nora.ask("GET", "\(place)/\(document)").status == 404)
        #expect(try await world.seen(document, by: Cast.nora) == 0)
    }
}

extension World {
    /// A clean document that answers the first question of an application's file in the demo's round. Planted past the verbs,
    /// because the application was handed in long ago.
    ///
    /// - Parameter isNamed: whether the file names it, as if it had been there when the file was frozen.
    func plant(_ text: String, in slug: String, isNamed: Bool = true) async throws -> Document.ID {
        let (id, bytes) = (Document.ID(), Array(text.utf8))
        try await owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            let planted = try await transaction.execute(
                """
                INSERT INTO documents (tenant_id, application_id, id, call_id, question_id, name, media_type, bytes, sha256,
                                       state, uploaded_by)
                SELECT a.tenant_id, a.id, \(id), a.call_id, (f.answers -> 0 ->> 'question')::uuid, 'deck.pdf',
                       'application/pdf', \(bytes.count), sha256(\(bytes)), 'clean', a.created_by
                FROM applications AS a JOIN review_files AS f ON f.application_id = a.id
                WHERE a.id = \(Self.application(slug)) AND f.round_id = \(Self.round)
                """)
            #expect(planted == 1)
            try await transaction.execute(
                """
                INSERT INTO document_chunks (tenant_id, application_id, document_id, seq, bytes)
                SELECT tenant_id, application_id, id, 0, \(bytes) FROM documents WHERE id = \(id)
                """)
            guard isNamed else { return }
            try await transaction.execute(
                """
                UPDATE review_files
                SET answers = jsonb_set(
                    answers, '{0,documents}', coalesce(answers #> '{0,documents}', '[]') || to_jsonb(\(id)::uuid))
                WHERE application_id = \(Self.application(slug)) AND round_id = \(Self.round)
                """)
        }
        return id
    }

    /// Leaves nora the chair of the demo's panel, without an application to judge.
    func takeFromChair(_ slug: String) async throws {
        try await owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                UPDATE review_assignments SET state = 'withdrawn', ended_at = now()
                WHERE person_id = \(Cast.nora.person.id) AND application_id = \(Self.application(slug))
                """)
        }
    }

    /// How many rows of a document somebody sees who asks the tables themselves.
    func seen(_ document: Document.ID, by member: Cast.Member) async throws -> Int {
        try await database.reader(as: context(member)).value(
            """
            SELECT (SELECT count(*) FROM documents WHERE id = \(document))
                 + (SELECT count(*) FROM document_chunks WHERE document_id = \(document)) AS rows
            """)
    }
}
