import API
import Accounts
import DemoDays
import DemoWorld
import Foundation
import Incubation
import Institutions
import Investment
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("What is linked to agreements by hand")
struct LinkTests {
    private let first: MoU.ID = demoID("mou MoU-1")
    private let second: MoU.ID = demoID("mou MoU-2")
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let startup = Cast.startup("kelpsense")

    private func link(
        _ noun: MoU.Standing.Noun, _ object: UUID, to mou: MoU.ID, in area: FocusArea.ID?, _ world: World
    ) async throws -> MoU.Link.ID {
        let id = MoU.Link.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.linkActivity(NewLink(noun, object, in: area), as: id, to: mou, in: tenant, by: mei)
        }
        return id
    }

    /// Tidewater meets KelpSense.
    private func introduce(_ world: World) async throws -> Introduction.ID {
        let investor = world.database.reader(as: world.context(Cast.jun))
        var found: Shortlist.ID?
        for list in try await investor.shortlists(limit: 50) {
            if try await investor.item(startup, of: list.id) != nil { found = list.id }
        }
        let (list, jun, ada) = (try #require(found), Cast.jun.person.id, Cast.ada.person.id)
        try await world.database.write(as: world.context(Cast.jun)) { transaction in
            _ = try await transaction.answerShortlistItem(
                startup, of: list, with: NewAnswer(.interested), as: Answer.ID(), in: tenant, by: jun)
        }
        let id = try #require(try await investor.introductions(limit: 1).first).id
        _ = try await world.database.write(as: world.context(Cast.ada)) {
            try await $0.consentToIntroduction(id, by: ada)
        }
        return id
    }

    @Test("a cohort counts with whoever is enrolled in it, in the area that was named")
    func cohort() async throws {
        let world = try await World()
        let manager = world.database.reader(as: world.context(Cast.mei))
        let area = try #require(try await manager.mou(first)?.areas.first?.focusArea)
        #expect(try await manager.activities(under: first).isEmpty)
        let cohort: Cohort.ID = demoID("cohort spring")
        let id = try await link(.cohort, cohort.uuid, to: first, in: area, world)
        let counted = try await manager.activities(under: first).filter { $0.kind == .startupEnrolled }
        #expect(counted.contains { $0.startup == startup } && counted.allSatisfy { $0.areas == [area] })
        let standing = try #require(try await manager.standing(under: first).first { $0.noun == .cohort })
        #expect(standing.link == id && standing.object == cohort.uuid && standing.areas == [area])
        await #expect(throws: DatabaseError.self) {
            _ = try await link(.cohort, cohort.uuid, to: first, in: nil, world)
        }
        await #expect(throws: DatabaseError.self) { _ = try await link(.cohort, UUID(), to: first, in: nil, world) }
    }

    @Test("an introduction counts by its link alone, and a partner learns neither who nor with whom")
    func introduction() async throws {
        let world = try await World()
        let manager = world.database.reader(as: world.context(Cast.mei))
        let area = try #require(try await manager.mou(first)?.areas.first?.focusArea)
        let introduction = try await introduce(world)
        #expect(try await manager.activities(under: first).isEmpty)
        _ = try await link(.introduction, introduction.uuid, to: first, in: area, world)
        let counted = try await manager.activities(under: first)
        #expect(counted.map(\.kind) == [.startupIntroduced] && counted.first?.object == introduction.uuid)
        #expect(counted.first?.areas == [area] && counted.first?.line == .investmentMatching)
        // Of the bank's own agreement, its staff learn that there was one.
        _ = try await link(.introduction, introduction.uuid, to: second, in: nil, world)
        let bank = world.database.reader(as: world.context(Cast.kenji))
        let seen = try #require(try await bank.standing(under: second).first { $0.noun == .introduction })
        #expect(seen.object == nil && seen.name == nil)
        let told = try await bank.activities(under: second).filter { $0.noun == .introduction }
        #expect(told.count == 1 && told.allSatisfy { $0.startup == nil && $0.startupName == nil && $0.object == nil })
        let (mei, kenji) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let page = "/console/mous/\(second)"
        #expect(await mei.open("\(page)/report").text.contains("/introductions/\(introduction)"))
        #expect(await mei.open("\(page)/links/new").text.contains("introduction:\(introduction)"))
        #expect(await kenji.open("/partner/agreements/\(second)/report").status == 200)
        let two = await mei.ask(
            "POST", "/v1/mous/\(first)/links",
            json: #"{"introduction":"\#(introduction)","cohort":"\#(demoID("cohort spring") as Cohort.ID)"}"#)
        #expect(two.status == 422)
    }

    @Test(
        "a demo day counts once it is over, with the meetings held at it, and a partner learns of nobody who met there")
    func demoDay() async throws {
        let world = try await World()
        let manager = world.database.reader(as: world.context(Cast.mei))
        let day: DemoDay.ID = demoID("demo day")
        let id = try await link(.demoDay, day.uuid, to: second, in: nil, world)
        func counted(_ reader: Reader) async throws -> [MoU.Activity] {
            try await reader.activities(under: second).filter { $0.noun == .demoDay }
        }
        let standing = try #require(try await manager.standing(under: second).first { $0.noun == .demoDay })
        #expect(standing.link == id && standing.object == day.uuid && standing.line == .investmentMatching)
        let bank = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await bank.standing(under: second).contains { $0.noun == .demoDay })
        // Until it is published it is the park's own.
        let plan: Query = "(SELECT p.id FROM demo_day_plans AS p WHERE p.demo_day_id = demo_days.id LIMIT 1)"
        for (state, isTold) in [
            ("plan_id = NULL, published_at = NULL" as Query, false),
            ("plan_id = \(fragment: plan), published_at = now()", true),
        ] {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                try await transaction.execute("UPDATE demo_days SET \(fragment: state) WHERE id = \(day)")
            }
            #expect(try await bank.standing(under: second).contains { $0.noun == .demoDay } == isTold)
            #expect(try await manager.standing(under: second).contains { $0.noun == .demoDay })
        }
        // It is to come in three weeks.
        #expect(try await counted(manager).isEmpty)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("UPDATE demo_days SET starts_at = now() - interval '1 day' WHERE id = \(day)")
            for (other, outcome) in [("harbour/tidewater", "held"), ("harbour/sakuragi-ventures", "no_show")] {
                try await transaction.execute(
                    """
                    INSERT INTO demo_day_outcomes (tenant_id, demo_day_id, investor_id, startup_id, outcome, recorded_by)
                    VALUES (\(tenant), \(day), \(Cast.institution(other)), \(startup), \(outcome), \(mei))
                    """)
            }
        }
        let held = try await counted(manager)
        #expect(Set(held.map(\.kind)) == [.demoDayHeld, .meetingHeld] && held.count == 2)
        #expect(held.first { $0.kind == .meetingHeld }?.startup == startup)
        let told = try await counted(world.database.reader(as: world.context(Cast.kenji)))
        #expect(told.count == 2 && told.allSatisfy { $0.startup == nil && $0.startupName == nil })
        #expect(told.first { $0.kind == .demoDayHeld }?.object == day.uuid)
        #expect(told.first { $0.kind == .meetingHeld }?.object == nil)
        let park = try await Visitor(Cast.mei, in: world)
        #expect(await park.open("/console/mous/\(second)/links/new").text.contains("demo_day:\(day)"))
        #expect(await park.open("/console/mous/\(second)/report").text.contains("/console/demo-days/\(day)"))
        let again = await park.ask("POST", "/v1/mous/\(second)/links", json: #"{"demo_day":"\#(day)"}"#)
        #expect(again.status == 409, "\(again.text)")
        let unknown = await park.ask("POST", "/v1/mous/\(second)/links", json: #"{"demo_day":"\#(DemoDay.ID())"}"#)
        #expect(unknown.status == 422 && unknown.text.contains("/demo_day"), "\(unknown.text)")
    }

    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    /// A deal of Tidewater's with KelpSense that was made elsewhere.
    private func record(daysAgo: Int, _ world: World) async throws -> PastInvestment.ID {
        let (id, day) = (PastInvestment.ID(), today.adding(days: -daysAgo))
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.recordInvestment(
                NewInvestment(in: startup, on: day), of: Cast.institution("harbour/tidewater"), as: id, by: mei)
        }
        return id
    }

    private func deals(_ reader: Reader, under mou: MoU.ID) async throws -> [MoU.Activity] {
        try await reader.activities(under: mou).filter { $0.kind == .dealClosed }
    }

    @Test("a deal that somebody recorded counts by its link alone, and a partner learns neither whose nor with whom")
    func deal() async throws {
        let world = try await World()
        let (manager, bank) = (
            world.database.reader(as: world.context(Cast.mei)), world.database.reader(as: world.context(Cast.kenji))
        )
        let deal = try await record(daysAgo: 3, world)
        #expect(try await deals(manager, under: second).isEmpty)
        let area = try #require(try await manager.mou(second)?.areas.first?.focusArea)
        let id = try await link(.investment, deal.uuid, to: second, in: area, world)
        let target = try NewTarget(LocalizedName(en: "Deals"), .dealClosed, 1, by: today, in: area)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.setTarget(target, as: .init(), of: second, in: tenant, by: mei)
        }
        let counted = try #require(try await deals(manager, under: second).first)
        #expect(counted.noun == .investment && counted.object == deal.uuid && counted.startup == startup)
        #expect(counted.day == today.adding(days: -3) && counted.areas == [area])
        #expect(counted.line == .investmentMatching)
        for reader in [manager, bank] {
            let report = try await reader.report(on: second)
            let figure = try #require(report.figures.first { $0.filter.kind == .dealClosed })
            #expect(figure.count == 1 && report.activities.filter(figure.filter.admits).count == 1)
            #expect(report.targets.first { $0.target.metric == .dealClosed }?.status == .reached)
        }
        let standing = try #require(try await manager.standing(under: second).first { $0.noun == .investment })
        #expect(standing.link == id && standing.object == deal.uuid && standing.areas == [area])
        #expect(standing.within != nil, "a manager reads who invested")
        // Its partner learns as much of it as of an introduction, and a partner of another agreement nothing.
        let told = try #require(try await deals(bank, under: second).first)
        #expect(told.object == nil && told.startup == nil && told.startupName == nil)
        let seen = try #require(try await bank.standing(under: second).first { $0.noun == .investment })
        #expect(seen.object == nil && seen.name == nil && seen.within == nil && seen.note == nil)
        _ = try await link(.investment, deal.uuid, to: first, in: nil, world)
        #expect(try await deals(manager, under: first).count == 1)
        #expect(try await bank.activities(under: first).isEmpty)
        #expect(try await bank.standing(under: first).isEmpty)

        let (park, kenji, jun) = (
            try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world),
            try await Visitor(Cast.jun, in: world)
        )
        let again = await park.ask("POST", "/v1/mous/\(second)/links", json: #"{"investment":"\#(deal)"}"#)
        #expect(again.status == 409, "\(again.text)")
        let unknown = await park.ask(
            "POST", "/v1/mous/\(second)/links", json: #"{"investment":"\#(PastInvestment.ID())"}"#)
        #expect(unknown.status == 422 && unknown.text.contains("/investment"), "\(unknown.text)")
        // From the portfolio to the agreement and its form.
        let place = "/console/investments/\(deal)/agreements"
        let tidewater = Cast.institution("harbour/tidewater")
        #expect(await park.open("/console/investors/\(tidewater)/portfolio").text.contains(place))
        #expect(await !jun.open("/portfolio").text.contains("/agreements"))
        #expect(await park.open("/console/mous/\(second)/report").text.contains(place))
        let agreements = await park.open(place)
        #expect(agreements.status == 200 && agreements.text.contains("/console/mous/\(second)/links/\(id)/removal"))
        #expect(await park.open("/console/investments/\(PastInvestment.ID())/agreements").status == 404)
        #expect(await jun.open(place).status == 403)
        for path in ["", "/events?kind=deal_closed", ".csv"] {
            let read = await kenji.open("/partner/agreements/\(second)/report\(path)")
            #expect(read.status == 200 && !read.text.contains("Tidewater") && !read.text.contains(deal.description))
        }
        // What the firm takes back counts nowhere, and the firm learns nothing of the agreement.
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.takeBackInvestment(deal, because: ShortText("It fell through."), by: mei)
        }
        for mou in [first, second] { #expect(try await deals(manager, under: mou).isEmpty) }
        #expect(try await !manager.standing(under: second).contains { $0.noun == .investment })
        #expect(await park.open(place).status == 404)
    }

    @Test("what a principal takes back of the firm's portfolio is linked nowhere any more")
    func takenBackByTheFirm() async throws {
        let world = try await World()
        let manager = world.database.reader(as: world.context(Cast.mei))
        let deal = try await record(daysAgo: 3, world)
        _ = try await link(.investment, deal.uuid, to: second, in: nil, world)
        let firm = world.database.reader(as: world.context(Cast.jun))
        #expect(try await firm.value("SELECT count(*) FROM mou_links", as: Int.self) == 0)
        try await world.database.write(as: world.context(Cast.jun)) { transaction in
            try await transaction.takeBackInvestment(
                deal, because: ShortText("It fell through."), by: Cast.jun.person.id)
        }
        #expect(try await deals(manager, under: second).isEmpty)
        #expect(try await !manager.standing(under: second).contains { $0.noun == .investment })
    }

    @Test("a deal that came of an introduction counts once, by whichever link, and its link follows it")
    func dealOfAnIntroduction() async throws {
        let world = try await World()
        let manager = world.database.reader(as: world.context(Cast.mei))
        let introduction = try await introduce(world)
        let area = try #require(try await manager.mou(first)?.areas.first?.focusArea)
        _ = try await link(.introduction, introduction.uuid, to: first, in: area, world)
        func close(on day: CalendarDate) async throws {
            _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.recordStep(
                    NewStep(.closed, amount: Money(minor: 100_000_00, currency: .usd), instrument: .equity, day: day),
                    of: introduction, by: IntroductionActor(mei, for: .park))
            }
        }
        try await close(on: today)
        #expect(try await deals(manager, under: first).map(\.noun) == [.introduction])
        let firm = Cast.institution("harbour/tidewater")
        let closed = try #require(
            try await manager.investments(of: firm, limit: 100).first { $0.introduction == introduction })
        _ = try await link(.investment, closed.id.uuid, to: first, in: nil, world)
        let counted = try await deals(manager, under: first)
        #expect(counted.map(\.object) == [closed.id.uuid] && counted.map(\.areas) == [[area]])
        #expect(try await manager.activities(under: first).count == 2, "with the introduction itself")
        // Said anew of a day on which somebody had recorded it, it is that deal from then on, and linked as before.
        let known = try await record(daysAgo: 1, world)
        try await close(on: today.adding(days: -1))
        let moved = try await deals(manager, under: first)
        #expect(moved.map(\.object) == [known.uuid] && moved.map(\.day) == [today.adding(days: -1)])
    }

    @Test("a deal is a sign of life")
    func life() async throws {
        let world = try await World()
        try await world.owner.write(as: .none) { transaction in
            _ = try await transaction.execute(
                "UPDATE mou_meetings SET held_on = \(today.adding(days: -181)) WHERE mou_id = \(first)")
        }
        let manager = world.database.reader(as: world.context(Cast.mei))
        let mou = try #require(try await manager.mou(first))
        #expect(try await manager.dormant(among: [mou])[first] != nil)
        #expect(try await manager.mous(dormant: true).contains { $0.id == first })
        let deal = try await record(daysAgo: 2, world)
        _ = try await link(.investment, deal.uuid, to: first, in: nil, world)
        #expect(try await manager.lastSignOfLife(of: first) == today.adding(days: -2))
        #expect(try await !manager.mous(dormant: true).contains { $0.id == first })
    }

    @Test("the form of a link is searched by name, keeps what is chosen, and comes back with it")
    func search() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let deal = try await record(daysAgo: 3, world)
        let form = "/console/mous/\(second)/links/new"
        let general: ProgramStream.ID = demoID("stream incubation general")
        let (stream, chosen) = ("stream:\(general)", "investment:\(deal)")
        #expect(await park.open(form).text.contains(stream))
        for name in ["KELPsense", "tidewater"] {
            let found = await park.open("\(form)?q=\(name)").text
            #expect(found.contains(chosen) && !found.contains(stream), "\(name)")
        }
        let none = await park.open("\(form)?q=nobody%20at%20all").text
        #expect(!none.contains(chosen) && !none.contains(stream))
        let kept = await park.open("\(form)?q=nobody%20at%20all&object=\(chosen)").text
        #expect(kept.contains(#"value="\#(chosen)" selected"#) && !kept.contains(stream))
        #expect(await park.open("\(form)?object=moon:1").status == 200)
        let refused = await park.send(
            form, [("object", chosen), ("area", "space"), ("service_line", ""), ("note", "For the desk")])
        #expect(refused.status == 422 && refused.text.contains("For the desk"), "\(refused.text)")
        #expect(refused.text.contains(#"value="\#(chosen)" selected"#))
        let linked = await park.send(
            form, [("object", chosen), ("area", "fintech"), ("service_line", ""), ("note", "For the desk")])
        #expect(linked.status == 303, "\(linked.text)")
    }
}
