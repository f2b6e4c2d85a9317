import Foundation
import Postgres
import Testing

@testable import API

@Suite struct OpenAPITests {
    @Test func theDocumentIsDeterministicAndServed() async throws {
        let one = try await Site()
        let two = try await Site(operations: Notebook.operations.reversed())
        #expect(one.edge.openAPI == two.edge.openAPI)
        let answer = await one.send("GET", "/openapi.json", as: nil)
        #expect(answer.status == 200)
        #expect(answer.body == one.edge.openAPI)
        #expect(answer.header("Content-Type") == "application/json")
        let known = await one.send(
            "GET", "/openapi.json", as: nil, headers: [("If-None-Match", answer.header("ETag") ?? "")])
        #expect(known.status == 304)
    }

    @Test func everyReferenceLeadsSomewhere() async throws {
        let document = try JSON(parsing: try await Site().edge.openAPI)
        var references: Set<String> = []
        func walk(_ tree: JSON) {
            if let reference = tree["$ref"]?.text { references.insert(reference) }
            tree.members?.forEach { walk($0.value) }
            tree.elements?.forEach(walk)
        }
        walk(document)
        #expect(references.count > 5)
        for reference in references {
            let path = reference.utf8.split(separator: UInt8(ascii: "/")).dropFirst()
            let target = path.reduce(document as JSON?) { $0?[String(decoding: $1, as: UTF8.self)] }
            #expect(target != nil, "\(reference)")
        }
    }

    @Test func everyStatusTheTestsMeetIsDocumented() async throws {
        let site = try await Site()
        let document = try JSON(parsing: site.edge.openAPI)
        let get = document["paths"]?["/v1/notes/{note}"]?["get"]?["responses"]
        for status in ["200", "304", "400", "401", "403", "404", "406", "422", "429", "500", "503"] {
            #expect(get?[status] != nil, "\(status)")
        }
        let put = document["paths"]?["/v1/notes/{note}"]?["put"]
        for status in ["200", "412", "413", "415", "428"] { #expect(put?["responses"]?[status] != nil, "\(status)") }
        let headers = put?["parameters"]?.elements?.filter { $0["in"]?.text == "header" }.compactMap {
            $0["name"]?.text
        }
        #expect(headers == ["If-Match"])
        let post = document["paths"]?["/v1/notes"]?["post"]
        #expect(post?["parameters"]?.elements?.first?["name"]?.text == "Idempotency-Key")
        #expect(post?["parameters"]?.elements?.first?["required"] == true)
        #expect(post?["responses"]?["201"]?["headers"]?["Location"] != nil)
    }

    @Test func aFileIsDeclaredAsWhatItIs() async throws {
        func file(_ type: String?) -> AnyOperation {
            API.Operation(
                .get, "/v1/copy", "copy", summary: "", tag: "notes", access: .signedIn, output: Download.self,
                produces: type
            ) { _ in .ok(Download(bytes: Array("{}".utf8))) }.erased
        }
        for (type, schema) in [("application/json", "object"), ("text/csv; charset=utf-8", "string")] {
            let document = try JSON(parsing: try await Site(operations: [file(type)]).edge.openAPI)
            let content = document["paths"]?["/v1/copy"]?["get"]?["responses"]?["200"]?["content"]
            #expect(content?.members?.count == 1)
            let media = String(type.prefix { $0 != ";" })
            #expect(content?[media]?["schema"]?["type"]?.text == schema, "\(type)")
        }
    }

    @Test func theReferenceIsReadableAndWithoutScript() async throws {
        let site = try await Site()
        let answer = await site.send("GET", "/docs", as: nil)
        #expect(answer.header("Content-Type") == "text/html; charset=utf-8")
        #expect(answer.text.contains("/v1/notes/{note}"))
        #expect(answer.text.contains(##"<a href="#schema-NewNote">NewNote</a>"##))
        #expect(!answer.text.contains("<script"))
        #expect(!answer.text.contains("style="))
        #expect(await site.send("GET", "/docs.css", as: nil).header("Content-Type") == "text/css; charset=utf-8")
        let type = await site.send("GET", "/problems/not-found", as: nil)
        #expect(type.status == 303)
    }

    @Test func namesOfTypesAreTold() {
        #expect(Component(typeName: "API.Page<Programs.Call.View>").shortName == "PageOfCallView")
        #expect(Component(typeName: "Programs.Call").shortName == "Call")
        #expect(Component(typeName: "Programs.Call").qualifiedName == "ProgramsCall")
        #expect(Component(typeName: "A.Pair<B.C, D.E>").shortName == "PairOfCAndE")
    }
}

@Suite struct TranslationTests {
    private let translate = ProblemTranslation(constraints: ["known": .conflict("Known.")])

    @Test func errorsBecomeProblems() {
        struct Odd: Error {}
        #expect(translate(Odd()).problem.status == 500)
        #expect(translate(CancellationError()).problem.status == 503)
        #expect(translate(PoolBusy(retryAfter: .milliseconds(1_200))).problem.retryAfter == 2)
        #expect(translate(NoteRefusal.tooStormy).problem.status == 409)
        #expect(translate(Problem(.stale)).problem.status == 412)
    }

    @Test func databaseErrorsBecomeProblems() async throws {
        let database = try await World.shared.database
        func status(_ query: Query) async -> Int {
            do {
                _ = try await database.write(as: .none) { try await $0.rows(query) }
                return 200
            } catch {
                return translate(error).problem.status
            }
        }
        #expect(await status("CREATE TABLE forbidden ()") == 404)
        #expect(
            await status("INSERT INTO notes (membership_id, title, mood) VALUES (gen_random_uuid(), 'a', 'b')") == 404)
        #expect(await status("SELECT 1 / 0") == 422)
        #expect(await status("SELECT nonsense") == 500)
        #expect(await status("DO $$ BEGIN RAISE EXCEPTION 'no' USING CONSTRAINT = 'known'; END $$") == 409)
    }

    @Test func languagesAreNegotiated() {
        let locales = ["en", "zh-Hant", "ja"]
        for (header, locale) in [
            ("ja", "ja"), ("zh-HK,zh;q=0.9,en;q=0.8", "zh-Hant"), ("en;q=0.5, ja;q=0.9", "ja"), ("fr", "en"),
            ("zh", "zh-Hant"), ("ja-JP", "ja"), ("", "en"), ("ja;q=nan, en;q=0.1", "en"), ("zh-hant-TW", "zh-Hant"),
        ] {
            #expect(Locale.negotiate(header, among: locales) == locale, "\(header)")
        }
    }
}
