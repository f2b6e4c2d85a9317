import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Jobs
import Matching
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment

@Suite("Portfolios")
struct PortfolioTests {
    private static let tidewater = Cast.institution("harbour/tidewater")
    private static let day = CalendarDate(Date(), in: .utc).adding(days: -10)
    private static let amount = Money(minor: 500_000_00, currency: .usd)
    private let ada = IntroductionActor(Cast.ada.person.id, for: .startup)
    private let jun = IntroductionActor(Cast.jun.person.id, for: .investor)
    private let mei = IntroductionActor(Cast.mei.person.id, for: .park)

    private static func closed(_ amount: Money = amount, on day: CalendarDate = day) -> NewStep {
        NewStep(.closed, amount: amount, instrument: .safe, day: day)
    }

    private func portfolio(
        in world: IntroductionWorld, of investor: Institution.ID = tidewater, as member: Cast.Member = Cast.jun
    ) async throws -> [PastInvestment] {
        try await world.reader(member).investments(of: investor, limit: 100).filter { $0.startup == world.startup }
    }

    @Test("hold the deal that an introduction ended in, once, as it was last said by who said it or by the park")
    func ofIntroduction() async throws {
        let world = try await IntroductionWorld()
        let introduced = try await world.introduced()
        #expect(try await portfolio(in: world).isEmpty)
        func say(_ step: NewStep, as member: Cast.Member, _ actor: IntroductionActor) async throws {
            _ = try await world.write(as: member) { try await $0.recordStep(step, of: introduced.id, by: actor) }
        }
        // A founder, who reads no portfolio, closes it.
        try await say(Self.closed(), as: Cast.ada, ada)
        let deal = try #require(try await portfolio(in: world).first)
        #expect(deal.source == .introduction && deal.introduction == introduced.id)
        #expect(deal.amount == Self.amount && deal.instrument == .safe && deal.madeOn == Self.day)
        #expect(deal.round == nil)
        #expect(try await portfolio(in: world, as: Cast.ada).isEmpty)
        #expect(try await portfolio(in: world, as: Cast.chloe).isEmpty)

        // Who did not close it does not say it anew: by the verb, and past it.
        await #expect(throws: IntroductionRefusal.doesNotFollow(.closed)) {
            try await say(Self.closed(), as: Cast.jun, jun)
        }
        let error = await #expect(throws: DatabaseError.self) {
            try await world.write(as: Cast.jun) { [jun] in
                try await $0.insert(Self.closed(), of: introduced.id, by: jun)
            }
        }
        #expect(error?.constraint == "introductions_that_ended_stay_as_they_are")
        try await say(Self.closed(Money(minor: 600_000_00, currency: .usd)), as: Cast.ada, ada)
        try await say(
            Self.closed(Money(minor: 650_000_00, currency: .usd), on: Self.day.adding(days: 1)), as: Cast.mei, mei)
        let corrected = try await portfolio(in: world)
        #expect(corrected.map(\.id) == [deal.id])
        #expect(corrected.first?.amount?.minor == 650_000_00)
        #expect(corrected.first?.madeOn == Self.day.adding(days: 1))
        // Said anew on a day on which the deal is known by another way, the two are one.
        let known = PastInvestment.ID()
        let knownOn = Self.day.adding(days: 2)
        _ = try await world.write(as: Cast.mei) { [startup = world.startup] in
            try await $0.recordInvestment(
                NewInvestment(in: startup, on: knownOn), of: Self.tidewater, as: known, by: Cast.mei.person.id)
        }
        #expect(try await portfolio(in: world).count == 2)
        try await say(Self.closed(on: knownOn), as: Cast.mei, mei)
        #expect(try await portfolio(in: world).map(\.id) == [known])
        #expect(try await portfolio(in: world).map(\.amount) == [Self.amount], "the introduction says how much")
        try await say(Self.closed(on: Self.day.adding(days: 1)), as: Cast.mei, mei)
        #expect(try await portfolio(in: world).map(\.source) == [.recorded, .introduction])
        #expect(try await portfolio(in: world).map(\.amount) == [nil, Self.amount])
        try await world.write(as: Cast.mei) {
            try await $0.takeBackInvestment(
                known, because: ShortText("It was the same deal."), by: Cast.mei.person.id)
        }
        let now = try await world.current(introduced.id)
        #expect(now.stage == .closed && now.ending?.side == .startup)

        // An import of the same deal is not a second one.
        let importer = Importer(into: Cast.harbour.id, of: world.world.database, as: .system(in: Cast.harbour.id))
        try await world.world.owner.write(as: .none) { transaction in
            for (id, name) in [(Self.tidewater.uuid, "t-1"), (world.startup.uuid, "k-1")] {
                try await transaction.execute("UPDATE institutions SET external_id = \(name) WHERE id = \(id)")
            }
        }
        let rows = "investor_id,startup_id,date,round_type,amount_usd\nt-1,k-1,\(Self.day.adding(days: 1)),seed,750000"
        let report = try await importer.importInvestments(from: ImportFile(rows, named: "d", as: .csv))
        #expect([report.inserted, report.unchanged, report.failed] as [Int] == [0, 1, 0])
        #expect(try await portfolio(in: world).count == 1)
    }

    @Test(
        "hold the deals of two introductions that close on one day, and what is recorded of that day is neither again")
    func twoOfOneDay() async throws {
        let world = try await IntroductionWorld()
        let first = try await world.introduced()
        _ = try await world.write(as: Cast.mei) { [mei] in
            try await $0.recordStep(Self.closed(), of: first.id, by: mei)
        }
        // The firm came back to the startup, by another of its mandates.
        let second = Introduction.ID()
        try await world.world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO introductions
                SELECT (jsonb_populate_record(n, jsonb_build_object(
                    'id', \(second)::uuid, 'stage', 'introduced', 'ended_at', NULL))).*
                FROM introductions AS n WHERE n.id = \(first.id)
                """)
        }
        let tranche = Money(minor: 200_000_00, currency: .usd)
        for amount in [tranche, Self.amount, tranche] {
            _ = try await world.write(as: Cast.mei) { [mei] in
                try await $0.recordStep(Self.closed(amount), of: second, by: mei)
            }
        }
        let deals = try await portfolio(in: world)
        #expect(Set(deals.map(\.introduction)) == [first.id, second])
        #expect(Set(deals.map(\.amount)) == [Self.amount, tranche] && deals.allSatisfy { $0.madeOn == Self.day })
        await #expect(throws: InvestmentRefusal.known) {
            _ = try await world.write(as: Cast.mei) { [startup = world.startup] in
                try await $0.recordInvestment(
                    NewInvestment(in: startup, on: Self.day), of: Self.tidewater, as: PastInvestment.ID(),
                    by: Cast.mei.person.id)
            }
        }
    }

    @Test("leave to a deal that somebody recorded the figures they gave, whatever an introduction says of it")
    func ownFigures() async throws {
        let world = try await IntroductionWorld()
        let introduced = try await world.introduced()
        let (known, own) = (PastInvestment.ID(), Money(minor: 120_000_00, currency: .hkd))
        _ = try await world.write(as: Cast.mei) { [startup = world.startup] in
            try await $0.recordInvestment(
                NewInvestment(in: startup, on: Self.day, amount: own, instrument: .equity), of: Self.tidewater,
                as: known,
                by: Cast.mei.person.id)
        }
        for amount in [Self.amount, Money(minor: 600_000_00, currency: .usd)] {
            _ = try await world.write(as: Cast.mei) { [mei] in
                try await $0.recordStep(Self.closed(amount), of: introduced.id, by: mei)
            }
            let deal = try #require(try await portfolio(in: world).first)
            #expect(deal.id == known && deal.introduction == introduced.id)
            #expect(deal.amount == own && deal.instrument == .equity)
        }
        func deals() async throws -> Int {
            let report = try await world.reader(Cast.mei).introductionReport(since: Self.day)
            return report.reached.first { $0.stage == .closed }?.count ?? 0
        }
        #expect(try await deals() == 1)
        try await world.write(as: Cast.mei) {
            try await $0.takeBackInvestment(known, because: ShortText("It fell through."), by: Cast.mei.person.id)
        }
        let left = try #require(try await portfolio(in: world).first)
        #expect(left.introduction == nil && left.amount == own && left.instrument == .equity)
        #expect(try await deals() == 0, "a deal that was taken back is none")
    }

    @Test("know a deal that is there already as the one an introduction ended in, and keep it when that is taken back")
    func knownBefore() async throws {
        let world = try await IntroductionWorld()
        let introduced = try await world.introduced()
        let known = UUID()
        try await world.world.database.write(as: .system(in: Cast.harbour.id)) {
            _ = try await $0.execute(
                """
                INSERT INTO investments (tenant_id, id, investor_id, startup_id, made_on, round_type)
                VALUES (\(Cast.harbour.id), \(known), \(Self.tidewater), \(world.startup), \(Self.day), 'seed')
                """)
        }
        _ = try await world.write(as: Cast.jun) { [jun] in
            try await $0.recordStep(Self.closed(), of: introduced.id, by: jun)
        }
        let deal = try #require(try await portfolio(in: world).first)
        #expect(try await portfolio(in: world).count == 1)
        #expect(deal.id.uuid == known && deal.source == .introduction && deal.amount == Self.amount)

        // The firm does not take back what an introduction ended in; the park does, with a reason.
        let reason = try ShortText("It was another company.")
        await #expect(throws: InvestmentRefusal.ofIntroduction) {
            try await world.write(as: Cast.jun) {
                try await $0.takeBackInvestment(deal.id, because: reason, by: Cast.jun.person.id)
            }
        }
        try await world.write(as: Cast.mei) {
            try await $0.takeBackInvestment(deal.id, because: reason, by: Cast.mei.person.id)
        }
        let left = try #require(try await portfolio(in: world).first)
        #expect(left.id == deal.id && left.source == .imported && left.introduction == nil && left.amount == nil)
        await #expect(throws: InvestmentRefusal.imported) {
            try await world.write(as: Cast.mei) {
                try await $0.takeBackInvestment(left.id, because: reason, by: Cast.mei.person.id)
            }
        }
        // Said once more, it is one again.
        _ = try await world.write(as: Cast.mei) { [mei] in
            try await $0.recordStep(Self.closed(), of: introduced.id, by: mei)
        }
        #expect(try await portfolio(in: world).map(\.source) == [.introduction])
    }

    @Test("take in deals made elsewhere: from a principal of the firm and the park, by API")
    func elsewhere() async throws {
        let world = try await IntroductionWorld()
        let jun = try await Visitor(Cast.jun, in: world.world)
        let mina = try await Visitor(Cast.mina, in: world.world)
        let chloe = try await Visitor(Cast.chloe, in: world.world)
        let mei = try await Visitor(Cast.mei, in: world.world)
        func body(_ day: CalendarDate, more: String = "") -> String {
            """
            {"startup": "\(world.startup)", "made_on": "\(day)", "instrument": "equity", "round_type": "seed",
             "amount": {"amount_minor": 2500000, "currency": "HKD"}\(more)}
            """
        }
        let made = await jun.ask("POST", "/v1/investments", json: body(Self.day))
        #expect(made.status == 201, "\(made.text)")
        #expect(try made.json()["source"]?.text == "recorded")
        let id = try #require(try made.json()["id"]?.text)
        let twice = await jun.ask("POST", "/v1/investments", json: body(Self.day))
        #expect(twice.status == 409)
        #expect(twice.text.contains("in the portfolio already"))
        let future = await jun.ask("POST", "/v1/investments", json: body(Self.day.adding(days: 40)))
        #expect(future.status == 422)
        #expect(future.text.contains("/made_on"))
        let nothing = await jun.ask(
            "POST", "/v1/investments",
            json: body(Self.day.adding(days: -1)).replacing("2500000", with: "0"))
        #expect(nothing.status == 422 && nothing.text.contains("/amount/amount_minor"))
        #expect(await mina.ask("POST", "/v1/investments", json: body(Self.day.adding(days: -1))).status == 403)
        // A firm that was never shown the startup does not learn that it is there.
        let unknown = await chloe.ask("POST", "/v1/investments", json: body(Self.day))
        #expect(unknown.status == 422)
        #expect(unknown.text.contains("/startup"))
        let nameless = await mei.ask("POST", "/v1/investments", json: body(Self.day.adding(days: -2)))
        #expect(nameless.status == 422 && nameless.text.contains("/investor"))
        let park = await mei.ask(
            "POST", "/v1/investments",
            json: body(Self.day.adding(days: -2), more: #", "investor": "\#(Self.tidewater)""#))
        #expect(park.status == 201, "\(park.text)")
        #expect(try await portfolio(in: world).map(\.source) == [.recorded, .recorded])

        // Counted as an imported deal is: the startup has left the investor's matches.
        let mandate = try #require(try await world.reader(Cast.mei).mandate(world.list.mandate))
        var inputs = try await world.world.database.snapshot(as: .system(in: Cast.harbour.id)) {
            try await $0.matchInputs(
                OrderedMatchRun(length: 200, rules: MatchRules(), asOf: CalendarDate($0.now, in: .utc), asked: nil))
        }
        #expect(
            inputs.world.deals.count { $0.investor == Self.tidewater.key && $0.startup == world.startup.key } == 2)
        // What waits on a list that is out is looked at all the same.
        inputs.resting = []
        func isProposed() async throws -> Bool {
            let (proposals, _) = try await InvestmentRoom.propose(inputs)
            let proposal = try #require(proposals.first { $0.mandate == mandate.id.key })
            return proposal.items.map(\.startup).contains(world.startup.key)
        }
        #expect(try await !isProposed())
        inputs.world.deals.removeAll { $0.investor == Self.tidewater.key && $0.startup == world.startup.key }
        #expect(try await isProposed(), "nothing else keeps it off")

        let address = "/v1/investments/\(id)/withdrawal"
        let reason = #"{"reason": "It was not us."}"#
        #expect(await mina.ask("POST", address, json: reason).status == 403)
        #expect(await chloe.ask("POST", address, json: reason).status == 404)
        #expect(await jun.ask("POST", address, json: reason).status == 204)
        #expect(await jun.ask("POST", address, json: reason).status == 404)
        #expect(try await portfolio(in: world).count == 1)
    }

    @Test("are kept in one's own name alone: past the verb the wall refuses an analyst and whatever is not recorded")
    func wall() async throws {
        let world = try await IntroductionWorld()
        @Sendable func insert(_ source: String, of investor: Institution.ID) -> Query {
            """
            INSERT INTO investments (tenant_id, id, investor_id, startup_id, made_on, round_type, source, recorded_by)
            VALUES (acting_tenant(), gen_random_uuid(), \(investor), \(world.startup), \(Self.day), 'seed', \(source),
                    CASE WHEN \(source)::text = 'recorded' THEN acting_person() END)
            """
        }
        let kasumi = Cast.institution("harbour/kasumi")
        let refused: [(Cast.Member, Query)] = [
            (Cast.mina, insert("recorded", of: Self.tidewater)), (Cast.jun, insert("imported", of: Self.tidewater)),
            (Cast.jun, insert("recorded", of: kasumi)), (Cast.ada, insert("recorded", of: Self.tidewater)),
        ]
        for (member, deed) in refused {
            let error = await #expect(throws: DatabaseError.self, "\(member.part)") {
                try await world.write(as: member) { _ = try await $0.execute(deed) }
            }
            #expect(error?.sqlState == "42501", "\(member.part)")
        }
        let done = try await world.write(as: Cast.jun) {
            try await $0.execute(insert("recorded", of: Self.tidewater))
        }
        #expect(done == 1)
        for member in [Cast.mina, Cast.chloe, Cast.ada] {
            let gone = try await world.write(as: member) {
                try await $0.execute("DELETE FROM investments WHERE source = 'recorded'")
            }
            #expect(gone == 0, "\(member.part)")
        }
    }

    @Test("have a page for the firm and one for the park, with what was mistaken taken back there")
    func pages() async throws {
        let world = try await IntroductionWorld()
        let introduced = try await world.introduced()
        _ = try await world.write(as: Cast.jun) { [jun] in
            try await $0.recordStep(Self.closed(), of: introduced.id, by: jun)
        }
        let jun = try await Visitor(Cast.jun, in: world.world)
        let mina = try await Visitor(Cast.mina, in: world.world)
        let mei = try await Visitor(Cast.mei, in: world.world)
        let own = await jun.open("/portfolio")
        #expect(own.status == 200, "\(own.text)")
        #expect(own.text.contains("KelpSense") && own.text.contains("An introduction"))
        #expect(own.text.contains("500,000") && own.text.contains("SAFE"))
        #expect(own.text.contains(#"name="made_on""#))
        #expect(await jun.open("/portfolio?q=kelp").text.contains("value=\"\(world.startup)\""))
        let read = await mina.open("/portfolio")
        #expect(read.status == 200 && read.text.contains("KelpSense"))
        #expect(!read.text.contains(#"name="made_on""#), "an analyst reads")
        func deal(_ day: String) -> [(String, String)] {
            [
                ("startup", world.startup.description), ("made_on", day), ("amount.amount", "1,250,000"),
                ("amount.currency", "HKD"), ("instrument", "equity"), ("round_type", "seed"), ("round.amount", ""),
                ("round.currency", "HKD"),
            ]
        }
        #expect(await mina.send("/portfolio", deal("2024-05-01")).status == 403)
        let bad = await jun.send("/portfolio", deal("2100-05-01"))
        #expect(bad.status == 422)
        #expect(bad.text.contains("Choose a day that has come.") && bad.text.contains("1,250,000"))
        #expect(await jun.send("/portfolio", deal("2024-05-01")).status == 303)
        let console = "/console/investors/\(Self.tidewater)/portfolio"
        #expect(await mei.send(console, deal("2023-05-01")).status == 303)
        let park = await mei.open(console)
        #expect(park.status == 200)
        #expect(park.text.contains("The firm or the programme") && park.text.contains("An introduction"))
        #expect(await mei.open("/console/investors/\(Self.tidewater)").text.contains(console))

        let made = try await portfolio(in: world)
        #expect(made.count == 3)
        let ofIntroduction = try #require(made.first { $0.source == .introduction }).id
        let recorded = try #require(made.first { $0.source == .recorded }).id
        let unexplained = await mei.send(
            console + "/withdrawal", [("investment", recorded.description), ("reason", "")])
        #expect(unexplained.status == 422)
        let ours = await jun.send(
            "/portfolio/withdrawal", [("investment", ofIntroduction.description), ("reason", "No")])
        #expect(ours.status == 409)
        for (visitor, address, id) in [
            (jun, "/portfolio/withdrawal", recorded), (mei, console + "/withdrawal", ofIntroduction),
        ] {
            let gone = await visitor.send(address, [("investment", id.description), ("reason", "A mistake")])
            #expect(gone.status == 303, "\(gone.text)")
        }
        #expect(try await portfolio(in: world).count == 1)

        for (visitor, address) in [(jun, "/portfolio"), (mei, console)] {
            let told = await visitor.open(address)
            #expect(told.text.contains(#"id="taken-back""#) && told.text.contains("A mistake"))
        }
        let listed = await jun.ask("GET", "/v1/investors/\(Self.tidewater)/investments-taken-back")
        #expect(try listed.json()["items"]?.elements?.compactMap { $0["reason"]?.text } == ["A mistake", "A mistake"])
        let chloe = try await Visitor(Cast.chloe, in: world.world)
        #expect(await chloe.ask("GET", "/v1/investors/\(Self.tidewater)/investments-taken-back").status == 404)

        // The deal is put right on the introduction's page, by who closed it.
        let page = await jun.open("/introductions/\(introduced.id)")
        #expect(page.text.contains("Put the deal right"))
        let ada = try await Visitor(Cast.ada, in: world.world)
        #expect(!(await ada.open("/introductions/\(introduced.id)").text.contains("Put the deal right")))
        let again = await jun.send(
            "/introductions/\(introduced.id)/steps",
            [
                ("stage", "closed"), ("reason", ""), ("amount.amount", "400,000"), ("amount.currency", "USD"),
                ("instrument", "equity"), ("day", Self.day.description), ("note", ""),
            ])
        #expect(again.status == 303, "\(again.text)")
        #expect(try await portfolio(in: world).first { $0.source == .introduction }?.amount?.minor == 400_000_00)
    }
}

@Suite("What models learn from introductions")
struct OutcomeTests {
    private let ada = IntroductionActor(Cast.ada.person.id, for: .startup)
    private let jun = IntroductionActor(Cast.jun.person.id, for: .investor)

    private func inputs(of world: IntroductionWorld) async throws -> TrainingInputs {
        try await world.world.database.snapshot(as: .system(in: Cast.harbour.id)) {
            try await $0.trainingInputs(asOf: CalendarDate($0.now, in: .utc))
        }
    }

    private func worth(of world: IntroductionWorld) async throws -> Double? {
        let investor = Cast.institution("harbour/tidewater").key
        return try await inputs(of: world).interests
            .first { $0.investor == investor && $0.startup == world.startup.key }?.worth
    }

    private func say(_ step: NewStep, of introduction: Introduction, in world: IntroductionWorld) async throws {
        _ = try await world.write(as: Cast.jun) { [jun] in
            try await $0.recordStep(step, of: introduction.id, by: jun)
        }
    }

    @Test("is what came of them: a meeting and a look at the books weigh more than the word; all of it is counted")
    func outcomes() async throws {
        let world = try await IntroductionWorld()
        let before = try await inputs(of: world)
        #expect(try await worth(of: world) == nil)
        let introduced = try await world.introduced()
        #expect(try await worth(of: world) == 1)
        let asked = try await inputs(of: world)
        #expect(asked.evidence.answers == before.evidence.answers + 1)
        #expect(asked.evidence.outcomes == before.evidence.outcomes)
        try await say(NewStep(.met), of: introduced, in: world)
        #expect(try await worth(of: world) == 2)
        let met = try await inputs(of: world)
        #expect(met.evidence.met == before.evidence.met + 1)
        #expect(met.hash() != asked.hash())
        #expect(try await inputs(of: world).hash() == met.hash())
        try await say(NewStep(.inDiligence), of: introduced, in: world)
        #expect(try await worth(of: world) == 3)
        let deals = try await inputs(of: world).world.deals.count
        let day = CalendarDate(Date(), in: .utc).adding(days: -3)
        try await say(
            NewStep(.closed, amount: Money(minor: 100, currency: .usd), instrument: .equity, day: day), of: introduced,
            in: world)
        let invested = try await inputs(of: world)
        #expect(invested.world.deals.count == deals + 1)
        #expect(invested.evidence.invested == before.evidence.invested + 1)
        #expect(invested.evidence.inDiligence == before.evidence.inDiligence)
        // Taken back, it is what it was before.
        let deal = try #require(
            try await world.reader(Cast.mei).investments(of: introduced.investor, limit: 100)
                .first { $0.introduction == introduced.id })
        try await world.write(as: Cast.mei) {
            try await $0.takeBackInvestment(
                deal.id, because: ShortText("A mistake"), by: Cast.mei.person.id)
        }
        let back = try await inputs(of: world)
        #expect(back.world.deals.count == deals)
        #expect(back.evidence.inDiligence == before.evidence.inDiligence + 1)
        #expect(try await worth(of: world) == 3)

        // The report of a training says it, and so does its page.
        let id = LearnedModel.ID()
        _ = try await world.write(as: Cast.mei) {
            try await $0.requestTraining(as: id, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        let model = try await world.world.working {
            try await world.world.awaiting {
                try await world.reader(Cast.mei).learnedModel(id)
            } until: {
                $0?.state.isUnderWay == false
            }
        }
        #expect(model?.report?.evidence == back.evidence)
        let mei = try await Visitor(Cast.mei, in: world.world)
        let page = await mei.open("/console/models/\(id)")
        #expect(page.text.contains("Introductions learned from"))
        #expect(page.text.contains("\(back.evidence.inDiligence) in diligence"))
    }

    @Test(
        "is nothing where the investor found that it did not fit, which speaks against the like of it as a pass does",
        arguments: [EndingReason.notOurSector, .team])
    func fellThrough(_ reason: EndingReason) async throws {
        let world = try await IntroductionWorld()
        let introduced = try await world.introduced()
        try await say(NewStep(.met), of: introduced, in: world)
        let before = try await inputs(of: world)
        let seen = try await world.world.database.snapshot(as: .system(in: Cast.harbour.id)) {
            try await $0.matchingMoment().seen
        }
        try await say(NewStep(.passed, because: reason), of: introduced, in: world)
        let after = try await inputs(of: world)
        let doesNotFit = reason.ground != nil
        #expect(try await worth(of: world) == (doesNotFit ? nil : 2))
        #expect(after.evidence.fellThrough == before.evidence.fellThrough + (doesNotFit ? 1 : 0))
        #expect(after.evidence.answers == before.evidence.answers)
        let today = CalendarDate(Date(), in: .utc).daysSince1970
        let system = world.world.database.reader(as: .system(in: Cast.harbour.id))
        // What is held in memory learns of it.
        #expect(try await system.matchingChanges(since: seen, limit: 100).investors == [introduced.investor])
        let answers = try await system.latestAnswers(on: today, of: [introduced.investor])[introduced.investor]
        let passes = answers?.passes.filter { $0.startup == world.startup.key } ?? []
        #expect(passes.map(\.ground) == (doesNotFit ? [.area] : []))
        // Interest keeps it off the next lists as before.
        #expect(answers?.standing.contains(world.startup.key) == true)
        #expect(
            try await system.latestAnswers(on: today, of: nil)[introduced.investor]?.passes.count
                == answers?.passes.count)
    }

    @Test("is nothing bad where the startup ends it")
    func startupsNo() async throws {
        let world = try await IntroductionWorld()
        let introduced = try await world.introduced()
        try await say(NewStep(.met), of: introduced, in: world)
        _ = try await world.write(as: Cast.ada) { [ada] in
            try await $0.recordStep(NewStep(.passed, because: .terms), of: introduced.id, by: ada)
        }
        #expect(try await worth(of: world) == 2)
    }
}
