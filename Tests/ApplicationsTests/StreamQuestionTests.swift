import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

@Suite("Questions that are asked for some streams alone")
struct StreamQuestionTests {
    private let ravi = Cast.ravi.person.id
    private let ofOwn = CallForApplications.Question.ID()
    private let ofOther = CallForApplications.Question.ID()

    /// A call of two streams with a question for everybody, one for each stream, and one of the other's second round.
    private func call(in world: World) async throws -> CallOfTwoStreams {
        try await world.callOfTwoStreams { made in
            [
                CallDraft.Question(
                    id: ofOwn, prompt: try LocalizedLine(en: "Whom do you serve?"), streams: [made.own]),
                CallDraft.Question(
                    id: ofOther, prompt: try LocalizedLine(en: "What did you measure?"), streams: [made.other]),
                CallDraft.Question(
                    id: .init(), prompt: try LocalizedLine(en: "Where is the lab?"), fromRound: 2,
                    streams: [made.other]),
            ]
        }
    }

    private func choose(_ streams: [ProgramStream.ID], of id: Application.ID, in world: World) async throws {
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.chooseStreams(streams, of: id, by: ravi)
        }
    }

    private func submit(_ id: Application.ID, in world: World) async throws {
        _ = try await world.database.write(as: world.context(Cast.ravi)) {
            try await $0.submitApplication(id, by: ravi)
        }
    }

    @Test("follow the streams: counted, required and handed in only where one of them is named")
    func life() async throws {
        let world = try await World()
        let call = try await call(in: world)
        let questions = try await world.questions(of: call.id)
        let common = try #require(questions.first?.id)
        #expect(questions.map(\.streams) == [[], [call.own], [call.other]])
        let id = try await world.draft(to: call.id)
        let founder = world.database.reader(as: world.context(Cast.ravi))
        // Before a stream is named, what everybody is asked is asked, and the order is missing.
        #expect(try await founder.application(id)?.count.required == 2)
        #expect(try await founder.application(id)?.count.questions == 1)

        try await choose([call.other, call.own], of: id, in: world)
        #expect(try await founder.application(id)?.count.required == 4)
        #expect(try await founder.application(id)?.count.questions == 3)
        // What is asked would tell which streams a draft names: nothing on the trail does.
        let told: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) AS rows FROM audit_events WHERE noun = 'applications' AND object_id = \(id)
              AND coalesce(before::text, '') || coalesce(after::text, '') LIKE '%' || \(ofOther.description) || '%'
            """)
        #expect(told == 0)
        let text = try LongText("Two harbours and a lab.")
        try await world.save([common: AnswerEdit(text), ofOther: AnswerEdit(text)], of: id)
        let refusal = await #expect(throws: ApplicationRefusal.self) { try await submit(id, in: world) }
        #expect(refusal?.problem.errors.map(\.pointer) == ["/answers/\(ofOwn)"])

        // The other stream is wanted no more: its answer stays with the draft, and is not handed in.
        try await choose([call.own], of: id, in: world)
        #expect(try await founder.application(id)?.count.answered == 1)
        try await world.save([ofOwn: AnswerEdit(text)], of: id)
        try await submit(id, in: world)
        #expect(try await founder.answers(of: id).count == 3)
        let copy = try #require(try await founder.snapshots(of: id).first)
        #expect(copy.isIntact && copy.content.questions.map(\.id) == [common, ofOwn])
        #expect(!copy.canonical.contains("What did you measure?"))
        // Nor is it read by whoever keeps the call.
        let manager = world.database.reader(as: world.context(Cast.mei))
        let view = try #require(try await manager.applicationView(id, for: .manager))
        #expect(view.answers?.map(\.question).contains(ofOther) == false && view.answers?.count == 2)
        let mei = try await Visitor(Cast.mei, in: world)
        let page = await mei.open("/console/applications/\(id)")
        #expect(page.text.contains("Whom do you serve?") && !page.text.contains("What did you measure?"))
    }

    @Test("open no changes and no later round to whom they are not asked")
    func requests() async throws {
        let world = try await World()
        let call = try await call(in: world)
        let id = try await world.draft(to: call.id)
        try await world.fill(id, of: call.id)
        try await choose([call.own], of: id, in: world)
        try await submit(id, in: world)
        let refusal = await #expect(throws: Problem.self) { _ = try await world.ask(id, of: [ofOther]) }
        #expect(refusal?.errors.map(\.pointer) == ["/questions/0"])
        let mei = try await Visitor(Cast.mei, in: world)
        let form = await mei.open("/console/applications/\(id)/changes")
        #expect(form.text.contains("Whom do you serve?") && !form.text.contains("What did you measure?"))
        let today = CalendarDate(Date.now, in: .hongKong)
        let wanted = QuestionsWanted(ofRound: 2, try LongText("Tell us more."), by: today.adding(days: 7))
        let nothing = await #expect(throws: ApplicationRefusal.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.screenApplication(id, finding: .eligible, by: Cast.mei.person.id)
                _ = try await transaction.askLaterQuestions(wanted, of: id, as: .init(), by: Cast.mei.person.id)
            }
        }
        #expect(nothing == .nothingToAsk(round: 2))
    }

    @Test("show on the page as streams are chosen, and in the preview; the call says of whom they are asked")
    func pages() async throws {
        let world = try await World()
        let call = try await call(in: world)
        let visitor = try await Visitor(Cast.ravi, in: world)
        #expect(await visitor.open("/portal/calls/\(call.id)/apply").text.contains("only if you choose Deep tech"))
        let id = try await world.draft(to: call.id)
        let place = "/portal/applications/\(id)"
        let before = await visitor.open(place)
        #expect(before.status == 200 && !before.text.contains("What did you measure?"))
        let seen = StreamChoices.fingerprint(of: []).description
        let saved = await visitor.send(
            "\(place)/autosave",
            [("seen_streams", seen), ("choices_streams.0", call.other.description), ("shown", "1")])
        // The script is told that there is more to answer.
        #expect(saved.status == 200 && saved.text.contains("1 further question"), "\(saved.text)")
        let after = await visitor.open(place)
        #expect(after.text.contains("What did you measure?") && !after.text.contains("Whom do you serve?"))

        let mei = try await Visitor(Cast.mei, in: world)
        let page = await mei.open("/console/calls/\(call.id)")
        #expect(page.text.contains("only of applications for Deep tech"))
        let preview = "/console/calls/\(call.id)/preview"
        #expect(await !mei.open(preview).text.contains("Whom do you serve?"))
        let tried = await mei.send(preview, [("choices_streams.0", call.own.description)])
        #expect(tried.text.contains("Whom do you serve?") && !tried.text.contains("What did you measure?"))
        // For one stream it asks what the API says is asked there, and of a stream of somebody else's there is none.
        let asked = try await mei.ask("GET", "/v1/calls/\(call.id)/preview?stream=\(call.own)").json()["questions"]
        let prompts = asked?.elements?.compactMap { $0["prompt"]?["en"]?.text } ?? []
        #expect(prompts.contains("Whom do you serve?") && !prompts.contains("What did you measure?"))
        let narrowed = await mei.open("\(preview)?stream=\(call.own)").text
        #expect(prompts.allSatisfy { narrowed.contains($0) } && !narrowed.contains("What did you measure?"))
        #expect(await mei.open("\(preview)?stream=\(UUID())").status == 404)
    }
}
