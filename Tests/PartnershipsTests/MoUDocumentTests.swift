import API
import Accounts
import DemoWorld
import Files
import Foundation
import Glibc
import Institutions
import Jobs
import Logging
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("Files of agreements")
struct MoUDocumentTests {
    private let second: MoU.ID = demoID("mou MoU-2")
    private let pdf = "%PDF-1.7\nSigned by both\n%%EOF\n"
    private var home: String { "/v1/mous/\(second)/documents" }

    private func give(
        _ visitor: Visitor, _ text: String, _ query: String = "kind=signed_copy&filename=signed.pdf", to home: String
    ) async -> Outgoing {
        await visitor.ask("POST", "\(home)?\(query)", json: text, as: "application/octet-stream")
    }

    @Test("a signed copy is given, read by both sides with its hash, and gone when withdrawn")
    func life() async throws {
        let world = try await World()
        let (mei, kenji) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let given = await give(mei, pdf, to: home)
        #expect(given.status == 201, "\(given.text)")
        let place = try #require(given.header("Location"))
        #expect(try await give(mei, pdf, to: home).json()["id"] == given.json()["id"])
        let hash =
            try await world.owner.reader(as: .none).one(
                "SELECT encode(sha256(convert_to(\(pdf), 'UTF8')), 'hex') AS hash")("hash") as String
        for reader in [mei, kenji] {
            let items = try await reader.ask("GET", home).json()["items"]?.elements
            #expect(items?.map { $0["sha256"]?.text } == [hash])
            let sent = await reader.ask("GET", place)
            #expect(sent.status == 200 && sent.header("Content-Type") == "application/pdf")
            #expect(try await sent.wholeBody() == Array(pdf.utf8))
            #expect(sent.header("Content-Disposition")?.contains("signed.pdf") == true)
        }
        let signed: [UUID] = try await world.owner.reader(as: .none).rows(
            "SELECT person_id FROM mou_document_downloads ORDER BY at"
        ).map { try $0("person_id") }
        #expect(signed == [Cast.mei.person.id.uuid, Cast.kenji.person.id.uuid])
        // What the park gave is the park's to withdraw.
        #expect(await kenji.ask("POST", "\(place)/withdrawal").status == 404)
        #expect(try await mei.ask("POST", "\(place)/withdrawal").json()["items"]?.elements?.isEmpty == true)
        #expect(await mei.ask("POST", "\(place)/withdrawal").status == 404)
        #expect(await kenji.ask("GET", place).status == 404)
        let left = try await world.owner.reader(as: .none).one(
            """
            SELECT (SELECT count(*) FROM mou_document_chunks) AS pieces, encode(sha256, 'hex') AS hash
            FROM mou_documents WHERE withdrawn_by = \(Cast.mei.person.id)
            """)
        #expect(try left("pieces") == 0 && left("hash") == hash)
    }

    @Test("a party gives what is its own, and learns nothing of what the park keeps to itself")
    func confidential() async throws {
        let world = try await World()
        let (mei, kenji) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let query = "kind=minutes&filename=talks.txt"
        let secret = await give(mei, "What we would accept", "\(query)&confidential=true", to: home)
        #expect(secret.status == 201, "\(secret.text)")
        let place = try #require(secret.header("Location"))
        #expect(try await kenji.ask("GET", home).json()["items"]?.elements?.isEmpty == true)
        #expect(await kenji.ask("GET", place).status == 404)
        #expect(await kenji.ask("POST", "\(place)/withdrawal").status == 404)
        #expect(await !kenji.open("/partner/agreements/\(second)/documents").text.contains("talks.txt"))
        // The same bytes from the bank are a file of its own: nothing tells that the park has them.
        let own = await give(kenji, "What we would accept", query, to: home)
        #expect(own.status == 201, "\(own.text)")
        #expect(try await mei.ask("GET", home).json()["items"]?.elements?.count == 2)
        let kept = await give(kenji, "Ours alone", "\(query)&confidential=true", to: home)
        #expect(kept.status == 422 && kept.problem?.errors.first?.pointer == "?confidential")
        #expect(await kenji.ask("POST", "\(try #require(own.header("Location")))/withdrawal").status == 200)
    }

    @Test("others, and rows planted past the verbs, stay where they are")
    func walls() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let first: MoU.ID = demoID("mou MoU-1")
        // Of an agreement of others, of the bank's own, and one that waits for the scanner.
        let foreign = try #require(await give(mei, pdf, to: "/v1/mous/\(first)/documents").header("Location"))
        let waiting = try #require(await give(mei, pdf + "%", to: home).header("Location"))
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE mou_documents SET state = 'quarantined', checked_at = NULL WHERE mou_id = \(second)")
        }
        let kenji = try await Visitor(Cast.kenji, in: world)
        for place in [foreign, waiting] { #expect(await kenji.ask("GET", place).status == 404) }
        #expect(await give(kenji, pdf, to: "/v1/mous/\(first)/documents").status == 404)
        #expect(await mei.ask("GET", waiting).status == 200)
        for member in [Cast.kenji, Cast.ada, Cast.jun, Cast.nora, Cast.iris, Cast.leo] {
            let rows: Int = try await world.database.reader(as: world.context(member)).one(
                "SELECT (SELECT count(*) FROM mou_documents) + (SELECT count(*) FROM mou_document_chunks) AS rows")(
                    "rows")
            #expect(rows == 0, "\(member.person.email)")
        }
        // The bank has one, too; what its people may do past the verbs is nothing but withdraw it.
        _ = await give(kenji, "Minutes", "kind=minutes&filename=m.txt", to: home)
        for sql: Query in [
            "UPDATE mou_documents SET state = 'clean', scanner = 'me'", "UPDATE mou_documents SET name = 'x.pdf'",
            "DELETE FROM mou_documents", "UPDATE mou_document_chunks SET bytes = 'x'",
            """
            INSERT INTO mou_documents (tenant_id, mou_id, id, kind, name, media_type, bytes, sha256, institution_id,
                                       confidential, given_by)
            SELECT tenant_id, mou_id, gen_random_uuid(), kind, name, media_type, bytes, sha256('y'), tenant_id, false,
                   given_by FROM mou_documents
            """,
        ] {
            await #expect(throws: DatabaseError.self, "\(sql.sql)") {
                try await world.database.write(as: world.context(Cast.kenji)) { try await $0.execute(sql) }
            }
        }
    }

    @Test("what is not what it says is refused, and an agreement that was given up takes no more")
    func refusals() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await give(mei, "<svg/>", to: home).problem?.kind == .fileRefused)
        #expect(await give(mei, pdf, "kind=poem&filename=a.pdf", to: home).status == 422)
        #expect(await give(mei, pdf, to: "/v1/mous/\(MoU.ID())/documents").status == 404)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("UPDATE mous SET state = 'abandoned' WHERE id = \(second)")
        }
        #expect(await give(mei, pdf, to: home).status == 409)
        let rows: Int = try await world.owner.reader(as: .none).value("SELECT count(*) FROM mou_documents")
        #expect(rows == 0)
    }

    @Test("the page takes a file, says beside the field what is wrong with it, and gives it back")
    func page() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/console/mous/\(second)/documents"
        #expect(await mei.open("/console/mous/\(second)").text.contains(place))
        #expect(await mei.open(place).text.contains("enctype=\"multipart/form-data\""))
        func send(_ name: String, _ body: String) async -> Outgoing {
            let fields = [("csrf", mei.csrf), ("kind", "annex")].map { name, value in
                "--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
            }
            let form =
                fields.joined()
                + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n\(body)\r\n--b--\r\n"
            return await world.edge.respond(
                to: Incoming(
                    "POST", place,
                    headers: [
                        ("Cookie", "trellis=\(mei.cookie)"), ("Sec-Fetch-Site", "same-origin"),
                        ("Content-Type", "multipart/form-data; boundary=b"),
                    ], body: Array(form.utf8)))
        }
        let refused = await send("annex.pdf", "<html>")
        #expect(refused.status == 422 && refused.text.contains("The file is not what its name says."))
        let none = await mei.send(place, [("kind", "annex")])
        #expect(none.status == 422 && none.text.contains("Choose a file."))
        let given = await send("Annex <1>.pdf", pdf)
        #expect(given.status == 303, "\(given.text.prefix(300))")
        let shown = await mei.open(try #require(given.header("Location")))
        #expect(shown.text.contains("Annex &lt;1&gt;.pdf") && shown.text.contains("No virus scanner is set up here"))
        let kept = try await world.database.reader(as: world.context(Cast.kenji)).documents(of: second)
        let document = try #require(kept.first)
        let theirs = "/partner/agreements/\(second)/documents"
        let kenji = try await Visitor(Cast.kenji, in: world)
        let listed = await kenji.open(theirs)
        #expect(listed.text.contains(document.sha256.prefix(16)) && !listed.text.contains("/withdrawal"))
        #expect(try await kenji.open("\(theirs)/\(document.id)").wholeBody() == Array(pdf.utf8))
        #expect(await mei.send("\(place)/\(document.id)/withdrawal").status == 303)
        #expect(await kenji.open("\(theirs)/\(document.id)").status == 404)
    }

    @Test("what the park keeps to itself has a limit of its own, which a party does not meet")
    func limits() async throws {
        let world = try await World()
        let (mei, kenji) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let query = "kind=minutes&filename=talks.txt"
        func plant(confidential: Bool) async throws {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                try await transaction.execute(
                    """
                    INSERT INTO mou_documents (tenant_id, mou_id, id, kind, name, media_type, bytes, sha256, institution_id,
                                               confidential, state, given_by)
                    SELECT \(Cast.harbour.id), \(second), gen_random_uuid(), 'minutes', 'talks.txt', 'text/plain', 1,
                           sha256(n::text::bytea), \(Cast.harbour.id), \(confidential), 'clean', \(Cast.mei.person.id)
                    FROM generate_series(1, 100) AS n
                    """)
            }
        }
        try await plant(confidential: true)
        #expect(await give(mei, "One more", "\(query)&confidential=true", to: home).status == 409)
        #expect(await give(kenji, "Ours", query, to: home).status == 201)
        #expect(await give(mei, "For both", query, to: home).status == 201)
        try await plant(confidential: false)
        #expect(await give(kenji, "Ours again", query, to: home).status == 409)
    }

    @Test("with a scanner a file waits, and what the scanner refuses is gone", .timeLimit(.minutes(2)))
    func quarantine() async throws {
        let world = try await World()
        let edge = try Edge(
            operations: PartnershipsRoom.operations(hasScanner: true), authenticator: Gate(database: world.database),
            database: world.database, configuration: .ephemeral(), logger: Logger(label: "test"))
        let mei = try await Visitor(Cast.mei, in: world, before: edge)
        #expect(try await give(mei, pdf + "% infected", to: home).json()["state"]?.text == "quarantined")
        #expect(try await give(mei, pdf, to: home).json()["state"]?.text == "quarantined")
        let bank = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await bank.documents(of: second).isEmpty)
        let reader = world.database.reader(as: world.context(Cast.mei))
        try await withScanner { scanner in
            try await working(in: world, by: scanner) {
                let states = try await world.awaiting(
                    { try await reader.documents(of: second).map(\.state) }, until: { !$0.contains(.quarantined) })
                #expect(Set(states) == [.rejected, .clean] && states.count == 2)
            }
        }
        #expect(try await bank.documents(of: second).map(\.state) == [.clean])
        let refused = try await reader.documents(of: second).first { $0.state == .rejected }
        #expect(refused?.reason == "Eicar")
        // Of the one only its bytes are left, of the other none.
        let left: [Int] = try await world.owner.reader(as: .none).rows(
            "SELECT octet_length(bytes) AS bytes FROM mou_document_chunks"
        ).map { try $0("bytes") }
        #expect(left == [pdf.utf8.count])
    }

    /// A worker with this scanner, while `body` lasts.
    private func working(in world: World, by scanner: Clamd, _ body: () async throws -> Void) async throws {
        var configuration = Worker.Configuration()
        configuration.poll = .milliseconds(20)
        configuration.shutdownGrace = .milliseconds(50)
        let worker = Worker(database: world.database, logger: Logger(label: "test"), configuration: configuration)
        PartnershipsRoom.register(in: worker, scanner: scanner)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    /// A scanner that finds something in what says that it is infected, and ends with the test.
    private func withScanner(_ body: (Clamd) async throws -> Void) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            """
            import socket, struct, threading
            def exactly(c, n):
                data = b""
                while len(data) < n:
                    more = c.recv(n - len(data))
                    if not more: raise EOFError
                    data += more
                return data
            def answer(c):
                with c:
                    exactly(c, 10)
                    file = b""
                    while (n := struct.unpack(">I", exactly(c, 4))[0]): file += exactly(c, n)
                    c.sendall(b"stream: Eicar FOUND\\0" if b"infected" in file else b"stream: OK\\0")
            s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
            print(s.getsockname()[1], flush=True)
            while True: threading.Thread(target=answer, args=(s.accept()[0],), daemon=True).start()
            """,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        // A child of a test inherits blocked signals; this one cannot be.
        defer { kill(process.processIdentifier, SIGKILL) }
        let port = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try await body(try #require(Clamd("127.0.0.1:\(port)", seconds: 20)))
    }
}
