import Matching
import Testing

@Suite struct GateTests {
    let mandateKey = Inventor.key(2, 0)
    let startupKey = Inventor.key(1, 0)

    @Test func everyGateCloses() {
        expect([.notOptedIn]) { startup, _, _ in startup.isOptedIn = false }
        expect([.outsideAudience]) { startup, _, _ in startup.audience = .allBut([Inventor.key(3, 0)]) }
        expect([.outsideAudience]) { startup, _, _ in startup.audience = .only([Inventor.key(3, 1)]) }
        expect([.conflictOfInterest], conflicts: [startupKey]) { _, _, _ in }
        expect([.outsideAudience, .conflictOfInterest], conflicts: [startupKey]) { startup, _, _ in
            startup.audience = .only([])
        }
        expect([.notDeploying]) { _, mandate, _ in mandate.isDeploying = false }
        expect([.ownPortfolio]) { _, _, deals in
            deals.append(World.Deal(investor: Inventor.key(3, 0), startup: Inventor.key(1, 0), day: 1))
        }
        expect([.excludedStartup]) { _, mandate, _ in mandate.excludedStartups = [Inventor.key(1, 0)] }
        expect([.countryExcluded("HK")]) { _, mandate, _ in mandate.excludedCountries = ["HK"] }
        expect([.countryNotIncluded("HK")]) { _, mandate, _ in mandate.countries = ["JP"] }
        expect([.areaExcluded("payments", area: "payments")]) { _, mandate, _ in mandate.excludedAreas = ["payments"] }
        expect([.areaExcluded("fintech", area: "payments")]) { _, mandate, _ in mandate.excludedAreas = ["fintech"] }
        expect([.stageNotJoined("seed")]) { _, mandate, _ in
            mandate.stages = ["series-a"]
            mandate.isFirmOnStages = true
        }
    }

    @Test func whatIsAllowedPasses() {
        expect([]) { _, _, _ in }
        expect([]) { _, mandate, _ in mandate.countries = ["HK", "JP"] }
        expect([]) { _, mandate, _ in mandate.excludedAreas = ["insurance", "robotics"] }
        expect([]) { _, mandate, _ in mandate.stages = ["series-a"] }
        expect([]) { startup, mandate, _ in
            startup.askedStage = nil
            mandate.stages = ["series-a"]
            mandate.isFirmOnStages = true
        }
        expect([]) { _, _, deals in
            // Somebody else's deal, and one that has not happened yet.
            deals.append(World.Deal(investor: Inventor.key(3, 1), startup: Inventor.key(1, 0), day: 1))
            deals.append(World.Deal(investor: Inventor.key(3, 0), startup: Inventor.key(1, 0), day: Inventor.today + 1))
        }
    }

    @Test func anUnknownCountryIsNotAmongThoseNamed() {
        expect([.countryNotIncluded(nil)]) { startup, mandate, _ in
            startup.country = nil
            mandate.countries = ["HK"]
        }
        expect([]) { startup, mandate, _ in
            startup.country = nil
            mandate.excludedCountries = ["HK"]
        }
    }

    @Test func everyClosedGateIsNamed() {
        expect([.notOptedIn, .notDeploying, .countryExcluded("HK"), .countryNotIncluded("HK")]) { startup, mandate, _ in
            startup.isOptedIn = false
            mandate.isDeploying = false
            mandate.excludedCountries = ["HK"]
            mandate.countries = ["JP"]
        }
    }

    @Test func aConflictKeepsAStartupOutOfTheAnswerToAQuestion() throws {
        for seed in worlds(60, long: 2000) {
            var inventor = Inventor(seed: seed)
            let world = inventor.world()
            let conflicts = Set(world.startups.shuffled(using: &inventor).prefix(3).map(\.key))
            // They are left out as startups that keep away from everybody.
            var away = world
            for number in away.startups.indices where conflicts.contains(away.startups[number].key) {
                away.startups[number].audience = .only([])
            }
            let (index, gone) = (Index(world, model: everySignal), Index(away, model: everySignal))
            for mandate in world.mandates {
                #expect(
                    index.rank(mandate.key, limit: 1000, conflicts: conflicts) == gone.rank(mandate.key, limit: 1000))
                for startup in world.startups {
                    guard case .gated(let gates)? = index.explain(mandate.key, startup.key, conflicts: conflicts) else {
                        #expect(!conflicts.contains(startup.key))
                        continue
                    }
                    #expect(gates.contains(.conflictOfInterest) == conflicts.contains(startup.key))
                }
            }
            for startup in world.startups {
                let investors = Set(world.mandates.prefix(1).map(\.investor))
                let others = index.mandates(for: startup.key, limit: 100, conflicts: investors).map(\.mandate)
                #expect(
                    others
                        == index.mandates(for: startup.key, limit: 100).map(\.mandate).filter { key in
                            world.mandates.contains { $0.key == key && !investors.contains($0.investor) }
                        })
            }
        }
    }

    @Test func nobodyBehindAGateIsEverRanked() {
        for seed in worlds(300, long: 10_000) {
            var inventor = Inventor(seed: seed)
            let world = inventor.world()
            let index = Index(world, model: everySignal)
            for mandate in world.mandates {
                let funded = Set(world.deals.filter { $0.investor == mandate.investor }.map(\.startup))
                let allowed = world.startups.filter { startup in
                    let areas = startup.areas.filter { $0.weight > 0 }.map(\.name)
                    let covered = areas.contains { area in
                        mandate.excludedAreas.contains { excluded in
                            excluded == area || (excluded == "fintech" && ["payments", "insurance"].contains(area))
                                || (excluded == "robotics" && area == "drones")
                        }
                    }
                    return startup.isOptedIn && mandate.isDeploying && !funded.contains(startup.key) && !covered
                        && (mandate.countries.isEmpty || startup.country.map(mandate.countries.contains) == true)
                        && !(startup.country.map(mandate.excludedCountries.contains) ?? false)
                        && (!mandate.isFirmOnStages || mandate.stages.isEmpty
                            || startup.askedStage.map(mandate.stages.contains) ?? true)
                }
                #expect(Set(index.rank(mandate.key, limit: 1000).map(\.startup)) == Set(allowed.map(\.key)))
                // One that is being thought about is counted like one that the world has.
                var draft = mandate
                draft.key = Inventor.key(9, 9)
                let tally = index.tally(draft)
                #expect(tally.admitted == allowed.count)
                #expect(tally.considered == tally.admitted + tally.gatedOut.values.reduce(0, +))
            }
        }
    }

    private func expect(
        _ gates: [Gate], conflicts: Set<Key> = [], sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout World.Startup, inout World.Mandate, inout [World.Deal]) -> Void
    ) {
        var startup = World.Startup(
            startupKey, areas: [.init("payments")], country: "HK", askedStage: "seed", askedAmount: 1_000_000)
        var mandate = World.Mandate(mandateKey, of: Inventor.key(3, 0), areas: [.init("fintech")])
        var deals: [World.Deal] = []
        change(&startup, &mandate, &deals)
        let index = Index(
            World(
                today: Inventor.today, startups: [startup], mandates: [mandate], deals: deals, areas: Inventor.table))
        let list = index.rank(mandateKey, limit: 10, conflicts: conflicts)
        switch index.explain(mandateKey, startupKey, conflicts: conflicts) {
        case .gated(let closed):
            #expect(closed == gates, sourceLocation: sourceLocation)
            #expect(list.isEmpty, sourceLocation: sourceLocation)
        case .scored: #expect(gates.isEmpty && list.count == 1, sourceLocation: sourceLocation)
        case nil: Issue.record("the pair is not known", sourceLocation: sourceLocation)
        }
    }
}
