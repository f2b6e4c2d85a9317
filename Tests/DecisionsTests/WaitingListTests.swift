import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Letters
import Pages
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Decisions

/// Places that become free: whom they are offered, from when the days to accept run, and what managers see of it.
@Suite("The waiting list")
struct WaitingListTests {
    let mei = Cast.mei.person.id
    let note: LongText
    let today = CalendarDate(Date(), in: .hongKong)

    init() throws {
        note = try LongText("Decided by the panel.")
    }

    @Test("The days to accept begin when the letter about the place goes out, and not before")
    func days() async throws {
        let world = try await World()
        let (call, ids) = try await promoted(in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let waiting = try #require(try await reader.application(ids[1])?.application)
        #expect(waiting.state == .offered && waiting.offerDays == 14)
        let founder = try await world.founder(of: 1)
        let told = try #require(try await world.database.reader(as: founder).releasedDecision(on: ids[1]))
        #expect(told.outcome == .offer && told.lastDay == nil && told.acceptDays == 14)
        let system = try await world.system()
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [])
        // The letter says days, and no date that it could not keep.
        let letter = try #require(
            try await reader.letters(of: .decision, about: ids[1].uuid, limit: 5).first { $0.state == .held })
        #expect(letter.text.body.string.contains("14 days, counted from the day of this letter"))
        let visitor = try await Visitor(Cast.mei, in: world)
        let page = await visitor.open("/console/applications/\(ids[1])").text
        #expect(page.contains("begin when it goes out"), "\(page)")
        let shown = try await visitor.ask("GET", "/v1/applications/\(ids[1])").json()
        #expect(shown["offer_days"] == 14 && shown["offer_expires_at"] == nil, "\(shown)")

        _ = try await world.database.write(as: world.context(Cast.mei)) { try await $0.releaseLetter(letter.id) }
        let running = try #require(try await reader.application(ids[1])?.application)
        #expect(running.offerDays == nil && running.version > waiting.version)
        let end = try #require(running.offerExpiresAt)
        #expect(LocalTime(end, in: .hongKong).description == "\(today.adding(days: 14))T23:59:59")
        let after = try #require(try await world.database.reader(as: founder).releasedDecision(on: ids[1]))
        #expect(after.lastDay == today.adding(days: 14) && after.acceptDays == nil)
        // Somebody looks after it when it has run out.
        let jobs: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) FROM jobs
            WHERE kind = 'applications.place-freed' AND arguments ->> 'call' = lower(\(call.description))
              AND run_at BETWEEN \(end) AND \(end.addingTimeInterval(2))
            """)
        #expect(jobs == 1)
        try await world.lapse(ids[1])
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [ids[2]])
    }

    @Test("A place is accepted before its letter has gone out, and the letter does not go out any more")
    func early() async throws {
        let world = try await World()
        let (_, ids) = try await promoted(in: world)
        let founder = try await world.founder(of: 1)
        _ = try await world.database.write(as: founder) { try await $0.acceptOffer(ids[1], by: mei) }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let accepted = try #require(try await reader.application(ids[1])?.application)
        #expect(accepted.state == .accepted && accepted.offerDays == nil)
        let letters = try await reader.letters(of: .decision, about: ids[1].uuid, limit: 5)
        #expect(letters.allSatisfy { $0.state != .held })
        let letter = try #require(letters.first { $0.state == .cancelled })
        #expect(letter.text.body.string.contains("next on the waiting list"))
        await #expect(throws: LetterRefusal.stays(.cancelled)) {
            try await world.database.write(as: world.context(Cast.mei)) { try await $0.releaseLetter(letter.id) }
        }
    }

    @Test("Letters about such a place go out together, however many founders the startup has")
    func together() async throws {
        let world = try await World()
        let (call, ids) = try await released(in: world)
        try await world.seat("second", besides: ids[1])
        try await world.lapse(ids[0])
        let system = try await world.system()
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [ids[1]])
        let reader = world.database.reader(as: world.context(Cast.mei))
        let held = try await reader.letters(in: .held, of: .decision, about: ids[1].uuid, limit: 5)
        #expect(held.count == 2)
        let first = try #require(held.first?.id)
        _ = try await world.database.write(as: world.context(Cast.mei)) { try await $0.releaseLetter(first) }
        let letters = try await reader.letters(of: .decision, about: ids[1].uuid, limit: 5)
        let out = letters.filter { held.map(\.id).contains($0.id) }
        #expect(out.count == 2 && out.allSatisfy { $0.state == .released })
        let jobs: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) FROM jobs WHERE kind = 'letters.send'
              AND (arguments ->> 'letter')::uuid = ANY (\(held.map(\.id.uuid)))
            """)
        #expect(jobs == 2)
        // One of them may be kept from going out, and not both: somebody has to be told of days that run.
        try await world.database.write(as: world.context(Cast.mei)) { try await $0.cancelLetter(held[0].id) }
        let refused = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { try await $0.cancelLetter(held[1].id) }
        }
        #expect(refused?.constraint == "offers_are_told_of")
    }

    @Test("Several letters that go out together are let go at once")
    func togetherAtOnce() async throws {
        let world = try await World()
        let (call, ids) = try await released(in: world)
        try await world.seat("second", besides: ids[1])
        try await world.lapse(ids[0])
        let system = try await world.system()
        _ = try await world.database.write(as: system) { try await $0.fillPlaces(of: call) }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let held = try await reader.letters(in: .held, of: .decision, about: ids[1].uuid, limit: 5)
        let verdicts = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.handle(held.map(\.id), .release, .allOrNothing)
        }
        #expect(verdicts.count == 2)
        let out = try await reader.letters(in: .released, of: .decision, about: ids[1].uuid, limit: 5)
        #expect(Set(held.map(\.id)).isSubset(of: out.map(\.id)))
    }

    @Test("Who has an account that is closed is not written to, and keeps no place from the next")
    func closed() async throws {
        let world = try await World()
        let (call, ids) = try await released(in: world)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE people SET disabled_at = now() WHERE id IN (
                    SELECT m.person_id FROM memberships AS m JOIN applications AS a ON a.startup_id = m.institution_id
                    WHERE a.id = \(ids[1]) AND m.role = 'founder')
                """)
        }
        try await world.lapse(ids[0])
        let system = try await world.system()
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [ids[1]])
        let offered = try await world.database.reader(as: world.context(Cast.mei)).application(ids[1])?.application
        #expect(offered?.state == .offered && offered?.offerDays == nil)
    }

    @Test("Whoever has the place again that they had did not get it from the waiting list")
    func again() async throws {
        let world = try await World()
        let (call, ids) = try await released(in: world)
        let founder = try await world.founder(of: 0)
        _ = try await world.database.write(as: founder) { try await $0.declineOffer(ids[0], because: nil, by: mei) }
        try await world.owner.write(as: .none) { transaction in
            // Noted as free, and nobody had it since.
            try await transaction.execute(
                """
                INSERT INTO freed_places (tenant_id, application_id, offer_expires_at, call_id, cause)
                SELECT tenant_id, id, offer_expires_at, call_id, 'given_up' FROM applications WHERE id = \(ids[0])
                """)
        }
        let change = DecisionChange.ID()
        try await world.propose(
            Preparation(.offer, lastDay: today.adding(days: 9), note: note), for: ids[0], as: change)
        try await world.confirm(change, by: Cast.tom)
        let filled: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM freed_places WHERE application_id = \(ids[0]) AND filled_with = application_id")
        #expect(filled == 1)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let list = try #require(try await reader.waitingList(of: call))
        #expect(list.entries.map(\.application) == Array(ids[1...3]))
        #expect(try await reader.placeStandings(of: [ids[0]], in: call)[ids[0]]?.isPromoted == false)
    }

    @Test("The letter of such a place goes out, unless the decision is changed: then nobody is told of it")
    func cancelled() async throws {
        let world = try await World()
        let (_, ids) = try await promoted(in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let letter = try #require(
            try await reader.letters(of: .decision, about: ids[1].uuid, limit: 5).first { $0.state == .held })
        let refused = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { try await $0.cancelLetter(letter.id) }
        }
        #expect(refused?.constraint == "offers_are_told_of")
        let visitor = try await Visitor(Cast.mei, in: world)
        let answer = await visitor.ask("POST", "/v1/letter-cancellations", json: #"{"letters": ["\#(letter.id)"]}"#)
        #expect(answer.status == 409 && answer.text.contains("begin with this letter"), "\(answer.text)")
        let change = DecisionChange.ID()
        try await world.propose(Preparation(.reject, note: note), for: ids[1], as: change)
        try await world.confirm(change, by: Cast.tom)
        #expect(try await reader.letter(letter.id)?.state == .cancelled)
        // A place of which nobody was told is not taken back.
        let told = try #require(
            try await reader.letters(in: .released, of: .decision, about: ids[1].uuid, limit: 5).first)
        #expect(told.text.body.string.contains("is not offered a place"), "\(told.text.body)")
    }

    @Test("A founder does not say how long an offer stands, past the verbs")
    func walls() async throws {
        let world = try await World()
        let (_, ids) = try await promoted(in: world)
        let founder = try await world.founder(of: 1)
        for statement: Query in [
            "UPDATE applications SET offer_days = 300 WHERE id = \(ids[1])",
            "UPDATE applications SET offer_days = NULL WHERE id = \(ids[1])",
            "UPDATE applications SET offer_expires_at = now() + interval '9 years' WHERE id = \(ids[1])",
        ] {
            let refused = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: founder) { _ = try await $0.execute(statement) }
            }
            #expect(refused?.constraint == "offers_end_when_the_park_says", "\(statement)")
        }
    }

    @Test("Days that begin take no place anew, also where the park has fewer by now")
    func fewerPlaces() async throws {
        let world = try await World()
        let (call, ids) = try await promoted(in: world)
        // A batch of none says that there are none any more.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("UPDATE decision_batches SET places = 0 WHERE call_id = \(call)")
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let letter = try #require(
            try await reader.letters(of: .decision, about: ids[1].uuid, limit: 5).first { $0.state == .held })
        _ = try await world.database.write(as: world.context(Cast.mei)) { try await $0.releaseLetter(letter.id) }
        #expect(try await reader.application(ids[1])?.application.offerDays == nil)
    }

    @Test(
        "Managers of the call are told who got a place, and whether its letter waits for them",
        arguments: [true, false])
    func told(waits: Bool) async throws {
        let world = try await World()
        let (_, ids) = try await promoted(in: world, promotesItself: !waits)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let batch = try #require(try await reader.releasedDecision(on: ids[1])).batch
        let notices = try await reader.letters(of: .notice, about: batch.uuid, limit: 50)
        // Mei opened and released the batch; nobody else has to do with it.
        #expect(notices.map(\.recipient) == [mei] && notices.allSatisfy { $0.state == .released })
        let notice = try #require(notices.first?.text)
        #expect(notice.body.string.contains("is offered it"), "\(notice.body)")
        #expect(notice.body.string.contains("begin when it goes out") == waits)
        #expect(
            notice.action?.page.description == (waits ? "/console/letters/held" : "/console/applications/\(ids[1])"))
    }

    @Test("Who has no founder to write to is offered the place with a last day")
    func unwritten() async throws {
        let world = try await World()
        let (call, ids) = try await released(in: world)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE memberships SET ended_at = now()
                WHERE role = 'founder' AND institution_id = (SELECT startup_id FROM applications WHERE id = \(ids[1]))
                """)
        }
        try await world.lapse(ids[0])
        let system = try await world.system()
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [ids[1]])
        let reader = world.database.reader(as: world.context(Cast.mei))
        let offered = try #require(try await reader.application(ids[1])?.application)
        let end = try #require(offered.offerExpiresAt)
        #expect(offered.offerDays == nil && CalendarDate(end, in: .hongKong) == today.adding(days: 14))
    }

    @Test("The list says who waits in which order, and what became of who waited; the batch says it of each")
    func list() async throws {
        let world = try await World()
        let (call, ids) = try await released(in: world)
        let visitor = try await Visitor(Cast.mei, in: world)
        let path = "/v1/calls/\(call)/waiting-list"
        let before = try await visitor.ask("GET", path).json()
        #expect(before["places"] == 1 && before["places_taken"] == 1 && before["waiting"] == 3, "\(before)")
        #expect(before["items"]?.elements?.map { $0["application"]?.text } == ids[1...3].map(\.description))
        #expect(before["items"]?.elements?.map { $0["standing"]?["position"] } == [1, 2, 3])
        #expect(before["streams"] == nil && before["items"]?.elements?.first?["streams"] == nil)

        // One gets the place, one withdraws.
        try await world.lapse(ids[0])
        let system = try await world.system()
        _ = try await world.database.write(as: system) { try await $0.fillPlaces(of: call) }
        let founder = try await world.founder(of: 2)
        _ = try await world.database.write(as: founder) { transaction in
            try await transaction.withdrawApplication(ids[2], because: nil, by: mei)
        }
        let after = try await visitor.ask("GET", path).json()
        #expect(after["waiting"] == 1, "\(after)")
        let items = after["items"]?.elements ?? []
        #expect(items.map { $0["application"]?.text } == [ids[3], ids[1], ids[2]].map(\.description))
        #expect(items.map { $0["standing"]?["status"]?.text } == ["waiting", "awaits_letter", "withdrawn"])
        #expect(items.first?["standing"]?["position"] == 1 && items.first?["rank"] == 3)
        #expect(items[1]["standing"]?["promoted"] == true && items[1]["promoted_at"] != nil && items[1]["rank"] == 1)
        let page = await visitor.open("/console/calls/\(call)/waiting-list")
        #expect(page.status == 200, "\(page.text)")
        for words in ["Waiting, number 1", "Place offered; the letter waits", "From the waiting list", "Withdrawn"] {
            #expect(page.text.contains(words), "\(words): \(page.text)")
        }

        // The released batch, as a page, as JSON and as a file.
        let batch = try #require(items.first?["batch"]?.text)
        let shown = await visitor.open("/console/decisions/\(batch)").text
        for words in ["Offer expired", "Waiting, number 1", "Place offered; the letter waits", "waiting-list"] {
            #expect(shown.contains(words), "\(words): \(shown)")
        }
        let decisions = try await visitor.ask("GET", "/v1/decision-batches/\(batch)/decisions").json()
        let standings = Dictionary(
            (decisions["items"]?.elements ?? []).map { ($0["application"]?.text, $0["standing"]?["status"]?.text) },
            uniquingKeysWith: { first, _ in first })
        #expect(standings[ids[0].description] == "lapsed" && standings[ids[3].description] == "waiting")
        let file = await visitor.ask("GET", "/v1/decision-batches/\(batch)/decisions.csv").text
        #expect(file.contains("Offer expired") && file.contains("Waiting, number 1"), "\(file)")
    }

    @Test("Nobody reads it but managers whose own startups did not apply")
    func readers() async throws {
        let world = try await World()
        let call = World.call
        for (member, status) in [
            (Cast.mei, 200), (Cast.wing, 404), (Cast.kenji, 403), (Cast.nora, 403), (Cast.iris, 403),
        ] {
            let visitor = try await Visitor(member, in: world)
            #expect(
                await visitor.ask("GET", "/v1/calls/\(call)/waiting-list").status == status, "\(member.person.name)")
            #expect(await visitor.open("/console/calls/\(call)/waiting-list").status == status, "\(member.person.name)")
        }
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await mei.ask("GET", "/v1/calls/\(CallForApplications.ID())/waiting-list").status == 404)
        let wing = world.database.reader(as: world.context(Cast.wing))
        #expect(try await wing.waitingList(of: call) == nil)
    }

    /// A released batch of one place: the first is offered it, three wait, and each has a founder.
    private func released(
        in world: World, promotesItself: Bool = false
    ) async throws -> (CallForApplications.ID, [Application.ID]) {
        let (call, ids) = try await world.applicants(4)
        let batch = try await world.open(
            call, places: 1, promotesItself: promotesItself,
            preparing: [(ids[0], Preparation(.offer, note: note))]
                + (1...3).map { (ids[$0], Preparation(.waitlist, rank: $0, note: note)) })
        try await world.release(batch)
        return (call, ids)
    }

    /// The same, with the first offer run out and its place given to the second.
    private func promoted(
        in world: World, promotesItself: Bool = false
    ) async throws -> (CallForApplications.ID, [Application.ID]) {
        let (call, ids) = try await released(in: world, promotesItself: promotesItself)
        try await world.lapse(ids[0])
        let system = try await world.system()
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call) } == [ids[1]])
        return (call, ids)
    }
}

extension World {
    /// Seats one more founder in the startup of an application.
    fileprivate func seat(_ name: String, besides id: Application.ID) async throws {
        let (person, seat): (Person.ID, Seat.ID) = (demoID("sitting \(name)"), demoID("sitting seat of \(name)"))
        try await owner.write(as: .none) { transaction in
            try await transaction.execute(
                "INSERT INTO people (id, email, name) VALUES (\(person), \("\(name)@sitting.example"), \(name))")
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                SELECT \(seat), tenant_id, \(person), startup_id, 'founder' FROM applications WHERE id = \(id)
                """)
        }
    }
}
