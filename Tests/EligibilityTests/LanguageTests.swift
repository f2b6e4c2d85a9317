import Foundation
import Testing

@testable import Eligibility

let knownFacts: [String: FactType] = [
    "founded_on": .date, "country": .country, "staff": .integer, "technical": .integer, "equity": .percent,
    "agrees": .boolean, "project": .text, "awards": .awards, "holders": .holders,
]

func rule(_ json: String) throws -> EligibilityRule {
    try EligibilityRule(JSONDecoder().decode(Term.self, from: Data(json.utf8)), over: knownFacts)
}

@Suite("The rule language")
struct LanguageTests {
    @Test(
        "What is written is read again as it was",
        arguments: [
            #"{"at_most":[{"months_since":{"fact":"founded_on"}},24]}"#,
            #"{"all":[{"equal":[{"fact":"country"},{"country":"HK"}]},{"not":{"fact":"agrees"}}]}"#,
            #"{"at_least":[{"share":[{"fact":"technical"},{"fact":"staff"}]},{"basis_points":5000}]}"#,
            #"{"at_most":[{"count":{"of":"awards","where":{"all":[{"item":"running"},{"equal":[{"item":"project"},{"fact":"project"}]}]}}},0]}"#,
            #"{"any":[{"one_of":[{"fact":"country"},[{"country":"HK"},{"country":"JP"}]]},{"less_than":["today",{"date":"2027-01-01"}]}]}"#,
            #"{"at_most":[{"years_after":[{"fact":"founded_on"},2]},"today"]}"#,
        ])
    func roundTrip(_ json: String) throws {
        let term = try rule(json).term
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        #expect(String(decoding: try encoder.encode(term), as: UTF8.self) == json)
    }

    @Test(
        "What is no word of the language is not read",
        arguments: [
            #"{"at_most":[1]}"#, #"{"at_most":[1,2,3]}"#, #"{"fact":"staff","item":"x"}"#, #"{}"#, #""soon""#, "null",
            "1.5",
            #"{"select":"1; DROP TABLE calls"}"#, #"{"count":{"of":"awards"}}"#, #"{"date":"2023-02-29"}"#,
            #"{"one_of":[{"fact":"country"}]}"#, #"{"years_after":[{"fact":"founded_on"},{"fact":"staff"}]}"#,
            #"{"count":{"of":"awards","where":true,"limit":1}}"#, "[1,2]", #"{"not":[]}"#,
        ])
    func strict(_ json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Term.self, from: Data(json.utf8)) }
    }

    @Test(
        "A rule that cannot be asked is refused, and the refusal points at the term",
        arguments: [
            (
                #"{"at_least":[{"fact":"staff"},{"basis_points":5}]}"#, "/at_least",
                RuleRefusal.Reason.mismatch(.integer, .percent)
            ),
            (#"{"all":[{"fact":"agrees"},{"fact":"staff"}]}"#, "/all/1", .expected(.boolean, .integer)),
            (#"{"at_least":[{"fact":"country"},{"country":"HK"}]}"#, "/at_least", .unordered(.country)),
            (#"{"not":{"fact":"colour"}}"#, "/not/fact", .unknownFact("colour")),
            (#"{"equal":[{"item":"scheme"},{"text":"A"}]}"#, "/equal/0/item", .unknownField("scheme")),
            (
                #"{"at_most":[{"count":{"of":"awards","where":{"item":"share"}}},0]}"#, "/at_most/0/count/where/item",
                .unknownField("share")
            ),
            (
                #"{"at_most":[{"months_since":{"fact":"founded_on"}},{"years_since":{"fact":"founded_on"}}]}"#,
                "/at_most", .turning
            ),
            (#"{"at_most":[{"months_since":"today"},2]}"#, "/at_most/0/months_since", .turning),
            (#"{"at_most":[{"days_after":["today",3]},{"fact":"founded_on"}]}"#, "/at_most/0/days_after/0", .turning),
            (#"{"equal":[{"fact":"awards"},1]}"#, "/equal/0", .list),
            (
                #"{"at_most":[{"count":{"of":"awards","where":{"at_most":[{"count":{"of":"holders","where":true}},0]}}},0]}"#,
                "/at_most/0/count/where/at_most/0", .nestedCount
            ),
            (#"{"any":[]}"#, "/any", .empty),
            (#"{"at_least":[{"fact":"staff"},9999999999999]}"#, "/at_least/1", .outOfRange),
            (#"{"equal":[{"fact":"country"},{"country":"hk"}]}"#, "/equal/1", .outOfRange),
            (#"{"one_of":[{"fact":"country"},[{"text":"HK"}]]}"#, "/one_of/1/0", .mismatch(.country, .text)),
            (#"{"fact":"staff"}"#, "", .expected(.boolean, .integer)),
        ])
    func refused(_ json: String, _ pointer: String, _ reason: RuleRefusal.Reason) throws {
        let refusal = #expect(throws: RuleRefusal.self) { try rule(json) }
        #expect(refusal?.pointer == pointer && refusal?.reason == reason)
    }

    @Test("Depth and size have limits, when read as when checked")
    func limits() {
        func nested(_ depth: Int) -> String {
            String(repeating: #"{"not":"#, count: depth) + "true" + String(repeating: "}", count: depth)
        }
        #expect(throws: Never.self) { try rule(nested(EligibilityRule.deepest - 1)) }
        #expect(throws: RuleRefusal.self) { try rule(nested(EligibilityRule.deepest)) }
        #expect(throws: DecodingError.self) { try rule(nested(400)) }
        let many = "{\"all\":[" + Array(repeating: "true", count: EligibilityRule.largest).joined(separator: ",") + "]}"
        #expect(throws: RuleRefusal.self) { try rule(many) }
    }

    @Test("Out of steps, the answer is unknown, never a guess")
    func steps() throws {
        let long = try rule("{\"all\":[" + Array(repeating: "true", count: 100).joined(separator: ",") + "]}")
        #expect(long.finding(on: Day(0), facts: [:]).verdict == .met)
        #expect(long.finding(on: Day(0), facts: [:], within: 20).verdict == .unknown)
        #expect(Outlook(of: [long], after: Day(0), facts: [:], within: 20) == .unknown)
    }

    @Test("The language's own words for each real rule of a park say yes, no and don't know")
    func realRules() throws {
        let today = try #require(Day("2026-11-29"))
        let young = try rule(#"{"at_most":[{"months_since":{"fact":"founded_on"}},24]}"#)
        func verdict(_ rule: EligibilityRule, _ facts: DeclaredFacts) -> RuleVerdict {
            rule.finding(on: today, facts: facts).verdict
        }
        #expect(verdict(young, ["founded_on": .date(try #require(Day("2024-10-30")))]) == .met)
        #expect(verdict(young, ["founded_on": .date(try #require(Day("2024-10-29")))]) == .notMet)
        #expect(verdict(young, [:]) == .unknown)
        // A value of the wrong kind is no value.
        #expect(verdict(young, ["founded_on": .integer(3)]) == .unknown)

        let half = try rule(#"{"at_least":[{"share":[{"fact":"technical"},{"fact":"staff"}]},{"basis_points":5000}]}"#)
        #expect(verdict(half, ["technical": .integer(1), "staff": .integer(2)]) == .met)
        #expect(verdict(half, ["technical": .integer(1), "staff": .integer(3)]) == .notMet)
        #expect(verdict(half, ["technical": .integer(0), "staff": .integer(0)]) == .notMet)
        #expect(verdict(half, ["technical": .integer(.max), "staff": .integer(3)]) == .unknown)

        let once = try rule(
            #"{"at_most":[{"count":{"of":"awards","where":{"all":[{"one_of":[{"item":"scheme"},[{"text":"SEED"},{"text":"Ideation"}]]},{"at_least":[{"item":"held_in_common"},{"basis_points":3000}]}]}}},0]}"#
        )
        #expect(verdict(once, ["awards": .awards([])]) == .met)
        let award = Award(scheme: " ideation ", from: today, heldInCommon: 3_000)
        let finding = once.finding(on: today, facts: ["awards": .awards([award])])
        #expect(finding.verdict == .notMet && finding.checks.map(\.counted) == [[" ideation "]])
        #expect(finding.checks.first?.found == .integer(1) && finding.checks.first?.required == [.integer(0)])
        #expect(verdict(once, ["awards": .awards([Award(scheme: "SEED", heldInCommon: 2_999)])]) == .met)
    }

    @Test("What is counted and only partly known is between two numbers")
    func ranges() throws {
        let twice = try rule(
            #"{"at_most":[{"count":{"of":"awards","where":{"equal":[{"item":"source"},{"text":"fund"}]}}},1]}"#)
        func verdict(_ sources: [String?]) -> RuleVerdict {
            twice.finding(
                on: Day(0), facts: ["awards": .awards(sources.map { Award(scheme: "x", source: $0) })]
            ).verdict
        }
        #expect(verdict(["fund", "other"]) == .met && verdict(["fund", "Fund"]) == .notMet)
        #expect(
            verdict([nil]) == .met && verdict(["fund", nil]) == .unknown && verdict([nil, "fund", "fund"]) == .notMet)
    }

    @Test("A finding says what was measured, what was found and what is required")
    func explained() throws {
        let both = try rule(
            #"{"all":[{"at_most":[{"months_since":{"fact":"founded_on"}},24]},{"not":{"less_than":[{"fact":"staff"},2]}}]}"#
        )
        let finding = both.finding(
            on: try #require(Day("2026-11-29")), facts: ["staff": .integer(1), "agrees": .boolean(true)])
        #expect(
            finding.verdict == .notMet && finding.missing == ["founded_on"] && finding.facts == ["staff": .integer(1)])
        #expect(finding.checks.map(\.comparison) == [.atMost, .atLeast])
        #expect(finding.checks.map(\.verdict) == [.unknown, .notMet])
        #expect(finding.checks.map(\.required) == [[.integer(24)], [.integer(2)]])
        #expect(finding.checks.map(\.found) == [nil, .integer(1)])
        let kept = try JSONDecoder().decode(RuleFinding.self, from: JSONEncoder().encode(finding))
        #expect(kept == finding)
        #expect(both.demands.map(\.required) == [[.integer(24)], [.integer(2)]])
    }
}
