import Testing

@testable import Matching

@Suite struct PassTests {
    private static let mandate = Inventor.key(2, 0)
    private static let today = Inventor.today

    /// An investor of ten deals in fintech and two in robotics, both here and there, and others who do everything.
    private func world(passes: [World.Pass]) -> World {
        func startup(_ number: Int, _ area: String, _ region: String) -> World.Startup {
            World.Startup(Inventor.key(1, number), areas: [.init(area)], region: region, founded: Self.today - 400)
        }
        let areas = ["fintech", "robotics", "vaccines"]
        let funded = (0..<60).map { startup(100 + $0, areas[$0 % 3], $0 % 2 == 0 ? "Harbour" : "Kitagawa") }
        let offered =
            areas.enumerated().map { startup($0.offset, $0.element, "Harbour") } + [startup(3, "robotics", "Kitagawa")]
        var deals = funded.enumerated().map { number, startup in
            World.Deal(investor: Inventor.key(3, 1 + number % 5), startup: startup.key, day: Self.today - 500)
        }
        for number in (0..<30).filter({ $0 % 3 == 0 }) + [1, 4] {
            deals.append(World.Deal(investor: Inventor.key(3, 0), startup: funded[number].key, day: Self.today - 300))
        }
        return World(
            today: Self.today,
            startups: offered
                + funded.map { startup in
                    var startup = startup
                    startup.isOptedIn = false
                    return startup
                }, mandates: [World.Mandate(Self.mandate, of: Inventor.key(3, 0), passes: passes)], deals: deals)
    }

    private func parts(_ startup: Int, _ passes: [World.Pass]) throws -> [Signal: Int] {
        let index = Index(world(passes: passes), model: everySignal)
        let verdict = try #require(index.explain(Self.mandate, Inventor.key(1, startup)))
        guard case .scored(let explanation) = verdict else { return [:] }
        return Dictionary(uniqueKeysWithValues: explanation.parts.map { ($0.signal, $0.value) })
    }

    private func pass(_ startup: Int, _ ground: World.Pass.Ground, daysAgo: Int = 10) -> World.Pass {
        World.Pass(over: Inventor.key(1, startup), because: ground, day: Self.today - daysAgo)
    }

    @Test func aPassSpeaksAgainstWhatDidNotFitAndNothingElse() throws {
        let before = try parts(1, [])
        let after = try parts(1, [pass(1, .area)])
        let (own, others) = (try #require(after[.area]), before.keys.filter { $0 != .area })
        #expect(own < (before[.area] ?? 0))
        for signal in others { #expect(after[signal] == before[signal], "\(signal)") }
        // Wherever the area is met, also in another place, and not where it is not.
        #expect(try #require(parts(3, [pass(1, .area)])[.area]) == own)
        #expect(try parts(0, [pass(1, .area)]) == parts(0, []))
        let place = try parts(1, [pass(1, .place)])
        #expect(try #require(place[.region]) < (before[.region] ?? 0))
        #expect(place[.area] == before[.area])
        let stage = try parts(1, [pass(1, .stage)])
        #expect(try #require(stage[.age]) < (before[.age] ?? 0))
        #expect(stage[.region] == before[.region])
        // It says nothing of its size.
        #expect(try parts(1, [pass(1, .size)]) == before)
    }

    @Test func aPassStandsBesideTheHabitItSpeaksAgainst() throws {
        let fact = Evidence.Fact(question: "area", answers: ["robotics"])
        func evidence(_ passes: [World.Pass]) throws -> [Evidence] {
            let index = Index(world(passes: passes), model: everySignal)
            guard case .scored(let explanation) = index.explain(Self.mandate, Inventor.key(1, 1)) else { return [] }
            return try #require(explanation.parts.first { $0.signal == .area }).evidence
        }
        let before = try evidence([])
        #expect(before.count == 1)
        #expect(try evidence([pass(1, .area)]) == before + [.passed(fact, startups: 1)])
        #expect(
            try evidence([pass(1, .area), pass(3, .area), pass(0, .area), pass(1, .place)]) == before + [
                .passed(fact, startups: 2)
            ])
    }

    @Test func theFirstTellsMostAndOldOnesTellLess() throws {
        func area(_ passes: [World.Pass]) throws -> Int { try #require(parts(2, passes)[.area]) }
        let none = try area([])
        let one = try area([pass(2, .area)])
        let two = try area([pass(2, .area), pass(2, .area, daysAgo: 11)])
        let old = try area([pass(2, .area, daysAgo: 2900)])
        #expect(none > old && old > one && one > two)
        #expect(none - one > one - two)
        // Told twice it is one.
        #expect(try area([pass(2, .area), pass(2, .area)]) == one)
        #expect(try area([pass(2, .area, daysAgo: -1)]) == none)
        #expect(try area([pass(999, .area)]) == none)
        // Ten deals in an area are a habit still.
        #expect(try #require(parts(0, [pass(0, .area)])[.area]) > 0)
    }

    /// Investors of few deals, each with one area and one place that it likes, answer a first list; then they get a second
    /// one, of startups nobody has seen.
    ///
    /// - Parameter reason: why a startup is passed over, if for something that says anything.
    /// - Returns: the share of what investors like that is on their second lists, without the answers and with them.
    private func worth(
        seed: UInt64, reason: (_ fitsArea: Bool, _ fitsPlace: Bool, inout Inventor) -> World.Pass.Ground?
    ) -> (before: Double, after: Double) {
        var inventor = Inventor(seed: seed)
        let areas = (0..<8).map { "area \($0)" }
        let places = (0..<4).map { "place \($0)" }
        func startup(_ kind: UInt64, _ number: Int, isOptedIn: Bool) -> World.Startup {
            World.Startup(
                Inventor.key(kind, number), areas: [.init(areas[number % 8])], region: places[number / 8 % 4],
                isOptedIn: isOptedIn)
        }
        let funded = (0..<320).map { startup(1, $0, isOptedIn: false) }
        let (first, second) = (
            (0..<96).map { startup(5, $0, isOptedIn: true) }, (0..<96).map { startup(6, $0, isOptedIn: true) }
        )
        var deals: [World.Deal] = []
        for investor in 0..<40 {
            // One in two by taste, the others whatever came.
            for _ in 0..<3 {
                var number = Int.random(in: 0..<320, using: &inventor)
                if Bool.random(using: &inventor) {
                    number = investor % 8 + 8 * (investor % 4) + 32 * Int.random(in: 0..<10, using: &inventor)
                }
                deals.append(
                    World.Deal(
                        investor: Inventor.key(3, investor), startup: funded[number].key,
                        day: Self.today - Int.random(in: 200..<900, using: &inventor)))
            }
        }
        var world = World(
            today: Self.today, startups: funded + first,
            mandates: (0..<40).map { World.Mandate(Inventor.key(2, $0), of: Inventor.key(3, $0)) }, deals: deals)
        func fits(_ startup: Key, _ investor: Int) -> (area: Bool, place: Bool) {
            (Int(startup.low) % 8 == investor % 8, Int(startup.low) / 8 % 4 == investor % 4)
        }
        func liked() -> Double {
            let index = Index(world)
            var liked = 0
            for investor in 0..<40 {
                liked += index.rank(Inventor.key(2, investor), limit: 10).count {
                    let fits = fits($0.startup, investor)
                    return fits.area && fits.place
                }
            }
            return Double(liked) / 120
        }
        let lists = Index(world)
        world.startups =
            funded
            + first.map { startup in
                var startup = startup
                startup.isOptedIn = false
                return startup
            } + second
        let before = liked()
        for investor in 0..<40 {
            for ranked in lists.rank(Inventor.key(2, investor), limit: 10) {
                let fits = fits(ranked.startup, investor)
                if fits.area && fits.place { continue }
                guard let ground = reason(fits.area, fits.place, &inventor) else { continue }
                world.mandates[investor].passes.append(
                    World.Pass(over: ranked.startup, because: ground, day: Self.today - 9))
            }
        }
        return (before, liked())
    }

    @Test func reasonsThatAreMeantMakeTheNextListsBetter() {
        var (before, after) = (0.0, 0.0)
        for seed in 0..<10 {
            let worth = worth(seed: UInt64(seed)) { fitsArea, fitsPlace, _ in
                !fitsArea ? .area : !fitsPlace ? .place : nil
            }
            before += worth.before / 10
            after += worth.after / 10
        }
        #expect(after > before + 0.05, "\(before), \(after)")
    }

    @Test func reasonsThatMeanNothingHardlyHarm() {
        var (before, after) = (0.0, 0.0)
        for seed in 0..<10 {
            let worth = worth(seed: UInt64(seed)) { _, _, inventor in
                World.Pass.Ground.allCases.randomElement(using: &inventor)
            }
            before += worth.before / 10
            after += worth.after / 10
        }
        #expect(after > before - 0.05, "\(before), \(after)")
    }
}
