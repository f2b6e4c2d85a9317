import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

@Suite("Rounds as a stream plans them")
struct PlannedRoundTests {
    private let joint: CallForApplications.ID = demoID("call fintech")

    @Test("a round begins as the stream plans the next one, with its rubric")
    func planned() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let call = try #require(try await reader.call(joint))
        let design = try #require(try await reader.design(of: call.stream))
        let first = try #require(try await reader.plannedRound(of: joint, now: .now))
        #expect(first.draft.name == design.rounds.first?.name)
        #expect(first.draft.isBlind)
        #expect(first.draft.criteria.map(\.name) == design.rubric.map(\.name))
        #expect(first.draft.criteria.reduce(0) { $0 + $1.weight } == 100)
        let days = try #require(design.rounds.first?.days)
        #expect(first.draft.due.localTime.date == call.deadline.localTime.date.adding(days: days))
        // After a closing that is long past, reviewers have their days all the same.
        let late = call.deadline.instant.addingTimeInterval(90 * 86_400)
        let second = try #require(try await reader.plannedRound(of: joint, now: late))
        #expect(second.draft.due.instant > late)

        let mei = try await Visitor(Cast.mei, in: world)
        let page = await mei.open("/console/rounds/new?call=\(joint)")
        #expect(page.text.contains("Fit with the partner") && page.text.contains("Paper review"))
        let told = await mei.ask("GET", "/v1/calls/\(joint)/planned-round")
        #expect(told.status == 200, "\(told.text)")
        let plan = try told.json()
        #expect(plan["position"] == 1 && plan["days"] == JSON(integerLiteral: days) && plan["is_blind"] == true)
        #expect(plan["criteria"]?.elements?.count == design.rubric.count)
        #expect(plan["criteria"]?.elements?.first?["id"]?.text == nil, "a criterion that is only planned has no id yet")
        let drafted = await mei.ask(
            "POST", "/v1/calls/\(joint)/rounds",
            json: """
                {"name": {"en": "Paper"}, "is_blind": true,
                 "due": {"at": "2030-01-01T10:00:00Z", "zone": "Asia/Hong_Kong"}}
                """)
        #expect(drafted.status == 201, "\(drafted.text)")
        #expect(try drafted.json()["criteria"]?.elements?.count == design.rubric.count)
        #expect(try await reader.plannedRound(of: joint, now: .now)?.draft.name == design.rounds.last?.name)
        // A round more than is planned is nobody's plan.
        _ = await mei.ask(
            "POST", "/v1/calls/\(joint)/rounds",
            json: """
                {"name": {"en": "Panel"}, "is_blind": false, "criteria": [],
                 "due": {"at": "2030-01-01T10:00:00Z", "zone": "Asia/Hong_Kong"}}
                """)
        #expect(try await reader.plannedRound(of: joint, now: .now) == nil)
        #expect(await mei.ask("GET", "/v1/calls/\(joint)/planned-round").status == 404)
    }

    @Test("a new round is reached from its call and from the list of its rounds, and begins with no other call's")
    func reached() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let address = "/console/rounds/new?call=\(joint)"
        #expect(await mei.open("/console/calls/\(joint)").text.contains("href=\"\(address)\""))
        #expect(await mei.open("/console/rounds?call=\(joint)").text.contains("href=\"\(address)\""))
        // Without a call nothing can be begun: the calls are there to choose from.
        let choice = await mei.open("/console/rounds/new")
        #expect(choice.status == 200 && choice.text.contains("href=\"\(address)\""))
        #expect(!choice.text.contains("criteria.0.name.en"))
        #expect(await mei.open("/console/rounds/new?call=\(CallForApplications.ID())").status == 404)
    }

    @Test(
        "the meanings of a scale's middle scores come from the plan into the round, and stay when its draft is edited")
    func middle() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let planned = try #require(try await reader.plannedRound(of: joint, now: .now)).draft
        #expect(planned.criteria.allSatisfy { $0.anchors["3"] != nil }, "the test needs a meaning in the middle")
        let page = await mei.open("/console/rounds/new?call=\(joint)")
        #expect(page.text.contains("name=\"criteria.0.meanings.0.score\" value=\"3\""))
        #expect(page.text.contains("name=\"criteria.0.meanings.0.meaning.en\""))
        func pairs(_ values: [String: [String]]) -> [(String, String)] {
            // In order: rows are told by where they first appear.
            values.sorted { $0.key < $1.key }.flatMap { name, texts in texts.map { (name, $0) } }
        }
        var values = RoundForm.values(of: planned)
        values["call"] = [joint.description]
        let drafted = await mei.send("/console/rounds/new", pairs(values))
        #expect(drafted.status == 303, "\(drafted.text.prefix(600))")
        let round = try #require(try await reader.rounds(of: joint).first)
        #expect(round.criteria.map(\.anchors) == planned.criteria.map(\.anchors))

        #expect(await mei.open("/console/rounds/\(round.id)").text.contains("3 (Some evidence)"))
        let place = "/console/rounds/\(round.id)/edit"
        let edit = await mei.open(place)
        let match = try #require(edit.text.firstMatch(of: #/name="version" value="([^"]+)"/#))
        let version = String(match.1).replacing("&quot;", with: "\"").replacing("&#34;", with: "\"")
        var mended = RoundForm.values(of: round)
        mended["version"] = [version]
        mended["quorum"] = ["1"]
        mended["criteria.0.meanings.0.meaning.en"] = ["Somewhere in between"]
        let narrow = mended.merging(["criteria.0.lowest": ["4"]]) { $1 }
        let refused = await mei.send(place, pairs(narrow))
        #expect(refused.status == 422, "\(refused.text)")
        #expect(refused.text.contains("href=\"#f-criteria-0-meanings-0-meaning"), "\(refused.text)")
        let saved = await mei.send(place, pairs(mended))
        #expect(saved.status == 303, "\(saved.text.prefix(600))")
        let kept = try #require(try await reader.round(round.id))
        #expect(kept.quorum == 1)
        #expect(kept.criteria.first?.anchors["3"]?.text(for: .english) == "Somewhere in between")
        #expect(kept.criteria.dropFirst().map(\.anchors) == planned.criteria.dropFirst().map(\.anchors))
    }

    @Test("a draft of a call that nobody would judge says so on its page, until a round is drafted or planned")
    func unjudged() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let warning = "No round of review is drafted for this call"
        func draft(in stream: ProgramStream.ID) async throws -> CallForApplications.ID {
            let id = CallForApplications.ID()
            let draft = try CallDraft(
                stream: stream, title: LocalizedName(en: "To be judged"), opensAt: Date.now.addingTimeInterval(86_400),
                deadline: Deadline(Date.now.addingTimeInterval(30 * 86_400), in: .hongKong),
                questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Q?"))])
            _ = try await world.database.write(as: world.context(Cast.mei)) {
                try await $0.draftCall(draft, as: id, in: Cast.harbour.id)
            }
            return id
        }
        let planned = try await draft(in: demoID("stream acceleration fintech"))
        #expect(await mei.open("/console/calls/\(planned)").text.contains(warning) == false)
        let plain = try await draft(in: demoID("stream incubation general"))
        #expect(await mei.open("/console/calls/\(plain)").text.contains(warning))
        let drafted = await mei.ask(
            "POST", "/v1/calls/\(plain)/rounds",
            json: """
                {"name": {"en": "Paper"}, "is_blind": true,
                 "due": {"at": "2030-01-01T10:00:00Z", "zone": "Asia/Hong_Kong"}}
                """)
        #expect(drafted.status == 201, "\(drafted.text)")
        #expect(await mei.open("/console/calls/\(plain)").text.contains(warning) == false)
        // What is published is not warned of any more.
        let published = try await draft(in: demoID("stream incubation general"))
        #expect(await mei.send("/console/calls/\(published)/publication").status == 303)
        #expect(await mei.open("/console/calls/\(published)").text.contains(warning) == false)
    }

    @Test("a form asks for the middle of a scale, and for no score between two that are next to each other")
    func between() {
        func scores(_ lowest: Int, _ highest: Int) -> [Int] {
            RoundForm.scoresBetween(
                ofRow: 0, in: ["criteria.0.lowest": ["\(lowest)"], "criteria.0.highest": ["\(highest)"]])
        }
        #expect(RoundForm.scoresBetween(ofRow: 0, in: [:]) == [3])
        #expect(scores(0, 10) == [5])
        #expect(scores(1, 2) == [])
        #expect(scores(.min, .max) == [])
        #expect(RoundForm.scoresBetween(ofRow: 0, in: ["criteria.0.meanings.0.score": ["4"]]) == [4])
    }

    @Test("who does not keep rounds learns of no plan")
    func wall() async throws {
        let world = try await World()
        for member in [Cast.ada, Cast.nora, Cast.leo] {
            let reader = world.database.reader(as: world.context(member))
            #expect(try await reader.plannedRound(of: joint, now: .now) == nil)
            let visitor = try await Visitor(member, in: world)
            let refused = await visitor.ask("GET", "/v1/calls/\(joint)/planned-round")
            // A manager of another park is let in, and finds nothing.
            #expect(refused.status == (member.person.id == Cast.leo.person.id ? 404 : 403))
        }
    }
}
