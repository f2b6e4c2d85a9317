import Accounts
import Applications
import DemoWorld
import Foundation
import Jobs
import Partnerships
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import House
@testable import Insight
@testable import Postgres
@testable import Programs

/// What is stored is read once more, night after night, and nobody gets what is no longer what was given.
@Suite("Stored documents", .timeLimit(.minutes(5)))
struct StoredDocumentTests {
    private static let pdf = "%PDF-1.7\nOur harbour plan\n%%EOF\n"
    private let call: CallForApplications.ID = demoID("call incubation")

    /// A file of each kind.
    private struct Files {
        let application: Application.ID
        let document: Document.ID
        /// Where each is had, and by whom.
        let own: String
        let room: String
        let agreement: String
    }

    /// A file in Ravi's draft, one in Ada's data room, and one of an agreement.
    private func files(in world: World) async throws -> Files {
        let (ravi, ada) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.ada, in: world))
        let mei = try await Visitor(Cast.mei, in: world)
        let deck = CallForApplications.Question.ID()
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let asked = try #require(try await transaction.call(call)).questions.map { NewQuestion($0).question }
            let added = CallDraft.Question(
                id: deck, prompt: try LocalizedLine(en: "Your deck"), isRequired: false,
                files: FileRule(["pdf"], most: 2))
            return try await transaction.reviseForm(
                of: call, to: asked + [added], because: try ShortText("Asked at the briefing."), in: Cast.harbour.id,
                by: Cast.mei.person.id
            ) { _ in }
        }
        let place = try #require(await ravi.ask("POST", "/v1/calls/\(call)/applications").header("Location"))
        let given = await ravi.ask(
            "POST", "\(place)/documents?question=\(deck)&filename=deck.pdf", json: Self.pdf,
            as: "application/octet-stream")
        let room = await ada.ask(
            "POST", "/v1/data-room/documents?folder=Pitch&title=Figures&filename=figures.pdf", json: Self.pdf,
            as: "application/octet-stream")
        let mou: UUID = try await world.owner.reader(as: .none).value(
            "SELECT id FROM mous WHERE tenant_id = \(Cast.harbour.id) AND state <> 'abandoned' ORDER BY id LIMIT 1")
        let filed = await mei.ask(
            "POST", "/v1/mous/\(mou.uuidString.lowercased())/documents?kind=annex&filename=annex.pdf", json: Self.pdf,
            as: "application/octet-stream")
        #expect(
            given.status == 201 && room.status == 201 && filed.status == 201, "\(given.text)\(room.text)\(filed.text)")
        let roomID = try #require(try room.json()["id"]?.text)
        return Files(
            application: try #require(Application.ID(String(place.split(separator: "/").last ?? ""))),
            document: try #require(Document.ID(try given.json()["id"]?.text ?? "")),
            own: try #require(given.header("Location")), room: "/v1/data-room/documents/\(roomID)/download",
            agreement: try #require(filed.header("Location")))
    }

    /// A night of its own, which begins now.
    private func night(_ world: World) async throws {
        _ = try await world.database.write(as: .system(in: Cast.harbour.id)) {
            try await $0.enqueue(RehashDocuments(since: Date()))
        }
        let left = try await world.working {
            try await world.awaiting(
                {
                    try await world.owner.reader(as: .none).value(
                        "SELECT count(*) AS rows FROM jobs WHERE kind = \(RehashDocuments.kind) AND finished_at IS NULL"
                    )
                        as Int
                }, until: { $0 == 0 })
        }
        #expect(left == 0)
    }

    private func damage(_ world: World, by change: String) async throws {
        try await world.owner.write(as: .none) { transaction in
            for table in ["document_chunks", "data_room_pieces", "mou_document_chunks"] {
                try await transaction.execute(Query(unchecked: "UPDATE \(table) SET bytes = \(change)"))
            }
        }
    }

    /// Whether these invariants are broken and no other, each once.
    private func expectBroken(_ names: [String], in world: World, _ comment: Comment? = nil) async throws {
        let broken = try await world.owner.snapshot(as: .none) { snapshot in
            var broken: [String] = []
            for invariant in House.invariants.flatMap(\.invariants) {
                for try await _ in try await snapshot.violations(of: invariant) { broken.append(invariant.name) }
            }
            return broken.sorted()
        }
        #expect(broken == names, comment)
    }

    @Test("what no longer matches is marked, told of and given to nobody; once its bytes are back, it is again")
    func damaged() async throws {
        let world = try await World()
        let files = try await files(in: world)
        let (ravi, ada) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.ada, in: world))
        let mei = try await Visitor(Cast.mei, in: world)
        for _ in 0..<3 { try await night(world) }
        let looked: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(DISTINCT kind) AS rows FROM document_checks")
        #expect(looked == 3, "each has its turn")
        #expect(try await world.database.reader(as: world.context(Cast.mei)).damagedDocuments().isEmpty)
        try await expectBroken([], in: world)

        try await damage(world, by: "set_byte(bytes, 9, get_byte(bytes, 9) # 1)")
        let invariants = [
            "documents_are_what_was_given", "files_of_agreements_are_whole", "versions_are_whole_while_they_are_read",
        ]
        try await expectBroken(invariants, in: world, "check-data finds it before the night does")
        for _ in 0..<3 { try await night(world) }

        #expect(await ravi.ask("GET", files.own).status == 404)
        #expect(await ada.ask("GET", files.room).status == 409)
        #expect(await mei.ask("GET", files.agreement).status == 404)
        // The second wall, alone.
        for (table, member) in [
            ("document_chunks", Cast.ravi), ("data_room_pieces", Cast.ada), ("mou_document_chunks", Cast.mei),
        ] {
            let seen: Int = try await world.database.reader(as: world.context(member)).value(
                Query(unchecked: "SELECT count(*) AS rows FROM \(table)"))
            #expect(seen == 0, "\(table)")
        }
        let shown = try await mei.ask("GET", "/v1/damaged-documents").json()["items"]?.elements ?? []
        #expect(Set(shown.compactMap { $0["kind"]?.text }) == ["application", "data_room", "agreement"])
        #expect(shown.compactMap { $0["name"]?.text } == ["annex.pdf"], "drafts and data rooms keep their names")
        // One after the other, and none is left out.
        var (paged, cursor): ([String], String?) = ([], nil)
        for _ in 0..<4 {
            let list = try await mei.ask(
                "GET", "/v1/damaged-documents?limit=1\(cursor.map { "&cursor=\($0)" } ?? "")"
            ).json()
            paged += list["items"]?.elements?.compactMap { $0["document"]?.text } ?? []
            cursor = list["next"]?.text
            if cursor == nil { break }
        }
        #expect(paged == shown.compactMap { $0["document"]?.text })
        let first = await mei.open("/console/stored-files?limit=1").text
        #expect(first.contains("/console/stored-files?limit=1&amp;cursor="))
        let page = await mei.open("/console/stored-files").text
        #expect(page.contains("annex.pdf") && !page.contains("deck.pdf") && !page.contains("Figures"))
        #expect(await ravi.open("/portal/applications/\(files.application)").text.contains("Damaged"))
        #expect(await ravi.ask("GET", "/v1/damaged-documents").status == 403)
        let refused = await ravi.ask("POST", "/v1/applications/\(files.application)/submission")
        #expect(refused.text.contains("has a damaged file"))

        let letters = try await world.owner.reader(as: .none).rows(
            """
            SELECT l.recipient_id, t.body FROM letters AS l
            JOIN letter_texts AS t ON t.tenant_id = l.tenant_id AND t.letter_id = l.id
            WHERE t.subject = 'A stored file is damaged' AND l.state = 'released'
            """
        ).map { (try $0("recipient_id") as Person.ID, try $0("body") as String) }
        #expect(letters.count { $0.0 == Cast.mei.person.id } == 3)
        #expect(letters.filter { $0.0 == Cast.mei.person.id }.allSatisfy { !$0.1.contains("deck.") })
        #expect(letters.contains { $0.0 == Cast.ravi.person.id && $0.1.contains("deck.") })
        #expect(letters.contains { $0.0 == Cast.ada.person.id && $0.1.contains("Figures") })
        let read: Int = try await world.database.reader(as: world.context(Cast.mei)).value(
            """
            SELECT count(*) AS rows FROM letter_texts
            WHERE subject = 'A stored file is damaged' AND (body LIKE '%deck.%' OR body LIKE '%Figures%')
            """)
        #expect(read == 0, "managers read no such name in the letters of others")
        let trail: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) AS rows FROM audit_events
            WHERE noun IN ('documents', 'data_room_versions', 'mou_documents') AND deed = 'update'
              AND after ->> 'damaged_at' IS NOT NULL
            """)
        #expect(trail == 3)

        // It is told of once; and brought back, it is given out again.
        try await night(world)
        let told: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) AS rows FROM letter_texts WHERE subject = 'A stored file is damaged'")
        #expect(told == letters.count)
        try await damage(world, by: "set_byte(bytes, 9, get_byte(bytes, 9) # 1)")
        try await night(world)
        #expect(await ravi.ask("GET", files.own).status == 200)
        #expect(await ada.ask("GET", files.room).status == 200)
        #expect(await mei.ask("GET", files.agreement).status == 200)
        try await expectBroken([], in: world)
    }

    @Test("what is damaged in a draft is taken away with its bytes, and given again")
    func again() async throws {
        let world = try await World()
        let files = try await files(in: world)
        let ravi = try await Visitor(Cast.ravi, in: world)
        try await damage(world, by: "substr(bytes, 1, 9)")
        for _ in 0..<3 { try await night(world) }
        let place = "/v1/applications/\(files.application)/documents"
        let question = try #require(
            try await ravi.ask("GET", place).json()["items"]?.elements?.first?["question"]?.text)
        let again = await ravi.ask(
            "POST", "\(place)?question=\(question)&filename=deck.pdf", json: Self.pdf, as: "application/octet-stream")
        #expect(again.status == 201, "\(again.text)")
        #expect(try again.json()["id"]?.text != files.document.description)
        #expect(await ravi.ask("POST", "\(files.own)/removal").status == 200)
        let left: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) AS rows FROM document_chunks WHERE document_id = \(files.document)")
        #expect(left == 0)
        // The bytes of the first are gone; nothing takes the mark off what has been replaced.
        try await night(world)
        #expect(await ravi.ask("GET", try #require(again.header("Location"))).status == 200)
    }

    @Test("a hundredth a night, each in turn; what was done before a run was cut off is not done again")
    func turns() async throws {
        let world = try await World()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            let document = UUID()
            try await transaction.execute(
                """
                INSERT INTO data_room_documents (tenant_id, startup_id, id, folder, title, watermarked, added_by)
                VALUES (\(Cast.harbour.id), \(Cast.startup("kelpsense")), \(document), 'Pitch', 'Deck', true,
                        \(Cast.ada.person.id))
                """)
            try await transaction.execute(
                """
                INSERT INTO data_room_versions (tenant_id, startup_id, document_id, number, name, media_type, bytes,
                                                sha256, state, uploaded_at, uploaded_by)
                SELECT \(Cast.harbour.id), \(Cast.startup("kelpsense")), \(document), n, 'deck.pdf', 'application/pdf', 4,
                       sha256('deck'), 'clean', now() - interval '1 day' + n * interval '1 second',
                       \(Cast.ada.person.id)
                FROM generate_series(1, 250) AS n
                """)
            try await transaction.execute(
                """
                INSERT INTO data_room_pieces (tenant_id, startup_id, document_id, number, seq, bytes)
                SELECT tenant_id, startup_id, document_id, number, 0, 'deck' FROM data_room_versions
                """)
        }
        let service = Context.system(in: Cast.harbour.id)
        func due(_ since: Date) async throws -> [Int] {
            try await world.database.reader(as: service).documentsToRehash(since: since, limit: 50).map(\.number)
        }
        func look(at count: Int, _ since: Date) async throws {
            let found = try await world.database.reader(as: service).documentsToRehash(since: since, limit: count)
            for document in found {
                let finding = try await world.database.snapshot(as: service) { try await $0.rehash(document) }
                #expect(finding == .whole)
                _ = try await world.database.write(as: service) { try await $0.note(finding, of: document) }
            }
        }
        let first = Date()
        #expect(try await due(first) == [1, 2, 3])
        try await look(at: 2, first)
        #expect(try await due(first) == [3], "a run that goes on does what is left")
        try await look(at: 2, first)
        #expect(try await due(first) == [])
        var reached = Set(1...3)
        for _ in 0..<83 {
            let night = Date()
            reached.formUnion(try await due(night))
            try await look(at: 50, night)
        }
        #expect(reached == Set(1...250))
        // Where many are damaged, a person gets one letter a night.
        try await world.owner.write(as: .none) {
            _ = try await $0.execute("UPDATE data_room_pieces SET bytes = 'desk'")
        }
        try await night(world)
        let told: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) AS rows FROM letters AS l
            JOIN letter_texts AS t ON t.tenant_id = l.tenant_id AND t.letter_id = l.id
            WHERE l.recipient_id = \(Cast.mei.person.id) AND t.subject = '3 stored files are damaged'
            """)
        #expect(told == 1)
        // Nobody else is told what there is.
        let mei = world.database.reader(as: world.context(Cast.mei))
        #expect(try await mei.documentsToRehash(since: first, limit: 50).isEmpty)
    }
}
