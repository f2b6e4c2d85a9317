import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("Who answers for an agreement")
struct HandoverTests {
    private let second: MoU.ID = demoID("mou MoU-2")
    private let first: MoU.ID = demoID("mou MoU-1")
    private let tenant = Cast.harbour.id
    private let own = Institution.ID(Cast.harbour.id.uuid)
    private let bank = Cast.institution("harbour/sakuragi")
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    private func name(
        _ name: String, of party: Institution.ID, on mou: MoU.ID? = nil, _ world: World, by member: Cast.Member
    ) async throws {
        let (name, mou) = (try Name(name), mou ?? second)
        _ = try await world.database.write(as: world.context(member)) { transaction in
            try await transaction.nameCoordinator(name, of: party, of: mou) { _ in }
        }
    }

    private func nameReviewer(_ name: String, _ world: World, by member: Cast.Member = Cast.mei) async throws {
        let name = try Name(name)
        _ = try await world.database.write(as: world.context(member)) { transaction in
            try await transaction.nameLegalReviewer(name, of: second) { _ in }
        }
    }

    /// Past the verbs, as if it had come to this.
    private func plant(_ change: Query, _ world: World) async throws {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(change)
        }
    }

    @Test("changes once it is signed, and its history says who did before")
    func handingOver() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.kenji))
        let before = try #require(try await reader.mou(second))
        #expect(try await reader.handovers(of: second).isEmpty)
        try await name("Aya Mori", of: bank, world, by: Cast.kenji)
        try await name("Tom Chan", of: own, world, by: Cast.mei)
        try await nameReviewer("Ken Ogata", world)
        // To name who answers already is to change nothing.
        try await nameReviewer("Ken Ogata", world)
        let after = try #require(try await reader.mou(second))
        func coordinator(_ party: Institution.ID, _ mou: MoU) -> String? {
            mou.parties.first { $0.institution == party }?.coordinator?.string
        }
        #expect(coordinator(bank, after) == "Aya Mori" && coordinator(own, after) == "Tom Chan")
        #expect(after.legalReviewer?.string == "Ken Ogata")
        #expect(after.status == before.status && after.areas == before.areas)
        for member in [Cast.kenji, Cast.mei] {
            let told = try await world.database.reader(as: world.context(member)).handovers(of: second)
            #expect(told.map(\.institution) == [bank, own, nil], "\(member.part)")
            #expect(told.map(\.successor.string) == ["Aya Mori", "Tom Chan", "Ken Ogata"])
            #expect(
                told.map(\.former?.string)
                    == [coordinator(bank, before), coordinator(own, before), before.legalReviewer?.string])
        }
        // Steps are told as they were: the agreement has not moved.
        #expect(try await reader.history(of: second).map(\.to) == [.inReview, .agreed, .signed])
    }

    @Test("of a party is named by its own staff and by managers, and by nobody else")
    func whoNames() async throws {
        let world = try await World()
        for (party, mou, member) in [
            (own, second, Cast.kenji), (own, first, Cast.kenji), (bank, second, Cast.ada), (bank, second, Cast.jun),
            (bank, second, Cast.nora), (bank, second, Cast.leo),
            (Cast.institution("harbour/kitagawa"), second, Cast.mei), (bank, MoU.ID(), Cast.mei),
        ] {
            await #expect(throws: Problem.notFound, "\(member.part)") {
                try await name("Somebody", of: party, on: mou, world, by: member)
            }
        }
        for member in [Cast.kenji, Cast.ada, Cast.leo] {
            await #expect(throws: Problem.notFound, "\(member.part)") {
                try await nameReviewer("Somebody", world, by: member)
            }
        }
        #expect(try await world.database.reader(as: world.context(Cast.mei)).handovers(of: second).isEmpty)
    }

    @Test("may be named while it is in review, and a draft is the managers' own")
    func review() async throws {
        let world = try await World()
        let (id, fintech) = (MoU.ID(), try #require(FocusArea.ID("fintech")))
        func draft(_ coordinator: String) throws -> MoUDraft {
            try MoUDraft(
                reference: Name("MoU-H"), title: LocalizedName(en: "Pilot"), kind: .framework,
                parties: [
                    MoU.Party(own, as: .lead, coordinator: Name("Mei Lam")),
                    MoU.Party(bank, as: .partner, coordinator: Name(coordinator)),
                ], areas: [MoU.Area(fintech, wording: ShortText("Pilots"))], legalReviewer: Name("A Counsel"))
        }
        let (drafted, revised) = (try draft("The First"), try draft("The Fourth"))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftMoU(drafted, as: id, in: tenant, by: Cast.mei.person.id)
        }
        await #expect(throws: Problem.notFound) { try await name("Mine", of: bank, on: id, world, by: Cast.kenji) }
        try await name("The Second", of: bank, on: id, world, by: Cast.mei)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.shareMoU(id, in: tenant, by: Cast.mei.person.id)
        }
        try await name("The Third", of: bank, on: id, world, by: Cast.kenji)
        // The form says so too.
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.reviseMoU(id, to: revised, in: tenant) { _ in }
        }
        let told = try await world.database.reader(as: world.context(Cast.kenji)).handovers(of: id)
        #expect(told.map(\.former?.string) == ["The Second", "The Third"])
        #expect(told.map(\.successor.string) == ["The Third", "The Fourth"])
        // Who was to be a party once is nothing that today's parties are told.
        try await plant(
            """
            UPDATE mou_handovers SET institution_id = \(Cast.institution("harbour/kitagawa")) WHERE mou_id = \(id)
            """, world)
        #expect(try await world.database.reader(as: world.context(Cast.kenji)).handovers(of: id).isEmpty)
        #expect(try await world.database.reader(as: world.context(Cast.mei)).handovers(of: id).count == 2)
    }

    @Test("stands once it is over, also past the verb", arguments: ["expired", "terminated", "abandoned"])
    func over(status: String) async throws {
        let world = try await World()
        let end: Query =
            switch status {
            case "expired": "UPDATE mous SET ends_on = \(today) WHERE id = \(second)"
            case "terminated":
                """
                UPDATE mous SET state = 'terminated', terminated_on = \(today), termination_reason = 'r',
                                termination_is_mutual = true
                WHERE id = \(second)
                """
            default: "UPDATE mous SET state = 'abandoned' WHERE id = \(second)"
            }
        try await plant(end, world)
        for (party, member) in [(own, Cast.mei), (bank, Cast.kenji)] {
            await #expect(throws: MoURefusal.whoAnsweredStands) {
                try await name("Too Late", of: party, world, by: member)
            }
        }
        await #expect(throws: MoURefusal.whoAnsweredStands) { try await nameReviewer("Too Late", world) }
        for change: Query in [
            "UPDATE mou_parties SET coordinator = 'Too Late' WHERE mou_id = \(second)",
            "UPDATE mous SET legal_reviewer = 'Too Late' WHERE id = \(second)",
        ] {
            #expect(
                await constraint {
                    try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(change) }
                } == "who_answered_stands_once_it_is_over")
        }
        #expect(PartnershipsRoom.constraints["who_answered_stands_once_it_is_over"] != nil)
    }

    @Test("changes as long as notice runs")
    func notice() async throws {
        let world = try await World()
        try await plant(
            """
            UPDATE mous SET state = 'terminated', terminated_on = \(today.adding(days: 30)), termination_reason = 'r',
                            termination_is_mutual = false
            WHERE id = \(second)
            """, world)
        try await name("Until The End", of: bank, world, by: Cast.kenji)
        #expect(try await world.database.reader(as: world.context(Cast.mei)).handovers(of: second).count == 1)
    }

    @Test("past the verbs, a party's staff change nothing else, and nobody makes a handover up or takes one back")
    func walls() async throws {
        let world = try await World()
        func change(_ change: Query, by member: Cast.Member) async throws -> Int {
            try await world.database.write(as: world.context(member)) { try await $0.execute(change) }
        }
        for member in [Cast.ada, Cast.jun, Cast.nora, Cast.leo] {
            let changed = try? await change(
                "UPDATE mou_parties SET coordinator = 'Mine' WHERE mou_id = \(second)", by: member)
            #expect((changed ?? 0) == 0, "\(member.part)")
        }
        // Its own party alone, of all.
        #expect(try await change("UPDATE mou_parties SET coordinator = 'Mine'", by: Cast.kenji) >= 1)
        let manager = world.database.reader(as: world.context(Cast.mei))
        let written = try await manager.rows(
            "SELECT DISTINCT institution_id FROM mou_parties WHERE coordinator = 'Mine'")
        #expect(try written.map { row -> Institution.ID in try row("institution_id") } == [bank])
        for more: Query in [
            "role = 'lead'", "responsibilities = 'None'", "coordinator = NULL", "coordinator = 'Other', role = 'lead'",
        ] {
            #expect(
                await constraint {
                    _ = try await change(
                        "UPDATE mou_parties SET \(fragment: more) WHERE mou_id = \(second)", by: Cast.kenji)
                } == "parties_only_name_their_coordinator")
        }
        #expect(
            await constraint {
                _ = try await change(
                    "UPDATE mou_parties SET coordinator = NULL WHERE mou_id = \(second)", by: Cast.mei)
            } == "shared_agreements_name_their_coordinators")
        #expect(
            await constraint {
                _ = try await change("UPDATE mous SET legal_reviewer = NULL WHERE id = \(second)", by: Cast.mei)
            } == "shared_agreements_name_a_legal_reviewer")
        for forged: Query in [
            "INSERT INTO mou_handovers (tenant_id, mou_id, id, successor) VALUES (\(tenant), \(second), \(UUID()), 'x')",
            "UPDATE mou_handovers SET successor = 'x'", "DELETE FROM mou_handovers",
        ] {
            for member in [Cast.mei, Cast.kenji] {
                await #expect(throws: DatabaseError.self) { try await change(forged, by: member) }
            }
        }
        // What others agreed is told to nobody.
        try await name("Rin Sato", of: own, on: first, world, by: Cast.mei)
        for member in [Cast.kenji, Cast.ada, Cast.jun, Cast.nora, Cast.leo] {
            let count: Int = try await world.database.reader(as: world.context(member)).value(
                "SELECT count(*) FROM mou_handovers WHERE mou_id = \(first)")
            #expect(count == 0, "\(member.part)")
        }
    }

    @Test("by HTTP, against the version that was read")
    func api() async throws {
        let world = try await World()
        let (mei, kenji) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let address = "/v1/mous/\(second)"
        let coordinator = "\(address)/parties/\(bank)/coordinator"
        let body = #"{"name": "Aya Mori"}"#
        let tag = try #require(await kenji.ask("GET", address).header("ETag"))
        #expect(await kenji.ask("PUT", coordinator, json: body).status == 428)
        let named = await kenji.ask("PUT", coordinator, json: body, headers: [("If-Match", tag)])
        #expect(named.status == 200 && named.text.contains("Aya Mori"), "\(named.text)")
        #expect(await kenji.ask("PUT", coordinator, json: body, headers: [("If-Match", tag)]).status == 412)
        let fresh = try #require(await kenji.ask("GET", address).header("ETag"))
        for bad in [#"{"name": ""}"#, "{}", #"{"name": 1}"#] {
            let refused = await kenji.ask("PUT", coordinator, json: bad, headers: [("If-Match", fresh)])
            #expect(refused.status == 422 && refused.text.contains("/name"), "\(bad): \(refused.text)")
        }
        let broken = await kenji.ask(
            "PUT", coordinator, json: #"{"name": "a\u0000b"}"#, headers: [("If-Match", fresh)])
        #expect(broken.status == 400, "\(broken.text)")
        let others = await kenji.ask(
            "PUT", "\(address)/parties/\(own)/coordinator", json: body, headers: [("If-Match", fresh)])
        #expect(others.status == 404, "\(others.text)")
        let reviewer = "\(address)/legal-reviewer"
        #expect(await kenji.ask("PUT", reviewer, json: body, headers: [("If-Match", fresh)]).status == 403)
        let managers = try #require(await mei.ask("GET", address).header("ETag"))
        let read = await mei.ask("PUT", reviewer, json: #"{"name": "Ken Ogata"}"#, headers: [("If-Match", managers)])
        #expect(read.status == 200 && read.text.contains("Ken Ogata"), "\(read.text)")
        let history = try await kenji.ask("GET", "\(address)/history").json()
        let told = history["handovers"]?.elements ?? []
        #expect(told.compactMap { $0["successor"]?.text } == ["Aya Mori", "Ken Ogata"])
        #expect(told.compactMap { $0["former"]?.text } == ["Kenji Mori", "Shota Abe"])
        // Whom a partner does not know by name it does not know by number.
        #expect(told.last?["person"]?.text == nil && told.last?["institution"]?.text == nil)
        try await plant("UPDATE mous SET ends_on = \(today) WHERE id = \(second)", world)
        let late = try #require(await mei.ask("GET", address).header("ETag"))
        let over = await mei.ask("PUT", coordinator, json: body, headers: [("If-Match", late)])
        #expect(over.status == 409 && over.text.contains("The agreement is over."), "\(over.text)")
    }

    @Test("on the pages of managers and of a party, in its parties and its history")
    func pages() async throws {
        let world = try await World()
        let (mei, kenji) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let (console, partner) = ("/console/mous/\(second)", "/partner/agreements/\(second)")
        let (any, reviewer) = ("\(console)/parties/\(own)/coordinator", "\(console)/legal-reviewer")
        let mine = "\(partner)/coordinator"
        func tag(_ visitor: Visitor) async throws -> String {
            try #require(await visitor.ask("GET", "/v1/mous/\(second)").header("ETag"))
        }
        let shown = await mei.open(console).text
        #expect(shown.contains(any) && shown.contains(reviewer))
        let theirs = await kenji.open(partner).text
        #expect(theirs.contains(mine) && !theirs.contains("/console/"))
        #expect(await mei.open(any).text.contains("Harbour Science Park"))
        #expect(await mei.open(reviewer).text.contains("Shota Abe"))
        let form = await kenji.open(mine).text
        #expect(form.contains("Kenji Mori") && form.contains(partner) && !form.contains("/console/"))
        let kitagawa = Cast.institution("harbour/kitagawa")
        #expect(await mei.open("\(console)/parties/\(kitagawa)/coordinator").status == 404)
        #expect(await kenji.open("/partner/agreements/\(first)/coordinator").status == 404)
        let stale = await kenji.send(mine, [("version", "\"x\""), ("name", "Aya Mori")])
        #expect(stale.status == 412 && stale.text.contains("Aya Mori"), "\(stale.text)")
        let empty = await kenji.send(mine, [("version", try await tag(kenji)), ("name", "")])
        #expect(empty.status == 422, "\(empty.text)")
        let long = String(repeating: "a", count: 201)
        let tooLong = await kenji.send(mine, [("version", try await tag(kenji)), ("name", long)])
        #expect(tooLong.status == 422 && tooLong.text.contains(long), "\(tooLong.text)")
        let named = await kenji.send(mine, [("version", try await tag(kenji)), ("name", "Aya Mori")])
        #expect(named.status == 303)
        #expect(named.header("Location") == "\(partner)?done=coordinator_named")
        #expect(await mei.send(any, [("version", try await tag(mei)), ("name", "Tom Chan")]).status == 303)
        #expect(await mei.send(reviewer, [("version", try await tag(mei)), ("name", "Ken Ogata")]).status == 303)
        for page in [
            await mei.open("\(console)?done=reviewer_named").text,
            await kenji.open("\(partner)?done=coordinator_named").text,
        ] {
            #expect(page.contains("Another coordinator for Sakuragi Bank Group"))
            #expect(page.contains("Aya Mori, after Kenji Mori") && page.contains("Ken Ogata, after Shota Abe"))
        }
        try await plant("UPDATE mous SET ends_on = \(today) WHERE id = \(second)", world)
        let over = await mei.open(console).text
        #expect(!over.contains(any) && !over.contains(reviewer))
        #expect(await !kenji.open(partner).text.contains(mine))
        let late = await mei.send(any, [("version", try await tag(mei)), ("name", "Too Late")])
        #expect(late.status == 409 && late.text.contains("Too Late") && late.text.contains("The agreement is over."))
    }
}
