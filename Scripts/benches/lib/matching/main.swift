import Foundation

@testable import Matching

// matching FOLDER: FOLDER holds startups.csv, mandates.jsonl and top50.csv of peers_matching.py.
// Prints a JSON line for each measurement.

struct PeerMandate: Decodable {
    let areas: [Int]
    let weights: [Double]
    let stage: Int
    let home: [Int]
    let excluded: Int
    let low: Int
    let high: Int
}

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let (seconds, attoseconds) = try clock.measure(body).components
    return Double(seconds) * 1e3 + Double(attoseconds) * 1e-15
}

func show(_ measured: [String: Any]) {
    let data = try? JSONSerialization.data(withJSONObject: measured, options: [.sortedKeys])
    FileHandle.standardOutput.write((data ?? Data()) + [10])
}

func quantile(_ times: [Double], _ share: Double) -> Double {
    let sorted = times.sorted()
    return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
}

let folder = URL(filePath: CommandLine.arguments[1])
let largest = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 10_000_000 : 10_000_000

// The peers' world.
var facts: [Draws.Facts] = []
for line in try String(contentsOf: folder.appending(path: "startups.csv"), encoding: .utf8)
    .split(separator: "\n").dropFirst()
{
    let numbers = line.split(separator: ",").compactMap { Int($0) }
    facts.append(Draws.Facts(areas: Array(numbers[1...3]), stage: numbers[4], country: numbers[5], ask: numbers[6]))
}
let peers = try String(contentsOf: folder.appending(path: "mandates.jsonl"), encoding: .utf8).split(separator: "\n")
    .map { try JSONDecoder().decode(PeerMandate.self, from: Data($0.utf8)) }

try await simple(facts, peers, folder)
try await ours(facts, peers)
let draws = Draws(seed: 7)
for count in [10_000, 100_000, 1_000_000, 10_000_000] where count <= largest {
    let given = count == facts.count ? facts : nil
    try await full(count, draws, peers) { given?[$0] ?? draws.facts($0) }
}

/// The peers' score over the peers' facts, and whether the lists are theirs.
func simple(_ facts: [Draws.Facts], _ mandates: [PeerMandate], _ folder: URL) async throws {
    var builder = Index.Builder(today: Draws.today, mandates: [])
    for (number, fact) in facts.enumerated() {
        builder.add(
            World.Startup(
                Draws.key(0, number), areas: fact.areas.map { World.Weighted("f\($0)") }, country: "c\(fact.country)",
                askedStage: "s\(fact.stage)", askedAmount: fact.ask))
    }
    let index = await builder.finish()
    let codebook = index.market.codebook
    // As exact numbers that are ordered as the scores are.
    let unit = Double(sign: .plus, exponent: 60, significand: 1)
    let segment = index.layers[0].segment
    let reach = Reach()
    // What the names of the peers' facts say.
    let numbers = Dictionary(
        uniqueKeysWithValues: [Field.area, .country, .roundKind].map { field in
            (field, codebook.names(field).map { Int($0.dropFirst()) ?? 0 })
        })
    let asks = facts.map { Int32($0.ask) }
    var (times, lists): ([Double], [[(score: Int, startup: Key)]]) = ([], [])
    for (number, mandate) in ([mandates[0]] + mandates).enumerated() {
        var best = Shortlist(limit: 50)
        let time = milliseconds {
            var focus = [Double](repeating: 0, count: 148)
            for (area, weight) in zip(mandate.areas, mandate.weights) { focus[area] = weight }
            let stage = (0..<6).map { 0.2 * (1 - abs(Double($0 - mandate.stage)) / 5) }
            var country = [Double](repeating: 0, count: 60)
            for home in mandate.home { country[home] = 0.15 }
            country[mandate.excluded] = -.infinity
            let areas = numbers[.area, default: []].map { focus[$0] }
            let stages = [0] + numbers[.roundKind, default: []].map { stage[$0] } + [0]
            let places = [0] + numbers[.country, default: []].map { country[$0] } + [0]
            let touched = Bucket.sizes.names(touching: mandate.low...mandate.high)
            let sizes = [0] + codebook.names(.roundSize).map { touched.contains($0) ? 0.15 : 0 } + [0]
            var bounds = Bounds(
                areas: areas.map { SIMD2(0.5 * $0 * unit, 0) }, otherArea: 0,
                single: Field.single.map { field in
                    switch field {
                    case .country: places.map { $0 * unit }
                    case .roundKind: stages.map { $0 * unit }
                    case .roundSize: sizes.map { $0 * unit }
                    default: [0, 0]
                    }
                })
            bounds.takesBestArea = true
            bounds.slack = 1e-9 * unit
            reach.reach(segment)
            segment.search(bounds, reach, index.lexicon, into: &best) { row, sheet, _ in
                let place = places[Int(sheet.single[3])]
                guard place > -.infinity else { return nil }
                var area = 0.0
                for (code, _) in sheet.areas { area = max(area, areas[Int(code)]) }
                let ask = Int(asks[Int(segment.keys[row].low)])
                let size = 0.15 * (ask >= mandate.low && ask <= mandate.high ? 1 : 0)
                return Int((0.5 * area + stages[Int(sheet.single[0])] + place + size) * unit)
            }
        }
        guard number > 0 else { continue }
        times.append(time)
        lists.append(best.sorted)
    }
    let ours = lists.enumerated().flatMap { mandate, list in
        list.enumerated().map { "\(mandate),\($0 + 1),\($1.startup.low)" }
    }
    let theirs = try String(contentsOf: folder.appending(path: "top50.csv"), encoding: .utf8)
        .split(whereSeparator: \.isNewline).dropFirst()
        .map { $0.split(separator: ",").prefix(3).joined(separator: ",") }
    show([
        "engine": "simple score", "startups": facts.count, "p50_ms": quantile(times, 0.5),
        "p95_ms": quantile(times, 0.95), "same_top50": ours == theirs,
    ])
}

/// The engine's own score over the peers' facts: what is declared, and the words of it.
func ours(_ facts: [Draws.Facts], _ peers: [PeerMandate]) async throws {
    let mandates = peers.enumerated().map { number, peer in
        World.Mandate(
            Draws.key(2, number), of: Draws.key(4, number),
            areas: zip(peer.areas, peer.weights).map { World.Weighted("f\($0)", $1) },
            stages: ["s\(peer.stage)"], cheque: peer.low / 10...max(peer.low / 10 + 1, peer.high / 10),
            excludedCountries: ["c\(peer.excluded)"], regions: peer.home.map { "c\($0)" })
    }
    var builder = Index.Builder(today: Draws.today, mandates: mandates)
    for (number, fact) in facts.enumerated() {
        builder.add(
            World.Startup(
                Draws.key(0, number), areas: fact.areas.map { World.Weighted("f\($0)") }, country: "c\(fact.country)",
                region: "c\(fact.country)", askedStage: "s\(fact.stage)", askedAmount: fact.ask))
    }
    let index = await builder.finish()
    _ = index.rank(mandates[0].key, limit: 50)
    let times = mandates.map { mandate in milliseconds { _ = index.rank(mandate.key, limit: 50) } }
    show([
        "engine": "own score, peers' facts", "startups": facts.count, "p50_ms": quantile(times, 0.5),
        "p95_ms": quantile(times, 0.95),
    ])
}

/// Everything the engine looks at.
func full(_ count: Int, _ draws: Draws, _ peers: [PeerMandate], facts: (Int) -> Draws.Facts) async throws {
    let pasts = max(10, min(5000, count / 200))
    let deals = draws.deals(count, investors: pasts, each: 25, facts: facts)
    // A mandate of each peer's wishes, every second one of an investor with a past; and ten thousand like them.
    let mandates = (0..<10_000).map { number in
        let peer = peers[number % peers.count]
        let turn = number / peers.count
        return World.Mandate(
            Draws.key(2, number), of: number % 2 == 0 ? Draws.key(3, number / 2 % pasts) : Draws.key(4, number),
            areas: zip(peer.areas, peer.weights).map { World.Weighted("f\(($0 + turn * 7) % 148)", $1) },
            stages: [Draws.stages[(peer.stage + turn) % 6]],
            cheque: peer.low / 10...max(peer.low / 10 + 1, peer.high / 10),
            excludedCountries: ["c\(peer.excluded)"], regions: peer.home.map { "r\($0 * 4)" })
    }
    let funded = Set(deals.map(\.startup))
    var builder = Index.Builder(today: Draws.today, mandates: mandates, deals: deals)
    var adding = 0.0
    // Startups are made in pieces, so that making them is not in the time.
    for first in stride(from: 0, to: count, by: 10_000) {
        let piece = (first..<min(first + 10_000, count)).map {
            draws.startup($0, facts($0), funded: funded.contains(Draws.key(0, $0)))
        }
        adding += milliseconds { for startup in piece { builder.add(startup) } }
    }
    let clock = ContinuousClock()
    var start = clock.now
    let index = await builder.finish()
    let finishing = clock.now - start
    show([
        "engine": "load", "startups": count, "add_s": adding / 1e3, "finish_s": finishing / .seconds(1),
        "bytes_per_startup": Double(index.size) / Double(count),
        "warm": Double(index.offeredLayers.last?.count ?? 0) / Double(count),
    ])
    for (name, chosen) in [
        ("all", Array(mandates.prefix(40))), ("past", stride(from: 0, to: 80, by: 2).map { mandates[$0] }),
        ("no past", stride(from: 1, to: 80, by: 2).map { mandates[$0] }),
    ] {
        _ = index.rank(chosen[0].key, limit: 50)
        let times = chosen.map { mandate in milliseconds { _ = index.rank(mandate.key, limit: 50) } }
        show([
            "engine": "one shortlist, \(name)", "startups": count, "p50_ms": quantile(times, 0.5),
            "p95_ms": quantile(times, 0.95),
        ])
    }
    guard count == 1_000_000 else { return }
    start = clock.now
    _ = try await index.rankAll(limit: 50, width: 2)
    show(["engine": "10,000 shortlists, 2 threads", "startups": count, "s": (clock.now - start).components.seconds])
}
