@testable import Assignment

/// What plans are judged by, in this order.
struct Standing: Hashable, Comparable {
    /// Empty seats and missing reviews, as a negative number.
    var lack: Int
    var floor: Int
    var total: Int
    var kept: Int

    static func < (left: Self, right: Self) -> Bool {
        (left.lack, left.floor, left.total, left.kept) < (right.lack, right.floor, right.total, right.kept)
    }
}

/// The best plan by trying them all: every set of reviewers for every application.
struct Exhaustion {
    let problem: AssignmentProblem
    let fixed: Set<AssignmentPair>
    /// For every application the sets that can sit there, fixed reviewers among them.
    private let choices: [[[Int]]]
    private let ceilings: [Int]
    private(set) var best: Standing?
    private(set) var fewestEmpty = Int.max
    private(set) var fewestMissing = Int.max

    /// - Parameter forbidden: A pair that must not be, beside the conflicts.
    init(
        _ problem: AssignmentProblem, dropping dropped: Set<AssignmentPair> = [],
        forbidding forbidden: AssignmentPair? = nil
    ) {
        self.problem = problem
        let fixed = Set(problem.fixed).subtracting(dropped)
        self.fixed = fixed
        func mayBe(_ pair: AssignmentPair) -> Bool {
            let (application, reviewer) = (problem.applications[pair.application], problem.reviewers[pair.reviewer])
            return !problem.conflicts.contains(pair) && !reviewer.isClosed && !dropped.contains(pair)
                && (application.languages == 0 || application.languages & reviewer.languages != 0)
        }
        /// Whether everybody finds a seat, by trying all ways to sit.
        func canSit(_ reviewers: ArraySlice<Int>, _ kinds: [(group: Int?, count: Int)]) -> Bool {
            guard let first = reviewers.first else { return true }
            return kinds.indices.contains { kind in
                guard kinds[kind].count > 0, kinds[kind].group.map({ problem.groups[$0].contains(first) }) ?? true
                else {
                    return false
                }
                var left = kinds
                left[kind].count -= 1
                return canSit(reviewers.dropFirst(), left)
            }
        }
        func sets(_ number: Int, forbidding forbidden: AssignmentPair?) -> [[Int]] {
            let application = problem.applications[number]
            var open = application.wanted
            var kinds: [(group: Int?, count: Int)] = []
            for need in application.needs {
                let count = min(need.count, open)
                kinds.append((need.group, count))
                open -= count
            }
            kinds.append((nil, open))
            let own = fixed.filter { $0.application == number }.map(\.reviewer).sorted()
            let others = problem.reviewers.indices.filter {
                let pair = AssignmentPair(number, $0)
                return mayBe(pair) && !fixed.contains(pair) && pair != forbidden
            }
            return (0..<1 << others.count).compactMap { bits in
                let set = own + others.indices.filter { bits & 1 << $0 != 0 }.map { others[$0] }
                return set.count <= application.wanted && canSit(set[...], kinds) ? set : nil
            }
        }
        choices = problem.applications.indices.map { sets($0, forbidding: forbidden) }
        ceilings = problem.applications.indices.map { number in
            let sets = sets(number, forbidding: nil)
            let most = sets.map(\.count).max() ?? 0
            return sets.filter { $0.count == most }.map { Self.worst($0, number, problem, fixed) }.max() ?? 1_000_000
        }
        var loads = [Int](repeating: 0, count: problem.reviewers.count)
        var plan: [AssignmentPair] = []
        choose(0, &plan, &loads)
    }

    private static func worst(
        _ set: [Int], _ number: Int, _ problem: AssignmentProblem, _ fixed: Set<AssignmentPair>
    ) -> Int {
        set.map { AssignmentPair(number, $0) }.filter { !fixed.contains($0) }.map(problem.affinity(of:)).min()
            ?? 1_000_000
    }

    private mutating func choose(_ number: Int, _ plan: inout [AssignmentPair], _ loads: inout [Int]) {
        guard number < choices.count else {
            judge(plan, loads)
            return
        }
        for set in choices[number] {
            for reviewer in set {
                loads[reviewer] += 1
                plan.append(AssignmentPair(number, reviewer))
            }
            let canBear = set.allSatisfy {
                problem.reviewers[$0].isClosed || loads[$0] <= problem.reviewers[$0].most
            }
            if canBear { choose(number + 1, &plan, &loads) }
            for reviewer in set { loads[reviewer] -= 1 }
            plan.removeLast(set.count)
        }
    }

    private mutating func judge(_ plan: [AssignmentPair], _ loads: [Int]) {
        let empty = problem.applications.reduce(-plan.count) { $0 + $1.wanted }
        var (missing, total) = (0, plan.reduce(0) { $0 + problem.affinity(of: $1) })
        for (reviewer, load) in zip(problem.reviewers, loads) {
            if !reviewer.isClosed { missing += max(0, min(reviewer.least, reviewer.most) - load) }
            for count in 0..<load { total -= problem.loadWeight * (count + 1) / max(1, reviewer.most) }
        }
        fewestEmpty = min(fewestEmpty, empty)
        fewestMissing = min(fewestMissing, missing)
        var floor = 0
        if problem.isFloored {
            floor = ceilings.max() ?? 0
            for (number, ceiling) in ceilings.enumerated() {
                let own = plan.filter { $0.application == number }.map(\.reviewer)
                let worst = Self.worst(own, number, problem, fixed)
                if worst < ceiling { floor = min(floor, worst) }
            }
        }
        let standing = Standing(
            lack: -empty - missing, floor: floor, total: total,
            kept: Set(problem.standing).intersection(plan).count)
        best = max(best ?? standing, standing)
    }
}
