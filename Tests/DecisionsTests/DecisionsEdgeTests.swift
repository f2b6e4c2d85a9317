import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Decisions

/// The whole way of a request: routes, roles, preconditions, problems, pages.
@Suite("Decisions at the edge")
struct DecisionsEdgeTests {
    let day = CalendarDate(Date(), in: .hongKong).adding(days: 9)

    @Test("What might be funded twice is told in a batch and before its release, and keeps nothing from it")
    func overlaps() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        // Their founders share a domain, so that each is suggested with the two others.
        let (call, ids) = try await world.applicants(4)
        let note = try LongText("So it is.")
        let batch = try await world.open(
            call, places: 2,
            preparing: [
                (ids[0], Preparation(.offer, note: note)), (ids[1], Preparation(.waitlist, note: note)),
                (ids[2], Preparation(.reject, note: note)),
            ])
        let place = "/v1/decision-batches/\(batch)"
        let listed = try await mei.ask("GET", "\(place)/decisions").json()
        #expect(listed["items"]?.elements?.map { $0["overlaps"]?["open"] } == [3, 3, 3], "\(listed)")
        #expect(listed["undecided"]?.elements?.first?["overlaps"]?["open"] == 3)
        #expect(listed["faults"]?.elements?.isEmpty == true)
        // A rejection funds nothing.
        #expect(
            Set(listed["warnings"]?.elements?.compactMap { $0["pointer"]?.text } ?? [])
                == ["/decisions/\(ids[0])", "/decisions/\(ids[1])"])
        #expect(listed["warnings"]?.elements?.first?["detail"]?.text == "3 open overlaps")
        let page = await mei.open("/console/decisions/\(batch)").text
        #expect(
            page.contains("3 open overlaps") && page.contains("/console/applications/\(ids[3])#overlaps"), "\(page)")
        let before = await mei.open("/console/decisions/\(batch)/release").text
        #expect(before.contains("These might be funded twice"), "\(before)")
        #expect(before.contains("/console/applications/\(ids[1])#overlaps"))
        #expect(!before.contains("/console/applications/\(ids[2])#overlaps"))
        // Looked at, it is no warning any more.
        for other in [ids[1], ids[2], ids[3]] {
            _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.judgeOverlap(
                    of: ids[0], with: other, as: .confirmed, because: nil, by: Cast.mei.person.id)
            }
        }
        let judged = try await mei.ask("GET", "\(place)/decisions").json()
        #expect(judged["warnings"]?.elements?.map { $0["pointer"]?.text } == ["/decisions/\(ids[1])"])
        let confirmed = judged["items"]?.elements?.first { $0["application"]?.text == ids[0].description }
        #expect(confirmed?["overlaps"]?["confirmed"] == 3 && confirmed?["overlaps"]?["open"] == 0)
        #expect(await mei.ask("POST", "\(place)/release").status == 200)
        #expect(try await mei.ask("GET", "\(place)/decisions").json()["warnings"]?.elements?.isEmpty == true)
    }

    @Test("A batch by JSON: opened, filled, looked at, released; a change by two; an appeal")
    func json() async throws {
        let world = try await World()
        let (mei, tom) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.tom, in: world))
        let (call, ids) = try await world.applicants(3)
        let opened = await mei.ask(
            "POST", "/v1/calls/\(call)/decision-batches",
            json: #"{"name":"Panel","places":1,"last_day":"\#(day)","award":{"amount_minor":500,"currency":"HKD"}}"#)
        #expect(opened.status == 201, "\(opened.text)")
        let place = try #require(opened.header("Location"))
        let mixed = await mei.ask(
            "POST", "/v1/calls/\(call)/decision-batches",
            json: """
                {"name":"Panel","places":1,"last_day":"\(day)","award":{"amount_minor":5,"currency":"HKD"},\
                "budget":{"amount_minor":5,"currency":"JPY"}}
                """)
        #expect(mixed.status == 422 && mixed.problem?.errors.first?.pointer == "/award")
        let late = await mei.ask(
            "PUT", "\(place)/decisions/\(ids[0])",
            json: #"{"outcome":"offer","last_day":"2020-01-01","note":"Come."}"#)
        #expect(late.status == 422 && late.problem?.errors.first?.pointer == "/last_day")
        let unknown = await mei.ask(
            "PUT", "\(place)/decisions/\(Application.ID())", json: #"{"outcome":"reject","note":"No."}"#)
        #expect(unknown.status == 404)
        #expect(await mei.ask("POST", "\(place)/release").status == 409)
        let rows = ids.enumerated().map { index, id in
            #"{"application":"\#(id)","outcome":"\#(index == 2 ? "reject" : "offer")","note":"So it is."}"#
        }
        let body = #"{"decisions":[\#(rows.joined(separator: ","))]"#
        let dry = await mei.ask("POST", "\(place)/preparations", json: body + #","dry_run":true}"#)
        #expect(dry.status == 200, "\(dry.text)")
        #expect(try dry.json()["prepared"] == 0)
        #expect(await mei.ask("POST", "\(place)/preparations", json: body + "}").status == 200)
        #expect(await mei.ask("POST", "\(place)/preparations", json: "{}").status == 422)
        let listed = try await mei.ask("GET", "\(place)/decisions").json()
        #expect(listed["faults"]?.elements?.first?["pointer"]?.text == "/places")
        let refused = await mei.ask("POST", "\(place)/release")
        #expect(refused.status == 422 && refused.problem?.errors.first?.pointer == "/places")
        let tag = try #require(await mei.ask("GET", place).header("ETag"))
        #expect(await mei.ask("DELETE", "\(place)/decisions/\(ids[1])").status == 428)
        let withdrawn = await mei.ask("DELETE", "\(place)/decisions/\(ids[1])", headers: [("If-Match", tag)])
        #expect(withdrawn.status == 200, "\(withdrawn.text)")
        #expect(await mei.ask("POST", "\(place)/release", headers: [("If-Match", tag)]).status == 412)
        #expect(await mei.ask("GET", "/v1/applications/\(ids[0])/decision").status == 404)
        let key = [("Idempotency-Key", "release-\(UUID().uuidString)")]
        let released = await mei.ask("POST", "\(place)/release", headers: key)
        #expect(released.status == 200, "\(released.text)")
        // The same request again is the same answer, and another is refused.
        #expect(await mei.ask("POST", "\(place)/release", headers: key).text == released.text)
        #expect(await mei.ask("POST", "\(place)/release").status == 409)
        let decided = try await mei.ask("GET", "/v1/applications/\(ids[0])/decision").json()
        #expect(decided["outcome"]?.text == "offer" && decided["award"]?["amount_minor"] == 500)

        let proposed = await mei.ask(
            "POST", "/v1/applications/\(ids[2])/decision-changes",
            json: #"{"outcome":"waitlist","note":"You wait.","reason":"A letter was overlooked."}"#)
        #expect(proposed.status == 201, "\(proposed.text)")
        let change = "/v1/decision-changes/\(try #require(try proposed.json()["id"]?.text))"
        #expect(await mei.ask("POST", "\(change)/confirmation").status == 409)
        #expect(await tom.ask("POST", "\(change)/confirmation").status == 200)
        #expect(try await mei.ask("GET", "/v1/applications/\(ids[2])").json()["state"]?.text == "waitlisted")
        #expect(try await tom.ask("GET", "/v1/decision-changes").json()["items"]?.elements?.count == 1)
    }

    @Test("The manager's pages, from a new batch to its release")
    func console() async throws {
        let world = try await World()
        let (mei, tom) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.tom, in: world))
        let (call, ids) = try await world.applicants(2)
        let round = try await world.openRound(for: call)
        #expect(await mei.open("/console/decisions").text.contains("Admission panel, second sitting"))
        let demo: DecisionBatch.ID = demoID("batch second")
        let prepared = await mei.open("/console/decisions/\(demo)")
        #expect(prepared.status == 200 && prepared.text.contains("Plumbline"), "\(prepared.text)")
        #expect(prepared.text.contains("0 of the 1 reviews"))
        #expect(await mei.open("/console/decisions/new?call=\(call)").status == 200)
        let vague = await mei.send(
            "/console/decisions/new",
            [
                ("call", "\(call)"), ("name", "Kept"), ("places", "1"), ("budget.amount", "much"),
                ("budget.currency", "HKD"), ("last_day", "\(day)"), ("accept_days", "14"), ("appeal_days", "14"),
            ])
        #expect(vague.status == 422 && vague.text.contains("Kept"), "\(vague.text)")
        let made = await mei.send(
            "/console/decisions/new",
            [
                ("call", "\(call)"), ("name", "Sitting"), ("places", "1"), ("award.amount", "5,000"),
                ("award.currency", "HKD"), ("last_day", "\(day)"), ("accept_days", "14"), ("appeal_days", "14"),
            ])
        #expect(made.status == 303, "\(made.text)")
        let place = String(try #require(made.header("Location")).prefix { $0 != "?" })
        #expect(await mei.open("\(place)/edit").text.contains("5000") == true)
        let one = "\(place)/applications/\(ids[0])"
        #expect(await mei.open(one).status == 200)
        let mute = await mei.send(one, [("outcome", "offer"), ("note", ""), ("feedback", "Kept words.")])
        #expect(mute.status == 422 && mute.text.contains("Kept words."))
        #expect(await mei.send(one, [("outcome", "offer"), ("note", "Come."), ("feedback", "")]).status == 303)
        #expect(await mei.open("\(place)/release").text.contains("Release this batch?"))
        let page = await mei.open("\(place)/release")
        let version = try #require(page.text.firstMatch(of: #/name="version" value="([^"]*)"/#).map { String($0.1) })
        let early = await mei.send("\(place)/release", [("version", version.replacing("&quot;", with: "\""))])
        #expect(early.status == 422 && early.text.contains("reviews that can decide"), "\(early.text)")
        #expect(await mei.send("\(one)/withdrawal", []).status == 303)
        for (index, id) in ids.enumerated() { try await world.judge(id, worth: 5 - index) }
        let asked = [
            ("round", "\(round)"), ("by", "raw"), ("offers", ""), ("waitlist", "1"), ("offer_note", "Come."),
            ("waitlist_note", "Wait."), ("reject_note", "No."),
        ]
        #expect(await mei.open("\(place)/bulk").status == 200)
        let preview = await mei.send("\(place)/bulk", asked)
        #expect(preview.status == 200 && preview.text.contains("Would be prepared"), "\(preview.text)")
        #expect(await mei.send("\(place)/bulk", asked + [("step", "prepare")]).status == 303)
        let ready = await mei.open("\(place)/release")
        let seen = try #require(ready.text.firstMatch(of: #/name="version" value="([^"]*)"/#).map { String($0.1) })
        #expect(await mei.send("\(place)/release", [("version", "\"00\"")]).status == 412)
        let released = await mei.send("\(place)/release", [("version", seen.replacing("&quot;", with: "\""))])
        #expect(released.status == 303, "\(released.text)")
        #expect(await mei.open(place).text.contains("Released"))

        let change = "/console/applications/\(ids[1])/decision"
        #expect(await mei.open(change).text.contains("Propose another decision"))
        let silent = await mei.send(change, [("outcome", "reject"), ("note", "No."), ("reason", "")])
        #expect(silent.status == 422)
        let proposed = await mei.send(change, [("outcome", "reject"), ("note", "No."), ("reason", "A mistake.")])
        #expect(proposed.status == 303, "\(proposed.text)")
        let waiting = try #require(try await world.database.reader(as: world.context(Cast.mei)).decisionChanges().first)
        let address = "/console/decision-changes/\(waiting.id)"
        #expect(await mei.open("/console/decision-changes").text.contains("Waits for a second person"))
        #expect(await mei.open(address).text.contains("You proposed it."))
        #expect(await mei.send("\(address)/confirmation", []).status == 409)
        #expect(await tom.open(address).text.contains("Confirm the change"))
        #expect(await tom.send("\(address)/refusal", [("reason", "")]).status == 422)
        #expect(await tom.send("\(address)/confirmation", []).status == 303)
    }

    @Test("A batch begins with what the stream of its call is designed to give; without a design, places are asked for")
    func planned() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let joint: CallForApplications.ID = demoID("call fintech")
        let reader = world.database.reader(as: world.context(Cast.mei))
        let call = try #require(try await reader.call(joint))
        let design = try #require(try await reader.design(of: call.stream))
        let (places, award) = (try #require(design.places), try #require(design.award))
        let form = await mei.open("/console/decisions/new?call=\(joint)")
        #expect(form.status == 200 && form.text.contains("value=\"\(places)\""), "\(form.text.prefix(300))")
        #expect(form.text.contains("value=\"\(award.decimal)\""))
        let body = #"{"name":"Panel","last_day":"\#(day)"}"#
        let opened = await mei.ask("POST", "/v1/calls/\(joint)/decision-batches", json: body)
        #expect(opened.status == 201, "\(opened.text)")
        #expect(try opened.json()["places"] == JSON(integerLiteral: places))
        let place = try #require(opened.header("Location"))
        let tag = try #require(await mei.ask("GET", place).header("ETag"))
        let revised = await mei.ask("PUT", place, json: body, headers: [("If-Match", tag)])
        #expect(
            revised.status == 422 && revised.problem?.errors.map(\.pointer) == ["/places"],
            "what stands is replaced whole")
        // By the form, and for a call whose stream plans nothing.
        let sent = [
            ("name", "Panel"), ("places", ""), ("last_day", "\(day)"), ("accept_days", "14"), ("appeal_days", "14"),
        ]
        #expect(await mei.send("/console/decisions/new", sent + [("call", "\(joint)")]).status == 303)
        let (plain, _) = try await world.applicants(1)
        #expect(try await reader.design(of: demoID("stream incubation general")) == nil)
        let asked = await mei.send("/console/decisions/new", sent + [("call", "\(plain)")])
        #expect(asked.status == 422 && asked.text.contains("Say how many places there are."))
        let refused = await mei.ask("POST", "/v1/calls/\(plain)/decision-batches", json: body)
        #expect(refused.status == 422 && refused.problem?.errors.map(\.pointer) == ["/places"])
    }

    @Test("The startup reads its decision with the feedback, appeals on the page, and gives a place back")
    func portal() async throws {
        let world = try await World()
        let (ravi, tom) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.tom, in: world))
        let (call, ids) = try await world.applicants(2)
        // The call's applicants of this test are Ravi's.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE applications SET startup_id = \(Cast.startup("ledgerleaf")) WHERE id = \(ids[0])")
        }
        _ = call
        try await world.decide([
            (ids[0], Preparation(.reject, note: try LongText("No."), feedback: try LongText("Nobody pays yet.")))
        ])
        let portal = "/portal/applications/\(ids[0])"
        let page = await ravi.open(portal)
        #expect(page.text.contains("Nobody pays yet.") && page.text.contains("Lodge the appeal"), "\(page.text)")
        #expect(page.text.contains(" Hong Kong you may ask once"), "\(page.text)")
        #expect(await ravi.send("/account/time-zone", [("time_zone", "America/New_York")]).status == 303)
        #expect(await ravi.open(portal).text.contains(" New York) you may ask once"))
        let mute = await ravi.send("\(portal)/appeal", [("grounds", "")])
        #expect(mute.status == 422 && mute.text.contains("Lodge the appeal"))
        /// How many appeals the overview says wait for somebody.
        func appeals(_ visitor: Visitor) async -> Int? {
            await visitor.open("/console").text.components(separatedBy: "Appeals</a></dt><dd class=\"stat-figure\">")
                .dropFirst().first.flatMap { Int($0.prefix(while: \.isNumber)) }
        }
        let mei = try await Visitor(Cast.mei, in: world)
        let waited = (tom: try #require(await appeals(tom)), mei: try #require(await appeals(mei)))
        #expect(await ravi.send("\(portal)/appeal", [("grounds", "Two do.")]).status == 303)
        #expect(await ravi.open(portal).text.contains("Your appeal waits for an answer."))
        #expect(await ravi.open("\(portal)/appeal").status == 303)
        let hearing = "/console/applications/\(ids[0])/appeal"
        #expect(await tom.open("/console/appeals").text.contains("Waits for an answer"))
        #expect(await tom.open("/console").text.contains("href=\"/console/appeals?waiting=true\""))
        #expect(await tom.open("/console/appeals?waiting=true").text.contains(hearing))
        // Who decided knows of it, and has nothing to do about it.
        #expect(await mei.open("/console/appeals").text.contains(hearing))
        #expect(await !mei.open("/console/appeals?waiting=true").text.contains(hearing))
        #expect(await appeals(tom) == waited.tom + 1)
        #expect(await appeals(mei) == waited.mei)
        #expect(await tom.open(hearing).text.contains("Two do."))
        #expect(await tom.send(hearing, [("verdict", "reopened"), ("answer", "")]).status == 422)
        #expect(await tom.send(hearing, [("verdict", "reopened"), ("answer", "So they do.")]).status == 303)
        let again = await ravi.open(portal)
        #expect(again.text.contains("So they do.") && again.text.contains("Judged again after an appeal"))
        #expect(await !tom.open("/console/appeals?waiting=true").text.contains(hearing))
        try await world.decide([(ids[0], Preparation(.offer, note: try LongText("Come.")))])
        #expect(await ravi.send("\(portal)/acceptance").status == 303)
        #expect(await ravi.open("\(portal)/return").text.contains("Give the place back?"))
        #expect(await ravi.send("\(portal)/return", [("note", "")]).status == 303)
        #expect(await ravi.open(portal).text.contains("Place given back"))
    }

    @Test("Who was found not eligible appeals on the page and by API, and is screened again")
    func appealOfScreening() async throws {
        let world = try await World()
        let (ravi, tom) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.tom, in: world))
        let mei = try await Visitor(Cast.mei, in: world)
        let (_, ids) = try await world.applicants(1)
        // The call's applicant of this test is Ravi's.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE applications SET state = 'submitted', startup_id = \(Cast.startup("ledgerleaf"))
                WHERE id = \(ids[0])
                """)
        }
        let (portal, place) = ("/portal/applications/\(ids[0])", "/v1/applications/\(ids[0])")
        #expect(await ravi.open(portal).text.contains("Lodge the appeal") == false)
        let early = await ravi.ask("POST", "\(place)/appeal", json: #"{"grounds":"Why?"}"#)
        #expect(early.status == 409, "\(early.text)")
        #expect(await ravi.ask("GET", "\(place)/appeal").status == 404)
        let screened = await mei.ask(
            "POST", "\(place)/screening", json: #"{"verdict":"ineligible","reason":"Too old."}"#)
        #expect(screened.status == 200, "\(screened.text)")
        #expect(try await ravi.ask("GET", place).json()["appeal_until"]?.text != nil)
        let page = await ravi.open(portal).text
        #expect(page.contains("Too old.") && page.contains("Lodge the appeal"), "\(page)")
        #expect(await ravi.open("\(portal)/appeal").text.contains("Lodge the appeal"))
        #expect(await ravi.send("\(portal)/appeal", [("grounds", "")]).status == 422)
        #expect(await ravi.send("\(portal)/appeal", [("grounds", "We are one.")]).status == 303)
        #expect(await ravi.open(portal).text.contains("Your appeal waits for an answer."))
        let lodged = try await ravi.ask("GET", "\(place)/appeal").json()
        #expect(lodged["subject"]?.text == "screening" && lodged["grounds"]?.text == "We are one.", "\(lodged)")
        let hearing = "/console/applications/\(ids[0])/appeal"
        #expect(await tom.open("/console/appeals").text.contains("Not eligible"))
        #expect(await tom.open("/console/appeals?waiting=true").text.contains(hearing))
        #expect(await !mei.open("/console/appeals?waiting=true").text.contains(hearing))
        let asked = await tom.open(hearing).text
        #expect(asked.contains("It stays not eligible") && asked.contains("Too old."), "\(asked)")
        #expect(!asked.contains("The rejection stands"))
        let own = await mei.send(hearing, [("verdict", "reopened"), ("answer", "So they are.")])
        #expect(own.status == 409 && own.text.contains("Who decided does not hear the appeal."), "\(own.text)")
        #expect(await tom.send(hearing, [("verdict", "reopened"), ("answer", "So they are.")]).status == 303)
        let again = await ravi.open(portal).text
        #expect(again.contains("So they are.") && again.contains("Screened again after an appeal"), "\(again)")
        #expect(try await ravi.ask("GET", place).json()["state"]?.text == "submitted")
        #expect(try await tom.ask("GET", "\(place)/appeal").json()["verdict"]?.text == "reopened")
    }

    @Test("On an accepted application the manager finds the way to take the place back")
    func takingBack() async throws {
        let world = try await World()
        let (mei, tom) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.tom, in: world))
        let (_, ids) = try await world.applicants(1)
        let note = try LongText("Come.")
        try await world.decide([(ids[0], Preparation(.offer, note: note))])
        let founder = try await world.founder(of: 0)
        _ = try await world.database.write(as: founder) { transaction in
            try await transaction.acceptOffer(ids[0], by: Cast.mei.person.id)
        }
        let form = "/console/applications/\(ids[0])/decision"
        let page = await mei.open("/console/applications/\(ids[0])").text
        #expect(page.contains(form) && page.contains("/console/applications/\(ids[0])/enrolment"), "\(page)")
        let sent = await mei.send(
            form, [("outcome", "reject"), ("note", "It fell through."), ("reason", "They sold the company.")])
        #expect(sent.status == 303, "\(sent.text)")
        let listed = try await tom.ask("GET", "/v1/decision-changes").json()
        let change = try #require(listed["items"]?.elements?.first?["id"]?.text)
        #expect(await tom.send("/console/decision-changes/\(change)/confirmation").status == 303)
        #expect(await mei.open("/console/applications/\(ids[0])").text.contains("Place taken back"))
        // Once another is enrolled, the form says why not.
        let (_, others) = try await world.applicants(1, from: 1)
        try await world.decide([(others[0], Preparation(.offer, note: note))])
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE applications SET state = 'accepted' WHERE id = \(others[0])")
            try await transaction.execute(
                """
                INSERT INTO enrolments (tenant_id, id, application_id, startup_id, cohort_id, started_on, created_by)
                SELECT a.tenant_id, gen_random_uuid(), a.id, a.startup_id, e.cohort_id, current_date, e.created_by
                FROM applications AS a JOIN enrolments AS e ON e.tenant_id = a.tenant_id
                WHERE a.id = \(others[0]) LIMIT 1
                """)
        }
        let late = await mei.send(
            "/console/applications/\(others[0])/decision",
            [("outcome", "reject"), ("note", "It fell through."), ("reason", "They sold the company.")])
        #expect(late.status == 409 && late.text.contains("The startup has been enrolled."), "\(late.text)")
        #expect(late.text.contains("It has accepted the place.") && late.text.contains("It fell through."))
    }
}
