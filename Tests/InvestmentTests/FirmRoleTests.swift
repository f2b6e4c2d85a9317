import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment

@Suite("Roles in a firm")
struct FirmRoleTests {
    private static let tidewater = Cast.institution("harbour/tidewater")

    private func set(_ role: FirmRole, of member: Cast.Member, by setter: Cast.Member, in world: World) async throws {
        _ = try await world.database.write(as: world.context(setter)) {
            try await $0.setFirmRole(role, of: member.seat(), at: Self.tidewater, by: setter.person.id)
        }
    }

    @Test("an analyst reads and answers nothing: refused by the verb, and behind every door by the database")
    func analyst() async throws {
        let world = try await IntroductionWorld()
        let mina = try await Visitor(Cast.mina, in: world.world)
        let address = "/v1/shortlists/\(world.list.id)/items/\(world.startup)"
        #expect(await mina.ask("GET", "/v1/shortlists/\(world.list.id)").status == 200)
        for answer in [#"{"answer": "interested"}"#, #"{"answer": "pass", "reason": "team"}"#] {
            let refused = await mina.ask("POST", address + "/answer", json: answer)
            #expect(refused.status == 403)
            #expect(refused.text.contains("An analyst recommends"))
        }
        let page = await mina.open("/shortlists/\(world.list.id)/items/\(world.startup)")
        #expect(page.status == 200)
        #expect(!page.text.contains(#"value="interested""#) && page.text.contains(#"name="recommendation""#))
        #expect(!(await mina.open("/shortlists/\(world.list.id)").text.contains(#"value="interested""#)))
        let byForm = await mina.send(
            "/shortlists/\(world.list.id)/items/\(world.startup)/answer", [("answer", "interested")])
        #expect(byForm.status == 403)

        let introduction = try await world.introduced()
        let deeds: [Query] = [
            """
            INSERT INTO shortlist_answers (tenant_id, shortlist_id, startup_id, id, answer, later_until, answered_by)
            VALUES (acting_tenant(), \(world.list.id), \(world.startup), gen_random_uuid(), 'later', '2100-01-01',
                    acting_person())
            """,
            "UPDATE mandates SET deploying = false WHERE id = \(world.list.mandate)",
            """
            INSERT INTO mandates (tenant_id, id, investor_id, name)
            VALUES (acting_tenant(), gen_random_uuid(), acting_institution(), 'x')
            """,
            """
            INSERT INTO blocks (tenant_id, id, investor_id, startup_id, side, set_by)
            VALUES (acting_tenant(), gen_random_uuid(), acting_institution(), \(world.startup), 'investor', acting_person())
            """,
            """
            INSERT INTO investor_pauses (tenant_id, investor_id, set_by)
            VALUES (acting_tenant(), acting_institution(), acting_person())
            """,
            "UPDATE introductions SET stage = 'passed', ended_at = now() WHERE id = \(introduction.id)",
            """
            INSERT INTO introduction_steps (tenant_id, introduction_id, id, side, person_id, stage)
            VALUES (acting_tenant(), \(introduction.id), gen_random_uuid(), 'investor', acting_person(), 'met')
            """,
            """
            INSERT INTO introduction_meetings (tenant_id, introduction_id, starts_at, time_zone, minutes, place, set_by)
            VALUES (acting_tenant(), \(introduction.id), now(), 'Asia/Hong_Kong', 30, 'Here', acting_person())
            """,
        ]
        for deed in deeds {
            let error = await #expect(throws: DatabaseError.self, "\(deed.sql)") {
                try await world.write(as: Cast.mina) { _ = try await $0.execute(deed) }
            }
            #expect(error?.constraint == "analysts_do_not_answer_for_the_firm", "\(deed.sql)")
        }
        try await set(.delegate, of: Cast.mina, by: Cast.jun, in: world.world)
        let other = try #require(
            try await world.match.items(world.list.id, as: Cast.mina).first { $0.startup.id != world.startup })
        let answered = await mina.ask(
            "POST", "/v1/shortlists/\(world.list.id)/items/\(other.startup.id)/answer",
            json: #"{"answer": "pass", "reason": "team"}"#)
        #expect(answered.status == 200, "a delegate answers: \(answered.text)")
    }

    @Test("are set by a principal and by the park, and a firm keeps a principal")
    func setting() async throws {
        let world = try await World()
        let (jun, mina) = (try await Visitor(Cast.jun, in: world), try await Visitor(Cast.mina, in: world))
        let (mei, chloe) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.chloe, in: world))
        let people = "/v1/investors/\(Self.tidewater)/people"
        func role(of member: Cast.Member) -> String { "\(people)/\(member.seat())/firm-role" }
        let listed = try await jun.ask("GET", people).json()["items"]?.elements ?? []
        #expect(listed.compactMap { $0["role"]?.text } == ["principal", "analyst"])
        #expect(await chloe.ask("GET", people).status == 404)
        #expect(await chloe.ask("POST", role(of: Cast.mina), json: #"{"role": "principal"}"#).status == 404)
        #expect(await jun.ask("POST", role(of: Cast.chloe), json: #"{"role": "analyst"}"#).status == 404)
        let own = await mina.ask("POST", role(of: Cast.mina), json: #"{"role": "principal"}"#)
        #expect(own.status == 403)
        #expect(own.text.contains("Only a principal"))
        let last = await jun.ask("POST", role(of: Cast.jun), json: #"{"role": "delegate"}"#)
        #expect(last.status == 409)
        #expect(last.text.contains("A firm keeps a principal"))
        // Past the operation, the wall holds.
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mina)) {
                try await $0.set(.principal, of: Cast.mina.seat(), at: Self.tidewater, by: Cast.mina.person.id)
            }
        }
        await #expect(throws: DatabaseError.self, "a seat of another firm") {
            try await world.database.write(as: world.context(Cast.jun)) {
                try await $0.set(.analyst, of: Cast.chloe.seat(), at: Self.tidewater, by: Cast.jun.person.id)
            }
        }
        #expect(await mei.ask("POST", role(of: Cast.mina), json: #"{"role": "principal"}"#).status == 200)

        // Two principals who step down at once: one of them stays.
        async let first: Void = set(.analyst, of: Cast.jun, by: Cast.jun, in: world)
        async let second: Void = set(.analyst, of: Cast.mina, by: Cast.mina, in: world)
        var refused = 0
        do { try await first } catch { refused += 1 }
        do { try await second } catch { refused += 1 }
        #expect(refused == 1)
    }

    @Test("whoever joins a firm is its analyst, whoever comes back is what they were, and the last principal stays")
    func joining() async throws {
        let world = try await World()
        let (nora, chloe, lionPeak) = (Cast.nora.person, Cast.chloe.person, Cast.institution("harbour/lion-peak"))
        func join(_ person: Person, at firm: Institution.ID) async throws -> Seat.ID {
            let seat = Seat.ID()
            try await world.database.write(as: world.context(Cast.mei)) {
                try await $0.grantSeat(
                    seat, to: person.id, in: Cast.harbour.id, at: firm.uuid, as: Role.investor.rawValue)
            }
            return seat
        }
        func leave(_ seat: Seat.ID) async throws {
            try await world.database.write(as: world.context(Cast.mei)) {
                try await $0.execute("UPDATE memberships SET ended_at = now() WHERE id = \(seat)")
            }
        }
        func role(of seat: Seat.ID, at firm: Institution.ID) async throws -> FirmRole? {
            try await world.database.reader(as: world.context(Cast.mei)).people(of: firm)
                .first { $0.seat == seat }?.role
        }
        let joined = try await join(nora, at: Self.tidewater)
        #expect(try await role(of: joined, at: Self.tidewater) == .analyst)
        let last = await #expect(throws: DatabaseError.self) { try await leave(Cast.jun.seat()) }
        #expect(last?.constraint == "firms_keep_a_principal")
        _ = try await world.database.write(as: world.context(Cast.jun)) {
            try await $0.setFirmRole(.delegate, of: joined, at: Self.tidewater, by: Cast.jun.person.id)
        }
        try await leave(joined)
        #expect(try await role(of: join(nora, at: Self.tidewater), at: Self.tidewater) == .delegate)
        // With everybody gone, the next is the principal.
        try await leave(Cast.chloe.seat())
        #expect(try await role(of: join(chloe, at: lionPeak), at: lionPeak) == .principal)
    }

    @Test("have a page for the firm and one for the park")
    func pages() async throws {
        let world = try await World()
        let (jun, mina) = (try await Visitor(Cast.jun, in: world), try await Visitor(Cast.mina, in: world))
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await jun.open("/firm").text.contains("Mina Ogawa"))
        #expect(!(await mina.open("/firm").text.contains(#"name="seat""#)), "an analyst sets nothing")
        let chosen = [("seat", Cast.mina.seat().description), ("role", "delegate")]
        #expect(await jun.send("/firm", chosen).status == 303)
        #expect(await jun.open("/firm").text.contains("Delegate"))
        let stranger = await jun.send("/firm", [("seat", Cast.chloe.seat().description), ("role", "delegate")])
        #expect(stranger.status == 422)
        #expect(stranger.text.contains("Choose somebody of the firm."))
        let last = await jun.send("/firm", [("seat", Cast.jun.seat().description), ("role", "analyst")])
        #expect(last.status == 409)
        #expect(last.text.contains("A firm keeps a principal"))
        let console = "/console/investors/\(Self.tidewater)/firm"
        #expect(await mei.open("/console/investors/\(Self.tidewater)").text.contains(console))
        #expect(await mei.send(console, chosen.map { $0.0 == "role" ? ($0.0, "analyst") : $0 }).status == 303)
        #expect(await mei.open(console).text.contains("Analyst"))
        #expect(await mei.open("/console/investors/\(Institution.ID())/firm").status == 404)
    }
}
