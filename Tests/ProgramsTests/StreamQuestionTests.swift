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

@Suite("Questions that are asked for some streams, in a call")
struct StreamQuestionTests {
    private let tenant = Cast.harbour.id
    private let general: ProgramStream.ID = demoID("stream incubation general")
    private let asked = CallForApplications.Question.ID()

    /// A further stream of the incubation program.
    private func stream(in world: World) async throws -> ProgramStream.ID {
        let id = ProgramStream.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.addStream(
                NewStream(program: demoID("program incubation"), name: LocalizedName(en: "Deep tech"), focusAreas: []),
                as: id, in: tenant)
        }
        return id
    }

    private func body(_ questions: String, offering streams: [ProgramStream.ID]) -> String {
        let offered = streams.map { "{\"stream\": \"\($0)\"}" }.joined(separator: ", ")
        return """
            {"stream": "\(general)", "title": {"en": "Two forms"}, "opens_at": "2030-03-01T01:00:00Z",
             "deadline": {"at": "2030-04-01T10:00:00Z", "zone": "Asia/Hong_Kong"}, "questions": [\(questions)],
             "offered_streams": [\(offered)]}
            """
    }

    @Test("are sent and read by API; a stream that the call does not offer is refused at its place")
    func api() async throws {
        let world = try await World()
        let (deep, mei) = (try await stream(in: world), try await Visitor(Cast.mei, in: world))
        let common = #"{"prompt": {"en": "Why?"}}"#
        let own = #"{"id": "\#(asked)", "prompt": {"en": "How deep?"}, "streams": ["\#(deep)"]}"#
        let made = await mei.ask("POST", "/v1/calls", json: body("\(common), \(own)", offering: [general, deep]))
        #expect(made.status == 201, "\(made.text)")
        let questions = try #require(try made.json()["questions"]?.elements)
        #expect(questions.map { $0["streams"]?.elements?.compactMap(\.text) } == [[], [deep.description]])
        func pointers(_ questions: String, _ offered: [ProgramStream.ID]) async -> [String] {
            let answer = await mei.ask("POST", "/v1/calls", json: body(questions, offering: offered))
            #expect(answer.status == 422, "\(answer.text)")
            return answer.problem?.errors.map(\.pointer) ?? []
        }
        #expect(await pointers("\(common), \(own)", []) == ["/questions/1/streams/0"])
        let twice = #"{"prompt": {"en": "How?"}, "streams": ["\#(deep)", "\#(deep)", "\#(ProgramStream.ID())"]}"#
        #expect(
            await pointers(twice, [general, deep]) == ["/questions/0/streams/1", "/questions/0/streams/2"])
        // A design is of one stream.
        let place = "/v1/streams/\(deep)/design"
        let tag = try #require(await mei.ask("GET", place).header("ETag"))
        let design = await mei.ask(
            "PUT", place, json: #"{"form": [\#(own)], "rubric": [], "rounds": [], "conditions": []}"#,
            headers: [("If-Match", tag)])
        #expect(design.status == 422 && design.problem?.errors.map(\.pointer) == ["/form/0/streams"])
    }

    @Test("are held by the database, also when a stream is offered no more")
    func held() async throws {
        let world = try await World()
        let (deep, id) = (try await stream(in: world), CallForApplications.ID())
        let opens = Date.now.addingTimeInterval(5 * 86_400)
        let draft = try CallDraft(
            stream: general, title: LocalizedName(en: "Two forms"), opensAt: opens,
            deadline: Deadline(opens.addingTimeInterval(20 * 86_400), in: .hongKong),
            questions: [
                CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Why?")),
                CallDraft.Question(id: asked, prompt: LocalizedLine(en: "How deep?"), streams: [deep]),
            ], offered: [.init(general), .init(deep)])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: id, in: tenant)
        }
        for sql: Query in [
            "UPDATE call_questions SET streams = ARRAY[gen_random_uuid()] WHERE call_id = \(id)",
            "DELETE FROM offered_streams WHERE call_id = \(id)",
        ] {
            let wall = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(sql) }
            }
            #expect(wall?.constraint == "questions_are_asked_for_streams_of_their_call")
        }
        // The clone asks for the clones of its streams; where they are not offered any more, nobody.
        let made = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.clone(.program(demoID("program incubation")), in: tenant)
        }
        let twin = try #require(made.calls.first { $0.source == id })
        let copy = try #require(try await world.database.reader(as: world.context(Cast.mei)).call(twin.id))
        let deeper = made.streams.first { $0.source == deep }?.id
        #expect(copy.questions.map(\.streams) == [[], [try #require(deeper)]])
    }

    @Test("take with them what is asked because of their answers, where a clone does not offer their stream")
    func dropped() async throws {
        let world = try await World()
        let (deep, id) = (try await stream(in: world), CallForApplications.ID())
        let (first, next) = (CallForApplications.Question.ID(), CallForApplications.Question.ID())
        let opens = Date.now.addingTimeInterval(5 * 86_400)
        let draft = try CallDraft(
            stream: general, title: LocalizedName(en: "Two forms"), opensAt: opens,
            deadline: Deadline(opens.addingTimeInterval(20 * 86_400), in: .hongKong),
            questions: [
                CallDraft.Question(id: first, prompt: LocalizedLine(en: "Why?")),
                CallDraft.Question(id: asked, prompt: LocalizedLine(en: "How deep?"), streams: [deep]),
                CallDraft.Question(
                    id: next, prompt: LocalizedLine(en: "How so?"), condition: .answered(asked.uuid)),
                CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "And?"), condition: .answered(next.uuid)),
            ], offered: [.init(general), .init(deep)])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: id, in: tenant)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                UPDATE streams SET ended_at = now(), ended_by = \(Cast.mei.person.id), end_reason = 'Over.'
                WHERE id = \(deep)
                """)
        }
        let made = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.clone(.stream(general), in: tenant)
        }
        let twin = try #require(made.calls.first { $0.source == id })
        let copy = try #require(try await world.database.reader(as: world.context(Cast.mei)).call(twin.id))
        #expect(copy.questions.map(\.id) == [first])
        #expect(copy.offered.isEmpty)
    }

    @Test("are ticked in the form, which comes back as it was")
    func console() async throws {
        let world = try await World()
        let (deep, mei) = (try await stream(in: world), try await Visitor(Cast.mei, in: world))
        let target = "/console/streams/\(general)/calls/new"
        #expect(await mei.open(target).text.contains("name=\"questions.0.streams\""))
        let fields = [
            ("title.en", "By form"), ("opens_at", "2030-03-01T09:00"), ("closes_at", "2030-04-01T18:00"),
            ("time_zone", "Asia/Hong_Kong"), ("grace_minutes", "1"), ("questions.0.prompt.en", "Why?"),
            ("questions.1.prompt.en", "How deep?"), ("questions.1.streams", deep.description),
            ("offered_streams.0.stream", general.description),
        ]
        let refused = await mei.send(target, fields)
        #expect(refused.status == 422 && refused.text.contains("Ask for streams that the call offers"))
        let made = await mei.send(target, fields + [("offered_streams.1.stream", deep.description)])
        #expect(made.status == 303, "\(made.text)")
        let id = try #require(
            made.header("Location")?.split(whereSeparator: { "/?".contains($0) }).compactMap {
                CallForApplications.ID(String($0))
            }.first)
        let found = try #require(try await world.database.reader(as: world.context(Cast.mei)).call(id))
        #expect(found.questions.map(\.streams) == [[], [deep]])
        let box = /name="questions\.1\.streams" value="([^"]+)"[^>]* checked/
        let shown = try #require(await mei.open("/console/calls/\(id)/edit").text.firstMatch(of: box))
        #expect(String(shown.1) == deep.description)
        // A stream without another beside it has nothing to ask for.
        let lone = await mei.open(
            "/console/streams/\(demoID("stream acceleration fintech") as ProgramStream.ID)/calls/new")
        #expect(lone.status == 200 && !lone.text.contains("questions.0.streams"))
    }

    @Test("begin with what each stream is designed to ask, and what all ask is asked of everybody")
    func joint() throws {
        let (one, two) = (ProgramStream.ID(), ProgramStream.ID())
        let (stage, staff) = (CallForApplications.Question.ID(), CallForApplications.Question.ID())
        func question(
            _ prompt: String, id: CallForApplications.Question.ID? = nil, when: Condition? = nil, round: Int? = nil
        ) throws -> NewQuestion {
            NewQuestion(
                id: id, prompt: try LocalizedLine(en: prompt), hint: nil, isRequired: nil, maxLength: nil,
                audience: nil, files: nil, condition: when, fromRound: round)
        }
        // Designs that were cloned share the ids of their questions.
        let first = DesignedForm(
            stream: one, name: try LocalizedName(en: "One"),
            questions: [
                try question("Stage?", id: stage), try question("Staff?", id: staff, when: .answered(stage.uuid)),
                try question("Lease?", round: 2),
            ])
        let second = DesignedForm(
            stream: two, name: try LocalizedName(en: "Two"),
            questions: [
                try question("Stage?", id: staff), try question("Lab?", id: stage, when: .answered(staff.uuid)),
            ])
        let joint = StreamDesign.jointForm(of: [first, second]) { .init() }
        #expect(joint.map { $0.prompt.text(for: .english) } == ["Stage?", "Staff?", "Lab?", "Lease?"])
        #expect(joint.map(\.streams) == [nil, [one], [two], [one]])
        #expect(Set(joint.compactMap(\.id)).count == 4 && joint[0].id != stage)
        let common = try #require(joint[0].id?.uuid)
        #expect(joint[1].condition == .answered(common) && joint[2].condition == .answered(common))
        #expect(joint[2].section?.title.text(for: .english) == "Two" && joint[1].section == nil)
        try CallDraft.check(joint.map(\.question)) { "/questions/\($0)" }
        // Beside a stream that is designed to ask nothing, nothing is asked of everybody.
        #expect(StreamDesign.jointForm(of: [first], besides: 1) { .init() }.map(\.streams) == [[one], [one], [one]])
        // Whichever of the two is the call's own.
        for (own, other) in [(one, two), (two, one)] {
            let alone = StreamDesign.jointForm(of: own, beside: [own, other], among: [first])
            #expect(alone.map(\.streams) == [[one], [one], [one]])
        }
        let whole = StreamDesign.jointForm(of: two, beside: [one], among: [first, second])
        #expect(whole.first { $0.prompt.text(for: .english) == "Stage?" }?.streams == nil)
    }

    @Test("are offered to begin with, on the page and by API")
    func beginning() async throws {
        let world = try await World()
        let (deep, mei) = (try await stream(in: world), try await Visitor(Cast.mei, in: world))
        let place = "/v1/streams/\(deep)/design"
        let tag = try #require(await mei.ask("GET", place).header("ETag"))
        let kept = await mei.ask(
            "PUT", place,
            json: #"{"form": [{"prompt": {"en": "How deep?"}}], "rubric": [], "rounds": [], "conditions": []}"#,
            headers: [("If-Match", tag)])
        #expect(kept.status == 200, "\(kept.text)")
        let target = "/console/streams/\(general)/calls/new"
        let page = await mei.open(target)
        #expect(page.text.contains("beside=\(deep)") && !page.text.contains("How deep?"))
        let begun = await mei.open("\(target)?beside=\(deep)")
        #expect(begun.status == 200 && begun.text.contains("How deep?"))
        #expect(page.text.contains("questions of “Deep tech”") && !begun.text.contains("questions of “Deep tech”"))
        let form = try await mei.ask("GET", "/v1/streams/\(general)/joint-form?beside=\(deep)").json()
        let questions = try #require(form["questions"]?.elements)
        #expect(questions.last?["streams"]?.elements?.compactMap(\.text) == [deep.description])
        // A call of both that is sent without questions asks the same.
        let sent = await mei.ask("POST", "/v1/calls", json: unasked(of: general, offering: [general, deep]))
        let drafted = try sent.json()["questions"]?.elements ?? []
        func said(_ questions: [JSON]) -> [[String?]] {
            questions.map { [$0["prompt"]?["en"]?.text] + ($0["streams"]?.elements?.map(\.text) ?? []) }
        }
        #expect(said(drafted) == said(questions) && drafted.count == questions.count, "\(drafted)")
        let ravi = try await Visitor(Cast.ravi, in: world)
        #expect(await ravi.ask("GET", "/v1/streams/\(general)/joint-form").status == 403)
    }

    private func unasked(of stream: ProgramStream.ID, offering streams: [ProgramStream.ID] = []) -> String {
        let offered = streams.map { "{\"stream\": \"\($0)\"}" }.joined(separator: ", ")
        return """
            {"stream": "\(stream)", "title": {"en": "As designed"}, "opens_at": "2030-03-01T01:00:00Z",
             "deadline": {"at": "2030-04-01T10:00:00Z", "zone": "Asia/Hong_Kong"}, "offered_streams": [\(offered)]}
            """
    }

    @Test("are those of the design where a call is sent without any, and none where it is sent with none")
    func designed() async throws {
        let world = try await World()
        let (deep, mei) = (try await stream(in: world), try await Visitor(Cast.mei, in: world))
        // Nothing is designed: the form is empty, and is not published.
        let empty = await mei.ask("POST", "/v1/calls", json: unasked(of: deep))
        #expect(empty.status == 201, "\(empty.text)")
        #expect(try empty.json()["questions"]?.elements?.isEmpty == true)
        let nothing = try #require(empty.header("Location"))
        #expect(await mei.ask("POST", "\(nothing)/publication").status == 409)

        let place = "/v1/streams/\(deep)/design"
        let tag = try #require(await mei.ask("GET", place).header("ETag"))
        let next = CallForApplications.Question.ID()
        let form = """
            [{"id": "\(asked)", "prompt": {"en": "How deep?"}, "max_length": 300},
             {"id": "\(next)", "prompt": {"en": "How so?"}, "is_required": false,
              "condition": {"question": "\(asked)", "answered": true}}]
            """
        let kept = await mei.ask(
            "PUT", place, json: "{\"form\": \(form), \"rubric\": [], \"rounds\": [], \"conditions\": []}",
            headers: [("If-Match", tag)])
        #expect(kept.status == 200, "\(kept.text)")
        let made = await mei.ask("POST", "/v1/calls", json: unasked(of: deep))
        #expect(made.status == 201, "\(made.text)")
        let call = try #require(made.header("Location"))
        let questions = try made.json()["questions"]?.elements ?? []
        #expect(questions.map { $0["prompt"]?["en"]?.text } == ["How deep?", "How so?"])
        #expect(questions.first?["max_length"] == 300 && questions.last?["condition"] != nil, "\(questions)")
        #expect(await mei.ask("POST", "\(call)/publication").status == 200)

        // Whoever sends a form, though an empty one, has said what is asked.
        let without = body("", offering: []).replacing("\(general)", with: "\(deep)")
        let none = await mei.ask("POST", "/v1/calls", json: without)
        #expect(try none.status == 201 && none.json()["questions"]?.elements?.isEmpty == true, "\(none.text)")
    }

    @Test("cut-offs are those of the design where a call is sent without any, and none where it is sent with none")
    func designedCutoffs() async throws {
        let world = try await World()
        let (deep, mei) = (try await stream(in: world), try await Visitor(Cast.mei, in: world))
        let place = "/v1/streams/\(deep)/design"
        let tag = try #require(await mei.ask("GET", place).header("ETag"))
        let kept = await mei.ask(
            "PUT", place,
            json: """
                {"form": [], "rubric": [], "rounds": [], "conditions": [],
                 "closing": {"month": 12, "day": 31, "hour": 18, "minute": 0, "zone": "Asia/Hong_Kong",
                             "cutoffs": [{"month": 6, "day": 30}, {"month": 3, "day": 15}]}}
                """,
            headers: [("If-Match", tag)])
        #expect(kept.status == 200, "\(kept.text)")
        func cutoffs(_ call: String) async throws -> [String] {
            let made = await mei.ask("POST", "/v1/calls", json: call)
            #expect(made.status == 201, "\(made.text)")
            return try made.json()["cutoffs"]?.elements?.compactMap(\.text) ?? []
        }
        let call = unasked(of: deep)
        #expect(try await cutoffs(call).map { $0.prefix(16) } == ["2030-03-15T10:00"])
        let fixed = call.replacing("\"offered_streams\"", with: "\"cutoffs\": [], \"offered_streams\"")
        #expect(try await cutoffs(fixed).isEmpty)
    }
}
