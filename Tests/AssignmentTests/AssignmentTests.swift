import Testing

@testable import Assignment

@Suite struct AssignmentTests {
    /// Whole and partial plans against every plan there is, in all that plans are judged by.
    @Test func noPlanIsBetter() {
        var whole = 0
        for seed in cases(240, long: 2000) {
            var inventor = Inventor(seed: seed)
            let problem = inventor.problem(
                applications: inventor.number(1...3), reviewers: inventor.number(1...4), wanted: 3,
                seed % 3 == 0 ? .harsh : .kind)
            let (plan, refusal) = problem.outcome()
            guard let plan else {
                Issue.record("seed \(seed): no plan")
                continue
            }
            let best = Exhaustion(problem, dropping: refusal?.dropped ?? [])
            let lack = (refusal?.emptySeats ?? 0) + (refusal?.missingReviews ?? 0)
            #expect(
                Standing(lack: -lack, floor: plan.floor, total: plan.total, kept: plan.kept) == best.best,
                "seed \(seed)")
            #expect(refusal?.emptySeats ?? 0 == best.fewestEmpty, "seed \(seed)")
            #expect(refusal?.missingReviews ?? 0 == best.fewestMissing, "seed \(seed)")
            if refusal == nil { whole += 1 }
        }
        #expect(whole > 60)
    }

    @Test func noRuleIsBrokenSilently() {
        var (whole, refused) = (0, 0)
        for seed in cases(400, long: 10_000) {
            var inventor = Inventor(seed: seed)
            let problem = inventor.problem(
                applications: inventor.number(0...30), reviewers: inventor.number(0...12), wanted: 4,
                [.kind, .harsh, .hostile][Int(seed % 3)])
            let (plan, refusal) = problem.outcome()
            guard let plan else {
                Issue.record("seed \(seed): no plan")
                continue
            }
            let verdict = refusal.map(problem.verdict(on:)) ?? problem.verdict(on: plan)
            #expect(verdict.holds, "seed \(seed): \(verdict)")
            if refusal == nil { whole += 1 } else { refused += 1 }
        }
        #expect(whole > 50 && refused > 50, "\(whole) whole, \(refused) refused")
    }
}

extension AssignmentRefusal {
    /// Fixed pairs that do not stay.
    var dropped: Set<AssignmentPair> {
        Set(violations.compactMap { if case .fixed(let pair, _) = $0 { pair } else { nil } })
    }
}
