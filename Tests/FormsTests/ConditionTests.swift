import Foundation
import Testing
import Vocabulary

@testable import Forms

@Suite("When a question is asked")
struct ConditionTests {
    private let stage = UUID()
    private let staff = UUID()
    private let why = UUID()
    private let next = UUID()

    private func form() throws -> [AskedQuestion] {
        var choice = Field(.choice)
        choice.options = [
            .init("idea", try LocalizedLine(en: "Idea")), .init("sales", try LocalizedLine(en: "Sales")),
        ]
        return [
            AskedQuestion(stage, choice), AskedQuestion(staff, Field(.number), when: .isAny(stage, of: ["sales"])),
            AskedQuestion(why, Field(.longText), when: .atMost(staff, try #require(Figure("2")))),
            AskedQuestion(next, Field(.longText), when: .not(.answered(why))),
        ]
    }

    @Test("A question follows from answers before it, and what is not asked counts as not answered")
    func asked() throws {
        let form = try form()
        #expect(form.asked([:]) == [stage, next])
        #expect(form.asked([stage: "sales"]) == [stage, staff, next])
        #expect(form.asked([stage: "sales", staff: "2"]) == [stage, staff, why, next])
        #expect(form.asked([stage: "sales", staff: "2", why: "Small."]) == [stage, staff, why])
        // The stage changed: what was written further on waits unasked.
        #expect(form.asked([stage: "idea", staff: "2", why: "Small."]) == [stage, next])
        #expect(form.asked([stage: "sales", staff: "about 2"]) == [stage, staff, next])
    }

    @Test("A condition asks only about what comes before")
    func order() throws {
        #expect(try form().askedTooEarly.isEmpty)
        #expect(try Array(form().reversed()).askedTooEarly == [0, 1, 2])
        #expect([AskedQuestion(why, Field(.longText), when: .answered(why))].askedTooEarly == [0])
    }

    @Test("Conditions read back what they write, and refuse what is none, too deep or too large")
    func coding() throws {
        let condition = Condition.all([
            .any([.answered(stage), .isAny(stage, of: ["idea", "sales"])]),
            .not(.atLeast(staff, try #require(Figure("1.5")))),
            .atMost(staff, try #require(Figure("10"))),
        ])
        let bytes = try JSONEncoder().encode(condition)
        #expect(try JSONDecoder().decode(Condition.self, from: bytes) == condition)
        func decoded(_ text: String) -> Condition? { try? JSONDecoder().decode(Condition.self, from: Data(text.utf8)) }
        #expect(decoded(#"{"question":"x","answered":true}"#) == nil && decoded("{}") == nil && decoded("[]") == nil)
        #expect(decoded(#"{"question":"\#(stage)","is":[]}"#) == nil)
        #expect(decoded(#"{"question":"\#(stage)","at_least":"many"}"#) == nil)
        let leaf = #"{"question":"\#(stage)","answered":true}"#
        func nested(_ depth: Int) -> String {
            String(repeating: #"{"not":"#, count: depth) + leaf + String(repeating: "}", count: depth)
        }
        #expect(decoded(nested(8)) != nil && decoded(nested(9)) == nil && decoded(nested(5_000)) == nil)
        #expect(decoded(#"{"all":[\#(Array(repeating: leaf, count: 63).joined(separator: ","))]}"#) != nil)
        #expect(decoded(#"{"all":[\#(Array(repeating: leaf, count: 64).joined(separator: ","))]}"#) == nil)
    }

    @Test("Every condition over any answers holds or does not")
    func total() {
        var random = Dice(state: 3)
        let ids = [stage, staff, why]
        func condition(_ depth: Int) -> Condition {
            let id = ids[Int.random(in: 0..<3, using: &random)]
            return switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &random) {
            case 0: .answered(id)
            case 1: .isAny(id, of: ["a", "2"])
            case 2: .atLeast(id, Figure("1") ?? Figure.zero)
            case 3: .atMost(id, Figure("1") ?? Figure.zero)
            case 4: .all((0..<3).map { _ in condition(depth - 1) })
            case 5: .any((0..<3).map { _ in condition(depth - 1) })
            default: .not(condition(depth - 1))
            }
        }
        let values: [FieldValue] = [
            .text("a"), .number(Figure("2") ?? Figure.zero), .chosen(["a"]), .rows([[], []]),
            .money(Money(minor: 200, currency: .hkd)),
        ]
        for _ in 0..<2_000 {
            let asked = condition(3)
            var answers: [UUID: FieldValue] = [:]
            for id in ids where Bool.random(using: &random) {
                answers[id] = values[Int.random(in: 0..<values.count, using: &random)]
            }
            #expect(asked.holds(answers) != Condition.not(asked).holds(answers))
        }
    }
}
