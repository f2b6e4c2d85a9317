import Foundation
import Testing

@testable import Eligibility

/// "Eligible again on", against asking day by day.
@Suite("When rules will be met")
struct OutlookTests {
    static let start = Day(20_000)
    static let horizon = 1_600

    @Test("The day is the first one that asking day by day finds", arguments: UInt64(1)...40)
    func bruteForce(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        for _ in 0..<3 {
            let rules = try (0...dice.roll(0...2)).map { _ in
                try EligibilityRule(Self.condition(&dice, depth: 0, item: false), over: knownFacts)
            }
            let known = Self.facts(&dice)
            let outlook = Outlook(of: rules, after: Self.start, facts: known)
            func isMet(_ day: Int) -> Bool {
                rules.allSatisfy { $0.finding(verdictOn: Day(Self.start.number + day), facts: known) == .met }
            }
            let first = (0...Self.horizon).first(where: isMet)
            let what: Comment = "\(rules.map { $0.term }) over \(known)"
            switch (outlook, first) {
            case (.now, 0?): break
            case (.on(let day), let found?): #expect(day.number - Self.start.number == found, what)
            case (.on(let day), nil): #expect(day.number - Self.start.number > Self.horizon, what)
            case (.never, nil), (.unknown, nil): break
            default: Issue.record("\(outlook) is not day \(first ?? -1): \(what.rawValue)")
            }
        }
    }

    @Test("A company that is too young becomes eligible on a day, one too old never, an award cools off")
    func stories() throws {
        let today = try #require(Day("2026-11-29"))
        let grown = try rule(#"{"at_least":[{"years_since":{"fact":"founded_on"}},2]}"#)
        let young = try rule(#"{"at_most":[{"months_since":{"fact":"founded_on"}},23]}"#)
        let founded: DeclaredFacts = ["founded_on": .date(try #require(Day("2025-02-28")))]
        #expect(Outlook(of: [grown], after: today, facts: founded) == .on(try #require(Day("2027-02-28"))))
        #expect(Outlook(of: [young], after: today, facts: founded) == .now)
        #expect(Outlook(of: [young, grown], after: today, facts: founded) == .never)
        #expect(Outlook(of: [grown], after: today, facts: [:]) == .unknown)

        let cooled = try rule(
            #"{"at_most":[{"count":{"of":"awards","where":{"less_than":["today",{"months_after":[{"item":"until"},6]}]}}},0]}"#
        )
        let award = Award(scheme: "Ideation", from: today.adding(months: -3), until: Day("2027-03-31"))
        #expect(
            Outlook(of: [cooled], after: today, facts: ["awards": .awards([award])])
                == .on(try #require(Day("2027-09-30"))))
        let idle = try rule(#"{"at_most":[{"count":{"of":"awards","where":{"item":"running"}}},0]}"#)
        #expect(
            Outlook(of: [idle], after: today, facts: ["awards": .awards([award])])
                == .on(try #require(Day("2027-04-01"))))
        let endless = Award(scheme: "Ideation", from: today)
        #expect(Outlook(of: [idle], after: today, facts: ["awards": .awards([endless])]) == .never)
    }

    @Test("Many rules over many awards are looked ahead within milliseconds")
    func quick() throws {
        let idle = try rule(
            #"{"at_most":[{"count":{"of":"awards","where":{"any":[{"item":"running"},{"at_most":[{"months_since":{"item":"until"}},12]}]}}},0]}"#
        )
        let awards = (0..<20).map { Award(scheme: "s\($0)", from: Day(19_000 + $0), until: Day(20_000 + $0 * 30)) }
        let clock = ContinuousClock()
        let time = clock.measure {
            _ = Outlook(of: Array(repeating: idle, count: 12), after: Self.start, facts: ["awards": .awards(awards)])
        }
        #expect(time < .seconds(2))
    }

    // MARK: Rules and facts by dice

    private static func facts(_ dice: inout Dice) -> DeclaredFacts {
        func day(_ dice: inout Dice) -> Day { Day(start.number + dice.roll(-900...900)) }
        var facts: DeclaredFacts = [
            "country": .country("HK"), "staff": .integer(dice.roll(0...3)), "agrees": .boolean(true),
        ]
        if dice.roll(0...9) > 0 { facts["founded_on"] = .date(day(&dice)) }
        if dice.roll(0...9) > 0 {
            facts["awards"] = .awards(
                (0..<dice.roll(0...3)).map { _ in
                    Award(
                        scheme: dice.pick(["SEED", "Ideation"]), from: dice.roll(0...5) > 0 ? day(&dice) : nil,
                        until: dice.roll(0...3) > 0 ? day(&dice) : nil, heldInCommon: dice.pick([2_000, 10_000]))
                })
        }
        return facts
    }

    private static func condition(_ dice: inout Dice, depth: Int, item: Bool) -> Term {
        let order: [Term.Comparison] = [.atLeast, .atMost, .moreThan, .lessThan, .equal, .different]
        let unit = dice.pick(Term.Unit.allCases)
        let day: Term = item && dice.roll(0...1) == 0 ? .item(dice.pick(["from", "until"])) : .fact("founded_on")
        let age = unit == .days ? dice.roll(-400...900) : unit == .months ? dice.roll(-12...30) : dice.roll(-2...3)
        switch dice.roll(0...(depth < 2 ? 9 : 5)) {
        case 0, 1: return .compare(dice.pick(order), .since(unit, day), .literal(.integer(age)))
        case 2:
            let bound = Term.after(unit, day, unit == .days ? age : dice.roll(-2...12))
            return dice.roll(0...1) == 0
                ? .compare(dice.pick(order), .today, bound) : .compare(dice.pick(order), bound, .today)
        case 3: return .oneOf(.since(.years, day), [.integer(dice.roll(-2...1)), .integer(dice.roll(0...3))])
        case 4:
            return item
                ? .item("running") : .compare(dice.pick(order), .fact("staff"), .literal(.integer(dice.roll(0...2))))
        case 5:
            return .compare(dice.pick(order), .literal(.integer(age)), .since(unit, day))
        case 6: return .not(condition(&dice, depth: depth + 1, item: item))
        case 7: return .all((0...1).map { _ in condition(&dice, depth: depth + 1, item: item) })
        case 8: return .any((0...1).map { _ in condition(&dice, depth: depth + 1, item: item) })
        default:
            guard !item else { return .item("running") }
            return .compare(
                dice.pick(order), .count("awards", where: condition(&dice, depth: depth + 1, item: true)),
                .literal(.integer(dice.roll(0...2))))
        }
    }
}

extension EligibilityRule {
    /// The verdict alone, for asking often.
    fileprivate func finding(verdictOn day: Day, facts: DeclaredFacts) -> RuleVerdict {
        var interpreter = Interpreter(facts: facts, today: day, steps: 100_000)
        return interpreter.verdict(of: term)
    }
}
