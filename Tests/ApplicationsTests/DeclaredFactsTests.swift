import API
import Accounts
import DemoWorld
import Eligibility
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// Facts that several founders declare at once: of each, only what its writer changed is written.
@Suite("Declared facts")
struct DeclaredFactsTests {
    let call: CallForApplications.ID = demoID("call incubation")

    /// A form as a window that showed `facts` sends it, with some fields typed anew.
    private func window(on facts: DeclaredFacts, typing typed: [String: String]) -> [(String, String)] {
        let shown = FactsFields.values(of: facts).compactMapValues(\.first).merging(typed) { $1 }
        return shown.map { ($0, $1) }
            + ApplicantFact.allCases.map { (FactsFields.seenField(of: $0), Fingerprint(of: facts[$0]).description) }
    }

    private func facts(of id: Application.ID, in world: World) async throws -> DeclaredFacts {
        let reader = world.database.reader(as: world.context(Cast.ravi))
        let application = try #require(try await reader.application(id)).application
        return try await reader.facts(of: application).facts
    }

    @Test("An edit is kept, saved or told, by what its writer saw of the one fact")
    func outcomes() {
        let (six, nine) = (FactValue.integer(6), FactValue.integer(9))
        let saw = Fingerprint(of: six)
        #expect(FactEdit(six, seen: saw).outcome(over: nine) == .keep)
        #expect(FactEdit(nine, seen: saw).outcome(over: six) == .save)
        #expect(FactEdit(nine, seen: saw).outcome(over: .integer(7)) == .conflict)
        #expect(FactEdit(nil, seen: saw).outcome(over: nine) == .conflict)
        #expect(FactEdit(nine).outcome(over: six) == .save)
        #expect(Fingerprint(of: nil) == Fingerprint("") && Fingerprint(of: .awards([])) != Fingerprint(of: nil))
        #expect(Fingerprint(of: .percent(6)) != saw)
        let award = Award(scheme: "Seed", source: "City", project: "Leaf", from: Day(19_000), until: Day(20_000))
        #expect(Fingerprint(of: .awards([award])) == Fingerprint(of: .awards([award])))
    }

    @Test("Two founders who declare at once both keep their work; what both changed is told with both values")
    func atOnce() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.ravi, in: world)
        let id = try await world.draft(to: call)
        let place = "/portal/applications/\(id)/eligibility"
        let before = try await facts(of: id, in: world)
        #expect(before[.fullTimeStaff] == .integer(6))

        let one = await visitor.send(place, window(on: before, typing: ["full_time_staff": "9"]))
        #expect(one.status == 303, "\(one.text)")
        let other = await visitor.send(place, window(on: before, typing: ["incorporated_on": "2025-02-01"]))
        #expect(other.status == 303, "\(other.text)")
        var now = try await facts(of: id, in: world)
        #expect(now[.fullTimeStaff] == .integer(9), "the second window wipes nothing")
        #expect(now[.incorporatedOn] == Day("2025-02-01").map(FactValue.date))

        // A third window has seen neither, and changes one of them and another.
        let typed = ["full_time_staff": "8", "project": "Leaf"]
        let told = await visitor.send(place, window(on: before, typing: typed))
        #expect(told.status == 409 && told.text.contains("Changed by somebody else"), "\(told.text)")
        #expect(told.text.contains(">9</blockquote>") && told.text.contains("value=\"8\""), "\(told.text)")
        #expect(told.text.contains("value=\"2025-02-01\"") && told.text.contains("#f-full_time_staff"))
        now = try await facts(of: id, in: world)
        #expect(now[.fullTimeStaff] == .integer(9) && now[.project] == .text("Leaf"))
        // It has seen the other value: saving once more is a decision.
        #expect(
            told.text.contains("name=\"seen_full_time_staff\" value=\"\(Fingerprint(of: .integer(9)).description)\""))
        #expect(await visitor.send(place, window(on: now, typing: ["full_time_staff": "8"])).status == 303)
        #expect(try await facts(of: id, in: world)[.fullTimeStaff] == .integer(8))
    }

    @Test("Two who agree with themselves may contradict each other: nothing is stored, and both values are shown")
    func contradicting() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.ravi, in: world)
        let id = try await world.draft(to: call)
        let place = "/portal/applications/\(id)/eligibility"
        let before = try await facts(of: id, in: world)
        #expect(await visitor.send(place, window(on: before, typing: ["full_time_staff": "5"])).status == 303)
        let refused = await visitor.send(place, window(on: before, typing: ["technical_staff": "6"]))
        #expect(refused.status == 422 && refused.text.contains("value=\"6\""), "\(refused.text)")
        #expect(refused.text.contains("value=\"5\""), "the form shows what stands now where it was left alone")
        let seen = Fingerprint(of: before[.technicalStaff]).description
        #expect(
            refused.text.contains("name=\"seen_technical_staff\" value=\"\(seen)\""), "what was not stored was not seen"
        )
        #expect(try await facts(of: id, in: world)[.technicalStaff] == before[.technicalStaff])
    }

    @Test("A script keeps each fact for itself, with its time and what comes of it; what is half typed keeps none back")
    func autosaved() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.ravi, in: world)
        let id = try await world.draft(to: call)
        let page = await visitor.open("/portal/applications/\(id)/eligibility")
        let place = "/portal/applications/\(id)/eligibility/autosave"
        #expect(page.text.contains("data-autosave=\"\(place)\"") && page.text.contains("data-save-state"))
        let before = try await facts(of: id, in: world)
        func seen(_ fact: ApplicantFact, of facts: DeclaredFacts) -> (String, String) {
            (FactsFields.seenField(of: fact), Fingerprint(of: facts[fact]).description)
        }
        let kept = await visitor.send(place, [("full_time_staff", "9"), seen(.fullTimeStaff, of: before)])
        #expect(kept.status == 200, "\(kept.text)")
        let reply = try kept.json()
        #expect(reply["seen"]?["seen_full_time_staff"]?.text == Fingerprint(of: .integer(9)).description)
        #expect(reply["saved_at"]?.text?.isEmpty == false && reply["count"]?.text?.isEmpty == false)
        #expect(reply["errors"]?["full_time_staff"] == nil)
        var now = try await facts(of: id, in: world)
        #expect(now[.fullTimeStaff] == .integer(9))

        // One is no number, one was changed by somebody else since, one is as it should be.
        let mixed = await visitor.send(
            place,
            [
                ("technical_staff", "many"), seen(.technicalStaff, of: now), ("full_time_staff", "12"),
                seen(.fullTimeStaff, of: before), ("incorporated_on", "2025-02-01"), seen(.incorporatedOn, of: now),
            ])
        #expect(mixed.status == 200, "\(mixed.text)")
        let told = try mixed.json()
        #expect(told["errors"]?["technical_staff"] != nil && told["errors"]?["full_time_staff"] != nil)
        #expect(told["seen"]?["seen_full_time_staff"] == nil && told["errors"]?["incorporated_on"] == nil)
        now = try await facts(of: id, in: world)
        #expect(now[.fullTimeStaff] == .integer(9) && now[.incorporatedOn] == Day("2025-02-01").map(FactValue.date))

        // What contradicts what is declared is told; the rest is kept.
        let both = await visitor.send(
            place,
            [
                ("technical_staff", "10"), seen(.technicalStaff, of: now), ("project", "Leaf"), seen(.project, of: now),
            ])
        #expect(try both.json()["errors"]?["technical_staff"] != nil)
        now = try await facts(of: id, in: world)
        #expect(now[.project] == .text("Leaf") && now[.technicalStaff] == before[.technicalStaff])

        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.send(place, [("full_time_staff", "1")]).status == 404)
        try await world.fill(id, of: call)
        _ = try await world.database.write(as: world.context(Cast.ravi)) {
            try await $0.withdrawApplication(id, because: nil, by: Cast.ravi.person.id)
        }
        #expect(await visitor.send(place, [("full_time_staff", "1"), seen(.fullTimeStaff, of: now)]).status == 409)
    }

    @Test("A copy of what was handed in lists what was declared, and what was found of each condition, for good")
    func copied() async throws {
        let world = try await World()
        let fintech: CallForApplications.ID = demoID("call fintech")
        let id = try await world.submitted(
            to: fintech, declaring: ["incorporated_on": .date(Day("2020-01-01") ?? Day(0))])
        let reader = world.database.reader(as: world.context(Cast.ravi))
        let copy = try #require(try await reader.snapshots(of: id).first)
        let found = try await reader.findings(of: id)
        #expect(copy.isIntact && !found.isEmpty)
        #expect(copy.content.findings?.map(\.condition) == found.map(\.condition))
        #expect(copy.content.findings?.map(\.verdict) == found.map(\.finding.verdict))
        let visitor = try await Visitor(Cast.ravi, in: world)
        let page = await visitor.open("/portal/applications/\(id)/copies/1")
        #expect(page.status == 200 && page.text.contains("Declared facts"))
        let line = try await visitor.ask("GET", "/v1/applications/\(id)/snapshots").json()["items"]?.elements?.first
        #expect(line?["facts"]?["incorporated_on"] == "2020-01-01")
        #expect(line?["findings"]?.elements?.count == found.count)
    }

    @Test("A form that sends nothing of a fact says nothing of it")
    func unsaid() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.ravi, in: world)
        let id = try await world.draft(to: call)
        #expect(await visitor.send("/portal/applications/\(id)/eligibility", [("project", "Leaf")]).status == 303)
        let now = try await facts(of: id, in: world)
        #expect(now[.project] == .text("Leaf") && now[.fullTimeStaff] == .integer(6))
    }

    @Test("By API what is replaced must have been read")
    func preconditions() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.ravi, in: world)
        let place = "/v1/applications/\(try await world.draft(to: call))/facts"
        let body = #"{"full_time_staff":3}"#
        #expect(await visitor.ask("PUT", place, json: body).status == 428)
        let tag = try #require(await visitor.ask("GET", place).header("ETag"))
        #expect(await visitor.ask("PUT", place, json: body, headers: [("If-Match", tag)]).status == 200)
        let stale = await visitor.ask("PUT", place, json: "{}", headers: [("If-Match", tag)])
        #expect(stale.status == 412, "\(stale.text)")
        #expect(try await visitor.ask("GET", place).json()["facts"]?["full_time_staff"] == 3)
    }

    @Test("Of what was handed in the form leads back to the application, whatever it sends")
    func frozen() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.ravi, in: world)
        let id = try await world.submitted(to: call)
        let before = try await facts(of: id, in: world)
        for _ in 0..<2 {
            let sent = await visitor.send(
                "/portal/applications/\(id)/eligibility", window(on: before, typing: ["full_time_staff": "3"]))
            #expect(sent.status == 303 && sent.header("Location") == "/portal/applications/\(id)", "\(sent.text)")
            #expect(try await facts(of: id, in: world) == before)
            // The second time while the park waits for changes to an answer.
            if try await world.database.reader(as: world.context(Cast.ravi)).application(id)?.application.state
                == .submitted
            {
                _ = try await world.ask(id, of: [try await world.questions(of: call)[1].id])
            }
        }
    }

    @Test(
        "The park asks about facts as about answers: only those open, managers read what was handed in until it comes back"
    )
    func reopened() async throws {
        let world = try await World()
        let (founder, manager) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.mei, in: world))
        let id = try await world.submitted(to: call)
        let before = try await facts(of: id, in: world)
        let day = CalendarDate(Date(), in: .hongKong).adding(days: 7)
        let requests = "/v1/applications/\(id)/change-requests"
        func asked(_ facts: String) -> String { #"{"message":"Count anew.","facts":[\#(facts)],"due_on":"\#(day)"}"# }
        let nothing = await manager.ask("POST", requests, json: asked(""))
        #expect(nothing.status == 422 && nothing.problem?.errors.map(\.pointer) == ["/questions"], "\(nothing.text)")
        let strange = await manager.ask("POST", requests, json: asked(#""staff_worldwide""#))
        #expect(strange.status == 422 && strange.problem?.errors.map(\.pointer) == ["/facts/0"], "\(strange.text)")
        #expect(await manager.open("/console/applications/\(id)/changes").text.contains("value=\"full_time_staff\""))
        let made = await manager.send(
            "/console/applications/\(id)/changes",
            [("facts", "full_time_staff"), ("message", "Count anew."), ("due_on", "\(day)")])
        #expect(made.status == 303, "\(made.text)")
        let listed = try await founder.ask("GET", requests).json()
        #expect(listed["items"]?.elements?.first?["facts"] == ["full_time_staff"])

        let portal = "/portal/applications/\(id)"
        #expect(await founder.open(portal).text.contains("Change the facts that were asked about: Full-time staff"))
        let form = await founder.open("\(portal)/eligibility").text
        #expect(form.contains("name=\"full_time_staff\"") && !form.contains("name=\"technical_staff\""), "\(form)")
        // A fact that was not asked about stands, whatever is sent.
        let sent = window(on: before, typing: ["full_time_staff": "8", "technical_staff": "1"])
        #expect(await founder.send("\(portal)/eligibility", sent).status == 303)
        var now = try await facts(of: id, in: world)
        #expect(now[.fullTimeStaff] == .integer(8) && now[.technicalStaff] == before[.technicalStaff])
        let place = "/v1/applications/\(id)/facts"
        let tag = try #require(await founder.ask("GET", place).header("ETag"))
        let closed = await founder.ask("PUT", place, json: #"{"full_time_staff":8}"#, headers: [("If-Match", tag)])
        #expect(closed.status == 409 && closed.problem?.kind == .answersNotReopened, "\(closed.text)")
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.execute("UPDATE application_facts SET facts = '{}' WHERE application_id = \(id)")
            }
        }
        #expect(wall?.constraint == "facts_are_frozen_once_submitted")

        // A manager reads what was handed in, by whichever way.
        #expect(try await manager.ask("GET", place).json()["facts"]?["full_time_staff"] == 6)
        let rows = try await world.database.reader(as: world.context(Cast.mei)).rows(
            "SELECT facts FROM application_facts WHERE application_id = \(id)")
        #expect(rows.isEmpty)
        let stranger = world.database.reader(as: world.context(Cast.ada))
        #expect(try await stranger.rows("SELECT fact FROM change_request_facts WHERE application_id = \(id)").isEmpty)

        #expect(await founder.ask("POST", "/v1/applications/\(id)/resubmission").status == 200)
        #expect(try await manager.ask("GET", place).json()["facts"]?["full_time_staff"] == 8)
        let differences = try await manager.ask("GET", "/v1/applications/\(id)/snapshots/2/differences?since=1").json()
        #expect(differences["facts_before"]?["full_time_staff"] == 6, "\(differences)")
        #expect(differences["facts_after"]?["full_time_staff"] == 8 && differences["items"]?.elements?.isEmpty == true)
        let copies = await manager.open("/console/applications/\(id)/copies").text
        #expect(copies.contains("Full-time staff") && copies.contains("<ins>8</ins>"), "\(copies)")

        // Taken back, what was declared before stands again.
        let request = ChangeRequest.ID()
        let wanted = ChangesWanted(try LongText("Once more."), to: [], facts: [.fullTimeStaff], by: day)
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.requestChanges(wanted, of: id, as: request, by: Cast.mei.person.id)
        }
        now = try await facts(of: id, in: world)
        #expect(
            await founder.send("\(portal)/eligibility", window(on: now, typing: ["full_time_staff": "9"])).status == 303
        )
        #expect(try await facts(of: id, in: world)[.fullTimeStaff] == .integer(9))
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.cancelChanges(request, of: id, by: Cast.mei.person.id)
        }
        #expect(try await facts(of: id, in: world) == now)
    }
}
