import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Programs

@Suite("Questions of later rounds, in a call")
struct LaterQuestionTests {
    private let stream: ProgramStream.ID = demoID("stream incubation general")

    private func call(_ questions: String) -> String {
        """
        {"stream": "\(stream)", "title": {"en": "In steps"}, "opens_at": "2020-03-01T01:00:00Z",
         "deadline": {"at": "2090-04-01T10:00:00Z", "zone": "Asia/Hong_Kong"}, "questions": [\(questions)]}
        """
    }

    private let first = #"{"prompt": {"en": "Who are you?"}}"#
    private let second = #"{"prompt": {"en": "What does it cost?"}, "from_round": 2}"#
    private let third = #"{"prompt": {"en": "Whom may we ring?"}, "from_round": 3}"#

    @Test("are kept, cloned, and read by those who keep the call; others read how many there are")
    func readers() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let made = await mei.ask("POST", "/v1/calls", json: call("\(first), \(second), \(third)"))
        #expect(made.status == 201, "\(made.text)")
        let place = try #require(made.header("Location"))
        #expect(await mei.ask("POST", "\(place)/clone", json: "{}").status == 200)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let drafts = try await reader.calls(of: stream, standing: .draft).filter { $0.laterRounds == [2, 3] }
        #expect(drafts.count == 2 && drafts.allSatisfy { $0.questions.map(\.fromRound) == [nil, 2, 3] })
        let id = try #require(CallForApplications.ID(String(place.split(separator: "/").last ?? "")))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.publishCall(id, by: Cast.mei.person.id)
        }
        for (member, seat, seen) in [
            (Cast.mei, 0, 3), (Cast.ravi, 0, 1), (Cast.nora, 0, 1), (Cast.wing, 1, 1), (Cast.ada, 0, 1),
        ] {
            let own = world.database.reader(as: world.context(member, seat: seat))
            let found = try #require(try await own.call(id))
            #expect(found.questions.count == seen && found.laterRounds == [2, 3], "\(member.person.name)")
            let rows: Int = try await own.value("SELECT count(*) FROM call_questions WHERE call_id = \(id)")
            #expect(rows == seen, "\(member.person.name)")
            #expect(found.questionsToCome(after: 1) == 2 && found.questionsToCome(after: 2) == 1)
        }
        let ravi = try await Visitor(Cast.ravi, in: world)
        for target in [place, "\(place)/form"] {
            let answer = await ravi.ask("GET", target)
            #expect(!answer.text.contains("What does it cost?"))
            #expect(try answer.json()["later_questions"] == 2)
        }
        let page = await ravi.open("/calls/\(id)")
        #expect(page.text.contains("2 more questions are asked later") && !page.text.contains("What does it cost?"))
        let console = await mei.open("/console/calls/\(id)")
        #expect(console.text.contains("What does it cost?") && console.text.contains("asked from round 2"))
    }

    @Test("stand last, come with a round from 2 to 20, and are not all that a call asks")
    func refusals() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        func pointers(_ questions: String) async -> [String] {
            let answer = await mei.ask("POST", "/v1/calls", json: call(questions))
            #expect(answer.status == 422, "\(answer.text)")
            return answer.problem?.errors.map(\.pointer) ?? []
        }
        #expect(await pointers("\(second), \(first)") == ["/questions/1/from_round"])
        #expect(await pointers("\(first), \(third), \(second)") == ["/questions/2/from_round"])
        for round in ["1", "0", "-2", "21", "99999999999"] {
            let odd = #"{"prompt": {"en": "What?"}, "from_round": \#(round)}"#
            #expect(await pointers("\(first), \(odd)") == ["/questions/1/from_round"])
        }
        let only = await mei.ask("POST", "/v1/calls", json: call(second))
        let place = try #require(only.header("Location"))
        let out = await mei.ask("POST", "\(place)/publication")
        #expect(out.status == 409 && out.text.contains("asks nothing"), "\(out.text)")
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("UPDATE call_questions SET from_round = 1")
            }
        }
        #expect(wall?.constraint == "question_comes_with_a_later_round")
    }

    @Test("are drafted by form, which comes back as it was filled in")
    func console() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let fields = [
            ("title.en", "By form"), ("opens_at", "2030-03-01T09:00"), ("closes_at", "2030-04-01T18:00"),
            ("time_zone", "Asia/Hong_Kong"), ("grace_minutes", "1"), ("questions.0.prompt.en", "Who are you?"),
            ("questions.1.prompt.en", "What does it cost?"),
        ]
        let target = "/console/streams/\(stream)/calls/new"
        let refused = await mei.send(target, fields + [("questions.0.from_round", "2")])
        #expect(refused.status == 422 && refused.text.contains("stand after those"), "\(refused.status)")
        let made = await mei.send(target, fields + [("questions.1.from_round", "2")])
        #expect(made.status == 303, "\(made.text)")
        let id = try #require(
            made.header("Location")?.split(whereSeparator: { "/?".contains($0) }).compactMap {
                CallForApplications.ID(String($0))
            }.first)
        let found = try #require(try await world.database.reader(as: world.context(Cast.mei)).call(id))
        #expect(found.questions.map(\.fromRound) == [nil, 2])
        let again = CallFormFields.values(of: found)
        #expect(again["questions.1.from_round"] == "2" && again["questions.0.from_round"] == nil)
    }
}
