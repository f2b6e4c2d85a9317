// Goes back in a folder of funding history by half-years, and has each judged that ended by then.
//
// A line of JSON for each half-year: NDCG@10 over the startups that raised in it, of a model that was taught with what came
// before it alone, of the one that ships, and of two sums that nobody learned; then their means over all investors judged.
import Backtest
import Foundation
import Matching

let arguments = CommandLine.arguments
guard arguments.count == 3, let count = Int(arguments[2]), count > 0 else { fatalError("usage: halves DIR COUNT") }
let folder = try HistoryFolder(path: arguments[1], asks: false)

let words = Model(version: "words", cold: [.text: 1], warm: [.text: 1])
/// Lifts of everything but pairs count alike, words and company about as much as all of them.
let sum: Model = {
    let lifts: [Signal] = [
        .area, .tag, .region, .state, .city, .previousStage, .earlierRounds, .age, .lastSize, .gap, .usualRound,
    ]
    var weights = Dictionary(uniqueKeysWithValues: lifts.map { ($0, 1.0) })
    weights[.text] = 2
    let company: [Signal: Double] = [.closestBacker: 5, .likeBackers: 5, .followedBackers: 2, .knownBackers: 2, .walk: 2]
    return Model(version: "sum", cold: weights, warm: weights.merging(company) { $1 })
}()

var (investors, totals) = (0, [String: Double]())
let names = ["learned", "shipped", "sum", "words"]
for back in 0..<count {
    var world = folder.world
    world.today -= back * 183
    world.deals.removeAll { $0.day >= world.today }
    var figures: [String: Double] = [:]
    var judged = 0
    for unlearned in [sum, words] {
        let training = try await Model.trained(from: world, version: "halves", current: unlearned, asks: 0, width: 2)
        guard let trial = training.trial else { continue }
        judged = trial.investors
        figures["learned"] = trial.learned.ndcg
        figures["shipped"] = trial.standard.ndcg
        figures[unlearned.version] = trial.current.ndcg
    }
    guard judged > 0 else { break }
    investors += judged
    for name in names { totals[name, default: 0] += Double(judged) * figures[name, default: 0] }
    let end = Date(timeIntervalSince1970: Double(world.today) * 86_400).formatted(.iso8601.year().month().day())
    tell("until \(end)", judged, figures)
}
tell("in the mean", investors, totals.mapValues { $0 / Double(max(1, investors)) })

func tell(_ name: String, _ investors: Int, _ figures: [String: Double]) {
    let told = names.map { #""\#($0)": \#(String(format: "%.4f", figures[$0, default: 0]))"# }.joined(separator: ", ")
    print(#"{"name": "halves.\#(name)", "investors": \#(investors), \#(told)}"#)
}
