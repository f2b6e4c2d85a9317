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

@Suite("Questions by kind")
struct TypedQuestionTests {
    private let stream: ProgramStream.ID = demoID("stream incubation general")
    private let stage = CallForApplications.Question.ID()

    private func call(_ questions: String) -> String {
        """
        {"stream": "\(stream)", "title": {"en": "Typed"}, "opens_at": "2030-03-01T01:00:00Z",
         "deadline": {"at": "2030-04-01T10:00:00Z", "zone": "Asia/Hong_Kong"}, "questions": [\(questions)]}
        """
    }

    private var choice: String {
        """
        {"id": "\(stage)", "prompt": {"en": "Which stage?"}, "kind": "choice",
         "section": {"title": {"en": "The company", "ja": "会社"}, "intro": {"en": "As it is today."}},
         "settings": {"options": [{"key": "idea", "label": {"en": "Idea"}}, {"key": "sales", "label": {"en": "Sales", "ja": "売上"}}]}}
        """
    }

    @Test("are drafted by API, kept whole, and asked again by a clone")
    func api() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let revenue = """
            {"prompt": {"en": "How much?"}, "kind": "money", "condition": {"question": "\(stage)", "is": ["sales"]},
             "settings": {"currencies": ["HKD"], "lowest": "0", "decimals": 2, "options": []}}
            """
        let made = await mei.ask("POST", "/v1/calls", json: call("\(choice), \(revenue)"))
        #expect(made.status == 201, "\(made.text)")
        let questions = try #require(try made.json()["questions"]?.elements)
        #expect(questions.map { $0["kind"]?.text } == ["choice", "money"])
        #expect(questions[0]["section"]?["title"]?["ja"] == "会社")
        #expect(questions[0]["settings"]?["options"]?.elements?.count == 2)
        #expect(questions[1]["condition"]?["is"]?.elements?.map(\.text) == ["sales"])
        // What an amount has no use for is not kept.
        #expect(questions[1]["settings"]?["decimals"] == nil && questions[1]["settings"]?["options"] == nil)
        let place = try #require(made.header("Location"))
        let copied = await mei.ask("POST", "\(place)/clone", json: "{}")
        let drafts = try await world.database.reader(as: world.context(Cast.mei)).calls(of: stream, standing: .draft)
        #expect(copied.status == 200 && drafts.count == 2, "\(copied.text)")
        #expect(
            drafts.allSatisfy { $0.questions.map(\.kind) == [.choice, .money] && $0.questions[1].condition != nil })
        #expect(drafts.allSatisfy { $0.questions[0].section?.intro?.text(for: .english) == "As it is today." })
        #expect(
            try await mei.ask("GET", "\(place)/form").json()["questions"]?.elements?.map { $0["kind"]?.text } == [
                "choice", "money",
            ])
    }

    @Test("that cannot be asked, or not there, are refused at their place")
    func refusals() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        func pointers(_ questions: String) async -> [String] {
            let answer = await mei.ask("POST", "/v1/calls", json: call(questions))
            #expect(answer.status == 422, "\(answer.text)")
            return answer.problem?.errors.map(\.pointer) ?? []
        }
        let prompt = #""prompt": {"en": "What?"}"#
        #expect(await pointers("{\(prompt), \"kind\": \"choice\"}") == ["/questions/0/settings/options"])
        #expect(
            await pointers("{\(prompt), \"kind\": \"number\", \"settings\": {\"lowest\": \"5\", \"highest\": \"4\"}}")
                == ["/questions/0/settings/highest"])
        #expect(await pointers("{\(prompt), \"kind\": \"rows\"}") == ["/questions/0/settings/columns"])
        #expect(
            await pointers("{\(prompt), \"kind\": \"date\", \"files\": {\"extensions\": [], \"most\": 1}}")
                == ["/questions/0/kind"])
        let early = "{\(prompt), \"condition\": {\"question\": \"\(stage)\", \"answered\": true}}"
        #expect(await pointers("\(early), \(choice)") == ["/questions/0/condition"])
        let stray = "{\(prompt), \"condition\": {\"question\": \"\(stage)\", \"is\": [\"seed\"]}}"
        #expect(await pointers("\(choice), \(stray)") == ["/questions/1/condition"])
        #expect(await pointers("{\(prompt), \"kind\": \"poem\"}") == ["/questions/0/kind"])
    }

    @Test("are drafted by form, which comes back as it was filled in, and conditions go by number")
    func console() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        var fields = [
            ("title.en", "By form"), ("opens_at", "2030-03-01T09:00"), ("closes_at", "2030-04-01T18:00"),
            ("time_zone", "Asia/Hong_Kong"), ("grace_minutes", "1"), ("questions.0.prompt.en", "Which stage?"),
            ("questions.0.kind", "choice"), ("questions.0.section.title.en", "The company"),
            ("questions.0.settings.options", "idea = Idea | 概念 | アイデア\nsales = Sales"),
            ("questions.2.prompt.en", "How many markets?"), ("questions.2.kind", "rows"),
            ("questions.2.settings.columns", "market* = Market | 市場\nshare:number = Share"),
            ("questions.2.settings.fewest", "1"),
        ]
        let target = "/console/streams/\(stream)/calls/new"
        let refused = await mei.send(target, fields + [("questions.2.condition", "3 = sales")])
        #expect(refused.status == 422 && refused.text.contains("share:number = Share"), "\(refused.status)")
        fields.append(("questions.2.condition", "1 = sales"))
        let made = await mei.send(target, fields)
        #expect(made.status == 303, "\(made.text)")
        let id = try #require(
            made.header("Location")?.split(whereSeparator: { "/?".contains($0) }).compactMap {
                CallForApplications.ID(String($0))
            }
            .first)
        let found = try #require(try await world.database.reader(as: world.context(Cast.mei)).call(id))
        #expect(found.questions.map(\.kind) == [.choice, .rows])
        #expect(found.questions[0].section?.title.text(for: .english) == "The company")
        #expect(found.questions[0].settings.options?.map(\.key) == ["idea", "sales"])
        #expect(found.questions[0].settings.options?[0].label.text(for: .japanese) == "アイデア")
        #expect(found.questions[1].settings.columns?.map(\.isRequired) == [true, false])
        #expect(found.questions[1].condition == .isAny(found.questions[0].id.uuid, of: ["sales"]))
        #expect(found.asking(only: found.following([found.questions[0].id])).questions.count == 2)
        // What the form shows, sent again, is the same call.
        let shown = await mei.open("/console/calls/\(id)/edit")
        #expect(shown.text.contains("1 = sales") && shown.text.contains("share:number = Share"))
        let page = await mei.open("/console/calls/\(id)")
        #expect(page.text.contains("Idea · Sales") && page.text.contains("The company"))
    }

    @Test("are held by the database, too")
    func held() async throws {
        let world = try await World()
        let attempts: [(Query, String)] = [
            ("UPDATE call_questions SET kind = 'poem'", "question_kind_is_known"),
            ("UPDATE call_questions SET kind = 'choices'", "question_choice_has_options"),
            ("UPDATE call_questions SET kind = 'rows'", "question_rows_have_columns"),
            ("UPDATE call_questions SET section = '{}'", "question_section_has_a_title"),
            ("UPDATE call_questions SET condition = '[]'", "question_condition_is_an_object"),
        ]
        for (sql, name) in attempts {
            let refusal = await #expect(throws: DatabaseError.self) {
                try await world.owner.write(as: .none) { try await $0.execute(sql) }
            }
            #expect(refusal?.constraint == name)
        }
    }
}
