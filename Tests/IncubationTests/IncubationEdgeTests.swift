import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Incubation

/// The whole way of a request: operations, roles, pages.
@Suite("Incubation at the edge")
struct IncubationEdgeTests {
    let kelp: Enrolment.ID = demoID("enrolment kelpsense")
    let call: CallForApplications.ID = demoID("call incubation")
    let cohort: Cohort.ID = demoID("cohort spring")

    @Test("From enrolment to an early end, by JSON")
    func life() async throws {
        let world = try await World()
        let (ravi, mei) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.mei, in: world))
        let application = try await world.accepted(call)
        let enrolled = await mei.ask(
            "POST", "/v1/applications/\(application)/enrolment",
            json: #"{"cohort":"\#(cohort)","mentor":"\#(Cast.iris.person.id)"}"#)
        #expect(enrolled.status == 201, "\(enrolled.text)")
        let place = try #require(enrolled.header("Location"))
        let view = try await ravi.ask("GET", place).json()
        #expect(view["milestones"]?.elements?.count == 6 && view["mentor"]?["name"]?.text == "Iris Kwok")
        let first = try #require(view["milestones"]?.elements?.first?["id"]?.text)
        let shown = await ravi.ask(
            "POST", "/v1/milestones/\(first)/evidence",
            json: #"{"text":"We are set up.","link":"https://ledgerleaf.example/plan"}"#)
        #expect(shown.status == 201, "\(shown.text)")
        let vague = await mei.ask(
            "POST", "/v1/milestones/\(first)/assessment", json: #"{"result":"partly_met","note":"Half."}"#)
        #expect(vague.status == 422 && vague.problem?.errors.first?.pointer == "/credit")
        let judged = await mei.ask(
            "POST", "/v1/milestones/\(first)/assessment",
            json: #"{"result":"partly_met","credit":50,"note":"Half."}"#)
        #expect(judged.status == 201, "\(judged.text)")
        #expect(try judged.json()["progress"]?["earned"] == 1)
        let early = await mei.ask("POST", "\(place)/graduation")
        #expect(early.status == 409 && early.problem?.kind == .milestonesOpen)
        #expect(early.problem?.errors.count == 5)
        #expect(await mei.ask("POST", "\(place)/end", json: #"{"reason":"Merged."}"#).status == 200)
        #expect(await mei.ask("POST", "\(place)/end", json: #"{"reason":"Again."}"#).status == 409)
        #expect(await ravi.ask("POST", "/v1/milestones/\(first)/evidence", json: #"{"text":"More."}"#).status == 409)
    }

    @Test("Roles", arguments: [Cast.ravi, Cast.iris, Cast.leo, Cast.kenji])
    func roles(member: Cast.Member) async throws {
        let world = try await World()
        let visitor = try await Visitor(member, in: world)
        let milestone = try await world.milestones(of: kelp)[1].id
        let seen = await visitor.ask("GET", "/v1/enrolments/\(kelp)").status
        let judged = await visitor.ask(
            "POST", "/v1/milestones/\(milestone)/assessment", json: #"{"result":"met","note":"x"}"#
        ).status
        switch member.seats[0].role {
        case "mentor": #expect((seen, judged) == (200, 403))
        case "founder": #expect((seen, judged) == (404, 403))
        case "manager": #expect((seen, judged) == (404, 404))
        default: #expect((seen, judged) == (403, 403))
        }
    }

    @Test("The founder's home: what matters first, then where they stand, then what is open")
    func home() async throws {
        let world = try await World()
        let ada = try await Visitor(Cast.ada, in: world)
        let page = await ada.open("/portal")
        #expect(page.status == 200, "\(page.text)")
        #expect(page.text.contains("1 of 6 milestones earned"))
        #expect(page.text.contains("/portal/enrolments/\(kelp)"))
        // The call she is in is not offered again; the other one is.
        #expect(!page.text.contains("/portal/calls/\(call)/apply"))
        let fintech: CallForApplications.ID = demoID("call fintech")
        #expect(page.text.contains("/portal/calls/\(fintech)/apply"))
        let ravi = try await Visitor(Cast.ravi, in: world)
        let empty = await ravi.open("/portal")
        #expect(empty.status == 200 && empty.text.contains("/portal/calls/\(call)/apply"))
    }

    @Test("The founder shows something, once, and comes back with what they typed when it is refused")
    func evidence() async throws {
        let world = try await World()
        let ada = try await Visitor(Cast.ada, in: world)
        let milestone = try await world.milestones(of: kelp)[1].id
        let place = "/portal/enrolments/\(kelp)/milestones/\(milestone)"
        #expect(await ada.open("/portal/enrolments/\(kelp)").text.contains(place))
        #expect(await ada.open(place).text.contains("Add evidence"))
        let bad = await ada.send("\(place)/evidence", [("text", "Kept words."), ("link", "javascript:alert(1)")])
        #expect(bad.status == 422 && bad.text.contains("Kept words."), "\(bad.text)")
        let key = UUID().uuidString
        for _ in 1...2 {
            let sent = await ada.send(
                "\(place)/evidence", [("text", "Four weeks."), ("link", ""), ("idempotency_key", key)])
            #expect(sent.status == 303, "\(sent.text)")
        }
        #expect(try await world.milestones(of: kelp)[1].evidence.count == 1)
        #expect(await ada.open("\(place)?done=shown").text.contains("Your evidence was added."))
        // A milestone that is met asks for nothing more.
        let first = try await world.milestones(of: kelp)[0].id
        let met = await ada.open("/portal/enrolments/\(kelp)/milestones/\(first)")
        #expect(met.status == 200 && !met.text.contains("Add evidence"))
        let late = await ada.send("/portal/enrolments/\(kelp)/milestones/\(first)/evidence", [("text", "More.")])
        #expect(late.status == 409)
    }

    @Test("The manager enrols, assesses, is told what is missing, and ends")
    func console() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let application = try await world.accepted(call)
        let door = "/console/applications/\(application)/enrolment"
        #expect(await mei.open(door).text.contains("Enrol LedgerLeaf"))
        #expect(await mei.send(door, [("cohort", ""), ("mentor", "")]).status == 422)
        let enrolled = await mei.send(door, [("cohort", "\(cohort)"), ("mentor", "")])
        #expect(enrolled.status == 303, "\(enrolled.text)")
        #expect(await mei.open(door).status == 303)
        let list = await mei.open("/console/enrolments")
        #expect(list.text.contains("KelpSense") && list.text.contains("LedgerLeaf"))
        #expect(await mei.open("/console/enrolments?state=graduated").text.contains("No enrolment matches"))

        let milestone = try await world.milestones(of: kelp)[1].id
        let place = "/console/enrolments/\(kelp)/milestones/\(milestone)"
        #expect(await mei.open(place).text.contains("has not shown any yet"))
        try await world.show(milestone)
        let vague = await mei.send(
            "\(place)/assessment", [("result", "partly_met"), ("credit", ""), ("note", "Kept words.")])
        #expect(vague.status == 422 && vague.text.contains("Kept words."), "\(vague.text)")
        let judged = await mei.send(
            "\(place)/assessment", [("result", "partly_met"), ("credit", "70"), ("note", "Good.")])
        #expect(judged.status == 303, "\(judged.text)")
        #expect(await mei.open("\(place)?done=assessed").text.contains("70 % credit"))
        let early = await mei.send("/console/enrolments/\(kelp)/graduation")
        #expect(early.status == 409 && early.text.contains("First pilot: nothing was shown yet"))
        #expect(await mei.open("/console/enrolments/\(kelp)/end").text.contains("End the enrolment of KelpSense?"))
        #expect(await mei.send("/console/enrolments/\(kelp)/end", [("reason", "")]).status == 422)
        #expect(await mei.send("/console/enrolments/\(kelp)/end", [("reason", "Moved.")]).status == 303)
        #expect(await mei.open("/console/enrolments/\(kelp)").text.contains("Moved."))
    }

    @Test("The mentor reads everything and finds no form")
    func mentor() async throws {
        let world = try await World()
        let iris = try await Visitor(Cast.iris, in: world)
        #expect(await iris.open("/mentees").text.contains("KelpSense"))
        let page = await iris.open("/mentees/\(kelp)")
        #expect(page.status == 200 && page.text.contains("1 of 6 milestones earned"))
        let milestone = try await world.milestones(of: kelp)[0].id
        let detail = await iris.open("/mentees/\(kelp)/milestones/\(milestone)")
        #expect(detail.status == 200 && detail.text.contains("Three buoys"))
        #expect(!detail.text.contains("class=\"form\""))
        #expect(await iris.open("/console/enrolments/\(kelp)").status == 403)
    }
}
