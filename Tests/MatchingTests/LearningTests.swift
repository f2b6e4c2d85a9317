import Testing

@testable import Matching

/// A history in which each investor keeps to one area and one place of its own.
func history(seed: UInt64, investors: Int = 40, startups: Int = 600) -> World {
    var inventor = Inventor(seed: seed)
    let areas = ["fintech", "robotics", "vaccines", "farming"]
    let places = ["Harbour", "Sakuragi", "Kitagawa"]
    let all = (0..<startups).map { number in
        World.Startup(
            Inventor.key(1, number), areas: [.init(areas.randomElement(using: &inventor) ?? "")],
            region: places.randomElement(using: &inventor), founded: Inventor.today - number * 4)
    }
    var deals: [World.Deal] = []
    for (number, startup) in all.enumerated() {
        let day = Inventor.today - 1 - Int.random(in: 0..<2200, using: &inventor)
        for investor in 0..<investors {
            let likes =
                startup.areas.first?.name == areas[investor % areas.count]
                && startup.region == places[investor % places.count]
            guard Int.random(in: 0..<100, using: &inventor) < (likes ? 40 : 1) else { continue }
            deals.append(
                World.Deal(
                    investor: Inventor.key(3, investor), startup: Inventor.key(1, number), day: day, kind: "seed",
                    amount: 1_000_000))
        }
    }
    return World(today: Inventor.today, startups: all, mandates: [], deals: deals)
}

@Suite struct LearningTests {
    @Test func whatInvestorsDidIsLearned() async throws {
        let world = history(seed: 3)
        let plain = Model(version: "none", cold: [:], warm: [:])
        let (model, report) = try await Model.learned(from: world, version: "learned", prior: plain, asks: 0, width: 2)
        #expect(report.joined > 500)
        #expect(report.pairs > report.joined)
        #expect(model.version == "learned")
        // Startups that did not exist for the lessons, offered to everybody: those of the investor's kind come first.
        var later = world
        for index in later.startups.indices { later.startups[index].isOptedIn = false }
        for (number, area) in ["fintech", "robotics", "vaccines", "farming"].enumerated() {
            for (other, place) in ["Harbour", "Sakuragi", "Kitagawa"].enumerated() {
                later.startups.append(
                    World.Startup(Inventor.key(5, number * 3 + other), areas: [.init(area)], region: place))
            }
        }
        later.mandates = (0..<12).map { World.Mandate(Inventor.key(2, $0), of: Inventor.key(3, $0)) }
        let index = Index(later, model: model)
        for (investor, mandate) in later.mandates.enumerated() {
            let first = try #require(index.rank(mandate.key, limit: 1).first)
            #expect(first.startup == Inventor.key(5, investor % 4 * 3 + investor % 3))
            #expect(model.probability(of: first.score) > model.probability(of: 0))
        }
    }

    @Test func aModelHangsOnNeitherTheOrderOfTheInputNorTheNumberOfTasks() async throws {
        let world = history(seed: 4, investors: 20, startups: 300)
        let (one, report) = try await Model.learned(from: world, version: "1", asks: 0.5, width: 1)
        var shuffled = world
        shuffled.startups.shuffle()
        shuffled.deals.shuffle()
        for width in [2, 3, 8] {
            let (other, otherReport) = try await Model.learned(from: shuffled, version: "1", asks: 0.5, width: width)
            #expect(other == one)
            #expect(otherReport == report)
        }
    }

    @Test func aWorldWithoutAPastTeachesNothing() async throws {
        var inventor = Inventor(seed: 1)
        var world = inventor.world(deals: 0)
        let (model, report) = try await Model.learned(from: world, version: "1", asks: 1, width: 2)
        #expect(model == Model.standard.named("1"))
        #expect(report.joined == 0)
        world.startups = []
        #expect(
            try await Model.learned(from: world, version: "1", asks: 1, width: 2).model == Model.standard.named("1"))
    }

    @Test func nothingOfTodayIsLearnedFrom() async throws {
        let world = history(seed: 5, investors: 20, startups: 300)
        let (model, _) = try await Model.learned(from: world, version: "1", asks: 1, width: 2)
        var other = world
        for index in other.startups.indices {
            other.startups[index].isOptedIn.toggle()
            other.startups[index].askedStage = "series-b"
            other.startups[index].askedAmount = 5
            other.startups[index].lastRound = .round(kind: "seed", day: Inventor.today, amount: 1)
        }
        other.mandates = [World.Mandate(Inventor.key(2, 0), of: Inventor.key(3, 0), areas: [.init("fintech")])]
        other.deals.append(
            World.Deal(investor: Inventor.key(3, 0), startup: Inventor.key(1, 0), day: Inventor.today + 30))
        #expect(try await Model.learned(from: other, version: "1", asks: 1, width: 2).model == model)
    }

    @Test func aLessonKnowsNothingOfWhatFollowed() {
        let world = history(seed: 6)
        let day = Inventor.today - 700
        let lesson = Chronicle(world).lesson(from: day, asks: 0)
        #expect(lesson.world.deals.allSatisfy { $0.day < day })
        for startup in lesson.world.startups {
            if case .round(_, let last?, _) = startup.lastRound { #expect(last < day) }
            #expect(startup.askedStage == nil)
        }
        let offered = Set(lesson.world.startups.filter(\.isOptedIn).map(\.key))
        #expect(!offered.isEmpty)
        for (investor, joined) in lesson.joined {
            #expect(joined.isSubset(of: offered))
            #expect(joined.isDisjoint(with: lesson.world.deals.filter { $0.investor == investor }.map(\.startup)))
        }
        let future = world.deals.filter { $0.day >= day && $0.day < day + Lesson.days }
        #expect(offered == Set(future.map(\.startup)))
    }

    @Test func anyHistoryIsTakenWithoutATrap() async throws {
        let numbers = [Int.min, -1, 0, 1, Inventor.today - 100, Inventor.today - 600, Int.max]
        for seed in 0..<40 {
            var inventor = Inventor(seed: UInt64(seed))
            var world = inventor.world(startups: 12, mandates: 2, investors: 3, deals: 120)
            world.today = numbers.randomElement(using: &inventor) ?? 0
            for index in world.deals.indices where Int.random(in: 0...3, using: &inventor) == 0 {
                world.deals[index].day = numbers.randomElement(using: &inventor) ?? 0
            }
            let prior = Model(version: "hostile", cold: [.text: .nan, .area: 1e308], warm: [.walk: -.infinity])
            for prior in [prior, .standard] {
                let model = try await Model.learned(from: world, version: "1", prior: prior, asks: 0.5, width: 2).model
                let index = Index(world, model: model)
                for list in try await index.rankAll(limit: 5, width: 1) { #expect(list.count <= 5) }
            }
        }
    }
}

@Suite struct RegressionTests {
    @Test func theGradientOfThePosteriorIsZeroAtTheAnswer() async throws {
        var inventor = Inventor(seed: 8)
        var examples = Examples()
        for _ in 0..<9000 {
            let values = (0..<3).map { _ in Float.random(in: -1...1, using: &inventor) }
            examples.terms += values
            let answer = Int32.random(in: 0..<2, using: &inventor)
            examples.demand.append(answer)
            examples.demandStarts.append(Int32(examples.demand.count))
            let score = Double(values[0]) * 2 - Double(values[1]) + (answer == 1 ? 0.5 : 0) - 2
            let probability = 1 / (1 + Arithmetic.exp(-score))
            examples.joined.append(Double.random(in: 0..<1, using: &inventor) < probability)
            examples.worth.append(1)
        }
        let prior = [0.0, 0, 0, 0, 0]
        let fit = try await Regression(examples, terms: 3, answers: 2, prior: prior, strength: 0.001, width: 2)
        let other = try await Regression(examples, terms: 3, answers: 2, prior: prior, strength: 0.001, width: 5)
        #expect(fit.weights == other.weights)
        #expect(abs(fit.weights[0] - 2) < 0.25)
        #expect(abs(fit.weights[1] + 1) < 0.25)
        #expect(abs(fit.weights[2]) < 0.2)
        #expect(abs(fit.weights[4] - fit.weights[3] - 0.5) < 0.25)
        var slopes = [Double](repeating: 0, count: 6)
        for row in 0..<examples.count {
            let values = (0..<3).map { Double(examples.terms[row * 3 + $0]) }
            let answer = Int(examples.demand[row])
            let score =
                zip(values, fit.weights).reduce(0) { $0 + $1.0 * $1.1 } + fit.weights[3 + answer] + fit.weights[5]
            let miss = 1 / (1 + Arithmetic.exp(-score)) - (examples.joined[row] ? 1 : 0)
            for term in 0..<3 { slopes[term] += miss * values[term] }
            slopes[3 + answer] += miss
            slopes[5] += miss
        }
        for slope in slopes { #expect(abs(slope) < 0.05) }
    }

    @Test func aFirmPriorHolds() async throws {
        var examples = Examples()
        for row in 0..<100 {
            examples.terms.append(Float(row % 2))
            examples.demandStarts.append(0)
            examples.joined.append(row % 2 == 0)
            examples.worth.append(1)
        }
        let firm = try await Regression(examples, terms: 1, answers: 0, prior: [3], strength: 1e9, width: 1)
        #expect(abs(firm.weights[0] - 3) < 1e-3)
        let loose = try await Regression(examples, terms: 1, answers: 0, prior: [3], strength: 0.1, width: 1)
        #expect(loose.weights[0] < -3)
    }

    @Test func aSystemIsSolved() throws {
        let solution = try #require(Regression.solve([4, 0, 2, 3], [10, 8]))
        #expect(abs(solution[0] - 1.75) < 1e-12)
        #expect(abs(solution[1] - 1.5) < 1e-12)
        #expect(Regression.solve([1, 0, 2, 1], [1, 1]) == nil)
    }
}

@Suite struct ProtectedFactsTests {
    /// What the engine may know of a startup. Nothing of who its people are stands here: no sex, age, origin, religion,
    /// language, disability or family of a founder. Whoever adds a fact adds it here, and asks whether it is one of those.
    @Test func theEngineKnowsNothingOfWhoFoundersAre() {
        let startup = World.Startup(Key(high: 0, low: 0))
        #expect(
            Mirror(reflecting: startup).children.compactMap(\.label) == [
                "key", "areas", "tags", "text", "country", "region", "state", "city", "founded", "lastRound",
                "askedStage",
                "askedAmount", "isOptedIn", "audience",
            ])
    }

    /// What an investor thought of the people of a startup is no ground either.
    @Test func noPassTeachesOfPeople() {
        #expect(World.Pass.Ground.allCases.map(\.rawValue) == ["area", "place", "stage", "size"])
    }

    @Test func aNameAloneTeachesNothing() async throws {
        var world = history(seed: 9, investors: 20, startups: 300)
        let before = try await Model.learned(from: world, version: "1", asks: 0, width: 2).model
        // The same world with the startups called by other keys in the same order: the keys are names, not facts.
        func other(_ key: Key) -> Key { Key(high: key.high &+ 100, low: key.low) }
        for index in world.startups.indices { world.startups[index].key = other(world.startups[index].key) }
        for index in world.deals.indices { world.deals[index].startup = other(world.deals[index].startup) }
        #expect(try await Model.learned(from: world, version: "1", asks: 0, width: 2).model == before)
    }
}
