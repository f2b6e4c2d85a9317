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

/// Questions that are asked of those who advance, from the call to the reviewers of the round they belong to.
@Suite("Questions of later rounds, from a call to its rounds")
struct LaterQuestionsTests {
    private let stream: ProgramStream.ID = demoID("stream incubation general")
    private let call = CallForApplications.ID()
    private let ids = (0..<6).map { _ in CallForApplications.Question.ID() }
    private let mei = Cast.mei.person.id
    private let ravi = Cast.ravi.person.id
    private var day: CalendarDate { CalendarDate(Date(), in: .hongKong).adding(days: 7) }

    private var form: [CallDraft.Question] {
        get throws {
            var stage = Field(.choice)
            stage.options = [
                .init("idea", try LocalizedLine(en: "An idea")), .init("sales", try LocalizedLine(en: "Selling")),
            ]
            let sales = Condition.isAny(ids[0].uuid, of: ["sales"])
            func question(
                _ index: Int, _ prompt: String, _ field: Field = Field(.longText), files: FileRule? = nil,
                when condition: Condition? = nil, from round: Int? = nil
            ) throws -> CallDraft.Question {
                CallDraft.Question(
                    id: ids[index], prompt: try LocalizedLine(en: prompt), files: files, field: field,
                    condition: condition, fromRound: round)
            }
            return [
                try question(0, "Which stage?", stage), try question(1, "Why?"),
                try question(2, "What does it cost?", from: 2),
                try question(3, "Who buys it?", when: sales, from: 2),
                try question(4, "Your accounts?", files: FileRule(["pdf"], most: 1), from: 3),
                try question(5, "What did you sell?", when: sales, from: 4),
            ]
        }
    }

    private func published(in world: World) async throws {
        let draft = CallDraft(
            stream: stream, title: try LocalizedName(en: "In steps"), opensAt: Date().addingTimeInterval(-86_400),
            deadline: Deadline(Date().addingTimeInterval(864_000), in: .hongKong), questions: try form)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: call, in: Cast.harbour.id)
            _ = try await transaction.publishCall(call, by: mei)
        }
    }

    private func save(_ answers: [Int: String], of id: Application.ID, _ world: World) async throws {
        var edits: [CallForApplications.Question.ID: AnswerEdit] = [:]
        for (index, text) in answers { edits[ids[index]] = AnswerEdit(try LongText(text)) }
        let saved = edits
        _ = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.saveAnswers(saved, of: id, by: ravi)
        }
    }

    /// Ravi's application, handed in by a startup at this stage, and in review unless said otherwise.
    private func applied(stage: String = "sales", screened: Bool = true, _ world: World) async throws -> Application.ID
    {
        let id = Application.ID()
        try await published(in: world)
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.beginApplication(
                to: call, for: Cast.startup("ledgerleaf"), as: id, in: Cast.harbour.id, by: ravi)
        }
        try await save([0: stage, 1: "We know leaves."], of: id, world)
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.submitApplication(id, by: ravi)
        }
        if screened {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.screenApplication(id, finding: .eligible, by: mei)
            }
        }
        return id
    }

    @discardableResult
    private func ask(
        _ id: Application.ID, round: Int, by day: CalendarDate? = nil, _ world: World
    ) async throws -> ChangeRequest {
        let wanted = QuestionsWanted(ofRound: round, try LongText("You are on the shortlist."), by: day ?? self.day)
        return try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.askLaterQuestions(wanted, of: id, as: .init(), by: mei)
        }
    }

    private func resubmit(_ id: Application.ID, _ world: World) async throws -> Application {
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.resubmitApplication(id, by: ravi)
        }
    }

    /// Opens the next round of the call.
    private func open(_ name: String, _ world: World) async throws -> ReviewRound.ID {
        let round = ReviewRound.ID()
        let draft = RoundDraft(
            name: try LocalizedName(en: name), isBlind: true,
            due: Deadline(Date().addingTimeInterval(864_000), in: .hongKong),
            criteria: [.init(id: .init(), name: try LocalizedName(en: "Overall"), weight: 100)])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftRound(draft, as: round, of: call, in: Cast.harbour.id)
            _ = try await transaction.openRound(round, in: Cast.harbour.id, by: mei)
        }
        return round
    }

    /// Gives the application to Nora.
    private func assign(_ id: Application.ID, in round: ReviewRound.ID, _ world: World) async throws {
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.invitePanelist(
                PanelInvitation(
                    email: try #require(EmailAddress(Cast.nora.person.email)), name: try Name(Cast.nora.person.name),
                    terms: PanelTerms(most: 9, languages: [.english])), to: round, in: Cast.harbour.id, by: mei)
        }
        try await world.database.write(as: world.context(Cast.nora)) { transaction in
            try await transaction.acceptPanelInvitation(to: round, taking: nil, by: Cast.nora.person.id)
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.assignReviewer(
                Cast.nora.person.id, to: id, in: round, as: .init(), in: Cast.harbour.id, by: mei)
        }
    }

    private func seen(of id: Application.ID, in round: ReviewRound.ID, _ world: World) async throws
        -> [CallForApplications.Question.ID]
    {
        let nora = world.database.reader(as: world.context(Cast.nora))
        return try #require(try await nora.file(of: id, in: round)).answers.map(\.question)
    }

    @Test("Not asked, counted or taken before; asked by a day; answered by their conditions; read in their round alone")
    func journey() async throws {
        let world = try await World()
        let id = try await applied(world)
        let (founder, manager) = (
            world.database.reader(as: world.context(Cast.ravi)), world.database.reader(as: world.context(Cast.mei))
        )
        let count = try await founder.application(id)?.count
        #expect(count?.questions == 2 && count?.required == 2 && count?.requiredAnswered == 2)
        let first = try await open("Paper", world)
        try await assign(id, in: first, world)
        #expect(try await seen(of: id, in: first, world) == Array(ids[0...1]))

        let request = try await ask(id, round: 2, world)
        #expect(request.questions == Array(ids[2...3]) && request.round == 2 && request.from == .inReview)
        let asked = try #require(try await founder.application(id))
        #expect(asked.application.state == .changesRequested && asked.application.askedRound == 2)
        #expect(asked.waitsForAnswers && asked.count.questions == 4 && asked.count.requiredAnswered == 2)
        #expect(try await founder.call(call)?.questions.count == 4)
        #expect(try await founder.history(of: id).last?.isAboutQuestions == true)
        let letters: [String] = try await world.owner.reader(as: .none).rows(
            """
            SELECT x.subject FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE l.about_id = \(id.uuid) AND l.released_at IS NOT NULL ORDER BY l.written_at, x.subject
            """
        ).map { try $0("subject") }
        #expect(letters.contains { $0.contains("Further questions on your application") }, "\(letters)")

        // Only what was asked is open, and all of it is needed that the answers lead to.
        await #expect(throws: ChangesRefusal.notReopened([ids[0]])) { try await save([0: "idea"], of: id, world) }
        await #expect(
            throws: ApplicationRefusal.incomplete([
                .init(question: ids[2], reason: .unanswered), .init(question: ids[3], reason: .unanswered),
            ])
        ) { try await resubmit(id, world) }
        try await save([2: "Ten dollars a leaf.", 3: "Ports do."], of: id, world)
        // What is half written reaches nobody.
        #expect(try await manager.answers(of: id).map(\.question) == Array(ids[0...1]))
        #expect(try await resubmit(id, world).state == .inReview)
        let copies = try await founder.snapshots(of: id)
        #expect(copies.map(\.content.questions.count) == [2, 4] && copies.map(\.answers) == [nil, request.id])
        #expect(try await manager.answers(of: id).map(\.question) == Array(ids[0...3]))
        #expect(try await founder.application(id)?.count.requiredAnswered == 4)

        // The first round never learns of it, however often its file is made anew; the second reads it.
        let second = try await open("Talk", world)
        try await assign(id, in: second, world)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.renewFile(of: id, in: first, by: mei)
        }
        #expect(try await seen(of: id, in: first, world) == Array(ids[0...1]))
        #expect(try await seen(of: id, in: second, world) == Array(ids[0...3]))
        for (member, seat) in [(Cast.nora, 0), (Cast.wing, 1), (Cast.ada, 0)] {
            let other = world.database.reader(as: world.context(member, seat: seat))
            let rows: Int = try await other.value(
                """
                SELECT (SELECT count(*) FROM call_questions WHERE call_id = \(call) AND from_round IS NOT NULL)
                     + (SELECT count(*) FROM application_answers WHERE application_id = \(id)) AS rows
                """)
            #expect(rows == 0, "\(member.person.name)")
            #expect(try await other.call(call)?.questions.map(\.id) == Array(ids[0...1]))
        }
        try await world.holds(id)
    }

    @Test("A file freezes its documents: what is replaced meanwhile reaches its reviewers when the file is renewed")
    func documents() async throws {
        let world = try await World()
        let id = try await applied(world)
        let ravi = try await Visitor(Cast.ravi, in: world)
        func upload(_ text: String) async throws -> Document.ID {
            let sent = await ravi.ask(
                "POST", "/v1/applications/\(id)/documents?question=\(ids[4])&filename=accounts.pdf",
                json: "%PDF-1.7\n\(text)\n%%EOF\n", as: "application/octet-stream",
                headers: [("Idempotency-Key", UUID().uuidString)])
            return try #require(Document.ID(try sent.json()["id"]?.text ?? ""), "\(sent.text)")
        }
        try await ask(id, round: 3, world)
        try await save([2: "Ten dollars a leaf.", 3: "Ports do."], of: id, world)
        let old = try await upload("Last year")
        _ = try await resubmit(id, world)
        let rounds = [try await open("Paper", world), try await open("Talk", world), try await open("Board", world)]
        for round in rounds { try await assign(id, in: round, world) }

        let nora = try await Visitor(Cast.nora, in: world)
        /// What she is told of, what she gets, and what the tables show her who asks them.
        func read(in round: ReviewRound.ID) async throws -> [String?] {
            let list = await nora.ask("GET", "/v1/rounds/\(round)/applications/\(id)/documents")
            #expect(list.status == 200, "\(list.text)")
            return try list.json()["items"]?.elements?.map { $0["id"]?.text } ?? []
        }
        func visible() async throws -> Set<Document.ID> {
            Set(
                try await world.database.reader(as: world.context(Cast.nora)).rows(
                    "SELECT DISTINCT document_id AS id FROM document_chunks WHERE application_id = \(id)"
                ).map { try $0("id") })
        }
        #expect(try await read(in: rounds[2]) == [old.description])
        #expect(try await read(in: rounds[0]) == [])
        #expect(try await visible() == [old])

        let day = day
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.requestChanges(
                ChangesWanted(try LongText("This year's, please."), to: [ids[4]], by: day), of: id, as: .init(),
                by: mei)
        }
        #expect(await ravi.ask("POST", "/v1/applications/\(id)/documents/\(old)/removal").status == 200)
        let new = try await upload("This year")
        #expect(try await read(in: rounds[2]) == [old.description])
        #expect(try await visible() == [old])
        #expect(await nora.ask("GET", "/v1/rounds/\(rounds[2])/applications/\(id)/documents/\(new)").status == 404)
        _ = try await resubmit(id, world)
        #expect(try await read(in: rounds[2]) == [old.description])
        #expect(try await visible() == [old])
        let sent = await nora.ask("GET", "/v1/rounds/\(rounds[2])/applications/\(id)/documents/\(old)")
        #expect(try await sent.wholeBody() == Array("%PDF-1.7\nLast year\n%%EOF\n".utf8))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.renewFile(of: id, in: rounds[2], by: mei)
        }
        #expect(try await read(in: rounds[2]) == [new.description])
        #expect(try await visible() == [new])
        try await world.holds(id)
    }

    @Test("Nothing is answered before it is asked, by whatever way")
    func tooEarly() async throws {
        let world = try await World()
        let id = Application.ID()
        try await published(in: world)
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.beginApplication(
                to: call, for: Cast.startup("ledgerleaf"), as: id, in: Cast.harbour.id, by: ravi)
        }
        let visitor = try await Visitor(Cast.ravi, in: world)
        let page = await visitor.open("/portal/applications/\(id)")
        #expect(page.status == 200 && page.text.contains("4 more questions will be asked later"), "\(page.text)")
        #expect(!page.text.contains("What does it cost?"))
        let begin = await visitor.open("/portal/calls/\(call)/apply")
        #expect(!begin.text.contains("What does it cost?"))
        let put = await visitor.ask(
            "PUT", "/v1/applications/\(id)/answers/\(ids[2])", json: #"{"text": "Ten dollars."}"#)
        #expect(put.status == 422, "\(put.text)")
        let file = await visitor.ask(
            "POST", "/v1/applications/\(id)/documents?question=\(ids[4])&filename=a.pdf", json: "%PDF-1.7\n%%EOF\n",
            as: "application/octet-stream")
        #expect(file.status == 422, "\(file.text)")
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO application_answers (tenant_id, application_id, call_id, question_id, text, saved_by)
                    VALUES (acting_tenant(), \(id), \(call), \(ids[2]), 'Ten dollars.', acting_person())
                    """)
            }
        }
        #expect(wall?.constraint == "later_questions_are_answered_once_asked")
    }

    @Test("Taken back: what was answered goes, files as well, and the questions were never asked")
    func takenBack() async throws {
        let world = try await World()
        let id = try await applied(world)
        try await ask(id, round: 2, world)
        try await save([2: "Ten dollars a leaf.", 3: "Ports do."], of: id, world)
        _ = try await resubmit(id, world)
        let request = try await ask(id, round: 3, world)
        #expect(request.questions == [ids[4]])
        let visitor = try await Visitor(Cast.ravi, in: world)
        let file = await visitor.ask(
            "POST", "/v1/applications/\(id)/documents?question=\(ids[4])&filename=a.pdf", json: "%PDF-1.7\n%%EOF\n",
            as: "application/octet-stream")
        #expect(file.status == 201, "\(file.text)")
        let going = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.cancelChanges(request.id, of: id, by: mei)
        }
        #expect(going.state == .inReview && going.askedRound == 2)
        let founder = world.database.reader(as: world.context(Cast.ravi))
        #expect(try await founder.documents(of: id).isEmpty)
        #expect(try await founder.answers(of: id).map(\.question) == Array(ids[0...3]))
        let summary = try #require(try await founder.application(id))
        #expect(summary.application.askedRound == 2 && summary.count.questions == 4 && summary.count.answered == 4)
        #expect(try await founder.call(call)?.questions.count == 4)
        let chunks: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) AS rows FROM document_chunks WHERE application_id = \(id)")
        #expect(chunks == 0)
        try await world.holds(id)
        // Asked once more, it is all of the rounds so far.
        #expect(try await ask(id, round: 4, world).questions == [ids[4], ids[5]])
    }

    @Test("Refused: before it is judged, twice, where no answer leads there, past the day, of a startup of one's own")
    func refusals() async throws {
        let world = try await World()
        let id = try await applied(stage: "idea", screened: false, world)
        await #expect(throws: ApplicationRefusal.wrongState(.submitted, for: .askQuestions)) {
            try await ask(id, round: 2, world)
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.screenApplication(id, finding: .eligible, by: mei)
        }
        await #expect(throws: ApplicationRefusal.nothingToAsk(round: 1)) { try await ask(id, round: 1, world) }
        await #expect(throws: ApplicationRefusal.dueInThePast) {
            try await ask(id, round: 2, by: CalendarDate(Date(), in: .hongKong).adding(days: -1), world)
        }
        // A request for changes is not the way to ask them.
        let problem = await #expect(throws: Problem.self) {
            let wanted = ChangesWanted(try LongText("More."), to: [ids[2]], by: day)
            _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.requestChanges(wanted, of: id, as: .init(), by: mei)
            }
        }
        #expect(problem?.errors.map(\.pointer) == ["/questions/0"])
        try await ask(id, round: 3, world)
        await #expect(throws: ApplicationRefusal.wrongState(.changesRequested, for: .askQuestions)) {
            try await ask(id, round: 3, world)
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let request = try #require(try await transaction.changeRequests(of: id).first)
            _ = try await transaction.cancelChanges(request.id, of: id, by: mei)
        }
        let visitor = try await Visitor(Cast.ravi, in: world)
        try await ask(id, round: 3, world)
        _ = await visitor.ask(
            "POST", "/v1/applications/\(id)/documents?question=\(ids[4])&filename=a.pdf", json: "%PDF-1.7\n%%EOF\n",
            as: "application/octet-stream")
        try await save([2: "Ten dollars a leaf."], of: id, world)
        #expect(try await resubmit(id, world).state == .inReview)
        // Whoever sells nothing is asked nothing in the fourth round.
        await #expect(throws: ApplicationRefusal.nothingToAsk(round: 4)) { try await ask(id, round: 4, world) }
        try await world.database.write(as: .system(in: Cast.harbour.id)) { transaction in
            try await transaction.grantSeat(
                Seat.ID(), to: mei, in: Cast.harbour.id, at: Cast.startup("ledgerleaf").uuid, as: Role.founder.rawValue)
        }
        await #expect(throws: ApplicationRefusal.ownStartup) { try await ask(id, round: 4, world) }
        try await world.holds(id)
    }

    @Test("By API of many: dry, all or none, what can be; a verdict for each")
    func many() async throws {
        let world = try await World()
        let id = try await applied(world)
        let draft = World.application("plumbline")
        let visitor = try await Visitor(Cast.mei, in: world)
        func send(_ more: String) async -> Outgoing {
            await visitor.ask(
                "POST", "/v1/applications/moves",
                json: #"{"move": "questions", "applications": ["\#(id)", "\#(draft)"]\#(more)}"#)
        }
        let vague = await send("")
        #expect(vague.problem?.errors.map(\.pointer) == ["/note", "/round", "/due_on"], "\(vague.text)")
        let step = #", "note": "You advance.", "round": 2, "due_on": "\#(day)""#
        let dry = try await send(step + #", "dry_run": true"#).json()
        #expect(dry["moved"] == 1 && dry["refused"] == 1)
        let items = try #require(dry["items"]?.elements)
        #expect(items[0]["to"] == "changes_requested" && items[1]["refusal"]?.text?.contains("round 2") == true)
        let whole = await send(step)
        #expect(whole.status == 409 && whole.problem?.errors.map(\.pointer) == ["/applications/1"], "\(whole.text)")
        let moved = await send(step + #", "partial": true"#)
        #expect(try moved.status == 200 && moved.json()["moved"] == 1, "\(moved.text)")
        #expect(try await world.database.reader(as: world.context(Cast.ravi)).changeRequests(of: id).count == 1)
        let founder = try await Visitor(Cast.ravi, in: world)
        let body = #"{"round": 3, "message": "More.", "due_on": "\#(day)"}"#
        #expect(await founder.ask("POST", "/v1/applications/\(id)/later-questions", json: body).status == 403)
        #expect(await visitor.ask("POST", "/v1/applications/\(id)/later-questions", json: body).status == 409)
        let listed = try await founder.ask("GET", "/v1/applications/\(id)/change-requests").json()
        #expect(listed["items"]?.elements?.first?["round"] == 2)
    }

    @Test("By pages: asked from the application or the list, answered in the portal, said in the previews")
    func pages() async throws {
        let world = try await World()
        let id = try await applied(world)
        let (manager, founder) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.ravi, in: world))
        let (console, portal) = ("/console/applications/\(id)", "/portal/applications/\(id)")
        #expect(await manager.open(console).text.contains("href=\"\(console)/changes?round=2\""))
        let page = await manager.open("\(console)/changes?round=2")
        #expect(
            page.status == 200 && page.text.contains("Round 2: 2") && page.text.contains("Round 3: 3"), "\(page.text)")
        let vague = await manager.send("\(console)/later-questions", [("round", "2"), ("due_on", "\(day)")])
        #expect(vague.status == 422 && vague.text.contains("value=\"\(day)\""), "\(vague.status)")
        let none = await manager.send(
            "\(console)/later-questions", [("round", "1"), ("due_on", "\(day)"), ("message", "You advance.")])
        #expect(none.status == 409 && none.text.contains("You advance."), "\(none.status)")

        let step = [("move", "questions"), ("note", "You advance."), ("applications", "\(id)")]
        let unsaid = await manager.send("/console/applications/moves/preview", step)
        #expect(unsaid.status == 422 && unsaid.text.contains("name=\"round\""), "\(unsaid.status)")
        let preview = await manager.send(
            "/console/applications/moves/preview", step + [("round", "2"), ("due_on", "\(day)")])
        #expect(preview.status == 200 && preview.text.contains("name=\"due_on\" value=\"\(day)\""), "\(preview.text)")
        let moved = await manager.send("/console/applications/moves", step + [("round", "2"), ("due_on", "\(day)")])
        #expect(moved.status == 303, "\(moved.text)")
        #expect(await manager.open("\(console)/changes").text.contains("What does it cost?"))
        #expect(await manager.open(console).text.contains("Further questions asked"))
        #expect(await manager.open("/console/changes").text.contains("Further questions asked"))

        let open = await founder.open(portal)
        #expect(open.text.contains("You advance.") && open.text.contains("name=\"answers_\(ids[2])\""))
        #expect(!open.text.contains("name=\"answers_\(ids[1])\"") && open.text.contains("2 more questions"))
        let short = await founder.send("\(portal)/resubmission", [("answers_\(ids[2])", "Ten dollars.")])
        #expect(short.status == 422 && short.text.contains("error-summary"), "\(short.status)")
        let done = await founder.send(
            "\(portal)/resubmission", [("answers_\(ids[2])", "Ten dollars."), ("answers_\(ids[3])", "Ports.")])
        #expect(done.header("Location") == "\(portal)?done=answered", "\(done.text)")
        #expect(await founder.open("\(portal)?done=answered").text.contains("Your answers were handed in."))
        #expect(await manager.open(console).text.contains("Ten dollars."))

        let tried = await manager.open("/console/calls/\(call)/preview")
        #expect(tried.text.contains("4 more questions") && !tried.text.contains("What does it cost?"))
        let beyond = await manager.open("/console/calls/\(call)/preview?round=99").text
        #expect(beyond.contains("preview?round=4") && !beyond.contains(#/href="[^"]*round=99/#), "\(beyond)")
        #expect(await manager.open("/console/calls/\(call)/preview/file").text.contains("from round 2"))
    }

    @Test(
        "The preview says by API and on the page what applicants and blind reviewers see up to a round, and its rubric")
    func preview() async throws {
        let world = try await World()
        var asked = try form
        asked[1] = CallDraft.Question(id: ids[1], prompt: try LocalizedLine(en: "Why?"), audience: .namedReviewers)
        let draft = CallDraft(
            stream: stream, title: try LocalizedName(en: "In steps"), opensAt: Date().addingTimeInterval(86_400),
            deadline: Deadline(Date().addingTimeInterval(864_000), in: .hongKong), questions: asked)
        let written = """
            {"form": [], "rubric": [{"name": {"en": "Designed worth"}, "weight": 100}], "rounds": [], "conditions": []}
            """
        let design = try JSON(parsing: Array(written.utf8)).decode(StreamDesign.self)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: call, in: Cast.harbour.id)
            _ = try await transaction.designStream(stream, as: design, in: Cast.harbour.id)
        }
        let manager = try await Visitor(Cast.mei, in: world)
        let place = "/v1/calls/\(call)/preview"
        func prompts(_ json: JSON, _ name: String) -> [String] {
            json[name]?.elements?.compactMap { $0["prompt"]?["en"]?.text } ?? []
        }
        let applicant = try await manager.ask("GET", place).json()
        #expect(prompts(applicant, "questions") == ["Which stage?", "Why?"])
        #expect(applicant["later_questions"] == 4 && applicant["rubric"] == nil)
        let later = try await manager.ask("GET", "\(place)?as=applicant&round=2").json()
        #expect(prompts(later, "questions").suffix(2) == ["What does it cost?", "Who buys it?"])
        #expect(later["questions"]?.elements?.last?["condition"] != nil && later["later_questions"] == 2)

        let blind = try await manager.ask("GET", "\(place)?as=blind&round=2").json()
        #expect(prompts(blind, "questions") == ["Which stage?", "What does it cost?", "Who buys it?"])
        #expect(prompts(blind, "withheld") == ["Why?"])
        let designed = try #require(blind["rubric"]?.elements?.first)
        #expect(designed["name"]?["en"]?.text == "Designed worth" && designed["id"] == nil)
        #expect(prompts(try await manager.ask("GET", "\(place)?as=named").json(), "withheld") == [])

        // A round that exists is judged by its own rubric, with what its scores mean.
        let made = await manager.ask(
            "POST", "/v1/calls/\(call)/rounds",
            json: """
                {"name": {"en": "Paper"}, "is_blind": true, "due": {"at": "2030-01-01T10:00:00Z", "zone": "Asia/Hong_Kong"},
                 "criteria": [{"name": {"en": "Own worth"}, "weight": 100, "anchors": {"5": {"en": "Splendid"}}}]}
                """)
        #expect(made.status == 201, "\(made.text)")
        let judged = try await manager.ask("GET", "\(place)?as=blind&round=1").json()
        let own = try #require(judged["rubric"]?.elements?.first)
        #expect(own["name"]?["en"]?.text == "Own worth" && own["id"] != nil && own["weight"] == 100)
        #expect(own["anchors"]?["5"]?["en"]?.text == "Splendid")
        #expect(try await manager.ask("GET", "\(place)?as=blind&round=2").json()["rubric"]?.elements?.first == designed)

        let page = await manager.open("/console/calls/\(call)/preview/file?round=1&stream=")
        #expect(page.status == 200 && page.text.contains("<li>Why?</li>"), "\(page.text)")
        #expect(page.text.contains("Own worth") && page.text.contains("weighs 100 of 100"))
        #expect(page.text.contains("Splendid") && !page.text.contains("What does it cost?"))
        let form = await manager.open("/console/calls/\(call)/preview?round=2").text
        #expect(form.contains("What does it cost?") && form.contains("2 more questions"))
        #expect(await manager.ask("GET", "\(place)?round=0").status == 422)
        #expect(await manager.ask("GET", "\(place)?round=99999999999999999999").status == 422)
        #expect(await manager.ask("GET", "\(place)?stream=\(UUID())").status == 404)
        #expect(await manager.open("/console/calls/\(call)/preview/file?round=21").status == 422)
    }

    @Test("The preview of a stream shows what is asked of those who name it")
    func previewOfStream() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let manager = try await Visitor(Cast.mei, in: world)
        let made = await manager.ask(
            "POST", "/v1/calls/\(call.id)/rounds",
            json: """
                {"name": {"en": "Deep"}, "stream": "\(call.other)", "is_blind": true,
                 "due": {"at": "2030-01-01T10:00:00Z", "zone": "Asia/Hong_Kong"},
                 "criteria": [{"name": {"en": "Depth"}, "weight": 100}]}
                """)
        #expect(made.status == 201, "\(made.text)")
        let place = "/v1/calls/\(call.id)/preview?as=blind&round=1&stream="
        let deep = try await manager.ask("GET", "\(place)\(call.other)").json()
        #expect(deep["rubric"]?.elements?.compactMap { $0["name"]?["en"]?.text } == ["Depth"])
        let own = try await manager.ask("GET", "\(place)\(call.own)").json()
        #expect(own["stream"]?.text == call.own.description)
        #expect(own["rubric"]?.elements?.contains { $0["name"]?["en"]?.text == "Depth" } == false)
    }
}
