import ArgumentParser
import Backtest
import Foundation
import Matching

/// Ranks startups for investors of a folder of history, in memory.
struct Rank: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rank the candidates of a folder of funding history for its investors.",
        discussion: """
            Learns from the folder's past investments alone and writes a line for each pair: investor, rank, startup, \
            score in points. The folder holds startups.jsonl, interactions.csv, queries.csv and candidates.csv, and \
            asks.csv and investors.jsonl where these are asked for; nothing that tells what happened after its cut is \
            opened. No database is needed. The same folder gives the same \
            bytes, however many threads there are.
            """)

    @Option(help: "The folder.")
    var data: String

    @Option(help: "The file to write.")
    var out: String

    @Flag(help: "Let startups say what round they are raising, as asks.csv has it.")
    var asks = false

    @Flag(help: "Let the investors declare their theses, as investors.jsonl has them.")
    var thesis = false

    @Option(
        help: """
            Rank as if each investor were known by so many of its investments, the latest; what is learned is learned \
            from all.
            """)
    var known: Int?

    @Flag(help: "Share the first ten places of each list out fairly among all startups; see Allocation.")
    var fair = false

    @Option(help: "Write the learned model to this file, as JSON.")
    var model: String?

    @Option(
        help: "Do without these signals, or headings of signals, to see what they are worth.",
        transform: { text in
            try text.split(separator: ",").flatMap { name -> [Signal] in
                if let signal = Signal(rawValue: String(name)) { return [signal] }
                if let kind = Signal.Kind(rawValue: String(name)) { return Signal.allCases.filter { $0.kind == kind } }
                throw ValidationError("There is no signal \(name).")
            }
        })
    var without: [Signal] = []

    @Option(help: "Threads; as many as there are processors when not given.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    func validate() throws {
        guard (1...256).contains(threads) else { throw ValidationError("--threads takes 1 to 256.") }
        guard known ?? 0 >= 0 else { throw ValidationError("--known takes 0 or more.") }
    }

    func run() async throws {
        let folder: HistoryFolder
        do {
            folder = try HistoryFolder(path: data, asks: asks, theses: thesis)
        } catch let error as UnreadableHistory {
            throw ValidationError(error.description)
        }
        // Before the work that would be lost if the file could not be written.
        let file = try written { try RunFile.Output(path: out) }
        let learning = ProgressBar("Learning")
        let (learned, report) = try await Model.learned(
            from: folder.world, version: "learned", asks: asks ? 1 : 0, without: Set(without), width: threads
        ) { learning.show($0, of: $1) }
        learning.clear()
        print(
            "Learned from \(report.joined) deals in \(report.lessons.count) lessons "
                + "(\(report.pairs) pairs of an investor and a startup).")
        if let model { try written { try learned.json().write(to: URL(filePath: model)) } }

        let worlds = known.map { folder.worlds(knowing: $0) } ?? [folder.world]
        let run = RunFile(folder)
        let ranking = ProgressBar("Ranking")
        var (lists, offered): ([(mandate: Key, startups: [Ranked])], Int) = ([], 0)
        for world in worlds {
            let index = Index(world, model: learned)
            offered = index.offered
            // Piece by piece, so that there is something to show on the way.
            let piece = 16 * threads
            for first in stride(from: 0, to: index.mandates.count, by: piece) {
                let mandates = Array(index.mandates[first..<min(first + piece, index.mandates.count)])
                lists += zip(mandates, try await index.rank(mandates, limit: .max, width: threads)).map { ($0, $1) }
                ranking.show(lists.count, of: folder.world.mandates.count)
            }
        }
        ranking.clear()
        lists.sort { $0.mandate < $1.mandate }
        if fair { lists = shared(lists, among: offered) }
        try written {
            for list in lists { try file.write(run.lines(list.mandate, list.startups)) }
        }
        try written { try file.close() }
        print("Ranked \(offered) startups for \(lists.count) investors: \(out)")
    }

    /// The lists with their first ten places shared out; below them the others as they were ranked.
    private func shared(
        _ lists: [(mandate: Key, startups: [Ranked])], among offered: Int
    ) -> [(mandate: Key, startups: [Ranked])] {
        let demands = lists.map {
            Allocation.Demand($0.mandate, length: 10, candidates: Array($0.startups.prefix(200)))
        }
        let allocation = Allocation(demands, among: offered)
        let report = allocation.report
        func percent(_ share: Double) -> String { share.formatted(.percent.precision(.fractionLength(1))) }
        print(
            "Shared out: \(percent(report.coverage)) of the startups are on a list, the one on most is on "
                + "\(report.mostLists); \(percent(report.loss)) of the expected answers given up.")
        return zip(allocation.lists, lists).map { list, all in
            let first = Set(list.startups.map(\.startup))
            return (all.mandate, list.startups + all.startups.filter { !first.contains($0.startup) })
        }
    }

    private func written<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as CocoaError {
            throw ValidationError("\(error.filePath ?? out): it cannot be written (\(error.localizedDescription)).")
        }
    }
}
