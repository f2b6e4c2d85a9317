import Testing

@testable import Matching

@Suite struct ScoringTests {
    @Test func oneMoreMatchingAreaNeverLowersTheDeclaredFit() throws {
        var (raised, lowered) = (0, 0)
        for seed in worlds(100, long: 3000) {
            var inventor = Inventor(seed: seed)
            var world = inventor.world()
            let before = Index(world, model: everySignal)
            for index in world.mandates.indices {
                let area = inventor.one(Inventor.areas)
                world.mandates[index].areas.append(.init(area, Double.random(in: 0...1, using: &inventor)))
            }
            let after = Index(world, model: everySignal)
            for mandate in before.mandates {
                let (old, new) = (parts(before, mandate), parts(after, mandate))
                for (startup, parts) in old {
                    let (was, now) = (value(.declaredArea, parts), value(.declaredArea, new[startup] ?? []))
                    if now < was { lowered += 1 }
                    if now > was { raised += 1 }
                }
            }
        }
        #expect(lowered == 0)
        #expect(raised > 1000)
    }

    @Test func whatIsDeclaredOnlyHelps() {
        var harmed = 0
        for seed in worlds(100, long: 3000) {
            var inventor = Inventor(seed: seed)
            let index = Index(inventor.world(), model: everySignal)
            for mandate in index.mandates {
                for part in parts(index, mandate).values.joined() where part.value < 0 {
                    switch part.signal {
                    case .declaredArea, .declaredCountry, .declaredRegion, .declaredStage, .declaredSize: harmed += 1
                    default: break
                    }
                }
            }
        }
        #expect(harmed == 0)
    }

    @Test func missingFactsCountForNothing() throws {
        var inventor = Inventor(seed: 5)
        var world = inventor.world()
        let bare = Key(high: 9, low: 9)
        world.startups.append(World.Startup(bare))
        for index in world.mandates.indices {
            (world.mandates[index].countries, world.mandates[index].isDeploying) = ([], true)
        }
        let index = Index(world, model: everySignal)
        for mandate in world.mandates {
            guard case .scored(let explanation) = index.explain(mandate.key, bare) else {
                Issue.record("a startup without facts is gated")
                continue
            }
            // How active the investor is says nothing of the startup.
            #expect(explanation.parts.allSatisfy { $0.signal.kind == .market && $0.signal != .demand })
        }
    }

    @Test func takingAFactAwayTakesItsPartAway() {
        var (startup, mandate) = fixture
        let with = score(startup, mandate)
        startup.region = nil
        let without = score(startup, mandate)
        #expect((with.first { $0.signal == .region }?.value ?? 0) > 0)
        #expect(!without.contains { $0.signal == .region })
        mandate.regions = []
        #expect(!score(startup, mandate).contains { $0.signal == .declaredRegion })
    }

    @Test func habitsComeWithTheirEvidence() throws {
        let (startup, mandate) = fixture
        let part = try #require(score(startup, mandate).first { $0.signal == .region })
        guard case .habit(let fact, let deals, let total, let times) = part.evidence.first else {
            Issue.record("no habit")
            return
        }
        #expect(fact == .init(question: "region", answers: ["Harbour"]))
        #expect((deals, total) == (6, 8))
        #expect(times > 100)
    }

    @Test func habitsNobodyHasAreThoseOfTheCompany() throws {
        var told = 0
        for seed in worlds(100, long: 3000) {
            var inventor = Inventor(seed: seed)
            let index = Index(inventor.world(), model: everySignal)
            for mandate in index.mandates {
                for part in index.propose(mandate, limit: 30)?.items.flatMap(\.explanation.parts) ?? [] {
                    for case .habit(_, 0, _, _) in part.evidence where part.evidence.count == 1 {
                        #expect(part.value < 0)
                    }
                    for case .habitOfCompany in part.evidence { told += 1 }
                }
            }
        }
        #expect(told > 0)
    }

    @Test func declarationsNameTheWishAndWhatMeetsIt() throws {
        let (startup, mandate) = fixture
        let part = try #require(score(startup, mandate).first { $0.signal == .declaredArea })
        #expect(
            part.evidence == [.declared(wish: "fintech", .init(question: "area", answers: ["payments"]))])
    }

    @Test func companionsAreNamed() throws {
        let (startup, mandate) = fixture
        let part = try #require(score(startup, mandate).first { $0.signal == .closestBacker })
        #expect(part.evidence == [.companions([.init(investor: Inventor.key(3, 1), shared: 3)])])
        #expect(part.value > 0)
    }

    @Test func sharedWordsAreNamed() throws {
        let (startup, mandate) = fixture
        let part = try #require(score(startup, mandate).first { $0.signal == .text })
        guard case .words(let words) = part.evidence.first else {
            Issue.record("no words")
            return
        }
        #expect(words.contains("wallet"))
        #expect(!words.contains("unheard"))
    }

    @Test func aNewInvestorIsRankedByItsDeclaration() {
        let mandate = World.Mandate(
            Inventor.key(2, 0), of: Inventor.key(3, 77), areas: [.init("robotics")], stages: ["seed"])
        let startups = Inventor.areas.enumerated().map { number, area in
            World.Startup(Inventor.key(1, number), areas: [.init(area)], askedStage: "seed")
        }
        let world = World(
            today: Inventor.today, startups: startups, mandates: [mandate], areas: Inventor.table)
        let list = Index(world).rank(mandate.key, limit: 3)
        #expect(Set(list.prefix(2).map(\.startup)) == [Inventor.key(1, 3), Inventor.key(1, 4)])
        #expect(list[1].score > list[2].score)
    }

    @Test func anyNumbersAreTakenWithoutATrap() async throws {
        let numbers = [Int.min, Int.min + 1, -1, 0, 1, 719_163, Int.max - 1, Int.max]
        let weights = [Double.nan, .infinity, -.infinity, -0.0, 1e308, -1e308, .leastNonzeroMagnitude, 0.5]
        let texts = ["", "\0", String(repeating: "x", count: 5000), "\u{1F}", "é\u{301}", "智慧城市科技園", "\u{202E}abc"]
        for seed in worlds(300, long: 1_000_000) {
            var inventor = Inventor(seed: seed)
            func number() -> Int { numbers.randomElement(using: &inventor) ?? 0 }
            func text() -> String { texts.randomElement(using: &inventor) ?? "" }
            var world = inventor.world(startups: 6, mandates: 2, deals: 12)
            world.today = number()
            for index in world.startups.indices where Bool.random(using: &inventor) {
                world.startups[index].founded = number()
                world.startups[index].askedAmount = number()
                world.startups[index].text = text()
                world.startups[index].region = text()
                world.startups[index].city = text()
                world.startups[index].tags = [text(), text()]
                world.startups[index].areas = [
                    .init(text(), weights.randomElement(using: &inventor) ?? 0), .init("fintech"),
                ]
                world.startups[index].lastRound = .round(kind: text(), day: number(), amount: number())
            }
            for index in world.deals.indices where Bool.random(using: &inventor) {
                world.deals[index].day = number()
                world.deals[index].amount = number()
                world.deals[index].kind = text()
            }
            for index in world.mandates.indices {
                let (one, two) = (number(), number())
                world.mandates[index].cheque = min(one, two)...max(one, two)
                world.mandates[index].areas = [.init(text(), weights.randomElement(using: &inventor) ?? 0)]
                world.mandates[index].regions = [text()]
            }
            let weight = weights.randomElement(using: &inventor) ?? 1
            let model = Model(
                version: "hostile", reference: weight,
                cold: Model.Weights(
                    start: weight, weight: [.text: weight, .area: 1e300, .age: .nan], perExperience: [.area: weight],
                    upside: [.region: -.infinity], demand: ["age=0-6": weight]),
                warm: Model.Weights(
                    start: -1e300, weight: [.text: weight, .walk: .infinity, .region: -1e300],
                    perExperience: [.walk: .nan], upside: [.age: weight], demand: ["gap=-": .nan]))
            let index = Index(world, model: model)
            let lists = try await index.rankAll(limit: number(), width: number())
            for (mandate, list) in zip(index.mandates, lists) {
                guard !list.isEmpty else { continue }
                let order = list.map { (-$0.score, $0.startup) }
                #expect(zip(order, order.dropFirst()).allSatisfy { $0 < $1 })
                #expect((0...1).contains(model.probability(of: list[0].score)))
                let proposed = index.propose(mandate, limit: 1000)?.items.prefix(list.count) ?? []
                #expect(proposed.map(\.startup) == list.map(\.startup))
                #expect(proposed.map(\.explanation.score) == list.map(\.score))
            }
        }
    }

    /// An investor that backs payment startups of one region together with another investor, who backs the startup.
    private var fixture: (World.Startup, World.Mandate) {
        (
            World.Startup(
                Inventor.key(1, 100), areas: [.init("payments")], text: "wallet unheard", region: "Harbour",
                askedStage: "seed", askedAmount: 2_000_000),
            World.Mandate(
                Inventor.key(2, 0), of: Inventor.key(3, 0), areas: [.init("fintech")], regions: ["Harbour"])
        )
    }

    private func score(_ startup: World.Startup, _ mandate: World.Mandate) -> [Part] {
        let past = (0..<8).map { number in
            World.Startup(
                Inventor.key(1, number), areas: [.init("payments")], text: "wallet \(number)",
                region: number < 6 ? "Harbour" : "Sakuragi", isOptedIn: false)
        }
        let others = (20..<60).map { number in
            World.Startup(Inventor.key(1, number), areas: [.init("drones")], text: "wing", region: "Kitagawa")
        }
        var deals = (0..<8).map { World.Deal(investor: Inventor.key(3, 0), startup: Inventor.key(1, $0), day: 19_000) }
        deals += (0..<3).map { World.Deal(investor: Inventor.key(3, 1), startup: Inventor.key(1, $0), day: 18_000) }
        deals.append(World.Deal(investor: Inventor.key(3, 1), startup: startup.key, day: 18_500))
        deals += (20..<50).map { World.Deal(investor: Inventor.key(3, 2), startup: Inventor.key(1, $0), day: 19_500) }
        let index = Index(
            World(
                today: Inventor.today, startups: past + others + [startup], mandates: [mandate], deals: deals,
                areas: Inventor.table), model: everySignal)
        guard case .scored(let explanation) = index.explain(mandate.key, startup.key) else { return [] }
        return explanation.parts
    }

    private func parts(_ index: Index, _ mandate: Key) -> [Key: [Part]] {
        let items = index.propose(mandate, limit: .max)?.items ?? []
        return Dictionary(uniqueKeysWithValues: items.map { ($0.startup, $0.explanation.parts) })
    }

    private func value(_ signal: Signal, _ parts: [Part]) -> Int {
        parts.first { $0.signal == signal }?.value ?? 0
    }
}
