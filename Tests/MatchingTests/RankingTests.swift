import Matching
import Testing

@Suite struct RankingTests {
    @Test func partsSumToTheScoreInEveryWorld() throws {
        var pairs = 0
        for seed in worlds(2000, long: 10_000) {
            var inventor = Inventor(seed: seed)
            let index = Index(inventor.world(startups: 10, mandates: 2, deals: 20), model: everySignal)
            for mandate in index.mandates {
                let list = index.rank(mandate, limit: .max)
                let items = try #require(index.propose(mandate, limit: .max)).items
                #expect(items.map(\.startup) == list.map(\.startup))
                var wrong = 0
                for (item, ranked) in zip(items, list) {
                    let (explanation, score) = (item.explanation, ranked.score)
                    if explanation.score != score { wrong += 1 }
                    if explanation.parts.reduce(0, { $0 + $1.value }) != score { wrong += 1 }
                    if explanation.totals.reduce(0, { $0 + $1.value }) != score { wrong += 1 }
                    if explanation.parts.contains(where: { $0.value == 0 }) { wrong += 1 }
                    pairs += 1
                }
                #expect(wrong == 0)
                if let first = items.first {
                    #expect(index.explain(mandate, first.startup) == .scored(first.explanation))
                }
            }
        }
        #expect(pairs > 10_000)
    }

    @Test func theListIsWhatSortingEverythingGives() {
        for seed in worlds(200, long: 10_000) {
            var inventor = Inventor(seed: seed)
            // Every tenth world has blocks of blocks, so that there is something to pass over.
            let isLarge = seed % 10 == 0
            let world = inventor.world(startups: isLarge ? 900 : 30, deals: isLarge ? 400 : 60)
            let index = Index(world, model: seed % 2 == 0 ? everySignal : inventor.model())
            for mandate in index.mandates {
                let all = index.rank(mandate, limit: 1000)
                let sorted = all.sorted { ($1.score, $0.startup) < ($0.score, $1.startup) }
                #expect(all == sorted)
                for limit in [0, 1, 2, 5, 50, all.count, all.count + 1] {
                    #expect(index.rank(mandate, limit: limit) == Array(all.prefix(limit)))
                }
            }
        }
    }

    @Test func whatIsPassedOverCouldNotHaveBeenOnTheList() {
        for seed in worlds(9, long: 1500) {
            var inventor = Inventor(seed: seed)
            let world = inventor.crowd()
            let index = Index(world, model: seed % 3 == 0 ? .standard : inventor.model(upTo: seed % 3 == 1 ? 9 : 1e7))
            for mandate in index.mandates {
                let all = index.rank(mandate, limit: .max)
                for limit in [1, 10, 100] { #expect(index.rank(mandate, limit: limit) == Array(all.prefix(limit))) }
                for ranked in all.prefix(3) {
                    guard case .scored(let explanation) = index.explain(mandate, ranked.startup) else {
                        Issue.record("a startup on the list is not explained")
                        continue
                    }
                    #expect(explanation.score == ranked.score)
                    #expect(explanation.parts.reduce(0) { $0 + $1.value } == ranked.score)
                }
            }
        }
    }

    /// Mandates of few areas pass startups over by whole blocks of 64, and by what different areas are worth together.
    @Test func fewAreasPassOverNoneThatCouldHaveBeenOnTheList() {
        for seed in worlds(40, long: 3000) {
            var inventor = Inventor(seed: seed)
            // Codes of one, two and more bytes; one world has more areas than a column tells apart.
            let world = inventor.newcomers(
                areas: [5, 40, 300, 3000, nil][Int(seed % 5)], startups: seed == 9 ? 30_000 : 1500)
            let index = Index(world, model: seed % 3 == 0 ? .standard : inventor.model(upTo: seed % 3 == 1 ? 9 : 1e7))
            for mandate in index.mandates {
                let all = index.rank(mandate, limit: .max)
                #expect(all == all.sorted { ($1.score, $0.startup) < ($0.score, $1.startup) })
                for limit in [1, 10, 100] {
                    let isSame = index.rank(mandate, limit: limit) == Array(all.prefix(limit))
                    #expect(isSame, "the best \(limit) in world \(seed)")
                }
            }
        }
    }

    @Test func tiesGoByKey() {
        let startups = (0..<50).map { World.Startup(Key(high: UInt64(50 - $0), low: 0)) }
        let mandate = Key(high: 0, low: 9)
        let world = World(today: 0, startups: startups, mandates: [World.Mandate(mandate, of: Key(high: 0, low: 1))])
        let list = Index(world).rank(mandate, limit: 7)
        #expect(list.map(\.startup.high) == [1, 2, 3, 4, 5, 6, 7])
        #expect(list.allSatisfy { $0.score == 0 })
    }

    @Test func theOrderOfTheInputChangesNothing() {
        for seed in worlds(60, long: 3000) {
            var inventor = Inventor(seed: seed)
            let world = inventor.world()
            var shuffled = world
            shuffled.startups.shuffle(using: &inventor)
            shuffled.mandates.shuffle(using: &inventor)
            shuffled.deals = (world.deals + world.deals.prefix(10)).shuffled(using: &inventor)
            for index in shuffled.startups.indices {
                shuffled.startups[index].areas.shuffle(using: &inventor)
                shuffled.startups[index].tags.shuffle(using: &inventor)
            }
            for index in shuffled.mandates.indices {
                shuffled.mandates[index].areas.shuffle(using: &inventor)
                shuffled.mandates[index].stages.shuffle(using: &inventor)
                shuffled.mandates[index].regions.shuffle(using: &inventor)
            }
            let (one, two) = (Index(world, model: everySignal), Index(shuffled, model: everySignal))
            #expect(one.mandates == two.mandates)
            for mandate in one.mandates {
                #expect(one.rank(mandate, limit: 100) == two.rank(mandate, limit: 100))
                #expect(one.propose(mandate, limit: 100) == two.propose(mandate, limit: 100))
                for startup in world.startups.prefix(3) {
                    #expect(one.explain(mandate, startup.key) == two.explain(mandate, startup.key))
                }
            }
        }
    }

    @Test func twoTasksMakeTheIndexThatOneMakes() async {
        for seed in worlds(100, long: 1000) {
            var inventor = Inventor(seed: seed)
            let world = inventor.world()
            var builder = Index.Builder(
                today: world.today, mandates: world.mandates, deals: world.deals, areas: world.areas, model: everySignal
            )
            for startup in world.startups { builder.add(startup) }
            let (one, two) = (Index(world, model: everySignal), await builder.finish())
            #expect(one.mandates == two.mandates)
            #expect(one.size == two.size)
            for mandate in one.mandates {
                #expect(one.propose(mandate, limit: 100) == two.propose(mandate, limit: 100))
            }
        }
    }

    @Test func startupsThatStandTwiceCountOnceInAnyOrder() {
        var inventor = Inventor(seed: 3)
        var world = inventor.world()
        var other = inventor.startup(0)
        other.isOptedIn = true
        world.startups.append(other)
        var reversed = world
        reversed.startups.reverse()
        let (one, two) = (Index(world, model: everySignal), Index(reversed, model: everySignal))
        for mandate in one.mandates { #expect(one.rank(mandate, limit: 100) == two.rank(mandate, limit: 100)) }
    }

    @Test(arguments: [1, 2, 3, 7, 100, 0, -1])
    func theNumberOfTasksChangesNothing(width: Int) async throws {
        var inventor = Inventor(seed: 11)
        let index = Index(inventor.world(startups: 60, mandates: 23), model: everySignal)
        let lists = try await index.rankAll(limit: 10, width: width)
        #expect(lists == index.mandates.map { index.rank($0, limit: 10) })
    }

    @Test func aCancelledRunStops() async {
        var inventor = Inventor(seed: 12)
        let index = Index(inventor.world(startups: 60, mandates: 23), model: everySignal)
        let run = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await index.rankAll(limit: 10, width: 2)
        }
        await #expect(throws: CancellationError.self) { try await run.value }
    }

    @Test func aListWithReasonsIsTheSameList() throws {
        for seed in worlds(100, long: 3000) {
            var inventor = Inventor(seed: seed)
            let world = inventor.world()
            let index = Index(world, model: everySignal)
            for mandate in index.mandates {
                let proposal = try #require(index.propose(mandate, limit: 5))
                let list = index.rank(mandate, limit: 5)
                #expect(proposal.items.map(\.startup) == list.map(\.startup))
                #expect(proposal.items.map(\.explanation.score) == list.map(\.score))
                let scored = index.rank(mandate, limit: 1000).count
                #expect(proposal.considered == world.startups.count { $0.isOptedIn })
                #expect(proposal.gatedOut.values.reduce(0, +) + scored == proposal.considered)
            }
        }
        let index = Index(World(today: 0, startups: [], mandates: []))
        #expect(index.propose(Key(high: 1, low: 1), limit: 5) == nil)
        #expect(index.rank(Key(high: 1, low: 1), limit: 5).isEmpty)
        #expect(index.explain(Key(high: 1, low: 1), Key(high: 1, low: 1)) == nil)
    }
}
