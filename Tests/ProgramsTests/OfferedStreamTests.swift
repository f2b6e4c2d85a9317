import API
import Accounts
import DemoWorld
import Foundation
import Partnerships
import Postgres
import TestWorld
import Testing
import Vocabulary
import Wording

@testable import Programs

@Suite("Calls that offer several streams")
struct OfferedStreamTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let general: ProgramStream.ID = demoID("stream incubation general")
    private let fintech: ProgramStream.ID = demoID("stream acceleration fintech")
    private let second: MoU.ID = demoID("mou MoU-2")

    private func draft(_ offered: [CallDraft.Offered], of stream: ProgramStream.ID? = nil) throws -> CallDraft {
        let opens = Date.now.addingTimeInterval(5 * 86_400)
        return try CallDraft(
            stream: stream ?? general, title: LocalizedName(en: "Intake 2026"), opensAt: opens,
            deadline: Deadline(opens.addingTimeInterval(20 * 86_400), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Why?"))], offered: offered)
    }

    /// A further stream of the incubation program.
    private func stream(in world: World, partner: Bool = false, program: String = "incubation") async throws
        -> ProgramStream.ID
    {
        let id = ProgramStream.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.addStream(
                NewStream(
                    program: demoID("program \(program)"), name: LocalizedName(en: "Deep tech"), focusAreas: [],
                    partners: partner
                        ? [ProgramStream.Partner(Cast.institution("harbour/sakuragi"), under: second)] : []),
                as: id, in: tenant)
        }
        return id
    }

    @Test("are drafted, revised and read in order, and stand once they are published")
    func life() async throws {
        let world = try await World()
        let deep = try await stream(in: world)
        let id = CallForApplications.ID()
        let call = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.draftCall(try draft([.init(deep, places: 3), .init(general)]), as: id, in: tenant)
        }
        #expect(call.offered.map(\.stream) == [deep, general] && call.offered.map(\.places) == [3, nil])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let one = try await transaction.reviseCall(id, to: try draft([]), in: tenant) { _ in }
            #expect(!one.offersChoice)
            _ = try await transaction.reviseCall(id, to: try draft([.init(general), .init(deep)]), in: tenant) { _ in }
            _ = try await transaction.publishCall(id, by: mei)
        }
        // Founders read it; what is published, nobody changes, not even past the verbs.
        let read = try await world.database.reader(as: world.context(Cast.ravi)).call(id)
        #expect(read?.offered.map(\.name.description) == call.offered.reversed().map(\.name.description))
        for sql: Query in [
            "DELETE FROM offered_streams WHERE call_id = \(id)",
            "UPDATE offered_streams SET places = 1 WHERE call_id = \(id)",
        ] {
            let wall = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(sql) }
            }
            #expect(wall?.constraint == "offered_streams_stand_once_published")
        }
        let changed = try await world.database.write(as: world.context(Cast.ravi)) {
            try await $0.execute("UPDATE offered_streams SET places = 1 WHERE call_id = \(id)")
        }
        #expect(changed == 0)
    }

    @Test("refuse each fault where it stands")
    func faults() async throws {
        let world = try await World()
        let deep = try await stream(in: world)
        func errors(_ offered: [CallDraft.Offered]) async throws -> [String] {
            let problem = await #expect(throws: Problem.self) {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    _ = try await transaction.draftCall(try draft(offered), as: .init(), in: tenant)
                }
            }
            return problem?.errors.map(\.pointer) ?? []
        }
        #expect(try await errors([.init(general)]) == ["/offered_streams"])
        #expect(try await errors([.init(deep), .init(deep)]) == ["/offered_streams", "/offered_streams/1/stream"])
        #expect(try await errors([.init(general), .init(fintech)]) == ["/offered_streams/1/stream"])
        #expect(try await errors([.init(general), .init(ProgramStream.ID())]) == ["/offered_streams/1/stream"])
        #expect(try await errors([.init(general, places: 0), .init(deep)]) == ["/offered_streams/0/places"])
        for days in [4, 26] {
            let closing = Date.now.addingTimeInterval(Double(days) * 86_400)
            #expect(
                try await errors([.init(general), .init(deep, closesAt: closing)]) == ["/offered_streams/1/closes_at"])
        }
    }

    @Test("hold their rules in the database, too")
    func walls() async throws {
        let world = try await World()
        let id = CallForApplications.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(try draft([]), as: id, in: tenant)
        }
        func offer(_ streams: [ProgramStream.ID]) async -> String? {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.execute(
                        """
                        INSERT INTO offered_streams (tenant_id, call_id, stream_id, position)
                        SELECT \(tenant), \(id), s, n FROM unnest(\(streams)) WITH ORDINALITY AS f (s, n)
                        """)
                }
            }?.constraint
        }
        #expect(await offer([general, fintech]) == "offered_streams_are_of_one_program")
        #expect(await offer([general]) == "calls_offer_their_own_stream_and_others")
    }

    @Test("may close before their call: later with a reason, never after the call, and never earlier once published")
    func closings() async throws {
        let world = try await World()
        let deep = try await stream(in: world)
        let id = CallForApplications.ID()
        @Sendable func days(_ days: Double) -> Date {
            Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 + days * 86_400).rounded())
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(
                try draft([.init(general), .init(deep, closesAt: days(10))]), as: id, in: tenant)
        }
        // The database holds it for drafts, too.
        let late = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    "UPDATE offered_streams SET closes_at = \(days(40)) WHERE call_id = \(id) AND stream_id = \(deep)")
            }
        }
        #expect(late?.constraint == "streams_close_within_their_call")
        let shrunk = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute("UPDATE calls SET closes_at = \(days(8)) WHERE id = \(id)")
            }
        }
        #expect(shrunk?.constraint == "streams_close_within_their_call")
        // What would be closed when it goes out does not go out.
        try await world.closes(deep, of: id, in: "-1 minute")
        await #expect(throws: CallRefusal.windowIsOver) {
            try await world.database.write(as: world.context(Cast.mei)) { _ = try await $0.publishCall(id, by: mei) }
        }
        try await world.closes(deep, of: id, in: "10 days")
        try await world.database.write(as: world.context(Cast.mei)) { _ = try await $0.publishCall(id, by: mei) }

        func extend(_ stream: ProgramStream.ID, to closing: Date) async throws {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.extendCall(
                    id, stream: stream, to: closing, because: ShortText("The partner asked for it."), in: tenant,
                    by: mei)
            }
        }
        await #expect(throws: CallRefusal.closingIsNotLater) { try await extend(deep, to: days(9)) }
        await #expect(throws: CallRefusal.closingIsAfterTheCall) { try await extend(deep, to: days(40)) }
        await #expect(throws: CallRefusal.streamClosesWithTheCall) { try await extend(general, to: days(12)) }
        await #expect(throws: CallRefusal.streamClosesWithTheCall) { try await extend(fintech, to: days(12)) }
        let later = days(12)
        try await extend(deep, to: later)
        let founder = world.database.reader(as: world.context(Cast.ravi))
        let call = try #require(try await founder.call(id))
        #expect(call.deadline(of: deep).instant == later && call.deadline(of: general) == call.deadline)
        #expect(try await founder.extensions(of: id).map(\.stream) == [deep])
        for sql: Query in [
            "UPDATE offered_streams SET closes_at = \(days(11)) WHERE call_id = \(id) AND stream_id = \(deep)",
            "UPDATE offered_streams SET closes_at = NULL WHERE call_id = \(id) AND stream_id = \(deep)",
            "UPDATE offered_streams SET closes_at = \(days(11)) WHERE call_id = \(id) AND stream_id = \(general)",
        ] {
            let wall = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(sql) }
            }
            #expect(wall?.constraint == "offered_streams_stand_once_published")
        }
        // When the call moves, a stream with a closing of its own does not.
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.extendCall(
                id, to: days(50), because: ShortText("A holiday."), in: tenant, by: mei)
        }
        #expect(try await founder.call(id)?.deadline(of: deep).instant == later)
        // A clone closes it as long before the call as it was.
        let cloned = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.clone(.call(id), in: tenant)
        }
        let copied = try #require(cloned.calls.first?.id)
        let copy = try #require(try await world.database.reader(as: world.context(Cast.mei)).call(copied))
        let source = try #require(try await founder.call(id))
        let before = source.deadline.instant.timeIntervalSince(later)
        #expect(abs(copy.deadline.instant.timeIntervalSince(copy.deadline(of: deep).instant) - before) < 1)
    }

    @Test("go out only while the agreements of all their partners are in force")
    func agreements() async throws {
        let world = try await World()
        let partnered = try await stream(in: world, partner: true)
        let id = CallForApplications.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(
                try draft([.init(general), .init(partnered)]), as: id, in: tenant)
        }
        func publish() async throws {
            try await world.database.write(as: world.context(Cast.mei)) { _ = try await $0.publishCall(id, by: mei) }
        }
        func end(_ days: Int?) async throws {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute(
                    "UPDATE mous SET ends_on = current_date + \(days)::integer WHERE id = \(second)")
            }
        }
        try await end(2)
        let refusal = await #expect(throws: DatabaseError.self) { try await publish() }
        #expect(refusal?.constraint == "calls_open_while_their_mou_is_in_force")
        try await end(nil)
        try await publish()
        // The further stream does not end while the call is announced.
        let busy = await #expect(throws: DatabaseError.self) {
            try await world.owner.write(as: .none) {
                try await $0.execute(
                    "UPDATE streams SET ended_at = now(), end_reason = 'Over' WHERE id = \(partnered)")
            }
        }
        #expect(busy?.constraint == "streams_end_after_their_calls")
    }

    @Test("are cloned: beside themselves with the same streams, into a new program with its streams")
    func clones() async throws {
        let world = try await World()
        let deep = try await stream(in: world)
        let id = CallForApplications.ID()
        let (whole, beside) = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(
                try draft([.init(general, places: 4), .init(deep, places: 2)]), as: id, in: tenant)
            // The call's clone is of the year after, which would then be the latest of the program.
            return (
                try await transaction.clone(.program(demoID("program incubation")), in: tenant),
                try await transaction.clone(.call(id), in: tenant)
            )
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let copied = try #require(beside.calls.first?.id)
        let copy = try #require(try await reader.call(copied))
        #expect(copy.offered.map(\.stream) == [general, deep] && copy.offered.map(\.places) == [4, 2])
        let made = Dictionary(uniqueKeysWithValues: whole.streams.map { ($0.source, $0.id) })
        let twin = try #require(whole.calls.first { $0.source == id })
        let next = try #require(try await reader.call(twin.id))
        #expect(next.offered.map(\.stream) == [made[general], made[deep]] && next.offered.map(\.places) == [4, 2])
        for other in whole.calls where other.source != id {
            #expect(try await reader.call(other.id)?.offersChoice == false)
        }
    }

    @Test("have partners with a time to answer, whose silence is consent where their terms say so")
    func terms() async throws {
        let world = try await World()
        let deep = try await stream(in: world, partner: true)
        let park = try await Visitor(Cast.mei, in: world)
        let place = "/console/streams/\(deep)/edit"
        let member = "\(Cast.institution("harbour/sakuragi")) \(second)"
        let form = await park.open(place)
        #expect(form.text.contains("Days to answer"))
        let escaped = try #require(form.text.firstMatch(of: /name="version" value="([^"]+)"/)).1
        let version = String(escaped).replacing("&quot;", with: "\"")
        func send(days: String, decides: Bool) async -> Outgoing {
            await park.send(
                place,
                [
                    ("name.en", "Deep tech"), ("partners", member), ("terms.0.partner", member), ("terms.0.seats", "0"),
                    ("terms.0.answer_days", days), ("terms.0.silence_consents", "true"), ("version", version),
                ] + (decides ? [("terms.0.co_decides", "true")] : []))
        }
        #expect(await send(days: "", decides: true).status == 422)
        #expect(await send(days: "7", decides: false).status == 422)
        let saved = await send(days: "7", decides: true)
        #expect(saved.status == 303, "\(saved.status) \(saved.text.suffix(400))")
        let kept = try await world.database.reader(as: world.context(Cast.mei)).stream(deep)?.partners.first
        #expect(kept?.answerDays == 7 && kept?.silenceConsents == true)
        let shown = await park.open("/console/streams/\(deep)")
        #expect(shown.text.contains("answers within 7 days · silence is consent"))
    }

    @Test("are set by API and form, and shown to whoever applies")
    func edge() async throws {
        let world = try await World()
        let deep = try await stream(in: world)
        let (park, ravi) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.ravi, in: world))
        let form = await park.open("/console/streams/\(general)/calls/new")
        #expect(form.text.contains("Further stream 1") && form.text.contains("Deep tech"))
        let lone = await park.open("/console/streams/\(fintech)/calls/new")
        #expect(lone.status == 200 && !lone.text.contains("Further stream 1"))
        let opens = LocalTime(Date.now.addingTimeInterval(86_400), in: .hongKong).field
        let closes = LocalTime(Date.now.addingTimeInterval(9 * 86_400), in: .hongKong).field
        let sooner = LocalTime(Date.now.addingTimeInterval(5 * 86_400), in: .hongKong).field
        func fields(_ further: String, places: String = "", closing: String = "") -> [(String, String)] {
            [
                ("title.en", "Two ways"), ("opens_at", opens), ("closes_at", closes), ("time_zone", "Asia/Hong_Kong"),
                ("grace_minutes", "1"), ("access", "public"), ("questions.0.prompt.en", "Why?"),
                ("questions.0.is_required", "true"), ("offered_streams.0.stream", general.description),
                ("offered_streams.0.places", places), ("offered_streams.1.stream", further),
                ("offered_streams.1.places", further.isEmpty ? "" : "5"), ("offered_streams.1.closes_at", closing),
            ]
        }
        let lonely = await park.send("/console/streams/\(general)/calls/new", fields("", places: "3"))
        #expect(lonely.status == 422 && lonely.text.contains("Places are counted by stream"), "\(lonely.status)")
        let twice = await park.send("/console/streams/\(general)/calls/new", fields(general.description))
        #expect(twice.status == 422 && twice.text.contains("offered already"))
        let plain = await park.send("/console/streams/\(general)/calls/new", fields(""))
        #expect(plain.status == 303, "\(plain.text.suffix(600))")
        let alone = await park.send("/console/streams/\(general)/calls/new", fields("", closing: sooner))
        #expect(alone.status == 422 && alone.text.contains("closes by itself"))
        let after = LocalTime(Date.now.addingTimeInterval(20 * 86_400), in: .hongKong).field
        let outlasting = await park.send(
            "/console/streams/\(general)/calls/new", fields(deep.description, closing: after))
        #expect(outlasting.status == 422 && outlasting.text.contains("not after the call."))
        #expect(outlasting.text.contains("value=\"\(after)\""), "the form comes back filled in")
        let made = await park.send(
            "/console/streams/\(general)/calls/new", fields(deep.description, closing: sooner))
        #expect(made.status == 303, "\(made.text.suffix(600))")
        let id = try #require(made.header("Location")?.split(separator: "/").last?.split(separator: "?").first)
        let view = try await park.ask("GET", "/v1/calls/\(id)").json()
        #expect(view["offered_streams"]?.elements?.count == 2)
        let edit = await park.open("/console/calls/\(id)/edit")
        #expect(edit.text.contains("value=\"\(deep)\" selected") && edit.text.contains("value=\"\(sooner)\""))
        #expect(view["offered_streams"]?.elements?.compactMap { $0["closes_at"]?.text }.count == 1)
        #expect(await park.ask("POST", "/v1/calls/\(id)/publication").status == 200)
        for visitor in [park, ravi] {
            let page = await visitor.open("/calls/\(id)")
            #expect(page.text.contains("Streams to choose from") && page.text.contains("Deep tech (5 places)"))
            #expect(page.text.contains("“Deep tech” closes"))
        }
        let extending = await park.open("/console/calls/\(id)/extension")
        #expect(extending.text.contains("The whole call") && extending.text.contains("Deep tech, closes"))
        let moved = LocalTime(Date.now.addingTimeInterval(6 * 86_400), in: .hongKong).field
        func extend(_ closing: String) async -> Outgoing {
            await park.send(
                "/console/calls/\(id)/extension",
                [("stream", deep.description), ("closes_at", closing), ("reason", "The partner asked for it.")])
        }
        let beyond = await extend(after)
        #expect(beyond.status == 422 && beyond.text.contains("Extend the call first."))
        #expect(await extend(moved).status == 303)
        #expect(await ravi.open("/calls/\(id)").text.contains("“Deep tech”: moved from"))
        let listed = try await ravi.ask("GET", "/v1/calls/\(id)/extensions").json()
        #expect(listed["items"]?.elements?.first?["stream"]?.text == deep.description)
        #expect(await park.open("/console/calls/\(id)").text.contains("Deep tech (5 places)"))
    }
}
