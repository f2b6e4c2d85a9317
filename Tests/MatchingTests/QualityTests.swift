import Foundation
import Testing

@testable import Matching

@Suite struct QualityTests {
    @Test func theFirstTenPlacesCountTheUpperOnesMore() {
        let misses = [Bool](repeating: false, count: 10)
        #expect(Lesson.ndcg([true], of: 1) == 1)
        #expect(Lesson.ndcg([true, true] + misses, of: 2) == 1)
        #expect(Lesson.ndcg(misses + [true], of: 1) == 0)
        #expect(Lesson.ndcg([], of: 3) == 0)
        // 1/log2(3) of 1.
        #expect(abs(Lesson.ndcg([false, true], of: 1) - 0.630_929_753_571_457_4) < 1e-12)
        // Of eleven only ten have a place.
        #expect(Lesson.ndcg([Bool](repeating: true, count: 11), of: 11) == 1)
        #expect(Lesson.ndcg([true, false, false], of: 2) < Lesson.ndcg([true, false, true], of: 2))
    }

    @Test func tenthsOfThePairsAddUpToAllOfThem() {
        let pairs = (0..<95).map { HeldBack(score: $0 * 1000, isJoined: $0 >= 90) }
        let tenths = Lesson.reliability(pairs.shuffled(), everySignal)
        #expect(tenths.count == 10)
        #expect(tenths.reduce(0) { $0 + $1.pairs } == 95)
        #expect(tenths.map(\.predicted) == tenths.map(\.predicted).sorted())
        #expect(tenths.dropLast().allSatisfy { $0.observed == 0 })
        #expect(tenths.last?.observed == 0.5)
        #expect(Lesson.reliability(Array(pairs.prefix(3)), everySignal).count == 3)
        #expect(Lesson.reliability([], everySignal).isEmpty)
        #expect(tenths.allSatisfy { $0.calibrated == nil }, "too few joined")
    }

    @Test func aGainIsToldFromChance() throws {
        // What tables of Student's distribution say.
        for (freedom, expected) in [(5.0, 2.570_58), (10, 2.228_14), (30, 2.042_27), (1000, 1.962_34)] {
            #expect(abs(Gain.student(freedom) - expected) < 0.001, "\(freedom)")
        }
        let gain = try #require(Gain([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]))
        #expect(abs(gain.mean - 0.35) < 1e-12)
        #expect(abs(gain.low - (0.35 - 2.570_58 * 0.187_082_869 / 6.0.squareRoot())) < 1e-4)
        #expect(abs(gain.high + gain.low - 2 * gain.mean) < 1e-12)
        #expect(gain.low > 0)
        // Five that agree are what a coin does; so are many that cannot tell the models apart.
        #expect(Gain([1, 1, 1, 1, 1]) == nil)
        #expect(Gain([1, 1, 1, 1, 1] + [Double](repeating: 0, count: 100)) == nil)
        #expect(Gain([]) == nil)
        #expect(try #require(Gain([0.5, -0.1, -0.1, -0.1, -0.1, -0.1])).low < 0)
        #expect(try #require(Gain([Double](repeating: -0.2, count: 6))).high < 0)
    }

    @Test(arguments: [12, 40, 120]) func gainsOfChanceSeldomPass(investors: Int) throws {
        var inventor = Inventor(seed: UInt64(investors))
        let passed = (0..<2000).count { _ in
            // Lists of most investors do not differ, and where they do it is as likely for the better as for the worse.
            let differences = (0..<investors).map { _ in
                Int.random(in: 0..<5, using: &inventor) > 0
                    ? 0
                    : Double.random(in: 0...1, using: &inventor) * (Bool.random(using: &inventor) ? 0.4 : -0.4)
            }
            return Gain(differences).map { $0.low > 0 } ?? false
        }
        #expect(passed <= 80, "one in forty is meant: \(passed) of 2,000")
    }

    @Test func aRehearsalSaysWhatLearningIsWorth() async throws {
        let world = history(seed: 11)
        let training = try await Model.trained(from: world, version: "v", asks: 0, width: 2)
        let trial = try #require(training.trial)
        #expect(training.model.version == "v")
        #expect(training.model == (try await Model.learned(from: world, version: "v", asks: 0, width: 1).model))
        #expect(trial.day == Inventor.today - Lesson.days)
        #expect(trial.investors > 10)
        #expect(trial.current == trial.standard)
        let gain = try #require(trial.gain)
        #expect(abs(gain.mean - (trial.learned.ndcg - trial.current.ndcg)) < 1e-9)
        // Some twenty investors do not tell it from the standard model, but from one that knows nothing.
        #expect(gain.low < 0 && gain.high > 0, "\(gain)")
        let plain = Model(version: "none", cold: [:], warm: [:])
        let other = try await Model.trained(from: world, version: "v", current: plain, asks: 0, width: 2)
        #expect(try #require(other.trial?.gain).low > 0)
        #expect((0...1).contains(trial.learned.recall))
        let pairs = trial.reliability.reduce(0) { $0 + $1.pairs }
        #expect(trial.reliability.reduce(0) { $0 + Int(($1.observed * Double($1.pairs)).rounded()) } == trial.joined)
        #expect(pairs > trial.joined)
        // Those it takes for likely join more often than those it does not.
        #expect((trial.reliability.last?.observed ?? 0) > (trial.reliability.first?.observed ?? 1))
    }

    @Test func aRehearsalHangsOnNeitherOrderNorTasksAndTellsOfEveryStep() async throws {
        let world = history(seed: 12, investors: 20, startups: 300)
        var shuffled = world
        shuffled.startups.shuffle()
        shuffled.deals.shuffle()
        let current = everySignal
        let one = try await Model.trained(from: world, version: "v", current: current, asks: 0.5, width: 1)
        var steps: [Int] = []
        var total = 0
        let other = try await Model.trained(from: shuffled, version: "v", current: current, asks: 0.5, width: 3) {
            steps.append($0)
            total = $1
        }
        #expect(one.model == other.model)
        #expect(one.trial == other.trial)
        #expect(one.report == other.report)
        #expect(one.trial?.current != one.trial?.standard)
        #expect(steps == steps.sorted())
        #expect(steps.last == total)
    }

    @Test func theLessonIsKeptFromTheModelThatIsTriedOnIt() async throws {
        let world = history(seed: 13, investors: 20, startups: 300)
        let day = Inventor.today - Lesson.days
        var past = world
        past.today = day
        past.deals.removeAll { $0.day >= day }
        let rehearsed = try await Model.learned(from: past, version: "v", asks: 0, width: 2).model
        let lesson = Chronicle(world).lesson(from: day, asks: 0)
        let expected = try await lesson.trial(of: rehearsed, against: .standard, width: 2)
        #expect(try await Model.trained(from: world, version: "v", asks: 0, width: 2).trial == expected)
        #expect(try await lesson.trial(of: rehearsed, against: rehearsed, width: 2)?.gain == nil)
    }

    @Test func aWorldWithoutAPastHasNoTrial() async throws {
        var inventor = Inventor(seed: 1)
        let training = try await Model.trained(from: inventor.world(deals: 0), version: "v", asks: 0, width: 2)
        #expect(training.trial == nil)
        #expect(training.report.joined == 0)
        #expect(training.model == Model.standard.named("v"))
    }

    @Test func aKeptModelOutlivesASignal() throws {
        let kept = try JSONEncoder().encode(everySignal)
        #expect(try JSONDecoder().decode(Model.self, from: kept) == everySignal)
        let text = String(decoding: kept, as: UTF8.self).replacing("\"walk\"", with: "\"stroll\"")
        let other = try JSONDecoder().decode(Model.self, from: Data(text.utf8))
        #expect(other.cold.weight[.walk] == nil)
        #expect(other.cold.weight.count == everySignal.cold.weight.count - 1)
    }

    @Test func anInterestIsLearnedFromAsADealIs() async throws {
        let world = history(seed: 14, investors: 20, startups: 300)
        let day = Inventor.today - Lesson.days
        let joined = Chronicle(world).lesson(from: day, asks: 0).joined
        let investor = try #require(joined.keys.sorted().first)
        let unfunded = Inventor.key(7, 1)
        var larger = world
        larger.startups.append(World.Startup(unfunded, areas: [.init("fintech")]))
        let interest = Interest(of: investor, in: unfunded, day: day + 3)
        let lesson = Chronicle(larger, interests: [interest]).lesson(from: day, asks: 0)
        #expect(lesson.joined[investor]?.contains(unfunded) == true)
        #expect(lesson.world.startups.first { $0.key == unfunded }?.isOptedIn == true)
        #expect(lesson.world.startups.first { $0.key == unfunded }?.lastRound == World.LastRound.none)
        let later = Chronicle(larger, interests: [interest]).lesson(from: day - Lesson.days, asks: 0)
        #expect(later.joined[investor]?.contains(unfunded) != true)
        let with = try await Model.learned(from: larger, interests: [interest], version: "v", asks: 0, width: 2)
        let without = try await Model.learned(from: larger, version: "v", asks: 0, width: 2)
        #expect(with.report.joined == without.report.joined + with.report.lessons.count { (day - 179...day + 3) ~= $0 })
        #expect(with.model != without.model)
    }

    @Test func whatCameOfAnInterestWeighsMoreThanTheWord() async throws {
        let world = history(seed: 14, investors: 20, startups: 300)
        let day = Inventor.today - Lesson.days
        let investor = try #require(Chronicle(world).lesson(from: day, asks: 0).joined.keys.sorted().first)
        let startup = Inventor.key(7, 1)
        var larger = world
        larger.startups.append(World.Startup(startup, areas: [.init("fintech")]))
        func interest(_ worth: Double) -> Interest {
            Interest(of: investor, in: startup, day: day + 3, worth: worth)
        }
        #expect([0, -1, .nan, 1, 2.5, 99].map { interest($0).worth } == [1, 1, 1, 1, 2.5, 10])
        // Of two that speak of one pair the greater counts, in any order.
        for both in [[interest(3), interest(1)], [interest(1), interest(3)]] {
            let lesson = Chronicle(larger, interests: both).lesson(from: day, asks: 0)
            #expect(lesson.worth == [investor: [startup: 3]])
            #expect(lesson.joined[investor]?.contains(startup) == true)
        }
        #expect(Chronicle(larger, interests: [interest(1)]).lesson(from: day, asks: 0).worth.isEmpty)
        func learned(_ worth: Double, width: Int = 2) async throws -> (model: Model, report: TrainingReport) {
            try await Model.learned(from: larger, interests: [interest(worth)], version: "v", asks: 0, width: width)
        }
        let (word, met, again) = (try await learned(1), try await learned(3), try await learned(3, width: 3))
        #expect(met.model != word.model)
        #expect(met.report.joined == word.report.joined)
        #expect(again.model == met.model)
    }
}
