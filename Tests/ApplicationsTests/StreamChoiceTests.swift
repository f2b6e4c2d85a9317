import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

@Suite("Streams in order of preference")
struct StreamChoiceTests {
    private let ravi = Cast.ravi.person.id

    private func choose(
        _ streams: [ProgramStream.ID?], seen: Fingerprint? = nil, of id: Application.ID, in world: World
    ) async throws {
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.chooseStreams(streams, seen: seen, of: id, by: ravi)
        }
    }

    private func submit(_ id: Application.ID, in world: World) async throws {
        _ = try await world.database.write(as: world.context(Cast.ravi)) {
            try await $0.submitApplication(id, by: ravi)
        }
    }

    @Test("An order names each fault at its place, and closes up at its end")
    func rule() throws {
        let (one, two, three) = (ProgramStream.ID(), ProgramStream.ID(), ProgramStream.ID())
        let offered = try [one, two].map { OfferedStream(stream: $0, name: try LocalizedName(en: "S"), places: nil) }
        #expect(try StreamChoices([two, one, nil], among: offered).streams == [two, one])
        #expect(try StreamChoices([nil, nil], among: offered).streams == [])
        #expect(throws: ChoicesRefusal.faults([0: .skipped, 2: .notOffered])) {
            try StreamChoices([nil, two, three], among: offered)
        }
        #expect(throws: ChoicesRefusal.faults([1: .repeated])) { try StreamChoices([one, one], among: offered) }
        let problem = ChoicesRefusal.faults([1: .repeated]).problem
        #expect(problem.errors.map(\.pointer) == ["/streams/1"])
    }

    @Test("A draft needs one choice to be handed in, for the verb and for the database; from then on it stands")
    func life() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let id = try await world.draft(to: call.id)
        try await world.fill(id, of: call.id)
        let founder = world.database.reader(as: world.context(Cast.ravi))
        let manager = world.database.reader(as: world.context(Cast.mei))
        #expect(try await founder.application(id)?.count.isComplete == false)
        #expect(try await founder.application(id)?.count.required == 2)
        let refusal = await #expect(throws: ApplicationRefusal.self) { try await submit(id, in: world) }
        #expect(refusal == .incomplete([.init(question: nil, reason: .noStreamChosen)]))
        #expect(refusal?.problem.errors.map(\.pointer) == ["/streams"])
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) {
                try await $0.execute(
                    "UPDATE applications SET state = 'submitted', submitted_at = now() WHERE id = \(id)")
            }
        }
        #expect(wall?.constraint == "submissions_choose_a_stream")

        try await choose([call.other, call.own], of: id, in: world)
        #expect(try await founder.streamChoices(of: id) == [call.other, call.own])
        // A manager knows that something was chosen, and nothing else of a draft.
        #expect(try await manager.streamChoices(of: id).isEmpty)
        #expect(try await manager.application(id)?.count.isComplete == true)
        let hidden: Int = try await manager.value(
            "SELECT count(*) AS rows FROM stream_choices WHERE application_id = \(id)")
        #expect(hidden == 0)
        let told: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) AS rows FROM audit_events WHERE noun = 'stream_choices' AND object_id = \(id)
              AND coalesce(before::text, '') || coalesce(after::text, '') LIKE '%' || \(call.other.description) || '%'
            """)
        #expect(told == 0)

        try await submit(id, in: world)
        #expect(try await manager.streamChoices(of: id) == [call.other, call.own])
        await #expect(throws: ApplicationRefusal.answersAreFrozen) {
            try await choose([call.own], of: id, in: world)
        }
        let frozen = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) {
                try await $0.execute("DELETE FROM stream_choices WHERE application_id = \(id)")
            }
        }
        #expect(frozen?.constraint == "choices_are_frozen_once_submitted")
        let copy = try #require(try await founder.snapshots(of: id).first)
        #expect(copy.isIntact && copy.content.choices?.map(\.stream) == [call.other, call.own])
        #expect(copy.content.choices?.map(\.rank) == [1, 2])

        // Taken back and begun again, the order comes along.
        let again = Application.ID()
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.withdrawApplication(id, because: nil, by: ravi)
            _ = try await transaction.beginAgain(from: id, as: again, in: Cast.harbour.id, by: ravi)
        }
        #expect(try await founder.streamChoices(of: again) == [call.other, call.own])
        try await choose([], of: again, in: world)
        #expect(try await founder.streamChoices(of: again).isEmpty)
    }

    @Test("A stream that closes before its call: named until then, told of, and no longer handed in after")
    func closing() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams(closing: Date.now.addingTimeInterval(3600))
        let id = try await world.draft(to: call.id)
        try await world.fill(id, of: call.id)
        try await choose([call.own, call.other], of: id, in: world)
        let founder = world.database.reader(as: world.context(Cast.ravi))
        let open = try #require(try await founder.application(id))
        #expect(open.due.instant < open.deadline.instant && open.isReady)
        // Which streams a draft names shows in nothing that a manager reads.
        let manager = world.database.reader(as: world.context(Cast.mei))
        #expect(try await manager.application(id)?.due == open.deadline)
        for (member, due) in [(Cast.ravi, open.due), (Cast.mei, open.deadline)] {
            let view = try await Visitor(member, in: world).ask("GET", "/v1/applications/\(id)").json()
            // JSON says a deadline to the millisecond, and where it was set.
            let said = view["due"]?["at"]?.text?.prefix(19)
            #expect(said == Timestamp.text(due.instant).prefix(19), "\(member.person.name)")
            #expect(view["due"]?["zone"]?.text == "Asia/Hong_Kong")
        }

        try await world.closes(call.other, of: call.id, in: "-1 hour")
        let closed = try #require(try await founder.application(id))
        #expect(!closed.isReady && closed.due == closed.deadline)
        let refusal = await #expect(throws: ApplicationRefusal.self) { try await submit(id, in: world) }
        #expect(refusal?.problem.errors.map(\.pointer) == ["/streams/1"])
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) {
                try await $0.execute(
                    "UPDATE applications SET state = 'submitted', submitted_at = now() WHERE id = \(id)")
            }
        }
        #expect(wall?.constraint == "submissions_name_open_streams")
        let visitor = try await Visitor(Cast.ravi, in: world)
        let page = await visitor.open("/portal/applications/\(id)")
        let gaps = try await visitor.ask("GET", "/v1/applications/\(id)").json()["gaps"]?.elements ?? []
        #expect(gaps.map { $0["pointer"]?.text } == ["/streams/1"] && gaps.first?["question"] == nil)
        #expect(page.text.contains("“Deep tech” closed at") && page.text.contains("Deep tech, closes"))
        let seen = StreamChoices.fingerprint(of: [call.own, call.other]).description
        let sent = await visitor.send(
            "/portal/applications/\(id)/submission",
            [
                ("seen_streams", seen), ("choices_streams.0", call.own.description),
                ("choices_streams.1", call.other.description),
            ])
        #expect(sent.status == 422 && sent.text.contains("“Deep tech” closed at"))
        #expect(sent.text.contains("value=\"\(call.other)\" selected"))

        // The grace of the call is that of its streams, and what was handed in keeps its choice.
        try await world.closes(call.other, of: call.id, in: "-20 seconds")
        try await submit(id, in: world)
        try await world.closes(call.other, of: call.id, in: "-1 hour")
        #expect(try await manager.streamChoices(of: id) == [call.own, call.other])
    }

    @Test("While changes are asked for, the order stands, and is in the second copy")
    func changes() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let id = try await world.draft(to: call.id)
        try await world.fill(id, of: call.id)
        try await choose([call.other], of: id, in: world)
        try await submit(id, in: world)
        let question = try #require(try await world.questions(of: call.id).first?.id)
        _ = try await world.ask(id, of: [question])
        await #expect(throws: ApplicationRefusal.answersAreFrozen) { try await choose([call.own], of: id, in: world) }
        let visitor = try await Visitor(Cast.ravi, in: world)
        let page = await visitor.open("/portal/applications/\(id)")
        #expect(page.status == 200 && !page.text.contains("choices_streams.0"))
        _ = try await world.database.write(as: world.context(Cast.ravi)) {
            try await $0.resubmitApplication(id, by: ravi)
        }
        let copies = try await world.database.reader(as: world.context(Cast.ravi)).snapshots(of: id)
        #expect(copies.map { $0.content.choices?.map(\.stream) } == [[call.other], [call.other]])
    }

    @Test("A call of one stream asks for no order, and its copy says nothing of one")
    func one() async throws {
        let world = try await World()
        let call: CallForApplications.ID = demoID("call incubation")
        let id = try await world.submitted(to: call)
        let copy = try #require(
            try await world.database.reader(as: world.context(Cast.ravi)).snapshots(of: id).first)
        #expect(copy.content.choices == nil && !copy.canonical.contains("choices"))
        let draft = try await world.draft(to: demoID("call fintech"))
        await #expect(throws: ChoicesRefusal.nothingToChoose) {
            try await choose([demoID("stream acceleration fintech")], of: draft, in: world)
        }
    }

    @Test(
        "Another startup, a reviewer, a partner, an investor and another park know nothing of it",
        arguments: [Cast.ada, Cast.nora, Cast.jun, Cast.leo, Cast.grace, Cast.kenji])
    func others(member: Cast.Member) async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let id = try await world.draft(to: call.id)
        try await world.fill(id, of: call.id)
        try await choose([call.other, call.own], of: id, in: world)
        try await submit(id, in: world)
        let reader = world.database.reader(as: world.context(member))
        #expect(try await reader.streamChoices(of: id).isEmpty)
        let rows: Int = try await reader.value("SELECT count(*) AS rows FROM stream_choices")
        #expect(rows == 0)
        let visitor = try await Visitor(member, in: world)
        #expect([403, 404].contains(await visitor.ask("GET", "/v1/applications/\(id)/choices").status))
    }

    @Test("By API: read, replaced whole, each fault at its place")
    func api() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let id = try await world.draft(to: call.id)
        let (ravi, mei) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.mei, in: world))
        let address = "/v1/applications/\(id)/choices"
        func put(_ streams: [String]) async throws -> (status: Int, pointers: [String]) {
            let tag = try #require(await ravi.ask("GET", address).header("ETag"))
            let body = "{\"streams\": [\(streams.map { "\"\($0)\"" }.joined(separator: ", "))]}"
            let answer = await ravi.ask("PUT", address, json: body, headers: [("If-Match", tag)])
            return (answer.status, answer.problem?.errors.map(\.pointer) ?? [])
        }
        let (own, other) = (call.own.description, call.other.description)
        #expect(try await put([other, own]).status == 200)
        let read = try await ravi.ask("GET", address).json()
        #expect(read["streams"]?.elements?.compactMap { $0["id"]?.text } == [other, own])
        #expect(try await put([own, own]) == (422, ["/streams/1"]))
        #expect(try await put([ProgramStream.ID().description]) == (422, ["/streams/0"]))
        #expect(try await put(Array(repeating: own, count: 400)).status == 422)
        #expect(await mei.ask("GET", address).status == 404)
        #expect(await ravi.ask("PUT", address, json: "{\"streams\": 7}").status >= 400)
    }

    @Test(
        "On the page: numbered lists, saved and autosaved with the draft, faults beside them, a co-founder's order kept"
    )
    func page() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams(places: (3, nil))
        let ravi = try await Visitor(Cast.ravi, in: world)
        #expect(await ravi.open("/portal/calls/\(call.id)/apply").text.contains("Deep tech"))
        let id = try await world.draft(to: call.id)
        let place = "/portal/applications/\(id)"
        let founder = world.database.reader(as: world.context(Cast.ravi))
        for language in ["en", "zh-Hant", "ja"] {
            let page = await ravi.open("\(place)?lang=\(language)")
            #expect(page.status == 200 && page.text.contains("name=\"choices_streams.1\""))
            #expect(page.text.contains("name=\"seen_streams\""))
        }
        let (own, other) = (call.own.description, call.other.description)
        let empty = StreamChoices.fingerprint(of: []).description
        func send(_ to: String, _ first: String?, _ second: String?, seen: String) async -> Outgoing {
            await ravi.send(
                "\(place)/\(to)",
                [("seen_streams", seen)] + (first.map { [("choices_streams.0", $0)] } ?? [])
                    + (second.map { [("choices_streams.1", $0)] } ?? []))
        }
        let twice = await send("answers", own, own, seen: empty)
        #expect(twice.status == 422 && twice.text.contains("further up") && twice.text.contains("f-choices_streams-1"))
        let skipped = await send("answers", "", own, seen: empty)
        #expect(skipped.status == 422 && skipped.text.contains("before the next one"))
        #expect(skipped.text.contains("value=\"\(own)\" selected"))
        #expect(await send("answers", "nonsense", "", seen: empty).status == 422)
        #expect(try await founder.streamChoices(of: id).isEmpty)
        let missing = await send("submission", "", "", seen: empty)
        #expect(missing.status == 422 && missing.text.contains("Choose one stream at least."))
        #expect(await send("answers", other, "", seen: empty).status == 303)
        #expect(try await founder.streamChoices(of: id) == [call.other])

        // A script sends what changed; the rest is as it is stored.
        let before = StreamChoices.fingerprint(of: [call.other]).description
        let saved = await send("autosave", nil, own, seen: before)
        #expect(try await founder.streamChoices(of: id) == [call.other, call.own])
        let now = StreamChoices.fingerprint(of: [call.other, call.own]).description
        #expect(saved.status == 200 && saved.text.contains(now))
        let half = await send("autosave", own, nil, seen: now)
        #expect(half.status == 200 && half.text.contains(#""choices_streams""#) && half.text.contains("further up"))
        // What a co-founder wrote meanwhile is not carried away by an older page.
        let stale = await send("answers", own, "", seen: before)
        #expect(stale.status == 409 && stale.text.contains("Deep tech"))
        #expect(await send("answers", other, "", seen: before).status == 303)
        #expect(try await founder.streamChoices(of: id) == [call.other, call.own])

        try await world.fill(id, of: call.id)
        #expect(await send("submission", own, other, seen: now).status == 303)
        #expect(try await founder.streamChoices(of: id) == [call.own, call.other])
        #expect(await ravi.open(place).text.contains("2. Deep tech"))
        #expect(await ravi.open("\(place)/copies/1").text.contains("2. Deep tech"))
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await mei.open("/console/applications/\(id)").text.contains("2. Deep tech"))
        #expect(await mei.open("/console/applications/\(id)/copies/1").text.contains("2. Deep tech"))
        #expect(await mei.open("/console/calls/\(call.id)/preview").text.contains("choices_streams.1"))
    }
}
