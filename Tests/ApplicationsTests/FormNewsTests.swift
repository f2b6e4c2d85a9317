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

@Suite("A form that changes while startups answer it")
struct FormNewsTests {
    private let call: CallForApplications.ID = demoID("call incubation")
    private let ravi = Cast.ravi.person.id

    /// Asks one thing more at the end of the first form, and words the first question better; the first is optional then.
    private func change(
        _ call: CallForApplications.ID, adding fresh: CallForApplications.Question.ID, in world: World
    ) async throws {
        let reader = world.database.reader(as: world.context(Cast.mei))
        let current = try #require(try await reader.call(call))
        let first = try #require(current.questions.first)
        var questions = current.questions.map { NewQuestion($0).question }
        questions[0] = CallDraft.Question(
            id: first.id, prompt: try LocalizedLine(en: "Said better?"), hint: first.hint, isRequired: false,
            maxLength: first.maxLength, audience: first.audience, files: first.files, field: first.takes,
            section: first.section, condition: first.condition)
        let place = questions.firstIndex { $0.fromRound != nil } ?? questions.endIndex
        questions.insert(
            CallDraft.Question(id: fresh, prompt: try LocalizedLine(en: "Anything else?"), isRequired: false), at: place
        )
        try await world.database.write(as: world.context(Cast.mei)) { [questions] transaction in
            _ = try await transaction.reviseForm(
                of: call, to: questions, because: try ShortText("Asked at the briefing."), in: Cast.harbour.id,
                by: Cast.mei.person.id
            ) { _ in }
        }
    }

    @Test("tells a draft once, asks it what was added, and counts by what is asked now")
    func draft() async throws {
        let world = try await World()
        let id = try await world.draft(to: call)
        let founder = world.database.reader(as: world.context(Cast.ravi))
        let before = try #require(try await founder.application(id)).count
        let fresh = CallForApplications.Question.ID()
        try await change(call, adding: fresh, in: world)
        let after = try #require(try await founder.application(id)).count
        #expect(after.questions == before.questions + 1 && after.required == before.required - 1)
        let visitor = try await Visitor(Cast.ravi, in: world)
        let place = "/portal/applications/\(id)"
        let told = await visitor.open(place)
        #expect(told.text.contains("The form was changed on") && told.text.contains("Asked at the briefing."))
        #expect(told.text.contains("Said better? (worded otherwise · now optional)"))
        #expect(told.text.contains("Anything else? (new question)") && told.text.contains("answers_\(fresh)"))
        for language in ["zh-Hant", "ja"] { #expect(await visitor.open("\(place)?lang=\(language)").status == 200) }
        // A page of before says nothing of it; one that shows the news has shown them.
        _ = await visitor.send("\(place)/answers", [("shown", "v1 1 2")])
        #expect(await visitor.open(place).text.contains("The form was changed on"))
        _ = await visitor.send("\(place)/autosave", [("shown", "v999999999999 1")])
        #expect(try await founder.application(id)?.application.formVersion == 2)
        #expect(await !visitor.open(place).text.contains("The form was changed on"))
    }

    @Test("tells a draft nothing of what is asked of others, nor why that changed")
    func others() async throws {
        let world = try await World()
        let asked = try await world.callOfTwoStreams()
        let id = try await world.draft(to: asked.id)
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.chooseStreams([asked.own], of: id, by: ravi)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let questions = try #require(try await reader.call(asked.id)).questions.map { NewQuestion($0).question }
        let further = CallDraft.Question(
            id: .init(), prompt: try LocalizedLine(en: "What did you measure?"), isRequired: false,
            streams: [asked.other])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.reviseForm(
                of: asked.id, to: questions + [further], because: try ShortText("The lab asks for figures."),
                in: Cast.harbour.id, by: Cast.mei.person.id
            ) { _ in }
        }
        let founder = world.database.reader(as: world.context(Cast.ravi))
        #expect(try await founder.formNews(of: asked.id, since: 1, naming: [asked.own]) == nil)
        let told = try await founder.formNews(of: asked.id, since: 1, naming: [asked.other])
        #expect(told?.reasons.map(\.string) == ["The lab asks for figures."] && told?.items.map(\.parts) == [[.added]])
        let page = try await Visitor(Cast.ravi, in: world).open("/portal/applications/\(id)").text
        #expect(!page.contains("The form was changed on") && !page.contains("The lab asks for figures."))
        // A change of what it is asked is told, with its own reason and no other.
        try await change(asked.id, adding: .init(), in: world)
        let news = try await founder.formNews(of: asked.id, since: 1, naming: [asked.own])
        #expect(news?.reasons.map(\.string) == ["Asked at the briefing."] && news?.items.count == 2)
    }

    @Test("leaves what was handed in as it is, with the version it answers; a copy names it")
    func handedIn() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let founder = world.database.reader(as: world.context(Cast.ravi))
        let before = try #require(try await founder.snapshots(of: id).first)
        #expect(before.content.formVersion == 1)
        let count = try #require(try await founder.application(id)).count
        let fresh = CallForApplications.Question.ID()
        try await change(call, adding: fresh, in: world)
        let after = try #require(try await founder.snapshots(of: id).first)
        #expect(after.isIntact && after.canonical == before.canonical)
        let summary = try #require(try await founder.application(id))
        #expect(summary.application.formVersion == 1 && summary.count.questions == count.questions)
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await !mei.open("/console/applications/\(id)").text.contains("Anything else?"))
        // Asked for changes, it is handed in again, and is not asked what was added.
        let first = try #require(try await world.questions(of: call).first?.id)
        try await world.ask(id, of: [first])
        await #expect(throws: ChangesRefusal.self) {
            try await world.save([fresh: AnswerEdit(try LongText("No."))], of: id)
        }
        _ = try await world.database.write(as: world.context(Cast.ravi)) {
            try await $0.resubmitApplication(id, by: ravi)
        }
        let copies = try await founder.snapshots(of: id)
        #expect(copies.map(\.content.formVersion) == [1, 2])
        #expect(copies[1].content.questions.map(\.id) == copies[0].content.questions.map(\.id))
        let page = try await Visitor(Cast.ravi, in: world).open("/portal/applications/\(id)/copies/2")
        #expect(page.status == 200 && page.text.contains("Version 2"))
        let lines = try await mei.ask("GET", "/v1/applications/\(id)/snapshots").json()
        #expect(lines["items"]?.elements?.map { $0["form_version"] } == [1, 2])
    }

    @Test("is handed in by the form in force, also what was saved before it changed")
    func submission() async throws {
        let world = try await World()
        let id = try await world.draft(to: call)
        try await world.fill(id, of: call)
        try await change(call, adding: .init(), in: world)
        _ = try await world.database.write(as: world.context(Cast.ravi)) {
            try await $0.submitApplication(id, by: ravi)
        }
        let founder = world.database.reader(as: world.context(Cast.ravi))
        #expect(try await founder.application(id)?.application.formVersion == 2)
        let copy = try #require(try await founder.snapshots(of: id).first)
        #expect(
            copy.content.formVersion == 2 && copy.content.questions.first?.prompt.text(for: .english) == "Said better?")
    }
}
