import Testing

@testable import Matching

@Suite struct ProspectTests {
    /// What an index says that was really changed.
    private func changed(
        _ index: Index, _ startup: World.Startup, to version: World.Startup, length: Int
    ) -> Prospect {
        var other = index
        other.change([version])
        func isOn(_ mandate: Key, _ index: Index) -> Bool {
            index.rank(mandate, limit: length).contains { $0.startup == startup.key }
        }
        func places(_ mandates: [Key]) -> [Prospect.Place] {
            mandates.compactMap(index.mandate).map { Prospect.Place(mandate: $0.key, investor: $0.investor) }
        }
        return Prospect(
            gained: places(index.mandates.filter { isOn($0, other) && !isOn($0, index) }),
            lost: places(index.mandates.filter { !isOn($0, other) && isOn($0, index) }))
    }

    @Test func areWhatRankingTheChangedStartupGives() throws {
        var (gained, lost) = (0, 0)
        for seed in worlds(60, long: 1500) {
            var inventor = Inventor(seed: seed)
            var world = inventor.world(startups: 60, deals: 120)
            for number in world.mandates.indices {
                (world.mandates[number].excludedStartups, world.mandates[number].passes) = ([], [])
            }
            let index = Index(world, model: everySignal)
            for startup in world.startups.shuffled(using: &inventor).prefix(5) {
                let versions = (0..<4).map { _ in
                    var version = inventor.startup(0)
                    version.key = startup.key
                    return version
                }
                let length = Int.random(in: 1...25, using: &inventor)
                let prospects = try index.prospects(
                    of: startup, as: versions + [startup], among: index.mandates, length: length)
                #expect(prospects.last == Prospect())
                for (version, prospect) in zip(versions, prospects) {
                    #expect(prospect == changed(index, startup, to: version, length: length))
                    gained += prospect.gained.count
                    lost += prospect.lost.count
                }
            }
        }
        #expect(gained > 100 && lost > 100)
    }

    @Test func sayNothingOfWhatInvestorsAnswered() throws {
        for seed in worlds(40, long: 1000) {
            var inventor = Inventor(seed: seed)
            var world = inventor.world(startups: 60, deals: 120)
            for number in world.mandates.indices {
                (world.mandates[number].excludedStartups, world.mandates[number].passes) = ([], [])
            }
            var answered = world
            for number in answered.mandates.indices {
                let passed = world.startups.shuffled(using: &inventor).prefix(4).map(\.key)
                answered.mandates[number].excludedStartups = Set(passed)
                answered.mandates[number].passes = passed.map {
                    World.Pass(over: $0, because: .area, day: Inventor.today - 3)
                }
            }
            let (before, after) = (Index(world, model: everySignal), Index(answered, model: everySignal))
            for startup in world.startups.prefix(6) {
                let versions = (0..<3).map { _ in inventor.startup(0) }
                #expect(
                    try before.prospects(of: startup, as: versions, among: before.mandates, length: 8)
                        == after.prospects(of: startup, as: versions, among: after.mandates, length: 8))
            }
        }
    }

    @Test func areOfTheMandatesAskedAbout() throws {
        let startups = (0..<3).map {
            World.Startup(Inventor.key(1, $0), areas: [World.Weighted("fintech")], isOptedIn: $0 > 0)
        }
        let mandates = (0..<3).map {
            World.Mandate(Inventor.key(2, $0), of: Inventor.key(3, $0), areas: [World.Weighted("fintech")])
        }
        let index = Index(World(today: 0, startups: startups, mandates: mandates, areas: Inventor.table))
        var shown = startups[0]
        shown.isOptedIn = true
        let asked = [mandates[2].key, Inventor.key(2, 9), mandates[0].key, mandates[0].key]
        let prospect = try index.prospects(of: startups[0], as: [shown], among: asked, length: 3)
        #expect(
            prospect == [
                Prospect(
                    gained: [0, 2].map {
                        Prospect.Place(mandate: Inventor.key(2, $0), investor: Inventor.key(3, $0))
                    })
            ])
        // Equal scores stand in the order of their keys.
        #expect(try index.prospects(of: startups[0], as: [shown], among: asked, length: 1)[0].gained.count == 2)
        #expect(try index.prospects(of: startups[0], as: [shown], among: asked, length: 0) == [Prospect()])
    }
}
