import Testing

@testable import Assignment

@Suite struct AssignmentTests {
    /// Whole and partial plans against every plan there is, in all that plans are judged by.
    @Test func noPlanIsBetter() {
        var whole = 0
        for seed in cases(240, long: 2000) {
            var inventor = Inventor(seed: seed)
            let problem = inventor.problem(
                applications: inventor.number(1...3), reviewers: inventor.number(1...(seed < 240 ? 4 : 5)), wanted: 3,
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

    /// The unit of a plan's proof is what makes standing pairs weigh less than a millionth; a forged proof is seen through.
    @Test func aForgedProofIsSeenThrough() throws {
        var (forged, seen) = (0, 0)
        for seed in cases(150, long: 1000) {
            var inventor = Inventor(seed: seed)
            let problem = inventor.problem(
                applications: inventor.number(2...8), reviewers: inventor.number(2...6), wanted: 3, .kind)
            guard let plan = try? problem.solve(), let pair = plan.pairs.randomElement(using: &inventor) else {
                continue
            }
            // Somebody else on the seat, with the totals that belong to it.
            let other = AssignmentPair(pair.application, inventor.number(0...problem.reviewers.count - 1))
            guard !plan.pairs.contains(other) else { continue }
            let pairs = (plan.pairs.filter { $0 != pair } + [other]).sorted()
            let worse = AssignmentPlan(pairs: pairs, of: problem, provedBy: plan)
            let verdict = problem.verdict(on: worse)
            let isAsGood = worse.total == plan.total && worse.kept == plan.kept
            #expect(!verdict.holds || isAsGood, "seed \(seed)")
            forged += 1
            if !verdict.holds { seen += 1 }
            let higher = AssignmentPlan(
                pairs: plan.pairs, floor: plan.floor + 1, total: plan.total, affinity: plan.affinity, kept: plan.kept,
                proof: plan.proof)
            if problem.isFloored { #expect(!problem.verdict(on: higher).holds, "seed \(seed)") }
        }
        #expect(seen > 30, "\(seen) of \(forged)")
    }

    @Test func againIsTheSame() throws {
        for seed in cases(150, long: 2000) {
            var inventor = Inventor(seed: seed)
            var problem = inventor.problem(
                applications: inventor.number(1...20), reviewers: inventor.number(1...10), wanted: 3, .kind)
            guard let plan = try? problem.solve() else { continue }
            #expect(try problem.solve() == plan)
            // Lists of pairs in another order and twice are the same lists.
            var shuffled = problem
            shuffled.conflicts = (problem.conflicts + problem.conflicts).shuffled(using: &inventor)
            shuffled.fixed = (problem.fixed + problem.fixed).shuffled(using: &inventor)
            shuffled.standing = (problem.standing + problem.standing).shuffled(using: &inventor)
            #expect(try shuffled.solve() == plan)
            // Its own plan is kept, whatever the seed.
            problem.standing = plan.pairs
            problem.seed = inventor.next()
            let again = try problem.solve()
            #expect(again.pairs == plan.pairs, "seed \(seed)")
            #expect(again.difference(from: plan).applications.isEmpty)
        }
    }

    @Test func theSeedChoosesAmongEquals() throws {
        var problem = AssignmentProblem(
            applications: [.init(wanted: 1)], reviewers: [.init(most: 1), .init(most: 1)], affinities: [7, 7])
        var chosen: Set<Int> = []
        for seed in 0..<20 {
            problem.seed = UInt64(seed)
            chosen.formUnion(try problem.solve().pairs.map(\.reviewer))
        }
        #expect(chosen == [0, 1])
    }

    @Test func cancellingEndsIt() throws {
        var inventor = Inventor(seed: 3)
        let problem = inventor.problem(applications: 40, reviewers: 15, wanted: 3, .kind)
        var asked = 0
        _ = try? problem.solve(
            partially: true,
            isCancelled: {
                asked += 1; return false
            })
        #expect(asked > 20)
        for moment in 1...asked {
            var count = 0
            do {
                _ = try problem.solve(
                    partially: true,
                    isCancelled: {
                        count += 1; return count >= moment
                    })
                Issue.record("not cancelled at \(moment)")
            } catch {
                guard case .cancelled = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(count == moment)
            }
        }
    }

    @Test func progressOnlyRises() {
        for seed in cases(40, long: 400) {
            var inventor = Inventor(seed: seed)
            let problem = inventor.problem(
                applications: inventor.number(1...30), reviewers: inventor.number(1...10), wanted: 3, .harsh)
            var (phase, fraction) = (0, 0.0)
            _ = try? problem.solve(partially: true) { progress in
                #expect((0...1).contains(progress.fraction))
                #expect((phase, fraction) <= (progress.phase.rawValue, progress.fraction), "seed \(seed)")
                (phase, fraction) = (progress.phase.rawValue, progress.fraction)
            }
        }
    }

    /// What a pair's reason says every plan without it loses, against the best of these by trying all.
    @Test func aReasonPromisesNoMoreThanIsTrue() {
        var (told, exact) = (0, 0)
        for seed in cases(120, long: 1000) {
            var inventor = Inventor(seed: seed)
            let problem = inventor.problem(
                applications: inventor.number(1...3), reviewers: inventor.number(2...4), wanted: 2, .kind)
            guard let plan = try? problem.solve(), let pair = plan.pairs.randomElement(using: &inventor),
                let reason = problem.reasons(in: plan, of: pair.application).first(where: { $0.pair == pair }),
                !reason.isFixed
            else { continue }
            #expect(problem.reasons(in: plan).map(\.pair) == plan.pairs)
            #expect(reason.affinity == problem.affinity(of: pair))
            #expect(reason.alternative != pair.reviewer)
            let others = Exhaustion(problem, forbidding: pair).best
            guard let others, others.lack == 0, others.floor == plan.floor else { continue }
            let loss = Double(plan.total - others.total) + Double(plan.kept - others.kept) / Double(plan.proof.unit)
            #expect(reason.loss.map { $0 <= loss + 1e-6 } ?? false, "seed \(seed)")
            told += 1
            if let promised = reason.loss, abs(promised - loss) < 1e-6 { exact += 1 }
        }
        #expect(told > 20 && exact > 0, "\(exact) of \(told)")
    }

    @Test func moreThanAffinitiesIsAsked() {
        let problem = AssignmentProblem(applications: [.init()], reviewers: [.init(most: 1)], affinities: [])
        #expect { try problem.solve() } throws: {
            guard case .affinities(1, 0) = $0 as? AssignmentFailure else { return false }
            return true
        }
    }

    @Test func affinitiesAreHeldWithinTheirRange() {
        #expect(
            [-1, 0, 0.25, 1, 7, .nan].map(AssignmentProblem.millionths) == [0, 0, 250_000, 1_000_000, 1_000_000, 0])
    }
}

extension AssignmentPlan {
    /// Other pairs under the numbers that belong to them and the proof of another plan.
    fileprivate init(pairs: [AssignmentPair], of problem: AssignmentProblem, provedBy plan: AssignmentPlan) {
        let affinity = pairs.reduce(0) { $0 + problem.affinity(of: $1) }
        var (loads, total) = ([Int](repeating: 0, count: problem.reviewers.count), affinity)
        for pair in pairs {
            loads[pair.reviewer] += 1
            total -= problem.loadWeight * loads[pair.reviewer] / max(1, problem.reviewers[pair.reviewer].most)
        }
        self.init(
            pairs: pairs, floor: plan.floor, total: total, affinity: affinity,
            kept: Set(problem.standing).intersection(pairs).count, proof: plan.proof)
    }
}

extension AssignmentRefusal {
    /// Fixed pairs that do not stay.
    var dropped: Set<AssignmentPair> {
        Set(violations.compactMap { if case .fixed(let pair, _) = $0 { pair } else { nil } })
    }
}
