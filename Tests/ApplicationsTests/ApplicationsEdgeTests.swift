import API
import Accounts
import DemoWorld
import Forms
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// The whole way of a request: routes, roles, preconditions, problems, pages.
@Suite("Applications at the edge")
struct ApplicationsEdgeTests {
    let call: CallForApplications.ID = demoID("call incubation")

    @Test("An application's life by JSON, from draft to acceptance")
    func life() async throws {
        let world = try await World()
        let (ravi, mei) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.mei, in: world))
        let begun = await ravi.ask("POST", "/v1/calls/\(call)/applications")
        #expect(begun.status == 201, "\(begun.text)")
        let place = try #require(begun.header("Location"))
        #expect(try begun.json()["state"]?.text == "draft")
        #expect(await ravi.ask("POST", "/v1/calls/\(call)/applications").status == 409)

        let early = await ravi.ask("POST", "\(place)/submission")
        #expect(early.status == 422 && early.problem?.kind.slug == "application-incomplete")
        #expect(early.problem?.errors.count == 4)

        let questions = try await world.questions(of: call)
        let body = #"{"answers":{\#(questions.map { #""\#($0.id)":"We know harbours.""# }.joined(separator: ","))}}"#
        #expect(await ravi.ask("PUT", "\(place)/answers", json: body).status == 428)
        let stale = await ravi.ask("PUT", "\(place)/answers", json: body, headers: [("If-Match", "\"00\"")])
        #expect(stale.status == 412)
        let tag = try #require(await ravi.ask("GET", place).header("ETag"))
        let saved = await ravi.ask("PUT", "\(place)/answers", json: body, headers: [("If-Match", tag)])
        #expect(saved.status == 200, "\(saved.text)")
        #expect(try saved.json()["completeness"]?["required_answered"] == 4)

        let submitted = await ravi.ask("POST", "\(place)/submission")
        #expect(submitted.status == 200, "\(submitted.text)")
        #expect(await mei.ask("POST", "\(place)/screening", json: #"{"verdict":"ineligible"}"#).status == 422)
        #expect(await mei.ask("POST", "\(place)/screening", json: #"{"verdict":"eligible"}"#).status == 200)
        let day = CalendarDate(Date(), in: .hongKong).adding(days: 7)
        let id = try #require(try begun.json()["id"]?.text.flatMap { Application.ID($0) })
        try await world.offer(id, until: day, note: try LongText("Come."))
        #expect(await ravi.ask("POST", "\(place)/acceptance").status == 200)
        #expect(await ravi.ask("POST", "\(place)/decline", json: "{}").status == 409)
        let history = try await mei.ask("GET", "\(place)/history").json()
        #expect(
            history["items"]?.elements?.map { $0["to"]?.text }
                == ["draft", "submitted", "in_review", "offered", "accepted"])
    }

    @Test("A form in conflict comes back with what a co-founder wrote meanwhile into the fields it left alone")
    func conflictLeavesOthersAlone() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let questions = try await world.questions(of: call)
        let (contested, other) = (try #require(questions.first), try #require(questions.last))
        let id = try await world.draft(to: call)
        func fingerprint(_ text: String) throws -> String { Fingerprint(try LongText(text)).description }
        // Both have opened the empty form; a co-founder answers two questions, then this form comes with one of its own.
        for question in [contested, other] {
            let saved = await ravi.ask(
                "PUT", "/v1/applications/\(id)/answers/\(question.id)", json: #"{"text":"of the other","based_on":""}"#)
            #expect(saved.status == 200, "\(saved.text)")
        }
        let page = await ravi.send(
            "/portal/applications/\(id)/answers",
            [
                ("answers_\(contested.id)", "of mine"), ("seen_\(contested.id)", ""),
                ("answers_\(other.id)", ""), ("seen_\(other.id)", ""),
            ])
        #expect(page.status == 409)
        // Both texts of the one, and the newer text of the other: the next save must not carry it away.
        #expect(page.text.contains(">\nof mine</textarea>") || page.text.contains(">of mine</textarea>"))
        #expect(page.text.components(separatedBy: "of the other</textarea>").count == 2)
        #expect(page.text.contains("of the other</blockquote>"))
        #expect(page.text.components(separatedBy: try fingerprint("of the other")).count == 3)
    }

    @Test("What a form has seen is what it shows, and nothing that a co-founder writes meanwhile")
    func seenIsShown() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let question = try #require(try await world.questions(of: call).first)
        let id = try await world.draft(to: call)
        let (field, seen) = ("answers_\(question.id)", "seen_\(question.id)")
        let saved = await ravi.ask(
            "PUT", "/v1/applications/\(id)/answers/\(question.id)", json: #"{"text":"of the other","based_on":""}"#)
        #expect(saved.status == 200, "\(saved.text)")
        // A text that cannot be kept comes back with what its writer saw, which was nothing yet.
        let refused = await ravi.send("/portal/applications/\(id)/answers", [(field, "of \u{1} mine"), (seen, "")])
        #expect(refused.status == 422)
        #expect(refused.text.contains("name=\"\(seen)\" value=\"\""))
        // A script that sends what was not touched is not told that it has seen the newer text.
        let place = "/portal/applications/\(id)/autosave"
        let untouched = try await ravi.send(place, [(field, ""), (seen, "")]).json()
        #expect(untouched["seen"]?[seen]?.text == "" && untouched["errors"]?[field] == nil)
        let late = try await ravi.send(place, [(field, "of mine"), (seen, "")]).json()
        #expect(late["seen"]?[seen] == nil && late["errors"]?[field] != nil)
        let view = try await ravi.ask("GET", "/v1/applications/\(id)").json()
        #expect(view["answers"]?.elements?.first?["text"]?.text == "of the other")
    }

    @Test("One answer is saved while somebody types, and a newer one is not overwritten")
    func autosave() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let question = try #require(try await world.questions(of: call).first)
        let id = try await world.draft(to: call)
        let place = "/v1/applications/\(id)/answers/\(question.id)"
        let first = await ravi.ask("PUT", place, json: #"{"text":"one","based_on":""}"#)
        #expect(first.status == 200, "\(first.text)")
        let fingerprint = try #require(try first.json()["fingerprint"]?.text)
        #expect(await ravi.ask("PUT", place, json: #"{"text":"two","based_on":"\#(fingerprint)"}"#).status == 200)
        let late = await ravi.ask("PUT", place, json: #"{"text":"three","based_on":"\#(fingerprint)"}"#)
        #expect(late.status == 409 && late.problem?.kind == .answerChanged)
        #expect(await ravi.ask("PUT", place, json: #"{"text":""}"#).status == 200)
        let view = try await ravi.ask("GET", "/v1/applications/\(id)").json()
        #expect(view["answers"]?.elements?.isEmpty == true)
    }

    @Test("A manager's view of a draft has numbers and no answers")
    func hidden() async throws {
        let world = try await World()
        let id = try await world.draft(to: call)
        try await world.fill(id, of: call)
        let mei = try await Visitor(Cast.mei, in: world)
        let view = await mei.ask("GET", "/v1/applications/\(id)")
        #expect(view.status == 200 && !view.text.contains("harbours"))
        #expect(try view.json()["answers"] == nil)
        #expect(try view.json()["completeness"]?["answered"] == 4)
        let page = await mei.open("/console/applications/\(id)")
        #expect(page.status == 200 && !page.text.contains("harbours"))
        #expect(page.text.contains("4 of 4"))
    }

    @Test("Roles and strangers", arguments: [Cast.ada, Cast.leo])
    func strangers(member: Cast.Member) async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let visitor = try await Visitor(member, in: world)
        #expect(await visitor.ask("GET", "/v1/applications/\(id)").status == 404)
        #expect(await visitor.ask("GET", "/v1/applications/\(id)/history").status == 404)
        let founder = member.seats[0].role == "founder"
        #expect(await visitor.ask("POST", "/v1/applications/\(id)/submission").status == (founder ? 404 : 403))
        #expect(
            await visitor.ask("POST", "/v1/applications/\(id)/screening", json: #"{"verdict":"eligible"}"#).status
                == (founder ? 403 : 404))
        #expect(await visitor.open("/portal/applications/\(id)").status == (founder ? 404 : 403))
        #expect(await visitor.open("/console/applications/\(id)").status == (founder ? 403 : 404))
    }

    // MARK: Pages

    @Test("A founder writes, saves, is refused, completes and submits, without losing a word")
    func portal() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let offer = await ravi.open("/portal/calls/\(call)/apply")
        #expect(offer.status == 200 && offer.text.contains("Start application"), "\(offer.text)")
        let begun = await ravi.send("/portal/calls/\(call)/apply")
        #expect(begun.status == 303, "\(begun.text)")
        let place = try #require(begun.header("Location"))
        // Pressing again leads to the same draft, and so does the call.
        #expect(await ravi.send("/portal/calls/\(call)/apply").header("Location") == place)
        #expect(await ravi.open("/portal/calls/\(call)/apply").header("Location") == place)

        let questions = try await world.questions(of: call)
        let form = await ravi.open(place)
        #expect(form.status == 200 && form.text.contains("data-autosave=\"\(place)/autosave\""), "\(form.text)")
        let saved = await ravi.send("\(place)/answers", [(questions[0].field, "Kelp & <reef>")])
        #expect(saved.status == 303 && saved.header("Location") == "\(place)?done=saved")
        #expect(await ravi.open("\(place)?done=saved").text.contains("Kelp &amp; &lt;reef&gt;"))

        // Submitting too early keeps what was typed with it, says what is missing and comes back filled in.
        let early = await ravi.send(
            "\(place)/submission",
            [(questions[0].field, "Kelp & <reef>"), (questions[1].field, "A buoy that listens.")])
        #expect(early.status == 422 && early.text.contains("error-summary"))
        #expect(early.text.contains("A buoy that listens."))
        #expect(early.text.contains("href=\"#f-\(questions[2].field)\""))
        #expect(await ravi.open(place).text.contains("A buoy that listens."))

        // A text that cannot be stored comes back, and the others of the same form are kept.
        let odd = await ravi.send(
            "\(place)/answers", [(questions[2].field, "Hidden\u{202E}text"), (questions[3].field, "Ten customers.")])
        #expect(odd.status == 422 && odd.text.contains("Hidden"))
        #expect(await ravi.open(place).text.contains("Ten customers."))

        let done = await ravi.send(
            "\(place)/submission", questions.map { ($0.field, "We know harbours.") })
        #expect(done.status == 303, "\(done.text)")
        let page = await ravi.open("\(place)?done=submitted")
        #expect(page.status == 200 && page.text.contains("Your application was submitted."))
        #expect(page.text.contains("What happened, and what comes next"))
        // A form that was still open somewhere leads back instead of failing.
        #expect(await ravi.send("\(place)/answers", [(questions[0].field, "late")]).status == 303)
    }

    @Test("Two founders' texts: the second is shown both and decides")
    func conflict() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let question = try #require(try await world.questions(of: call).first)
        let id = try await world.draft(to: call)
        let place = "/portal/applications/\(id)"
        _ = try await world.save([question.id: AnswerEdit(try LongText("Theirs, newer."))], of: id)
        let mine = [(question.field, "Mine, older."), (question.seenField, "")]
        let refused = await ravi.send("\(place)/answers", mine)
        #expect(refused.status == 409)
        #expect(refused.text.contains("Mine, older.") && refused.text.contains("Theirs, newer."))
        let seen = Fingerprint(try LongText("Theirs, newer."))
        #expect(refused.text.contains("name=\"\(question.seenField)\" value=\"\(seen)\""))
        let decided = await ravi.send("\(place)/answers", [mine[0], (question.seenField, seen.description)])
        #expect(decided.status == 303)
        #expect(await ravi.open(place).text.contains("Mine, older."))
    }

    @Test("Two founders in two browsers: edits of different answers are both kept, of the same one both are shown")
    func twoBrowsers() async throws {
        let world = try await World()
        let (one, other) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.ravi, in: world))
        let questions = try await world.questions(of: call)
        let place = "/portal/applications/\(try await world.draft(to: call))"
        let empty = questions.map { ($0.seenField, "") }
        func form(_ texts: [String]) -> [(String, String)] {
            zip(questions, texts).map { ($0.field, $1) } + empty
        }
        // Both opened the empty form; each sends all of it.
        #expect(await one.send("\(place)/answers", form(["By one.", "", "", ""])).status == 303)
        #expect(await other.send("\(place)/answers", form(["", "By the other.", "", ""])).status == 303)
        let both = await one.open(place)
        #expect(both.text.contains("By one.") && both.text.contains("By the other."))
        let typed = await other.send("\(place)/autosave", form(["Over it.", "", "Third.", ""]))
        #expect(typed.status == 200)
        #expect(try typed.json()["errors"]?[questions[0].field]?.text != nil)
        #expect(await one.open(place).text.contains("Third."))
        let refused = await other.send("\(place)/answers", form(["Over it.", "", "", ""]))
        #expect(refused.status == 409 && refused.text.contains("Over it.") && refused.text.contains("By one."))
    }

    @Test("The autosave endpoint says when it saved, what is what, and what it could not keep")
    func autosaveState() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let questions = try await world.questions(of: call)
        let id = try await world.draft(to: call)
        let state = await ravi.send(
            "/portal/applications/\(id)/autosave",
            [(questions[0].field, "First words"), (questions[1].field, "bad\u{202E}")])
        #expect(state.status == 200 && state.header("Content-Type") == "application/json", "\(state.text)")
        let json = try state.json()
        #expect(json["saved_at"]?.text != nil)
        #expect(json["text"]?.text?.contains("Hong Kong") == true)
        #expect(json["seen"]?[questions[0].seenField]?.text == Fingerprint(try LongText("First words")).description)
        #expect(json["errors"]?[questions[1].field]?.text != nil)
    }

    @Test("The autosave endpoint says how many questions an answer leads to that the form does not show")
    func autosaveFurther() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let (steps, ids) = try await world.callInSteps()
        let portal = "/portal/applications/\(try await world.draft(to: steps))"
        let page = await ravi.open(portal).text
        #expect(page.contains("<input type=\"hidden\" name=\"shown\" value=\"v1 1 3\">"), "\(page)")
        func said(_ answer: String, shown: String? = "1 3") async throws -> String {
            let fields = [("answers_\(ids[0])", answer)] + (shown.map { [("shown", $0)] } ?? [])
            return try await ravi.send("\(portal)/autosave", fields).json()["text"]?.text ?? ""
        }
        let hint = "Save to see 1 further question."
        #expect(try await said("sales").hasSuffix(hint))
        // As long as the form does not show it; whatever else is written.
        let other = try await ravi.send("\(portal)/autosave", [("answers_\(ids[2])", "Leaves."), ("shown", "1 3")])
            .json()
        #expect(other["text"]?.text?.hasSuffix(hint) == true)
        #expect(try await !said("sales", shown: "1 2 3").contains("further"))
        #expect(try await !said("sales", shown: nil).contains("further"))
        #expect(try await !said("idea").contains("further"))
    }

    @Test("The autosave endpoint says how each question stands, for the list beside the form")
    func autosaveChecklist() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let (steps, ids) = try await world.callInSteps(requiring: false)
        let portal = "/portal/applications/\(try await world.draft(to: steps))"
        let page = await ravi.open(portal).text
        #expect(page.contains("data-autosave-checklist aria-live=\"polite\""), "\(page)")
        func checklist(_ fields: [(String, String)]) async throws -> [String?] {
            let json = try await ravi.send("\(portal)/autosave", fields).json()
            return ids.map { json["checklist"]?["answers_\($0)"]?.text }
        }
        #expect(try await checklist([("answers_\(ids[0])", "idea")]) == ["Answered", nil, "Missing"])
        let more = [("answers_\(ids[0])", "sales"), ("answers_\(ids[2])", String(repeating: "a", count: 2001))]
        #expect(try await checklist(more) == ["Answered", "Optional", "Too long"])
        let done = [("answers_\(ids[1])", "Ports."), ("answers_\(ids[2])", "")]
        #expect(try await checklist(done) == ["Answered", "Answered", "Missing"])
        // The page says the same.
        #expect(await ravi.open(portal).text.contains("<dt>Missing</dt>"))
    }

    @Test("A question that the last answers led to is seen before it is handed in", arguments: [false, true])
    func furtherSeen(autosaved: Bool) async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let (steps, ids) = try await world.callInSteps(requiring: false)
        let id = try await world.draft(to: steps)
        let portal = "/portal/applications/\(id)"
        let founder = world.database.reader(as: world.context(Cast.ravi))
        let (stage, reason) = (("answers_\(ids[0])", "sales"), ("answers_\(ids[2])", "We know the buyers."))
        let before = ("shown", "v1 1 3")
        // What is missing is said first, as ever.
        let short = await ravi.send("\(portal)/submission", [stage, before])
        #expect(short.status == 422 && short.text.contains("error-summary"), "\(short.text)")
        #expect(!short.text.contains("not submitted yet"))
        if autosaved { _ = await ravi.send("\(portal)/autosave", [stage, reason, before]) }
        let sent = await ravi.send("\(portal)/submission", autosaved ? [before] : [stage, reason, before])
        #expect(sent.status == 422 && sent.text.contains("and not submitted yet. They lead to 1 further question"))
        #expect(sent.text.contains("<a href=\"#f-answers_\(ids[1])\">2. Who buys it?</a>"), "\(sent.text)")
        #expect(sent.text.contains("We know the buyers.</textarea>") && !sent.text.contains("error-summary"))
        #expect(sent.text.contains("<input type=\"hidden\" name=\"shown\" value=\"v1 1 2 3\">"))
        #expect(try await founder.application(id)?.application.state == .draft)

        let again = [stage, ("answers_\(ids[1])", ""), reason, ("shown", "v1 1 2 3")]
        let submitted = await ravi.send("\(portal)/submission", again)
        #expect((submitted.status, submitted.header("Location")) == (303, "\(portal)?done=submitted"))
        #expect(try await founder.application(id)?.application.state == .submitted)
    }

    @Test("What is missing is said by question, to whoever writes it and to nobody else")
    func gaps() async throws {
        let world = try await World()
        let (ravi, mei) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.mei, in: world))
        let (steps, ids) = try await world.callInSteps()
        let id = try await world.draft(to: steps)
        let place = "/v1/applications/\(id)"
        let view = try await ravi.ask("GET", place).json()
        #expect(view["gaps"]?.elements?.map { $0["question"]?.text } == [ids[0].description, ids[2].description])
        let first = view["gaps"]?.elements?.first
        #expect(first?["prompt"]?["en"]?.text == "Which stage?" && first?["code"]?.text == "required")
        #expect(first?["pointer"]?.text == "/answers/\(ids[0])" && first?["detail"]?.text == "is required")
        #expect(view["due"]?["at"]?.text == view["call"]?["deadline"]?["at"]?.text)
        // Saving an answer says what it led to.
        let saved = try await ravi.ask("PUT", "\(place)/answers/\(ids[0])", json: #"{"text":"sales"}"#).json()
        #expect(saved["gaps"]?.elements?.map { $0["question"]?.text } == [ids[1].description, ids[2].description])
        let hidden = try await mei.ask("GET", place).json()
        #expect(hidden["gaps"] == nil && hidden["due"] == view["due"])
        // Nothing is to be handed in any more where the call takes nothing.
        for (over, open): (Query, Query) in [
            (
                "opens_at = opens_at - interval '999 days', closes_at = closes_at - interval '999 days'",
                "opens_at = opens_at + interval '999 days', closes_at = closes_at + interval '999 days'"
            ),
            (
                "cancelled_at = now(), cancelled_by = published_by, cancellation_reason = 'No money.'",
                "cancelled_at = NULL, cancelled_by = NULL, cancellation_reason = NULL"
            ),
        ] {
            try await world.set(over, of: steps)
            let shut = try await ravi.ask("GET", place).json()
            #expect(shut["gaps"] == nil && shut["due"] == nil && shut["state"]?.text == "draft", "\(shut)")
            try await world.set(open, of: steps)
        }
        #expect(try await ravi.ask("GET", place).json()["due"] == view["due"])
        let list = try await ravi.ask("GET", "/v1/applications").json()["items"]?.elements ?? []
        #expect(list.contains { $0["id"]?.text == id.description } && list.allSatisfy { $0["gaps"] == nil })

        for question in ids[1...] {
            _ = await ravi.ask("PUT", "\(place)/answers/\(question)", json: #"{"text":"Ports."}"#)
        }
        #expect(try await ravi.ask("GET", place).json()["gaps"]?.elements?.isEmpty == true)
        let submitted = try await ravi.ask("POST", "\(place)/submission").json()
        #expect(submitted["state"]?.text == "submitted" && submitted["gaps"] == nil && submitted["due"] == nil)
    }

    @Test("Taking back, accepting and declining by form")
    func answers() async throws {
        let world = try await World()
        let (ravi, mei) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.mei, in: world))
        let id = try await world.submitted(to: call)
        let (portal, console) = ("/portal/applications/\(id)", "/console/applications/\(id)")
        #expect(await ravi.open("\(portal)/withdrawal").text.contains("Withdraw this application?"))
        #expect(await mei.open(console).text.contains("Screening"))
        let vague = await mei.send("\(console)/screening", [("verdict", "ineligible"), ("reason", "")])
        #expect(vague.status == 422 && vague.text.contains("Say which condition is not met."))
        #expect(await mei.send("\(console)/screening", [("verdict", "eligible"), ("reason", "")]).status == 303)
        let day = CalendarDate(Date(), in: .hongKong).adding(days: 7)
        #expect(await mei.open(console).text.contains("/console/decisions?call=\(call)"))
        try await world.offer(id, until: day, note: try LongText("Bring the buoy."))
        let page = await ravi.open(portal)
        #expect(page.text.contains("Accept the place") && page.text.contains("Bring the buoy."))
        #expect(!page.text.contains("Mei Lam"))
        #expect(await ravi.open("\(portal)/decline").text.contains("Decline the place?"))
        #expect(await ravi.send("\(portal)/acceptance").status == 303)
        #expect(await mei.open(console).text.contains("/enrolment\""))
        // What can no longer be done leads back to where the application stands.
        #expect(await ravi.send("\(portal)/decline", [("note", "")]).status == 303)
        #expect(await ravi.send("\(portal)/acceptance").status == 409)
    }

    @Test("The manager's list: many rows, one row, none, and its filters as address")
    func list() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let all = await mei.open("/console/applications")
        #expect(all.status == 200 && all.text.contains("KelpSense"), "\(all.text)")
        #expect(all.text.contains("/console/applications?state=submitted"))
        let one = await mei.open("/console/applications?call=\(call)&state=waitlisted")
        #expect(one.status == 200)
        let none = await mei.open("/console/applications?state=declined")
        #expect(none.status == 200 && none.text.contains("No application matches"))
        let leo = try await Visitor(Cast.leo, in: world)
        #expect(await leo.open("/console/applications").text.contains("Nobody has applied yet"))
    }
}

extension World {
    /// Past every rule of how a call changes.
    fileprivate func set(_ columns: Query, of call: CallForApplications.ID) async throws {
        try await owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            let changed = try await transaction.execute("UPDATE calls SET \(fragment: columns) WHERE id = \(call)")
            #expect(changed == 1)
        }
    }

    /// An open call whose second question is asked of whoever sells already; the first and the third are always.
    func callInSteps(
        requiring isRequired: Bool = true
    ) async throws -> (call: CallForApplications.ID, questions: [CallForApplications.Question.ID]) {
        let call = CallForApplications.ID()
        let ids = (0..<3).map { _ in CallForApplications.Question.ID() }
        var stage = Field(.choice)
        stage.options = [
            .init("idea", try LocalizedLine(en: "An idea")), .init("sales", try LocalizedLine(en: "Selling")),
        ]
        let form = [
            CallDraft.Question(id: ids[0], prompt: try LocalizedLine(en: "Which stage?"), field: stage),
            CallDraft.Question(
                id: ids[1], prompt: try LocalizedLine(en: "Who buys it?"), isRequired: isRequired,
                condition: .isAny(ids[0].uuid, of: ["sales"])),
            CallDraft.Question(id: ids[2], prompt: try LocalizedLine(en: "Why?")),
        ]
        let draft = CallDraft(
            stream: demoID("stream incubation general"), title: try LocalizedName(en: "In steps"),
            opensAt: Date().addingTimeInterval(-86_400),
            deadline: Deadline(Date().addingTimeInterval(864_000), in: .hongKong), questions: form)
        try await database.write(as: context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: call, in: Cast.harbour.id)
            _ = try await transaction.publishCall(call, by: Cast.mei.person.id)
        }
        return (call, ids)
    }
}
