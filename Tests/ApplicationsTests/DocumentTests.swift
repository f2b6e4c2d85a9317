import API
import Accounts
import DemoWorld
import Files
import Foundation
import Logging
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

@Suite("Documents of an application")
struct DocumentTests {
    let call: CallForApplications.ID = demoID("call incubation")
    static let pdf = "%PDF-1.7\nOur harbour plan\n%%EOF\n"

    /// Asks for up to two PDF files at the end of the form.
    private func deck(in world: World) async throws -> CallForApplications.Question.ID {
        let deck = CallForApplications.Question.ID()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO call_questions (tenant_id, call_id, id, position, prompt, required, files)
                SELECT tenant_id, id, \(deck), 900, '{"en": "Your deck"}', true, '{"extensions": ["pdf"], "most": 2}'
                FROM calls WHERE id = \(call)
                """)
        }
        return deck
    }

    private func upload(
        _ visitor: Visitor, _ place: String, _ question: CallForApplications.Question.ID, _ text: String = pdf,
        named name: String = "deck.pdf", key: String = UUID().uuidString
    ) async -> Outgoing {
        await visitor.ask(
            "POST", "\(place)/documents?question=\(question)&filename=\(name)", json: text,
            as: "application/octet-stream",
            headers: [("Idempotency-Key", key)])
    }

    @Test("a file is uploaded once, counted, downloaded by its startup, and gone when removed")
    func life() async throws {
        let world = try await World()
        let (ravi, mei) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.mei, in: world))
        let deck = try await deck(in: world)
        let place = try #require(await ravi.ask("POST", "/v1/calls/\(call)/applications").header("Location"))
        let missing = await ravi.ask("POST", "\(place)/submission")
        #expect(missing.problem?.errors.contains { $0.pointer == "/answers/\(deck)" && $0.code == .required } == true)

        let first = await upload(ravi, place, deck, key: "one")
        #expect(first.status == 201, "\(first.text)")
        let again = await upload(ravi, place, deck, key: "one")
        #expect(again.status == 201 && again.body == first.body)
        #expect(await upload(ravi, place, deck, Self.pdf + "x", key: "one").status == 422)
        // The same bytes under another key are the document that is there.
        #expect(try await upload(ravi, place, deck).json()["id"] == first.json()["id"])
        #expect(try await ravi.ask("GET", "\(place)/documents").json()["items"]?.elements?.count == 1)

        let home = try #require(first.header("Location"))
        let sent = await ravi.ask("GET", home)
        #expect(sent.status == 200 && sent.header("Content-Type") == "application/pdf")
        #expect(try await sent.wholeBody() == Array(Self.pdf.utf8))
        #expect(sent.header("Content-Disposition")?.hasPrefix("attachment;") == true)
        #expect(sent.header("Content-Security-Policy") == "sandbox; default-src 'none'")
        #expect(sent.header("X-Content-Type-Options") == "nosniff" && sent.header("Cache-Control") == "no-store")
        let signed: Int = try await world.owner.reader(as: .none).one(
            "SELECT count(*) AS rows FROM audit_events WHERE noun = 'document_downloads'")("rows")
        #expect(signed == 1)

        // A draft is its founders' alone.
        #expect(try await mei.ask("GET", "\(place)/documents").json()["items"]?.elements?.isEmpty == true)
        #expect(await mei.ask("GET", home).status == 404)
        #expect(await mei.open(home.replacing("/v1/", with: "/console/")).status == 404)

        #expect(await upload(ravi, place, deck, Self.pdf.replacing("plan", with: "plans")).status == 201)
        let third = await upload(ravi, place, deck, Self.pdf.replacing("plan", with: "planet"))
        #expect(third.status == 409)
        #expect(await ravi.ask("POST", "\(home)/removal").status == 200)
        #expect(await ravi.ask("GET", home).status == 404)
        let left: Int = try await world.owner.reader(as: .none).one("SELECT count(*) AS rows FROM document_chunks")(
            "rows")
        #expect(left == 1)
    }

    @Test("what is not what it says leaves nothing behind")
    func refusals() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let deck = try await deck(in: world)
        let place = try #require(await ravi.ask("POST", "/v1/calls/\(call)/applications").header("Location"))
        let text = try #require(
            try await world.database.reader(as: world.context(Cast.ravi)).call(call)?.questions.first)
        #expect(await upload(ravi, place, deck, "<svg/>").problem?.kind == .fileRefused)
        #expect(await upload(ravi, place, deck, "plain", named: "plan.txt").problem?.kind == .fileRefused)
        #expect(await upload(ravi, place, text.id).status == 422)
        #expect(await upload(ravi, place, CallForApplications.Question.ID()).status == 422)
        let typed = await ravi.ask(
            "POST", "\(place)/documents?question=\(deck)&filename=a.pdf", json: Self.pdf, as: "application/json")
        #expect(typed.status == 415)
        let rows: Int = try await world.owner.reader(as: .none).one("SELECT count(*) AS rows FROM documents")("rows")
        #expect(rows == 0)
    }

    @Test("the form takes files beside its answers, and says what is wrong beside the field")
    func form() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let deck = try await deck(in: world)
        let id = try await world.draft(to: call)
        let page = "/portal/applications/\(id)"
        #expect(await ravi.open(page).text.contains("enctype=\"multipart/form-data\""))
        func send(_ target: String, _ name: String, _ body: String) async -> Outgoing {
            let form =
                "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n\(ravi.csrf)\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"answers_\(deck)\"; filename=\"\(name)\"\r\n\r\n\(body)\r\n--b--\r\n"
            return await world.edge.respond(
                to: Incoming(
                    "POST", target,
                    headers: [
                        ("Cookie", "trellis=\(ravi.cookie)"), ("Sec-Fetch-Site", "same-origin"),
                        ("Content-Type", "multipart/form-data; boundary=b"),
                    ], body: Array(form.utf8)))
        }
        let refused = await send("\(page)/answers", "deck.pdf", "<html>")
        #expect(refused.status == 422)
        #expect(refused.text.contains("The file is not what its name says."))
        let saved = await send("\(page)/answers", "My deck <1>.pdf", Self.pdf)
        #expect(saved.status == 303, "\(saved.text.prefix(300))")
        let shown = await ravi.open(page)
        #expect(shown.text.contains("My deck &lt;1&gt;.pdf"))
        let document = try #require(
            try await world.database.reader(as: world.context(Cast.ravi)).documents(of: id).first)
        #expect(await ravi.open("\(page)/documents/\(document.id)").status == 200)
        #expect(await ravi.send("\(page)/documents/\(document.id)/removal").status == 303)
        #expect(await ravi.open("\(page)/documents/\(document.id)").status == 404)
    }

    @Test("rows of another startup and of a draft stay where they are, also past the verbs")
    func walls() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let deck = try await deck(in: world)
        let id = try await world.draft(to: call)
        let uploaded = await upload(ravi, "/v1/applications/\(id)", deck)
        #expect(uploaded.status == 201, "\(uploaded.text)")
        for member in [Cast.mei, Cast.ada, Cast.nora, Cast.iris] {
            let rows: Int = try await world.database.reader(as: world.context(member)).one(
                "SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM document_chunks) AS rows")("rows")
            #expect(rows == 0, "\(member.person.email)")
        }
        let own = world.context(Cast.ravi)
        for sql: Query in [
            "UPDATE documents SET state = 'rejected', reason = 'x'", "DELETE FROM documents",
            "UPDATE documents SET name = 'x.pdf'",
            "UPDATE document_chunks SET bytes = 'x'",
            "INSERT INTO documents (tenant_id, application_id, id, call_id, question_id, name, media_type, bytes, sha256, uploaded_by) SELECT tenant_id, application_id, gen_random_uuid(), call_id, question_id, 'y.pdf', media_type, 9, sha256(name::bytea), uploaded_by FROM documents",
        ] {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: own) { try await $0.execute(sql) }
            }
        }
        // Submitted, its documents are frozen and its managers read them.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE applications SET state = 'submitted', submitted_at = now() WHERE id = \(id)")
        }
        let home = try #require(uploaded.header("Location"))
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await mei.ask("GET", home).status == 200)
        #expect(await mei.open("/console/applications/\(id)").text.contains("No virus scanner is set up here"))
        #expect(await ravi.ask("POST", "\(home)/removal").status == 409)
        #expect(
            await upload(ravi, "/v1/applications/\(id)", deck, Self.pdf.replacing("plan", with: "new")).status == 409)
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: own) {
                try await $0.execute("UPDATE documents SET removed_at = now(), removed_by = uploaded_by")
            }
        }
    }

    @Test("what waits for the scanner keeps an application from being submitted, and what it rejects is gone")
    func quarantine() async throws {
        let world = try await World()
        let deck = try await deck(in: world)
        let id = try await world.draft(to: call)
        let edge = try Edge(
            operations: ApplicationsRoom.operations(hasScanner: true), authenticator: Gate(database: world.database),
            database: world.database, configuration: .ephemeral(), logger: Logger(label: "test"))
        let ravi = try await Visitor(Cast.ravi, in: world, before: edge)
        let uploaded = await upload(ravi, "/v1/applications/\(id)", deck)
        #expect(try uploaded.json()["state"]?.text == "quarantined")
        let early = await ravi.ask("POST", "/v1/applications/\(id)/submission")
        #expect(early.problem?.errors.contains { $0.pointer == "/answers/\(deck)" } == true)
        let found = try #require(try await world.database.reader(as: world.context(Cast.ravi)).documents(of: id).first)
        let system = world.context(Cast.ravi).setting("trellis.role", to: "system")
        try await world.database.write(as: system) { transaction in
            try await transaction.record(.rejected, of: found, by: Clamd.name, because: "Eicar")
            try await transaction.dropChunks(of: found)
        }
        let view = try await ravi.ask("GET", "/v1/applications/\(id)/documents").json()["items"]?.elements?.first
        #expect(view?["state"]?.text == "rejected" && view?["reason"]?.text == "Eicar")
        #expect(await ravi.ask("GET", try #require(uploaded.header("Location"))).status == 404)
        // It no longer counts: another file may take its place.
        #expect(await upload(ravi, "/v1/applications/\(id)", deck).status == 201)
    }
}
