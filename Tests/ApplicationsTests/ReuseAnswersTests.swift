import API
import Accounts
import DemoWorld
import Eligibility
import Files
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// Earlier answers taken into a draft, and what was taken back begun again.
@Suite("Reusing answers")
struct ReuseAnswersTests {
    let incubation: CallForApplications.ID = demoID("call incubation")
    let fintech: CallForApplications.ID = demoID("call fintech")
    let ravi = Cast.ravi.person.id

    @Test("Questions that ask the same are known in any language; other questions are not")
    func similarity() throws {
        func value(_ one: LocalizedLine, _ other: LocalizedLine) -> Double { PromptSimilarity(one, other).value }
        let english = try LocalizedLine(en: "Which problem do you solve, and for whom?")
        #expect(value(english, try LocalizedLine(en: "  WHICH problem do you solve and for whom ")) == 1)
        #expect(value(english, try LocalizedLine(en: "Which problem do you solve?")) > PromptSimilarity.enough)
        #expect(value(english, try LocalizedLine(en: "Who is on the team, and why you?")) < PromptSimilarity.enough)
        let chinese = try LocalizedLine(en: "Name your market.", zhHant: "你們解決甚麼問題？")
        #expect(value(chinese, try LocalizedLine(en: "Something else", zhHant: "你們解決什麼問題")) > PromptSimilarity.enough)
        #expect(value(english, try LocalizedLine(zhHant: "你們解決甚麼問題？")) == 0)
        #expect(value(try LocalizedLine(en: "?"), try LocalizedLine(en: "!")) == 0)
    }

    @Test("Offered: the nearest question first, each text once, nothing that stands there already")
    func offers() throws {
        let question = CallForApplications.Question(
            id: .init(), position: 1, prompt: try LocalizedLine(en: "Which problem do you solve?"))
        func earlier(_ text: String, _ prompt: String, day: Double, id: CallForApplications.Question.ID = .init())
            throws
            -> EarlierAnswer
        {
            EarlierAnswer(
                application: .init(), callTitle: try LocalizedName(en: "Call"), question: id,
                prompt: try LocalizedLine(en: prompt), text: try LongText(text),
                savedAt: Date(timeIntervalSince1970: day * 86_400))
        }
        let found = ReusableAnswer.offers(
            for: [question], answered: [Answer(to: question.id, try LongText("now"), savedAt: .now)],
            from: [
                try earlier("near", "Which problem do you solve, for whom?", day: 9),
                try earlier("old", "Which problem do you solve?", day: 1),
                try earlier("old", "Which problem do you solve?", day: 2),
                try earlier("kin", "Entirely rewritten", day: 3, id: question.id),
                try earlier("now", "Which problem do you solve?", day: 4),
                try earlier("no", "Who is on the team?", day: 5),
            ])
        #expect(found.map(\.earlier.text.string) == ["kin", "old", "near"])
        #expect(found[1].earlier.savedAt == Date(timeIntervalSince1970: 2 * 86_400))
        #expect(
            found.map { $0.similarity == 100 } == [true, true, false]
                && found.allSatisfy { $0.current?.string == "now" })
    }

    @Test("Only what is picked is taken, and nothing over somebody's newer text")
    func take() async throws {
        let world = try await World()
        let before = try await world.submitted(to: incubation)
        let id = try await world.draft(to: fintech)
        let reader = world.database.reader(as: world.context(Cast.ravi))
        let mine = try LongText("Written for this one.")
        let questions = try await world.questions(of: fintech)
        _ = try await world.save([questions[1].id: AnswerEdit(mine)], of: id)
        let offers = try #require(try await reader.reusableAnswers(for: id))
        #expect(offers.map(\.question) == questions.map(\.id) && offers.allSatisfy { $0.similarity == 100 })
        #expect(offers.allSatisfy { $0.earlier.application == before } && offers[1].current == mine)

        func pick(_ index: Int, seen: Fingerprint? = nil) -> AnswerPick {
            AnswerPick(offers[index].question, from: before, offers[index].earlier.question, seen: seen)
        }
        func reuse(_ picks: [AnswerPick], as member: Cast.Member = Cast.ravi) async throws -> SavedAnswers {
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.reuseAnswers(picks, in: id, by: member.person.id)
            }
        }
        _ = try await reuse([pick(0, seen: Fingerprint(nil))])
        #expect(
            try await reader.answers(of: id).map(\.text.string) == [
                "We know harbours, and harbours know us.", mine.string,
            ])
        let conflict = try await reuse([pick(1, seen: Fingerprint(nil)), pick(2)])
        #expect(conflict.conflicts.map(\.question) == [questions[1].id])
        #expect(try await reader.answers(of: id).map(\.text)[1] == mine)
        let twice = await #expect(throws: Problem.self) { try await reuse([pick(3), pick(3)]) }
        #expect(twice?.errors.map(\.code) == [.repeated])

        // Ada's answers are nobody's else, whatever is picked.
        let ada: Application.ID = demoID("application \(Cast.startup("kelpsense")) \(incubation)")
        let asked = try await world.questions(of: incubation)[3].id
        let stranger = await #expect(throws: Problem.self) {
            try await reuse([AnswerPick(questions[3].id, from: ada, asked)])
        }
        #expect(stranger?.errors.map(\.pointer) == ["/answers/0"])
        await #expect(throws: Problem.notFound) { try await reuse([pick(3)], as: Cast.ada) }
        for member in [Cast.ada, Cast.mei, Cast.nora] {
            let other = world.database.reader(as: world.context(member))
            #expect(try await other.earlierAnswers(besides: id).allSatisfy { $0.application != before })
        }
    }

    @Test("What was taken back is begun again with its answers, in one step, while the call is open")
    func again() async throws {
        let world = try await World()
        let first = try await world.submitted(to: incubation)
        func again(as member: Cast.Member = Cast.ravi) async throws -> Application {
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.beginAgain(
                    from: first, as: Application.ID(), in: Cast.harbour.id, by: member.person.id)
            }
        }
        await #expect(throws: ApplicationRefusal.wrongState(.submitted, for: .beginAgain)) { try await again() }
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.withdrawApplication(first, because: nil, by: ravi)
        }
        await #expect(throws: Problem.notFound) { try await again(as: Cast.ada) }
        let draft = try await again()
        #expect(draft.state == .draft && draft.id != first)
        let reader = world.database.reader(as: world.context(Cast.ravi))
        #expect(try await reader.answers(of: draft.id).map(\.text) == reader.answers(of: first).map(\.text))
        #expect(try await reader.application(draft.id)?.count.isComplete == true)
        let twice = await #expect(throws: DatabaseError.self) { try await again() }
        #expect(twice?.constraint == "applications_once_per_call")
        _ = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.submitApplication(draft.id, by: ravi)
        }
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.withdrawApplication(draft.id, because: nil, by: ravi)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE calls SET closes_at = now() - interval '1 hour' WHERE id = \(incubation)")
        }
        await #expect(throws: ApplicationRefusal.callNotOpen(.closed)) { try await again() }
    }

    @Test("What later rounds asked stays with what was taken back: it is begun again with what is asked first")
    func againWithoutLaterRounds() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.ravi, in: world)
        let (question, deck) = (CallForApplications.Question.ID(), CallForApplications.Question.ID())
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO call_questions (tenant_id, call_id, id, position, prompt, required, from_round, files)
                SELECT tenant_id, id, \(question), 901, '{"en": "What does it cost?"}'::jsonb, true, 2, NULL::jsonb
                FROM calls WHERE id = \(incubation)
                UNION ALL
                SELECT tenant_id, id, \(deck), 902, '{"en": "Your accounts"}'::jsonb, true, 2,
                       '{"extensions": ["pdf"], "most": 2}'::jsonb
                FROM calls WHERE id = \(incubation)
                """)
        }
        let first = try await world.submitted(
            to: incubation, declaring: ["full_time_staff": .integer(7), "technical_staff": .integer(5)])
        let wanted = QuestionsWanted(
            ofRound: 2, try LongText("You are on the shortlist."),
            by: CalendarDate(Date(), in: .hongKong).adding(days: 7))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.screenApplication(first, finding: .eligible, by: Cast.mei.person.id)
            _ = try await transaction.askLaterQuestions(wanted, of: first, as: .init(), by: Cast.mei.person.id)
        }
        try await world.save([question: AnswerEdit(try LongText("A fortune."))], of: first)
        let document = try await world.upload("%PDF-1.7\nAccounts\n%%EOF\n", to: deck, of: first, by: visitor)
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.resubmitApplication(first, by: ravi)
            _ = try await transaction.withdrawApplication(first, because: nil, by: ravi)
        }
        let begun = await visitor.send("/portal/applications/\(first)/new-beginning")
        #expect(begun.status == 303, "\(begun.text)")
        let reader = world.database.reader(as: world.context(Cast.ravi))
        let id = try #require(try await reader.liveApplication(to: incubation))
        let before = try await reader.answers(of: first)
        #expect(before.count == 5)
        #expect(
            try await reader.answers(of: id).map(\.text)
                == before.filter { $0.question != question }.map(\.text))
        #expect(try await reader.documents(of: id).isEmpty)
        // What it declared comes along.
        #expect(try await reader.declaredFacts(of: id)?[.fullTimeStaff] == .integer(7))
        // A file is not taken for what is not asked yet, either.
        let early = await #expect(throws: Problem.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                _ = try await transaction.reuseAnswers(
                    [], [DocumentPick(deck, from: first, document)], in: id, by: ravi)
            }
        }
        #expect(early?.errors.map(\.pointer) == ["/documents/0"])
    }

    @Test("Offered files: of the kind that is asked for, the same bytes once, none that is there")
    func fileOffers() throws {
        let question = CallForApplications.Question(
            id: .init(), position: 1, prompt: try LocalizedLine(en: "Upload your deck"),
            files: FileRule(["pdf"], most: 2))
        func document(_ name: String, _ bytes: String, day: Double, to: CallForApplications.Question.ID = .init())
            -> Document
        {
            Document(
                id: .init(), application: .init(), question: to, name: FileName(cleaning: name),
                mediaType: "application/pdf", bytes: 9, sha256: Array(bytes.utf8), state: .clean, scanner: nil,
                reason: nil, uploadedAt: Date(timeIntervalSince1970: day * 86_400), damagedAt: nil)
        }
        func earlier(_ document: Document, _ prompt: String) throws -> EarlierDocument {
            EarlierDocument(
                document: document, callTitle: try LocalizedName(en: "Call"), prompt: try LocalizedLine(en: prompt))
        }
        let found = ReusableDocument.offers(
            for: [question], having: [document("now.pdf", "now", day: 9, to: question.id)],
            from: [
                try earlier(document("near.pdf", "near", day: 8), "Upload your deck here"),
                try earlier(document("old.pdf", "same", day: 1), "Upload your deck"),
                try earlier(document("new.pdf", "same", day: 2), "Upload your deck"),
                try earlier(document("sheet.csv", "csv", day: 3), "Upload your deck"),
                try earlier(document("there.pdf", "now", day: 4), "Upload your deck"),
                try earlier(document("other.pdf", "other", day: 5), "Who is on the team?"),
            ])
        #expect(found.map(\.earlier.document.name.text) == ["new.pdf", "near.pdf"])
        #expect(found.allSatisfy { $0.present.map(\.name.text) == ["now.pdf"] })
        #expect(
            ReusableDocument.offers(
                for: [CallForApplications.Question(id: .init(), position: 1, prompt: question.prompt)], having: [],
                from: [try earlier(document("a.pdf", "a", day: 1), "Upload your deck")]
            ).isEmpty)
    }

    @Test("A file is taken with its bytes and its hash, once, within what the question takes, and nobody else's")
    func files() async throws {
        let world = try await World()
        let (from, to) = (try await world.deck(of: incubation), try await world.deck(of: fintech, required: false))
        let visitor = try await Visitor(Cast.ravi, in: world)
        let text = "%PDF-1.7\nOur harbour\n%%EOF\n"
        let (before, document) = try await world.submitted(to: incubation, with: text, answering: from, by: visitor)
        let id = try await world.draft(to: fintech)
        let (place, page) = ("/v1/applications/\(id)", "/portal/applications/\(id)/reuse")
        let list = try await visitor.ask("GET", "\(place)/reusable-answers").json()
        let offer = list["documents"]?.elements?.first
        #expect(list["documents"]?.elements?.count == 1 && offer?["similarity"] == 100)
        #expect(offer?["document"]?["id"]?.text == document.description)
        let shown = await visitor.open(page)
        #expect(shown.text.contains("<ins>deck.pdf (") && shown.text.contains("Take this file too"), "\(shown.text)")

        let value = "file.\(to).\(before).\(document)"
        let taken = await visitor.send(page, [("take", value)])
        #expect(taken.status == 303, "\(taken.text)")
        let reader = world.database.reader(as: world.context(Cast.ravi))
        let own = try #require(try await reader.documents(of: id).first)
        let old = try #require(try await reader.documents(of: before).first)
        #expect(own.id != old.id && own.sha256 == old.sha256 && own.name == old.name && own.state == .clean)
        let sent = await visitor.ask("GET", "\(place)/documents/\(own.id)")
        #expect(try await sent.wholeBody() == Array(text.utf8))
        #expect(try await reader.application(id)?.count.answered == 1)
        // Taken, it is offered no more; taken again, it is there.
        #expect(try await reader.reusableDocuments(for: id)?.isEmpty == true)
        let body =
            #"{"documents":[{"question":"\#(to)","application":"\#(before)","document":"\#(document)"}]}"#
        #expect(await visitor.ask("POST", "\(place)/reuse", json: body).status == 200)
        #expect(try await reader.documents(of: id).count == 1)
        // The one that is taken away leaves the other where it is.
        #expect(await visitor.ask("POST", "\(place)/documents/\(own.id)/removal").status == 200)
        #expect(try await reader.chunk(0, of: old) == Array(text.utf8))

        // Full, it takes no more; a question for texts takes none; a stranger's is nobody's.
        for other in ["a", "b"] {
            _ = try await world.upload("%PDF-1.7\n\(other)\n%%EOF\n", to: to, of: id, by: visitor)
        }
        let full = await visitor.ask("POST", "\(place)/reuse", json: body)
        #expect(full.status == 409, "\(full.text)")
        let told = await visitor.send(page, [("take", value)])
        #expect(told.status == 409 && told.text.contains("takes 2 at the most"))
        let words = try await world.questions(of: fintech)[0].id
        let odd = await visitor.ask(
            "POST", "\(place)/reuse",
            json: #"{"documents":[{"question":"\#(words)","application":"\#(before)","document":"\#(document)"}]}"#)
        #expect(odd.status == 422 && odd.problem?.errors.map(\.pointer) == ["/documents/0"])
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.ask("POST", "\(place)/reuse", json: body).status == 404)
        #expect(try await world.database.reader(as: world.context(Cast.ada)).earlierDocuments(besides: id).isEmpty)
        let theirs: Application.ID = demoID("application \(Cast.startup("kelpsense")) \(incubation)")
        let stranger = await visitor.ask(
            "POST", "\(place)/reuse",
            json: #"{"documents":[{"question":"\#(to)","application":"\#(theirs)","document":"\#(document)"}]}"#)
        #expect(stranger.status == 422)
    }

    @Test("A file that no scanner has seen goes through quarantine, where there is a scanner now")
    func unseen() async throws {
        let world = try await World()
        let (from, to) = (try await world.deck(of: incubation), try await world.deck(of: fintech))
        let visitor = try await Visitor(Cast.ravi, in: world)
        let (before, document) = try await world.submitted(
            to: incubation, with: "%PDF-1.7\nOur harbour\n%%EOF\n", answering: from, by: visitor)
        let id = try await world.draft(to: fintech)
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.reuseAnswers(
                [], [DocumentPick(to, from: before, document)], in: id, waitsForScanner: true, by: ravi)
        }
        let reader = world.database.reader(as: world.context(Cast.ravi))
        #expect(try await reader.documents(of: id).map(\.state) == [.quarantined])
        let jobs: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) AS rows FROM jobs WHERE kind = \(ScanDocument.kind)")
        #expect(jobs == 1)
    }

    @Test("What is begun again has its files again, and they outlive what was taken back")
    func filesAgain() async throws {
        let world = try await World()
        let deck = try await world.deck(of: incubation)
        let visitor = try await Visitor(Cast.ravi, in: world)
        let text = "%PDF-1.7\nOur harbour\n%%EOF\n"
        let (first, document) = try await world.submitted(to: incubation, with: text, answering: deck, by: visitor)
        #expect(await visitor.ask("POST", "/v1/applications/\(first)/withdrawal", json: "{}").status == 200)
        let begun = await visitor.ask("POST", "/v1/applications/\(first)/new-beginning")
        let place = try #require(begun.header("Location"), "\(begun.text)")
        let file = try await visitor.ask("GET", "\(place)/documents").json()["items"]?.elements?.first
        #expect(file?["name"]?.text == "deck.pdf" && file?["id"]?.text != document.description)
        let sent = await visitor.ask("GET", "\(place)/documents/\(file?["id"]?.text ?? "")")
        #expect(try await sent.wholeBody() == Array(text.utf8))
        #expect(await visitor.ask("POST", "\(place)/submission").status == 200)
    }

    @Test("By API and by pages, with the difference shown and nothing taken unasked")
    func edge() async throws {
        let world = try await World()
        let before = try await world.submitted(to: incubation)
        let id = try await world.draft(to: fintech)
        let questions = try await world.questions(of: fintech)
        _ = try await world.save([questions[0].id: AnswerEdit(try LongText("We know harbours."))], of: id)
        let ravi = try await Visitor(Cast.ravi, in: world)
        let list = try await ravi.ask("GET", "/v1/applications/\(id)/reusable-answers").json()
        #expect(list["items"]?.elements?.count == 4)
        #expect(await ravi.ask("GET", "/v1/applications/\(before)/reusable-answers").status == 409)
        let place = "/portal/applications/\(id)"
        let page = await ravi.open("\(place)/reuse")
        #expect(
            page.status == 200 && page.text.contains("<ins>") && page.text.contains("Incubation intake"), "\(page.text)"
        )
        #expect(await ravi.open(place).text.contains("\(place)/reuse"))
        let from = try await world.questions(of: incubation)
        func box(_ index: Int) -> (String, String) { ("take", "\(questions[index].id).\(before).\(from[index].id)") }
        #expect(await ravi.send("\(place)/reuse").status == 422)
        #expect(await ravi.send("\(place)/reuse", [("take", "nonsense")]).status == 422)
        let stale = await ravi.send("\(place)/reuse", [box(0), ("seen_\(questions[0].id)", "")])
        #expect(stale.status == 409 && stale.text.contains("Nothing was taken"))
        let taken = await ravi.send("\(place)/reuse", [box(2), ("seen_\(questions[2].id)", "")])
        #expect(taken.status == 303 && taken.header("Location") == "\(place)?done=reused", "\(taken.text)")
        #expect(await ravi.open("\(place)?done=reused").text.contains("The answers were taken into the draft."))
        let body =
            #"{"answers":[{"question":"\#(questions[3].id)","application":"\#(before)","from":"\#(from[3].id)","based_on":""}]}"#
        #expect(await ravi.ask("POST", "/v1/applications/\(id)/reuse", json: body).status == 200)
        let view = try await ravi.ask("GET", "/v1/applications/\(id)").json()
        #expect(view["answers"]?.elements?.count == 3)

        #expect(await ravi.send("/portal/applications/\(before)/withdrawal", [("note", "")]).status == 303)
        #expect(await ravi.open("/portal/applications/\(before)").text.contains("Begin again with these answers"))
        #expect(
            await ravi.open("/portal/calls/\(incubation)/apply").text.contains(
                "/portal/applications/\(before)/new-beginning"))
        let begun = await ravi.send("/portal/applications/\(before)/new-beginning")
        let again = try #require(begun.header("Location"))
        #expect(begun.status == 303)
        #expect(await ravi.open(again).text.contains("We know harbours"))
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await mei.open("\(place)/reuse").status == 403)
    }
}
