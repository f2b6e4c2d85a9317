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

@testable import Incubation

/// Many startups into one cohort. LedgerLeaf has accepted its place; Gridfellow has not answered.
@Suite("Enrolling many at once")
struct ManyEnrolmentsTests {
    let call: CallForApplications.ID = demoID("call incubation")
    let cohort: Cohort.ID = demoID("cohort spring")
    let offered: Application.ID = demoID(
        "application \(Cast.startup("gridfellow")) \(demoID("call incubation") as CallForApplications.ID)")

    @Test("a rehearsal enrols nobody, one that is refused keeps all from it, and in part the others are enrolled")
    func operation() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let application = try await world.accepted(call)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let target = "/v1/cohorts/\(cohort)/enrolments"
        func body(_ rest: String) -> String {
            """
            {"enrolments": [{"application": "\(application)", "mentor": "\(Cast.iris.person.id)"},
                            {"application": "\(offered)"}]\(rest)}
            """
        }
        let rehearsed = await mei.ask("POST", target, json: body(#", "dry_run": true"#))
        #expect(rehearsed.status == 200 && rehearsed.text.contains(#""done":0,"refused":1"#), "\(rehearsed.text)")
        #expect(rehearsed.text.contains("The startup has not accepted an offer."))
        let whole = await mei.ask("POST", target, json: body(""))
        #expect(whole.status == 409 && whole.problem?.errors.map(\.pointer) == ["/enrolments/1"], "\(whole.text)")
        #expect(try await reader.enrolment(ofApplication: application) == nil)
        let part = await mei.ask("POST", target, json: body(#", "partial": true"#))
        #expect(part.status == 200 && part.text.contains(#""done":1,"refused":1"#), "\(part.text)")
        let enrolled = try #require(try await reader.enrolment(ofApplication: application))
        #expect(part.text.contains("\(enrolled)"))
        #expect(try await reader.milestones(of: enrolled).count == 6)
        #expect(try await reader.enrolment(enrolled)?.enrolment.mentor == Cast.iris.person.id)
        let twice = await mei.ask(
            "POST", target,
            json: #"{"enrolments": [{"application": "\#(application)"}, {"application": "\#(application)"}]}"#)
        #expect(twice.status == 422 && twice.problem?.errors.map(\.pointer) == ["/enrolments/1"], "\(twice.text)")
        #expect(
            await mei.ask("POST", target, json: #"{"enrolments": []}"#).problem?.errors.map(\.pointer)
                == ["/enrolments"])
        let nowhere = await mei.ask("POST", "/v1/cohorts/\(Cohort.ID())/enrolments", json: body(""))
        #expect(nowhere.status == 404, "\(nowhere.text)")
    }

    @Test("the page offers those who wait for a place in the stream, looks first, and enrols those that are ticked")
    func page() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let application = try await world.accepted(call)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let address = "/console/cohorts/\(cohort)/enrolments"
        let form = await mei.open(address)
        #expect(form.status == 200 && form.text.contains("\(application)"), "\(form.text)")
        #expect(!form.text.contains("\(offered)"))
        let other = await mei.open("/console/cohorts/\(demoID("cohort fintech") as Cohort.ID)/enrolments")
        #expect(other.status == 200 && !other.text.contains("\(application)"), "\(other.text)")
        let none = await mei.send(address, [("partial", "false")])
        #expect(none.status == 422 && none.text.contains("Choose one at least."), "\(none.text)")
        let unready = await mei.send(address, [("applications", "\(offered)"), ("partial", "false")])
        #expect(unready.text.contains("Gridfellow"), "\(unready.text)")
        let ticked = [("applications", "\(application)"), ("partial", "false")]
        let looked = await mei.send(address, ticked)
        #expect(looked.status == 200 && looked.text.contains("1 can be done."), "\(looked.text)")
        #expect(try await reader.enrolment(ofApplication: application) == nil)
        let done = await mei.send(address, ticked + [("sure", "true")])
        #expect(done.status == 303, "\(done.text)")
        let list = await mei.open(try #require(done.header("Location")))
        #expect(list.status == 200 && list.text.contains("The startups are enrolled"), "\(list.text)")
        #expect(try await reader.enrolment(ofApplication: application) != nil)
        let empty = await mei.open(address).text
        #expect(empty.contains("No startup waits for a place in this cohort.") && !empty.contains("name=\"mentor\""))
    }

    @Test("a call's cohort stands chosen where one of its startups is enrolled")
    func suggested() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let application = try await world.accepted(call)
        let address = "/console/applications/\(application)/enrolment"
        #expect(await !mei.open(address).text.contains("value=\"\(cohort)\" selected"))
        try await world.plant("UPDATE calls SET cohort_id = \(cohort) WHERE id = \(call)")
        let form = await mei.open(address)
        #expect(form.text.contains("value=\"\(cohort)\" selected"), "\(form.text)")
    }
}
