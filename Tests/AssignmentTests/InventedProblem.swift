import Foundation

@testable import Assignment

/// Problems made up from a seed.
struct Inventor: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func happens(oneIn odds: Int) -> Bool { Int.random(in: 0..<odds, using: &self) == 0 }

    /// How strange problems are.
    enum Manner {
        /// Mostly solvable.
        case kind
        /// Every rule at odds with others.
        case harsh
        /// Numbers that nobody would enter.
        case hostile
    }

    mutating func problem(applications: Int, reviewers: Int, wanted: Int, _ manner: Manner) -> AssignmentProblem {
        let isHarsh = manner != .kind
        let wanted = isHarsh ? wanted : min(wanted, max(1, reviewers / 2))
        let groups = number(isHarsh ? 0...3 : 0...1)
        var problem = AssignmentProblem(applications: [], reviewers: [], affinities: [])
        problem.groups = (0..<groups).map { _ in
            (0..<reviewers).filter { _ in !happens(oneIn: isHarsh ? 2 : 3) }
        }
        let hasLanguages = happens(oneIn: isHarsh ? 2 : 5)
        for _ in 0..<applications {
            var application = AssignmentProblem.Application(wanted: number(isHarsh ? 0...wanted : 1...wanted))
            if hasLanguages, happens(oneIn: 3) { application.languages = UInt64(number(1...3)) }
            while groups > 0, isHarsh || application.needs.isEmpty, happens(oneIn: isHarsh ? 2 : 4) {
                application.needs.append(.init(number(isHarsh ? 0...2 : 1...1), of: number(0...groups - 1)))
            }
            if manner == .hostile, happens(oneIn: 4) {
                application.wanted = [Int.min, -1, .max, 40].randomElement(using: &self) ?? 0
                application.needs.append(
                    .init([Int.min, 0, .max, 3].randomElement(using: &self) ?? 0, of: number(-1...9)))
            }
            problem.applications.append(application)
        }
        let seats = problem.applications.reduce(0) { $0 + min(max(0, $1.wanted), 100) }
        let fair = reviewers > 0 ? seats / reviewers : 0
        for _ in 0..<reviewers {
            var reviewer = AssignmentProblem.Reviewer(
                least: number(0...max(0, isHarsh ? fair + 1 : fair / 2)),
                most: number(fair + (isHarsh ? 0 : 1)...fair + (isHarsh ? 2 : 5)))
            if hasLanguages { reviewer.languages = UInt64(number(1...3)) }
            reviewer.isClosed = happens(oneIn: isHarsh ? 8 : 20)
            if manner == .hostile, happens(oneIn: 4) {
                reviewer.least = [Int.min, 0, 3, .max].randomElement(using: &self) ?? 0
                reviewer.most = [Int.min, 0, 2, .max].randomElement(using: &self) ?? 0
            }
            problem.reviewers.append(reviewer)
        }
        let levels = [2, 5, 1_000_000].randomElement(using: &self) ?? 2
        problem.affinities = (0..<applications * reviewers).map { _ in
            manner == .hostile && happens(oneIn: 9)
                ? [Int32.min, -1, .max].randomElement(using: &self) ?? 0
                : Int32(number(0...levels) * (1_000_000 / levels))
        }
        func pairs(oneIn odds: Int) -> [AssignmentPair] {
            var pairs: [AssignmentPair] = []
            for application in 0..<applications {
                for reviewer in 0..<reviewers where happens(oneIn: odds) {
                    pairs.append(AssignmentPair(application, reviewer))
                }
            }
            if manner == .hostile, happens(oneIn: 3) {
                pairs += pairs + [AssignmentPair(-1, 0), AssignmentPair(0, .max)]
            }
            return pairs
        }
        problem.conflicts = pairs(oneIn: manner == .hostile && happens(oneIn: 10) ? 1 : isHarsh ? 5 : 12)
        problem.standing = pairs(oneIn: 3)
        if happens(oneIn: 3) {
            let forbidden = Set(problem.conflicts)
            problem.fixed = pairs(oneIn: isHarsh ? 6 : 12)
                .filter { isHarsh || !forbidden.contains($0) }
        }
        problem.loadWeight = [0, 100_000, 1_000_000, 333].randomElement(using: &self) ?? 0
        if manner == .hostile, happens(oneIn: 5) { problem.loadWeight = happens(oneIn: 2) ? .min : .max }
        problem.isFloored = !happens(oneIn: 4)
        problem.seed = next()
        return problem
    }
}

/// Cases of a test: few by default, many under `TRELLIS_LONG`.
func cases(_ few: Int, long many: Int) -> Range<UInt64> {
    0..<UInt64(ProcessInfo.processInfo.environment["TRELLIS_LONG"] == nil ? few : many)
}

extension AssignmentProblem {
    /// The plan, or the partial plan and why it is no more.
    func outcome() -> (plan: AssignmentPlan?, refusal: AssignmentRefusal?) {
        do {
            return (try solve(partially: true), nil)
        } catch {
            guard case .refused(let refusal) = error else { return (nil, nil) }
            return (refusal.partial, refusal)
        }
    }
}
