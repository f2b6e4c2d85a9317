import Foundation
import Testing

@testable import Assignment

/// Hands cases and what was found to another solver, for `Scripts/prove assignment`.
@Suite struct OutsideTests {
    private static let path = ProcessInfo.processInfo.environment["TRELLIS_CASES"]

    @Test(.enabled(if: path != nil)) func casesAreHandedOver() throws {
        var lines: [String] = []
        for seed in 0..<220 as Range<UInt64> {
            var inventor = Inventor(seed: seed)
            let problem = inventor.problem(
                applications: inventor.number(15...60), reviewers: inventor.number(6...20), wanted: 3,
                seed % 3 == 0 ? .harsh : .kind)
            let (plan, refusal) = problem.outcome()
            let found = try #require(plan)
            lines.append(String(decoding: try JSONEncoder().encode(Case(problem, found, refusal)), as: UTF8.self))
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: #require(Self.path)))
    }
}

private struct Case: Encodable {
    struct Application: Encodable {
        let wanted: Int
        let languages: UInt64
        let needs: [[Int]]
    }
    struct Reviewer: Encodable {
        let least: Int
        let most: Int
        let languages: UInt64
        let isClosed: Bool
    }
    let applications: [Application]
    let reviewers: [Reviewer]
    let affinities: [Int32]
    let groups: [[Int]]
    let conflicts: [[Int]]
    let fixed: [[Int]]
    let standing: [[Int]]
    let dropped: [[Int]]
    let loadWeight: Int
    let isFloored: Bool
    let emptySeats: Int
    let missingReviews: Int
    let floor: Int
    let total: Int
    let kept: Int

    init(_ problem: AssignmentProblem, _ plan: AssignmentPlan, _ refusal: AssignmentRefusal?) {
        func pairs(_ pairs: [AssignmentPair]) -> [[Int]] { pairs.map { [$0.application, $0.reviewer] } }
        applications = problem.applications.map {
            Application(wanted: $0.wanted, languages: $0.languages, needs: $0.needs.map { [$0.group, $0.count] })
        }
        reviewers = problem.reviewers.map {
            Reviewer(least: $0.least, most: $0.most, languages: $0.languages, isClosed: $0.isClosed)
        }
        affinities = problem.affinities
        groups = problem.groups
        conflicts = pairs(problem.conflicts)
        fixed = pairs(problem.fixed)
        standing = pairs(problem.standing)
        dropped = pairs(Array(refusal?.dropped ?? []))
        loadWeight = problem.loadWeight
        isFloored = problem.isFloored
        emptySeats = refusal?.emptySeats ?? 0
        missingReviews = refusal?.missingReviews ?? 0
        (floor, total, kept) = (plan.floor, plan.total, plan.kept)
    }
}
