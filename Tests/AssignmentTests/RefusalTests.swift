import Testing

@testable import Assignment

/// Each contradiction under its name, and nothing else beside it.
@Suite struct RefusalTests {
    private func problem(_ applications: [AssignmentProblem.Application], _ reviewers: [AssignmentProblem.Reviewer])
        -> AssignmentProblem
    {
        AssignmentProblem(
            applications: applications, reviewers: reviewers,
            affinities: [Int32](repeating: 500_000, count: applications.count * reviewers.count))
    }

    private func refusal(of problem: AssignmentProblem) throws -> AssignmentRefusal {
        let refusal = try #require(problem.outcome().refusal)
        #expect(problem.verdict(on: refusal).holds)
        #expect(refusal.partial != nil)
        do {
            _ = try problem.solve()
            Issue.record("not refused")
        } catch {
            guard case .refused(let short) = error else { throw error }
            #expect(short.partial == nil)
            #expect(short.violations == refusal.violations)
        }
        return refusal
    }

    @Test func applicationsThatCompeteAreNamedWithThoseTheyCompeteFor() throws {
        var problem = problem(
            [
                .init(wanted: 1, languages: 1), .init(wanted: 1, languages: 1), .init(wanted: 1, languages: 1),
                .init(wanted: 1, languages: 2),
            ],
            [.init(most: 1, languages: 1), .init(most: 1, languages: 1), .init(most: 9, languages: 2)])
        let refusal = try refusal(of: problem)
        #expect(refusal.violations == [.seats(applications: [0, 1, 2], reviewers: [0, 1], needed: 3, room: 2)])
        #expect(refusal.emptySeats == 1)
        #expect(refusal.partial?.pairs.count == 3)
        problem.reviewers[0].most = 2
        #expect(try problem.solve().pairs.count == 4)
    }

    /// Not all who lack a seat are in it: the one whom everybody needs is.
    @Test func theClosestCutIsNamed() throws {
        let problem = problem(
            [.init(wanted: 2, languages: 1), .init(wanted: 2, languages: 1)],
            [.init(most: 1, languages: 1), .init(most: 2, languages: 1), .init(most: 9, languages: 2)])
        let refusal = try refusal(of: problem)
        #expect(refusal.violations == [.seats(applications: [0, 1], reviewers: [0], needed: 2, room: 1)])
    }

    @Test func anApplicationThatStarvesAloneIsNamed() throws {
        var problem = problem([.init(wanted: 3), .init(wanted: 1)], [.init(most: 9), .init(most: 9), .init(most: 9)])
        problem.conflicts = [AssignmentPair(0, 1)]
        #expect(try refusal(of: problem).violations == [.reviewers(application: 0, wanted: 3, possible: 2)])
    }

    @Test func aGroupTooSmallIsNamed() throws {
        var problem = problem(
            [.init(wanted: 3, needs: [.init(2, of: 0)])], [.init(most: 9), .init(most: 9), .init(most: 9)])
        problem.groups = [[2]]
        #expect(try refusal(of: problem).violations == [.group(application: 0, need: .init(2, of: 0), possible: 1)])
        problem.groups = [[2, 0]]
        #expect(try problem.solve().pairs.count == 3)
    }

    /// Two who need an expert, and one expert with time for one.
    @Test func aNeedThatSeveralHaveIsNamedWithItsExpert() throws {
        var problem = problem(
            [.init(wanted: 2, needs: [.init(of: 0)]), .init(wanted: 2, needs: [.init(of: 0)])],
            [.init(most: 1), .init(most: 9), .init(most: 9)])
        problem.groups = [[0]]
        let refusal = try refusal(of: problem)
        #expect(refusal.violations == [.seats(applications: [0, 1], reviewers: [0], needed: 2, room: 1)])
        #expect(refusal.partial?.pairs.count == 3)
    }

    @Test func moreNeedsThanSeatsAreNamed() throws {
        var problem = problem(
            [.init(wanted: 1, needs: [.init(of: 0), .init(of: 1)])], [.init(most: 9), .init(most: 9)])
        problem.groups = [[0], [1]]
        let refusal = try refusal(of: problem)
        #expect(refusal.violations == [.needs(application: 0, needed: 2, wanted: 1)])
        #expect(refusal.emptySeats == 0)
    }

    @Test func leastLoadsThatCannotBeMetAreNamed() throws {
        let problem = problem(
            [.init(wanted: 1, languages: 1), .init(wanted: 1, languages: 2)],
            [
                .init(least: 1, most: 2, languages: 1), .init(least: 1, most: 2, languages: 1),
                .init(most: 2, languages: 2),
            ])
        let refusal = try refusal(of: problem)
        #expect(refusal.violations == [.leastLoads(reviewers: [0, 1], needed: 2, possible: 1)])
        #expect(refusal.missingReviews == 1 && refusal.emptySeats == 0)
    }

    @Test func loadsAndFixedPairsThatContradictThemselvesAreNamed() throws {
        var problem = problem(
            [
                .init(wanted: 2, needs: [.init(of: 0)]), .init(wanted: 1, languages: 2), .init(wanted: 1),
                .init(wanted: 0),
            ],
            [
                .init(least: 3, most: 1, languages: 1), .init(most: 2, languages: 3), .init(most: 2, languages: 3),
                .init(most: 2, languages: 3), .init(most: 0, languages: 3),
            ])
        problem.groups = [[3, 1]]
        problem.conflicts = [AssignmentPair(2, 3)]
        problem.fixed = [
            AssignmentPair(0, 0), AssignmentPair(0, 2), AssignmentPair(1, 0), AssignmentPair(2, 3),
            AssignmentPair(2, 4),
            AssignmentPair(3, 1), AssignmentPair(7, 7),
        ]
        let refusal = try refusal(of: problem)
        #expect(
            refusal.violations.filter { if case .fixed = $0 { true } else { false } } == [
                .fixed(AssignmentPair(0, 2), .seatsKept), .fixed(AssignmentPair(1, 0), .language),
                .fixed(AssignmentPair(2, 3), .conflict), .fixed(AssignmentPair(2, 4), .overload),
                .fixed(AssignmentPair(3, 1), .seatsTaken), .fixed(AssignmentPair(7, 7), .unknown),
            ])
        #expect(refusal.violations.contains(.loads(reviewer: 0)))
        #expect(refusal.partial?.pairs.contains(AssignmentPair(0, 0)) ?? false)
    }

    /// Without any of what is named, there is a plan: the names are enough.
    @Test func noneIsNamedWithoutCause() {
        for seed in cases(150, long: 2000) {
            var inventor = Inventor(seed: seed)
            let problem = inventor.problem(
                applications: inventor.number(1...20), reviewers: inventor.number(1...8), wanted: 3, .harsh)
            guard let refusal = problem.outcome().refusal else { continue }
            #expect(!refusal.violations.isEmpty)
            // Each empty seat and each missing review has a name that touches it.
            let plan = Set(refusal.partial?.pairs ?? [])
            for (application, wanted) in problem.applications.map(\.wanted).enumerated() {
                guard plan.count(where: { $0.application == application }) < wanted else { continue }
                let isNamed = refusal.violations.contains {
                    switch $0 {
                    case .group(application, _, _), .reviewers(application, _, _), .needs(application, _, _): true
                    case .seats(let applications, _, _, _): applications.contains(application)
                    default: false
                    }
                }
                #expect(isNamed, "seed \(seed), application \(application): \(refusal.violations)")
            }
        }
    }
}
