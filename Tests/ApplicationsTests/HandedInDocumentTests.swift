import API
import Accounts
import Crypto
import DemoWorld
import Files
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// What was handed in keeps its files.
@Suite("Documents that were handed in")
struct HandedInDocumentTests {
    let call: CallForApplications.ID = demoID("call incubation")
    let ravi = Cast.ravi.person.id
    let first = "%PDF-1.7\nTwo buoys\n%%EOF\n"
    let second = "%PDF-1.7\nThree buoys, and a boat\n%%EOF\n"

    @Test("A copy names each file with its kind, size and hash, in its file, on the page to print and by API")
    func copy() async throws {
        let world = try await World()
        let deck = try await world.deck(of: call)
        let ravi = try await Visitor(Cast.ravi, in: world)
        let (id, document) = try await world.submitted(to: call, with: first, answering: deck, by: ravi)
        let snapshot = try #require(
            try await world.database.reader(as: world.context(Cast.ravi)).snapshots(of: id).first)
        let kept = try #require(snapshot.content.questions.last?.documents?.first)
        #expect(snapshot.isIntact && snapshot.content.questions.dropLast().allSatisfy { $0.documents == nil })
        #expect(kept.id == document && kept.name == "deck.pdf" && kept.mediaType == "application/pdf")
        #expect(kept.bytes == first.utf8.count && kept.sha256 == hash(first))

        let line = try await ravi.ask("GET", "/v1/applications/\(id)/snapshots").json()["items"]?.elements?.first
        let listed = line?["documents"]?.elements?.first
        #expect(listed?["sha256"]?.text == hash(first) && listed?["question"]?.text == deck.description)
        let mei = try await Visitor(Cast.mei, in: world)
        for (visitor, place) in [(ravi, "/portal"), (mei, "/console")] {
            for language in ["en", "zh-Hant", "ja"] {
                let page = await visitor.open("\(place)/applications/\(id)/copies/1?lang=\(language)")
                #expect(page.status == 200 && page.text.contains(hash(first)), "\(page.text)")
                #expect(page.text.contains("\(place)/applications/\(id)/documents/\(document)"))
                #expect(page.text.contains("application/pdf"))
            }
            let file = await visitor.open("\(place)/applications/\(id)/documents/\(document)")
            #expect(try await file.wholeBody() == Array(first.utf8))
        }
    }

    @Test(
        "What is replaced stays to be read with the copy that names it; the difference names both, and others read neither"
    )
    func replaced() async throws {
        let world = try await World()
        let deck = try await world.deck(of: call, required: false)
        let (ravi, mei) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.mei, in: world))
        let (id, old) = try await world.submitted(to: call, with: first, answering: deck, by: ravi)
        let place = "/v1/applications/\(id)"
        _ = try await world.ask(id, of: [deck])
        #expect(await ravi.ask("POST", "\(place)/documents/\(old)/removal").status == 200)
        let new = try await world.upload(second, to: deck, of: id, by: ravi)

        // While it changes them, its files are the startup's again; a manager reads what was handed in.
        #expect(await mei.ask("GET", "\(place)/documents/\(new)").status == 404)
        #expect(await ravi.ask("GET", "\(place)/documents/\(new)").status == 200)
        let shown = try await mei.ask("GET", "\(place)/documents").json()["items"]?.elements
        #expect(shown?.map { $0["id"]?.text } == [old.description])
        #expect(await mei.open("/console/applications/\(id)").text.contains("/documents/\(old)"))
        let past: Int = try await world.database.reader(as: world.context(Cast.mei)).value(
            """
            SELECT (SELECT count(*) FROM documents WHERE id = \(new))
                 + (SELECT count(*) FROM document_chunks WHERE document_id = \(new)) AS rows
            """)
        #expect(past == 0)

        #expect(await ravi.ask("POST", "\(place)/resubmission").status == 200)
        for visitor in [ravi, mei] {
            for (document, text) in [(old, first), (new, second)] {
                let sent = await visitor.ask("GET", "\(place)/documents/\(document)")
                #expect(sent.status == 200)
                #expect(try await sent.wholeBody() == Array(text.utf8))
            }
            let list = try await visitor.ask("GET", "\(place)/documents").json()["items"]?.elements
            #expect(list?.map { $0["id"]?.text } == [new.description])
            let difference = try await visitor.ask("GET", "\(place)/snapshots/2/differences?since=1").json()["items"]
            #expect(difference?.elements?.count == 1)
            let item = difference?.elements?.first
            #expect(item?["removed_documents"]?.elements?.map { $0["sha256"]?.text } == [hash(first)])
            #expect(item?["added_documents"]?.elements?.map { $0["sha256"]?.text } == [hash(second)])
        }
        let page = await mei.open("/console/applications/\(id)/copies").text
        #expect(page.contains("<del>deck.pdf (\(first.utf8.count) B, \(hash(first).prefix(16))…)"), "\(page)")
        #expect(page.contains("<ins>deck.pdf (\(second.utf8.count) B, \(hash(second).prefix(16))…)"))

        for member in [Cast.ada, Cast.nora, Cast.iris, Cast.jun, Cast.kenji] {
            let rows: Int = try await world.database.reader(as: world.context(member)).value(
                """
                SELECT (SELECT count(*) FROM documents WHERE application_id = \(id))
                     + (SELECT count(*) FROM document_chunks WHERE application_id = \(id)) AS rows
                """)
            #expect(rows == 0, "\(member.person.email)")
            let refused = await (try await Visitor(member, in: world)).ask("GET", "\(place)/documents/\(old)")
            #expect([403, 404].contains(refused.status))
        }
        let broken = try await world.owner.snapshot(as: .none) { snapshot in
            var broken: [String] = []
            for invariant in ApplicationsRoom.invariants {
                for try await row in try await snapshot.violations(of: invariant) {
                    broken.append("\(invariant.name): \(row.detail)")
                }
            }
            return broken
        }
        #expect(broken.isEmpty, "\(broken)")
    }

    @Test("Nobody takes the bytes of what was handed in, and what was not is gone when it is taken away")
    func bytes() async throws {
        let world = try await World()
        let deck = try await world.deck(of: call)
        let ravi = try await Visitor(Cast.ravi, in: world)
        let (id, old) = try await world.submitted(to: call, with: first, answering: deck, by: ravi)
        _ = try await world.ask(id, of: [deck])
        for sql: Query in [
            "DELETE FROM document_chunks WHERE document_id = \(old)",
            "DELETE FROM document_chunks",
        ] {
            let wall = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.ravi)) { try await $0.execute(sql) }
            }
            #expect(wall?.constraint == "what_is_handed_in_is_kept")
        }
        let new = try await world.upload(second, to: deck, of: id, by: ravi)
        #expect(await ravi.ask("POST", "/v1/applications/\(id)/documents/\(new)/removal").status == 200)
        #expect(try await chunks(of: new, in: world) == 0)
        #expect(try await chunks(of: old, in: world) == 1)
    }

    @Test("A park that goes on without the changes has the files back that were handed in, and the new ones are gone")
    func cancelled() async throws {
        let world = try await World()
        let deck = try await world.deck(of: call)
        let ravi = try await Visitor(Cast.ravi, in: world)
        let (id, old) = try await world.submitted(to: call, with: first, answering: deck, by: ravi)
        let request = try await world.ask(id, of: [deck])
        #expect(await ravi.ask("POST", "/v1/applications/\(id)/documents/\(old)/removal").status == 200)
        let new = try await world.upload(second, to: deck, of: id, by: ravi)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.cancelChanges(request.id, of: id, by: Cast.mei.person.id)
        }
        for member in [Cast.ravi, Cast.mei] {
            let reader = world.database.reader(as: world.context(member))
            #expect(try await reader.documents(of: id).map(\.id) == [old])
            #expect(try await reader.readableDocument(new, of: id) == nil)
            #expect(try await reader.application(id)?.count.isComplete == true)
        }
        #expect(try await chunks(of: new, in: world) == 0)
        #expect(try await chunks(of: old, in: world) == 1)
    }

    private func chunks(of document: Document.ID, in world: World) async throws -> Int {
        try await world.owner.reader(as: .none).value(
            "SELECT count(*) AS rows FROM document_chunks WHERE document_id = \(document)")
    }

    private func hash(_ text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

extension World {
    /// Asks for up to two PDF files at the end of a form.
    func deck(of call: CallForApplications.ID, required: Bool = true) async throws -> CallForApplications.Question.ID {
        let deck = CallForApplications.Question.ID()
        try await owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO call_questions (tenant_id, call_id, id, position, prompt, required, files)
                SELECT tenant_id, id, \(deck), 900, '{"en": "Your deck"}', \(required),
                       '{"extensions": ["pdf"], "most": 2}'
                FROM calls WHERE id = \(call)
                """)
        }
        return deck
    }

    /// A file as an answer, by API.
    func upload(
        _ text: String, named name: String = "deck.pdf", to question: CallForApplications.Question.ID,
        of id: Application.ID, by visitor: Visitor
    ) async throws -> Document.ID {
        let answer = await visitor.ask(
            "POST", "/v1/applications/\(id)/documents?question=\(question)&filename=\(name)", json: text,
            as: "application/octet-stream", headers: [("Idempotency-Key", UUID().uuidString)])
        return try #require(Document.ID(try answer.json()["id"]?.text ?? ""), "\(answer.text)")
    }

    /// Ravi's application with every text answered and one file, handed in.
    func submitted(
        to call: CallForApplications.ID, with file: String, answering question: CallForApplications.Question.ID,
        by visitor: Visitor
    ) async throws -> (Application.ID, Document.ID) {
        let id = try await draft(to: call)
        let answer = AnswerEdit(try LongText("We know harbours, and harbours know us."))
        let texts = try await questions(of: call).filter { $0.files == nil }
        _ = try await save(Dictionary(uniqueKeysWithValues: texts.map { ($0.id, answer) }), of: id)
        let document = try await upload(file, to: question, of: id, by: visitor)
        _ = try await database.write(as: context(Cast.ravi)) { transaction in
            try await transaction.submitApplication(id, by: Cast.ravi.person.id)
        }
        return (id, document)
    }
}
