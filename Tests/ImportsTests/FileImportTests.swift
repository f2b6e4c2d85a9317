import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Investment
import Jobs
import Logging
import Pages
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Imports

/// A world in which imports are performed.
private struct ImportWorld {
    let world: World
    let mei: Visitor

    init() async throws {
        world = try await World()
        mei = try await Visitor(Cast.mei, in: world)
    }

    func found(_ id: FileImport.ID) async throws -> FileImport {
        try #require(try await world.database.reader(as: world.context(Cast.mei)).fileImport(id))
    }

    /// Hands a file in and works until its import has ended.
    func imported(_ query: String, _ file: String) async throws -> FileImport {
        let answer = await handed(query, file)
        #expect(answer.status == 202, "\(answer.text)")
        let requested = try answer.decode(Handed.self)
        return try await perform(requested.id)
    }

    /// Hands a file in by API.
    func handed(_ query: String, _ file: String, key: String = UUID().uuidString) async -> Outgoing {
        await mei.ask(
            "POST", "/v1/imports?" + query, json: file, as: "application/octet-stream",
            headers: [("Idempotency-Key", key)])
    }

    func perform(_ id: FileImport.ID) async throws -> FileImport {
        try await world.working {
            try await world.awaiting {
                try await found(id)
            } until: {
                !$0.state.isUnderWay
            }
        }
    }

    func names(like name: String) async throws -> Int {
        try await world.database.reader(as: world.context(Cast.mei)).startups(
            named: name, in: nil, after: nil, limit: 100
        ).count
    }

    private struct Handed: Decodable {
        let id: FileImport.ID
    }
}

@Suite("Imports")
struct FileImportTests {
    private static let rows = """
        {"id": "n1", "name": "Newcomer One", "country": "HK", "tags": ["fintech"]}
        {"id": "n2", "name": ""}
        {"id": "n3", "name": "Newcomer Three", "country": "JP"}
        """

    @Test("a file that is handed in comes in by a job, and its report names line and field of what was refused")
    func comesIn() async throws {
        let imports = try await ImportWorld()
        let done = try await imports.imported("kind=startups&name=newcomers.jsonl", Self.rows)
        #expect(done.state == .finished)
        #expect(done.fileName.string == "newcomers.jsonl")
        let report = try #require(done.report)
        #expect((report.read, report.inserted, report.failed) == (3, 2, 1))
        #expect(report.faults.map(\.line) == [2])
        #expect(report.faults.first?.field == "name")
        #expect(try await imports.names(like: "Newcomer") == 2)
        let again = try await imports.imported("kind=startups", Self.rows)
        #expect(again.report?.unchanged == 2)
        // The file is gone with the end of the import.
        let left = try await imports.world.owner.reader(as: .none).rows("SELECT import_id FROM import_files")
        #expect(left.isEmpty)
    }

    @Test("a rehearsal reports the same and keeps nothing")
    func rehearsal() async throws {
        let imports = try await ImportWorld()
        let done = try await imports.imported("kind=startups&rehearsal=true", Self.rows)
        #expect(done.report?.inserted == 2)
        #expect(try await imports.names(like: "Newcomer") == 0)
    }

    @Test("new past investments are learned from; a rehearsal, other rows and the same ones again are not")
    func learnedFrom() async throws {
        let imports = try await ImportWorld()
        func models() async throws -> [LearnedModel] {
            try await imports.world.database.reader(as: imports.world.context(Cast.mei)).learnedModels(limit: 10)
        }
        _ = try await imports.imported("kind=startups", Self.rows)
        _ = try await imports.imported("kind=investors", "id,name\ni1,Moor Capital")
        let deals = "investor_id,startup_id,date,round_type,amount_usd\ni1,n1,2020-01-31,seed,750000"
        _ = try await imports.imported("kind=investments&rehearsal=true", deals)
        #expect(try await models().isEmpty)
        let done = try await imports.imported("kind=investments", deals)
        #expect(done.report?.inserted == 1)
        #expect(try await models().map(\.isAutomatic) == [true])
        #expect(try await imports.imported("kind=investments", deals).report?.unchanged == 1)
        #expect(try await models().count == 1)
    }

    @Test("one that is stopped in time brings nothing, and cannot be stopped twice")
    func stopped() async throws {
        let imports = try await ImportWorld()
        let answer = await imports.handed("kind=startups", Self.rows)
        let location = try #require(answer.header("Location"))
        let stopped = await imports.mei.ask("POST", location + "/cancellation")
        #expect(stopped.status == 200)
        #expect(try stopped.json()["state"] == .string("cancelled"))
        #expect(await imports.mei.ask("POST", location + "/cancellation").status == 409)
        let id = try #require(FileImport.ID(String(location.suffix(36))))
        #expect(try await imports.perform(id).state == .cancelled)
        #expect(try await imports.names(like: "Newcomer") == 0)
    }

    @Test("one that is stopped under way keeps the batches that are done")
    func stoppedUnderWay() async throws {
        let imports = try await ImportWorld()
        let rows = (1...30_000).map { "m\($0),Multitude \($0)" }.joined(separator: "\n")
        let answer = await imports.handed("kind=startups", "id,name\n" + rows)
        let location = try #require(answer.header("Location"))
        let id = try #require(FileImport.ID(String(location.suffix(36))))
        async let ended = imports.perform(id)
        let deadline = ContinuousClock.now + .seconds(60)
        while try await imports.found(id).progress == nil, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(await imports.mei.ask("POST", location + "/cancellation").status == 200)
        #expect(try await ended.state == .cancelled)
        let kept = try await imports.names(like: "Multitude")
        #expect(kept > 0)
        let all: Int = try await imports.world.owner.reader(as: .none).value(
            "SELECT count(*) FROM institutions WHERE external_id LIKE 'm%'")
        #expect(all < 30_000)
        #expect(all.isMultiple(of: 1_000))
    }

    @Test(
        "a file that is none of ours is refused at once, with words for it",
        arguments: [
            ("", "/content"), (" \n ", "/content"), ("PK\u{3}\u{4}rest", "/content"), ("id,id\n1,2", "/content"),
            ("id\u{0},name\n1,2", "/content"), ("{\"id\": \"\u{0}\"}", "/content"),
        ])
    func refused(file: String, pointer: String) async throws {
        let imports = try await ImportWorld()
        let answer = await imports.handed("kind=startups", file)
        #expect(answer.status == 422)
        #expect(answer.problem?.errors.map(\.pointer) == [pointer])
    }

    @Test("the same key hands a file in once")
    func once() async throws {
        let imports = try await ImportWorld()
        let first = await imports.handed("kind=startups", Self.rows, key: "k1")
        let second = await imports.handed("kind=startups", Self.rows, key: "k1")
        #expect(first.text == second.text)
        let other = await imports.handed("kind=startups", Self.rows + "\n", key: "k1")
        #expect(other.status == 422)
    }
}

@Suite("Pages of imports")
struct ImportPagesTests {
    @Test("are sound in every language")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Imports").standardized
        let pages: [any CheckedTemplate] = [PageTemplate<ImportsPage>.imports, PageTemplate<ImportPage>.fileImport]
        #expect(PageKit.imports.faults(in: pages, sources: sources) == [])
    }

    @Test("pasted rows come in and the page shows the report; refused ones come back filled in")
    func pasted() async throws {
        let imports = try await ImportWorld()
        let refused = await imports.mei.send(
            "/console/imports", [("kind", "startups"), ("name", "Pasted"), ("content", "id,id\n1,Twice")])
        #expect(refused.status == 422)
        #expect(refused.text.contains("1,Twice"))
        #expect(refused.text.contains("two columns are called id"))
        let sent = await imports.mei.send(
            "/console/imports",
            [("kind", "startups"), ("name", "Pasted"), ("content", "id,name,country\np1,Pastel,HK\np2,Pasteur,XX")])
        #expect(sent.status == 303)
        let location = try #require(sent.header("Location"))
        let waiting = await imports.mei.open(location)
        #expect(waiting.header("Refresh") == "2")
        let done = try await imports.perform(try #require(FileImport.ID(String(location.suffix(36)))))
        #expect(done.report?.inserted == 1)
        let page = await imports.mei.open(location)
        #expect(page.header("Refresh") == nil)
        #expect(page.text.contains("country"))
        #expect(await imports.mei.open("/console/imports").text.contains("Pasted"))
    }
}
