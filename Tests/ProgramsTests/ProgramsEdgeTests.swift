import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Partnerships
import TestWorld
import Testing
import Vocabulary

@testable import Programs

@Suite("Programs and calls by HTTP")
struct ProgramsEdgeTests {
    private let general: ProgramStream.ID = demoID("stream incubation general")
    private let open: CallForApplications.ID = demoID("call incubation")

    private func body(questions: String = #"[{"prompt": {"en": "Why you?"}, "max_length": 300}]"#) -> String {
        let now = Date.now
        return """
            {"stream": "\(general)", "title": {"en": "Winter intake"},
             "opens_at": "\(now.addingTimeInterval(86_400).formatted(.iso8601))",
             "deadline": {"at": "\(now.addingTimeInterval(864_000).formatted(.iso8601))", "zone": "Asia/Tokyo"},
             "questions": \(questions)}
            """
    }

    @Test("from program to published, extended, cancelled call, as JSON")
    func life() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let program = await mei.ask("POST", "/v1/programs", json: #"{"kind": "ideation", "name": {"en": "Ideas"}}"#)
        #expect(program.status == 201, "\(program.text)")
        let programID = try #require(try program.json()["id"]?.text)
        let stream = await mei.ask(
            "POST", "/v1/streams",
            json: #"{"program": "\#(programID)", "name": {"en": "Robots"}, "focus_areas": ["robotics"]}"#)
        #expect(stream.status == 201, "\(stream.text)")
        let streamID = try #require(try stream.json()["id"]?.text)
        let cohort = await mei.ask(
            "POST", "/v1/cohorts",
            json: """
                {"stream": "\(streamID)", "name": "One", "starts_on": "2027-01-01", "ends_on": "2027-06-30",
                 "capacity": 4}
                """)
        #expect(cohort.status == 201, "\(cohort.text)")
        for created in [program, stream, cohort] {
            let address = try #require(created.header("Location"))
            #expect(await mei.ask("GET", address).body == created.body)
        }

        let drafted = await mei.ask("POST", "/v1/calls", json: body(questions: "[]"))
        #expect(drafted.status == 201, "\(drafted.text)")
        let address = try #require(drafted.header("Location"))
        #expect(await mei.ask("POST", "\(address)/publication").status == 409)
        let tag = try #require(await mei.ask("GET", address).header("ETag"))
        let revised = await mei.ask("PUT", address, json: body(), headers: [("If-Match", tag)])
        #expect(revised.status == 200, "\(revised.text)")
        let published = await mei.ask("POST", "\(address)/publication")
        #expect(try published.json()["status"]?.text == "scheduled", "\(published.text)")

        let ada = try await Visitor(Cast.ada, in: world)
        let form = try await ada.ask("GET", "\(address)/form").json()
        #expect(form["questions"]?.elements?.first?["prompt"]?["en"]?.text == "Why you?")
        let closing = Date.now.addingTimeInterval(1_000_000).formatted(.iso8601)
        let extended = await mei.ask(
            "POST", "\(address)/extension", json: #"{"closes_at": "\#(closing)", "reason": "Holiday"}"#)
        #expect(try extended.json()["deadline"]?["at"]?.text == closing, "\(extended.text)")
        let moved = try await ada.ask("GET", "\(address)/extensions").json()["items"]?.elements ?? []
        #expect(moved.compactMap { $0["reason"]?.text } == ["Holiday"])
        let shortened = await mei.ask(
            "POST", "\(address)/extension", json: #"{"closes_at": "\#(closing)", "reason": "Again"}"#)
        #expect(shortened.status == 422)
        let cancelled = await mei.ask("POST", "\(address)/cancellation", json: #"{"reason": "Floods"}"#)
        #expect(try cancelled.json()["cancellation_reason"]?.text == "Floods")
        #expect(await mei.ask("POST", "\(address)/cancellation", json: #"{"reason": "Floods"}"#).status == 409)
    }

    @Test("only managers write", arguments: [Cast.kenji, Cast.ada, Cast.jun, Cast.iris])
    func roles(member: Cast.Member) async throws {
        let world = try await World()
        let visitor = try await Visitor(member, in: world)
        #expect(await visitor.ask("GET", "/v1/calls/\(open)").status == 200)
        #expect(await visitor.ask("GET", "/v1/programs").status == 200)
        #expect(await visitor.ask("POST", "/v1/calls", json: body()).status == 403)
        #expect(await visitor.ask("POST", "/v1/calls/\(open)/publication").status == 403)
        #expect(
            await visitor.ask("POST", "/v1/calls/\(open)/cancellation", json: #"{"reason": "x"}"#).status == 403)
        #expect(await visitor.open("/console/programs").status == 403)
        #expect(await visitor.open("/calls/\(open)").status == 200)
    }

    @Test("lists are filtered by standing")
    func filters() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let calls = try await mei.ask("GET", "/v1/calls?status=open&limit=1").json()
        #expect(calls["items"]?.elements?.count == 1)
        #expect(calls["next"]?.text != nil)
        #expect(try await mei.ask("GET", "/v1/calls?status=closed").json()["items"]?.elements?.isEmpty == true)
        #expect(await mei.ask("GET", "/v1/calls?status=ajar").status == 422)
    }

    @Test("the console: overview, draft, publish, extend, cancel, by forms")
    func console() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let overview = await mei.open("/console/programs")
        #expect(overview.text.contains("Global Acceleration"))
        #expect(overview.text.contains("MoU-2"))
        #expect(overview.text.contains("In force"))

        #expect(await mei.open("/console/programs/new").status == 200)
        #expect(await mei.send("/console/programs/new", [("kind", ""), ("name.en", "")]).status == 422)
        let added = await mei.send("/console/programs/new", [("kind", "ideation"), ("name.en", "Ideas")])
        #expect(added.status == 303, "\(added.text)")
        let program: Program.ID = demoID("program incubation")
        let bank = ProgramStream.Partner(
            Cast.institution("harbour/sakuragi"), under: demoID("mou MoU-2") as MoU.ID)
        let streams = "/console/programs/\(program)/streams/new"
        #expect(await mei.open(streams).text.contains(bank.field))
        let stream = await mei.send(
            streams,
            [("name.en", "Health"), ("focus_areas", "fintech"), ("focus_areas", "robotics"), ("partners", bank.field)])
        #expect(stream.status == 303, "\(stream.text)")
        let cohorts = "/console/streams/\(general)/cohorts/new"
        #expect(await mei.open(cohorts).status == 200)
        let cohort = await mei.send(
            cohorts, [("name", "Two"), ("starts_on", "2027-01-01"), ("ends_on", "2026-01-01"), ("capacity", "3")])
        #expect(cohort.status == 422)
        #expect(cohort.text.contains("A cohort ends after the day it starts."))

        let calls = "/console/streams/\(general)/calls/new"
        #expect(await mei.open(calls).status == 200)
        let backwards = await mei.send(calls, form(opens: "2099-03-01T09:00", closes: "2099-02-01T18:00"))
        #expect(backwards.status == 422)
        #expect(backwards.text.contains("A call closes after it opens."))
        let spring: Cohort.ID = demoID("cohort spring")
        let over = await mei.send(
            calls, form(opens: "2099-02-01T09:00", closes: "2099-03-01T18:00") + [("cohort", "\(spring)")])
        #expect(over.status == 422 && over.text.contains("The cohort ends before the call closes."), "\(over.text)")
        #expect(over.text.contains("value=\"\(spring)\" selected"))
        let drafted = await mei.send(calls, form(opens: "2099-02-01T09:00", closes: "2099-03-01T18:00"))
        #expect(drafted.status == 303, "\(drafted.text)")
        let address = try #require(drafted.header("Location")?.split(separator: "?").first.map(String.init))
        let page = await mei.open(address)
        #expect(page.text.contains("1 Mar 2099, 18:00"))
        #expect(page.text.contains("19:00 Tokyo"))
        let edit = await mei.open("\(address)/edit")
        #expect(edit.text.contains("questions.0.id"))
        #expect(await mei.send("\(address)/publication").status == 303)
        #expect(await mei.send("\(address)/publication").status == 409)
        #expect(await mei.open("\(address)/extension").status == 200)
        let earlier = await mei.send(
            "\(address)/extension", [("closes_at", "2099-02-15T18:00"), ("reason", "Oops")])
        #expect(earlier.status == 422)
        let later = await mei.send("\(address)/extension", [("closes_at", "2099-03-15T18:00"), ("reason", "Holiday")])
        #expect(later.status == 303, "\(later.text)")
        #expect(await mei.open(address).text.contains("Holiday"))
        #expect(await mei.open("\(address)/cancellation").status == 200)
        #expect(await mei.send("\(address)/cancellation", [("reason", "")]).status == 422)
        #expect(await mei.send("\(address)/cancellation", [("reason", "Typhoon")]).status == 303)
        #expect(await mei.open(address).text.contains("Typhoon"))
    }

    private func form(opens: String, closes: String) -> [(String, String)] {
        [
            ("title.en", "Far call"), ("title.ja", "遠い公募"), ("time_zone", "Asia/Hong_Kong"), ("opens_at", opens),
            ("closes_at", closes), ("grace_minutes", "5"), ("questions.0.prompt.en", "Why?"),
            ("questions.0.prompt.ja", ""), ("questions.0.hint.en", ""), ("questions.0.max_length", ""),
            ("questions.0.is_required", "true"), ("questions.1.prompt.en", ""), ("questions.1.hint.en", ""),
            ("questions.1.max_length", ""),
        ]
    }

    @Test("a founder reads the deadline in two zones and may apply; others read without the button")
    func publicPage() async throws {
        let world = try await World()
        let ada = try await Visitor(Cast.ada, in: world)
        let list = await ada.open("/calls")
        #expect(list.text.contains("/calls/\(open)"))
        let page = await ada.open("/calls/\(open)")
        #expect(page.text.contains("/portal/calls/\(open)/apply"))
        #expect(page.text.contains("12:00"))
        #expect(page.text.contains("13:00 Tokyo"))
        #expect(page.text.contains("Which problem do you solve"))
        let kenji = try await Visitor(Cast.kenji, in: world)
        #expect(!(await kenji.open("/calls/\(open)").text.contains("/portal/calls/\(open)/apply")))
        let leo = try await Visitor(Cast.leo, in: world)
        #expect(await leo.open("/calls/\(open)").status == 404)
    }
}
