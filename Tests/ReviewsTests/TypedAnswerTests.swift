import API
import Accounts
import DemoWorld
import Forms
import Foundation
import Letters
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications
@testable import Reviews

/// Answers that are no paragraphs, all the way from the call's draft to the reviewer's sheet.
@Suite("Answers by kind, from a call to a reviewer")
struct TypedAnswerTests {
    private let stream: ProgramStream.ID = demoID("stream incubation general")
    private let call = CallForApplications.ID()
    private let ids = (0..<9).map { _ in CallForApplications.Question.ID() }

    private var form: [CallDraft.Question] {
        get throws {
            var stage = Field(.choice)
            stage.options = [
                .init("idea", try LocalizedLine(en: "An idea", ja: "アイデア")),
                .init("sales", try LocalizedLine(en: "Selling already", zhHant: "已有銷售", ja: "販売中")),
            ]
            var revenue = Field(.money)
            revenue.currencies = [.hkd, .jpy]
            var areas = Field(.choices)
            areas.options = [
                .init("port", try LocalizedLine(en: "Harbour")), .init("rail", try LocalizedLine(en: "Rail")),
            ]
            var share = Field(.number)
            (share.decimals, share.highest) = (1, "100")
            var people = Field(.people)
            people.fewest = 1
            let sales = Condition.isAny(ids[0].uuid, of: ["sales"])
            func question(
                _ index: Int, _ prompt: String, _ field: Field, required: Bool = true, section: String? = nil,
                when condition: Condition? = nil
            ) throws -> CallDraft.Question {
                CallDraft.Question(
                    id: ids[index], prompt: try LocalizedLine(en: prompt), isRequired: required, field: field,
                    section: try section.map { Section(try LocalizedLine(en: $0)) }, condition: condition)
            }
            return [
                try question(0, "Which stage?", stage, section: "The company"),
                try question(1, "Revenue last year?", revenue, section: "The trade", when: sales),
                try question(2, "Share of exports?", share, required: false, when: .answered(ids[1].uuid)),
                try question(3, "Founded when?", Field(.date), section: "The facts"),
                try question(4, "Where?", areas), try question(5, "Website?", Field(.link), required: false),
                try question(6, "Who?", people), try question(7, "In a line?", Field(.shortText)),
                try question(8, "Why?", Field(.longText)),
            ]
        }
    }

    private func begun(in world: World) async throws -> Application.ID {
        let (id, form) = (Application.ID(), try form)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let draft = CallDraft(
                stream: stream, title: try LocalizedName(en: "Typed"), opensAt: Date().addingTimeInterval(-86_400),
                deadline: Deadline(Date().addingTimeInterval(864_000), in: .hongKong), questions: form)
            _ = try await transaction.draftCall(draft, as: call, in: Cast.harbour.id)
            _ = try await transaction.publishCall(call, by: Cast.mei.person.id)
        }
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.beginApplication(
                to: call, for: Cast.startup("ledgerleaf"), as: id, in: Cast.harbour.id, by: Cast.ravi.person.id)
        }
        return id
    }

    private func name(_ index: Int) -> String { "answers_\(ids[index])" }

    @Test("A conditional question is asked once it is due, nothing that was typed is lost, and a reviewer reads labels")
    func journey() async throws {
        let world = try await World()
        let id = try await begun(in: world)
        let place = "/portal/applications/\(id)"
        let ravi = try await Visitor(Cast.ravi, in: world)
        let first = await ravi.open(place)
        #expect(first.status == 200, "\(first.text)")
        #expect(first.text.contains("<h2>The company</h2>") && !first.text.contains("<h2>The trade</h2>"))
        #expect(first.text.contains("<select id=\"f-\(name(0))\"") && first.text.contains("type=\"date\""))
        #expect(first.text.contains("type=\"checkbox\"") && first.text.contains("type=\"url\""))
        var view = try await ravi.ask("GET", "/v1/applications/\(id)").json()
        #expect(view["completeness"]?["questions"] == 7 && view["completeness"]?["required"] == 6)

        // What cannot be read is kept as it was typed, and is a gap.
        let typed: [(String, String)] = [
            (name(0), "sales"), (name(3), "last spring"), (name(4), ""), (name(4), "rail"), (name(4), "port"),
            (name(5), "example.org"), ("\(name(6)).0.name", "Ravi Rao"), ("\(name(6)).0.role", "CEO"),
            ("\(name(6)).0.email", "ravi@example.org"), ("\(name(6)).1.name", "Mei"), (name(7), "A ledger."),
            (name(8), "We know leaves."),
        ]
        let saved = await ravi.send("\(place)/answers", typed)
        #expect(saved.status == 303, "\(saved.text)")
        let second = await ravi.open(place)
        #expect(second.text.contains("value=\"last spring\"") && second.text.contains("value=\"example.org\""))
        #expect(second.text.contains("name=\"\(name(6)).0.name\" value=\"Ravi Rao\""))
        #expect(second.text.contains("name=\"\(name(6)).1.name\" value=\"Mei\""))
        #expect(second.text.contains("<h2>The trade</h2>") && second.text.contains("\(name(1)).amount"))
        #expect(second.text.contains("value=\"rail\" checked") && second.text.contains("value=\"port\" checked"))
        #expect(!second.text.contains("Share of exports?"))
        view = try await ravi.ask("GET", "/v1/applications/\(id)").json()
        #expect(view["completeness"]?["questions"] == 8 && view["completeness"]?["required"] == 7)
        // Stage, areas, line and why; date and people do not fit, the link is not required.
        #expect(view["completeness"]?["required_answered"] == 4 && view["completeness"]?["answered"] == 7)

        let early = await ravi.ask("POST", "/v1/applications/\(id)/submission")
        #expect(early.status == 422)
        #expect(
            early.problem?.errors.map(\.pointer) == [1, 3, 5, 6].map { "/answers/\(ids[$0])" }, "\(early.text)")
        let refused = await ravi.send("\(place)/submission", typed)
        #expect(
            refused.status == 422 && refused.text.contains("Fill this in, or empty the whole row."), "\(refused.status)"
        )

        // A part of an amount is saved beside the rest of it, and numbers of an input method are numbers.
        #expect(await ravi.send("\(place)/autosave", [("\(name(1)).currency", "JPY")]).status == 200)
        #expect(await ravi.send("\(place)/autosave", [("\(name(1)).amount", "1,200,000")]).status == 200)
        let mended = await ravi.send(
            "\(place)/answers",
            [
                ("\(name(1)).amount", "１,200,000"), ("\(name(1)).currency", "JPY"), (name(3), "2024-02-29"),
                (name(5), "HTTPS://Example.org"), ("\(name(6)).0.name", "Ravi Rao"), ("\(name(6)).0.role", "CEO"),
                ("\(name(6)).0.email", "ravi@example.org"), ("\(name(6)).2.name", "Mei Chan"),
                ("\(name(6)).2.role", "CTO"),
            ])
        #expect(mended.status == 303, "\(mended.text)")
        view = try await ravi.ask("GET", "/v1/applications/\(id)").json()
        let answers = try #require(view["answers"]?.elements)
        #expect(answers[1]["text"] == "JPY 1200000")
        #expect(answers[1]["display"]?["en"] == "JPY 1,200,000" && answers[0]["display"]?["ja"] == "販売中")
        #expect(await ravi.open(place).text.contains("Share of exports?"))
        #expect(
            await ravi.ask("PUT", "/v1/applications/\(id)/answers/\(ids[2])", json: #"{"text": "12.50"}"#).status == 200
        )
        let submitted = await ravi.send("\(place)/submission")
        #expect(submitted.status == 303, "\(submitted.text)")

        let mei = try await Visitor(Cast.mei, in: world)
        let console = await mei.open("/console/applications/\(id)")
        #expect(console.text.contains("Selling already") && console.text.contains("12.5"))
        let copy = await mei.open("/console/applications/\(id)/copies/1")
        #expect(copy.text.contains("Harbour, Rail") && copy.text.contains("29 Feb 2024"), "\(copy.status)")
        try await reviewed(id, world)
        let nora = try await Visitor(Cast.nora, in: world)
        let queue = try await world.database.reader(as: world.context(Cast.nora)).assignments(limit: 100)
        let mine = try #require(queue.first { $0.assignment.application == id })
        let sheet = await nora.open("/reviews/\(mine.assignment.id)")
        for text in ["Selling already", "JPY 1,200,000", "Harbour, Rail", "29 Feb 2024", "Mei Chan · CTO"] {
            #expect(sheet.text.contains(text), "\(text)")
        }
        let read = try #require(
            try await nora.ask("GET", "/v1/assignments/\(mine.assignment.id)").json()["answers"]?.elements)
        #expect(read.count == 9 && read[0]["kind"] == "choice" && read[0]["display"]?["zh-Hant"] == "已有銷售")
        try await world.holds(id)
    }

    @Test("What is asked no more is neither counted nor handed in nor read, and still the founder's")
    func unasked() async throws {
        let world = try await World()
        let id = try await begun(in: world)
        let texts = [
            "sales", "HKD 5", "50", "2024-01-01", #"["port"]"#, "https://example.org",
            #"[{"name": "Ravi", "role": "CEO"}]"#, "A ledger.", "Leaves.",
        ]
        func save(_ texts: [(Int, String)]) async throws {
            let edits = try texts.map { (ids[$0.0], AnswerEdit(try LongText($0.1))) }
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                _ = try await transaction.saveAnswers(
                    Dictionary(uniqueKeysWithValues: edits), of: id, by: Cast.ravi.person.id)
            }
        }
        try await save(Array(texts.enumerated()).map { ($0.offset, $0.element) })
        let reader = world.database.reader(as: world.context(Cast.ravi))
        #expect(try await reader.application(id)?.count.questions == 9)
        try await save([(0, "idea")])
        let count = try #require(try await reader.application(id)?.count)
        #expect(count.questions == 7 && count.answered == 7 && count.required == 6 && count.requiredAnswered == 6)
        #expect(try await reader.answers(of: id).count == 9)
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.submitApplication(id, by: Cast.ravi.person.id)
        }
        let kept = try #require(try await reader.snapshots(of: id).first)
        #expect(kept.content.questions.count == 7 && !kept.canonical.contains("HKD 5"))
        #expect(kept.content.questions.first?.kind == .choice)
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await !mei.ask("GET", "/v1/applications/\(id)").text.contains("HKD 5"))
        #expect(await !mei.open("/console/applications/\(id)").text.contains("HKD 5"))
        try await reviewed(id, world)
        let file = try await world.owner.write(as: .none) {
            try await $0.value(
                "SELECT answers::text FROM review_files WHERE application_id = \(id)", as: String.self)
        }
        #expect(!file.contains("HKD 5") && file.contains("\"kind\": \"people\""))
        try await world.holds(id)
    }

    @Test("A change that is asked for opens what follows from it, and the new copy holds what is asked since")
    func changes() async throws {
        let world = try await World()
        let id = try await begun(in: world)
        let texts = [
            "idea", "", "", "2024-01-01", #"["port"]"#, "", #"[{"name": "Ravi", "role": "CEO"}]"#, "A ledger.",
            "Leaves.",
        ]
        func save(_ texts: [(Int, String)]) async throws {
            let edits = try texts.filter { !$0.1.isEmpty }.map { (ids[$0.0], AnswerEdit(try LongText($0.1))) }
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                _ = try await transaction.saveAnswers(
                    Dictionary(uniqueKeysWithValues: edits), of: id, by: Cast.ravi.person.id)
            }
        }
        func resubmit() async throws {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                _ = try await transaction.resubmitApplication(id, by: Cast.ravi.person.id)
            }
        }
        try await save(Array(texts.enumerated()).map { ($0.offset, $0.element) })
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.submitApplication(id, by: Cast.ravi.person.id)
        }
        let request = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.requestChanges(
                ChangesWanted(
                    try LongText("Are you not selling?"), to: [ids[0]],
                    by: CalendarDate(Date(), in: .hongKong).adding(days: 5)), of: id, as: .init(),
                by: Cast.mei.person.id)
        }
        #expect(Set(request.questions) == Set(ids[0...2]))
        try await save([(0, "sales")])
        let ravi = try await Visitor(Cast.ravi, in: world)
        let page = await ravi.open("/portal/applications/\(id)")
        #expect(page.status == 200 && page.text.contains("Revenue last year?"), "\(page.status)")
        let refusal = await #expect(throws: ApplicationRefusal.self) { try await resubmit() }
        #expect(refusal == .incomplete([.init(question: ids[1], reason: .unanswered)]))
        try await save([(1, "HKD 5000")])
        try await resubmit()
        let copies = try await world.database.reader(as: world.context(Cast.mei)).snapshots(of: id)
        #expect(copies.map(\.content.questions.count) == [7, 9])
        // Exports are asked for and not required: nothing is said to them.
        let count = try await world.database.reader(as: world.context(Cast.mei)).application(id)?.count
        #expect(count?.questions == 9 && count?.required == 7 && count?.requiredAnswered == 7 && count?.answered == 7)
    }

    @Test("Whom an application names does not judge it: a draft tells of nobody, and who is named later loses it")
    func namedPeople() async throws {
        let world = try await World()
        let id = try await begun(in: world)
        let nora = Cast.nora.person
        func save(_ texts: [(Int, String)]) async throws {
            let edits = try texts.map { (ids[$0.0], AnswerEdit(try LongText($0.1))) }
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                _ = try await transaction.saveAnswers(
                    Dictionary(uniqueKeysWithValues: edits), of: id, by: Cast.ravi.person.id)
            }
        }
        func conflicts(
            of person: Person.ID, for context: Context = .system(in: Cast.harbour.id)
        ) async throws -> [Conflict.Kind] {
            try await world.database.reader(as: context)
                .conflicts(between: [person], and: [Cast.startup("ledgerleaf")]).map(\.kind)
        }
        let alone = #"[{"name": "Ravi", "role": "CEO"}]"#
        let advised = #"[{"name": "Nora", "role": "Adviser", "email": " \#(nora.email.uppercased()) "}]"#
        try await save([
            (0, "idea"), (3, "2024-01-01"), (4, #"["port"]"#), (6, #"[{"email": "#), (7, "A ledger."), (8, "Leaves."),
        ])
        try await save([(6, advised)])
        let standing = try await conflicts(of: nora.id)
        #expect(!standing.contains(.named), "a draft tells of nobody")
        try await save([(6, alone)])
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.submitApplication(id, by: Cast.ravi.person.id)
        }
        try await reviewed(id, world)
        let reader = world.database.reader(as: world.context(Cast.nora))
        let mine = try #require(try await reader.assignments(limit: 100).first { $0.assignment.application == id })
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.requestChanges(
                ChangesWanted(
                    try LongText("Who advises you?"), to: [ids[6]],
                    by: CalendarDate(Date(), in: .hongKong).adding(days: 5)), of: id, as: .init(),
                by: Cast.mei.person.id)
        }
        try await save([(6, advised)])
        #expect(try await conflicts(of: nora.id) == standing + [.named])
        let seat = try await world.database.reader(as: world.context(Cast.mei)).assignment(mine.assignment.id)
        #expect(seat?.state == .conflicted)
        #expect(try await reader.sheet(mine.assignment.id) == nil)
        // What is open again is no more a manager's to read than the answer, until it is handed in.
        let mei = world.context(Cast.mei)
        #expect(try await conflicts(of: nora.id, for: mei) == standing)
        // A founder who names somebody elsewhere keeps nobody else of that place away, and nothing odd breaks the draft.
        let odd = ["[{\"email\":\"a@\(String(repeating: "x", count: 3_000))\"}]", String(repeating: "[", count: 5_000)]
        for text in odd + [#"[{"name": "Ana", "role": "Adviser", "email": "ana@institute.example"}]"#] {
            try await save([(6, text)])
        }
        #expect(try await !conflicts(of: Cast.vera.person.id).contains(.emailDomain))
        #expect(try await conflicts(of: nora.id) == standing)
        try await save([(6, advised)])
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.resubmitApplication(id, by: Cast.ravi.person.id)
        }
        #expect(try await conflicts(of: nora.id, for: mei) == standing + [.named])
    }

    @Test("A manager tries the form and sees both kinds of file while the call is a draft; nobody else does")
    func previews() async throws {
        let world = try await World()
        var asked = try form
        asked[8] = CallDraft.Question(
            id: ids[8], prompt: try LocalizedLine(en: "Who backs you?"), audience: .namedReviewers)
        let draft = CallDraft(
            stream: stream, title: try LocalizedName(en: "Typed"), opensAt: Date().addingTimeInterval(86_400),
            deadline: Deadline(Date().addingTimeInterval(864_000), in: .hongKong), questions: asked)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: call, in: Cast.harbour.id)
        }
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/console/calls/\(call)/preview"
        #expect(await mei.open("/console/calls/\(call)").text.contains("href=\"\(place)\""))
        let blank = await mei.open(place)
        #expect(blank.status == 200 && blank.text.contains("<h2>The company</h2>"), "\(blank.text)")
        #expect(!blank.text.contains("Revenue last year?") && !blank.text.contains("field-wrong"))
        let tried = await mei.send(place, [(name(0), "sales"), (name(3), "last spring"), (name(4), "")])
        #expect(tried.status == 200 && tried.text.contains("Revenue last year?"))
        #expect(tried.text.contains("value=\"last spring\"") && tried.text.contains("Write a day"))
        let file = await mei.open("\(place)/file")
        let parts = file.text.components(separatedBy: "In a round that names the startup")
        #expect(file.status == 200 && parts.count == 2, "\(file.text)")
        #expect(parts[0].contains("<li>Who backs you?</li>") && parts[0].contains("K7PQ4M"))
        #expect(parts[1].contains("<h3>Who backs you?</h3>") && parts[1].contains("HKD 120,000"))
        for member in [Cast.ravi, Cast.nora] {
            let visitor = try await Visitor(member, in: world)
            for target in [place, "\(place)/file"] { #expect(await visitor.open(target).status == 403) }
        }
    }

    /// Lets the application into a round, and gives it to Nora.
    private func reviewed(_ id: Application.ID, _ world: World) async throws {
        let round = ReviewRound.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.screenApplication(id, finding: .eligible, by: Cast.mei.person.id)
            let draft = RoundDraft(
                name: try LocalizedName(en: "Paper"), isBlind: true,
                due: Deadline(Date().addingTimeInterval(864_000), in: .hongKong),
                criteria: [.init(id: .init(), name: try LocalizedName(en: "Overall"), weight: 100)])
            _ = try await transaction.draftRound(draft, as: round, of: call, in: Cast.harbour.id)
            _ = try await transaction.openRound(round, in: Cast.harbour.id, by: Cast.mei.person.id)
            _ = try await transaction.invitePanelist(
                PanelInvitation(
                    email: try #require(EmailAddress(Cast.nora.person.email)), name: try Name(Cast.nora.person.name),
                    terms: PanelTerms(most: 9, languages: [.english])), to: round,
                in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        try await world.database.write(as: world.context(Cast.nora)) { transaction in
            try await transaction.acceptPanelInvitation(to: round, taking: nil, by: Cast.nora.person.id)
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.assignReviewer(
                Cast.nora.person.id, to: id, in: round, as: .init(), in: Cast.harbour.id, by: Cast.mei.person.id)
        }
    }
}
