import Accounts
import DemoWorld
import Files
import Foundation
import Institutions
import Investment
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Fundraising
@testable import Postgres

@Suite("Data rooms")
struct DataRoomTests {
    /// Adds a document by the founder's API and gives its id.
    private func add(
        _ contents: String = samplePDF(), named name: String = "deck.pdf", watermarked: Bool = true,
        to world: FundraisingWorld
    ) async throws -> String {
        let answer = await add(contents, named: name, watermarked: watermarked, by: try await world.visitor(Cast.ada))
        #expect(answer.status == 201, "\(answer.text)")
        guard case .string(let id) = try answer.json()["id"] else { throw Problem.notFound }
        return id
    }

    private func add(
        _ contents: String, named name: String, watermarked: Bool, by ada: Visitor
    ) async -> Outgoing {
        await ada.ask(
            "POST",
            "/v1/data-room/documents?folder=Pitch&title=Deck&filename=\(name)&watermarked=\(watermarked)",
            json: contents, as: "application/octet-stream")
    }

    @discardableResult
    private func grant(
        _ document: String, to firm: Institution.ID?, download: Bool = false, until day: CalendarDate? = nil,
        in world: FundraisingWorld
    ) async throws -> RoomGrant.ID {
        let (id, document) = (RoomGrant.ID(), try #require(RoomDocument.ID(document)))
        _ = try await world.write(as: Cast.ada) {
            try await $0.grantReading(
                of: document, NewRoomGrant(to: firm, mayDownload: download, until: day), as: id,
                by: Cast.ada.person.id)
        }
        return id
    }

    private func view(_ document: String, _ visitor: Visitor, _ deed: String = "view") async -> Outgoing {
        await visitor.ask("GET", "/v1/data-room/documents/\(document)/\(deed)")
    }

    @Test("show a document to whom the startup lets, with the reader's name, and log it")
    func watermarked() async throws {
        let world = try await FundraisingWorld()
        try await world.introduce(consenting: false)
        let document = try await add(to: world)
        let (ada, jun) = (try await world.visitor(Cast.ada), try await world.visitor(Cast.jun))
        #expect(await view(document, jun).status == 404, "nobody reads it before somebody is let")
        try await grant(document, to: world.tidewater, in: world)

        let shown = await view(document, jun)
        #expect(shown.status == 200, "\(shown.text.prefix(300))")
        #expect(shown.header("Content-Disposition")?.hasPrefix("inline") == true)
        #expect(shown.header("Content-Type") == "application/pdf")
        let bytes = try await shown.wholeBody()
        let refused = await view(document, jun, "download")
        #expect(refused.status == 403, "shown is not taken away: \(refused.text)")
        try await grant(document, to: world.tidewater, download: true, in: world)
        let taken = await view(document, jun, "download")
        #expect(taken.status == 200 && taken.header("Content-Disposition")?.hasPrefix("attachment") == true)
        let copy = try await taken.wholeBody()

        // Its own startup gets it as it is.
        #expect(try await view(document, ada, "download").wholeBody() == Array(samplePDF().utf8))
        let log = try await world.reader(Cast.ada).roomAccesses(limit: 10)
        #expect(log.map(\.deed) == [.download, .download, .view])
        #expect(log.map(\.isOwn) == [true, false, false])
        #expect(log[2].personName == Cast.jun.person.name && log[2].firmName == "Tidewater Capital")
        // Each page bears who reads it and the entry of the log, each copy its own.
        for (file, entry) in [(bytes, log[2]), (copy, log[1])] {
            for page in 1...2 {
                let read = try words(onPage: page, of: file)
                let name = Cast.jun.person.name.filter { !$0.isWhitespace }
                #expect(read.contains("Confidentialfigures"), "\(page): \(read)")
                #expect(read.contains("\(name)·TidewaterCapital"), "\(page): \(read)")
                #expect(read.contains(String(entry.id.description.prefix(8))), "\(page): \(read)")
            }
        }
        #expect(log.map(\.watermarked) == [false, true, true] && log.allSatisfy { $0.version == 1 })
        #expect(await ada.open("/data-room/accesses").text.contains(String(log[2].id.description.prefix(8))))
        // The park counts, and learns nothing else.
        let count = try #require(try await world.reader(Cast.mei).roomCounts().first { $0.startup == world.startup })
        #expect((count.documents, count.grants, count.views, count.downloads, count.firms) == (1, 1, 1, 1, 1))
        #expect(await view(document, try await world.visitor(Cast.mei)).status == 403)
    }

    @Test("a host of their own hands them out as the page would: marked, logged once, and looked at again")
    func documentsHost() async throws {
        let world = try await FundraisingWorld()
        try await world.introduce(consenting: false)
        let document = try await add(to: world)
        let granted = try await grant(document, to: world.tidewater, in: world)
        var configuration = Edge.Configuration.ephemeral()
        configuration.publicURL = "http://park.example"
        configuration.documentsURL = "http://files.example"
        let edge = try world.world.edge(configuration)
        let jun = try await Visitor(Cast.jun, in: world.world, before: edge)
        func ticket() async throws -> String {
            let sent = await jun.open("/data-room/documents/\(document)/view")
            #expect(sent.status == 303, "\(sent.text.prefix(300))")
            return try #require(sent.header("Location")?.replacing("http://files.example", with: ""))
        }
        func fetch(_ ticket: String) async -> Outgoing {
            await edge.respond(to: Incoming("GET", ticket, headers: [("Host", "files.example")]))
        }
        let first = try await ticket()
        #expect(try await world.reader(Cast.ada).roomAccesses(limit: 10).isEmpty, "nothing has left yet")
        let shown = await fetch(first)
        #expect(shown.status == 200, "\(shown.text)")
        // The viewer of PDFs shows it: nobody's page, in an origin without cookies.
        #expect(shown.header("Content-Disposition")?.hasPrefix("inline") == true)
        #expect(shown.header("X-Content-Type-Options") == "nosniff" && shown.headers("Set-Cookie").isEmpty)
        let log = try await world.reader(Cast.ada).roomAccesses(limit: 10)
        #expect(log.map(\.deed) == [.view] && log.map(\.watermarked) == [true])
        let read = try words(onPage: 1, of: try await shown.wholeBody())
        #expect(read.contains(String(try #require(log.first).id.description.prefix(8))), "\(read)")
        // What may not be taken away is refused where the page is.
        #expect(await jun.open("/data-room/documents/\(document)/download").status == 403)
        // A grant that ends before the ticket is used ends the ticket.
        let late = try await ticket()
        let id = try #require(RoomDocument.ID(document))
        try await world.write(as: Cast.ada) { try await $0.revokeGrant(granted, of: id, by: Cast.ada.person.id) }
        #expect(await fetch(late).status == 404)
        #expect(try await world.reader(Cast.ada).roomAccesses(limit: 10).count == 1)
    }

    @Test("close at once: revoked, over, the introduction ended, the verification gone")
    func closing() async throws {
        let world = try await FundraisingWorld()
        let introduction = try await world.introduce(consenting: false)
        let document = try await add(to: world)
        let jun = try await world.visitor(Cast.jun)
        let named = try await grant(document, to: world.tidewater, in: world)
        #expect(await view(document, jun).status == 200)
        let id = try #require(RoomDocument.ID(document))
        try await world.write(as: Cast.ada) { try await $0.revokeGrant(named, of: id, by: Cast.ada.person.id) }
        #expect(await view(document, jun).status == 404)
        await #expect(throws: RoomRefusal.revoked) {
            try await world.write(as: Cast.ada) { try await $0.revokeGrant(named, of: id, by: Cast.ada.person.id) }
        }

        try await grant(document, to: world.tidewater, until: world.today.adding(days: 3), in: world)
        try await world.letPass(days: 3)
        #expect(await view(document, jun).status == 200, "the last day counts")
        try await world.letPass(days: 1)
        #expect(await view(document, jun).status == 404)

        // For all who are introduced: both have to consent first.
        try await grant(document, to: nil, in: world)
        #expect(await view(document, jun).status == 404)
        _ = try await world.write(as: Cast.ada) {
            try await $0.consentToIntroduction(introduction, by: Cast.ada.person.id)
        }
        #expect(await view(document, jun).status == 200)
        let room = await jun.open("/raising/\(world.startup)")
        #expect(room.text.contains("/data-room/documents/\(document)/view"), "\(room.text)")
        #expect(!room.text.contains("/data-room/documents/\(document)/download"))
        _ = try await world.write(as: Cast.jun) {
            try await $0.recordStep(
                NewStep(.passed, because: .team), of: introduction,
                by: IntroductionActor(Cast.jun.person.id, for: .investor))
        }
        #expect(await view(document, jun).status == 404)

        try await grant(document, to: world.tidewater, in: world)
        #expect(await view(document, jun).status == 200)
        try await world.endVerifications()
        #expect(await view(document, jun).status == 404)
    }

    @Test("end a delivery that is under way when the grant is revoked")
    func revokedUnderWay() async throws {
        let world = try await FundraisingWorld()
        try await world.introduce(consenting: false)
        for watermarked in [true, false] {
            let document = try #require(RoomDocument.ID(try await add(watermarked: watermarked, to: world)))
            let grant = try await grant(document.description, to: world.tidewater, download: true, in: world)
            let principal = world.world.principal(Cast.jun)
            let file = RoomFile(database: world.world.database, context: principal.context, watermarker: .standard)
            let sent = try await file.deliver(document, as: .download, to: principal)
            #expect(try await sent.piece(0)?.isEmpty == false)
            try await world.write(as: Cast.ada) {
                try await $0.revokeGrant(grant, of: document, by: Cast.ada.person.id)
            }
            let next = try? await sent.piece(0)
            #expect(next == nil || next == .some(nil), "\(watermarked)")
        }
    }

    @Test("hand out no document that takes no watermark, and tell the startup")
    func unmarkable() async throws {
        let world = try await FundraisingWorld()
        try await world.introduce(consenting: false)
        let broken = try await add("%PDF-1.7\nOur harbour plan\n%%EOF\n", to: world)
        try await grant(broken, to: world.tidewater, in: world)
        let jun = try await world.visitor(Cast.jun)
        let (refused, subject) = try await world.world.working {
            let refused = await view(broken, jun)
            let subjects = try await world.world.awaiting {
                try await world.subjects(to: Cast.ada)
            } until: {
                $0.contains { $0.contains("could not be handed out") }
            }
            return (refused, subjects)
        }
        #expect(refused.status == 409 && refused.text.contains("no watermark could be put on it"), "\(refused.text)")
        #expect(!refused.text.contains("Our harbour plan"))
        #expect(subject.contains("A document of your data room could not be handed out"))
        #expect(try await world.reader(Cast.ada).roomAccesses(limit: 5).isEmpty, "nothing was handed out")
        let page = try await world.visitor(Cast.ada).open("/data-room/documents/\(broken)")
        #expect(page.text.contains("Nobody gets this document"), "\(page.text)")

        // Another version is another chance.
        let ada = try await world.visitor(Cast.ada)
        let second = await ada.ask(
            "POST", "/v1/data-room/documents/\(broken)/versions?filename=again.pdf", json: samplePDF(),
            as: "application/octet-stream")
        #expect(second.status == 201, "\(second.text)")
        #expect(await view(broken, jun).status == 200)
        #expect(try await world.reader(Cast.ada).roomAccesses(limit: 1).first?.version == 2)
    }

    @Test("blame no document for a reader's name or for a machine that is not well")
    func blameless() async throws {
        let world = try await FundraisingWorld()
        try await world.introduce(consenting: false)
        let document = try await add(to: world)
        try await grant(document, to: world.tidewater, in: world)
        let principal = world.world.principal(Cast.jun)
        let id = try #require(RoomDocument.ID(document))
        let unwell = RoomFile(
            database: world.world.database, context: principal.context, watermarker: Watermarker(program: "/nowhere"))
        await #expect {
            _ = try await unwell.deliver(id, as: .view, to: principal)
        } throws: {
            ($0 as? Problem)?.status == 503
        }
        // A letter of a private alphabet.
        try await world.world.owner.write(as: .none) {
            try await $0.execute("UPDATE people SET name = \("Jun \u{E9F3}") WHERE id = \(Cast.jun.person.id)")
        }
        let refused = await view(document, try await world.visitor(Cast.jun))
        #expect(refused.status == 409 && refused.text.contains("a letter of your name"), "\(refused.text)")
        #expect(!refused.text.contains("The startup has been told"))
        #expect(try await world.jobs(NoteUnmarkable.kind) == 0)
        #expect(try await world.reader(Cast.ada).roomAccesses(limit: 5).isEmpty)
    }

    @Test("write to a firm once, of what it can read")
    func letters() async throws {
        let world = try await FundraisingWorld()
        try await world.introduce(consenting: false)
        let document = try await add(to: world)
        let id = try #require(RoomDocument.ID(document))
        try await grant(document, to: world.tidewater, in: world)
        let second = try await grant(document, to: world.tidewater, download: true, in: world)
        #expect(try await world.jobs(TellOfGrant.kind) == 1, "what is changed is not told again")

        let letter = TellOfGrant(startup: world.startup.uuid, document: id.uuid, investor: world.tidewater.uuid)
        let service = Context([
            (name: "trellis.tenant", value: Cast.harbour.id.description), (name: "trellis.role", value: "system"),
        ])
        func told() async throws -> Int {
            try await world.world.database.write(as: service) { try await $0.tell(of: letter) }
            return try await world.subjects(to: Cast.jun).count { $0.contains("lets you read a document") }
        }
        #expect(try await told() == 1)
        for state in ["quarantined", "clean"] {
            try await world.world.owner.write(as: .none) {
                try await $0.execute("SET LOCAL session_replication_role = replica")
                try await $0.execute("UPDATE data_room_versions SET state = \(state)")
            }
            if state == "quarantined" { #expect(try await told() == 1, "the scanner has not looked") }
            try await world.world.database.write(as: service) { [startup = world.startup] in
                try await $0.tellOfGrants(of: id, in: startup)
            }
        }
        #expect(try await world.jobs(TellOfGrant.kind) == 2, "once it has, the firm is written to")
        let block = try await world.block()
        #expect(try await told() == 1, "blocked")
        try await world.write(as: Cast.ada) { try await $0.liftBlock(block, by: Cast.ada.person.id) }
        #expect(try await told() == 2)
        try await world.write(as: Cast.ada) { try await $0.revokeGrant(second, of: id, by: Cast.ada.person.id) }
        #expect(try await told() == 2, "revoked")
        try await grant(document, to: world.tidewater, in: world)
        #expect(try await world.jobs(TellOfGrant.kind) == 3, "let anew")
        try await world.endVerifications()
        #expect(try await told() == 2, "not verified")
    }

    @Test("tell whoever asks for the head alone what they would get, and log nothing: nothing was read")
    func heads() async throws {
        let world = try await FundraisingWorld()
        try await world.introduce(consenting: false)
        let document = try await add(to: world)
        let (ada, jun) = (try await world.visitor(Cast.ada), try await world.visitor(Cast.jun))
        func head(_ document: String, _ deed: String, by visitor: Visitor) async -> Outgoing {
            await visitor.ask("HEAD", "/v1/data-room/documents/\(document)/\(deed)")
        }
        #expect(await head(document, "view", by: jun).status == 404)
        try await grant(document, to: world.tidewater, in: world)
        let shown = await head(document, "view", by: jun)
        #expect(shown.status == 200 && shown.header("Content-Type") == "application/pdf")
        #expect(shown.header("Content-Length") == nil, "how long it is with a watermark, only a watermark tells")
        #expect(try await shown.wholeBody().isEmpty)
        #expect(await head(document, "download", by: jun).status == 403)
        let own = await head(document, "download", by: ada)
        #expect(own.header("Content-Length") == "\(samplePDF().utf8.count)")
        #expect(try await world.reader(Cast.ada).roomAccesses(limit: 10).isEmpty)
        // Nor is it found out that a document takes no watermark.
        let damaged = try await add("%PDF-1.7\nnothing more\n%%EOF\n", to: world)
        try await grant(damaged, to: world.tidewater, in: world)
        #expect(await head(damaged, "view", by: jun).status == 200)
        #expect(try await world.jobs(NoteUnmarkable.kind) == 0)
    }

    @Test("have an end: so many documents and no more")
    func bounds() async throws {
        let world = try await FundraisingWorld()
        try await world.world.owner.write(as: .none) { [startup = world.startup] in
            try await $0.execute(
                """
                INSERT INTO data_room_documents (tenant_id, startup_id, id, folder, title, watermarked, added_by)
                SELECT tenant_id, id, gen_random_uuid(), 'Pitch', 'Deck', true, \(Cast.ada.person.id)
                FROM startups, generate_series(1, 499) WHERE id = \(startup)
                """)
        }
        let ada = try await world.visitor(Cast.ada)
        // Of two that come at once, one.
        async let one = add(samplePDF(), named: "deck.pdf", watermarked: true, by: ada)
        async let other = add(samplePDF(), named: "deck.pdf", watermarked: true, by: ada)
        let answers = await [one, other].sorted { $0.status < $1.status }
        #expect(answers.map(\.status) == [201, 409])
        #expect(answers[1].text.contains("at most 500 documents"), "\(answers[1].text)")
    }

    @Test("take other kinds only where the startup says that they go without a watermark")
    func otherKinds() async throws {
        let world = try await FundraisingWorld()
        try await world.introduce(consenting: false)
        let ada = try await world.visitor(Cast.ada)
        let refused = await add("a,b\n1,2\n", named: "figures.csv", watermarked: true, by: ada)
        #expect(refused.status == 422 && refused.text.contains("Only a PDF can carry a watermark"), "\(refused.text)")
        let document = try await add("a,b\n1,2\n", named: "figures.csv", watermarked: false, to: world)
        await #expect(throws: RoomRefusal.onlyDownloaded) { try await grant(document, to: world.tidewater, in: world) }
        try await grant(document, to: world.tidewater, download: true, in: world)
        let jun = try await world.visitor(Cast.jun)
        #expect(await view(document, jun).status == 409, "a browser shows PDFs")
        #expect(try await view(document, jun, "download").wholeBody() == Array("a,b\n1,2\n".utf8))
        #expect(try await world.reader(Cast.ada).roomAccesses(limit: 1).first?.watermarked == false)
        // The database says it again.
        await #expect {
            try await world.world.owner.write(as: .none) {
                try await $0.execute("UPDATE data_room_documents SET watermarked = true")
                try await $0.execute(
                    """
                    INSERT INTO data_room_versions (tenant_id, startup_id, document_id, number, name, media_type, bytes, sha256,
                                                    state, uploaded_by)
                    SELECT tenant_id, startup_id, id, 9, 'x.csv', 'text/csv', 1, sha256('x'), 'clean', added_by
                    FROM data_room_documents
                    """)
            }
        } throws: {
            ($0 as? DatabaseError)?.constraint == "watermarks_go_on_pdfs"
        }
    }

    @Test("name no firm that has not asked, and no day that has passed")
    func grants() async throws {
        let world = try await FundraisingWorld()
        let document = try await add(to: world)
        let id = try #require(RoomDocument.ID(document))
        await #expect {
            try await grant(document, to: world.tidewater, in: world)
        } throws: {
            ($0 as? DatabaseError)?.constraint == "grants_go_to_firms_that_asked"
        }
        await #expect(throws: RoomRefusal.expiresInThePast) {
            try await grant(document, to: nil, until: world.today.adding(days: -1), in: world)
        }
        await #expect(throws: Problem.notFound) {
            try await world.write(as: Cast.ravi) {
                try await $0.grantReading(of: id, NewRoomGrant(to: nil), as: RoomGrant.ID(), by: Cast.ravi.person.id)
            }
        }
        // One that indicated an amount may be named.
        let round = try await world.open()
        try await world.indicate(100, as: Cast.jun, to: round)
        try await grant(document, to: world.tidewater, in: world)
        #expect(try await world.reader(Cast.ada).firmsToGrant(to: world.startup).map(\.id) == [world.tidewater])
        try await grant(document, to: world.tidewater, download: true, in: world)
        let standing = try await world.reader(Cast.ada).roomGrants(of: world.startup)
        #expect(standing.map(\.mayDownload) == [true], "a new one replaces what was said of the same firm")
    }

    @Test("keep rows, pieces and the log from everybody else, and the log from change")
    func secondWall() async throws {
        let world = try await FundraisingWorld()
        try await world.introduce(consenting: false)
        let document = try await add(to: world)
        try await grant(document, to: world.tidewater, in: world)
        #expect(await view(document, try await world.visitor(Cast.jun)).status == 200)
        for table in ["documents", "versions", "pieces", "grants", "accesses"] {
            for (member, count) in [
                (Cast.mei, 0), (Cast.chloe, 0), (Cast.ravi, 0), (Cast.kenji, 0), (Cast.leo, 0),
                (Cast.jun, table == "accesses" ? 0 : 1), (Cast.ada, 1),
            ] {
                let rows = try await world.reader(member).rows(
                    Query(unchecked: "SELECT 1 AS one FROM data_room_\(table)"))
                #expect(rows.count == count, "\(table) \(member.person.name)")
            }
        }
        let trail = try await world.reader(Cast.mei).rows("SELECT seq FROM audit_events WHERE noun LIKE 'data_room_%'")
        #expect(trail.isEmpty)
        for statement in ["UPDATE data_room_accesses SET deed = 'download'", "DELETE FROM data_room_accesses"] {
            await #expect("\(statement)") {
                try await world.world.owner.write(as: .none) { try await $0.execute(Query(unchecked: statement)) }
            } throws: {
                ($0 as? DatabaseError)?.constraint == "accesses_are_append_only"
            }
        }
        // Nobody signs for somebody else, nor for more than they may.
        for (person, deed) in [("gen_random_uuid()", "view"), ("acting_person()", "download")] {
            await #expect("\(deed)") {
                try await world.write(as: Cast.jun) {
                    try await $0.execute(
                        Query(
                            unchecked: """
                                INSERT INTO data_room_accesses
                                    (tenant_id, startup_id, id, document_id, number, person_id, institution_id, person_name,
                                     firm_name, deed, watermarked)
                                SELECT tenant_id, startup_id, gen_random_uuid(), document_id, number, \(person),
                                       acting_institution(), 'x', 'x', '\(deed)', true FROM data_room_versions
                                """))
                }
            } throws: {
                $0 is DatabaseError
            }
        }
        let removed = try await world.visitor(Cast.ada).send("/data-room/documents/\(document)/removal")
        #expect(removed.status == 303)
        #expect(await view(document, try await world.visitor(Cast.jun)).status == 404)
        let left = try await world.world.owner.reader(as: .none).rows("SELECT seq FROM data_room_pieces")
        #expect(left.isEmpty)
        #expect(try await world.reader(Cast.ada).roomAccesses(limit: 5).count == 1, "who read it stays known")
    }
}
