// Goes back in a folder of funding history by half-years, and judges models on each: one that was taught with what came before
// it, the one that ships, and two sums that nobody learned.
//
// To standard output: a line of JSON for each half-year and model, with NDCG@10 over the startups that raised in it as the mean
// of the investors that joined any, and at the end the means over all half-years, by investors.
import Backtest
import Foundation

@testable import Matching

// As Scripts/bench halves gives them.
let (path, count) = (CommandLine.arguments[1], Int(CommandLine.arguments[2]) ?? 0)
let folder = try HistoryFolder(path: path, asks: false)

let words = Model(version: "words", cold: [.text: 1], warm: [.text: 1])
/// Lifts count alike, words twice; company about as much as all of them.
let sum: Model = {
    let lifts: [Signal] = [
        .area, .tag, .region, .state, .city, .previousStage, .earlierRounds, .age, .lastSize, .gap, .usualRound,
    ]
    var weights = Dictionary(uniqueKeysWithValues: lifts.map { ($0, 1.0) })
    weights[.text] = 2
    let company: [Signal: Double] = [
        .closestBacker: 5, .likeBackers: 5, .followedBackers: 2, .knownBackers: 2, .walk: 2,
    ]
    return Model(version: "sum", cold: weights, warm: weights.merging(company) { $1 })
}()

var (all, totals) = (0, [String: Double]())
for back in 0..<count {
    var world = folder.world
    world.today -= back * Lesson.days
    let end = Date(timeIntervalSince1970: Double(world.today) * 86_400).formatted(.iso8601.year().month().day())
    let lesson = Chronicle(world).lesson(from: world.today - Lesson.days, asks: 0)
    world.today = lesson.world.today
    let (learned, _) = try await Model.learned(from: world, version: "learned", asks: 0, width: 2)
    var investors = 0
    for model in [learned, .standard, sum, words] {
        guard let trial = try await lesson.trial(of: model, against: .standard, width: 2) else { continue }
        investors = trial.investors
        let name = model == .standard ? "shipped" : model.version
        tell("until-\(end)", name, trial.learned.ndcg, of: investors)
        totals[name, default: 0] += trial.learned.ndcg * Double(investors)
    }
    guard investors > 0 else { break }
    all += investors
}
for (name, total) in totals.sorted(by: { $0.key < $1.key }) { tell("mean", name, total / Double(all), of: all) }

func tell(_ half: String, _ model: String, _ ndcg: Double, of investors: Int) {
    let value = String(format: "%.4f", ndcg)
    print(#"{"name": "halves.\#(half).\#(model)", "value": \#(value), "unit": "NDCG@10", "investors": \#(investors)}"#)
}
