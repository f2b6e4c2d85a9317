import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Programs

/// A call says which cohort those will be in whom it takes.
@Suite("The cohort that a call leads into")
struct CallCohortTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let general: ProgramStream.ID = demoID("stream incubation general")
    private let fintech: ProgramStream.ID = demoID("stream acceleration fintech")
    private let ofFintech: Cohort.ID = demoID("cohort fintech")

    private func draft(
        of stream: ProgramStream.ID, into cohort: Cohort.ID?, opens: Double = -1, closes: Double = 30,
        offering streams: [ProgramStream.ID] = []
    ) throws -> CallDraft {
        let now = Date.now
        return try CallDraft(
            stream: stream, title: LocalizedName(en: "Sealed intake"), opensAt: now.addingTimeInterval(opens * 86_400),
            deadline: Deadline(now.addingTimeInterval(closes * 86_400), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Question?"))],
            offered: streams.map { CallDraft.Offered($0) }, cohort: cohort)
    }

    private func add(_ draft: CallDraft, in world: World) async throws -> CallForApplications {
        try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.draftCall(draft, as: CallForApplications.ID(), in: tenant)
        }
    }

    private func refused(_ draft: CallDraft, in world: World) async -> String? {
        await #expect(throws: DatabaseError.self) { try await add(draft, in: world) }?.constraint
    }

    @Test("it is of a stream of the call and ends after the call closes, whichever of the two is changed")
    func rules() async throws {
        let world = try await World()
        #expect(try await add(draft(of: fintech, into: ofFintech), in: world).cohort?.id == ofFintech)
        #expect(
            try await refused(draft(of: general, into: ofFintech), in: world)
                == "calls_lead_into_a_cohort_of_their_streams")
        #expect(try await refused(draft(of: fintech, into: .init()), in: world) == "calls_tenant_id_cohort_id_fkey")
        #expect(
            try await refused(draft(of: fintech, into: ofFintech, closes: 300), in: world)
                == "calls_close_before_their_cohort_ends")
        let cohort = try #require(try await world.database.reader(as: world.context(Cast.mei)).cohort(ofFintech))
        let today = CalendarDate(.now, in: .hongKong)
        let early = RevisedCohort(
            name: cohort.name, startsOn: today, endsOn: today.adding(days: 20), capacity: cohort.capacity)
        let refusal = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) {
                _ = try await $0.reviseCohort(ofFintech, to: early, matching: { _ in })
            }
        }
        #expect(refusal?.constraint == "cohorts_end_after_their_calls_close")
        for constraint in [
            "calls_lead_into_a_cohort_of_their_streams", "calls_close_before_their_cohort_ends",
            "cohorts_end_after_their_calls_close", "calls_tenant_id_cohort_id_fkey",
        ] { #expect(ProgramsRoom.constraints[constraint] != nil) }
    }

    @Test("by API and on the form: named, revised away, and listed with the cohort")
    func edge() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let call = try await add(draft(of: fintech, into: ofFintech), in: world)
        let view = await park.ask("GET", "/v1/calls/\(call.id)")
        #expect(try view.json()["cohort"]?["id"]?.text == "\(ofFintech)", "\(view.text)")
        let listed = try await park.ask("GET", "/v1/calls?cohort=\(ofFintech)").json()
        #expect(listed["items"]?.elements?.compactMap { $0["id"]?.text } == ["\(call.id)"])
        let none = try await park.ask("GET", "/v1/calls?cohort=\(demoID("cohort spring") as Cohort.ID)").json()
        #expect(none["items"]?.elements?.isEmpty == true)
        let page = await park.open("/console/cohorts/\(ofFintech)")
        #expect(page.status == 200 && page.text.contains("/console/calls/\(call.id)"), "\(page.text)")
        #expect(page.text.contains("/console/cohorts/\(ofFintech)/enrolments"))
        #expect(await park.open("/console/streams/\(fintech)").text.contains("/console/cohorts/\(ofFintech)\""))
        #expect(await park.open("/console/calls/\(call.id)").text.contains("/console/cohorts/\(ofFintech)"))
        let form = await park.open("/console/calls/\(call.id)/edit")
        #expect(form.text.contains("value=\"\(ofFintech)\" selected"), "\(form.text)")
        let elsewhere = await park.ask(
            "POST", "/v1/calls",
            json: """
                {"stream": "\(general)", "title": {"en": "Elsewhere"}, "opens_at": "2027-01-01T00:00:00Z",
                 "deadline": {"at": "2027-02-01T00:00:00Z", "zone": "Asia/Hong_Kong", "grace_seconds": 60},
                 "cohort": "\(ofFintech)"}
                """)
        #expect(elsewhere.status == 422, "\(elsewhere.text)")
        #expect(elsewhere.problem?.errors.map(\.pointer) == ["/cohort"], "\(elsewhere.text)")
        let away = try await world.database.write(as: world.context(Cast.mei)) { [tenant, fintech] in
            try await $0.reviseCall(call.id, to: draft(of: fintech, into: nil), in: tenant, matching: { _ in })
        }
        #expect(away.cohort == nil)
    }

    @Test("whoever may know of the call reads where it leads, also a stranger; of a draft nobody does")
    func reach() async throws {
        let world = try await World()
        let other = ProgramStream.ID()
        let program = try #require(try await world.database.reader(as: world.context(Cast.mei)).stream(fintech)).program
        let hidden = Cohort.ID()
        let today = CalendarDate(.now, in: .hongKong)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.addStream(
                NewStream(program: program, name: LocalizedName(en: "Later"), focusAreas: [], partners: []), as: other,
                in: tenant)
            _ = try await transaction.addCohort(
                NewCohort(
                    stream: other, name: Name("Sealed cohort"), startsOn: today.adding(days: 60),
                    endsOn: today.adding(days: 200), capacity: 4), as: hidden, in: tenant)
            try await transaction.setRegistrationDoor(.taken)
        }
        // Of a stream beside the call's own, nobody could be enrolled there, unless the call offers it.
        #expect(
            try await refused(draft(of: fintech, into: hidden), in: world)
                == "calls_lead_into_a_cohort_of_their_streams")
        let call = try await add(draft(of: fintech, into: hidden, offering: [fintech, other]), in: world)
        let narrowed = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) {
                _ = try await $0.reviseCall(
                    call.id, to: draft(of: fintech, into: hidden), in: tenant, matching: { _ in })
            }
        }
        #expect(narrowed?.constraint == "calls_lead_into_a_cohort_of_their_streams")
        let founder = try await Visitor(Cast.ravi, in: world)
        #expect(await founder.ask("GET", "/v1/cohorts/\(hidden)").status == 404)
        _ = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.publishCall(call.id, by: mei)
        }
        #expect(await founder.ask("GET", "/v1/cohorts/\(hidden)").status == 200)
        let read = await founder.ask("GET", "/v1/calls/\(call.id)")
        #expect(try read.json()["cohort"]?["name"]?.text == "Sealed cohort", "\(read.text)")
        #expect(await founder.open("/calls/\(call.id)").text.contains("Later · Sealed cohort"))
        let stranger = await world.edge.respond(
            to: Incoming("GET", "/open-calls/\(call.id)", headers: [("Accept-Language", "en")]))
        #expect(stranger.status == 200 && stranger.text.contains("Sealed cohort"), "\(stranger.text)")
    }

    @Test("is chosen and taken back once the call is published, by API and on a page, until it is cancelled")
    func chosenLater() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let call = try await add(draft(of: fintech, into: nil), in: world)
        _ = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.publishCall(call.id, by: mei)
        }
        let address = "/v1/calls/\(call.id)/cohort"
        let tag = try #require(await park.ask("GET", "/v1/calls/\(call.id)").header("ETag"))
        let body = #"{"cohort": "\#(ofFintech)"}"#
        let stale = await park.ask("PUT", address, json: body, headers: [("If-Match", #""stale""#)])
        #expect(stale.status == 412, "\(stale.text)")
        let led = await park.ask("PUT", address, json: body, headers: [("If-Match", tag)])
        #expect(try led.json()["cohort"]?["id"]?.text == "\(ofFintech)", "\(led.text)")
        let next = try #require(led.header("ETag"))
        let elsewhere = await park.ask(
            "PUT", address, json: #"{"cohort": "\#(demoID("cohort spring") as Cohort.ID)"}"#,
            headers: [("If-Match", next)])
        #expect(elsewhere.status == 422 && elsewhere.problem?.errors.map(\.pointer) == ["/cohort"], "\(elsewhere.text)")
        let form = await park.open("/console/calls/\(call.id)/cohort")
        #expect(form.text.contains("value=\"\(ofFintech)\" selected"), "\(form.text)")
        let version = try #require(form.text.firstMatch(of: /name="version" value="([^"]+)"/)).1
        let sent = await park.send(
            "/console/calls/\(call.id)/cohort",
            [("version", String(version).replacing("&quot;", with: "\"")), ("cohort", "")])
        #expect(sent.status == 303, "\(sent.text)")
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.call(call.id)?.cohort == nil)
        #expect(await park.open("/console/calls/\(call.id)").text.contains("/console/calls/\(call.id)/cohort"))
        let reason = try ShortText("No space")
        await #expect(throws: CallRefusal.cancelled) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.cancelCall(call.id, because: reason, by: mei)
                _ = try await transaction.leadCall(call.id, into: ofFintech, matching: { _ in })
            }
        }
    }

    @Test("a closing does not move past its end, and it is said where the closing was typed")
    func extending() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let call = try await add(draft(of: fintech, into: ofFintech), in: world)
        _ = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.publishCall(call.id, by: mei)
        }
        let cohort = try #require(try await world.database.reader(as: world.context(Cast.mei)).cohort(ofFintech))
        let refused = await park.send(
            "/console/calls/\(call.id)/extension", [("closes_at", "\(cohort.endsOn)T00:00"), ("reason", "More time")])
        #expect(refused.status == 422 && refused.text.contains("Move the end of its cohort first."), "\(refused.text)")
        #expect(refused.text.contains("href=\"#f-closes_at\""))
        let before = await park.send(
            "/console/calls/\(call.id)/extension", [("closes_at", "\(cohort.lastDay)T23:00"), ("reason", "More time")])
        #expect(before.status == 303, "\(before.text)")
    }

    @Test("taken into the next year, it leads into what became of its cohort; alone, into none")
    func cloning() async throws {
        let world = try await World()
        let call = try await add(draft(of: fintech, into: ofFintech), in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let whole = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.clone(.stream(fintech), in: tenant)
        }
        let alone = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.clone(.call(call.id), in: tenant)
        }
        let drafted = try #require(alone.calls.first)
        let copy = try #require(try await reader.call(drafted.id))
        #expect(copy.cohort == nil)
        let made = try #require(whole.calls.first { $0.source == call.id })
        let cohort = try #require(whole.cohorts.first { $0.source == ofFintech })
        #expect(try await reader.call(made.id)?.cohort?.id == cohort.id)
        #expect(made.cohort == cohort.id && made.leftCohort == nil)
        #expect(alone.calls.first?.leftCohort?.id == ofFintech)
        let page = await (try Visitor(Cast.mei, in: world)).open("/console/calls/\(call.id)/clone")
        #expect(page.text.contains("The call leads into no cohort"), "\(page.text)")
    }

    @Test("a cohort that lasts until a leap day ends too soon a year later, and the clone is made all the same")
    func leapDay() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        @Sendable func day(_ year: Int, _ month: Int, _ day: Int) throws -> CalendarDate {
            try #require(CalendarDate(year: year, month: month, day: day))
        }
        let group = Cohort.ID()
        let closes = try #require(LocalTime("2028-02-28T18:00:00")).instant(in: .hongKong)
        let leading = try CallDraft(
            stream: fintech, title: LocalizedName(en: "Winter"), opensAt: closes.addingTimeInterval(-30 * 86_400),
            deadline: Deadline(closes, in: .hongKong), questions: [], cohort: group)
        let source = CallForApplications.ID()
        let made = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.addCohort(
                NewCohort(
                    stream: fintech, name: Name("Leap"), startsOn: day(2027, 9, 1), endsOn: day(2028, 2, 29),
                    capacity: 4),
                as: group, in: tenant)
            _ = try await transaction.draftCall(leading, as: source, in: tenant)
            return try await transaction.clone(.stream(fintech), in: tenant)
        }
        #expect(made.cohorts.contains { $0.source == group })
        let copy = try #require(made.calls.first { $0.source == source })
        #expect(copy.cohort == nil && copy.leftCohort?.id == group)
        #expect(try await reader.call(copy.id)?.cohort == nil)
    }
}
