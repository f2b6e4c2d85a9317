// Seats reviewers in a large invented call, beside simpler ways: the total, the worst application, the loads, the time; then
// how soon a cancellation is heard, and how much of a plan outlives applications that come late and reviewers who leave.
//
// To standard output: lines of JSON; to standard error: progress and a table. Ends with 1 where a plan is not proven, takes
// ten seconds, or does not heed a cancellation within 0.1.
import Assignment
import Foundation

// As Scripts/bench assignment gives them.
let (applications, reviewers) = (Int(CommandLine.arguments[1]) ?? 0, Int(CommandLine.arguments[2]) ?? 0)
let late = 50

struct Inventor: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
    mutating func part() -> Double { Double.random(in: 0...1, using: &self) }
}

/// Areas that many work in and areas that few do; everybody has a main one and a second, and what is new is not spread as
/// those are who know it.
func invent(applications: Int, reviewers: Int) -> AssignmentProblem {
    var inventor = Inventor(state: 7)
    let areas = 16
    func area(_ skew: Double) -> Int { min(areas - 1, Int(Double(areas) * pow(inventor.part(), skew))) }
    func profiles(_ count: Int, _ skew: Double) -> [[Double]] {
        (0..<count).map { _ in
            var profile = (0..<areas).map { _ in 0.08 * inventor.part() }
            profile[area(skew)] += 0.7 + 0.3 * inventor.part()
            profile[area(skew)] += 0.5 * inventor.part()
            let length = profile.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return profile.map { $0 / length }
        }
    }
    let (wanted, offered) = (profiles(applications, 1.6), profiles(reviewers, 1.3))
    var affinities: [Int32] = []
    affinities.reserveCapacity(applications * reviewers)
    for application in wanted {
        for reviewer in offered {
            let likeness = zip(application, reviewer).reduce(0) { $0 + $1.0 * $1.1 }
            affinities.append(AssignmentProblem.millionths(0.85 * likeness + 0.15 * inventor.part()))
        }
    }
    var problem = AssignmentProblem(
        applications: (0..<applications).map { _ in .init(wanted: 3) },
        reviewers: (0..<reviewers).map { _ in .init(least: 30, most: 60) }, affinities: affinities)
    for application in 0..<applications {
        for reviewer in 0..<reviewers where inventor.part() < 0.03 {
            problem.conflicts.append(AssignmentPair(application, reviewer))
        }
    }
    return problem
}

/// The first applications and reviewers of a problem, by their places.
func part(_ problem: AssignmentProblem, applications: Int, without gone: Set<Int> = []) -> AssignmentProblem {
    var part = problem
    part.applications = Array(problem.applications.prefix(applications))
    part.affinities = Array(problem.affinities.prefix(applications * problem.reviewers.count))
    part.conflicts = problem.conflicts.filter { $0.application < applications }
    for reviewer in gone { part.reviewers[reviewer].isClosed = true }
    return part
}

struct Row {
    let name: String
    let pairs: [AssignmentPair]
    let seconds: Double
}

func timed<T>(_ work: () throws -> T) rethrows -> (T, Double) {
    let start = ContinuousClock.now
    let result = try work()
    let spent = (ContinuousClock.now - start).components
    return (result, Double(spent.seconds) + Double(spent.attoseconds) / 1e18)
}

func tell(_ name: String, _ value: Double, _ unit: String, _ ratio: (to: String, Double)? = nil) {
    let ratio = ratio.map { #", "ratio_to": {"\#($0.to)": \#(String(format: "%.4f", $0.1))}"# } ?? ""
    print(#"{"name": "assignment.\#(name)", "value": \#(String(format: "%.4f", value)), "unit": "\#(unit)"\#(ratio)}"#)
}

func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

var faults: [String] = []
@MainActor func demand(_ holds: Bool, _ fault: String) {
    if !holds {
        faults.append(fault)
        say("fault: \(fault)")
    }
}

say("inventing \(applications) applications and \(reviewers) reviewers")
let all = invent(applications: applications + late, reviewers: reviewers)
var problem = part(all, applications: applications)
problem.loadWeight = 100_000
let forbidden = Set(problem.conflicts)

/// Seats drawn by lot among those who have room.
@MainActor func drawn() -> [AssignmentPair] {
    var inventor = Inventor(state: 3)
    var loads = [Int](repeating: 0, count: reviewers)
    return (0..<applications).flatMap { application in
        let open = (0..<reviewers).filter {
            loads[$0] < problem.reviewers[$0].most && !forbidden.contains(AssignmentPair(application, $0))
        }
        let own = open.shuffled(using: &inventor).prefix(3)
        for reviewer in own { loads[reviewer] += 1 }
        return own.map { AssignmentPair(application, $0) }
    }
}

/// The best pair of all that still can be, again and again.
@MainActor func greedy() -> [AssignmentPair] {
    let order = problem.affinities.indices.sorted {
        (problem.affinities[$1], $0) < (problem.affinities[$0], $1)
    }
    var (loads, seats) = ([Int](repeating: 0, count: reviewers), [Int](repeating: 0, count: applications))
    var pairs: [AssignmentPair] = []
    for cell in order {
        let (application, reviewer) = cell.quotientAndRemainder(dividingBy: reviewers)
        guard seats[application] < 3, loads[reviewer] < problem.reviewers[reviewer].most,
            !forbidden.contains(AssignmentPair(application, reviewer))
        else { continue }
        seats[application] += 1
        loads[reviewer] += 1
        pairs.append(AssignmentPair(application, reviewer))
    }
    return pairs
}

var rows: [Row] = []
@MainActor func run(_ name: String, _ work: () throws -> [AssignmentPair]) rethrows {
    let (pairs, seconds) = try timed(work)
    say("\(name): \(String(format: "%.2f", seconds)) s")
    rows.append(Row(name: name, pairs: pairs, seconds: seconds))
}

run("random", drawn)
run("greedy", greedy)
var plain = problem
(plain.loadWeight, plain.isFloored) = (0, false)
try run("plain flow") { try plain.solve().pairs }
var unfloored = problem
unfloored.isFloored = false
try run("with load cost") { try unfloored.solve().pairs }
var weightless = problem
weightless.loadWeight = 0
try run("with floor") { try weightless.solve().pairs }

var (told, longest, lastTold) = (0, 0.0, ContinuousClock.now)
var phases: [AssignmentProgress.Phase: Double] = [:]
@MainActor func watch(_ progress: AssignmentProgress) {
    let gap = (ContinuousClock.now - lastTold).components
    let seconds = Double(gap.seconds) + Double(gap.attoseconds) / 1e18
    longest = max(longest, seconds)
    phases[progress.phase, default: 0] += seconds
    lastTold = .now
    told += 1
}
var plan: AssignmentPlan?
try run("ours") {
    (told, lastTold) = (0, .now)
    let found = try problem.solve(progress: { watch($0) })
    plan = found
    return found.pairs
}
guard let plan, let own = rows.last else { exit(1) }
demand(own.seconds < 10, "ten seconds are over")
tell("progress.calls", Double(told), "count")
tell("progress.longest-silence", longest, "s")
demand(longest < 0.1, "silent for \(longest) s")
for (phase, seconds) in phases.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
    tell("phase.\(phase)", seconds, "s")
}

let (verdict, checking) = timed { problem.verdict(on: plan) }
demand(verdict.holds, "not proven: \(verdict)")
tell("verdict", checking, "s")
tell("reasons", timed { _ = problem.reasons(in: plan) }.1, "s")
tell("floor", Double(plan.floor) / 1e6, "affinity")

say("cancelling at ten moments")
var slowest = 0.0
for tenth in 1...10 {
    let start = ContinuousClock.now
    let moment = start + .seconds(own.seconds * Double(tenth) / 11)
    do {
        _ = try problem.solve(isCancelled: { ContinuousClock.now >= moment })
    } catch {
        guard case .cancelled = error else { continue }
        let waited = (ContinuousClock.now - moment).components
        slowest = max(slowest, Double(waited.seconds) + Double(waited.attoseconds) / 1e18)
    }
}
tell("cancel.slowest", slowest, "s")
demand(slowest < 0.1, "a cancellation took \(slowest) s")

say("again, with changes")
var again = problem
again.standing = plan.pairs
let (same, _) = try timed { try again.solve() }
demand(same.pairs == plan.pairs, "the same problem has another plan")
@MainActor func change(_ name: String, _ changed: AssignmentProblem) throws {
    var changed = changed
    changed.loadWeight = problem.loadWeight
    for keeps in [false, true] {
        changed.standing = keeps ? plan.pairs : []
        let later = try changed.solve()
        let difference = later.difference(from: plan)
        let moved = difference.removed.count
        tell("\(name).\(keeps ? "keeping" : "anew").given-up", Double(moved), "pairs of \(plan.pairs.count)")
        if keeps {
            let touched = difference.applications.count { $0 < applications }
            tell("\(name).applications", Double(touched), "applications of \(applications)")
            demand(changed.verdict(on: later).holds, "\(name) is not proven")
        }
    }
}
try change("one-late", part(all, applications: applications + 1))
try change("\(late)-late", part(all, applications: applications + late))
let leaving = Set(stride(from: 3, to: reviewers, by: max(1, reviewers / 5)).prefix(5))
let theirs = plan.pairs.count { leaving.contains($0.reviewer) }
tell("5-leave.theirs", Double(theirs), "pairs")
try change("5-leave", part(all, applications: applications, without: leaving))

say("with needs, with affinities in twentieths, and with too few reviewers")
var needy = problem
needy.groups = [(0..<reviewers).filter { $0 % 3 == 0 }, (0..<reviewers).filter { $0 % 3 == 1 }]
for application in 0..<applications {
    needy.applications[application].needs = application % 3 == 0 ? [.init(of: 0), .init(of: 1)] : [.init(of: 0)]
}
let (seated, needing) = try timed { try needy.solve() }
demand(needy.verdict(on: seated).holds, "needs are not proven")
tell("needs.reasons", timed { _ = needy.reasons(in: seated) }.1, "s")
tell("needs.time", needing, "s", ("ours", needing / own.seconds))

/// A problem whose affinities are twentieths: many plans are equal.
func coarse(_ problem: AssignmentProblem) -> AssignmentProblem {
    var coarse = problem
    coarse.affinities = problem.affinities.map { $0 / 50_000 * 50_000 }
    return coarse
}
let before = try coarse(problem).solve()
var after = coarse(part(all, applications: applications + late))
after.loadWeight = problem.loadWeight
after.seed = 1
for keeps in [false, true] {
    after.standing = keeps ? before.pairs : []
    let removed = try after.solve().difference(from: before).removed.count
    tell(
        "twentieths.\(late)-late.\(keeps ? "keeping" : "anew").given-up", Double(removed),
        "pairs of \(before.pairs.count)")
}

var scarce = problem
for reviewer in 0..<reviewers { scarce.reviewers[reviewer].most = 2 * applications / reviewers }
for partially in [false, true] {
    let (refusal, seconds) = timed { () -> AssignmentRefusal? in
        do {
            _ = try scarce.solve(partially: partially)
            return nil
        } catch AssignmentFailure.refused(let refusal) {
            return refusal
        } catch {
            return nil
        }
    }
    demand(refusal.map { scarce.verdict(on: $0).holds } ?? false, "too few reviewers are not proven")
    tell("refusal.\(partially ? "with-partial" : "alone").time", seconds, "s", ("ours", seconds / own.seconds))
    tell("refusal.empty", Double(refusal?.emptySeats ?? 0), "seats, in \(refusal?.violations.count ?? 0) violations")
}

say("| | total affinity | worst application | mean of three | empty seats | load s.d. | load min–max | seconds |")
say("|---|---|---|---|---|---|---|---|")
let best = rows.map { row in
    row.pairs.reduce(0.0) { $0 + Double(problem.affinities[$1.application * reviewers + $1.reviewer]) / 1e6 }
}
for (row, affinity) in zip(rows, best) {
    var (sums, loads) = ([Double](repeating: 0, count: applications), [Int](repeating: 0, count: reviewers))
    for pair in row.pairs {
        sums[pair.application] += Double(problem.affinities[pair.application * reviewers + pair.reviewer]) / 1e6
        loads[pair.reviewer] += 1
    }
    let mean = Double(row.pairs.count) / Double(reviewers)
    let deviation = (loads.reduce(0) { $0 + pow(Double($1) - mean, 2) } / Double(reviewers)).squareRoot()
    let empty = 3 * applications - row.pairs.count
    say(
        String(
            format: "| \(row.name) | %.1f | %.3f | %.3f | %d | %.2f | %d–%d | %.2f |", affinity, sums.min() ?? 0,
            affinity / Double(applications), empty, deviation, loads.min() ?? 0, loads.max() ?? 0, row.seconds))
    let key = row.name.replacingOccurrences(of: " ", with: "-")
    tell("\(key).affinity", affinity, "affinity", ("ours", affinity / (best.last ?? 1)))
    tell("\(key).worst", sums.min() ?? 0, "affinity")
    tell("\(key).load-deviation", deviation, "reviews")
    tell("\(key).time", row.seconds, "s", ("ours", row.seconds / own.seconds))
}
if let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
    let peak = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM") })?.split(
        whereSeparator: \.isWhitespace)
{
    tell("memory", (Double(peak[1]) ?? 0) / 1024, "MB")
}
say(faults.isEmpty ? "every plan is proven" : "\(faults.count) faults")
exit(faults.isEmpty ? 0 : 1)
