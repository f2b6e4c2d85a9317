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

@Suite("Agreements are confidential to their parties")
struct MoUWallTests {
    private let first: MoU.ID = demoID("mou MoU-1")
    private let second: MoU.ID = demoID("mou MoU-2")
    private let third: MoU.ID = demoID("mou MoU-3")
    /// What waits for the bank's signature.
    private let waiting: MoU.ID = demoID("mou MoU-7")

    @Test("a bank with agreements in two parks shows each park only its own")
    func rivals() async throws {
        let world = try await World()
        let harbour = world.database.reader(as: world.context(Cast.mei))
        #expect(Set(try await harbour.mous().map(\.id)) == [first, second, waiting])
        #expect(try await harbour.mou(third) == nil)
        #expect(try await harbour.history(of: third).isEmpty)
        let rival = world.database.reader(as: world.context(Cast.leo))
        #expect(try await rival.mous().map(\.id) == [third])
        #expect(try await rival.mou(second) == nil)
        // The bank's own person sees in each seat what the bank has there.
        let bankAtHarbour = world.database.reader(as: world.context(Cast.kenji, seat: 0))
        #expect(Set(try await bankAtHarbour.mous().map(\.id)) == [second, waiting])
        #expect(try await bankAtHarbour.mou(third) == nil)
        let bankAtRival = world.database.reader(as: world.context(Cast.kenji, seat: 1))
        #expect(try await bankAtRival.mous().map(\.id) == [third])
    }

    @Test("an agreement of others stays unseen, with all its parts")
    func notAParty() async throws {
        let world = try await World()
        let bank = world.database.reader(as: world.context(Cast.kenji))
        // MoU-1 is between the park and another company, in the same workspace.
        #expect(try await bank.mou(first) == nil)
        #expect(try await bank.mous([first, second]).map(\.id) == [second])
        #expect(try await bank.history(of: first).isEmpty)
        let parts: [SQLIdentifier] = ["mou_parties", "mou_participants", "mou_areas", "mou_objectives", "mou_events"]
        for part in parts {
            let count: Int = try await bank.value(
                "SELECT count(*) FROM \(identifier: part) WHERE mou_id = \(first)")
            #expect(count == 0, "\(part.name)")
        }
        #expect(try await bank.value("SELECT count(*) FROM signing_events", as: Int.self) == 0)
        // It knows the other parties of its own agreements by name, and no further institution.
        let names = try await bank.institutionNames([
            Institution.ID(Cast.harbour.id.uuid), Cast.institution("harbour/kitagawa"),
        ])
        #expect(names.keys.map(\.uuid) == [Cast.harbour.id.uuid])
    }

    @Test("founders, investors and mentors see none", arguments: [Cast.ada, Cast.jun, Cast.iris])
    func others(member: Cast.Member) async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(member))
        #expect(try await reader.mous().isEmpty)
        #expect(try await reader.mou(second) == nil)
    }

    @Test("a draft is the managers' own until it is shared, and its drafting after that")
    func drafts() async throws {
        let world = try await World()
        let id = MoU.ID()
        let fintech = try #require(FocusArea.ID("fintech"))
        let draft = try MoUDraft(
            reference: Name("MoU-5"), title: LocalizedName(en: "Pilot"), kind: .framework,
            parties: [
                MoU.Party(Institution.ID(Cast.harbour.id.uuid), as: .lead, coordinator: Name("Mei Lam")),
                MoU.Party(Cast.institution("harbour/sakuragi"), as: .partner, coordinator: Name("A Coordinator")),
            ], areas: [MoU.Area(fintech, wording: ShortText("Pilots"))], legalReviewer: Name("A Counsel"))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftMoU(draft, as: id, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        let bank = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await bank.mou(id) == nil)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.shareMoU(id, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        let shared = try #require(try await bank.mou(id))
        #expect(shared.parties.count == 2)
        let history = try await bank.history(of: id)
        #expect(history.map(\.to) == [.inReview])
        #expect(history.first?.personName == nil)
    }

    @Test("a party reads and never writes")
    func readOnly() async throws {
        let world = try await World()
        let reason = try ShortText("Mine")
        await #expect(throws: Problem.notFound) {
            try await world.database.write(as: world.context(Cast.kenji)) { transaction in
                try await transaction.terminateMoU(
                    second, on: CalendarDate(Date.now, in: .hongKong).adding(days: 100),
                    MoU.Termination(reason: reason, isMutual: true), in: Cast.harbour.id, by: Cast.kenji.person.id)
            }
        }
    }

    @Test("a list of one and a list of three cost the same statements")
    func statements() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        func cost(_ standing: MoU.Status? = nil, limit: Int) async throws -> (rows: Int, statements: Int) {
            let before = world.database.statistics.statements
            let views = try await reader.views(of: reader.mous(standing: standing, limit: limit))
            return (views.count, world.database.statistics.statements - before)
        }
        let fintech = try #require(FocusArea.ID("fintech"))
        for reference in ["MoU-6", "MoU-8", "MoU-9"] {
            let draft = try MoUDraft(
                reference: Name(reference), title: LocalizedName(en: "Another"), kind: .framework,
                parties: [MoU.Party(Institution.ID(Cast.harbour.id.uuid), as: .lead)],
                areas: [MoU.Area(fintech, wording: ShortText("Any"))])
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.draftMoU(draft, as: MoU.ID(), in: Cast.harbour.id, by: Cast.mei.person.id)
            }
        }
        _ = try await cost(limit: 50)
        let one = try await cost(.draft, limit: 1)
        let three = try await cost(.draft, limit: 3)
        #expect(one.rows == 1)
        #expect(three.rows == 3)
        #expect(one.statements == 2)
        #expect(three.statements == one.statements)
        let all = try await cost(limit: 50)
        #expect(all.rows > three.rows)
        // One more, since one of them has been in force for so long that it may be dormant.
        #expect(all.statements == one.statements + 1)
    }

    @Test("filters follow the standing, the party and the words")
    func filters() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(Set(try await reader.mous(standing: .inForce).map(\.id)) == [first, second])
        #expect(try await reader.mous(standing: .expired).isEmpty)
        #expect(try await reader.mous(with: Cast.institution("harbour/kitagawa")).map(\.id) == [first])
        #expect(try await reader.mous(named: "データ基盤").map(\.id) == [first])
        #expect(try await reader.mous(named: "mou-2").map(\.id) == [second])
        let all = try await reader.mous().map(\.id)
        #expect(try await reader.mous(after: all.first, limit: 1).map(\.id) == Array(all.dropFirst().prefix(1)))
    }
}
