import Testing

@testable import Matching

@Suite struct ChangeTests {
    @Test func whatIsToldAgainAsItWasChangesNothing() {
        for seed in worlds(40, long: 1000) {
            var inventor = Inventor(seed: seed)
            let world = inventor.world(startups: 200, deals: 150)
            let index = Index(world, model: everySignal)
            var other = index
            // Piece by piece, so that there are layers of layers.
            for startup in world.startups.shuffled(using: &inventor).prefix(120) { other.change([startup]) }
            other.change(mandates: world.mandates)
            #expect(other.offered == index.offered)
            for mandate in index.mandates {
                #expect(other.rank(mandate, limit: 25) == index.rank(mandate, limit: 25))
                #expect(other.propose(mandate, limit: 5) == index.propose(mandate, limit: 5))
            }
        }
    }

    @Test func piecesMakeTheSameAsOneChange() {
        for seed in worlds(40, long: 1000) {
            var inventor = Inventor(seed: seed)
            let world = inventor.world(startups: 120, deals: 100)
            let index = Index(world, model: everySignal)
            let changed = (0..<60).map { inventor.startup($0 * 3) }
            let gone = (0..<20).map { Inventor.key(1, $0 * 5) }
            var (one, many) = (index, index)
            one.change(changed.filter { !gone.contains($0.key) }, removing: gone)
            for startup in changed { many.change([startup]) }
            for key in gone { many.change([], removing: [key]) }
            #expect(one.offered == many.offered)
            for mandate in index.mandates {
                let list = one.rank(mandate, limit: .max)
                #expect(list == many.rank(mandate, limit: .max))
                #expect(one.rank(mandate, limit: 7) == Array(list.prefix(7)))
                #expect(!list.contains { gone.contains($0.startup) })
                for ranked in list.prefix(3) {
                    guard case .scored(let explanation) = one.explain(mandate, ranked.startup) else {
                        Issue.record("a startup on the list is not explained")
                        continue
                    }
                    #expect(explanation.score == ranked.score)
                }
            }
        }
    }

    @Test func aChangeIsInTheNextList() {
        let mandate = World.Mandate(
            Inventor.key(2, 0), of: Inventor.key(3, 0), areas: [World.Weighted("robotics")], countries: ["HK"])
        let startups = (0..<40).map {
            World.Startup(Inventor.key(1, $0), areas: [World.Weighted("fintech")], country: "HK")
        }
        var index = Index(World(today: 0, startups: startups, mandates: [mandate], areas: Inventor.table))
        var changed = startups[30]
        changed.areas = [World.Weighted("robotics")]
        index.change([changed])
        // Nobody was in robotics when the index was built; that it is wanted counts all the same.
        #expect(index.rank(mandate.key, limit: 1).map(\.startup) == [changed.key])
        changed.isOptedIn = false
        index.change([changed])
        #expect(!index.rank(mandate.key, limit: 50).contains { $0.startup == changed.key })
        #expect(index.explain(mandate.key, changed.key) == .gated([.notOptedIn]))
        index.change([], removing: [changed.key])
        #expect(index.explain(mandate.key, changed.key) == nil)
        var closed = mandate
        closed.isDeploying = false
        index.change(mandates: [closed])
        #expect(index.rank(mandate.key, limit: 1).isEmpty)
        index.change(mandates: [], removing: [mandate.key])
        #expect(index.mandates.isEmpty)
    }

    /// To an investor outside its audience a startup is as one that does not want to be proposed, and the rest is as it was.
    @Test func anAudienceIsAWorldWithoutTheStartup() throws {
        for seed in worlds(20, long: 400) {
            var inventor = Inventor(seed: seed)
            let world = inventor.world(startups: 60, deals: 60)
            guard let mandate = world.mandates.first(where: \.isDeploying) else { continue }
            var index = Index(world)
            guard let ranked = index.rank(mandate.key, limit: 60).randomElement(using: &inventor),
                var startup = world.startups.first(where: { $0.key == ranked.startup })
            else { continue }
            let elsewhere = Set(world.mandates.map(\.investor)).subtracting([mandate.investor])
            let open = index
            startup.isOptedIn = false
            index.change([startup])
            let closed = index
            startup.isOptedIn = true
            for audience: World.Audience in [.allBut([mandate.investor]), .only(elsewhere)] {
                startup.audience = audience
                index.change([startup])
                var told = world
                told.startups = world.startups.map { $0.key == startup.key ? startup : $0 }
                for index in [index, Index(told)] {
                    #expect(index.rank(mandate.key, limit: 60) == closed.rank(mandate.key, limit: 60))
                    #expect(index.offered(to: mandate.key) == closed.offered)
                    #expect(index.explain(mandate.key, [startup.key]).isEmpty)
                    #expect(!index.mandates(for: startup.key, limit: 99).contains { $0.mandate == mandate.key })
                    guard case .gated(let gates)? = index.explain(mandate.key, startup.key) else {
                        Issue.record("scored")
                        continue
                    }
                    #expect(gates == [.outsideAudience])
                }
                #expect(index.tally(mandate) == closed.tally(mandate))
                for other in world.mandates where other.investor != mandate.investor {
                    #expect(index.rank(other.key, limit: 60) == open.rank(other.key, limit: 60))
                }
                // What could be gained by agreeing is not to be had of whom it leaves out.
                var silent = startup
                silent.isOptedIn = false
                let prospects = try closed.prospects(
                    of: silent, as: [startup], among: closed.mandates, length: 60)
                #expect(!prospects[0].gained.contains { $0.investor == mandate.investor })
            }
            startup.audience = .everyone
            index.change([startup])
            #expect(index.rank(mandate.key, limit: 60) == open.rank(mandate.key, limit: 60))
        }
    }

    @Test func aFilterKeepsWhatWasAskedForAndItsOrder() {
        for seed in worlds(60, long: 1000) {
            var inventor = Inventor(seed: seed)
            let world = inventor.world(startups: 150, deals: 100)
            let index = Index(world, model: everySignal)
            let facts = Dictionary(uniqueKeysWithValues: world.startups.map { ($0.key, $0) })
            let filter = Filter(
                countries: Bool.random(using: &inventor) ? ["HK", "SG"] : [],
                regions: Bool.random(using: &inventor) ? ["Harbour"] : [],
                stages: Bool.random(using: &inventor) ? ["seed", "grant"] : [],
                areas: Bool.random(using: &inventor) ? ["fintech"] : [])
            func isAsked(_ key: Key) -> Bool {
                guard let startup = facts[key] else { return false }
                func has(_ asked: Set<String>, _ answer: String?) -> Bool {
                    asked.isEmpty || answer.map(asked.contains) ?? false
                }
                let below = startup.areas.contains {
                    $0.weight > 0 && ["fintech", "payments", "insurance"].contains($0.name)
                }
                return has(filter.countries, startup.country) && has(filter.regions, startup.region)
                    && has(filter.stages, startup.askedStage) && (filter.areas.isEmpty || below)
            }
            for mandate in index.mandates {
                let asked = index.rank(mandate, limit: .max).filter { isAsked($0.startup) }
                #expect(index.rank(mandate, limit: 10, filter: filter) == Array(asked.prefix(10)))
            }
        }
    }

    @Test func aStartupsMandatesHaveTheScoresOfTheirLists() {
        var pairs = 0
        for seed in worlds(40, long: 1000) {
            var inventor = Inventor(seed: seed)
            let world = inventor.world(startups: 40, mandates: 12)
            let index = Index(world, model: everySignal)
            var all: [Key: [RankedMandate]] = [:]
            for mandate in index.mandates {
                for ranked in index.rank(mandate, limit: .max) {
                    all[ranked.startup, default: []].append(RankedMandate(mandate: mandate, score: ranked.score))
                }
            }
            for startup in world.startups {
                let expected = (all[startup.key] ?? []).sorted { ($1.score, $0.mandate) < ($0.score, $1.mandate) }
                #expect(index.mandates(for: startup.key, limit: 100) == expected)
                #expect(index.mandates(for: startup.key, limit: 3) == Array(expected.prefix(3)))
                pairs += expected.count
            }
        }
        #expect(pairs > 5000)
    }
}
