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

@Suite("Uses of benefits")
struct BenefitUseTests {
    private let second: MoU.ID = demoID("mou MoU-2")
    private let mentoring: MoU.Benefit.ID = demoID("benefit mentoring")
    private let use: MoU.BenefitUse.ID = demoID("use mentoring")
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    private func count(_ reader: Reader) async throws -> Int? {
        try await reader.report(on: second).benefits.first { $0.benefit.id == mentoring }?.figure.count
    }

    @Test("are taken back with what was recorded, by whom and why, and count no more")
    func takenBack() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let recorded = try #require(try await reader.uses(of: mentoring, of: second, limit: 10).first)
        #expect(recorded.id == use && recorded.startup == Cast.startup("ledgerleaf"))
        #expect(try await count(reader) == 1)
        func takeBack(as member: Cast.Member = Cast.mei, of mou: MoU.ID? = nil) async throws {
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.takeBackUse(
                    use, of: mentoring, of: mou ?? second, because: ShortText("It was another startup."),
                    by: member.person.id)
            }
        }
        await #expect(throws: Problem.notFound) { try await takeBack(of: demoID("mou MoU-1")) }
        for member in [Cast.kenji, Cast.jun, Cast.ada] {
            await #expect(throws: (any Error).self) { try await takeBack(as: member) }
        }
        #expect(try await count(reader) == 1)
        try await takeBack()
        #expect(try await count(reader) == 0)
        #expect(try await reader.uses(of: mentoring, of: second, limit: 10).isEmpty)
        let gone = try #require(try await reader.usesTakenBack(of: mentoring, of: second).first)
        #expect(gone.use.id == use && gone.use.usedOn == recorded.usedOn && gone.use.startup == recorded.startup)
        #expect(gone.use.recordedAt == recorded.recordedAt && gone.use.recordedBy == recorded.recordedBy)
        #expect(gone.reason.string == "It was another startup." && gone.takenBackBy == Cast.mei.person.name)
        await #expect(throws: Problem.notFound) { try await takeBack() }
        let trail = try await reader.value(
            """
            SELECT count(*) FROM audit_events
            WHERE object_id = \(use) AND noun IN ('mou_benefit_uses', 'mou_benefit_uses_taken_back') AND deed <> 'update'
            """, as: Int.self)
        #expect(trail == 3)
        // Neither the bank nor anybody else reads of it, and nobody says that somebody else took it back.
        for member in [Cast.kenji, Cast.jun, Cast.ada, Cast.leo] {
            let other = world.database.reader(as: world.context(member))
            #expect(try await other.value("SELECT count(*) FROM mou_benefit_uses_taken_back", as: Int.self) == 0)
        }
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute("UPDATE mou_benefit_uses_taken_back SET reason = 'Another'")
            }
        }
    }

    @Test("give their place in the quota back")
    func quota() async throws {
        let world = try await World()
        let (desk, first, next) = (MoU.Benefit.ID(), MoU.BenefitUse.ID(), MoU.BenefitUse.ID())
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.grantBenefit(
                NewBenefit(.space, LocalizedName(en: "A desk"), for: ShortText("All"), quota: 1), as: desk, of: second,
                in: tenant, by: mei)
            try await transaction.recordUse(
                NewBenefitUse(on: today), as: first, of: desk, of: second, in: tenant, by: mei)
        }
        let full = await constraint {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.recordUse(
                    NewBenefitUse(on: today), as: next, of: desk, of: second, in: tenant, by: mei)
            }
        }
        #expect(full == "benefits_have_uses_left")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.takeBackUse(first, of: desk, of: second, because: ShortText("Nobody came."), by: mei)
            try await transaction.recordUse(
                NewBenefitUse(on: today), as: next, of: desk, of: second, in: tenant, by: mei)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.uses(of: desk, of: second, limit: 10).map(\.id) == [next])
    }

    @Test("by HTTP and by pages: listed, taken back for a reason, and recorded for a startup that a search finds")
    func doors() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let (api, page) = (
            "/v1/mous/\(second)/benefits/\(mentoring)", "/console/mous/\(second)/benefits/\(mentoring)/uses"
        )
        let listed = try await park.ask("GET", "\(api)/uses").json()
        #expect(listed["items"]?.elements?.map { $0["id"]?.text } == [use.description])
        #expect(await park.ask("POST", "\(api)/uses/\(use)/withdrawal", json: "{}").status == 422)
        let shown = await park.open(page)
        #expect(shown.status == 200 && shown.text.contains("LedgerLeaf") && shown.text.contains(use.description))
        let kelpsense = Cast.startup("kelpsense")
        let found = await park.open("\(page)?q=kelp").text
        #expect(found.contains("value=\"\(kelpsense)\"") && !found.contains("value=\"\(Cast.startup("halyard"))\""))
        let dateless = await park.send(page, [("used_on", ""), ("startup", kelpsense.description), ("note", "Tax")])
        #expect(dateless.status == 422 && dateless.text.contains("value=\"\(kelpsense)\" selected"))
        let bare = await park.send("\(page)/withdrawal", [("use", use.description), ("reason", "")])
        #expect(bare.status == 422 && bare.text.contains("error-summary"), "\(bare.text)")
        let gone = await park.send("\(page)/withdrawal", [("use", use.description), ("reason", "Twice in the book")])
        #expect(gone.status == 303, "\(gone.text)")
        #expect(await park.open(try #require(gone.header("Location"))).text.contains("The use is taken back."))
        #expect(await park.open(page).text.contains("Twice in the book"))
        let again = await park.ask("POST", "\(api)/uses/\(use)/withdrawal", json: #"{"reason": "Twice"}"#)
        #expect(again.status == 404, "\(again.text)")
        let taken = try await park.ask("GET", "\(api)/uses-taken-back").json()
        #expect(taken["items"]?.elements?.first?["reason"]?.text == "Twice in the book")
        #expect(taken["items"]?.elements?.first?["use"]?["id"]?.text == use.description)
        let kenji = try await Visitor(Cast.kenji, in: world)
        #expect(await kenji.ask("GET", "\(api)/uses").status == 403)
        #expect(await kenji.open(page).status == 403)
    }
}
