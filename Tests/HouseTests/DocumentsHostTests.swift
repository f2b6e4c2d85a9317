import Accounts
import DemoWorld
import Foundation
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import House
@testable import Postgres

/// Where documents have a host of their own, browsers fetch them there by tickets, and nothing else is to be had there.
@Suite("The documents' host", .timeLimit(.minutes(3)))
struct DocumentsHostTests {
    private static let pdf = "%PDF-1.7\nOur harbour plan\n%%EOF\n"
    private static let host = "files.example"
    private let call: CallForApplications.ID = demoID("call incubation")

    /// Ravi with a file in his draft, before an edge that hands documents out elsewhere.
    private struct Scene {
        let world: World
        let edge: Edge
        let ravi: Visitor
        /// The file on Ravi's page, and by API.
        let page: String
        let operation: String

        /// What a browser without cookies gets from the documents' host.
        func fetch(
            _ path: String, _ method: String = "GET", headers: [(String, String)] = []
        ) async -> Outgoing {
            await edge.respond(to: Incoming(method, path, headers: [("Host", DocumentsHostTests.host)] + headers))
        }

        /// The path of a fresh ticket.
        func ticket() async throws -> String {
            let sent = await ravi.open(page)
            #expect(sent.status == 303, "\(sent.text)")
            let place = try #require(sent.header("Location"))
            #expect(place.hasPrefix("http://\(DocumentsHostTests.host)/"), "\(place)")
            return String(place.dropFirst("http://\(DocumentsHostTests.host)".count))
        }

        func count(_ query: Query) async throws -> Int { try await world.owner.reader(as: .none).value(query) }

        func signed() async throws -> Int {
            try await count("SELECT count(*) AS rows FROM document_downloads")
        }
    }

    private func scene(guesses: Double? = nil) async throws -> Scene {
        let world = try await World()
        var configuration = Edge.Configuration.ephemeral()
        configuration.publicURL = "http://park.example"
        configuration.documentsURL = "http://\(Self.host)/"
        if let guesses { configuration.rates = [.signIn: Rate(perSecond: 0.001, burst: guesses)] }
        let edge = try world.edge(configuration)
        let ravi = try await Visitor(Cast.ravi, in: world)
        let deck = UUID()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO call_questions (tenant_id, call_id, id, position, prompt, required, files)
                SELECT tenant_id, id, \(deck), 900, '{"en": "Your deck"}', true, '{"extensions": ["pdf"], "most": 2}'
                FROM calls WHERE id = \(call)
                """)
        }
        let place = try #require(await ravi.ask("POST", "/v1/calls/\(call)/applications").header("Location"))
        let given = await ravi.ask(
            "POST", "\(place)/documents?question=\(deck.uuidString.lowercased())&filename=deck.pdf", json: Self.pdf,
            as: "application/octet-stream")
        let operation = try #require(given.header("Location"), "\(given.text)")
        return Scene(
            world: world, edge: edge, ravi: try await Visitor(Cast.ravi, in: world, before: edge),
            page: operation.replacing("/v1/", with: "/portal/"), operation: operation)
    }

    @Test("the page leads there by a ticket that is good once, and what is signed for is signed there")
    func once() async throws {
        let scene = try await scene()
        let ticket = try await scene.ticket()
        #expect(try await scene.signed() == 0, "nothing has left yet")
        // Whoever looks ahead uses nothing up.
        #expect(await scene.fetch(ticket, "HEAD").status == 404)
        let sent = await scene.fetch(ticket)
        #expect(sent.status == 200, "\(sent.text)")
        #expect(try await sent.wholeBody() == Array(Self.pdf.utf8))
        #expect(sent.header("Content-Disposition")?.hasPrefix("attachment;") == true)
        #expect(sent.header("Content-Security-Policy") == "sandbox; default-src 'none'")
        #expect(sent.header("X-Content-Type-Options") == "nosniff" && sent.header("Cache-Control") == "no-store")
        #expect(sent.header("Referrer-Policy") == "no-referrer" && sent.headers("Set-Cookie").isEmpty)
        #expect(try await scene.signed() == 1)
        let again = await scene.fetch(ticket)
        #expect(again.status == 404 && again.text.contains("Go back to the page"))
        #expect(again.header("Content-Type") == "text/plain; charset=utf-8" && again.headers("Set-Cookie").isEmpty)
        #expect(try await scene.signed() == 1)
        let japanese = await scene.fetch(ticket, headers: [("Accept-Language", "ja")])
        #expect(japanese.text.contains("使用済み"))

        // Two who come at once with the same ticket.
        let shared = try await scene.ticket()
        async let one = scene.fetch(shared)
        async let other = scene.fetch(shared)
        let statuses = await [one.status, other.status]
        #expect(statuses.sorted() == [200, 404])
        // A ticket is none where pages are.
        let fresh = try await scene.ticket()
        #expect(await scene.ravi.open(fresh).status == 404)
        #expect(await scene.fetch(fresh).status == 200)
    }

    @Test("whoever guesses tickets too often waits, and nothing is looked up for them meanwhile")
    func guessed() async throws {
        let scene = try await scene(guesses: 2)
        let ticket = try await scene.ticket()
        let guess = "/" + String(repeating: "a", count: 43)
        for _ in 1...2 { #expect(await scene.fetch(guess).status == 404) }
        #expect(await scene.fetch(guess).status == 429)
        let waits = await scene.fetch(ticket)
        #expect(waits.status == 429 && waits.header("Retry-After") != nil)
        #expect(try await scene.count("SELECT count(*) AS rows FROM document_tickets") == 1, "it is still there")
    }

    @Test("a host that pages have too, or that is none, is no host of documents")
    func declared() async throws {
        let world = try await World()
        for (pages, documents) in [
            (nil, "http://files.example"), ("http://park.example", "http://PARK.example.:8081"),
            ("http://park.example", "files.example"), ("http://park.example", "http://"),
        ] {
            var configuration = Edge.Configuration.ephemeral()
            configuration.publicURL = pages
            configuration.documentsURL = documents
            #expect(throws: Edge.DeclarationError.self, "\(documents)") { try world.edge(configuration) }
        }
        #expect(Services.host(of: "[::1]:8080") == "[::1" && Services.host(of: "Files.Example.") == "files.example")
    }

    @Test("a ticket ends with its minute, its session, its seat and the right it was given for")
    func ends() async throws {
        let scene = try await scene()
        func after(_ change: Query) async throws -> Int {
            let ticket = try await scene.ticket()
            try await scene.world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                try await transaction.execute(change)
            }
            return await scene.fetch(ticket).status
        }
        #expect(try await after("SELECT 1") == 200)
        let signed = try await scene.signed()
        let late: Query = "UPDATE document_tickets SET expires_at = now() - interval '1 second'"
        #expect(try await after(late) == 404)
        let left = try await scene.count(
            "SELECT count(*) AS rows FROM document_tickets WHERE expires_at > now() + interval '60 seconds'")
        #expect(left == 0)
        let moved: Query = """
            UPDATE sessions AS s SET membership_id = (
                SELECT m.id FROM memberships AS m WHERE m.id <> s.membership_id LIMIT 1)
            WHERE s.hash IN (SELECT k.session_hash FROM document_tickets AS k)
            """
        let seat = Cast.ravi.seat(0)
        #expect(try await after(moved) == 404)
        try await scene.world.owner.write(as: .none) {
            try await $0.execute(
                "UPDATE sessions SET membership_id = \(seat) WHERE person_id = \(Cast.ravi.person.id)")
        }
        #expect(try await after("UPDATE documents SET removed_at = now(), removed_by = uploaded_by") == 404)
        try await scene.world.owner.write(as: .none) {
            try await $0.execute("SET LOCAL session_replication_role = replica")
            try await $0.execute("UPDATE documents SET removed_at = NULL, removed_by = NULL")
        }
        #expect(try await after("UPDATE memberships SET ended_at = now() WHERE id = \(seat)") == 404)
        try await scene.world.owner.write(as: .none) {
            try await $0.execute("SET LOCAL session_replication_role = replica")
            try await $0.execute("UPDATE memberships SET ended_at = NULL WHERE id = \(seat)")
        }
        // Signed out.
        let ticket = try await scene.ticket()
        try await scene.world.owner.write(as: .none) {
            try await $0.execute("DELETE FROM sessions WHERE person_id = \(Cast.ravi.person.id)")
        }
        #expect(await scene.fetch(ticket).status == 404)
        #expect(try await scene.count("SELECT count(*) AS rows FROM document_tickets") == 0)
        #expect(try await scene.signed() == signed)
    }

    @Test("nothing else answers there, whoever asks; tokens get documents as before, sessions by a ticket")
    func nothingElse() async throws {
        let scene = try await scene()
        for path in [
            "/", "/sign-in", "/livez", "/openapi.json", "/v1/storage", scene.page, scene.operation, "/a\u{0}b",
        ] {
            let answer = await scene.fetch(
                path,
                headers: [("Cookie", "trellis=\(scene.ravi.cookie)"), ("Authorization", "Bearer \(scene.ravi.token)")])
            #expect(answer.status == 404 && answer.headers("Set-Cookie").isEmpty, "\(path): \(answer.status)")
            #expect(answer.header("Content-Type") == "text/plain; charset=utf-8")
        }
        #expect(await scene.fetch("/sign-in", "POST").status == 404)
        let guess = "/" + String(repeating: "a", count: 43)
        #expect(await scene.fetch(guess).status == 404)

        let direct = await scene.ravi.ask("GET", scene.operation)
        #expect(direct.status == 200)
        #expect(try await direct.wholeBody() == Array(Self.pdf.utf8))
        let browser = await scene.ravi.open(scene.operation)
        #expect(browser.status == 303 && browser.header("Location")?.hasPrefix("http://\(Self.host)/") == true)
        // What is refused is refused where the page is, and nobody gets a ticket for it.
        let absent = scene.page.split(separator: "/").dropLast().joined(separator: "/") + "/\(UUID())".lowercased()
        #expect(await scene.ravi.open("/" + absent).status == 404)
        let rival = try await Visitor(Cast.ada, in: scene.world, before: scene.edge)
        #expect(await rival.open(scene.page).status == 404)
        let mei = try await Visitor(Cast.mei, in: scene.world, before: scene.edge)
        #expect(await mei.open(scene.page).status == 403)
        let tickets = try await scene.count(
            """
            SELECT count(*) AS rows FROM document_tickets AS k JOIN sessions AS s ON s.hash = k.session_hash
            WHERE s.person_id <> \(Cast.ravi.person.id)
            """)
        #expect(tickets == 0)
        // Only the gate reads tickets, and the service what is over.
        for context in [scene.world.context(Cast.ravi), Context.system(in: Cast.harbour.id)] {
            let seen: Int = try await scene.world.database.reader(as: context).value(
                "SELECT count(*) AS rows FROM document_tickets")
            #expect(seen == 0)
        }
        try await scene.world.owner.write(as: .none) {
            try await $0.execute("UPDATE document_tickets SET expires_at = now() - interval '1 second'")
        }
        try await scene.world.database.write(as: .platform) { try await $0.forgetDocumentTickets() }
        #expect(try await scene.count("SELECT count(*) AS rows FROM document_tickets") == 0)
    }
}
