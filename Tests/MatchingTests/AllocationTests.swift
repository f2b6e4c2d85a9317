import Foundation
import Testing

@testable import Matching

@Suite struct AllocationTests {
    @Test func noListsAreBetter() {
        for seed in 0..<500 {
            var inventor = Inventor(seed: UInt64(seed))
            let (demands, rules) = inventor.demands(mandates: 3, startups: 4, length: 2)
            let allocation = Allocation(demands, rules: rules)
            let market = AllocationMarket(demands, rules)
            let found = market.standing(
                allocation.lists.map { list in Set(list.startups.map(\.startup)) }, rules)
            #expect(found == market.bestStanding(rules), "seed \(seed)")
            #expect(allocation.report.gap == 0)
        }
    }

    @Test func rulesAreNeverBroken() {
        for seed in 0..<3000 {
            var inventor = Inventor(seed: UInt64(seed))
            let (demands, asked) = inventor.demands(
                mandates: Int.random(in: 0...7, using: &inventor), startups: Int.random(in: 0...9, using: &inventor),
                length: 4)
            var rules = asked
            if seed % 3 == 0 {
                rules.crowding = .even(
                    gini: [Int.min, 0, 500, .max].randomElement(using: &inventor) ?? 0,
                    loss: [Int.min, 0, 30, .max].randomElement(using: &inventor) ?? 0)
            }
            check(Allocation(demands, rules: rules), demands, rules)
        }
    }

    private func check(_ allocation: Allocation, _ demands: [Allocation.Demand], _ rules: Allocation.Rules) {
        let report = allocation.report
        #expect(allocation.lists.map(\.mandate) == Set(demands.map(\.mandate)).sorted())
        var counts: [Key: Int] = [:]
        for list in allocation.lists {
            let own = demands.filter { $0.mandate == list.mandate }
            let startups = list.startups.map(\.startup)
            #expect(startups.count <= max(0, own.map(\.length).max() ?? 0))
            #expect(Set(startups).count == startups.count)
            #expect(list.startups == list.startups.sorted { ($1.score, $0.startup) < ($0.score, $1.startup) })
            #expect(!startups.contains { rules.proposed.contains(Pair(list.mandate, $0)) })
            #expect(Set(list.startups).isSubset(of: own.flatMap(\.candidates)))
            let groups = Dictionary(grouping: startups.compactMap { rules.groups[$0] }) { $0 }
            #expect(groups.values.allSatisfy { $0.count <= max(0, rules.mostOfGroup) })
            for startup in startups { counts[startup, default: 0] += 1 }
        }
        #expect(counts.values.allSatisfy { $0 <= max(0, rules.mostLists) })
        #expect(report.filled == counts.values.reduce(0, +))
        #expect(report.covered == counts.count)
        #expect(report.mostLists == counts.values.max() ?? 0)
        let missing = rules.floors.filter { counts[$0.key, default: 0] < $0.value }
        #expect(report.unmet.map(\.startup) == missing.keys.sorted())
        for unmet in report.unmet {
            #expect(unmet.given == counts[unmet.startup, default: 0])
            #expect(unmet.promised == rules.floors[unmet.startup])
            if case .contested(let rivals) = unmet.reason {
                #expect(rivals.allSatisfy { rules.floors[$0, default: 0] >= counts[$0, default: 0] })
            }
        }
    }

    @Test func theOrderOfTheInputChangesNothing() {
        for seed in 0..<300 {
            var inventor = Inventor(seed: UInt64(seed))
            let (demands, rules) = inventor.demands(mandates: 6, startups: 8, length: 3)
            let shuffled = demands.shuffled(using: &inventor).map {
                Allocation.Demand(
                    $0.mandate, length: $0.length,
                    candidates: ($0.candidates + $0.candidates.prefix(2)).shuffled(using: &inventor))
            }
            #expect(Allocation(demands, rules: rules) == Allocation(shuffled + shuffled.prefix(1), rules: rules))
        }
    }

    @Test func withoutRulesEachMandateGetsItsBest() {
        for seed in 0..<100 {
            var inventor = Inventor(seed: UInt64(seed))
            let (demands, _) = inventor.demands(mandates: 6, startups: 8, length: 3)
            let plain = Allocation(demands, rules: Allocation.Rules(crowding: .price(0)))
            #expect(plain.report.loss == 0)
            #expect(plain.report.filled == plain.report.places)
            let priced = Allocation(demands)
            #expect(priced.report.filled == priced.report.places)
            #expect(priced.report.covered >= plain.report.covered)
            #expect(priced.report.worth <= plain.report.worth)
        }
    }

    /// A candidate's worth is what the list loses without it, against the one who would take the last place.
    @Test func worthIsWhatTheListWouldLose() {
        for seed in 0..<100 {
            var inventor = Inventor(seed: UInt64(seed))
            let scores = (0..<9).map { _ in Int.random(in: -6000...2000, using: &inventor) }.sorted(by: >)
            let candidates = scores.enumerated().map { Ranked(startup: Inventor.key(1, $0), score: $1) }
            let market = AllocationMarket(
                [Allocation.Demand(Inventor.key(2, 0), length: 5, candidates: candidates)], Allocation.Rules())
            let own = market.mandates[0].candidates
            func worth(_ list: [AllocationMarket.Candidate]) -> Double {
                zip(list, 1...).reduce(0) {
                    $0 + Double($1.0.chance) * Foundation.log(2) / Foundation.log(1 + Double($1.1))
                }
            }
            for place in 0..<5 {
                var without = own
                without.remove(at: place)
                let loss = worth(Array(own.prefix(5))) - worth(Array(without.prefix(5)))
                #expect(abs(loss - Double(own[place].worth - own[5].worth)) < 5000)
            }
            #expect(zip(own, own.dropFirst()).allSatisfy { $0.worth >= $1.worth })
        }
    }

    @Test func unmetFloorsSayWhy() {
        func key(_ number: Int) -> Key { Inventor.key(1, number) }
        func ranked(_ numbers: [Int]) -> [Ranked] { numbers.map { Ranked(startup: key($0), score: -1000 * $0) } }
        let demands = [
            Allocation.Demand(Inventor.key(2, 0), length: 1, candidates: ranked([0, 1, 2, 5])),
            Allocation.Demand(Inventor.key(2, 1), length: 1, candidates: ranked([0, 1, 2])),
        ]
        let floors = [key(0): 1, key(1): 1, key(2): 1, key(4): 1]
        let report = Allocation(demands, rules: Allocation.Rules(floors: floors)).report
        #expect(
            report.unmet == [
                UnmetFloor(startup: key(2), promised: 1, given: 0, reason: .contested(by: [key(0), key(1)])),
                UnmetFloor(startup: key(4), promised: 1, given: 0, reason: .fewSeekers(0)),
            ])
        let capped = Allocation(demands, rules: Allocation.Rules(mostLists: 1, floors: [key(0): 2])).report
        #expect(capped.unmet == [UnmetFloor(startup: key(0), promised: 2, given: 1, reason: .capped(at: 1))])
    }

    /// Places for a tenth of those who were promised one: whom each is kept from by is worked out for all at once.
    @Test(.timeLimit(.minutes(1))) func promisesFarBeyondThePlacesAreCounted() {
        var inventor = Inventor(seed: 9)
        let demands = (0..<60).map { mandate in
            Allocation.Demand(
                Inventor.key(2, mandate), length: 1,
                candidates: (0..<600).shuffled(using: &inventor).prefix(60).map {
                    Ranked(startup: Inventor.key(1, $0), score: Int.random(in: -20_000...20_000, using: &inventor))
                })
        }
        let floors = Dictionary(uniqueKeysWithValues: (0..<600).map { (Inventor.key(1, $0), 1) })
        let report = Allocation(demands, rules: Allocation.Rules(floors: floors)).report
        #expect(report.filled == 60)
        #expect(report.covered == 60)
        #expect(report.unmet.count == 540)
        for unmet in report.unmet {
            switch unmet.reason {
            case .contested(let rivals): #expect((1...60).contains(rivals.count))
            default: #expect(unmet.reason == .fewSeekers(0))
            }
        }
    }

    /// The level of the scores is found, so that a constant more or less changes nothing.
    @Test func chancesHaveNoLevel() {
        let scores = [-3000, 0, 12_000, 40_000, 41_000]
        let chances = Chances(of: scores)
        let moved = Chances(of: scores.map { $0 + 700_123 })
        for score in scores { #expect(chances[score] == moved[score + 700_123]) }
        #expect(scores.reduce(0) { $0 + chances[$1] } / 5 <= 30_000_000)
        #expect(chances[chances.evenOdds] == 500_000_000)
        #expect(Chances(of: [])[0] > 0)
        #expect(Chances(of: [.min, .max])[.min] == 0)
    }

    @Test func giniIsThatOfTheJudge() {
        #expect(Exposure.gini([1, 1, 1, 1]) == 0)
        #expect(Exposure.gini([0, 0, 0, 1]) == 0.75)
        #expect(Exposure.gini([]) == 0)
        #expect(abs(Exposure.gini([3, 1, 2]) - 2.0 / 9) < 1e-12)
        let demand = Allocation.Demand(
            Inventor.key(2, 0), length: 1, candidates: [Ranked(startup: Inventor.key(1, 0), score: 0)])
        #expect(Allocation([demand], among: .max).report.gini > 0.999)
        let report = Allocation([demand], among: 4).report
        #expect(report.gini == 0.75)
        #expect(report.coverage == 0.25)
    }

    /// Everybody wants the same few first: a price evens that out for little.
    @Test func crowdingEvensOutExposure() {
        var inventor = Inventor(seed: 5)
        let fame = (0..<300).map { _ in Double.random(in: 0...1, using: &inventor) }
        let demands = (0..<60).map { mandate in
            Allocation.Demand(
                Inventor.key(2, mandate), length: 10,
                candidates: fame.indices.map {
                    Ranked(
                        startup: Inventor.key(1, $0),
                        score: Int(30_000 * fame[$0] + Double.random(in: 0...30_000, using: &inventor)))
                })
        }
        let plain = Allocation(demands, rules: Allocation.Rules(crowding: .price(0))).report
        let fair = Allocation(demands).report
        #expect(fair.loss <= 0.03)
        #expect(fair.gini < plain.gini - 0.05)
        #expect(fair.coverage > plain.coverage + 0.1)
        let capped = Allocation(demands, rules: Allocation.Rules(mostLists: 5, crowding: .price(0))).report
        #expect(capped.loss > fair.loss)
    }
}

extension Inventor {
    /// Demands and rules of all kinds, the absurd among them.
    mutating func demands(mandates: Int, startups: Int, length: Int) -> ([Allocation.Demand], Allocation.Rules) {
        let wild = Int.random(in: 0...3, using: &self) == 0
        let demands = (0..<mandates).map { mandate in
            Allocation.Demand(
                Self.key(2, mandate),
                length: wild
                    ? [Int.min, 0, 1, .max].randomElement(using: &self) ?? 0 : Int.random(in: 0...length, using: &self),
                candidates: (0..<startups).filter { _ in Bool.random(using: &self) || Bool.random(using: &self) }.map {
                    Ranked(
                        startup: Self.key(1, $0),
                        score: wild
                            ? [Int.min, -1, 0, 1, .max].randomElement(using: &self) ?? 0
                            : Int.random(in: -4...4, using: &self) * 7000)
                })
        }
        var rules = Allocation.Rules()
        rules.crowding = .price([0, 180, 3000, .max, -5].randomElement(using: &self) ?? 0)
        rules.mostLists = [1, 2, 3, .max, 0, -1].randomElement(using: &self) ?? 0
        if Bool.random(using: &self) { rules.mostOfGroup = [1, 2, 0, -3].randomElement(using: &self) ?? 0 }
        for startup in 0..<(startups + 1) {
            let key = Self.key(1, startup)
            if Bool.random(using: &self) { rules.groups[key] = Int.random(in: 0...1, using: &self) }
            if Int.random(in: 0...2, using: &self) == 0 {
                rules.floors[key] = (wild ? [Int.min, 0, .max] : [0, 1, 2]).randomElement(using: &self)
            }
            for mandate in 0..<mandates where Int.random(in: 0...9, using: &self) == 0 {
                rules.proposed.insert(Pair(Self.key(2, mandate), key))
            }
        }
        return (demands, rules)
    }
}

/// What lists are judged by, in this order.
private struct Standing: Comparable {
    /// Places filled and promised lists given.
    var kept = 0
    /// Worth less prices.
    var worth = 0

    static func < (left: Self, right: Self) -> Bool { (left.kept, left.worth) < (right.kept, right.worth) }
}

extension AllocationMarket {
    fileprivate func standing(_ lists: [Set<Key>], _ rules: Allocation.Rules) -> Standing {
        var standing = Standing()
        var counts = [Int](repeating: 0, count: startups.count)
        for (mandate, list) in zip(mandates, lists) {
            standing.kept += list.count
            for candidate in mandate.candidates where list.contains(startups[candidate.startup]) {
                standing.worth += candidate.weight
                counts[candidate.startup] += 1
            }
        }
        guard case .price(let price) = rules.crowding else { return standing }
        let crowding = min(max(0, price), AllocationNetwork.dearest) * meanWeight / 1000
        for (startup, count) in zip(startups, counts) {
            standing.kept += min(count, max(0, rules.floors[startup] ?? 0))
            for list in 0..<count { standing.worth -= list < 4 ? crowding - crowding >> (2 * list) : crowding }
        }
        return standing
    }

    /// By trying all lists.
    fileprivate func bestStanding(_ rules: Allocation.Rules) -> Standing {
        var best = Standing(kept: -1)
        var counts: [Key: Int] = [:]
        var lists: [Set<Key>] = []
        func choose(_ mandate: Int, _ candidate: Int, _ list: Set<Key>) {
            guard mandate < mandates.count else {
                best = max(best, standing(lists, rules))
                return
            }
            guard candidate < mandates[mandate].candidates.count else {
                lists.append(list)
                choose(mandate + 1, 0, [])
                lists.removeLast()
                return
            }
            choose(mandate, candidate + 1, list)
            let key = startups[mandates[mandate].candidates[candidate].startup]
            let group = rules.groups[key]
            if list.count < mandates[mandate].length, counts[key, default: 0] < rules.mostLists,
                group == nil || list.count(where: { rules.groups[$0] == group }) < rules.mostOfGroup
            {
                counts[key, default: 0] += 1
                choose(mandate, candidate + 1, list.union([key]))
                counts[key, default: 0] -= 1
            }
        }
        choose(0, 0, [])
        return best
    }
}
