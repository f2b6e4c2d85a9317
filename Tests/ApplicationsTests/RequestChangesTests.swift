import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// The park asks for changes; only what it asks about opens again.
@Suite("Requests for changes")
struct RequestChangesTests {
    let call: CallForApplications.ID = demoID("call incubation")
    let mei = Cast.mei.person.id
    let ravi = Cast.ravi.person.id

    @Test(
        "Asked, changed, handed in again: back where it stood, with a second copy and the difference",
        arguments: [false, true])
    func life(isInReview: Bool) async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        if isInReview {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.screenApplication(id, finding: .eligible, by: mei)
            }
        }
        let questions = try await world.questions(of: call)
        let request = try await world.ask(id, of: [questions[1].id])
        #expect(request.questions == [questions[1].id] && request.answered == nil)
        let manager = world.database.reader(as: world.context(Cast.mei))
        let founder = world.database.reader(as: world.context(Cast.ravi))
        #expect(try await founder.application(id)?.application.state == .changesRequested)

        let text = try LongText("Two buoys, and a third is being built.")
        let edit = [questions[1].id: AnswerEdit(text)]
        _ = try await world.save(edit, of: id)
        let refusal = await #expect(throws: ChangesRefusal.self) {
            try await world.save([questions[0].id: AnswerEdit(text), questions[1].id: AnswerEdit(text)], of: id)
        }
        #expect(refusal == .notReopened([questions[0].id]))
        #expect(refusal?.problem.errors.map(\.pointer) == ["/answers/\(questions[0].id)"])
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.execute(
                    "UPDATE application_answers SET text = 'x' WHERE application_id = \(id) AND question_id = \(questions[0].id)"
                )
            }
        }
        #expect(wall?.constraint == "answers_are_frozen_once_submitted")

        // While it is being changed, a manager reads what was handed in, whatever they ask.
        #expect(try await manager.answers(of: id).count == 3)
        let rows: Int = try await manager.value(
            "SELECT count(*) AS rows FROM application_answers WHERE application_id = \(id) AND question_id = \(questions[1].id)"
        )
        #expect(rows == 0)
        let view = try #require(try await manager.applicationView(id, for: .manager))
        #expect(view.answers?.map(\.text.string).contains(text.string) == false && view.answers?.count == 4)

        let back = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.resubmitApplication(id, by: ravi)
        }
        #expect(back.state == (isInReview ? .inReview : .submitted))
        let copies = try await founder.snapshots(of: id)
        #expect(copies.map(\.number) == [1, 2] && copies.map(\.answers) == [nil, request.id])
        let changes = copies[1].changes(since: copies[0])
        #expect(changes.map(\.question) == [questions[1].id] && changes[0].after == text.string)
        #expect(try await founder.changeRequests(of: id).first?.answered?.snapshot == 2)
        await #expect(throws: ApplicationRefusal.answersAreFrozen) { try await world.save(edit, of: id) }
        #expect(try await manager.changeRequests(answered: true, limit: 10).map(\.request.id) == [request.id])
        let steps = try await founder.history(of: id)
        #expect(steps.last?.isResubmission == true && steps.last?.isByStartup == true)
        let letters: [String] = try await world.owner.reader(as: .none).rows(
            "SELECT x.subject FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version WHERE l.about_id = \(id.uuid) AND l.released_at IS NOT NULL ORDER BY l.written_at, x.subject"
        ).map { try $0("subject") }
        #expect(
            letters.contains { $0.contains("change some answers") } && letters.contains { $0.contains("LedgerLeaf") },
            "\(letters)")
    }

    @Test("Several are asked for the same; each has its verdict, and what is rehearsed writes to nobody")
    func several() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let accepted: Application.ID = demoID("application \(Cast.startup("kelpsense")) \(call)")
        let question = try await world.questions(of: call)[1].id
        let park = try await Visitor(Cast.mei, in: world)
        let day = CalendarDate(Date(), in: .hongKong).adding(days: 7)
        let target = "/v1/calls/\(call)/change-requests"
        func body(_ rest: String) -> String {
            """
            {"applications": ["\(id)", "\(accepted)"], "message": "How many buoys?", "questions": ["\(question)"],
             "due_on": "\(day)"\(rest)}
            """
        }
        let manager = world.database.reader(as: world.context(Cast.mei))
        func letters() async throws -> Int {
            try await world.owner.reader(as: .none).value("SELECT count(*) FROM letters WHERE about_id = \(id.uuid)")
        }
        let before = try await letters()
        let rehearsed = await park.ask("POST", target, json: body(#", "dry_run": true"#))
        #expect(rehearsed.status == 200 && rehearsed.text.contains(#""refused":1"#), "\(rehearsed.text)")
        let (requests, afterwards) = (try await manager.changeRequests(of: id), try await letters())
        #expect(requests.isEmpty && afterwards == before)
        let whole = await park.ask("POST", target, json: body(""))
        #expect(whole.status == 409 && whole.text.contains("/applications/1"), "\(whole.text)")
        #expect(try await manager.changeRequests(of: id).isEmpty)
        let part = await park.ask("POST", target, json: body(#", "partial": true"#))
        #expect(part.status == 200 && part.text.contains(#""done":1"#), "\(part.text)")
        let request = try #require(try await manager.changeRequests(of: id).first)
        #expect(part.text.contains(request.id.description))
        let elsewhere: CallForApplications.ID = demoID("call fintech")
        let strange = await park.ask(
            "POST", "/v1/calls/\(elsewhere)/change-requests", json: body(#", "dry_run": true"#))
        #expect(strange.status == 200 && strange.text.contains(#""refused":2"#), "\(strange.text)")

        // More time for it, and then no more.
        func later(_ days: Int, _ rest: String = "") -> String {
            #"{"requests": ["\#(request.id)"], "due_on": "\#(day.adding(days: days))"\#(rest)}"#
        }
        let earlier = await park.ask("POST", "/v1/change-request-extensions", json: later(-2))
        #expect(earlier.status == 409 && earlier.text.contains("/requests/0"), "\(earlier.text)")
        let extended = await park.ask("POST", "/v1/change-request-extensions", json: later(5))
        #expect(extended.status == 200, "\(extended.text)")
        #expect(try await manager.changeRequests(of: id).first.map { $0.dueAt > request.dueAt } == true)
        let cancelled = await park.ask(
            "POST", "/v1/change-request-cancellations", json: #"{"requests": ["\#(request.id)"]}"#)
        #expect(cancelled.status == 200, "\(cancelled.text)")
        #expect(try await manager.application(id)?.application.state == .submitted)
    }

    @Test("On pages several are ticked in the list, looked at, and asked; then given more time")
    func severalOnPages() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let question = try await world.questions(of: call)[1].id
        let park = try await Visitor(Cast.mei, in: world)
        let day = CalendarDate(Date(), in: .hongKong).adding(days: 7)
        #expect(await park.open("/console/applications").text.contains("/console/applications/change-requests"))
        let nothing = await park.send("/console/applications/change-requests", [("move", ""), ("note", "")])
        #expect(nothing.status == 422, "\(nothing.text)")
        let begun = await park.send(
            "/console/applications/change-requests", [("move", ""), ("note", ""), ("applications", "\(id)")])
        #expect(begun.status == 200 && begun.text.contains(#"value="\#(id)" checked"#), "\(begun.text)")
        let page = "/console/calls/\(call)/change-requests"
        #expect(begun.text.contains(#"action="\#(page)""#))
        #expect(await park.open(page).status == 200)
        let fields = [
            ("applications", "\(id)"), ("questions", "\(question)"), ("message", "How many buoys?"),
            ("due_on", "\(day)"),
        ]
        let wordless = await park.send(page, fields.filter { $0.0 != "message" } + [("message", "")])
        #expect(wordless.status == 422 && wordless.text.contains(#"value="\#(id)" checked"#), "\(wordless.text)")
        let looked = await park.send(page, fields + [("partial", "false")])
        #expect(looked.status == 200 && looked.text.contains("1 can be done."), "\(looked.text)")
        let manager = world.database.reader(as: world.context(Cast.mei))
        #expect(try await manager.changeRequests(of: id).isEmpty)
        let asked = await park.send(page, fields + [("partial", "false"), ("sure", "true")])
        #expect(asked.status == 303, "\(asked.text)")
        let shown = await park.open(try #require(asked.header("Location")))
        #expect(shown.text.contains("The requests were sent to the founders."))
        let request = try #require(try await manager.changeRequests(of: id).first)
        let several = "/console/changes/several"
        #expect(await park.open(several).text.contains(request.id.description))
        // Whoever looks after it from elsewhere reads by their own clock, too, by when it is due.
        #expect(await park.send("/account/time-zone", [("time_zone", "America/New_York")]).status == 303)
        for place in [several, "/console/changes"] {
            let list = await park.open(place).text
            #expect(list.contains("Hong Kong") && list.contains("New York"), "\(list)")
        }
        let dayless = await park.send(several, [("requests", "\(request.id)"), ("deed", "extend"), ("due_on", "")])
        #expect(dayless.status == 422, "\(dayless.text)")
        let extended = await park.send(
            several,
            [
                ("requests", "\(request.id)"), ("deed", "extend"), ("due_on", "\(day.adding(days: 3))"),
                ("partial", "false"), ("sure", "true"),
            ])
        #expect(extended.status == 303, "\(extended.text)")
        #expect(try await manager.changeRequests(of: id).first.map { $0.dueAt > request.dueAt } == true)
    }

    @Test("What is asked about must be complete; what was not is not asked again")
    func completeness() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let questions = try await world.questions(of: call)
        _ = try await world.ask(id, of: [questions[2].id])
        _ = try await world.save([questions[2].id: AnswerEdit(nil)], of: id)
        let refusal = await #expect(throws: ApplicationRefusal.self) {
            try await world.database.write(as: world.context(Cast.ravi)) {
                try await $0.resubmitApplication(id, by: ravi)
            }
        }
        #expect(refusal == .incomplete([.init(question: questions[2].id, reason: .unanswered)]))
    }

    @Test("Past the day nothing is handed in, whoever asks the database; more time opens it again")
    func overdue() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let questions = try await world.questions(of: call)
        let request = try await world.ask(id, of: [questions[0].id])
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE change_requests SET requested_at = now() - interval '3 days', due_at = now() - interval '1 hour' WHERE id = \(request.id)"
            )
        }
        let refusal = await #expect(throws: ChangesRefusal.self) {
            try await world.database.write(as: world.context(Cast.ravi)) {
                try await $0.resubmitApplication(id, by: ravi)
            }
        }
        #expect(refusal?.problem.kind == .changesOverdue)
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.execute("UPDATE applications SET state = 'submitted' WHERE id = \(id)")
            }
        }
        #expect(wall?.constraint == "changes_are_handed_in_by_their_day")
        // What is written is kept all the same.
        _ = try await world.save([questions[0].id: AnswerEdit(try LongText("Late, and kept."))], of: id)
        let day = CalendarDate(Date(), in: .hongKong)
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.extendChanges(request.id, of: id, to: day.adding(days: 2), by: mei)
        }
        await #expect(throws: ChangesRefusal.dueNotLater) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.extendChanges(request.id, of: id, to: day.adding(days: 1), by: mei)
            }
        }
        let back = try await world.database.write(as: world.context(Cast.ravi)) {
            try await $0.resubmitApplication(id, by: ravi)
        }
        #expect(back.state == .submitted)
    }

    @Test("Taken back: what was handed in stands again, answers and gaps alike")
    func cancelled() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let questions = try await world.questions(of: call)
        let request = try await world.ask(id, of: [questions[0].id, questions[1].id])
        _ = try await world.save(
            [questions[0].id: AnswerEdit(nil), questions[1].id: AnswerEdit(try LongText("Half a"))], of: id)
        let going = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.cancelChanges(request.id, of: id, by: mei)
        }
        #expect(going.state == .submitted)
        let reader = world.database.reader(as: world.context(Cast.ravi))
        #expect(
            try await reader.answers(of: id).map(\.text.string)
                == Array(repeating: "We know harbours, and harbours know us.", count: 4))
        #expect(try await reader.application(id)?.count.requiredAnswered == 4)
        #expect(try await reader.snapshots(of: id).count == 1)
        await #expect(throws: ChangesRefusal.notOpen) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.cancelChanges(request.id, of: id, by: mei)
            }
        }
    }

    @Test("Refused: no question, one of another call, a day that is over, a state that has no changes")
    func refusals() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let questions = try await world.questions(of: call)
        await #expect(throws: ChangesRefusal.nothingNamed) { try await world.ask(id, of: []) }
        await #expect(throws: ChangesRefusal.dueInThePast) { try await world.ask(id, of: [questions[0].id], days: -1) }
        let stranger = try await world.questions(of: demoID("call fintech"))[0].id
        let problem = await #expect(throws: Problem.self) { try await world.ask(id, of: [questions[0].id, stranger]) }
        #expect(problem?.errors.map(\.pointer) == ["/questions/1"])
        let draft = try await world.draft(to: demoID("call fintech"))
        await #expect(throws: ApplicationRefusal.wrongState(.draft, for: .requestChanges)) {
            try await world.ask(draft, of: [stranger])
        }
        _ = try await world.ask(id, of: [questions[0].id])
        await #expect(throws: ApplicationRefusal.wrongState(.changesRequested, for: .requestChanges)) {
            try await world.ask(id, of: [questions[0].id])
        }
        // A founder moves it nowhere but back.
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.execute("UPDATE applications SET state = 'in_review' WHERE id = \(id)")
            }
        }
        #expect(wall?.constraint == "each_side_makes_its_own_moves")
        let managers = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute("UPDATE applications SET state = 'submitted' WHERE id = \(id)")
            }
        }
        #expect(managers?.constraint == "each_side_makes_its_own_moves")
    }

    @Test("A manager asks nothing of a startup of their own, nor extends or takes back")
    func theirOwn() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let questions = try await world.questions(of: call)
        let request = try await world.ask(id, of: [questions[0].id])
        try await world.database.write(as: .system(in: Cast.harbour.id)) { transaction in
            try await transaction.grantSeat(
                Seat.ID(), to: mei, in: Cast.harbour.id, at: Cast.startup("ledgerleaf").uuid, as: Role.founder.rawValue)
        }
        let day = CalendarDate(Date(), in: .hongKong).adding(days: 20)
        await #expect(throws: ChangesRefusal.theirOwn) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.extendChanges(request.id, of: id, to: day, by: mei)
            }
        }
        await #expect(throws: ChangesRefusal.theirOwn) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.cancelChanges(request.id, of: id, by: mei)
            }
        }
        let moved: Int = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.rows(
                "UPDATE change_requests SET due_at = due_at + interval '1 day' WHERE id = \(request.id) RETURNING id"
            ).count
        }
        #expect(moved == 0)
        _ = try await world.database.write(as: world.context(Cast.ravi)) {
            try await $0.resubmitApplication(id, by: ravi)
        }
        await #expect(throws: ChangesRefusal.theirOwn) { try await world.ask(id, of: [questions[0].id]) }
        let visitor = try await Visitor(Cast.mei, in: world)
        let page = await visitor.open("/console/applications/\(id)/changes")
        #expect(page.status == 200 && page.text.contains("your own startup") && !page.text.contains("name=\"due_on\""))
    }

    @Test("Others know nothing of a request", arguments: [Cast.ada, Cast.nora, Cast.jun, Cast.leo, Cast.kenji])
    func others(member: Cast.Member) async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let request = try await world.ask(id, of: [try await world.questions(of: call)[0].id])
        let reader = world.database.reader(as: world.context(member))
        #expect(try await reader.changeRequests(of: id).isEmpty)
        let rows: Int = try await reader.value(
            "SELECT (SELECT count(*) FROM change_requests WHERE id = \(request.id)) + (SELECT count(*) FROM change_request_questions WHERE request_id = \(request.id)) AS rows"
        )
        #expect(rows == 0)
        #expect(try await !reader.changeRequests(answered: false, limit: 100).contains { $0.request.id == request.id })
    }

    @Test("The clock stands still while the startup has it, and goes on with what was left; both sides are told")
    func clock() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let question = try await world.questions(of: call)[1].id
        let (manager, founder) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.ravi, in: world))
        let reader = world.database.reader(as: world.context(Cast.mei))
        func found() async throws -> ApplicationSummary { try #require(try await reader.application(id)) }
        func age(_ sql: Query) async throws {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                try await transaction.execute(sql)
            }
        }
        // Four of the seven days are over.
        try await age(
            "UPDATE applications SET stage_entered_at = now() - interval '4 days' WHERE id = \(id)")
        let before = try await found()
        let (zone, today) = (before.deadline.zone, CalendarDate(before.readAt, in: before.deadline.zone))
        #expect(before.clock.lastDay(in: zone) == today.adding(days: 3) && before.clock.daysLeft == nil)

        let request = try await world.ask(id, of: [question])
        let asked = try await found()
        #expect(asked.clock.daysLeft == 3 && asked.clock.lastDay(in: zone) == nil)
        #expect(!asked.clock.isOverdue(at: asked.readAt))
        for page in [
            await founder.open("/portal/applications/\(id)"), await manager.open("/console/applications/\(id)"),
        ] {
            #expect(page.text.contains("The time to answer stands still meanwhile, with 3 days left."), "\(page.text)")
        }
        #expect(try await founder.ask("GET", "/v1/applications/\(id)").json()["stage"]?["days_left"] == 3)
        // Nobody sets the clock.
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute("UPDATE change_requests SET stage_since = now() WHERE id = \(request.id)")
            }
        }
        #expect(wall?.kind == .insufficientPrivilege)

        // It took five days: the stage has the three that were left.
        try await age(
            """
            UPDATE change_requests SET requested_at = requested_at - interval '5 days',
                                       stage_since = stage_since - interval '5 days'
            WHERE id = \(request.id)
            """)
        _ = try await world.database.write(as: world.context(Cast.ravi)) {
            try await $0.resubmitApplication(id, by: ravi)
        }
        let back = try await found()
        #expect(back.clock.lastDay(in: zone) == today.adding(days: 3) && back.clock.daysLeft == nil)
        #expect(back.clock.daysStood(at: back.readAt) == 4)

        // Asked and taken back within the day, nothing moves; a stage that is entered begins anew.
        let other = try await world.ask(id, of: [question])
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.cancelChanges(other.id, of: id, by: mei)
        }
        #expect(try await found().clock.lastDay(in: zone) == today.adding(days: 3))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.screenApplication(id, finding: .eligible, by: mei)
        }
        #expect(try await found().clock.lastDay(in: zone) == today.adding(days: 30))
    }

    @Test("By API and by pages: the form shows only what is open, refuses the rest, and comes back filled in")
    func edge() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let (ravi, mei) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.mei, in: world))
        let questions = try await world.questions(of: call)
        let (console, portal) = ("/console/applications/\(id)", "/portal/applications/\(id)")
        let day = CalendarDate(Date(), in: .hongKong).adding(days: 5)
        let vague = await mei.send(
            "\(console)/changes", [("message", "Say more of the buoys."), ("due_on", "\(day)")])
        #expect(vague.status == 422 && vague.text.contains("Say more of the buoys."), "\(vague.status)")
        let asked = await mei.send(
            "\(console)/changes",
            [("questions", questions[1].id.description), ("message", "Say more of the buoys."), ("due_on", "\(day)")])
        #expect(asked.status == 303, "\(asked.text.suffix(2000))")
        #expect(await mei.open("\(console)/changes?done=requested").text.contains("Give more time"))
        #expect(await mei.open("/console/changes").text.contains("LedgerLeaf"))
        #expect(await mei.open(console).text.contains("We know harbours"))

        let page = await ravi.open(portal)
        #expect(page.status == 200 && page.text.contains("Say more of the buoys."), "\(page.text.suffix(500))")
        #expect(
            page.text.contains("name=\"\(questions[1].field)\"")
                && !page.text.contains("name=\"\(questions[0].field)\""))
        #expect(
            page.text.contains("\(portal)/resubmission") && page.text.contains("data-autosave=\"\(portal)/autosave\""))
        let closed = await ravi.ask(
            "PUT", "/v1/applications/\(id)/answers/\(questions[0].id)", json: #"{"text":"Changed."}"#)
        #expect(closed.status == 409 && closed.problem?.kind == .answersNotReopened, "\(closed.text)")
        let saved = await ravi.send(
            "\(portal)/autosave", [(questions[1].field, "Three buoys."), (questions[0].field, "Sneaked in.")])
        #expect(saved.status == 200, "\(saved.text)")
        let empty = await ravi.send("\(portal)/resubmission", [(questions[1].field, "")])
        #expect(empty.status == 422 && empty.text.contains("error-summary"), "\(empty.status)")
        let done = await ravi.send("\(portal)/resubmission", [(questions[1].field, "Four buoys.")])
        #expect(
            done.status == 303 && done.header("Location") == "\(portal)?done=resubmitted", "\(done.text.suffix(900))")
        #expect(await ravi.open("\(portal)?done=resubmitted").text.contains("Your changes were handed in."))
        let copies = await mei.open("\(console)/copies")
        #expect(
            copies.text.contains("<ins>") && copies.text.contains("Four buoys") && !copies.text.contains("Sneaked in"))
        let list = try await ravi.ask("GET", "/v1/applications/\(id)/change-requests").json()
        #expect(list["items"]?.elements?.first?["answered_by_snapshot"] == 2)
        let differences = try await mei.ask("GET", "/v1/applications/\(id)/snapshots/2/differences?since=1").json()
        #expect(differences["items"]?.elements?.count == 1)
        // A form that was still open leads back.
        #expect(await ravi.send("\(portal)/resubmission", [(questions[1].field, "Late.")]).status == 303)
    }

    @Test("What is missing of the changes is said, and a question that comes up with them is seen first")
    func further() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let (steps, ids) = try await world.callInSteps(requiring: false)
        let id = try await world.draft(to: steps)
        let (stage, text) = (AnswerEdit(try LongText("sales")), AnswerEdit(try LongText("Ports.")))
        _ = try await world.save([ids[0]: stage, ids[1]: text, ids[2]: text], of: id)
        _ = try await world.database.write(as: world.context(Cast.ravi)) {
            try await $0.submitApplication(id, by: Cast.ravi.person.id)
        }
        let request = try await world.ask(id, of: [ids[0], ids[1]])
        let (place, portal) = ("/v1/applications/\(id)", "/portal/applications/\(id)")
        let view = try await ravi.ask("GET", place).json()
        #expect(view["gaps"]?.elements?.isEmpty == true)
        #expect(view["due"]?["at"]?.text?.prefix(19) == Timestamp.text(request.dueAt).prefix(19))
        let cleared = try await ravi.ask("PUT", "\(place)/answers/\(ids[0])", json: #"{"text":""}"#).json()
        #expect(cleared["gaps"]?.elements?.map { $0["question"]?.text } == [ids[0].description])

        let field = "answers_\(ids[0])"
        _ = await ravi.send("\(portal)/answers", [(field, "idea"), ("shown", "v1 1 2")])
        #expect(await ravi.open(portal).text.contains("name=\"shown\" value=\"v1 1\""))
        let sent = await ravi.send("\(portal)/resubmission", [(field, "sales"), ("shown", "v1 1")])
        #expect(sent.status == 422 && sent.text.contains("They lead to 1 further question"), "\(sent.text)")
        #expect(sent.text.contains("#f-answers_\(ids[1])") && sent.text.contains("value=\"v1 1 2\""))
        let done = await ravi.send("\(portal)/resubmission", [(field, "sales"), ("shown", "v1 1 2")])
        #expect((done.status, done.header("Location")) == (303, "\(portal)?done=resubmitted"), "\(done.text)")
    }
}

extension World {
    /// Mei asks for changes to some answers of an application.
    @discardableResult
    func ask(
        _ id: Application.ID, of questions: [CallForApplications.Question.ID], days: Int = 7
    ) async throws -> ChangeRequest {
        let day = CalendarDate(Date(), in: .hongKong).adding(days: days)
        let wanted = ChangesWanted(try LongText("Say how many buoys there are."), to: questions, by: day)
        return try await database.write(as: context(Cast.mei)) { transaction in
            try await transaction.requestChanges(
                wanted, of: id, as: ChangeRequest.ID(), by: Cast.mei.person.id)
        }
    }
}
