import API
import Accounts
import DemoWorld
import Forms
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Programs

@Suite("Versions of a form")
struct FormVersionTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let stream: ProgramStream.ID = demoID("stream incubation general")
    private let why = CallForApplications.Question.ID()
    private let how = CallForApplications.Question.ID()

    private func question(
        _ id: CallForApplications.Question.ID, _ prompt: String, required: Bool = true, max: Int = 100,
        round: Int? = nil
    ) throws -> CallDraft.Question {
        CallDraft.Question(
            id: id, prompt: try LocalizedLine(en: prompt), isRequired: required, maxLength: max, fromRound: round)
    }

    /// An open call with two questions.
    private func published(in world: World) async throws -> CallForApplications.ID {
        let id = CallForApplications.ID()
        let draft = CallDraft(
            stream: stream, title: try LocalizedName(en: "Answered as it stands"),
            opensAt: Date.now.addingTimeInterval(-86_400),
            deadline: Deadline(Date.now.addingTimeInterval(86_400), in: .hongKong),
            questions: [try question(why, "Why?"), try question(how, "How?")])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: id, in: tenant)
            _ = try await transaction.publishCall(id, by: mei)
        }
        return id
    }

    @discardableResult
    private func revise(
        _ id: CallForApplications.ID, to questions: [CallDraft.Question], in world: World
    ) async throws -> CallForApplications {
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.reviseForm(
                of: id, to: questions, because: try ShortText("Asked at the briefing."), in: tenant, by: mei
            ) { _ in }
        }
    }

    @Test("begin with the publication, and each change for the better is one more, with what changed and why")
    func life() async throws {
        let world = try await World()
        let id = try await published(in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.call(id)?.formVersion == 1)
        let fresh = CallForApplications.Question.ID()
        let revised = try await revise(
            id,
            to: [
                try question(why, "Why you?"), try question(fresh, "Anything else?", required: false),
                try question(how, "How?", required: false, max: 200),
            ], in: world)
        #expect(revised.formVersion == 2 && revised.questions.map(\.id) == [why, fresh, how])
        #expect(revised.questions.map(\.addedIn) == [1, 2, 1] && revised.questions.map(\.position) == [1, 2, 3])
        let versions = try await reader.formVersions(of: id)
        #expect(
            versions.map(\.number) == [2, 1] && versions.map { $0.reason?.string } == ["Asked at the briefing.", nil])
        #expect(versions[1].questions.map { $0.prompt.text(for: .english) } == ["Why?", "How?"])
        let changes = versions[0].changes(since: versions[1])
        #expect(changes.map(\.parts) == [[.wording], [.added], [.optional, .answer]])
        // Whoever answers the call reads the version in force, and nothing before it.
        let founder = world.database.reader(as: world.context(Cast.ravi))
        #expect(try await founder.call(id)?.formVersion == 2)
        #expect(try await founder.formVersions(of: id).isEmpty)
        let seen: [Int] = try await founder.rows(
            "SELECT DISTINCT number FROM form_version_questions WHERE call_id = \(id)"
        ).map { try $0("number") }
        #expect(seen == [2])
        let elsewhere: Int = try await world.database.reader(as: world.context(Cast.leo)).value(
            "SELECT count(*) AS rows FROM form_versions WHERE call_id = \(id)")
        #expect(elsewhere == 0)
        // The same once more changes nothing.
        await #expect(throws: CallRefusal.formIsTheSame) {
            try await revise(id, to: revised.questions.map { NewQuestion($0).question }, in: world)
        }
    }

    @Test("drop nothing, move nothing and ask for no more, each fault at its place")
    func refusals() async throws {
        let world = try await World()
        let id = try await published(in: world)
        func pointers(_ questions: [CallDraft.Question]) async -> [String] {
            await #expect(throws: Problem.self) { try await revise(id, to: questions, in: world) }?.errors.map(
                \.pointer)
                ?? []
        }
        #expect(await pointers([try question(why, "Why?")]) == ["/questions"])
        #expect(await pointers([try question(how, "How?"), try question(why, "Why?")]) == ["/questions/1"])
        #expect(
            await pointers([try question(why, "Why?", max: 99), try question(how, "How?")])
                == ["/questions/0/max_length"])
        let more = try question(.init(), "And?")
        #expect(
            await pointers([try question(why, "Why?"), try question(how, "How?"), more])
                == ["/questions/2/is_required"])
        let hidden = CallDraft.Question(
            id: how, prompt: try LocalizedLine(en: "How?"), maxLength: 100, audience: .managers)
        #expect(await pointers([try question(why, "Why?"), hidden]) == ["/questions/1/audience"])
        let typed = CallDraft.Question(
            id: how, prompt: try LocalizedLine(en: "How?"), maxLength: 100, field: Field(.number),
            condition: .answered(why.uuid))
        #expect(
            await pointers([try question(why, "Why?"), typed]) == ["/questions/1/condition", "/questions/1/kind"])
        let later = try question(.init(), "Later?", required: false, round: 2)
        #expect(await pointers([later, try question(why, "Why?"), try question(how, "How?")]).isEmpty == false)
        // A draft is revised as a whole, and a call that was called off not at all.
        let draft = CallForApplications.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.clone(.call(id), in: tenant)
            _ = try await transaction.draftCall(
                CallDraft(
                    stream: stream, title: LocalizedName(en: "Draft"), opensAt: .now,
                    deadline: Deadline(Date.now.addingTimeInterval(86_400), in: .hongKong),
                    questions: [try question(why, "Why?")]), as: draft, in: tenant)
            _ = try await transaction.cancelCall(id, because: try ShortText("Over."), by: mei)
        }
        await #expect(throws: CallRefusal.notPublished) { try await revise(draft, to: [], in: world) }
        await #expect(throws: CallRefusal.cancelled) { try await revise(id, to: [], in: world) }
    }

    @Test("ask further questions for streams that the call offers, each once")
    func streams() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let asked = try #require(try await reader.call(call.id)).questions.map { NewQuestion($0).question }
        let further = CallDraft.Question(
            id: .init(), prompt: try LocalizedLine(en: "How deep?"), isRequired: false,
            streams: [call.other, .init(), call.other])
        let refused = await #expect(throws: Problem.self) {
            try await revise(call.id, to: asked + [further], in: world)
        }
        #expect(refused?.errors.map(\.pointer) == ["/questions/1/streams/1", "/questions/1/streams/2"])
        #expect(refused?.errors.map(\.code) == [.unknown, .repeated])
    }

    @Test("are held by the database: a published form is neither tightened nor changed without a version")
    func walls() async throws {
        let world = try await World()
        let id = try await published(in: world)
        for (sql, name): (Query, String) in [
            ("DELETE FROM call_questions WHERE call_id = \(id)", "published_questions_stand"),
            ("UPDATE call_questions SET audience = 'managers' WHERE call_id = \(id)", "published_questions_stand"),
            ("UPDATE call_questions SET max_length = 1 WHERE call_id = \(id)", "published_forms_are_never_tightened"),
            (
                """
                UPDATE call_questions SET kind = 'long_text', settings = '{"lowest": "3"}' WHERE call_id = \(id)
                """, "published_forms_are_never_tightened"
            ),
            ("UPDATE call_questions SET required = false WHERE call_id = \(id)", "changed_forms_have_a_version"),
            (
                """
                INSERT INTO form_versions (tenant_id, call_id, number, made_by, reason)
                SELECT tenant_id, id, 1, \(mei), NULL FROM calls WHERE id = \(id)
                """, "changes_of_published_forms_have_a_reason"
            ),
        ] {
            let wall = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(sql) }
            }
            #expect(wall?.constraint == name, "\(sql.sql)")
        }
        for sql: Query in [
            "UPDATE form_versions SET reason = 'Other' WHERE call_id = \(id)", "DELETE FROM form_version_questions",
        ] {
            let wall = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(sql) }
            }
            #expect(wall?.sqlState == "42501")
        }
    }

    @Test("are made, read and compared by API, under If-Match")
    func api() async throws {
        let world = try await World()
        let id = try await published(in: world)
        let (park, ravi) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.ravi, in: world))
        let place = "/v1/calls/\(id)/form"
        func body(_ first: String, required: String = "true") -> String {
            """
            {"reason": "Clearer.", "questions": [
                {"id": "\(why)", "prompt": {"en": "\(first)"}, "max_length": 100, "is_required": \(required)},
                {"id": "\(how)", "prompt": {"en": "How?"}, "max_length": 100}]}
            """
        }
        let tag = try #require(await park.ask("GET", place).header("ETag"))
        #expect(await park.ask("PUT", place, json: body("Why you?")).status == 428)
        #expect(await ravi.ask("PUT", place, json: body("Why you?"), headers: [("If-Match", tag)]).status == 403)
        let made = await park.ask("PUT", place, json: body("Why you?"), headers: [("If-Match", tag)])
        #expect(made.status == 200, "\(made.text)")
        #expect(try made.json()["version"] == 2)
        #expect(await park.ask("PUT", place, json: body("Why?"), headers: [("If-Match", tag)]).status == 412)
        let list = try await park.ask("GET", "\(place)/versions").json()
        #expect(list["items"]?.elements?.compactMap { $0["reason"]?.text } == ["Clearer."])
        let first = try await park.ask("GET", "\(place)/versions/1").json()
        #expect(first["questions"]?.elements?.first?["prompt"]?["en"] == "Why?")
        let between = try await park.ask("GET", "\(place)/versions/2/differences?since=1").json()
        #expect(between["items"]?.elements?.count == 1)
        #expect(between["items"]?.elements?.first?["parts"]?.elements?.compactMap(\.text) == ["wording"])
        #expect(await park.ask("GET", "\(place)/versions/3").status == 404)
        #expect(await ravi.ask("GET", "\(place)/versions").status == 403)
        #expect(try await ravi.ask("GET", place).json()["version"] == 2)
    }

    @Test("are made on a page, which comes back filled in, and shown with what changed")
    func console() async throws {
        let world = try await World()
        let id = try await published(in: world)
        let park = try await Visitor(Cast.mei, in: world)
        #expect(await park.open("/console/calls/\(id)").text.contains("/console/calls/\(id)/form/edit"))
        let place = "/console/calls/\(id)/form/edit"
        let form = await park.open(place)
        #expect(form.status == 200 && form.text.contains("Why?"))
        let escaped = try #require(form.text.firstMatch(of: /name="version" value="([^"]+)"/)).1
        let version = String(escaped).replacing("&quot;", with: "\"")
        func fields(_ first: String, limit: String) -> [(String, String)] {
            [
                ("version", version), ("reason", "Clearer."), ("questions.0.id", why.description),
                ("questions.0.prompt.en", first), ("questions.0.max_length", limit),
                ("questions.0.is_required", "true"), ("questions.1.id", how.description),
                ("questions.1.prompt.en", "How?"), ("questions.1.max_length", "100"),
                ("questions.1.is_required", "true"), ("questions.3.prompt.en", "Anything else?"),
            ]
        }
        let refused = await park.send(place, fields("Why you?", limit: "50"))
        #expect(refused.status == 422 && refused.text.contains("What fitted the published form"))
        #expect(refused.text.contains("Why you?") && refused.text.contains("Anything else?"))
        let made = await park.send(place, fields("Why you?", limit: "500"))
        #expect(made.status == 303, "\(made.text)")
        for language in ["en", "zh-Hant", "ja"] {
            let page = await park.open("/console/calls/\(id)/form?lang=\(language)")
            #expect(page.status == 200 && page.text.contains("Why you?") && page.text.contains("Anything else?"))
        }
        let page = await park.open("/console/calls/\(id)/form")
        #expect(page.text.contains("Version 2") && page.text.contains("<del>Why?</del>"))
        #expect(page.text.contains("worded otherwise") && page.text.contains("new question"))
        let pair = await park.open("/console/calls/\(id)/form?number=2&since=1")
        #expect(pair.text.contains("compared with version 1"))
    }
}
